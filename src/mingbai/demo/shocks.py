"""True shocks (真实冲击): illness, accident, disaster, lost work, cost of schooling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mingbai.demo.context import Context
from mingbai.demo.exact import Floats, Ints
from mingbai.demo.registered import days
from mingbai.demo.society import Codes, Ints32, Society, ages, year_start, years_of
from mingbai.demo.traits import Traits

KINDS = ("illness", "accident", "disaster", "job", "schooling")
# Share of a year's welfare that is lost while it lasts, and the loss in yuan, by kind.
WEIGHT = np.array([0.55, 0.5, 0.3, 0.35, 0.25])
_LOSS = np.array([52_000, 40_000, 16_000, 18_000, 13_000])


@dataclass
class Shocks:
    """One row a shock; `person` is -1 where the whole household was struck. `loss` in fen."""

    household: Ints
    person: Ints
    day: Ints32
    kind: Codes
    loss: Ints


def draw(context: Context, society: Society, traits: Traits) -> Shocks:
    """Shocks of all households, year by year to `until`; poorer ones are struck a little more often."""
    first, last = (
        int(years_of(np.array([one], dtype=np.int32))[0]) for one in (society.base, society.until)
    )
    parts = [
        _of_year(context, society, traits, year, at)
        for year in range(first, last + 1)
        for at in range(len(KINDS))
    ]
    merged = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((merged[0], merged[2]))
    found = Shocks(*(column[order] for column in merged))
    kept = (found.day <= society.until) & (society.households.end[found.household] > found.day)
    return Shocks(
        *(getattr(found, name)[kept] for name in ("household", "person", "day", "kind", "loss"))
    )


def _of_year(
    context: Context, society: Society, traits: Traits, year: int, kind: int
) -> tuple[Ints, Ints, Ints32, Codes, Ints]:
    rng = context.rng(f"shocks.{year}.{KINDS[kind]}")
    rate = society.settings["shocks"][KINDS[kind]]
    welfare = traits.welfare
    chance: Floats = rate * np.exp(-0.25 * welfare.clip(-2.5, 2.5)) / 1.1
    houses = np.flatnonzero(rng.random(welfare.size) < chance)
    day = year_start(year) + rng.integers(0, 365, houses.size)
    person = np.full(houses.size, -1, dtype=np.int64)
    if kind != 2:
        person = _struck(society, traits, houses, year_start(year), kind, rng)
        kept = person >= 0
        houses, day, person = houses[kept], day[kept], person[kept]
    loss = _LOSS[kind] * np.exp(0.5 * rng.normal(size=houses.size)) * 100
    return (
        houses.astype(np.int64), person, day.astype(np.int32),
        np.full(houses.size, kind, np.int8), loss.astype(np.int64),
    )  # fmt: skip


def _struck(
    society: Society, traits: Traits, houses: Ints, day: int, kind: int, rng: np.random.Generator
) -> Ints:
    """Whom it strikes: the old and ill fall ill, the able lose work, students cost; -1: nobody fits."""
    members = society.memberships
    wanted = np.zeros(society.households.count, dtype=bool)
    wanted[houses] = True
    rows = members.on(day)
    rows = rows[wanted[members.household[rows]]]
    persons = members.person[rows].astype(np.int64)
    age = ages(society.persons.birth[persons], day)
    if kind <= 1:
        weight = (
            0.3
            + (age / 40) ** 2
            + 2.0 * (traits.major[persons] > 0)
            + (traits.chronic[persons] > 0)
        )
    elif kind == 3:
        weight = ((age >= 18) & (age < 60) & (traits.disability_grade[persons] == 0)) * 1.0
    else:
        weight = ((age >= 15) & (age < 22) & (traits.path[persons] < 0.75)) * 1.0
    with np.errstate(divide="ignore"):
        key = np.log(weight) + rng.gumbel(size=weight.size)
    order = np.lexsort((key, members.household[rows]))  # the likeliest of a household comes last
    best = np.full(society.households.count, -1, dtype=np.int64)
    fit = order[weight[order] > 0]
    best[members.household[rows][fit]] = persons[fit]
    return np.asarray(best[houses])


def put(context: Context, society: Society, shocks: Shocks) -> None:
    context.truth["shocks"] = pa.table({
        "household_id": society.household_ids.take(pa.array(shocks.household)),
        "person_id": society.person_ids.take(pa.array(shocks.person, mask=shocks.person < 0)),
        "day": days(shocks.day),
        "kind": pa.array(KINDS).take(pa.array(shocks.kind)),
        "loss": shocks.loss,
    })  # fmt: skip
