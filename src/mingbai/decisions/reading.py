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
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial
from typing import IO, Any, NamedTuple, Protocol
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


class Request(NamedTuple):
    """Columns of a query (读取请求)."""

    rows: models.QuerySet[Any]
    columns: Sequence[str]
    whole: str = ""  # a name where it is about the whole register, whatever is read beside it


class Reader(Protocol):
    """Answers requests (读取器) with tables of int64, bool, string and date32, nothing else, in no order."""

    def ask(self, requests: Iterable[Request]) -> None:
        """Name requests that `table` will be called with, in this order: they are read ahead."""

    def table(self, request: Request) -> pa.Table:
        """The columns of the rows that the query finds."""


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
            with _AheadReader(partial(_fetched, cursor)) as reader:
                yield reader
    else:
        with (
            tempfile.TemporaryFile() as said,
            _child(said) as process,
            _AheadReader(partial(_asked, process, said)) as reader,
        ):
            yield reader


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
            # What was still to be asked has nobody to go to; leaving that to Popen hides why the child ended.
            with suppress(OSError):
                assert process.stdin is not None
                process.stdin.close()


def _postgresql_address(settings: dict[str, Any]) -> str:
    """The address for libpq; a socket's folder is a parameter, not a host name."""
    parts = {
        "host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"],
        "password": settings["PASSWORD"], **settings.get("OPTIONS", {}),
    }  # fmt: skip
    kept = {name: str(value) for name, value in parts.items() if value and name != "pool"}
    return f"postgresql:///{quote(str(settings['NAME']))}?{urlencode(kept, quote_via=quote)}"


class _AheadReader:
    """Reads in a thread what was asked for, one request after the other, while the answers are worked on.

    The thread touches the driver or the child alone, never Django's connection.
    """

    def __init__(self, fetch: Callable[[str], pa.Table]) -> None:
        self._fetch = fetch
        self._thread = ThreadPoolExecutor(1, "reading")
        self._asked: dict[str, Future[pa.Table]] = {}

    def __enter__(self) -> _AheadReader:
        return self

    def __exit__(self, *raised: object) -> None:
        self._thread.shutdown(wait=not raised[0], cancel_futures=True)

    def ask(self, requests: Iterable[Request]) -> None:
        for request in requests:
            self._future(_statement(request))

    def table(self, request: Request) -> pa.Table:
        statement = _statement(request)
        found = self._future(statement).result()
        del self._asked[statement]
        return _typed(found, request.columns, kinds_of(request))

    def _future(self, statement: str) -> Future[pa.Table]:
        if statement not in self._asked:
            self._asked[statement] = self._thread.submit(self._fetch, statement)
        return self._asked[statement]


def _fetched(cursor: Any, statement: str) -> pa.Table:
    cursor.execute(statement)
    return cursor.fetch_arrow_table()


def _asked(process: subprocess.Popen[bytes], said: IO[bytes], statement: str) -> pa.Table:
    """A table from the child, without the row that gave the driver the types."""
    asked, answers = process.stdin, process.stdout
    assert asked is not None
    assert answers is not None
    try:
        asked.write(json.dumps(statement).encode() + b"\n")
        asked.flush()
        (size,) = LENGTH.unpack(answers.read(LENGTH.size))
        answer = answers.read(size)
    except (OSError, struct.error):
        raise _broken(said) from None
    if len(answer) < size:
        raise _broken(said)
    return pa.ipc.open_stream(pa.py_buffer(answer)).read_all().slice(1)


def _broken(said: IO[bytes]) -> Exception:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return error("DEC-007", detail=lines[-1][:200] if lines else "")


class _CursorReader:
    def ask(self, requests: Iterable[Request]) -> None:
        """Nothing is read ahead: one connection, one household at a time."""

    def table(self, request: Request) -> pa.Table:
        with connection.cursor() as cursor:
            cursor.execute(*compiled(request))
            found = cursor.fetchall()
        return as_table(found, request.columns, kinds_of(request))


def as_table(
    rows: Sequence[Sequence[Any]], columns: Sequence[str], kinds: Sequence[pa.DataType]
) -> pa.Table:
    """Rows as a driver or JSON gives them, with the types of their columns."""
    values = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    arrays = [_array(list(some), kind) for some, kind in zip(values, kinds, strict=True)]
    # Not `pa.table`: that looks for pandas along the whole path each time, where it is not installed.
    return pa.Table.from_arrays(arrays, names=list(columns))


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Values as a driver gives them: SQLite has integers for booleans and text for days."""
    if kind == pa.bool_():
        return pa.array([None if value is None else bool(value) for value in values], kind)
    if kind == pa.date32() and any(isinstance(value, str) for value in values):
        return pa.array(values, pa.string()).cast(kind)
    return pa.array(values, kind)


def kinds_of(request: Request) -> list[pa.DataType]:
    """The types of a request's columns."""
    fields = {field.attname: field for field in request.rows.model._meta.concrete_fields}
    return [_kind(fields[name]) for name in request.columns]


def _kind(field: models.Field[Any, Any]) -> pa.DataType:
    if isinstance(field, models.BooleanField):
        return pa.bool_()
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return pa.date32()
    if isinstance(field, (models.CharField, models.TextField)):
        return pa.string()
    return pa.int64()


def _typed(table: pa.Table, columns: Sequence[str], kinds: Sequence[pa.DataType]) -> pa.Table:
    """The columns as declared, whatever the driver made of them."""
    arrays = [column.cast(kind) for column, kind in zip(table.columns, kinds, strict=True)]
    return pa.table(arrays, names=list(columns))


def compiled(request: Request) -> tuple[str, tuple[Any, ...]]:
    """A request's statement and its parameters."""
    query = request.rows.values_list(*request.columns).query
    statement, values = query.get_compiler(using=request.rows.db).as_sql()
    return statement, values


def _statement(request: Request) -> str:
    """The statement with its values written out: PostgreSQL copies only statements without parameters.

    The driver of SQLite takes the types of the first rows, and a column that begins with nulls for integers:
    so there a row of the right types goes first.
    """
    statement, values = compiled(request)
    written: str = statement % tuple(_written(value) for value in values)
    if connection.vendor != "sqlite":
        return written
    first = ", ".join(_EMPTY[kind] for kind in kinds_of(request))
    return f"SELECT {first} UNION ALL SELECT * FROM ({written})"  # noqa: S608  # ours


def _written(value: Any) -> str:
    """A value as SQL. Keys, days and codes only; anything else is a mistake of ours."""
    if isinstance(value, bool) or not isinstance(value, (int, str, date, datetime)):
        raise TypeError(type(value).__name__)
    if isinstance(value, int):
        return str(value)
    text = value.isoformat() if isinstance(value, date) else value
    return "'" + text.replace("'", "''") + "'"
