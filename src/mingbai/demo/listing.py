"""The register of the poor over the years (建档立卡动态管理): who was listed, when, and left how.

Written backwards from the anchor day, whose households are exact: those who left since are added, then as
many wrongly listed households are drawn from the others as the stock of the base day still lacks.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from mingbai.demo.context import Context
from mingbai.demo.exact import Ints, apportion, choose
from mingbai.demo.naming import Names
from mingbai.demo.people import YEAR
from mingbai.demo.rows import sum_of
from mingbai.demo.society import (
    EXITED,
    GENERAL,
    LEFT,
    OPEN,
    REASON,
    RELATION,
    Flags,
    Society,
    day_of,
    year_start,
)


def arrange(context: Context, society: Society) -> None:
    """Fill the register's days so that every dated stock is met."""
    rng = context.rng("listing")
    _hush(society)
    _exits(society, rng)
    _added(society, rng)
    _extinct(society, rng)
    _gone(context, society, rng)
    _removed(context, society, rng)
    _returned(society, rng)


def _hush(society: Society) -> None:
    """Nothing changes in the households of a dated list between its day and the anchor (洞口: no list)."""
    quiet = society.local.get("quiet")
    if quiet is None:
        return
    day, members, births = day_of(quiet), society.memberships, society.persons.birth
    on_list = society.households.stage[members.household] >= 1
    late = np.flatnonzero(on_list & (members.start > day) & (members.start <= society.anchor))
    born = late[members.came[late] == REASON["birth"]]
    shift = society.anchor - day + 5
    births[members.person[born]] -= shift
    members.start[late] -= shift


def _exits(society: Society, rng: np.random.Generator) -> None:
    houses = society.households
    for at, one in enumerate(society.local["classes"]):
        rows = rng.permutation(np.flatnonzero(houses.stage == at))
        if not one["exits"]:
            continue
        years = np.repeat(
            list(one["exits"]), apportion(rows.size, np.array(list(one["exits"].values())))
        )
        start = np.array([day_of(date(int(year), 11, 10)) for year in years])
        houses.exited[rows] = start + rng.integers(0, 46, rows.size)
    rows = np.flatnonzero(houses.klass != GENERAL)
    identified = day_of(date(2014, 4, 1)) + rng.integers(0, 200, len(society.villages))
    houses.listed[rows] = identified[houses.village[rows]]
    society.local["_identified"] = identified


def _added(society: Society, rng: np.random.Generator) -> None:
    """Households that were listed later (新识别), a year before their exit at the latest."""
    houses = society.households
    candidates = np.flatnonzero(
        (houses.klass != GENERAL) & (houses.exited > year_start(2016) + 300)
    )
    count = round(society.local["register"]["added"] * (houses.klass != GENERAL).sum())
    rows = rng.permutation(candidates)[:count]
    latest = np.minimum(
        houses.exited[rows], day_of(society.local.get("quiet", society.local["anchor"]))
    )
    last = latest.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970 - 1
    year = 2015 + (rng.random(rows.size) * (last - 2014)).astype(int)
    houses.listed[rows] = [day_of(date(int(one), 10, 8)) for one in year]
    houses.listed[rows] += rng.integers(0, 40, rows.size).astype(np.int32)


def _extinct(society: Society, rng: np.random.Generator) -> None:
    """Old people living alone, listed and dead before the anchor (自然销户)."""
    houses, anchor = society.households, society.anchor
    count = round(society.local["register"]["extinct"] * (houses.klass != GENERAL).sum())
    village = rng.choice(houses.village, count)
    death = _past_days(society, np.full(count, society.local.get("quiet") is not None), rng)
    place = houses.count + np.arange(count)
    template = rng.choice(houses.count, count)
    never = np.full(count, OPEN, dtype=np.int32)
    columns = {
        "village": village, "group": houses.group[template], "klass": np.full(count, LEFT),
        "stage": np.full(count, 99), "start": np.full(count, society.first), "end": death,
        "listed": society.local["_identified"][village], "unlisted": death, "exited": never,
        "removed": np.zeros(count, bool), "cause": np.zeros(count), "returned": never,
        "exited_again": never,
    }  # fmt: skip
    groups_of: dict[int, int] = {}
    for group, home in zip(houses.group.tolist(), houses.village.tolist(), strict=True):
        groups_of.setdefault(home, group)
    columns["group"] = np.array([groups_of[home] for home in village.tolist()])
    for name, column in columns.items():
        old = getattr(houses, name)
        setattr(houses, name, np.concatenate([old, np.asarray(column).astype(old.dtype)]))
    age = 66 + rng.gamma(3.0, 4.0, count)
    births = death - (age.clip(66, 100) * YEAR).astype(np.int64)
    _add_persons(
        society, births, rng.random(count) < 0.6, death, place, np.full(count, RELATION["head"]),
        np.full(count, REASON["death"]), rng,
    )  # fmt: skip
    assert anchor >= death.max(initial=0)


def _past_days(society: Society, quiet: Flags, rng: np.random.Generator) -> Ints:
    """Days between the base and the anchor; where it is quiet, before the dated list."""
    last = day_of(society.local["quiet"]) if "quiet" in society.local else society.anchor
    width = np.where(quiet, last, society.anchor) - society.base - 3
    return society.base + 1 + (rng.random(quiet.size) * width).astype(np.int64)


def _gone(context: Context, society: Society, rng: np.random.Generator) -> None:
    """Members of registered households who died, married out or moved since the base day."""
    houses, members = society.households, society.memberships
    listed = np.flatnonzero(
        (houses.klass != GENERAL) & (houses.listed <= society.base) & (houses.end == OPEN)
    )
    head = np.flatnonzero(members.relation == RELATION["head"])
    head_of = np.zeros(houses.count, dtype=np.int64)
    head_of[members.household[head]] = members.person[head]
    age = (society.anchor - society.persons.birth[head_of[listed]]) / YEAR
    male = society.persons.male[head_of[listed]]
    having = {
        one: np.isin(listed, members.household[members.relation == RELATION[one]])
        for one in ("spouse", "mother", "father")
    }
    total = round(
        society.local["register"]["gone"] * int(society.sizes(society.anchor)[listed].sum())
    )
    shares = society.settings["backcast"]
    numbers = apportion(total, np.array(list(shares.values())))
    dead = np.flatnonzero(
        ((age > 30) & (age < 66) & ~having["mother"]) | ((age > 58) & ~having["spouse"])
    )
    wed = np.flatnonzero((age > 45) & (age < 62))
    for reason, pool, number in zip(shares, (dead, wed, wed), numbers, strict=True):
        at = rng.permutation(pool)[:number]
        home = listed[at]
        day = _past_days(society, houses.stage[home] >= 1, rng)
        if reason == "died":
            widowed = (age[at] > 58) & ~having["spouse"][at]
            gap = np.where(
                widowed, rng.normal(0, 3, at.size), 21 + rng.gamma(4, 1.7, at.size).clip(0, 20)
            )
            births = society.persons.birth[head_of[home]] - (gap * YEAR).astype(np.int64)
            sex = np.where(widowed, ~male[at], False)
            relation = np.where(widowed, RELATION["spouse"], RELATION["mother"])
            code = REASON["death"]
        else:
            births = day - ((20.2 + rng.random(at.size) * 6) * YEAR).astype(np.int64)
            births = np.maximum(births, society.persons.birth[head_of[home]] + int(19.5 * YEAR))
            sex = np.full(at.size, reason == "moved") & (rng.random(at.size) < 0.8)
            relation = np.where(sex, RELATION["son"], RELATION["daughter"])
            code = REASON["married_out" if reason == "wed" else "moved_out"]
        _add_persons(society, births, sex, day, home, relation, np.full(at.size, code), rng)


def _add_persons(
    society: Society, births: Ints, male: Flags, left: Ints, homes: Ints, relation: Ints, reason: Ints,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """People who lived here from the first day until `left`."""
    persons, count, names = society.persons, births.size, Names()
    place = persons.count + np.arange(count)
    dead = np.where(reason == REASON["death"], left, OPEN)
    more = {
        "birth": births, "male": male, "died": dead, "surname": names.draw_surnames(count, rng),
        "given": names.draw_givens(male, rng), "ethnicity": np.zeros(count),
    }  # fmt: skip
    head = np.flatnonzero(society.memberships.relation == RELATION["head"])
    line = np.full(society.households.count, -1, dtype=np.int64)
    line[society.memberships.household[head]] = society.memberships.person[head]
    own = line[homes]
    kin = (own >= 0) & np.isin(relation, [RELATION["son"], RELATION["daughter"]])
    more["surname"] = np.where(kin, persons.surname[own], more["surname"])
    more["ethnicity"] = np.where(own >= 0, persons.ethnicity[own], 0)
    for name, column in more.items():
        old = getattr(persons, name)
        setattr(persons, name, np.concatenate([old, column.astype(old.dtype)]))
    society.memberships.add(
        person=place, household=homes, relation=relation,
        start=np.maximum(births, society.first), end=left,
        came=np.where(births > society.first, REASON["birth"], REASON["initial"]), left=reason,
    )  # fmt: skip


def _removed(context: Context, society: Society, rng: np.random.Generator) -> None:
    """Wrongly listed households (错评剔除): what the stock of the base day lacks without them."""
    houses, local = society.households, society.local
    sizes = society.sizes(society.base)
    listed = houses.listed <= society.base
    wanted = local["registered_2014"]
    persons = sum_of(context, wanted["persons"]) - int(sizes[listed].sum())
    if wanted["households"] is None:
        count = round(persons / wanted["mean"])
    else:
        count = sum_of(context, wanted["households"]) - int(listed.sum())
    rows = choose(
        sizes, count, persons, rng, weights=((houses.klass == GENERAL) & (sizes > 0)) * 1.0
    )
    rows = rng.permutation(rows)
    years = local["register"]["removed_years"]
    year = np.repeat(list(years), apportion(rows.size, np.array(list(years.values()))))
    start = np.array([year_start(int(one)) for one in year])
    houses.listed[rows] = society.local["_identified"][houses.village[rows]]
    houses.unlisted[rows] = start + 120 + rng.integers(0, 180, rows.size)
    houses.removed[rows] = True


def _returned(society: Society, rng: np.random.Generator) -> None:
    """A few households fell back and exited again (返贫)."""
    houses, number = society.households, society.local["register"]["returned"]
    early = np.flatnonzero((houses.klass == EXITED) & (houses.exited < year_start(2017)))
    rows = rng.permutation(early)[:number]
    houses.returned[rows] = houses.exited[rows] + 330 + rng.integers(0, 60, rows.size)
    houses.exited_again[rows] = houses.returned[rows] + 365
