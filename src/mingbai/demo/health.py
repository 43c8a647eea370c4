"""Illness, disability, contracts and insurance (患病、残疾、家庭医生签约、参保)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mingbai.demo.context import Context
from mingbai.demo.exact import Ints
from mingbai.demo.registered import constant, days
from mingbai.demo.rows import sum_of
from mingbai.demo.society import OPEN, Society, ages, year_start, years_of
from mingbai.demo.traits import CHRONIC, MAJOR, Traits


def build(context: Context, society: Society, traits: Traits) -> None:
    _put_healths(context, society, traits)
    _put_insurances(context, society, traits)


def _put_healths(context: Context, society: Society, traits: Traits) -> None:
    """One row for everybody with an illness or a disability, and for every person ever registered."""
    persons = society.persons
    ill = (traits.chronic > 0) | (traits.major > 0) | (traits.disability_grade > 0)
    rows = np.flatnonzero(ill | traits.registered)
    disabled = traits.disability_grade[rows] > 0
    types, grades = traits.disability_type[rows], traits.disability_grade[rows]
    digits = pa.array(list("0123456789"))
    context.put("healths", pa.table({
        "person_id": society.person_ids.take(pa.array(rows)),
        "chronic": pa.array(CHRONIC).take(pa.array(traits.chronic[rows], mask=traits.chronic[rows] == 0)),
        "major": pa.array(MAJOR).take(pa.array(traits.major[rows], mask=traits.major[rows] == 0)),
        "disability_type": digits.take(pa.array(types, mask=~disabled)),
        "disability_grade": digits.take(pa.array(grades, mask=~disabled)),
        "certified_on": days(np.where(disabled, traits.certified[rows], OPEN)),
        "contract_team": _teams(context, society, traits, rows),
        "from_date": days(np.maximum(persons.birth[rows], np.minimum(traits.ill_since[rows], society.base))),
        "to_date": days(persons.died[rows]),
    }))  # fmt: skip


def _teams(context: Context, society: Society, traits: Traits, rows: Ints) -> pa.Array:
    """The contract team: number n serves the township at (n - 1) mod T in code order."""
    number = sum_of(context, society.local.get("teams", [0]))
    if not number:
        return pa.nulls(rows.size, pa.string())
    towns = sorted({one.township for one in society.villages})
    town = np.array([towns.index(one.township) for one in society.villages])
    home = np.zeros(society.persons.count, dtype=np.int64)
    home[society.memberships.person] = society.households.village[society.memberships.household]
    mine = town[home[rows]]
    rounds = (number - mine - 1) // len(towns) + 1  # teams of the township
    team = mine + len(towns) * (home[rows] % rounds)
    texts = pa.array([f"C{context.place.code}-{n + 1:03d}" for n in range(number)])
    signed = traits.registered[rows] | (traits.vigour[rows] < 0.3)
    return texts.take(pa.array(team, mask=~signed))


def _put_insurances(context: Context, society: Society, traits: Traits) -> None:
    """Insurance (参保) of the registered in the anchor year, medical of everybody in the year of `until`."""
    known = {
        int(years_of(np.array([one], dtype=np.int32))[0]) for one in (society.anchor, society.until)
    }
    for year in sorted(known):
        _put_year(context, society, traits, year)


def _put_year(context: Context, society: Society, traits: Traits, year: int) -> None:
    rng = context.rng(f"health.insured.{year}")
    day = min(max(year_start(year), society.first), society.until)
    persons, homes = society.members(max(day, min(society.until, year_start(year + 1) - 1)))
    listed = society.households.on_register(society.anchor)[homes]
    given = society.settings["insured"]
    age = ages(society.persons.birth[persons], year_start(year))
    lot = rng.random(persons.size)
    employee = (age >= 20) & (age < 60) & ~listed & (lot < given["employee"])
    resident = ~employee & (listed | (lot < given["general"]))
    kinds, payers = (
        pa.array(["resident_medical", "employee_medical", "resident_pension"]),
        pa.array(["own", "subsidy"]),
    )
    pension = (age >= 16) & listed
    if year < years_of(np.array([society.until], dtype=np.int32))[0]:
        resident, employee = resident & listed, employee & listed
    for code, rows in (
        (0, np.flatnonzero(resident)),
        (1, np.flatnonzero(employee)),
        (2, np.flatnonzero(pension)),
    ):
        paid = listed[rows].astype(np.int8)
        context.append("insurances", pa.table({
            "person_id": society.person_ids.take(pa.array(persons[rows])),
            "year": np.full(rows.size, year),
            "kind": constant(kinds[code].as_py(), rows.size),
            "paid_by": payers.take(pa.array(paid)),
        }))  # fmt: skip
