"""Reading one's own cells before the file is made (回读核对): what would not come back is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.cells import tidy
from mingbai.tables.columns import RawColumn
from mingbai.tables.convert import Batch, convert
from mingbai.tables.errors import Finding, finding
from mingbai.tables.formats.sheet import Body, Sheet
from mingbai.tables.identity import id18, masked
from mingbai.tables.schema import Schema, Table
from mingbai.tables.texts import Text, shown
from mingbai.tables.writing.cells import sheet_value
from mingbai.tables.writing.filling import Filled, Tables
from mingbai.tables.writing.plan import Plan

_MOST_NAMED = 12


class _CellSheet(Sheet):
    """The cells as a reader would find them, without a file."""

    def __init__(self, heads: Sequence[str], columns: Sequence[RawColumn], rows: int) -> None:
        self.heads = list(heads)
        self.columns = columns
        self.rows = rows

    def head(self) -> list[list[object]]:
        return [list(self.heads)]

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        rows = pa.array(range(header_row + 1, header_row + 1 + self.rows), pa.int32())
        return Body(rows, {place: _as_read(self.columns[place]) for place in wanted})


def _as_read(column: RawColumn) -> RawColumn:
    return RawColumn([tidy(sheet_value(cell)) for cell in column.distinct], column.codes)


def prove(plan: Plan, filled: Filled, tables: Tables, schema: Schema) -> list[Finding]:
    """What the layout cannot carry: facts without a column, cells that would read otherwise."""
    sheet = _CellSheet([head.label for head in plan.heads], filled.columns, filled.rows)
    batch = convert(sheet, plan.match, "", schema)
    found = list(_cells(plan, filled, batch))
    told = {plan.profile.key_match, plan.table.name if plan.profile.named else None}
    lost = [*_unwritten(plan.table, filled.own, {*batch.facts, *told})]
    if plan.parent is not None and filled.above is not None and plan.profile.parent_facts:
        lost += _unwritten(plan.parent, filled.above, {*batch.parent_facts})
        found += _childless(plan, filled, tables)
    if lost:
        named = "、".join(lost[:_MOST_NAMED]) + ("…" if len(lost) > _MOST_NAMED else "")
        found.append(finding("TABLE-142", count=len(lost), facts=named))
    return found


def _unwritten(table: Table, rows: pa.Table, carried: set[str | None]) -> Iterator[str]:
    """Facts that have values and no column."""
    for column in table.columns:
        there = column.name in rows.column_names and column.name not in (table.key, table.link)
        if there and column.name not in carried and rows[column.name].null_count < len(rows):
            yield column.labels[0] if column.labels else column.name


def _childless(plan: Plan, filled: Filled, tables: Tables) -> Iterator[Finding]:
    """Parents that no row of a layout with one row per member can name."""
    if plan.parent is None or plan.parent.key is None or plan.parent.entity not in tables:
        return
    keys = tables[plan.parent.entity][plan.parent.key]
    named = filled.own[plan.table.link].combine_chunks()
    alone = pc.sum(pc.invert(pc.is_in(keys, value_set=named))).as_py() or 0
    if alone:
        entity = Text(plan.parent.label_zh, plan.parent.label_en)
        yield finding("TABLE-144", count=alone, entity=entity)


def _cells(plan: Plan, filled: Filled, batch: Batch) -> Iterator[Finding]:
    pairs: list[tuple[str, pa.Array | None, pa.Array]] = []
    own, above = filled.own, filled.above
    if plan.table.key and batch.key is not None and plan.profile.key_match is None:
        pairs.append((plan.table.key, batch.key, _flat(own[plan.table.key])))
    elif plan.table.key and batch.key is not None:
        yield from _nameless(plan, filled)
    if plan.profile.link and plan.table.link:
        match = plan.profile.link.match
        table, name = (above, match) if match and above is not None else (own, plan.table.link)
        read, kept = batch.link, _flat(table[name])
        pairs.append((plan.table.link, _people(read) if match else read,
                      _people(kept) if match else kept))  # fmt: skip
    for facts, table in ((batch.facts, own), (batch.parent_facts, above)):
        for name, values in facts.items() if table is not None else ():
            if table is not None and name in table.column_names:
                pairs.append((batch.labels.get(name, name), values, _flat(table[name])))
    for label, read, kept in pairs:
        yield from _differing(label, read, kept)


def _nameless(plan: Plan, filled: Filled) -> Iterator[Finding]:
    """Rows that this layout finds by an ID number nobody has."""
    found = filled.numbers
    missing = filled.rows if found is None else found.null_count
    if missing:
        entity = Text(plan.table.label_zh, plan.table.label_en)
        yield finding("TABLE-145", count=missing, entity=entity)


def _differing(label: str, read: pa.Array | None, kept: pa.Array) -> Iterator[Finding]:
    """Values that would be lost or changed; what the sheet says besides is no loss."""
    if read is None:
        return
    same = pc.fill_null(pc.equal(read.cast(kept.type), kept), False)
    bad = pc.indices_nonzero(pc.and_(pc.is_valid(kept), pc.invert(same)))
    if len(bad):
        first = bad[0].as_py()
        said = read[first].as_py()
        yield finding(
            "TABLE-143",
            column=label,
            count=len(bad),
            value=masked(shown(kept[first].as_py())),
            read=masked(shown(said)) if said is not None else Text("空", "nothing"),
        )


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _people(numbers: pa.Array | None) -> pa.Array | None:
    """Numbers by their first eighteen signs: a disability card and an ID number are one person."""
    if numbers is None:
        return None
    said = [id18(text) or text if text else text for text in numbers.to_pylist()]
    return pa.array(said, pa.string())
