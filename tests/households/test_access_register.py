"""Who may open what: right role and wrong village, helper's list, line department, a household that moved."""

from contextlib import nullcontext
from datetime import date

import pytest
from django.utils import timezone

from mingbai.accounts.models import Post, PostHousehold, User
from mingbai.accounts.roles import Permission
from mingbai.audit.models import AccessLook, Event
from mingbai.common.errors import RegisterError
from mingbai.households.access import (
    command_reader,
    get_household_for,
    household_for,
    may_write_topic,
    person_for,
    reader_of,
    show_account,
    show_numbers,
    timeline_for,
)
from mingbai.households.actions import move_household, record_facts, record_marriage
from mingbai.households.masking import mask_account, mask_id, mask_phone
from tests.households.making import (
    BY,
    OTHER_VILLAGE,
    START,
    VILLAGE,
    household,
    invented_document,
    somebody,
)

database = pytest.mark.database
DAY = date(2024, 5, 1)
MOVED = date(2020, 5, 1)
BORN = date(1950, 1, 1)
NUMBER = invented_document(BORN)


def holder(role, code="", topics=(), households=()):
    """Somebody with a post since 2010."""
    username = f"{role}@{code}-{User.objects.count()}"
    user = User.objects.create(username=username, name="某", created_at=timezone.now())
    post = Post.objects.create(user=user, role=role, division_code=code, valid_from=date(2010, 1, 1),
                               granted_by="command", topics=list(topics))  # fmt: skip
    for key in households:
        PostHousehold.objects.create(post=post, household_id=key, valid_from=date(2010, 1, 1))
    return user


def reader(role, code="", **rest):
    return reader_of(holder(role, code, **rest), DAY)


@pytest.fixture
def home(db):
    """A household with an ill head, a bank account and full numbers; and her key."""
    key, (person,) = household(
        [somebody("head", birth=BORN, id_number=NUMBER, phone="10073988745")]
    )
    facts = {"health": (person, {"health_major": True}), "dwelling": (key, {"area": 80}),
             "bank_account": (key, {"account": "6228481234567890"}),
             "residence": (key, {"phone": "10012345678"}),
             "conviction": (person, {"released_on": date(2019, 1, 1)})}  # fmt: skip
    for topic, (subject, values) in facts.items():
        record_facts(actor="user:1", topic=topic, subject_id=subject, on=START, values=values)
    return key, person


@database
@pytest.mark.parametrize(
    ("role", "code", "sees"),
    [
        ("village_officer", VILLAGE, True),
        ("village_officer", OTHER_VILLAGE, False),
        ("township_clerk", VILLAGE[:9] + "000", True),
        ("township_clerk", "610921103000", False),
        ("county_officer", "610921000000", True),
        ("account_administrator", "610921000000", False),
        ("auditor", "610921000000", False),
    ],
)
def test_a_household_is_opened_by_role_and_place(home, role, code, sees):
    key, _ = home
    asking = reader(role, code)
    refused = nullcontext() if sees else pytest.raises(RegisterError, match="HOME-001")
    with refused:
        household_for(asking, key, day=DAY)
    assert AccessLook.objects.count() == int(sees)


@database
def test_absent_and_forbidden_answer_alike(home):
    key, person = home
    stranger = reader("village_officer", OTHER_VILLAGE)
    for kind, looks in (
        (household_for, (key, 999_999)),
        (person_for, (person, 999_999)),
        (timeline_for, (key, 999_999)),
    ):
        texts = {_refusal(kind, stranger, one).replace(f" {one} ", " … ") for one in looks}
        assert len(texts) == 1


def _refusal(kind, asking, key):
    with pytest.raises(RegisterError) as refused:
        kind(asking, key, day=DAY)
    return str(refused.value)


@database
def test_a_helper_sees_the_households_of_the_list_and_no_other(home):
    key, _ = home
    other, _ = household()
    helper = reader("helper", households=[key])
    assert household_for(helper, key, day=DAY).id == key
    with pytest.raises(RegisterError, match="HOME-001"):
        household_for(helper, other, day=DAY)


@database
@pytest.mark.parametrize(
    ("role", "code", "health", "bank", "conviction"),
    [
        ("village_officer", VILLAGE, True, False, False),
        ("township_clerk", VILLAGE[:9] + "000", True, True, True),
        ("township_lead", VILLAGE[:9] + "000", False, False, False),
        ("county_officer", "610921000000", True, False, False),
        ("inspector", "610921000000", False, False, False),
    ],
)
def test_restricted_topics_are_opened_by_their_own_permission(
    home, role, code, health, bank, conviction
):
    key, _ = home
    view = household_for(reader(role, code), key, day=DAY)
    shown = {*view.records, *view.members[0].records}
    assert ("health" in shown, "bank_account" in shown, "conviction" in shown) == (
        health,
        bank,
        conviction,
    )
    assert {"residence", "dwelling", "identity"} <= shown


@database
def test_a_line_department_sees_the_topics_its_post_names(home):
    key, person = home
    housing = reader("line_department", "610921000000", topics=["dwelling"])
    view = household_for(housing, key, day=DAY)
    assert {*view.records, *view.members[0].records} == {"dwelling", "residence", "identity"}
    assert set(person_for(housing, person, day=DAY)) == {"identity"}


@database
def test_who_had_a_household_once_sees_how_it_was_and_no_further(home):
    key, _ = home
    move_household(**BY, on=MOVED, household_id=key, residence={"division_code": OTHER_VILLAGE})
    record_facts(actor="user:1", topic="dwelling", subject_id=key, on=DAY, values={"area": 90})
    before, now = reader("village_officer", VILLAGE), reader("village_officer", OTHER_VILLAGE)
    then = date(2019, 1, 1)
    assert household_for(before, key, day=then).fact("dwelling", "area") == 80
    assert max(one.day for one in timeline_for(before, key, day=then)) < MOVED
    with pytest.raises(RegisterError, match="HOME-001"):
        household_for(before, key, day=DAY)
    assert household_for(now, key, day=DAY).fact("dwelling", "area") == 90
    assert max(one.day for one in timeline_for(now, key, day=DAY)) == DAY


@database
def test_a_person_is_opened_where_she_lives_or_lived_last(home):
    _, person = home
    other, _ = household(village=OTHER_VILLAGE)
    record_marriage(**BY, on=MOVED, person_id=person, household_id=other, relation="other")
    here, there = reader("village_officer", VILLAGE), reader("village_officer", OTHER_VILLAGE)
    assert person_for(there, person, day=DAY)["identity"]
    with pytest.raises(RegisterError, match="HOME-001"):
        person_for(here, person, day=DAY)
    assert person_for(here, person, day=date(2019, 1, 1))["identity"]
    assert AccessLook.objects.filter(subject="person", subject_id=person).count() == 2


@database
def test_writing_has_a_permission_of_its_own(home):
    key, _ = home
    asked = [
        may_write_topic(reader(role, code), key, topic, day=DAY)
        for role, code, topic in (
            ("village_officer", VILLAGE, "dwelling"),
            ("village_officer", VILLAGE, "health"),
            ("village_officer", VILLAGE, "bank_account"),
            ("village_officer", OTHER_VILLAGE, "dwelling"),
            ("township_clerk", VILLAGE[:9] + "000", "bank_account"),
            ("inspector", "610921000000", "dwelling"),
        )
    ]
    assert asked == [True, True, False, False, True, False]


@database
def test_full_numbers_need_the_permission_and_a_reason_and_leave_an_event(home):
    key, person = home
    clerk = reader("township_clerk", VILLAGE[:9] + "000")
    shown = show_numbers(clerk, key, day=DAY, reason="核对发放账户")
    assert shown == {
        "id_number": {person: NUMBER}, "phone": {person: "10073988745"},
        "household_phone": {key: "10012345678"},
    }  # fmt: skip
    event = Event.objects.latest("id")
    assert (event.action, event.target) == ("households.numbers.shown", f"household:{key}")
    assert NUMBER not in event.data
    with pytest.raises(RegisterError, match="HOME-029"):
        show_numbers(clerk, key, day=DAY, reason=" ")
    with pytest.raises(RegisterError, match="HOME-001"):
        show_numbers(reader("village_officer", VILLAGE), key, day=DAY, reason="想看")


@database
def test_the_account_has_a_permission_apart(home):
    key, _ = home
    clerk = reader("township_clerk", VILLAGE[:9] + "000")
    assert show_account(clerk, key, day=DAY, reason="核对发放账户") == "6228481234567890"
    assert Event.objects.latest("id").action == "households.account.shown"
    with pytest.raises(RegisterError, match="HOME-001"):
        show_account(reader("county_officer", "610921000000"), key, day=DAY, reason="想看")


@database
def test_the_command_reads_everything_and_is_logged_too(home):
    key, _ = home
    view = household_for(command_reader(), key, day=DAY)
    assert "bank_account" in view.records
    assert AccessLook.objects.get().actor == "command"
    assert get_household_for(command_reader(), key, day=DAY, permission=Permission.HOUSEHOLDS_WRITE)


@pytest.mark.parametrize(
    ("mask", "number", "shown"),
    [
        (mask_id, NUMBER, f"99************{NUMBER[-4:]}"),
        (mask_id, "12345", "*****"),
        (mask_id, None, ""),
        (mask_phone, "10073988745", "100****8745"),
        (mask_phone, "8745", "****"),
        (mask_account, "6228481234567890", "************7890"),
        (mask_account, "1234567", "*******"),
    ],
)
def test_masks_hide_most_of_a_number(mask, number, shown):
    assert mask(number) == shown
