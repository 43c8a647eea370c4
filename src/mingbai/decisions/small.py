"""A few households by Python functions (少数户求值): the same program, a millisecond each.

Printing and planning the query takes as long as a thousand households; a changed fact is about one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from mingbai.engine.compiling import Evaluated, Program
from mingbai.engine.model.pack import CaseRow, Entity, Pack

Grouped = Mapping[str, Mapping[str, list[dict[str, Any]]]]


def case_rows(pack: Pack, tables: Mapping[str, pa.Table]) -> list[CaseRow]:
    """All households with everything below them, in the order of their table."""
    grouped = {
        entity.id: _by_link(tables[entity.id], entity.link or "")
        for entity in pack.entities.values()
        if entity.parent is not None and entity.id in tables
    }
    return [_case_row(pack, grouped, pack.top, row) for row in tables[pack.top.id].to_pylist()]


def _by_link(table: pa.Table, link: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault(row[link], []).append(row)
    return found


def _case_row(pack: Pack, grouped: Grouped, entity: Entity, row: dict[str, Any]) -> CaseRow:
    key = str(row[entity.key]) if entity.key else ""
    below = {
        child.relation or "": tuple(
            _case_row(pack, grouped, child, one) for one in grouped[child.id].get(key, ())
        )
        for child in pack.below(entity.id)
        if child.id in grouped
    }
    return CaseRow(row, below, key)


def run_small(
    program: Program, tables: Mapping[str, pa.Table], entities: Iterable[str]
) -> dict[str, pa.Table]:
    """What `engine.running.run` gives, for a few households."""
    wanted = {name: program.columns(name) for name in entities}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted}
    for row in case_rows(program.pack, tables):
        _collect(program.pack, program.pack.top, program.closures.household(row), found, wanted)
    return {name: _table(program, name, rows, wanted[name]) for name, rows in found.items()}


def _collect(
    pack: Pack,
    entity: Entity,
    row: Evaluated,
    found: dict[str, list[dict[str, Any]]],
    wanted: Mapping[str, Iterable[str]],
) -> None:
    if entity.id in wanted:
        key = entity.key or ""
        values = {name: row.values[name] for name in wanted[entity.id]}
        found[entity.id].append({key: row.source.facts[key], **values})
    for child in pack.below(entity.id):
        for part in row.below.get(child.relation or "", ()):
            _collect(pack, child, part, found, wanted)


def _table(
    program: Program, entity: str, rows: list[dict[str, Any]], columns: Iterable[str]
) -> pa.Table:
    key = program.pack.entities[entity].key or ""
    kinds = {key: pa.string()}
    for name in columns:
        is_mask = name.endswith("@reasons") or "@why" in name
        kinds[name] = pa.int64() if is_mask else pa.bool_()
    return pa.Table.from_pylist(rows, pa.schema(list(kinds.items())))
