"""Runs one program over households on every engine, and gives what came out cell by cell."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from mingbai.engine.compiling import Evaluated, Program, SqlOptions, table_name
from mingbai.engine.model.pack import CaseRow, Entity, Pack
from mingbai.engine.model.values import Kind
from mingbai.engine.reference import interpret
from mingbai.engine.running import open_database, options_for

#: (entity, key of the row, column) → value
Cells = dict[tuple[str, str, str], Any]
_ARROW = {
    Kind.BOOL: pa.bool_(),
    Kind.NUMBER: pa.int64(),
    Kind.DATE: pa.date32(),
    Kind.CODE: pa.string(),
    Kind.TEXT: pa.string(),
}


def _rows(pack: Pack, rows: list[CaseRow], entity: Entity) -> Iterator[tuple[str, CaseRow]]:
    """The rows of an entity, each with the key of the row above."""
    if entity.parent is None:
        yield from (("", row) for row in rows)
        return
    for _, above in _rows(pack, rows, pack.entities[entity.parent]):
        yield from ((above.key, row) for row in above.below.get(entity.relation or "", ()))


def tables(pack: Pack, rows: list[CaseRow]) -> dict[str, pa.Table]:
    """The households as typed tables, by entity."""
    found = {}
    for entity in pack.entities.values():
        listed = list(_rows(pack, rows, entity))
        columns: dict[str, pa.Array] = {}
        if entity.key:
            columns[entity.key] = pa.array([row.key for _, row in listed], pa.string())
        if entity.link:
            columns[entity.link] = pa.array([link for link, _ in listed], pa.string())
        for fact in pack.facts.get(entity.id, {}).values():
            if fact.id in columns:
                continue  # a key that is also a fact
            values = [row.facts.get(fact.id) for _, row in listed]
            columns[fact.id] = pa.array(values, _ARROW[fact.type.kind])
        found[entity.id] = pa.table(columns)
    return found


def on_duckdb(program: Program, rows: list[CaseRow]) -> Cells:
    """Every output column of every row, computed by DuckDB."""
    found: Cells = {}
    with open_database(tables(program.pack, rows)) as database:
        options = options_for(program, database)
        for entity in program.pack.entities.values():
            if _is_asked(program, entity):
                result = database.fetch(program.sql(entity.id, options))
                found |= _cells(program, entity, result.to_pylist())
    return found


def on_sqlite(program: Program, rows: list[CaseRow]) -> Cells:
    """The same on SQLite; booleans come back as numbers, dates as texts."""
    found: Cells = {}
    connection = sqlite3.connect(":memory:")
    for number, name in enumerate(("YEAR", "MONTH", "DAY")):
        connection.create_function(
            name, 1, lambda text, n=number: None if text is None else int(text.split("-")[n])
        )
    connection.create_aggregate("BIT_OR", 1, _BitOr)
    for name, table in tables(program.pack, rows).items():
        columns = ", ".join(f'"{column}"' for column in table.column_names)
        connection.execute(f'CREATE TABLE "{table_name(name)}" ({columns})')
        holes = ", ".join("?" for _ in table.column_names)
        values = [tuple(map(_plain, row.values())) for row in table.to_pylist()]
        insert = f'INSERT INTO "{table_name(name)}" VALUES ({holes})'  # noqa: S608  # names of drawn/
        connection.executemany(insert, values)
    for entity in program.pack.entities.values():
        if _is_asked(program, entity):
            cursor = connection.execute(program.sql(entity.id, SqlOptions(dialect="sqlite")))
            names = [item[0] for item in cursor.description]
            result = [dict(zip(names, row, strict=True)) for row in cursor]
            found |= _cells(program, entity, result)
    connection.close()
    return found


class _BitOr:
    def __init__(self) -> None:
        self.mask: int | None = None

    def step(self, value: int | None) -> None:
        self.mask = self.mask if value is None else (self.mask or 0) | value

    def finalize(self) -> int | None:
        return self.mask


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _is_asked(program: Program, entity: Entity) -> bool:
    """Whether an entity has outputs, and a key by which its rows can be told apart."""
    return entity.key is not None and bool(program.outputs_of(entity.id))


def _cells(program: Program, entity: Entity, rows: list[dict[str, Any]]) -> Cells:
    return {
        (entity.id, row[entity.key or ""], column): row[column]
        for row in rows
        for column in program.columns(entity.id)
    }


def on_closures(program: Program, rows: list[CaseRow]) -> Cells:
    """The same by the closures, household by household."""
    found: Cells = {}
    for row in rows:
        for entity, evaluated in walk(program.pack, program.closures.household(row)):
            if _is_asked(program, program.pack.entities[entity]):
                for column in program.columns(entity):
                    found[entity, evaluated.source.key, column] = evaluated.values[column]
    return found


def walk(pack: Pack, row: Evaluated, entity: str = "") -> Iterator[tuple[str, Evaluated]]:
    """An evaluated row and those below, each with its entity."""
    own = pack.entities[entity] if entity else pack.top
    yield own.id, row
    for child in pack.below(own.id):
        for part in row.below.get(child.relation or "", []):
            yield from walk(pack, part, child.id)


def on_reference(program: Program, rows: list[CaseRow]) -> Cells:
    """What the judge says, in the columns the compiled program has."""
    found: Cells = {}
    for row in rows:
        for item in interpret(program.bound, row).rows:
            entity, key = item.row.entity.id, item.row.source.key
            if not _is_asked(program, item.row.entity):
                continue
            columns = program.columns(entity)
            for name, answer in item.rules.items():
                wanted = {name: answer.value, f"{name}@na": answer.na}
                wanted |= {f"{name}@lo": answer.low, f"{name}@hi": answer.high}
                found |= {(entity, key, c): v for c, v in wanted.items() if c in columns}
                _check_absent(program, name, wanted, columns)
    return found


def _check_absent(program: Program, name: str, wanted: dict[str, Any], columns: Any) -> None:
    """A column that the program leaves out must say nothing beyond the value."""
    if f"{name}@na" not in columns:
        assert wanted[f"{name}@na"] is False, name
    if program.rule(name).type.kind is Kind.NUMBER:
        for end in ("@lo", "@hi"):
            if f"{name}{end}" not in columns:
                assert wanted[f"{name}{end}"] == wanted[name], (name, end)


def differences(left: Cells, right: Cells) -> dict[object, object]:
    """The first few cells that differ; SQLite's 0 is DuckDB's false, its text a date."""
    found: dict[object, object] = {}
    for key in [*left, *(key for key in right if key not in left)]:
        a, b = left.get(key, "absent"), right.get(key, "absent")
        if a != b and str(a) != str(b):
            found[key] = (a, b)
        if len(found) == 5:
            break
    return found
