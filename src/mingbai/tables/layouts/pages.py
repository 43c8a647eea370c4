"""A record list as one run of rows (名册版面): pages side by side, repeated headers, notes below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.columns import RawColumn, blank_rows
from mingbai.tables.formats.sheet import (
    Body,
    FileRemark,
    Merge,
    RowSheet,
    Sheet,
    kept_remarks,
)
from mingbai.tables.layouts.headers import Path
from mingbai.tables.layouts.titles import UNIT, continued
from mingbai.tables.texts import fold, shown

_AROUND = re.compile(
    r"\s*(单\s*位\s*[:：]|注\s*[:：\d]|备\s*注\s*[:：]|说\s*明\s*[:：]|(资料|数据)?来源\s*[:：]"
    r"|(填表|制表|填报|审核|复核|统计|经办|单位负责|负责|联系)(人|单位|日期|时间|电话)?\s*[:：]"
    r"|[（(]?\s*以下(空白|为空|无正文|无内容)|[\u4e00-\u9fff]{0,12}\s*[（(]\s*(签字|签章|签名|盖章|公章|章)\s*[）)])"
)

_SCALED = re.compile(r"[十百千万亿]+元")
_LAST = 12
# Another header is looked for in columns of few distinct values; so many labels make one.
_CHEAP, _FEW, _LABELS = 3, 5_000, 3
_CAPTION_ROWS = 2
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
    known: frozenset[str] = frozenset()
    unit: str = ""
    ends_at: int | None = None
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
        scaled = [FileRemark("TABLE-126", self.name, {"unit": self.unit})] if self.unit else []
        return scaled + [
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
            filled = pc.invert(blank_rows(columns.values(), len(whole.rows)))
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
        body, repeats = self._until_other_head(body, repeats)
        outside = self._outside(body, wanted, repeats)
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

    def _until_other_head(
        self, body: Body, repeats: pa.Array | None
    ) -> tuple[Body, pa.Array | None]:
        """The rows above the header of another table further down; `ends_at` says where it begins.

        Such a row holds labels that the layouts know, three at least, and nothing else.
        """
        order = sorted(body.columns.values(), key=lambda column: column.size)
        cheap = [one for one in order[:_CHEAP] if one.size <= _FEW]
        if not self.known or len(order) < _LABELS or not cheap:
            return body, repeats
        likely = pa.repeat(pa.scalar(True), len(body.rows))
        for column in cheap:
            fitting = [*column.blanks(), *_hits(column, set(self.known))]
            likely = pc.and_(likely, _is_in(column, fitting))
            if not pc.any(likely).as_py():
                return body, repeats
        own = pa.repeat(pa.scalar(False), len(body.rows)) if repeats is None else repeats
        for row in pc.indices_nonzero(pc.and_not(likely, own)).to_pylist()[:_FEW]:
            cells = [cell for column in order if (cell := column.cell(row)) is not None]
            labels = [isinstance(cell, str) and fold(cell) in self.known for cell in cells]
            if len(cells) >= _LABELS and all(labels):
                self.ends_at = body.rows[row].as_py()
                kept = pa.array([n < row for n in range(len(body.rows))])
                columns = {place: one.filtered(kept) for place, one in body.columns.items()}
                shifts = None if body.shifts is None else body.shifts.filter(kept)
                left = Body(
                    body.rows.filter(kept), columns, shifts, kept_remarks(body.remarks, kept)
                )
                return left, None if repeats is None else repeats.filter(kept)
        return body, repeats

    def _outside(self, body: Body, wanted: Sequence[int], repeats: pa.Array | None) -> pa.Array:
        """Rows with a single text: a title, a unit line, a note, or the name of what follows."""
        first, *others = sorted(wanted)
        lonely = blank_rows([body.columns[place] for place in others], len(body.rows))
        cell = body.columns[first].cell
        found = [n for n in pc.indices_nonzero(lonely).to_pylist() if self._is_around(cell(n))]
        found += self._captions(body, pc.indices_nonzero(lonely).to_pylist(), repeats)
        # Who filled in a table and who checked it stand in one row, each in a cell.
        last = range(max(len(body.rows) - _LAST, 0), len(body.rows))
        found += [n for n in last if isinstance(cell(n), str) and _AROUND.match(str(cell(n)))]
        return _mask(found, len(body.rows))

    def _captions(self, body: Body, lonely: Sequence[int], repeats: pa.Array | None) -> list[int]:
        """Rows that name a group of records: one text over the whole width, or above another header."""
        if not lonely:
            return []
        width = sum(bool(path) for path in self.paths)
        merges = self.sheet.merges()
        wide = {row + 1 for row, first, _, last in merges if 2 * (last - first + 1) > width}
        heads = set() if repeats is None else set(body.rows.filter(repeats).to_pylist())
        heads |= {self.ends_at} if self.ends_at else set()
        numbers = {n: body.rows[n].as_py() for n in lonely}
        above = {row for head in heads for row in range(head - _CAPTION_ROWS, head)}
        return [n for n, row in numbers.items() if row in wide or row in above]

    def _is_around(self, cell: object) -> bool:
        if not isinstance(cell, str):
            return False
        said = _AROUND.match(cell) or continued(cell) is not None
        return bool(said) or fold(shown(cell, 120)) in self.titles


def _listed(rows: Sequence[int]) -> str:
    """Row numbers, the first few: 41, 82, 123 …"""
    return ", ".join(str(row) for row in rows[:_SHOWN]) + (" …" if len(rows) > _SHOWN else "")


class Below(RowSheet):
    """What stands on a sheet below a row: another table of its own; row numbers stay those of the sheet."""

    def __init__(self, sheet: RowSheet, above: int) -> None:
        self.sheet = sheet
        self.above = above
        self.name = sheet.name
        self.hidden = sheet.hidden

    def rows(self) -> Iterator[Sequence[object]]:
        return islice(self.sheet.rows(), self.above, None)

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        return self.sheet.body(header_row + self.above, wanted)

    def merges(self) -> Sequence[Merge]:
        """The merged cells below, counted from the first row below."""
        return [
            (row - self.above, first, last_row - self.above, last)
            for row, first, last_row, last in self.sheet.merges()
            if row >= self.above
        ]


def scaled_unit(above: Iterable[Sequence[object]]) -> str:
    """The unit a line above the header gives for all amounts, if it is not the plain one: 万元."""
    for row in above:
        for cell in row:
            found = UNIT.search(cell) if isinstance(cell, str) else None
            unit = _SCALED.search(found["unit"] or "") if found else None
            if unit is not None:
                return unit[0]
    return ""


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
