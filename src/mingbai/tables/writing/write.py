"""Writing one layout to one file (写出): the plan, its cells, the proof, the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mingbai.tables.errors import Finding, TablesError, finding
from mingbai.tables.fit import check_profiles
from mingbai.tables.profiles import Profile
from mingbai.tables.schema import Schema
from mingbai.tables.spreadsheets import LAST_ROW
from mingbai.tables.writing.delimited import write_csv
from mingbai.tables.writing.filling import Filled, Tables, fill
from mingbai.tables.writing.plan import Plan, plan_for
from mingbai.tables.writing.proof import prove
from mingbai.tables.writing.workbook import write_workbook

KINDS = (".xlsx", ".csv")


@dataclass(frozen=True)
class Written:
    """What came of writing (写出结果): rows, columns, sheets, and what the layout cannot carry."""

    rows: int
    columns: int
    sheets: int
    notes: tuple[Finding, ...]


def write_table(
    tables: Tables,
    schema: Schema,
    profiles: Sequence[Profile],
    layout: str,
    path: Path,
    *,
    title: str | None = None,
    most_rows: int = LAST_ROW,
) -> Written:
    """Write typed tables in a layout: a profile's id, or an entity for its plain ledger.

    `tables` are those of an `Intake`. Raises ``TablesError`` for an unknown layout or kind of file.
    """
    _check_kind(path)
    check_profiles(profiles, schema)
    plan, filled = _fuller(tables, schema, profiles, layout)
    notes = tuple(prove(plan, filled, tables, schema))
    sheets = _save(path, plan, filled, title, most_rows)
    return Written(filled.rows, len(plan.heads), sheets, notes)


def write_blank(
    schema: Schema,
    profiles: Sequence[Profile],
    layout: str,
    path: Path,
    *,
    title: str | None = None,
) -> Written:
    """Write an empty form of a layout (空白表), with its lists and input rules."""
    _check_kind(path)
    check_profiles(profiles, schema)
    plan = plan_for(layout, schema, profiles)
    filled = fill(plan, {})
    sheets = _save(path, plan, filled, title, LAST_ROW)
    return Written(0, len(plan.heads), sheets, ())


def _check_kind(path: Path) -> None:
    if path.suffix.lower() not in KINDS:
        raise TablesError([finding("TABLE-137", name=path.name, kinds="、".join(KINDS))])


def _fuller(
    tables: Tables, schema: Schema, profiles: Sequence[Profile], layout: str
) -> tuple[Plan, Filled]:
    """The layout as its source lists it; with the newer heads where there is something for them."""
    plan = plan_for(layout, schema, profiles)
    filled = fill(plan, tables)
    newer = set(plan.profile.newer)
    said = any(
        any(cell is not None for cell in column.distinct)
        for head, column in zip(plan.heads, filled.columns, strict=True)
        if head.label in newer
    )
    if said or not newer:
        return plan, filled
    plan = plan_for(layout, schema, profiles, newer=False)
    return plan, fill(plan, tables)


def _save(path: Path, plan: Plan, filled: Filled, title: str | None, most_rows: int) -> int:
    """Write beside the target, then move: no half file is ever left."""
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    sheets = 1
    try:
        if path.suffix.lower() == ".csv":
            write_csv(partial, plan.heads, filled.columns)
        else:
            name = plan.table.label_zh or plan.table.entity
            sheets = write_workbook(
                partial, name, plan.heads, filled.columns, title=title, most_rows=most_rows
            )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return sheets
