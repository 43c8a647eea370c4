"""Rows that are not compared (拒收与存疑): real numbers in a demonstration, doubtful keys, other places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q

from mingbai.households.models import Residence
from mingbai.intake.difference import Cell, Listed, Refusal
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.errors import CATALOGUE
from mingbai.intake.standing import Standing
from mingbai.places.codes import range_of
from mingbai.tables import Intake

SYNTHETIC, SYNTHETIC_MARK = "99", "合成数据"
#: So many letters of a text make it look like a document of somebody.
_A_DOCUMENT = r"^[0-9A-Za-z]{6,}$"

Tables = dict[str, pa.Table]


def without_real_people(tables: Tables) -> list[Refusal]:
    """Take out persons whose document does not begin with 99, and all their records (INTAKE-008)."""
    persons = tables["person"]
    numbers = pc.fill_null(persons["id_number"], SYNTHETIC)
    looks = pc.match_substring_regex(numbers, _A_DOCUMENT)
    bad = pc.and_(looks, pc.invert(pc.starts_with(numbers, SYNTHETIC)))
    rows = persons.filter(bad)
    if rows.num_rows:
        _drop_persons(tables, persons.filter(pc.invert(bad)), rows["person_id"])
    places = zip(rows["_file"].to_pylist(), rows["_row"].to_pylist(), strict=True)
    return [refusal("INTAKE-008", file or "", row) for file, row in places]


def without_household(tables: Tables, standing: Standing) -> list[Refusal]:
    """Take out new persons whom no list puts into a household (INTAKE-017)."""
    persons = tables["person"]
    known = pc.is_in(persons["person_id"], value_set=standing.persons["number"].combine_chunks())
    bad = pc.and_(pc.is_null(persons["household_id"]), pc.invert(known))
    rows = persons.filter(bad)
    if rows.num_rows:
        _drop_persons(tables, persons.filter(pc.invert(bad)), rows["person_id"])
    places = zip(rows["_file"].to_pylist(), rows["_row"].to_pylist(), strict=True)
    return [refusal("INTAKE-017", file or "", row) for file, row in places]


def without_doubtful(tables: Tables, standing: Standing) -> list[Listed]:
    """Take out rows whose number stands for several in the register, or for a household that has ended."""
    listed = []
    ended = standing.resting - standing.doubtful_households
    for numbers, kind in (
        (standing.doubtful_households, DiscrepancyKind.AMBIGUOUS),
        (ended, DiscrepancyKind.NEWER),
    ):
        listed += _drop_households(tables, pa.array(sorted(numbers), pa.string()), kind)
    persons = tables["person"]
    doubtful = pa.array(sorted(standing.doubtful_persons), pa.string())
    bad = pc.is_in(persons["person_id"], value_set=doubtful)
    rows = persons.filter(bad)
    if rows.num_rows:
        _drop_persons(tables, persons.filter(pc.invert(bad)), rows["person_id"])
        listed += _listed(rows, "person", DiscrepancyKind.AMBIGUOUS)
    return listed


def without_outside(tables: Tables, standing: Standing, division: str) -> list[Listed]:
    """Take out households of the register that live outside a division, and new ones that would."""
    low, high = range_of(division)
    outside = Residence.objects.recorded().exclude(Q(division_code__range=(low, high)))
    ids = pa.array(list(outside.values_list("household_id", flat=True)), pa.int64())
    homes = standing.households
    theirs = homes.filter(pc.is_in(homes["id"], value_set=ids))["number"].combine_chunks()
    listed = _drop_households(tables, theirs, DiscrepancyKind.OUTSIDE)
    claimed = tables["household"]
    code = pc.fill_null(claimed["place"], low)
    elsewhere = pc.or_(pc.less(code, low), pc.greater(code, high))
    numbers = claimed.filter(elsewhere)["household_id"].combine_chunks()
    return listed + _drop_households(tables, numbers, DiscrepancyKind.OUTSIDE)


def _drop_households(tables: Tables, numbers: pa.Array, kind: DiscrepancyKind) -> list[Listed]:
    homes = tables["household"]
    bad = pc.is_in(homes["household_id"], value_set=numbers)
    rows = homes.filter(bad)
    tables["household"] = homes.filter(pc.invert(bad))
    persons = tables["person"]
    theirs = pc.is_in(persons["household_id"], value_set=numbers)
    if pc.any(theirs).as_py():
        _drop_persons(
            tables, persons.filter(pc.invert(theirs)), persons.filter(theirs)["person_id"]
        )
    for name, table in tables.items():
        if name not in ("person", "household") and "household_id" in table.column_names:
            keep = pc.invert(pc.is_in(table["household_id"], value_set=numbers))
            tables[name] = table.filter(keep)
    return _listed(rows, "household", kind)


def _drop_persons(tables: Tables, persons: pa.Table, gone: pa.ChunkedArray) -> None:
    tables["person"] = persons
    values = gone.combine_chunks()
    for name, table in tables.items():
        if name != "person" and "person_id" in table.column_names:
            tables[name] = table.filter(pc.invert(pc.is_in(table["person_id"], value_set=values)))


def _listed(rows: pa.Table, subject: str, kind: DiscrepancyKind) -> list[Listed]:
    found = []
    for row in rows.select([f"{subject}_id", "_file", "_row"]).to_pylist():
        number = row[f"{subject}_id"]
        cell = Cell(subject, "number", number, None, None, file=row["_file"] or "", row=row["_row"])
        named: dict[str, Any] = {subject: number}
        found.append(Listed(kind, cell, **named))
    return found


def refusal(code: str, file: str, row: int | None) -> Refusal:
    """A refused row in the words of its number."""
    zh, en = (words.format(file=file, row=row) for words in CATALOGUE[code])
    return Refusal(code, zh, en, file, row)


def warnings_about(intake: Intake, *, synthetic: bool) -> list[Mapping[str, str]]:
    """Files that say they are synthetic while the register is not (INTAKE-009)."""
    if synthetic:
        return []
    marked = dict.fromkeys(one.name for one in intake.files if SYNTHETIC_MARK in one.name)
    zh, en = CATALOGUE["INTAKE-009"]
    return [
        {"code": "INTAKE-009", "zh": zh.format(file=name), "en": en.format(file=name)}
        for name in marked
    ]
