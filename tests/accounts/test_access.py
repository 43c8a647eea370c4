"""Who may manage and grant, and reading outside the own scope."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingbai.accounts.access import may_grant, may_manage, may_see_user, reach_of
from mingbai.accounts.models import OutsideReading, User
from mingbai.accounts.outside import (
    end_outside_reading,
    log_outside_look,
    open_outside_reading,
    outside_scope,
)
from mingbai.accounts.queries import UserFilters, posts_of, user_named, users_in
from mingbai.accounts.roles import ROLES, Permission
from mingbai.accounts.scopes import EVERYTHING, scope_of
from mingbai.audit.models import AccessLook, Event
from mingbai.common.errors import RegisterError
from tests.accounts.people import (
    COUNTY,
    DAY,
    EAST,
    EAST_1,
    NOW,
    WEST,
    WEST_1,
    lay_county,
    post,
    user,
)

pytestmark = pytest.mark.database
READ = Permission.HOUSEHOLDS_READ
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _county() -> None:
    lay_county()


@pytest.fixture
def lead() -> User:
    found = user("lead")
    post(found, "township_lead", EAST)
    return found


@pytest.fixture
def officer() -> User:
    found = user("officer")
    post(found, "county_officer", COUNTY)
    return found


@pytest.fixture
def administrator() -> User:
    found = user("administrator")
    post(found, "account_administrator", COUNTY)
    return found


def grants(who: User, role: str, code: str) -> bool:
    return may_grant(who, ROLES[role], code, DAY)


def test_township_lead_appoints_the_villages_of_the_own_township(lead: User) -> None:
    assert grants(lead, "village_officer", EAST_1)
    assert grants(lead, "helper", "")
    assert not grants(lead, "village_officer", WEST_1)
    assert not grants(lead, "township_clerk", EAST)
    assert not grants(lead, "auditor", COUNTY)


def test_county_officer_appoints_below_the_county(officer: User) -> None:
    assert grants(officer, "township_clerk", WEST)
    assert grants(officer, "village_officer", WEST_1)
    assert not grants(officer, "county_approver", COUNTY)
    assert not grants(officer, "township_lead", WEST)  # that would hand on the power to appoint
    assert not grants(officer, "account_administrator", COUNTY)


def test_administrator_appoints_everybody_and_reads_nobody(administrator: User) -> None:
    assert all(grants(administrator, role, COUNTY) for role in ROLES)
    assert may_manage(administrator, DAY)
    assert scope_of(administrator, READ, DAY).empty


def test_clerk_appoints_nobody() -> None:
    clerk = user("clerk")
    post(clerk, "township_clerk", EAST)
    assert not grants(clerk, "village_officer", EAST_1)
    assert not may_manage(clerk, DAY)


def test_users_are_seen_by_whoever_answers_for_their_place(lead: User, administrator: User) -> None:
    near, far = user("near"), user("far")
    post(near, "village_officer", EAST_1)
    post(far, "village_officer", WEST_1)
    assert [may_see_user(lead, one, DAY) for one in (near, far, lead)] == [True, False, True]
    assert may_see_user(administrator, far, DAY)
    mine = scope_of(lead, Permission.POSTS_GRANT, DAY)
    assert list(users_in(mine, UserFilters(), day=DAY, now=NOW)) == [lead, near]
    assert list(users_in(EVERYTHING, UserFilters(text="nea"), day=DAY, now=NOW)) == [near]
    assert [one.role for one in posts_of([near])[near.pk]] == ["village_officer"]


def test_user_is_found_by_name_while_active() -> None:
    somebody = user("wang")
    assert user_named(" Wang ") == somebody
    with pytest.raises(RegisterError, match="ACC-023"):
        user_named("nobody")


def leave(
    who: User, code: str = WEST, reason: str = "核对重复的户", lasting: timedelta = HOUR
) -> OutsideReading:
    return open_outside_reading(
        user=who, division_code=code, reason=reason, lasting=lasting, now=NOW, day=DAY
    )


def test_outside_reading_opens_a_place_for_a_time(lead: User) -> None:
    assert outside_scope(lead, READ, DAY, NOW).empty
    leave(lead)
    assert outside_scope(lead, READ, DAY, NOW).covers(WEST_1)
    assert outside_scope(lead, READ, DAY, NOW + HOUR).empty
    assert outside_scope(lead, Permission.HOUSEHOLDS_WRITE, DAY, NOW).empty
    assert Event.objects.latest("id").action == "accounts.outside_reading.opened"


def test_outside_reading_never_opens_restricted_topics(officer: User) -> None:
    leave(officer)
    assert outside_scope(officer, Permission.HEALTH_READ, DAY, NOW).empty


def test_outside_reading_ends_early_and_once(lead: User) -> None:
    reading = leave(lead)
    end_outside_reading(actor=lead.actor, reading=reading, now=NOW)
    events = Event.objects.count()
    end_outside_reading(actor=lead.actor, reading=reading, now=NOW + HOUR)
    assert (reading.ended_at, Event.objects.count()) == (NOW, events)
    assert outside_scope(lead, READ, DAY, NOW).empty


def test_look_by_a_leave_is_logged_with_it(lead: User) -> None:
    reading = leave(lead)
    log_outside_look(user=lead, division_code=WEST_1, now=NOW, via="desk", household_id=7)
    look = AccessLook.objects.get()
    assert (look.actor, look.subject_id, look.leave_id) == (lead.actor, 7, reading.pk)
    with pytest.raises(RegisterError, match="ACC-012"):
        log_outside_look(
            user=lead, division_code=WEST_1, now=NOW + HOUR, via="desk", household_id=7
        )


def test_reach_tells_own_from_outside(lead: User) -> None:
    leave(lead)
    reach = reach_of(lead, READ, DAY, NOW)
    assert [reach.all.covers(one) for one in (EAST_1, WEST_1)] == [True, True]
    assert [reach.only_outside(one) for one in (EAST_1, WEST_1)] == [False, True]


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "看看"},
        {"lasting": timedelta(hours=9)},
        {"lasting": timedelta(0)},
        {"code": "990109"},
    ],
)
def test_outside_reading_that_is_refused(lead: User, changes: dict[str, object]) -> None:
    with pytest.raises(RegisterError, match="ACC-012"):
        leave(lead, **changes)


def test_outside_reading_needs_the_power() -> None:
    clerk = user("clerk")
    post(clerk, "township_clerk", EAST)
    with pytest.raises(RegisterError, match="ACC-012"):
        leave(clerk)
