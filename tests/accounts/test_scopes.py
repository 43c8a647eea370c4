"""What a user reaches on a day: by division, by list, as a deputy, by topic; filters and query counts."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from mingbai.accounts import actions
from mingbai.accounts.models import User
from mingbai.accounts.roles import ROLES, Permission
from mingbai.accounts.scopes import (
    EVERYTHING,
    NOTHING,
    Scope,
    Scopes,
    permissions_of,
    scope_of,
    topics_of,
)
from mingbai.places import actions as places
from mingbai.places.models import Division
from tests.accounts.people import (
    COUNTY,
    DAY,
    EAST,
    EAST_1,
    EAST_2,
    START,
    WEST,
    WEST_1,
    lay_county,
    post,
    user,
)

pytestmark = pytest.mark.database
READ = Permission.HOUSEHOLDS_READ
VILLAGES = (EAST_1, EAST_2, WEST_1)


@pytest.fixture(autouse=True)
def _county() -> None:
    lay_county()


def villages(scope: Scope, day: date = DAY) -> list[str]:
    rows = Division.objects.recorded().on(day).filter(scope.divisions("code"), level="village")
    return sorted(rows.values_list("code", flat=True))


def test_township_clerk_reaches_her_township_and_not_the_next() -> None:
    clerk = user()
    post(clerk, "township_clerk", EAST)
    scope = scope_of(clerk, READ, DAY)
    assert villages(scope) == [EAST_1, EAST_2]
    assert [scope.covers(one) for one in VILLAGES] == [True, True, False]


def test_village_officer_reaches_her_village_and_not_the_next() -> None:
    officer = user()
    post(officer, "village_officer", EAST_1)
    assert villages(scope_of(officer, READ, DAY)) == [EAST_1]


def test_two_posts_reach_both_places() -> None:
    officer = user()
    post(officer, "village_officer", EAST_1)
    post(officer, "village_officer", WEST_1)
    assert villages(scope_of(officer, READ, DAY)) == [EAST_1, WEST_1]


def test_period_is_half_open() -> None:
    officer = user()
    post(officer, "village_officer", EAST_1, START, DAY)
    assert scope_of(officer, READ, date(2025, 12, 31)).empty
    assert scope_of(officer, READ, START)
    assert scope_of(officer, READ, date(2026, 6, 29))
    assert scope_of(officer, READ, DAY).empty


def test_role_without_the_permission_reaches_nothing() -> None:
    for role in ("account_administrator", "auditor"):
        somebody = user(role)
        post(somebody, role, COUNTY)
        assert scope_of(somebody, READ, DAY) == NOTHING
    lead = user("lead")
    post(lead, "township_lead", EAST)
    assert scope_of(lead, READ, DAY)
    assert scope_of(lead, Permission.HOUSEHOLDS_WRITE, DAY).empty


def test_deactivated_user_reaches_nothing() -> None:
    officer = user()
    post(officer, "village_officer", EAST_1)
    actions.deactivate(actor="user:9", user=officer, reason="调离")
    assert scope_of(officer, READ, DAY).empty


def test_helper_reaches_the_list_and_nothing_beside_it() -> None:
    helper = user()
    held = post(helper, "helper", EAST_1)
    actions.assign_households(actor="command", post=held, household_ids=[7, 8], valid_from=START)
    actions.release_households(
        actor="command", post=held, household_ids=[8], day=DAY, reason="换人"
    )
    scope = scope_of(helper, READ, DAY)
    assert (scope.ranges, scope.household_ids) == ((), frozenset({7}))
    assert scope.covers(EAST_1, 7)
    assert not scope.covers(EAST_1, 8)
    assert not scope.covers(EAST_1)
    assert villages(scope) == []
    assert scope_of(helper, READ, date(2026, 6, 29)).household_ids == frozenset({7, 8})


def test_helper_without_a_household_reaches_nothing() -> None:
    helper = user()
    post(helper, "helper", EAST_1)
    assert scope_of(helper, READ, DAY).empty


def test_deputy_reaches_what_the_post_reaches_while_both_stand() -> None:
    holder, deputy = user("holder"), user("deputy")
    held = post(holder, "helper", EAST_1)
    actions.assign_households(actor="command", post=held, household_ids=[7], valid_from=START)
    actions.deputise(actor="command", post=held, deputy=deputy, valid_from=date(2026, 6, 1),
                     valid_to=date(2026, 8, 1), reason="病假")  # fmt: skip
    assert scope_of(deputy, READ, date(2026, 5, 31)).empty
    assert scope_of(deputy, READ, DAY).household_ids == frozenset({7})
    assert scope_of(deputy, READ, date(2026, 8, 1)).empty
    actions.end_post(actor="command", post=held, day=date(2026, 7, 1), reason="调离")
    assert scope_of(deputy, READ, date(2026, 7, 1)).empty


def test_deputy_follows_the_recode_of_the_post() -> None:
    holder, deputy = user("holder"), user("deputy")
    held = post(holder, "village_officer", EAST_1, date(2019, 1, 1))
    places.recode(
        actor="command", code=EAST_1, new_code="990101100209", day=date(2020, 1, 1), reason="换号"
    )
    actions.deputise(actor="command", post=held, deputy=deputy, valid_from=date(2026, 6, 1),
                     valid_to=date(2026, 8, 1), reason="病假")  # fmt: skip
    assert scope_of(deputy, READ, DAY).covers("990101100209")


def test_line_department_reaches_the_topics_it_names() -> None:
    clerk = user()
    post(clerk, "line_department", COUNTY, topics=["dwelling", "health"])
    assert scope_of(clerk, READ, DAY, topic="dwelling")
    assert scope_of(clerk, READ, DAY, topic="water").empty
    assert scope_of(clerk, Permission.HEALTH_READ, DAY)
    assert scope_of(clerk, Permission.CONVICTION_READ, DAY).empty
    assert topics_of(clerk, READ, DAY) == {"dwelling", "health"}
    post(clerk, "helper", EAST_1)
    assert topics_of(clerk, READ, DAY) is None


def test_restricted_topics_are_open_to_the_roles_that_say_why() -> None:
    who = {
        permission: {role.key for role in ROLES.values() if permission in role.permissions}
        for permission in (
            Permission.CONVICTION_READ,
            Permission.BANK_READ,
            Permission.NUMBERS_READ,
        )
    }
    assert who == {
        Permission.CONVICTION_READ: {"township_clerk", "line_department"},
        Permission.BANK_READ: {"township_clerk", "line_department"},
        Permission.NUMBERS_READ: {"township_clerk", "county_officer"},
    }


def test_permissions_for_navigation() -> None:
    auditor = user()
    post(auditor, "auditor", COUNTY)
    assert permissions_of(auditor, DAY) == {Permission.AUDIT_READ}


def test_change_is_seen_at_once() -> None:
    officer = user()
    held = post(officer, "village_officer", EAST_1, date(2019, 1, 1))
    assert villages(scope_of(officer, READ, DAY)) == [EAST_1]
    places.merge(actor="command", codes=[EAST_1, EAST_2], into_code="990101100203", into_name="东村",
                 day=date(2020, 1, 1), reason="合村")  # fmt: skip
    assert villages(scope_of(officer, READ, DAY)) == ["990101100203"]
    actions.end_post(actor="command", post=held, day=DAY, reason="调离")
    assert scope_of(officer, READ, DAY).empty


def test_scope_as_of_a_day_before_the_change_is_the_old_code() -> None:
    officer = user()
    post(officer, "village_officer", EAST_1, date(2019, 1, 1))
    places.split(actor="command", code=EAST_1, parts=[("990101100203", "甲"), ("990101100204", "乙")],
                 day=date(2020, 1, 1), reason="分村")  # fmt: skip
    before = scope_of(officer, READ, date(2019, 12, 31))
    assert before.ranges == ((EAST_1, EAST_1),)
    after = scope_of(officer, READ, DAY)
    assert villages(after) == ["990101100203", "990101100204"]
    assert villages(after, date(2019, 12, 31)) == [EAST_1]


def test_village_that_went_to_the_next_township_is_read_there() -> None:
    east, west = user("east"), user("west")
    post(east, "township_clerk", EAST, date(2019, 1, 1))
    post(west, "township_clerk", WEST, date(2019, 1, 1))
    places.recode(
        actor="command", code=EAST_1, new_code="990101101209", day=date(2020, 1, 1), reason="划转"
    )
    old = [scope_of(one, READ, DAY).covers(EAST_1) for one in (east, west)]
    new = [scope_of(one, READ, DAY).covers("990101101209") for one in (east, west)]
    assert (old, new) == ([False, True], [False, True])


def test_rows_filter_takes_either_column() -> None:
    both = Scope((("1", "1"),), frozenset({5}))
    assert both.rows(household="id", division="code") == both.divisions("code") | both.households(
        "id"
    )
    assert [EVERYTHING.rows(), EVERYTHING.divisions(), EVERYTHING.households()] == [Q(), Q(), Q()]
    assert list(Division.objects.filter(NOTHING.rows(household="id", division="code"))) == []
    assert (both | EVERYTHING).everything


def _asked(somebody: User) -> int:
    scope_of(somebody, READ, DAY)  # what became of the codes is read again after each of them
    with CaptureQueriesContext(connection) as asked:
        scope_of(somebody, READ, DAY)
    return len(asked)


def test_number_of_queries_does_not_grow() -> None:
    somebody = user()
    post(somebody, "village_officer", EAST_1, date(2019, 1, 1))
    helper = post(somebody, "helper", EAST_1)
    actions.assign_households(actor="command", post=helper, household_ids=[1], valid_from=START)
    places.recode(
        actor="command", code=EAST_2, new_code="990101100208", day=date(2020, 1, 1), reason="换号"
    )
    before = _asked(somebody)
    post(somebody, "village_officer", WEST_1)
    actions.assign_households(
        actor="command", post=helper, household_ids=range(2, 200), valid_from=START
    )
    places.recode(
        actor="command", code=EAST, new_code="990101105", day=date(2021, 1, 1), reason="换号"
    )
    assert (before, _asked(somebody)) == (3, 3)


def test_all_permissions_of_a_request_cost_three_queries_together() -> None:
    somebody = user()
    post(somebody, "township_clerk", EAST)
    helper = post(somebody, "helper", WEST_1)
    actions.assign_households(actor="command", post=helper, household_ids=[1], valid_from=START)
    places.recode(actor="command", code=EAST_2, new_code="990101100208", day=DAY, reason="换号")
    alone = {one: scope_of(somebody, one, DAY) for one in Permission}
    with CaptureQueriesContext(connection) as asked:
        scopes = Scopes(somebody, DAY)
        together = {one: scopes.of(one) for one in Permission}
    assert (len(asked), together) == (3, alone)
    assert together[READ].household_ids == frozenset({1})
    assert together[Permission.BANK_READ].household_ids is None


def test_topics_are_those_of_the_posts_that_reach_the_household() -> None:
    """The bureau's clerk who is also a helper sees every topic of her households, and of no others."""
    clerk = user()
    post(clerk, "line_department", COUNTY, topics=["dwelling"])
    helper = post(clerk, "helper", EAST_1)
    actions.assign_households(actor="command", post=helper, household_ids=[7], valid_from=START)
    scopes = Scopes(clerk, DAY)
    assert scopes.topics_at(READ, EAST_1, 7) is None
    assert scopes.topics_at(READ, EAST_1, 8) == {"dwelling"}
    assert scopes.topics_at(READ, WEST_1) == {"dwelling"}
    assert scopes.topics_at(READ, "990102100201") == frozenset()
    assert scopes.topics_at(Permission.HOUSEHOLDS_WRITE, WEST_1) == frozenset()
    assert topics_of(clerk, READ, DAY) is None
