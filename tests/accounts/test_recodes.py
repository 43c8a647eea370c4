"""Scopes follow real re-codes: 渌口 2018 (a county gets a name and codes) and 江口 2019 (villages merge)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mingbai.accounts.models import Post, User
from mingbai.accounts.posts import clashing
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope, scope_of
from mingbai.places import actions, queries
from mingbai.places.models import Division
from tests.places.trees import jiangkou, lukou

pytestmark = pytest.mark.database
GIVEN = date(2016, 3, 1)


def scope(role: str, code: str, day: date, given: date = GIVEN) -> Scope:
    user, _ = User.objects.get_or_create(
        username=f"{role}-{code}", defaults={"created_at": datetime(2016, 1, 1, tzinfo=UTC)}
    )
    Post.objects.get_or_create(
        user=user,
        role=role,
        division_code=code,
        valid_from=given,
        defaults={"granted_by": "command"},
    )
    return scope_of(user, Permission.HOUSEHOLDS_READ, day)


@pytest.fixture
def lukou_loaded() -> None:
    actions.load_divisions(actor="command", rows=lukou())


@pytest.fixture
def jiangkou_loaded() -> None:
    actions.load_divisions(actor="command", rows=jiangkou())


def test_village_clerk_of_lukou_keeps_her_village_from_the_day_on(lukou_loaded: None) -> None:
    old, new = "430221100203", "430212100203"
    before = scope("village_officer", old, date(2017, 12, 31))
    after = scope("village_officer", old, date(2018, 1, 1))
    assert before.ranges == ((old, old),)
    assert after.ranges == ((new, new), (old, old))
    assert not after.covers("430212100202")


def test_township_clerk_of_lukou_holds_the_new_code_and_the_history(lukou_loaded: None) -> None:
    after = scope("township_clerk", "430221100000", date(2018, 1, 1))
    assert after.ranges == (("430212100000", "430212100999"), ("430221100000", "430221100999"))


def test_county_officer_of_zhuzhou_county_becomes_one_of_lukou_district(lukou_loaded: None) -> None:
    before = scope("county_officer", "430221000000", date(2017, 12, 31))
    after = scope("county_officer", "430221000000", date(2018, 1, 1))
    assert before.ranges == (("430221000000", "430221999999"),)
    assert after.ranges == (("430212000000", "430212999999"), ("430221000000", "430221999999"))


def test_every_village_of_lukou_has_one_reader_of_its_history(lukou_loaded: None) -> None:
    day = date(2024, 1, 1)
    townships = [one.code for one in queries.children("430212", day)]
    scopes = [scope("township_clerk", code, day, date(2023, 6, 1)) for code in townships]
    olds = Division.objects.filter(level="village", code__startswith="430221")
    readers = [
        sum(one.covers(code) for one in scopes) for code in olds.values_list("code", flat=True)
    ]
    assert (len(readers), set(readers)) == (139, {1})


def test_rows_are_filtered_alike_before_and_after(lukou_loaded: None) -> None:
    """The filter on a table finds the village's rows as of either year."""
    rows = Division.objects.filter(level="village")
    after = scope("village_officer", "430221100203", date(2019, 1, 1))
    assert list(rows.filter(after.divisions("code")).order_by("code").values_list("code", flat=True)) == [
        "430212100203", "430221100203",
    ]  # fmt: skip


def test_recoded_village_of_jiangkou(jiangkou_loaded: None) -> None:
    """镇江村 520621001203 bears 520621001006 from 2019 on; the old code ends."""
    old, new = "520621001203", "520621001006"
    assert scope("village_officer", old, date(2018, 12, 31)).ranges == ((old, old),)
    after = scope("village_officer", old, date(2019, 1, 1))
    assert (after.covers(new), after.covers(old), after.covers("520621001007")) == (
        True,
        True,
        False,
    )


def test_township_of_jiangkou_sees_its_villages_of_both_years(jiangkou_loaded: None) -> None:
    after = scope("township_clerk", "520621001000", date(2019, 1, 1))
    assert after.ranges == (("520621001000", "520621001999"),)


def test_villages_of_jiangkou_that_only_ended_are_listed_until_somebody_says(
    jiangkou_loaded: None,
) -> None:
    """The roster shows 68 villages ending in 2019 and not where they went."""
    open_ends = queries.ended_without_successor(date(2019, 1, 1), "520621")
    assert len(open_ends) == 68
    assert {one.valid_to for one in open_ends} == {date(2019, 1, 1)}
    kept = scope("village_officer", "520621001204", date(2019, 6, 1))
    assert kept.ranges == (("520621001204", "520621001204"),)


def test_merged_village_of_jiangkou_once_the_county_has_said(jiangkou_loaded: None) -> None:
    day, into = date(2019, 1, 1), "520621001008"
    for old in ("520621001204", "520621001207"):
        actions.link_succession(
            actor="user:1", old_code=old, new_codes=[into], day=day, reason="县里文件"
        )
    first = scope("village_officer", "520621001204", day)
    assert (first.covers(into), first.covers("520621001204")) == (True, True)
    assert first.covers("520621001207")  # what merged is read by whoever holds the merged village
    assert not first.covers("520621001209")
    assert scope("village_officer", "520621001204", date(2018, 12, 31)).ranges == (
        ("520621001204", "520621001204"),
    )
    assert len(queries.ended_without_successor(day, "520621")) == 66


def test_posts_that_a_merger_makes_incompatible_are_listed(jiangkou_loaded: None) -> None:
    """She posts needs of one village and verifies those of the other, until the two are one."""
    day, into = date(2019, 1, 1), "520621001008"
    user = User.objects.create(username="both", created_at=datetime(2016, 1, 1, tzinfo=UTC))
    held = ("village_officer", "520621001204"), ("township_clerk", "520621001207")
    for role, code in held:
        Post.objects.create(
            user=user, role=role, division_code=code, valid_from=GIVEN, granted_by="command"
        )
    assert clashing(date(2018, 12, 31)) == clashing(day) == []
    for old in ("520621001204", "520621001207"):
        actions.link_succession(
            actor="user:1", old_code=old, new_codes=[into], day=day, reason="县里文件"
        )
    assert clashing(date(2018, 12, 31)) == []
    [found] = clashing(day)
    assert (found.user, found.one.role, found.other.role) == (user, held[0][0], held[1][0])
    assert "520621001204" in str(found.problem)
    User.objects.update(is_active=False)
    assert clashing(day) == []
