"""Random typed tables of a pack, as reading gives them, for the tests of writing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pyarrow as pa
from hypothesis import strategies as st

from mingbai.tables import Column, Schema, Table
from mingbai.tables.cells import tidy
from mingbai.tables.identity import check_sign
from mingbai.tables.layouts.patterns import is_total
from mingbai.tables.texts import fold
from mingbai.tables.words import TextReader

Row = dict[str, object]
ODD = [
    "𦰡小明", '欧阳"阿"华', "=1+1", "+86", "-王", "@名",
    "''引", '="001"', "a\nb", "阿依古丽·买买提", "李 四", "😀",
    "<r>x</r>", "_x000D_", "a,b;c\td", "1e5", "0012", "null值", "TRUE", "2025-01-01", "'", "''", "&lt;", "٣",
    "510722197001011", "12345678901234567890", "　x　y", "''=1", "|", "{=1}", "%0A", "100%", "1,5",
]  # fmt: skip
_DAYS = (date(2199, 12, 31) - date(1850, 1, 1)).days
_INT64 = 2**63 - 1


def _as_text(raw: str, *, halves: bool = False) -> str | None:
    """The text a reader would make of a cell."""
    cell = tidy(raw)
    value = TextReader(halves=halves).read(cell).value if cell is not None else None
    return value if isinstance(value, str) else None


def texts(*, halves: bool = False) -> st.SearchStrategy[str]:
    """Texts that stay what they are; any other becomes a plain one, since a row has many to draw."""
    raw = st.one_of(st.sampled_from(ODD), st.text(max_size=12))

    def kept(text: str) -> str:
        found = _as_text(text, halves=halves)
        return found if found and found == _as_text(f"'{found}", halves=halves) else "王小明"

    return raw.map(kept)


def keys() -> st.SearchStrategy[str]:
    """Any text that is no total; the plain one only once in a table."""
    return texts(halves=True).filter(lambda text: not is_total(fold(text)))


def id_number(serial: int, born: date, *, male: bool) -> str:
    """A number under a prefix nobody has."""
    order = serial % 500 * 2 % 998 + (1 if male else 0)
    first = f"9901{serial // 500 % 90 + 10}{born:%Y%m%d}{order:03d}"
    return first + check_sign(first)


def values(column: Column) -> st.SearchStrategy[object]:
    """Any value the column may hold."""
    if column.type == "bool":
        return st.booleans()
    if column.type == "code":
        return st.sampled_from(sorted(column.codes))
    if column.type == "date":
        return st.integers(0, _DAYS).map(lambda day: date(1850, 1, 1) + timedelta(day))
    if column.type == "text":
        return texts()
    low = -_INT64 if column.minimum is None else column.minimum
    high = _INT64 if column.maximum is None else column.maximum
    ends = st.sampled_from([low, high, min(high, 10**15 + 1), min(high, 1)])
    return st.one_of(ends, st.integers(low, min(high, 10**7)), st.integers(low, high))


@st.composite
def rows(draw: st.DrawFn, table: Table, names: Iterable[str], links: list[str]) -> list[Row]:
    """Rows of a table with values for some of the facts; without links there are no rows."""
    if table.link and not links:
        return []
    columns = [column for column in table.columns if column.name in set(names)]
    fact = {
        column.name: st.one_of(st.none(), values(column), values(column))
        for column in columns
        if column.name not in (table.key, table.link)
    }
    size = draw(st.integers(1, 6))
    found = [dict(draw(st.fixed_dictionaries(fact))) for _ in range(size)]
    if table.key:
        own = draw(st.lists(keys(), min_size=size, max_size=size, unique=True))
        for row, key in zip(found, own, strict=True):
            row[table.key] = key
    for row in found if table.link else ():
        row[table.link or ""] = draw(st.sampled_from(links))
    return found


@st.composite
def folders(draw: st.DrawFn, schema: Schema) -> dict[str, pa.Table]:
    """Tables of all entities of a pack, every fact."""
    found: dict[str, pa.Table] = {}
    for table in schema.tables:
        parent = schema.table(table.parent) if table.parent else None
        links = found[parent.entity][parent.key].to_pylist() if parent and parent.key else []
        names = [column.name for column in table.columns]
        found[table.entity] = arrow(table, draw(rows(table, names, links)))
    return found


def arrow(table: Table, found: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(found, schema=table.arrow)


def facts_of(table: pa.Table, names: Iterable[str], key: str | None) -> list[tuple[object, ...]]:
    """Rows as tuples, without where they stood; in the order of the key, if there is one."""
    wanted = [name for name in table.column_names if name in set(names)]
    said = [tuple(row[name] for name in wanted) for row in table.to_pylist()]
    return sorted(said, key=lambda row: str(row[wanted.index(key)])) if key in wanted else said
