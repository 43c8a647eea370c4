"""The tables of a place read back out of the register, so that its published totals can be asked of them.

Only what the register keeps: columns it has no place for come back empty.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from mingbai.demo.loading_homes import INCOME, LAND, MEASURES
from mingbai.demo.loading_persons import BENEFITS
from mingbai.demo.schema import TABLES
from mingbai.households.models import (
    Benefit,
    Dwelling,
    Household,
    HouseholdLife,
    Identity,
    IncomeYear,
    Land,
    Measure,
    Membership,
    Person,
    Residence,
    Schooling,
    Status,
    Water,
    Work,
)
from mingbai.places.enums import DIGITS
from mingbai.places.models import Denominator, Division, VillageStatus

Rows = list[dict[str, Any]]
PROGRAMMES = {title: programme for programme, (_, title) in MEASURES.items()}


def reread() -> dict[str, pa.Table]:
    """Tables by name, in the schema of a built place."""
    homes = dict(Household.objects.recorded().values_list("id", "number"))
    people = dict(Person.objects.recorded().values_list("id", "number"))
    found = {
        "divisions": _divisions(),
        "denominators": _denominators(),
        "village_statuses": _village_statuses(),
        "households": _households(homes),
        "persons": _persons(people),
        "memberships": _memberships(homes, people),
        "statuses": _statuses(homes, people),
        "incomes": _incomes(homes),
        "lands": _yearly(Land, homes, "household_id", {one: one for one in LAND}),
        "waters": _dated(Water, homes, "household_id", {
            "safe": "drinking_water_safe", "piped": "water_piped",
        }),
        "dwellings": _dated(Dwelling, homes, "household_id", {
            "kind": "dwelling_kind", "grade": "dwelling_grade", "renovated_on": "renovated_on",
            "relocated_on": "relocated_on", "area_m2": "area",
        }),
        "works": _yearly(Work, people, "person_id", {
            "labour": "labour", "months": "work_months", "place": "work_place", "education": "education",
        }),
        "schoolings": _dated(Schooling, people, "person_id", {"school": "school"}),
        "payments": _payments(homes, people),
    }  # fmt: skip
    return {name: _table(name, rows) for name, rows in found.items()}


def _table(name: str, rows: Rows) -> pa.Table:
    schema = TABLES[name]
    return pa.table({one: pa.array([row.get(one) for row in rows], schema.field(one).type)
                     for one in schema.names})  # fmt: skip


def _short(code: str, level: str) -> str:
    return code[: DIGITS[level]]  # type: ignore[index]  # a level is its value


def _divisions() -> Rows:
    return [
        {"code": _short(row.code, row.level), "name": row.name, "level": row.level, "kind": row.kind,
         "from_date": row.valid_from, "to_date": row.valid_to}
        for row in Division.objects.recorded()
    ]  # fmt: skip


def _denominators() -> Rows:
    levels = dict(Division.objects.recorded().values_list("code", "level"))
    return [
        {"code": _short(row.division_code, levels[row.division_code]), "day": row.counted_on,
         "universe": row.universe, "value": row.value, "origin": row.source}
        for row in Denominator.objects.recorded()
    ]  # fmt: skip


def _village_statuses() -> Rows:
    return [
        {"code": row.division_code, "kind": row.kind, "from_date": row.valid_from, "to_date": row.valid_to,
         "reason": row.reason}
        for row in VillageStatus.objects.recorded()
    ]  # fmt: skip


def _households(homes: dict[int, str]) -> Rows:
    newest = (
        Residence.objects.recorded()
        .order_by("valid_from")
        .values_list("household_id", "division_code")
    )
    codes = dict(newest)
    return [
        {"household_id": homes[row.household_id], "village_code": codes[row.household_id],
         "from_date": row.valid_from, "to_date": row.valid_to}
        for row in HouseholdLife.objects.recorded()
    ]  # fmt: skip


def _persons(people: dict[int, str]) -> Rows:
    found = {
        row.person_id: {"person_id": people[row.person_id], "name": row.name, "sex": row.sex,
                        "birth_date": row.birth_date, "died_on": row.died_on, "ethnicity": row.ethnicity}
        for row in Identity.objects.recorded().order_by("valid_from")
    }  # fmt: skip
    return list(found.values())


def _memberships(homes: dict[int, str], people: dict[int, str]) -> Rows:
    return [
        {"person_id": people[row.person_id], "household_id": homes[row.household_id],
         "relation": row.relation, "from_date": row.valid_from, "to_date": row.valid_to}
        for row in Membership.objects.recorded()
    ]  # fmt: skip


def _statuses(homes: dict[int, str], people: dict[int, str]) -> Rows:
    known = {"household": homes, "person": people}
    return [
        {"subject": row.subject, "subject_id": known[row.subject][row.subject_id], "kind": row.kind,
         "from_date": row.valid_from, "to_date": row.valid_to, "reason": row.cause or None}
        for row in Status.objects.recorded()
    ]  # fmt: skip


def _incomes(homes: dict[int, str]) -> Rows:
    return _yearly(IncomeYear, homes, "household_id", INCOME)


def _yearly(model: Any, ids: dict[int, str], key: str, columns: dict[str, str]) -> Rows:
    return [
        {key: ids[getattr(row, key)], "year": row.valid_from.year,
         **{name: getattr(row, column) for name, column in columns.items()}}
        for row in model.objects.recorded().order_by("id")
    ]  # fmt: skip


def _dated(model: Any, ids: dict[int, str], key: str, columns: dict[str, str]) -> Rows:
    return [
        {key: ids[getattr(row, key)], "from_date": row.valid_from, "to_date": row.valid_to,
         **{name: getattr(row, column) for name, column in columns.items()}}
        for row in model.objects.recorded().order_by("id")
    ]  # fmt: skip


def _payments(homes: dict[int, str], people: dict[int, str]) -> Rows:
    programmes = {kind: programme for programme, kind in BENEFITS.items()}
    found = [
        {"programme": programmes[row.kind], "person_id": people[row.person_id], "paid_on": row.valid_from,
         "amount": row.amount}
        for row in Benefit.objects.recorded()
    ]  # fmt: skip
    found += [
        {"programme": PROGRAMMES[row.title], "household_id": homes[row.household_id],
         "paid_on": row.valid_from, "amount": row.amount}
        for row in Measure.objects.recorded()
        if row.title in PROGRAMMES
    ]  # fmt: skip
    return found
