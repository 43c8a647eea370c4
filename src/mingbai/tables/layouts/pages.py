"""A record list as one run of rows (名册版面): pages side by side, repeated headers, notes below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.columns import RawColumn
from mingbai.tables.formats.sheet import Body, FileRemark, Merge, Sheet, kept_remarks
from mingbai.tables.layouts.headers import Path
from mingbai.tables.layouts.titles import continued
from mingbai.tables.texts import fold, shown

_AROUND = re.compile(
    r"\s*(单\s*位\s*[:：]|注\s*[:：\d]|备\s*注\s*[:：]|说\s*明\s*[:：]|(资料|数据)?来源\s*[:：]"
    r"|(填表|制表|填报|审核|复核|统计|经办|单位负责|负责|联系)(人|单位|日期|时间|电话)?\s*[:：])"
)

_LAST = 12
_SHOWN = 10


@dataclass
class Pages(Sheet):
    """A sheet whose rows are read as the header `paths` says; `repeated` and `around` were left out.

    Rows that print the header or title again are no records, nor are notes around the table. A merged
    cell gives its content to all its rows.
    """

    sheet: Sheet
    paths: Sequence[Path]
    shifts: Sequence[int]
    titles: frozenset[str]
    repeated: list[int] = field(default_factory=list)
    around: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.sheet.name
        self.hidden = self.sheet.hidden

    def head(self) -> list[list[object]]:
        return self.sheet.head()

    def merges(self) -> Sequence[Merge]:
        return self.sheet.merges()

    def remarks(self) -> list[FileRemark]:
        """Which rows were left out, once for all of them."""
        found = (("TABLE-123", self.repeated), ("TABLE-124", self.around))
        return [
            FileRemark(code, self.name, {"rows": _listed(rows), "count": len(rows)})
            for code, rows in found
            if rows
        ]

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        if len(self.shifts) > 1:
            body = self._beside(header_row, wanted)
        else:
            body = self.sheet.body(header_row, wanted)
        body = _unmerged(body, self.sheet.merges(), header_row, wanted, self.shifts)
        return self._records(body, wanted)

    def _beside(self, header_row: int, wanted: Sequence[int]) -> Body:
        """The rows of the first block, then those of the second, and so on; empty ones not at all."""
        own = [place for place, path in enumerate(self.paths) if path and place < self.shifts[1]]
        everything = [place + shift for shift in self.shifts for place in own]
        whole = self.sheet.body(header_row, sorted({*everything, *wanted}))
        parts = []
        for shift in self.shifts:
            columns = {place: whole.columns[place + shift] for place in own}
            filled = pc.invert(_blank(columns.values(), len(whole.rows)))
            kept = {place: columns[place].filtered(filled) for place in wanted}
            parts.append(Body(whole.rows.filter(filled), kept))
        rows = pa.concat_arrays([part.rows for part in parts])
        columns = {place: _stacked([part.columns[place] for part in parts]) for place in wanted}
        shifts = [
            pa.repeat(shift, len(p.rows)) for shift, p in zip(self.shifts, parts, strict=True)
        ]
        return Body(rows, columns, pa.concat_arrays(shifts))

    def _records(self, body: Body, wanted: Sequence[int]) -> Body:
        if not wanted or not len(body.rows):
            return body
        repeats = self._repeats(body)
        outside = self._outside(body, wanted)
        left_out = outside if repeats is None else pc.or_(repeats, outside)
        if not pc.any(left_out).as_py():
            return body
        self.repeated += [] if repeats is None else body.rows.filter(repeats).to_pylist()
        own = outside if repeats is None else pc.and_not(outside, repeats)
        self.around += body.rows.filter(own).to_pylist()
        kept = pc.invert(left_out)
        columns = {place: column.filtered(kept) for place, column in body.columns.items()}
        shifts = None if body.shifts is None else body.shifts.filter(kept)
        return Body(body.rows.filter(kept), columns, shifts, kept_remarks(body.remarks, kept))

    def _repeats(self, body: Body) -> pa.Array | None:
        """Rows in which every filled cell is a label of its column; the cheapest column is asked first."""
        labels = {place: {fold(label) for label in self.paths[place]} for place in body.columns}
        order = sorted(body.columns, key=lambda place: body.columns[place].size)
        hits = {place: _hits(body.columns[place], labels[place]) for place in order[:1]}
        if not hits[order[0]]:
            return None
        filled = matched = pa.array([0] * len(body.rows), pa.int32())
        for place in order:
            column = body.columns[place]
            here = _is_in(column, hits.get(place) or _hits(column, labels[place]))
            blank = _is_in(column, column.blanks())
            matched = pc.add(matched, here.cast(pa.int32()))
            filled = pc.add(filled, pc.invert(blank).cast(pa.int32()))
        label_only = pc.equal(filled, matched)
        sure = pc.indices_nonzero(pc.and_(label_only, pc.greater(matched, min(1, len(order) - 1))))
        weak = set(pc.indices_nonzero(pc.and_(label_only, pc.greater(matched, 0))).to_pylist())
        found = set(sure.to_pylist())
        # The other rows of a header may hold a single label of the columns that are read.
        for number in sorted(found):
            for step in (-1, 1):
                near = number + step
                while near in weak and near not in found:
                    found.add(near)
                    near += step
        return _mask(found, len(body.rows))

    def _outside(self, body: Body, wanted: Sequence[int]) -> pa.Array:
        """Rows with a single text that is a title, a unit line or a note."""
        first, *others = sorted(wanted)
        lonely = _blank([body.columns[place] for place in others], len(body.rows))
        cell = body.columns[first].cell
        found = [n for n in pc.indices_nonzero(lonely).to_pylist() if self._is_around(cell(n))]
        # Who filled in a table and who checked it stand in one row, each in a cell.
        last = range(max(len(body.rows) - _LAST, 0), len(body.rows))
        found += [n for n in last if isinstance(cell(n), str) and _AROUND.match(str(cell(n)))]
        return _mask(found, len(body.rows))

    def _is_around(self, cell: object) -> bool:
        if not isinstance(cell, str):
            return False
        said = _AROUND.match(cell) or continued(cell) is not None
        return bool(said) or fold(shown(cell, 120)) in self.titles


def _listed(rows: Sequence[int]) -> str:
    """Row numbers, the first few: 41, 82, 123 …"""
    return ", ".join(str(row) for row in rows[:_SHOWN]) + (" …" if len(rows) > _SHOWN else "")


def titles_of(head: Iterable[Sequence[object]]) -> frozenset[str]:
    """What stands above a header, to know it again on the next page."""
    return frozenset(
        fold(shown(cell, 120)) for row in head for cell in row if isinstance(cell, str) and cell
    )


def _mask(numbers: Iterable[int], length: int) -> pa.Array:
    wanted = pa.array(list(numbers), pa.int64())
    if not len(wanted):
        return pa.repeat(pa.scalar(False), length)
    return pc.is_in(pa.array(range(length), pa.int64()), value_set=wanted)


def _hits(column: RawColumn, labels: set[str]) -> list[int]:
    return [
        number
        for number, value in enumerate(column.distinct)
        if isinstance(value, str) and len(value) <= 120 and fold(value) in labels
    ]


def _is_in(column: RawColumn, numbers: Sequence[int]) -> pa.Array:
    return pc.is_in(column.codes, value_set=pa.array(numbers, column.codes.type))


def _blank(columns: Iterable[RawColumn], rows: int) -> pa.Array:
    """Rows in which all these columns say nothing."""
    mask = pa.repeat(pa.scalar(True), rows)
    for column in columns:
        mask = pc.and_(mask, _is_in(column, column.blanks()))
        if not pc.any(mask).as_py():
            break
    return mask


def _stacked(columns: Sequence[RawColumn]) -> RawColumn:
    distinct: list[object] = []
    codes = []
    for column in columns:
        codes.append(pc.add(column.codes.cast(pa.int32()), pa.scalar(len(distinct), pa.int32())))
        distinct += column.distinct
    return RawColumn(distinct, pa.concat_arrays(codes))


def _unmerged(
    body: Body,
    merges: Sequence[Merge],
    header_row: int,
    wanted: Sequence[int],
    shifts: Sequence[int],
) -> Body:
    """A cell merged over several rows of records says its content for each of them."""
    tall = [merge for merge in merges if merge[0] >= header_row and merge[2] > merge[0]]
    if not tall or len(shifts) > 1:
        return body
    index = {number: n for n, number in enumerate(body.rows.to_pylist())}
    columns: dict[int, RawColumn] = dict(body.columns)
    changes: Mapping[int, list[tuple[int, int]]] = {place: [] for place in wanted}
    for row, first, last_row, last in tall:
        source = index.get(row + 1)
        if source is None:
            continue
        targets = [index[n] for n in range(row + 2, last_row + 2) if n in index]
        for place in changes:
            if first <= place <= last:
                changes[place].extend((source, target) for target in targets)
    for place, pairs in changes.items():
        if pairs and place <= max(columns):
            codes = columns[place].codes.to_pylist()
            for source, target in pairs:
                codes[target] = codes[source]
            columns[place] = RawColumn(columns[place].distinct, pa.array(codes, pa.int32()))
    return Body(body.rows, columns, remarks=body.remarks)
