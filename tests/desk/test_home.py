"""Home: what each role has to do, by when; counts, lists and scope agree."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from mingbai.accounts.models import User
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scopes
from mingbai.audit.actions import recording
from mingbai.decisions import worklist
from mingbai.decisions.actions import after_change, evaluate
from mingbai.decisions.models import ParameterProposal
from mingbai.decisions.worklist import open_work
from mingbai.households.actions.family import record_death
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Bill, Living, Status
from mingbai.jobs.models import Job
from mingbai.places.models import Register
from tests.decisions.filling import Filler
from tests.desk.county import DAPING, DAY, START, register

pytestmark = pytest.mark.database
RECORDING = ("village_officer", "helper", "township_clerk", "county_officer", "deputy")


def eats(household, enough):
    """What is said of a household's food, by an action."""
    with recording(actor="user:1", action="test.changed") as batch:
        Living.objects.recorded().filter(household_id=household).update(ended_by=batch)
        Filler(batch).put(Living, household_id=household, valid_from=START, food_enough=enough)


@pytest.fixture
def evaluated(county, db):
    """`here` and `far` lack food; `beside` is only not known."""
    eats(county.households["here"], enough=False)
    eats(county.households["far"], enough=False)
    evaluate(actor="command", pack="cn", as_of=DAY)
    return county


@pytest.fixture
def on_day(db):
    return lambda day: Register.objects.update(working_date=day)


def page(client, address="/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_evaluation_the_page_says_how_to_make_it(signed_in):
    assert "/jobs/evaluate/" in page(signed_in("county_officer"))
    told = page(signed_in("township_clerk"))
    assert "还没有评估过" in told
    assert "/jobs/evaluate/" not in told


def test_somebody_without_a_post_is_told_so(signed_in):
    assert "还没有任职" in page(signed_in("stranger"))
    assert "还没有任职" in page(signed_in("expired"))


@pytest.mark.parametrize(
    ("name", "seen", "unseen"),
    [
        ("village_officer", "陈桂生", "向春梅"),
        ("helper", "陈桂生", "向春梅"),
        ("township_clerk", "陈桂生", "向春梅"),
        ("next_township_clerk", "向春梅", "陈桂生"),
        ("county_officer", "向春梅", "舒满香"),
    ],
)
def test_list_holds_whom_one_has_to_see_and_nobody_else(evaluated, signed_in, name, seen, unseen):
    told = page(signed_in(name))
    assert seen in told
    assert unseen not in told
    assert "不愁吃" in told
    assert "03-28" in told


def test_village_where_nobody_is_to_be_seen_is_told_so(evaluated, signed_in):
    told = page(signed_in("next_village_officer"))
    assert "现在没有要办的" in told
    assert "舒满香" not in told


@pytest.mark.parametrize("name", RECORDING)
def test_tab_rail_and_list_count_the_same(evaluated, signed_in, name):
    user = evaluated.users[name]
    expected = open_work(Scopes(user, DAY).of(Permission.EVALUATION_READ))
    answer = signed_in(name).get("/")
    tabs = {str(tab.words): tab.count for tab in answer.context["tabs"]}
    rail = next(one for one in answer.context["frame"].navigation if one.address == "/")
    listed = sum(len(group["lines"]) for group in answer.context["groups"])
    assert expected > 0
    assert tabs["要办"] == rail.count.value == listed == expected


@pytest.mark.parametrize("name", ["township_lead", "county_approver", "inspector"])
def test_who_only_looks_sees_places_and_no_red_number(evaluated, signed_in, name):
    answer = signed_in(name).get("/")
    rail = next(one for one in answer.context["frame"].navigation if one.address == "/")
    assert rail.count is None
    assert answer.context["shares"]
    assert "陈桂生" not in answer.content.decode()
    assert "看依据" in page(signed_in(name), "/?by=day")


@pytest.mark.parametrize("name", ["administrator", "auditor"])
def test_who_sees_no_household_has_no_list(evaluated, signed_in, name):
    told = page(signed_in(name), "/?by=day")
    assert "陈桂生" not in told
    assert "要办" not in told


def test_line_department_sees_its_rules_and_no_list(evaluated, signed_in):
    answer = signed_in("line_department").get("/?by=day")
    assert answer.context["board"] is None
    assert "陈桂生" not in answer.content.decode()
    assert answer.context["department"]


def test_late_item_stays_until_it_is_done(evaluated, signed_in, on_day):
    on_day(DAY + timedelta(days=14))
    client = signed_in("township_clerk")
    told = page(client, "/?tab=late")
    assert "逾期 4 天" in told
    assert "陈桂生" in told
    key = evaluated.households["here"]
    eats(key, enough=True)
    after_change([key])
    assert "没有逾期的" in page(client, "/?tab=late")


@pytest.mark.parametrize(
    ("days", "word"), [(10, "今天"), (9, "明天"), (8, "周六"), (3, "03-28"), (11, "逾期 1 天")]
)
def test_day_is_called_as_people_call_it(evaluated, signed_in, on_day, days, word):
    on_day(DAY + timedelta(days=days))
    context = signed_in("township_clerk").get("/").context
    assert context["groups"][0]["lines"][0].due == word


def test_item_due_today_stands_under_today(evaluated, signed_in, on_day):
    on_day(DAY + timedelta(days=10))
    assert "陈桂生" in page(signed_in("township_clerk"), "/?tab=today")
    on_day(DAY + timedelta(days=9))
    assert "今天没有到期的" in page(signed_in("township_clerk"), "/?tab=today")


def test_list_by_place_and_by_matter_leads_to_the_households(evaluated, signed_in):
    client = signed_in("county_officer")
    shares = client.get("/?by=place").context["shares"]
    assert {share.words: share.total for share in shares} == {"青溪镇": 1, "龙潭镇": 1}
    qingxi = next(share for share in shares if share.words == "青溪镇")
    villages = client.get("/" + qingxi.address).context["shares"]
    assert [share.words for share in villages] == ["白石村"]
    told = page(client, "/" + villages[0].address)
    assert "陈桂生" in told
    assert "向春梅" not in told
    (matter,) = client.get("/?by=matter").context["shares"]
    assert matter.total == 2
    assert "陈桂生" in page(client, "/" + matter.address)


def test_place_outside_the_scope_shows_nothing(evaluated, signed_in):
    told = page(signed_in("township_clerk"), "/?place=990101101201&by=day")
    assert "向春梅" not in told
    assert "这里没有要办的" in told


def test_turned_states_are_told_in_scope_only(evaluated, signed_in):
    for name in ("here", "far"):
        eats(evaluated.households[name], enough=True)
    after_change([evaluated.households["here"], evaluated.households["far"]])
    context = signed_in("township_clerk").get("/?tab=turned&kind=met").context
    assert [row["name"] for row in context["turns"].rows] == ["陈桂生"]
    (line,) = [one for one in context["turns"].lines if one.kind == "met"]
    assert line.households == 1
    assert len(signed_in("county_officer").get("/").context["turns"].turned) == 2
    assert not signed_in("next_village_officer").get("/").context["turns"].turned


def test_death_is_told_where_the_household_lives(evaluated, signed_in):
    record_death(
        actor="user:1", reason="测试", on=DAY, person_id=evaluated.heads["far"], source="village",
        new_head_id=evaluated.heads["far"] + 1,
    )  # fmt: skip
    assert "死亡 1" in page(signed_in("next_township_clerk"))
    assert "死亡 1" in page(signed_in("county_officer"))
    assert "死亡 1" not in page(signed_in("township_clerk"))


def test_failed_work_waits_for_who_asked_for_it(evaluated, signed_in):
    now = timezone.now()
    job = Job.objects.create(
        kind="evaluate", actor=evaluated.users["county_officer"].actor, state="failed",
        created_at=now, ended_at=now,
    )  # fmt: skip
    assert f"/jobs/{job.pk}/" in page(signed_in("county_officer"), "/?tab=waiting")
    assert f"/jobs/{job.pk}/" not in page(signed_in("township_clerk"), "/?tab=waiting")


def test_post_that_ends_is_told_to_its_holder_and_to_who_may_renew_it(evaluated, signed_in):
    assert "您的任职到期" in page(signed_in("deputy"), "/?tab=waiting")
    assert "任职到期，续或交接" in page(signed_in("administrator"), "/?tab=waiting")
    assert "任职到期" not in page(signed_in("village_officer"), "/?tab=waiting")


def test_page_costs_the_same_for_one_household_or_many(
    evaluated, signed_in, django_assert_max_num_queries
):
    client = signed_in("county_officer")
    client.get("/")
    with django_assert_max_num_queries(50) as asked:
        client.get("/")
    few = len(asked)
    for serial in range(30):
        key, _ = register(DAPING, f"丁{serial}", 50 + serial)
        eats(key, enough=False)
    after_change(sorted({*evaluated.households.values(), *range(key - 40, key + 1)}))
    client.get("/")
    with django_assert_max_num_queries(few):
        answer = client.get("/")
    assert answer.context["total"] == 32


def falls_ill(county, household):
    """A large bill of the head, by an action: what calls there rests on illness alone."""
    with recording(actor="user:1", action="test.changed") as batch:
        Filler(batch).put(
            Bill, date(2026, 1, 5), date(2026, 1, 6), person_id=county.heads[household],
            kind="inpatient", self_paid=8_000_000,
        )  # fmt: skip
    after_change([county.households[household]])


def test_nothing_of_illness_is_told_where_it_is_closed(evaluated, signed_in):
    falls_ill(evaluated, "here")
    assert "住院自付大" in page(signed_in("township_clerk"))
    told = page(signed_in("township_lead"), "/?by=day")
    assert "不愁吃" in told
    assert "住院自付大" not in told


WHERE_IT_MIGHT_SHOW = (
    "/?by=day", "/?by=place", "/?by=matter", "/?tab=late&by=day", "/?tab=turned",
    "/?by=day&matter=signal.illness", "/households/", "/households/?state=any:unmet",
    "/households/?state=signal.illness:unmet", "/households/{home}/", "/households/{home}/history/",
    "/households/{home}/sheet/", "/persons/{head}/", "/places/", "/places/990101100000/",
    "/places/?watch=1", "/wall/",
)  # fmt: skip


@pytest.mark.parametrize("name", ["township_lead", "inspector"])
def test_no_page_changes_when_somebody_falls_ill_for_who_may_not_see_it(evaluated, signed_in, name):
    """Neither a row nor a count nor a word tells by inference that a household has such a reason."""
    keys = {"home": evaluated.households["beside"], "head": evaluated.heads["beside"]}
    addresses = [one.format(**keys) for one in WHERE_IT_MIGHT_SHOW]
    before = {one: shown(signed_in(name), one) for one in addresses}
    falls_ill(evaluated, "beside")
    after = {one: shown(signed_in(name), one) for one in addresses}
    assert [one for one in addresses if before[one] != after[one]] == []
    assert "受限" not in "".join(after.values())
    assert "舒满香" in page(signed_in("township_clerk"), "/?by=day")
    assert "舒满香" not in after["/?by=day"]


def shown(client, address):
    """A page without what changes from one answer to the next."""
    looks = r'<section class="block"><h2>谁看过.*?</section>'  # one more with every look
    return re.sub(looks + r'|csrf[^>]*>|"X-CSRFToken[^}]*}|\d\d:\d\d', "", page(client, address))


def test_whoever_sees_illness_everywhere_goes_by_the_database(evaluated, signed_in, monkeypatch):
    """A county officer's list does not sort all items of a county: it comes by index."""
    client = signed_in("county_officer")
    client.get("/")
    monkeypatch.setattr(worklist, "readings", None)  # it would be called
    assert client.get("/?by=day").status_code == 200


def decides(household, kind):
    with recording(actor="user:1", action="test.changed") as batch:
        Filler(batch).put(Status, START, subject=Subject.HOUSEHOLD, subject_id=household, kind=kind)


def test_decision_that_states_speak_against_is_listed_in_scope(evaluated, signed_in):
    """S2: listed, never applied; the tab opens with what the tab counts."""
    clerk = signed_in("township_clerk")
    assert "与人工决定不一致" not in page(clerk)
    for name in ("here", "far", "beside"):
        decides(evaluated.households[name], StatusKind.EXITED)
    assert "?tab=against&amp;reason=exited_unmet" in page(clerk)
    listed = page(clerk, "/?tab=against")
    assert "陈桂生" in listed
    assert "向春梅" not in listed
    assert "已脱贫，但有保障未达标" in listed
    assert "向春梅" in page(signed_in("county_officer"), "/?tab=against&reason=exited_unmet")


def test_household_that_is_to_be_seen_no_more_is_told(evaluated, signed_in):
    clerk, home = signed_in("township_clerk"), evaluated.households["here"]
    eats(home, enough=True)
    after_change([home])
    assert "?tab=turned&amp;kind=done" in page(clerk)
    listed = page(clerk, "/?tab=turned&kind=done")
    assert "陈桂生" in listed
    assert "不用再看" in listed
    assert "陈桂生" not in page(signed_in("next_township_clerk"), "/?tab=turned&kind=done")
    eats(home, enough=False)
    after_change([home])
    assert "?tab=turned&amp;kind=done" not in page(clerk)


def test_what_is_to_be_asked_opens_the_list_of_whom(evaluated, signed_in):
    """S3: what a visit can settle, by fact; the list holds as many as the line says."""
    clerk = signed_in("township_clerk")
    told = clerk.get("/").context["to_ask"]
    assert told
    for one in told:
        context = clerk.get(one.address).context
        assert context["total"] == one.households
        assert len(context["chips"]) == 1
    assert clerk.get("/households/?fact=fact:household.no_such").context["total"] == 0


def test_proposal_waits_for_another(evaluated, signed_in):
    officer = signed_in("county_officer")
    assert "等别人" not in page(officer)
    ParameterProposal.objects.create(
        pack="cn", changes={}, starts_on=START, reason="测试", source="测试", pack_hash="",
        before={}, proposed_by=User.objects.get(username="county_officer").actor,
        proposed_at=timezone.now(),
    )  # fmt: skip
    assert "参数提案，等另一个人发布" in page(officer)
    assert "等别人" not in page(signed_in("township_clerk"))
