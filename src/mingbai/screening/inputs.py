"""Between tables and engine (表与规则之间): the schema a pack asks for, and one household as a case row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.errors import nearest, run_error
from mingbai.engine.model.pack import CaseRow, Entity, Fact, Pack
from mingbai.engine.model.values import Kind, Type
from mingbai.tables import Column, Intake, Schema, Table, load_profiles, read_folder
from mingbai.tables.reading import Progress


def schema_of(pack: Pack) -> Schema:
    """The tables a pack asks for: every fact of its dictionary, with labels, codes and ranges."""
    ordered = sorted(pack.entities.values(), key=lambda entity: len(pack.above(entity.id)))
    return Schema(tuple(_table(pack, entity) for entity in ordered))


def _table(pack: Pack, entity: Entity) -> Table:
    return Table(
        entity=entity.id,
        key=entity.key,
        link=entity.link,
        parent=entity.parent,
        columns=tuple(_column(pack, fact) for fact in pack.facts.get(entity.id, {}).values()),
        name=entity.name,
        label_zh=entity.label.zh,
        label_en=entity.label.en,
    )


def _column(pack: Pack, fact: Fact) -> Column:
    codes = pack.codes.get(fact.type.codes or "", {})
    return Column(
        name=fact.id,
        type=_type_name(fact.type),
        scale=fact.type.scale,
        codes={code: (label.zh, label.en) for code, label in codes.items()},
        minimum=fact.minimum,
        maximum=fact.maximum,
        labels=(fact.label.zh, fact.label.en),
        judge=fact.judge,
    )


def _type_name(kind: Type) -> str:
    if kind.kind is Kind.NUMBER:
        return "money" if kind.money else "decimal" if kind.scale else "int"
    return kind.kind.value


def read_input(
    folder: Path, pack: Pack, progress: Progress | None = None, *, password: str | None = None
) -> Intake:
    """Read a folder for a pack, with the header profiles of the pack and of what it extends."""
    profiles = load_profiles([Path(path) / "profiles" for path in pack.folders])
    return read_folder(folder, schema_of(pack), profiles, password=password, progress=progress)


def pack_for(pack: Pack, intake: Intake) -> Pack:
    """The pack as this input allows, for a screening: without its checks of records.

    Records that were not handed in are unknown, not "none"; see `with_gaps`.
    """
    return with_gaps(pack.without_checks(), intake)


def with_gaps(pack: Pack, intake: Intake) -> Pack:
    """The pack in which records that were not handed in are unknown.

    A relation that says ``empty: none`` means that a list without an entry is a no. That holds only
    when the list was handed in.
    """
    entities = {
        name: replace(entity, empty_is_unknown=True) if not intake.supplied.get(name) else entity
        for name, entity in pack.entities.items()
    }
    return replace(pack, entities=entities)


def household_row(pack: Pack, tables: Mapping[str, pa.Table], key: str) -> CaseRow:
    """One household with everything below it. Raises ``RunError`` when the key is not there."""
    top = pack.top
    rows = _rows(tables[top.id], top.key or "", key)
    if not rows:
        known = [value.as_py() for value in tables[top.id].column(top.key or "")[:5000]]
        zh, _ = nearest(key, known)
        raise run_error("RUN-005", name=f"{key}{zh}")
    return _case_row(pack, tables, top, rows[0])


def _rows(table: pa.Table, column: str, value: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.filter(pc.equal(table.column(column), value)).to_pylist()
    return found


def _case_row(
    pack: Pack, tables: Mapping[str, pa.Table], entity: Entity, row: Mapping[str, Any]
) -> CaseRow:
    below = {}
    for child in pack.below(entity.id):
        table = tables.get(child.id)
        if table is not None and entity.key is not None:
            rows = _rows(table, child.link or "", row[entity.key])
            below[child.relation or ""] = tuple(_case_row(pack, tables, child, one) for one in rows)
    key = str(row[entity.key]) if entity.key else ""
    return CaseRow(dict(row), below, key)
