"""The one module that imports duckdb (DuckDB 运行器): locked down, then fed tables, then asked.

A connection may read and write only in the folders it is given; it loads no extension, attaches nothing,
and its settings cannot be changed afterwards.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.compiling import Program, SqlOptions, store_name, table_name
from mingbai.engine.errors import run_error
from mingbai.engine.model.pack import Pack

#: The rows of an entity: an Arrow table, or Parquet files.
Rows: TypeAlias = pa.Table | Path | Sequence[Path]


@dataclass(frozen=True)
class Limits:
    """What a run may use (运行上限)."""

    memory: str = "2GB"
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)


class Database:
    """A locked-down DuckDB (受限数据库) that holds the rows of one run."""

    def __init__(
        self, folders: Iterable[Path] = (), limits: Limits | None = None, spill: Path | None = None
    ) -> None:
        limits = limits or Limits()
        self._spill = tempfile.TemporaryDirectory(prefix="mingbai-", dir=spill)
        self.connection = duckdb.connect(":memory:")
        allowed = [str(Path(folder).resolve()) for folder in folders] + [self._spill.name]
        settings: dict[str, object] = {
            "memory_limit": limits.memory,
            "threads": limits.threads,
            "temp_directory": self._spill.name,
            "preserve_insertion_order": False,
            "TimeZone": "Asia/Shanghai",
            "python_enable_replacements": False,
            # Without a file to start from (python -c) DuckDB draws one into what a command prints as JSON.
            "enable_progress_bar": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allowed_directories": allowed,
            "enable_external_access": False,
            "lock_configuration": True,
        }
        for name, value in settings.items():
            self.connection.execute(f"SET {name} = {_setting(value)}")

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()
        self._spill.cleanup()

    def columns(self, name: str) -> frozenset[str]:
        """The columns of a table or view."""
        rows = self.connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = ?", [name]
        ).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def add(self, name: str, rows: Rows) -> None:
        """Make rows available under a name; Parquet is read when the query runs."""
        if isinstance(rows, pa.Table):
            self.connection.register(name, rows)
            return
        paths = [rows] if isinstance(rows, Path) else list(rows)
        listed = ", ".join(_quoted(str(path.resolve())) for path in paths)
        view = f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}])'  # noqa: S608  # quoted above
        self.connection.execute(view)

    def fetch(self, query: str) -> pa.Table:
        """The result of a query. Raises ``RunError`` when DuckDB cannot finish it."""
        with _said():
            return self.connection.sql(query).to_arrow_table()

    def store(self, name: str, query: str) -> None:
        """Keep the result of a query as a table of this database."""
        with _said():
            self.connection.execute(f'CREATE TEMP TABLE "{name}" AS {query}')

    def write(self, query: str, path: Path) -> None:
        """Write the result of a query as Parquet; the file appears whole or not at all."""
        partial = path.with_name(path.name + ".partial")
        target = _quoted(str(partial.resolve()))
        try:
            with _said():
                self.connection.execute(
                    f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)"
                )
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def _said() -> Iterator[None]:
    """What DuckDB raises, as ours: a numbered error, or the stop somebody asked for.

    A stop inside a query comes as a plain RuntimeError that only its words tell from a fault.
    """
    try:
        yield
    except duckdb.Error as error:
        raise run_error("RUN-006", detail=_short(error)) from None
    except RuntimeError as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


def complete_facts(pack: Pack, tables: Mapping[str, Rows]) -> frozenset[tuple[str, str]]:
    """The facts (entity, name) that no row lacks, from Arrow's counts or Parquet's statistics."""
    found: set[tuple[str, str]] = set()
    for entity, rows in tables.items():
        gaps = _null_counts(rows)
        names = pack.facts.get(entity, {})
        found |= {(entity, name) for name in names if gaps.get(name) == 0}
    return frozenset(found)


def _null_counts(rows: Rows) -> dict[str, int]:
    """Nulls by column; a column whose count is not known is left out."""
    if isinstance(rows, pa.Table):
        return {name: rows.column(name).null_count for name in rows.column_names}
    paths = [rows] if isinstance(rows, Path) else list(rows)
    files = [_null_counts_of(path) for path in paths]
    names = set(files[0]).intersection(*files[1:]) if files else set()
    return {name: sum(file[name] for file in files) for name in names}


def _null_counts_of(path: Path) -> dict[str, int]:
    metadata = pq.ParquetFile(path).metadata
    counts: dict[str, int | None] = {}
    for group in range(metadata.num_row_groups):
        for position in range(metadata.num_columns):
            column = metadata.row_group(group).column(position)
            stats = column.statistics
            known = stats is not None and stats.has_null_count
            before = counts.get(column.path_in_schema, 0)
            total = before + stats.null_count if known and before is not None else None
            counts[column.path_in_schema] = total
    return {name: count for name, count in counts.items() if count is not None}


def _setting(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_quoted(str(part)) for part in value) + "]"
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300]


def _folders(rows: Iterable[Rows]) -> list[Path]:
    found: list[Path] = []
    for item in rows:
        if isinstance(item, Path):
            found.append(item.parent)
        elif not isinstance(item, pa.Table):
            found.extend(path.parent for path in item)
    return found


def open_database(
    tables: Mapping[str, Rows], *, write_to: Iterable[Path] = (), limits: Limits | None = None
) -> Database:
    """A database that holds the rows of a run, by entity."""
    database = Database([*_folders(tables.values()), *write_to], limits)
    for entity, rows in tables.items():
        database.add(table_name(entity), rows)
    return database


def options_for(program: Program, database: Database, *, changed: bool = False) -> SqlOptions:
    """How to print the program's queries for the rows that are there.

    Entities that the input does not have become empty tables. Raises ``RunError`` when the rows of the
    household are missing or lack their key.
    """
    supplied: dict[str, frozenset[str]] = {}
    for entity in program.pack.entities.values():
        name = table_name(entity.id)
        columns = database.columns(name)
        keys = [key for key in (entity.key, entity.link) if key]
        if not columns and entity.parent is not None:
            columns_sql = ", ".join(f'NULL::VARCHAR AS "{key}"' for key in keys)
            database.connection.execute(
                f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT {columns_sql} WHERE false'
            )
            columns = frozenset(keys)
        for key in keys:
            if key not in columns:
                raise run_error("RUN-007", entity=entity.id, name=key)
        supplied[entity.id] = columns
    return SqlOptions(supplied=supplied, changed=changed, pretty=False)


def run(
    program: Program,
    tables: Mapping[str, Rows],
    *,
    entities: Iterable[str] | None = None,
    changed: Sequence[str] | None = None,
    limits: Limits | None = None,
) -> dict[str, pa.Table]:
    """Evaluate a program over tables; one result table per entity (by default the household's).

    With ``changed`` only those households are computed.
    """
    wanted = list(entities) if entities is not None else [program.pack.top.id]
    with open_database(tables, limits=limits) as database:
        _add_changed(program, database, changed)
        options = options_for(program, database, changed=changed is not None)
        options = _store_below(program, database, options, wanted)
        return {name: database.fetch(program.sql(name, options)) for name in wanted}


def run_hits(
    program: Program,
    tables: Mapping[str, Rows],
    wanted: Mapping[str, Sequence[str]],
    *,
    limits: Limits | None = None,
) -> dict[str, pa.Table]:
    """Per entity only the rows in which at least one of the wanted bool rules is true."""
    with open_database(tables, limits=limits) as database:
        options = options_for(program, database)
        options = _store_below(program, database, options, list(wanted))
        found = {}
        for entity, names in wanted.items():
            hit = " OR ".join(f'"{name}"' for name in names)
            query = f"SELECT * FROM ({program.sql(entity, options)}) WHERE {hit}"  # noqa: S608  # names of rules
            found[entity] = database.fetch(query)
        return found


def run_to_parquet(
    program: Program,
    tables: Mapping[str, Rows],
    targets: Mapping[str, Path],
    *,
    changed: Sequence[str] | None = None,
    limits: Limits | None = None,
) -> None:
    """Evaluate a program and write each wanted entity's result to a Parquet file."""
    folders = [path.parent for path in targets.values()]
    with open_database(tables, write_to=folders, limits=limits) as database:
        _add_changed(program, database, changed)
        options = options_for(program, database, changed=changed is not None)
        options = _store_below(program, database, options, list(targets))
        for entity, path in targets.items():
            database.write(program.sql(entity, options), path)


def _store_below(
    program: Program, database: Database, options: SqlOptions, wanted: Sequence[str]
) -> SqlOptions:
    """Keep the computed rows of entities whose result is wanted and that the household needs too.

    Otherwise their rows would be computed twice, once for their own result and once for the totals.
    """
    depth = {name: len(program.pack.above(name)) for name in wanted}
    for name in sorted(wanted, key=lambda item: -depth[item]):
        if depth[name] and min(depth.values()) < depth[name]:
            database.store(store_name(name), program.store_sql(name, options))
            options = replace(options, stored=options.stored | {name})
    return options


def _add_changed(program: Program, database: Database, changed: Sequence[str] | None) -> None:
    if changed is not None:
        keys = pa.table({program.pack.top.key or "": pa.array(list(changed), pa.string())})
        database.add("in_changed", keys)
