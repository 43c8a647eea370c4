"""What happens after the report day (向后推演): deaths, births, marriages, moves, new heads, the last exits.

Year by year on whole arrays: a household keeps exactly one head, and whoever becomes it gives everybody a new
relation on that day.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from mingbai.demo.context import Context
from mingbai.demo.exact import Ints, apportion
from mingbai.demo.naming import Names
from mingbai.demo.people import YEAR
from mingbai.demo.society import (
    OPEN,
    REASON,
    RELATION,
    Flags,
    Society,
    ages,
    day_of,
    year_start,
    years_of,
)
from mingbai.demo.succession import succeed


def roll(context: Context, society: Society) -> None:
    """From the report day to `until`; nothing where they are the same day."""
    start = day_of(context.place.as_of)
    if society.until <= start:
        return
    _last_exits(context, society)
    while start < society.until:
        year = int(years_of(np.array([start + 1], dtype=np.int32))[0])
        end = min(year_start(year + 1), society.until)
        _span(context, society, start + 1, max(end, start + 2), year)
        start = end


def _last_exits(context: Context, society: Society) -> None:
    """Who was still poor exits by the end of 2020, as everywhere (现行标准下全部脱贫)."""
    rng, houses = context.rng("rolling.exits"), society.households
    rows = rng.permutation(
        np.flatnonzero(houses.poor(society.anchor) & (houses.end > society.anchor))
    )
    shares = society.local["later_exits"]
    years = np.repeat(list(shares), apportion(rows.size, np.array(list(shares.values()))))
    start = np.array([day_of(date(int(year), 11, 1)) for year in years], dtype=np.int64)
    day = start + rng.integers(0, 40, rows.size)
    kept = day <= society.until
    houses.exited[rows[kept]] = day[kept]


def _span(context: Context, society: Society, start: int, end: int, year: int) -> None:
    """One year or what is left of it."""
    rng = context.rng(f"rolling.{year}")
    share = (end - start) / 365.25
    heads = _deaths(society, start, end, share, rng)
    _leaving(society, start, end, share, rng)
    _empty(society, end)
    succeed(society, heads, end)
    _weddings(society, start, end, share, rng)
    _births(society, start, end, share, rng)


def _deaths(society: Society, start: int, end: int, share: float, rng: np.random.Generator) -> Ints:
    """Who dies; the memberships of heads among them are returned."""
    members, given = society.memberships, society.settings["deaths"]
    rows = members.on(start)
    age = ages(society.persons.birth[members.person[rows]], start).clip(0, 110)
    hazard = given["base"] + np.exp(given["level"] + given["slope"] * age)
    hazard = np.where(age < 1, given["infant"], hazard).clip(0, 0.95)
    dead = rows[rng.random(rows.size) < 1 - (1 - hazard) ** share]
    day = start + rng.integers(0, end - start, dead.size)
    society.persons.died[members.person[dead]] = day
    members.end[dead] = day
    members.left[dead] = REASON["death"]
    return np.asarray(dead[members.relation[dead] == RELATION["head"]])


def _leaving(
    society: Society, start: int, end: int, share: float, rng: np.random.Generator
) -> None:
    """Daughters who marry out, grown-up sons without a wife who move; never the last of a household."""
    members = society.memberships
    rows = members.on(end)
    age = ages(society.persons.birth[members.person[rows]], start)
    home, relation = members.household[rows], members.relation[rows]
    in_law = _having(society, rows, "son_in_law"), _having(society, rows, "daughter_in_law")
    out = (relation == RELATION["daughter"]) & (age >= 20) & (age < 30) & ~in_law[0][home]
    out &= rng.random(rows.size) < society.settings["marriages"]["out"] * share
    moved = (relation == RELATION["son"]) & (age >= 22) & (age < 38) & ~in_law[1][home]
    moved &= rng.random(rows.size) < society.settings["moves"] * share
    for chosen, reason in ((out, "married_out"), (moved, "moved_out")):
        gone = rows[chosen]
        members.end[gone] = start + rng.integers(0, end - start, gone.size)
        members.end[gone] = np.maximum(members.end[gone], members.start[gone] + 1)
        members.left[gone] = REASON[reason]


def _having(society: Society, rows: Ints, relation: str) -> Flags:
    members = society.memberships
    result = np.zeros(society.households.count, dtype=bool)
    result[members.household[rows[members.relation[rows] == RELATION[relation]]]] = True
    return result


def _empty(society: Society, end: int) -> None:
    """Households whose last member died end on that day (自然销户), on the register too."""
    houses, members = society.households, society.memberships
    gone = (houses.end == OPEN) & (society.sizes(end) == 0)
    last = np.zeros(houses.count, dtype=np.int32)
    np.maximum.at(last, members.household, np.where(members.end < OPEN, members.end, 0))
    houses.end[gone] = last[gone]
    houses.unlisted[gone] = np.minimum(houses.unlisted[gone], last[gone])


def _weddings(
    society: Society, start: int, end: int, share: float, rng: np.random.Generator
) -> None:
    """Wives of sons, and of single heads, come from elsewhere."""
    members = society.memberships
    rows = members.on(end)
    person = members.person[rows]
    age = ages(society.persons.birth[person], start)
    home, relation, male = (
        members.household[rows],
        members.relation[rows],
        society.persons.male[person],
    )
    chance = rng.random(rows.size) < society.settings["marriages"]["in"] * share
    son = (relation == RELATION["son"]) & ~_having(society, rows, "daughter_in_law")[home]
    head = (relation == RELATION["head"]) & male & ~_having(society, rows, "spouse")[home]
    for chosen, name in ((son, "daughter_in_law"), (head, "spouse")):
        at = np.flatnonzero(chosen & chance & (age >= 23) & (age < 35))
        at = at[np.unique(home[at], return_index=True)[1]]  # one wedding a household and year
        day = start + rng.integers(0, end - start, at.size)
        gap = rng.normal(1.5, 2.0, at.size).clip(-4, 8)
        near = society.persons.birth[person[at]].astype(np.int64) + (gap * YEAR).astype(np.int64)
        born = np.minimum(near, day - int(20.05 * YEAR))
        kind = np.full(at.size, RELATION[name])
        _join(society, born, np.zeros(at.size, bool), day, home[at], kind, "marriage", rng)


def _births(society: Society, start: int, end: int, share: float, rng: np.random.Generator) -> None:
    """Children of wives who live with their husbands, most of a year after the last one."""
    members = society.memberships
    rows = members.on(end)
    person, home, relation = members.person[rows], members.household[rows], members.relation[rows]
    age = ages(society.persons.birth[person], start)
    female = ~society.persons.male[person]
    bands = society.settings["births"]
    rate = np.zeros(rows.size)
    for first, value in bands:
        rate = np.where(age >= first, value, rate)
    couple = _having(society, rows, "spouse")[home]
    wife = female & couple & np.isin(relation, [RELATION["head"], RELATION["spouse"]])
    bride = (relation == RELATION["daughter_in_law"]) & _having(society, rows, "son")[home]
    for mothers, names in ((wife, ("daughter", "son")), (bride, ("granddaughter", "grandson"))):
        at = np.flatnonzero(mothers & (rng.random(rows.size) < rate * share))
        at = at[np.unique(home[at], return_index=True)[1]]
        day = start + rng.integers(0, end - start, at.size)
        young = np.isin(members.relation, [RELATION[one] for one in names])
        latest = np.full(society.households.count, -OPEN, dtype=np.int64)
        births = society.persons.birth[members.person[young]]
        np.maximum.at(latest, members.household[young], births)
        kept = (day - latest[home[at]] > 330) & (day > members.start[rows[at]] + 200)
        at, day = at[kept], day[kept]
        male = rng.random(at.size) < 0.53
        kind = np.where(male, RELATION[names[1]], RELATION[names[0]])
        _join(society, day, male, day, home[at], kind, "birth", rng)


def _join(
    society: Society, births: Ints, male: Flags, day: Ints, home: NDArray[np.int32], relation: Ints,
    reason: str, rng: np.random.Generator,
) -> None:  # fmt: skip
    """New persons; a child bears the surname of a child of the house, or of its head."""
    persons, members, names = society.persons, society.memberships, Names()
    count = births.size
    place = persons.count + np.arange(count)
    line = np.zeros(society.households.count, dtype=np.int64)
    for kind in ("head", "son", "daughter", "grandson", "granddaughter"):
        rows = np.flatnonzero(members.relation == RELATION[kind])
        if kind in ("head", "son", "daughter") or reason == "birth":
            line[members.household[rows]] = members.person[rows]
    surname = persons.surname[line[home]] if reason == "birth" else names.draw_surnames(count, rng)
    more = {
        "birth": births, "male": male, "died": np.full(count, OPEN), "surname": surname,
        "given": names.draw_givens(male, rng), "ethnicity": persons.ethnicity[line[home]],
    }  # fmt: skip
    for name, column in more.items():
        old = getattr(persons, name)
        setattr(persons, name, np.concatenate([old, np.asarray(column).astype(old.dtype)]))
    members.add(
        person=place, household=home, relation=relation, start=day, end=np.full(count, OPEN),
        came=np.full(count, REASON[reason]), left=np.full(count, -1),
    )  # fmt: skip
