"""沙口镇 in the register, with few other residents: its villages merged in 2018, nobody lost a home."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mingbai.accounts.models import Post, User
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope, scope_of
from mingbai.demo.build import build, write_tables
from mingbai.demo.loading import load_place
from mingbai.demo.place import load_place as known_place
from mingbai.households.models import Residence
from mingbai.households.queries.counting import Standing, count_totals
from mingbai.places.models import Group, Register
from mingbai.places.queries import children

pytestmark = pytest.mark.database

BEFORE, DAY = date(2017, 12, 31), date(2018, 1, 1)
GONE, INTO = "421083110204", "421083110201"  # 海岭 went into what is 上新河 since


def _scope(code: str, day: date) -> Scope:
    user, _ = User.objects.get_or_create(
        username=f"clerk-{code}", defaults={"created_at": datetime(2016, 1, 1, tzinfo=UTC)}
    )
    Post.objects.get_or_create(
        user=user, role="village_officer", division_code=code, valid_from=date(2016, 3, 1),
        defaults={"granted_by": "command"},
    )  # fmt: skip
    return scope_of(user, Permission.HOUSEHOLDS_READ, day)


def _homes(scope: Scope, day: date) -> set[int]:
    """Households that live in a scope on a day."""
    there = Residence.objects.filter(scope.divisions("division_code"), valid_from__lte=day)
    return set(there.exclude(valid_to__lte=day).values_list("household_id", flat=True))


def test_merger_keeps_households_with_their_clerk_and_counts_under_the_old_codes(
    tmp_path: Path,
) -> None:
    """S0-03: 23 villages until the end of 2017, 16 from 2018 on, the register whole on either day."""
    place = known_place("shakou")
    people = place.parameters["people"] | {"population": {"households": [1700], "persons": [5600]}}
    small = replace(place, parameters=place.parameters | {"people": people})
    write_tables(build(small, seed=1), tmp_path)
    load_place(tmp_path, actor="command")

    assert Register.objects.get().pack == "cn-shakou"
    villages = [
        [one for one in children("421083110", day) if one.kind == "village"]
        for day in (BEFORE, DAY)
    ]
    assert [len(one) for one in villages] == [23, 16]
    whole = [count_totals(day, standing=Standing.ALL) for day in (BEFORE, DAY)]
    assert whole[0].households == whole[1].households

    old, new = _scope(GONE, BEFORE), _scope(GONE, DAY)
    hers = _homes(old, BEFORE)
    assert hers
    assert hers <= _homes(new, DAY)
    assert _homes(new, BEFORE) == hers | _homes(_scope(INTO, BEFORE), BEFORE)
    assert count_totals(BEFORE, scope=old).households == len(hers)
    assert count_totals(DAY, scope=old).households == 0
    groups = Group.objects.filter(village_code=GONE, valid_to=DAY).order_by("number")
    assert list(groups.values_list("number", "name"))[:2] == [("001", "一组"), ("002", "二组")]
    lived = Residence.objects.filter(division_code=GONE).values_list("group_number", flat=True)
    assert set(lived) <= set(groups.values_list("number", flat=True))
    assert count_totals(date(2020, 12, 31), standing=Standing.REGISTERED).persons == 3988
