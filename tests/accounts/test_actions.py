"""Accounts and posts: what is written with its event, and what is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from mingbai.accounts import actions
from mingbai.accounts.models import Post, User
from mingbai.accounts.roles import INCOMPATIBLE, ROLES, Duty, clashes
from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from mingbai.places import actions as places
from tests.accounts.people import (
    COUNTY,
    DAY,
    EAST,
    EAST_1,
    EAST_2,
    PASSWORD,
    START,
    WEST,
    WEST_1,
    lay_county,
    post,
    user,
)

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _county() -> None:
    lay_county()


def refused(number: str, function, *positional, **arguments) -> RegisterError:
    events = Event.objects.count()
    with pytest.raises(RegisterError) as caught:
        function(*positional, **arguments)
    assert caught.value.code == number
    assert Event.objects.count() == events
    return caught.value


def make(**changes: object) -> User:
    given = {
        "actor": "command",
        "username": "wang.fang",
        "name": "王芳",
        "password": PASSWORD,
        **changes,
    }
    return actions.create_user(**given)


def test_account_is_made_with_its_event_and_an_argon2_digest() -> None:
    made = make(unit="东镇人民政府")
    assert made.password.startswith("argon2$")
    assert made.check_password(PASSWORD)
    assert made.must_change_password
    event = Event.objects.latest("id")
    assert (event.action, event.target) == ("accounts.user.created", f"user:{made.pk}")
    assert "王芳" not in event.data
    assert PASSWORD not in event.data


def test_account_falls_with_its_event(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**event: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(actions, "record", fails)
    with pytest.raises(RuntimeError):
        make()
    assert not User.objects.exists()


def test_account_is_taken_whatever_its_case() -> None:
    make()
    refused("ACC-001", make, username="Wang.Fang")


@pytest.mark.parametrize("username", ["ab", "王芳", "1abc", "a b c", "x" * 41, ""])
def test_account_that_does_not_do(username: str) -> None:
    refused("ACC-027", make, username=username)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("brook-41", "too short"),
        ("password123", "too common"),
        ("x-wang.fang-x-77-brook", "it holds the account"),
        ("wang.fangg", "too much like"),
    ],
)
def test_password_that_does_not_do(password: str, word: str) -> None:
    assert word in refused("ACC-002", make, password=password).en


def test_reset_gives_a_one_time_password_and_ends_the_old_one() -> None:
    somebody = user()
    fresh = actions.reset_password(actor="user:9", user=somebody)
    somebody.refresh_from_db()
    assert somebody.check_password(fresh)
    assert not somebody.check_password(PASSWORD)
    assert somebody.must_change_password
    assert fresh not in Event.objects.latest("id").data


def test_change_of_the_own_password() -> None:
    somebody = user()
    refused("ACC-025", actions.change_password, user=somebody, old="wrong", new="Other-stone-77")
    refused("ACC-002", actions.change_password, user=somebody, old=PASSWORD, new=PASSWORD)
    actions.change_password(user=somebody, old=PASSWORD, new="Other-stone-77")
    somebody.refresh_from_db()
    assert somebody.check_password("Other-stone-77")
    assert not somebody.must_change_password


def test_deactivated_account_holds_no_post_to_be_given() -> None:
    somebody = user()
    refused("ACC-024", actions.deactivate, actor="user:9", user=somebody, reason=" ")
    actions.deactivate(actor="user:9", user=somebody, reason="调离")
    refused("ACC-023", post, somebody, "village_officer", EAST_1)
    actions.activate(actor="user:9", user=somebody, reason="返岗")
    assert post(somebody, "village_officer", EAST_1).pk


def test_post_is_given_with_its_event() -> None:
    given = post(user(), "village_officer", "990101100201", reason="任命")
    event = Event.objects.latest("id")
    assert (event.action, event.target) == ("accounts.post.granted", f"post:{given.pk}")
    assert json.loads(event.data)["division"] == EAST_1


def test_nobody_gives_a_post_to_oneself() -> None:
    somebody = user()
    refused("ACC-007", actions.grant_post, actor=somebody.actor, user=somebody, role="village_officer",
            division_code=EAST_1, valid_from=START)  # fmt: skip


def test_post_needs_a_role_a_place_and_a_period() -> None:
    somebody = user()
    refused("ACC-003", post, somebody, "king", COUNTY)
    refused("ACC-004", post, somebody, "village_officer")
    refused("ACC-004", post, somebody, "village_officer", EAST)
    refused("ACC-004", post, somebody, "township_clerk", COUNTY)
    refused("ACC-005", post, somebody, "village_officer", "990101100299")
    refused("ACC-008", post, somebody, "village_officer", EAST_1, end=START)
    assert post(somebody, "inspector", EAST).pk  # a county role may be for one township


def test_post_names_the_code_of_the_day_and_is_told_the_new_one() -> None:
    places.recode(
        actor="command", code=EAST_1, new_code="990101100209", day=date(2020, 1, 1), reason="换号"
    )
    problem = refused("ACC-005", post, user(), "village_officer", EAST_1)
    assert "990101100209" in problem.zh


def test_line_department_names_its_topics() -> None:
    somebody = user()
    refused("ACC-010", post, somebody, "line_department", COUNTY)
    refused("ACC-010", post, somebody, "line_department", COUNTY, topics=["dreams"])
    refused("ACC-010", post, somebody, "village_officer", EAST_1, topics=["dwelling"])
    assert post(somebody, "line_department", COUNTY, topics=["dwelling"]).topics == ["dwelling"]


@pytest.mark.parametrize(
    ("one", "there", "other", "here"),
    [
        ("village_officer", EAST_1, "township_clerk", EAST),  # posts, verifies
        ("township_clerk", EAST, "township_lead", EAST),  # proposes, approves
        ("county_officer", COUNTY, "county_approver", COUNTY),  # proposes, approves
        ("township_clerk", EAST, "inspector", COUNTY),  # inspected, inspects
        ("account_administrator", COUNTY, "village_officer", WEST_1),  # administers, writes
        ("auditor", COUNTY, "helper", ""),  # audits, writes
        ("auditor", COUNTY, "account_administrator", COUNTY),  # audits, administers
    ],
)
def test_incompatible_posts_are_refused_either_way_round(
    one: str, there: str, other: str, here: str
) -> None:
    first, second = user("first"), user("second")
    post(first, one, there)
    problem = refused("ACC-006", post, first, other, here)
    assert (ROLES[one].zh in problem.zh, ROLES[other].zh in problem.zh) == (True, True)
    post(second, other, here)
    refused("ACC-006", post, second, one, there)


def test_incompatible_posts_one_after_the_other() -> None:
    somebody = user()
    post(somebody, "township_clerk", EAST, end=date(2026, 7, 1))
    assert post(somebody, "township_lead", EAST, date(2026, 7, 1)).pk


def test_inspection_of_another_township_is_no_clash() -> None:
    somebody = user()
    post(somebody, "township_clerk", EAST)
    assert post(somebody, "inspector", WEST).pk


def test_clash_is_found_through_a_recode() -> None:
    somebody = user()
    post(somebody, "township_clerk", EAST, date(2019, 1, 1))
    places.recode(
        actor="command", code=EAST, new_code="990101105", day=date(2020, 1, 1), reason="换号"
    )
    refused("ACC-006", post, somebody, "inspector", "990101105000")


def test_every_pair_of_incompatible_duties_has_roles_and_no_role_has_both() -> None:
    for pair in INCOMPATIBLE:
        assert not [role.key for role in ROLES.values() if {pair.one, pair.other} <= role.duties]
    duties = {duty for role in ROLES.values() for duty in role.duties}
    assert duties == set(Duty)
    assert {
        frozenset((a.key, b.key)) for a in ROLES.values() for b in ROLES.values() if clashes(a, b)
    } >= {frozenset(("village_officer", "township_clerk"))}


def test_deputy_has_the_post_for_the_time_and_clashes_like_it() -> None:
    holder, deputy, lead = user("holder"), user("deputy"), user("lead")
    held = post(holder, "township_clerk", EAST)
    post(lead, "township_lead", EAST)
    given = {
        "actor": "user:99",
        "post": held,
        "valid_from": DAY,
        "valid_to": date(2026, 7, 15),
        "reason": "病假",
    }
    acting = actions.deputise(deputy=deputy, **given)
    assert (acting.role, acting.division_code, acting.deputy_for) == ("township_clerk", EAST, held)
    refused("ACC-006", actions.deputise, deputy=lead, **given)
    refused("ACC-006", post, deputy, "township_lead", EAST, DAY)
    assert post(deputy, "township_lead", EAST, date(2026, 7, 15)).pk


def test_deputy_that_cannot_be() -> None:
    holder, deputy = user("holder"), user("deputy")
    held = post(holder, "township_clerk", EAST, end=date(2026, 12, 31))

    def tried(**changes: object) -> Post:
        given = {"actor": "user:99", "post": held, "deputy": deputy, "valid_from": DAY,
                 "valid_to": date(2026, 7, 15), "reason": "病假", **changes}  # fmt: skip
        return actions.deputise(**given)

    refused("ACC-009", tried, deputy=holder)
    refused("ACC-024", tried, reason="")
    refused("ACC-008", tried, valid_to=DAY)
    refused("ACC-008", tried, valid_to=date(2027, 1, 1))
    refused("ACC-008", tried, valid_from=date(2025, 1, 1))
    refused("ACC-009", tried, post=tried())


def test_end_of_a_post() -> None:
    held = post(user(), "village_officer", EAST_1)
    refused("ACC-024", actions.end_post, actor="user:9", post=held, day=DAY, reason="")
    assert actions.end_post(actor="user:9", post=held, day=DAY, reason="调离").valid_to == DAY
    refused("ACC-011", actions.end_post, actor="user:9", post=held, day=DAY, reason="调离")


def test_post_that_never_began() -> None:
    held = post(user(), "village_officer", EAST_1, date(2026, 9, 1))
    ended = actions.end_post(actor="user:9", post=held, day=DAY, reason="撤回")
    assert not ended.stands_on(date(2026, 9, 1))


def test_households_come_and_go_on_a_list() -> None:
    held = post(user(), "helper", EAST_1)
    put = {"actor": "user:9", "post": held}
    assert actions.assign_households(**put, household_ids=[3, 1, 2], valid_from=START) == 3
    assert actions.assign_households(**put, household_ids=[2, 4], valid_from=DAY) == 1
    assert actions.release_households(**put, household_ids=[1, 9], day=DAY, reason="换人") == 1
    assert json.loads(Event.objects.latest("id").data)["households"] == [1]
    refused(
        "ACC-008", actions.assign_households, **put, household_ids=[5], valid_from=date(2020, 1, 1)
    )
    officer = post(user("other"), "village_officer", EAST_2)
    refused("ACC-019", actions.assign_households, actor="user:9", post=officer, household_ids=[5],
            valid_from=DAY)  # fmt: skip
