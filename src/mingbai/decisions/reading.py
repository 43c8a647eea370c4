"""Rows of the register as Arrow (登记数据读取): by ADBC from outside, by Django's connection from inside.

A snapshot must be of one moment, so all its statements run in one read transaction. Inside a transaction of
ours only our own connection sees what was just written; there the rows come by it, a household at a time.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any, Protocol
from urllib.parse import quote, urlencode

import adbc_driver_postgresql.dbapi
import pyarrow as pa
from django.db import connection, models

from mingbai.decisions.errors import error
from mingbai.decisions.sqlite_child import LENGTH

#: A value of the type that SQLite stores for a column's type.
_EMPTY: dict[pa.DataType, str] = {
    pa.int64(): "0", pa.bool_(): "0", pa.string(): "''", pa.date32(): "''",
}  # fmt: skip


class Reader(Protocol):
    """Reads columns of a query (读取器) as a table of int64, bool, string and date32, nothing else."""

    def table(self, rows: models.QuerySet[Any], columns: Sequence[str]) -> pa.Table:
        """The columns of the rows that the query finds, in no order."""


@contextmanager
def reading() -> Iterator[Reader]:
    """A reader whose statements all see the same moment."""
    if connection.in_atomic_block or _in_memory():
        yield _CursorReader()
    elif connection.vendor == "postgresql":
        address = _postgresql_address(connection.settings_dict)
        with (
            adbc_driver_postgresql.dbapi.connect(address) as source,
            source.cursor() as cursor,
        ):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _AdbcReader(cursor)
    else:
        with tempfile.TemporaryFile() as said, _child(said) as process:
            yield _ChildReader(process, said)


def _in_memory() -> bool:
    return connection.vendor == "sqlite" and connection.is_in_memory_db()


@contextmanager
def _child(said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The reading process of `sqlite_child`; it ends when nothing more is asked, or when we end."""
    command = [sys.executable, "-m", "mingbai.decisions.sqlite_child"]
    path = str(connection.settings_dict["NAME"])
    with subprocess.Popen(
        [*command, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _postgresql_address(settings: dict[str, Any]) -> str:
    """The address for libpq; a socket's folder is a parameter, not a host name."""
    parts = {
        "host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"],
        "password": settings["PASSWORD"], **settings.get("OPTIONS", {}),
    }  # fmt: skip
    kept = {name: str(value) for name, value in parts.items() if value and name != "pool"}
    return f"postgresql:///{quote(str(settings['NAME']))}?{urlencode(kept, quote_via=quote)}"


class _AdbcReader:
    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def table(self, rows: models.QuerySet[Any], columns: Sequence[str]) -> pa.Table:
        self._cursor.execute(_statement(rows, columns))
        found = self._cursor.fetch_arrow_table()
        return _typed(found, columns, _kinds(rows.model, columns))


class _ChildReader:
    def __init__(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        self._process, self._said = process, said

    def table(self, rows: models.QuerySet[Any], columns: Sequence[str]) -> pa.Table:
        # The driver takes the types of the first rows, and a column that begins with nulls for integers: so
        # a row of the right types goes first and is dropped again.
        kinds = _kinds(rows.model, columns)
        first = ", ".join(_EMPTY[kind] for kind in kinds)
        statement = _statement(rows, columns)
        found = self._asked(f"SELECT {first} UNION ALL SELECT * FROM ({statement})")  # noqa: S608  # ours
        return _typed(found.slice(1), columns, kinds)

    def _asked(self, statement: str) -> pa.Table:
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        try:
            asked.write(json.dumps(statement).encode() + b"\n")
            asked.flush()
            (size,) = LENGTH.unpack(answers.read(LENGTH.size))
            answer = answers.read(size)
        except (OSError, struct.error):
            raise self._broken() from None
        if len(answer) < size:
            raise self._broken()
        return pa.ipc.open_stream(pa.py_buffer(answer)).read_all()

    def _broken(self) -> Exception:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return error("DEC-007", detail=lines[-1][:200] if lines else "")


class _CursorReader:
    def table(self, rows: models.QuerySet[Any], columns: Sequence[str]) -> pa.Table:
        kinds = _kinds(rows.model, columns)
        with connection.cursor() as cursor:
            cursor.execute(*_compiled(rows, columns))
            found = cursor.fetchall()
        arrays = []
        for number, kind in enumerate(kinds):
            values = [row[number] for row in found]
            text = kind == pa.date32() and any(isinstance(value, str) for value in values)
            plain = pa.int64() if kind == pa.bool_() else pa.string() if text else kind
            if kind == pa.bool_():
                values = [None if value is None else int(value) for value in values]
            arrays.append(pa.array(values, plain))
        return _typed(pa.table(arrays, names=list(columns)), columns, kinds)


def _kinds(model: type[models.Model], columns: Sequence[str]) -> list[pa.DataType]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [_kind(fields[name]) for name in columns]


def _kind(field: models.Field[Any, Any]) -> pa.DataType:
    if isinstance(field, models.BooleanField):
        return pa.bool_()
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return pa.date32()
    if isinstance(field, (models.CharField, models.TextField)):
        return pa.string()
    return pa.int64()


def _typed(table: pa.Table, columns: Sequence[str], kinds: Sequence[pa.DataType]) -> pa.Table:
    """The columns as declared: SQLite gives booleans as integers and days as text."""
    arrays = [column.cast(kind) for column, kind in zip(table.columns, kinds, strict=True)]
    return pa.table(arrays, names=list(columns))


def _compiled(rows: models.QuerySet[Any], columns: Sequence[str]) -> tuple[str, tuple[Any, ...]]:
    query = rows.values_list(*columns).query
    statement, values = query.get_compiler(using=rows.db).as_sql()
    return statement, values


def _statement(rows: models.QuerySet[Any], columns: Sequence[str]) -> str:
    """The statement with its values written out: PostgreSQL copies only statements without parameters."""
    statement, values = _compiled(rows, columns)
    written: str = statement % tuple(_written(value) for value in values)
    return written


def _written(value: Any) -> str:
    """A value as SQL. Keys, days and codes only; anything else is a mistake of ours."""
    if isinstance(value, bool) or not isinstance(value, (int, str, date, datetime)):
        raise TypeError(type(value).__name__)
    if isinstance(value, int):
        return str(value)
    text = value.isoformat() if isinstance(value, date) else value
    return "'" + text.replace("'", "''") + "'"
