"""The tables of a place as the register keeps them (登记簿的数据表): the same queries, of the database.

Only columns that the register holds as the files have them stand here; a query that needs another one cannot
be asked of it, and says so. Names, numbers and phones are never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import QuerySet

from mingbai.decisions.reading import Reader, Request
from mingbai.demo.loading_frame import SUPERVISED
from mingbai.demo.loading_homes import INCOME, LAND
from mingbai.demo.loading_homes import MEASURES as KINDS
from mingbai.demo.reports import MEASURES, SPANS, Files
from mingbai.households.models import (
    Benefit,
    Dwelling,
    IncomeYear,
    Land,
    Measure,
    Membership,
    Person,
    Residence,
    Status,
    Water,
    Work,
)
from mingbai.places.codes import prefix_of
from mingbai.places.enums import VillageStatusKind
from mingbai.places.models import Denominator, Division, Group, VillageStatus

_ANY = "*"  # rows are counted and no column is looked at
_DAYS = {"from_date": "valid_from", "to_date": "valid_to"}
#: Table → model, and column → field where the register has the same value.
_PLAIN: dict[str, tuple[Any, dict[str, str]]] = {
    "persons": (Person, {"person_id": "id"}),
    "memberships": (Membership, {
        "person_id": "person_id", "household_id": "household_id", "relation": "relation", **_DAYS,
    }),
    "statuses": (Status, {
        "subject": "subject", "subject_id": "subject_id", "kind": "kind", "reason": "cause", **_DAYS,
    }),
    "dwellings": (Dwelling, {
        "household_id": "household_id", "kind": "dwelling_kind", "grade": "dwelling_grade",
        "area_m2": "area", "renovated_on": "renovated_on", "relocated_on": "relocated_on",
        "subsidy": "subsidy", **_DAYS,
    }),
    "waters": (Water, {
        "household_id": "household_id", "safe": "drinking_water_safe", "piped": "water_piped", **_DAYS,
    }),
    "works": (Work, {
        "person_id": "person_id", "labour": "labour", "months": "work_months", "place": "work_place",
        "education": "education", "year": "valid_from",
    }),
    "lands": (Land, {"household_id": "household_id", **{one: one for one in LAND}, "year": "valid_from"}),
    "incomes": (IncomeYear, {"household_id": "household_id", **INCOME, "year": "valid_from"}),
    "denominators": (Denominator, {
        "code": "division_code", "day": "counted_on", "universe": "universe", "value": "value",
        "origin": "source",
    }),
    "divisions": (Division, {
        "code": "code", "name": "name", "level": "level", "kind": "kind", "parent": "parent_code", **_DAYS,
    }),
    "village_statuses": (VillageStatus, {
        "code": "division_code", "kind": "kind", "reason": "reason", **_DAYS,
    }),
}  # fmt: skip
_PROGRAMMES = {title: programme for programme, (_, title) in KINDS.items()}


class Kept(Files):
    """The register as tables of a place (登记簿), read by a reader that sees one moment."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(Path())
        self._reader = reader

    def table(self, name: str) -> pa.Table:
        if name not in self._known:
            made = _MADE.get(name)
            self._known[name] = made(self._reader) if made else _plain(self._reader, name)
        return self._known[name]


def columns(name: str) -> frozenset[str]:
    """The columns of a table that the register has; none where it has no such table."""
    known = _OTHERS.get(name, frozenset())
    if name in _PLAIN:
        known = frozenset((*_PLAIN[name][1], *(("net",) if name == "incomes" else ())))
    return known | ({_ANY} if known else frozenset())


def lacking(query: Mapping[str, Any], sets: Mapping[str, Any]) -> list[str]:
    """What a query needs and the register does not keep, as `table.column`."""
    wanted = {(table, name) for table, name in _needed(query, sets) if name not in columns(table)}
    return sorted(f"{table}.{column}".removesuffix(f".{_ANY}") for table, column in wanted)


def _needed(query: Mapping[str, Any], sets: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Table and column of everything a query looks at, its sets and parts included."""
    for part in query.values():
        if isinstance(part, Mapping) and part is not query.get("where"):
            yield from _needed(part, sets)
    if "base" in query:
        yield from (("denominators", one) for one in ("code", "day", "universe", "value"))
    measured = [query[one] for one in MEASURES if isinstance(query.get(one), str)]
    for table, _, column in (one.partition(".") for one in measured):
        yield table, column or _ANY
        yield from _of_table(table, query, sets)
        if table == "payments":
            yield from _of_payments(column, query.get("where", {}))
    if "table" in query:
        yield query["table"], query["column"]
        yield from _of_table(query["table"], query, sets)


def _of_payments(column: str, where: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A measure is the household's and a benefit the person's: the register keeps no other."""
    other = "person_id" if where.get("programme") in KINDS else "household_id"
    if other in (column, *where):
        yield "payments", f"{where.get('programme')}.{other}"


def _of_table(
    table: str, query: Mapping[str, Any], sets: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    per = query.get("per", [])
    for column in (
        *(query[one] for one in ("over", "of", "until") if one in query),
        *("day" if one in SPANS else one for one in ([per] if isinstance(per, str) else per)),
        *query.get("where", ()),
    ):
        yield table, column
    if "at" in query or {"days", "months", "years"} & set(query):
        yield from ((table, one) for one in _DAYS)
    for wanted in query.get("where", {}).values():
        for kind in ("in", "also_in", "not_in"):
            if isinstance(wanted, Mapping) and kind in wanted:
                yield from _needed(sets[wanted[kind]], sets)


def _read(reader: Reader, rows: QuerySet[Any], fields: Mapping[str, str]) -> pa.Table:
    found = reader.table(Request(rows, list(dict.fromkeys(fields.values()))))
    return pa.table({column: found[field] for column, field in fields.items()})


def _plain(reader: Reader, name: str) -> pa.Table:
    model, fields = _PLAIN[name]
    table = _read(reader, model.objects.recorded(), fields)
    if name == "incomes":
        table = table.append_column("net", _net(table))
    if "year" in fields:
        table = _with(table, "year", pc.cast(pc.year(table["year"]), pa.int64()))
    if name in ("divisions", "denominators", "village_statuses"):
        for column in {"code", "parent"} & set(fields):
            table = _with(table, column, _short(table[column]))
    return _supervised(table) if name == "village_statuses" else table


def _net(table: pa.Table) -> pa.ChunkedArray:
    """Net income (纯收入): all lines without the costs; the register reckons it and keeps it nowhere."""
    sums = pc.negate(pc.fill_null(table["cost"], 0))
    for line in INCOME:
        if line not in ("members", "cost", "per_capita"):
            sums = pc.add(sums, pc.fill_null(table[line], 0))
    return sums


def _with(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _short(codes: pa.ChunkedArray) -> pa.Array:
    """Codes of divisions as the files write them: without the zeros."""
    return pa.array([prefix_of(one) if one else None for one in codes.to_pylist()], pa.string())


def _supervised(table: pa.Table) -> pa.Table:
    """Which list put a village under supervision, as the reason has it."""
    lists = {reason: kind for kind, reason in SUPERVISED.items()}
    pairs = zip(table["kind"].to_pylist(), table["reason"].to_pylist(), strict=True)
    kinds = [
        lists.get(reason, kind) if kind == VillageStatusKind.SUPERVISED else kind
        for kind, reason in pairs
    ]
    return _with(table, "kind", pa.array(kinds, pa.string()))


def _households(reader: Reader) -> pa.Table:
    """A row for each place a household lived in, under the code of the time."""
    fields = {
        "household_id": "household_id", "village_code": "division_code", "group_id": "group_number", **_DAYS,
    }  # fmt: skip
    table = _read(reader, Residence.objects.recorded(), fields)
    groups = pc.fill_null(table["group_id"], "")
    return _with(table, "group_id", pc.binary_join_element_wise(table["village_code"], groups, ""))


def _groups(reader: Reader) -> pa.Table:
    fields = {"village_code": "village_code", "group_id": "number", "name": "name"}
    table = _read(reader, Group.objects.recorded(), fields)
    whole = pc.binary_join_element_wise(table["village_code"], table["group_id"], "")
    return _with(table, "group_id", whole)


def _payments(reader: Reader) -> pa.Table:
    """Benefits of persons and measures of households, as programmes."""
    fields = {
        "programme": "programme",
        "person_id": "person_id",
        "paid_on": "valid_from",
        "amount": "amount",
    }
    paid = _read(reader, Benefit.objects.recorded(), fields)
    fields = {
        "programme": "title", "household_id": "household_id", "paid_on": "valid_from", "amount": "amount",
    }  # fmt: skip
    measures = _read(reader, Measure.objects.recorded(), fields)
    names = pa.array(
        [_PROGRAMMES.get(one) for one in measures["programme"].to_pylist()], pa.string()
    )
    known = pc.is_valid(names)
    measures = _with(measures, "programme", names).filter(known)
    return pa.concat_tables([paid, measures], promote_options="default")


_MADE: dict[str, Callable[[Reader], pa.Table]] = {
    "households": _households, "groups": _groups, "payments": _payments,
}  # fmt: skip
_OTHERS = {
    "households": frozenset(("household_id", "village_code", "group_id", *_DAYS)),
    "groups": frozenset(("village_code", "group_id", "name")),
    "payments": frozenset(("programme", "person_id", "household_id", "paid_on", "amount")),
}
