"""Digests of events and of stored rows (审计摘要): the same on SQLite and PostgreSQL, and without Django.

The writer and the stand-alone check both use this module, so that they can not drift apart. A row becomes
one text inside the database: fields joined by character 31 in the order of the columns; text carries its
length in bytes in front (`6:明白`), so that no value can pass for two; null is `\\N`, yes and no are 1 and 0,
days are ISO, bytes are upper-case hexadecimal. `ended_by_id` is left out: it is set once, later, by another
batch, and that batch's own digest covers it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

#: What the first event of a chain names as its predecessor.
FIRST = "0" * 64
#: Left out of the columns of a row.
ENDED = "ended_by_id"
SQLITE, POSTGRESQL = "sqlite", "postgresql"

_SLICE = 20_000
_BEGUN, _ENDED = "begun", "ended"
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_FIELDS = ("at", "actor", "action", "target", "batch_id", "data", "previous")
_SQLITE_ROW = {
    "int": ("%s", ("ifnull({c},'\\N')",)),
    "date": ("%s", ("ifnull({c},'\\N')",)),
    "bytes": ("%s", ("CASE WHEN {c} IS NULL THEN '\\N' ELSE hex({c}) END",)),
    # The length in bytes: SQLite counts characters only as far as the first zero character.
    "text": ("%s:%s", ("length(CAST({c} AS BLOB))", "ifnull({c},'\\N')")),
}
_POSTGRESQL_ROW = {
    "int": "coalesce({c}::text,'\\N')",
    "date": "coalesce(to_char({c},'YYYY-MM-DD'),'\\N')",
    "bytes": "coalesce(upper(encode({c},'hex')),'\\N')",
    "bool": "coalesce({c}::int::text,'\\N')",
    "text": "coalesce(octet_length({c}::text)||':'||{c}::text,':\\N')",
}
_SQLITE_ROW["bool"] = _SQLITE_ROW["int"]
_KINDS = (
    ("bool", "bool"), ("date", "date"), ("blob", "bytes"), ("bytea", "bytes"), ("char", "text"),
    ("text", "text"), ("json", "text"), ("int", "int"),
)  # fmt: skip


def event_digest(previous: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 of one event and the digest before it; `fields`: at, actor, action, target, batch_id, data."""
    said = {**{name: fields[name] for name in _FIELDS[1:-1]}, "at": instant_text(fields["at"])}
    said["previous"] = previous
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def instant_text(at: datetime | str) -> str:
    """An instant in UTC with microseconds; a text without an offset is UTC, as Django stores it in SQLite."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def table_columns(cursor: Any, vendor: str, table: str) -> dict[str, str]:
    """Column → kind of a table as it stands, without `ended_by_id`; empty when there is no such table."""
    _checked(table)
    if vendor == SQLITE:
        cursor.execute(
            f"SELECT name, lower(type) FROM pragma_table_info('{table}') ORDER BY cid"  # noqa: S608 — name checked
        )
    else:
        cursor.execute(
            "SELECT column_name::text, data_type::text FROM information_schema.columns "  # noqa: S608 — name checked
            f"WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
        )
    return {name: _kind(name, declared) for name, declared in cursor.fetchall() if name != ENDED}


def row_expression(vendor: str, columns_with_types: Mapping[str, str]) -> str:
    """The SQL text expression of one row; equal rows give equal texts on both databases.

    `columns_with_types` maps a column to int, bool, text, date or bytes. An instant or a fraction has no
    common text and is refused.
    """
    columns = {_checked(name): kind for name, kind in columns_with_types.items()}
    if vendor == POSTGRESQL:
        fields = [_POSTGRESQL_ROW[kind].format(c=f'"{name}"') for name, kind in columns.items()]
        return f"concat_ws(chr(31),{','.join(fields)})"
    parts = [(f'"{name}"', *_SQLITE_ROW[kind]) for name, kind in columns.items()]
    values = [value.format(c=name) for name, _, texts in parts for value in texts]
    return f"printf('{chr(31).join(pattern for _, pattern, _ in parts)}',{','.join(values)})"


def digest_rows(
    cursor: Any,
    vendor: str,
    table: str,
    columns: Mapping[str, str],
    batch_id: int,
    first_id: int,
    last_id: int,
) -> tuple[int, str]:
    """How many rows of the span the batch began, and the SHA-256 of their texts in the order of ids.

    `cursor` is Django's, sqlite3's or psycopg's. About a second for a million rows on SQLite.
    """
    text = row_expression(vendor, columns)
    return _hashed(_slices(cursor, _checked(table), text, int(batch_id), (first_id, last_id)))


def digest_ended(cursor: Any, vendor: str, table: str, batch_id: int) -> tuple[int, str]:
    """How many rows the batch ended, and the SHA-256 of their ids in order; an index finds them."""
    text = "id::text" if vendor == POSTGRESQL else "CAST(id AS TEXT)"
    select = f"SELECT id, {text} AS said FROM {_checked(table)}"  # noqa: S608 — the name is checked
    cursor.execute(f"{select} WHERE {ENDED} = {int(batch_id)} ORDER BY id")
    return _hashed(iter(lambda: cursor.fetchmany(_SLICE), []))


def table_digests(
    cursor: Any,
    vendor: str,
    tables: Iterable[str],
    batch_id: int,
    columns_of: Callable[[Any, str, str], dict[str, str]] = table_columns,
) -> dict[str, dict[str, Any]]:
    """What a batch of a few rows began and ended, table by table, as an event's data name it.

    Two statements: one finds the tables, by their indexes of batches, one reads their rows. Each table costs
    one more for its columns unless `columns_of` knows them.
    """
    batch = int(batch_id)
    counted = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table} WHERE begun_by_id = {batch})"  # noqa: S608
        f" OR EXISTS (SELECT 1 FROM {table} WHERE {ENDED} = {batch})"
        for table in map(_checked, tables)
    )
    if not counted:
        return {}
    cursor.execute(counted)
    touched = {table: columns_of(cursor, vendor, table) for (table,) in cursor.fetchall()}
    rows = _rows_of(cursor, vendor, touched, batch) if touched else {}
    return {
        table: claim(columns, *(_hashed([rows.get((table, by), [])]) for by in (_BEGUN, _ENDED)))
        for table, columns in touched.items()
    }


def _rows_of(
    cursor: Any, vendor: str, touched: Mapping[str, Mapping[str, str]], batch: int
) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """(table, begun or ended) → keys and texts of the rows of a small batch, in the order of the keys."""
    key = "id::text" if vendor == POSTGRESQL else "CAST(id AS TEXT)"
    parts = []
    for table, columns in touched.items():
        for by, column, text in (
            (_BEGUN, "begun_by_id", row_expression(vendor, columns)),
            (_ENDED, ENDED, key),
        ):
            named = f"SELECT '{table}' AS held, '{by}' AS done, id, {text} AS said"
            parts.append(f"{named} FROM {table} WHERE {column} = {batch}")
    cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 3")
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for table, by, number, said in cursor.fetchall():
        found.setdefault((table, by), []).append((number, said))
    return found


def claim(columns: Iterable[str], begun: tuple[int, str], ended: tuple[int, str]) -> dict[str, Any]:
    """What an event says of a batch's rows in one table; the check recomputes it with the same columns."""
    return {
        "begun": begun[0],
        "digest": begun[1],
        "ended": ended[0],
        "ended_digest": ended[1],
        "columns": list(columns),
    }


def _slices(
    cursor: Any, table: str, text: str, batch_id: int, span: tuple[int, int]
) -> Iterator[Sequence[tuple[int, str]]]:
    """Slices by id, each a statement of its own: no long read, no million rows in memory at once.

    Both bounds of a slice are known, and the sum hides the index of batches, so that a planner without
    statistics does not sort all rows of the batch once for each slice.
    """
    start, last = map(int, span)
    while True:
        # Numbers stand in the text: cursors of the three kinds write parameters differently.
        within = f"FROM {table} WHERE id BETWEEN {start} AND"
        cursor.execute(
            f"SELECT max(id) FROM (SELECT id {within} {last} ORDER BY id LIMIT {_SLICE}) AS a"  # noqa: S608 — name checked
        )
        end = cursor.fetchone()[0]
        if end is None:
            return
        cursor.execute(
            f"SELECT id, {text} AS said {within} {end} AND begun_by_id + 0 = {batch_id} ORDER BY id"
        )
        yield cursor.fetchall()
        start = end + 1


def _hashed(slices: Iterable[Sequence[tuple[int, str]]]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for rows in slices:
        count += len(rows)
        digest.update("".join([text + "\n" for _, text in rows]).encode("utf-8", "surrogatepass"))
    return count, digest.hexdigest()


def _kind(name: str, declared: str) -> str:
    if "time" not in declared:
        for part, kind in _KINDS:
            if part in declared:
                return kind
    raise ValueError(f"no common text for column {name} of type {declared}")


def _checked(name: str) -> str:
    """Names go into SQL as text: only those that need no quoting."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of a table or column: {name!r}")
    return name
