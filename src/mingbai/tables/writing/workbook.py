"""A sheet as a workbook (写工作簿): types, widths, drop-down lists, input rules, print set-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from mingbai.tables.columns import RawColumn
from mingbai.tables.spreadsheets import BOOK_OPTIONS, LAST_ROW, text_width
from mingbai.tables.writing.cells import sheet_value
from mingbai.tables.writing.plan import Head
from mingbai.tables.writing.rules import INLINE, rule_for

OPTIONS = "选项"
_NARROW, _WIDE, _LOOKED_AT, _CHUNK = 8, 40, 2_000, 2_000
#: What a landscape A4 page holds in characters while it can still be read.
_PAGE_WIDTH = 190.0
_BASE = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_HEAD = {"bold": True, "text_wrap": True, "align": "center", "border": 1, "bg_color": "#F2EEE5"}
_NEEDED = {"font_color": "#B00020"}


def write_workbook(
    path: Path,
    name: str,
    heads: Sequence[Head],
    columns: Sequence[RawColumn],
    *,
    title: str | None = None,
    most_rows: int = LAST_ROW,
) -> int:
    """Write the rows; what does not fit on one sheet goes on further ones. Returns their number."""
    book = xlsxwriter.Workbook(str(path), {**BOOK_OPTIONS, "constant_memory": True})
    try:
        return _Writer(book, name, heads, title, most_rows).write(columns)
    finally:
        book.close()


class _Writer:
    """One workbook being written, row after row."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        name: str,
        heads: Sequence[Head],
        title: str | None,
        most_rows: int,
    ) -> None:
        self.book = book
        self.name = sheet_name(name)
        self.heads = heads
        self.title = title
        self.first = 2 if title else 1  # rows above the data
        self.room = most_rows - self.first
        self.head = book.add_format({**_BASE, **_HEAD})
        self.needed = book.add_format({**_BASE, **_HEAD, **_NEEDED})
        self.big = book.add_format({**_BASE, "bold": True, "font_size": 16, "align": "center"})
        shapes = {shape: book.add_format({**_BASE, "num_format": shape})
                  for shape in {_shape(head) for head in heads}}  # fmt: skip
        self.formats = [shapes[_shape(head)] for head in heads]
        self.lists: dict[tuple[str, ...], str] = {}

    def write(self, columns: Sequence[RawColumn]) -> int:
        rows = len(columns[0]) if columns else 0
        ready = [[sheet_value(cell) for cell in column.distinct] for column in columns]
        widths = [_fitted(head, cells) for head, cells in zip(self.heads, ready, strict=True)]
        sheets = 0
        lines = _rows(ready, columns)
        while sheets == 0 or sheets * self.room < rows:
            sheet = self._begin(sheets, widths)
            last = self.first - 1
            for last, row in enumerate(islice(lines, self.room), self.first):
                self._line(sheet, last, row)
            sheet.autofilter(self.first - 1, 0, max(last, self.first), len(self.heads) - 1)
            sheets += 1
        return sheets

    def _begin(self, number: int, widths: Sequence[float]) -> Worksheet:
        """A sheet with all that stands before its rows."""
        name = self.name if number == 0 else f"{self.name[:27]} {number + 1}"
        sheet = self.book.add_worksheet(name)
        if number == 0:
            self._add_lists()
        line = self.first - 1
        sheet.freeze_panes(self.first, sum(head.key is not None for head in self.heads))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(ceil(sum(widths) / _PAGE_WIDTH), 0)
        sheet.repeat_rows(0, line)
        self._repeat_keys(sheet)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width, self.formats[place])
        if self.title:
            sheet.set_row(0, 30)
            if len(self.heads) > 1:
                sheet.merge_range(0, 0, 0, len(self.heads) - 1, "", self.big)
            sheet.write_string(0, 0, self.title, self.big)
        sheet.set_row(line, 36)
        for place, head in enumerate(self.heads):
            sheet.write_string(line, place, head.label, self.needed if head.needed else self.head)
            self._rule(sheet, place, head)
        return sheet

    def _line(self, sheet: Worksheet, line: int, row: Sequence[object]) -> None:
        for place, (cell, shape) in enumerate(zip(row, self.formats, strict=True)):
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(line, place, cell, shape)
            elif isinstance(cell, float):
                sheet.write_number(line, place, cell, shape)
            else:
                sheet.write_datetime(line, place, cell, shape)

    def _repeat_keys(self, sheet: Worksheet) -> None:
        """Whose row it is stands on every page, where the columns need several."""
        places = [place for place, head in enumerate(self.heads) if head.key is not None]
        if places:
            sheet.repeat_columns(min(places), max(places))

    def _add_lists(self) -> None:
        """Lists too long for a rule stand on a hidden sheet, each under a name."""
        long = dict.fromkeys(head.choices for head in self.heads if _is_long(head))
        if not long:
            return
        sheet = self.book.add_worksheet(OPTIONS)
        for number, choices in enumerate(long):
            name = f"{OPTIONS}{number + 1}"
            column = xl_col_to_name(number, col_abs=True)
            self.book.define_name(name, f"={OPTIONS}!{column}$1:{column}${len(choices)}")
            self.lists[choices] = f"={name}"
        for line in range(max(map(len, long))):
            for place, choices in enumerate(long):
                if line < len(choices):
                    sheet.write_string(line, place, choices[line])
        sheet.hide()

    def _rule(self, sheet: Worksheet, place: int, head: Head) -> None:
        rule = rule_for(head, xl_rowcol_to_cell(self.first, place), self.lists.get(head.choices))
        if rule is not None:
            sheet.data_validation(self.first, place, self.first + self.room - 1, place, rule)


def _is_long(head: Head) -> bool:
    return bool(head.choices) and not head.several and len(",".join(head.choices)) > INLINE


def _shape(head: Head) -> str:
    """The number format: texts stay texts, also those that are typed in later."""
    if head.kind == "number":
        return f"0.{'0' * head.decimals}" if head.decimals else "0"
    return "yyyy-mm-dd" if head.kind == "date" else "@"


def _rows(ready: Sequence[list[Any]], columns: Sequence[RawColumn]) -> Iterator[tuple[object, ...]]:
    """Row by row, a few thousand at a time."""
    rows = len(columns[0]) if columns else 0
    for start in range(0, rows, _CHUNK):
        codes = (column.codes.slice(start, _CHUNK).to_pylist() for column in columns)
        some = ([cells[code] for code in part] for cells, part in zip(ready, codes, strict=True))
        yield from zip(*some, strict=True)


def _fitted(head: Head, cells: Sequence[object]) -> float:
    """Wide enough for what stands in the column; a long head goes on several lines."""
    widest = max((_width(cell, head) for cell in cells[:_LOOKED_AT]), default=0)
    widest = max([widest, *map(text_width, head.choices[:_LOOKED_AT])]) if head.choices else widest
    longest = text_width(head.label)
    return min(max(widest + 2, min(longest + 2, 14), longest / 3 + 2, _NARROW), _WIDE)


def _width(cell: object, head: Head) -> int:
    if isinstance(cell, str):
        return text_width(cell)
    if isinstance(cell, float):
        return len(f"{Decimal(cell):.{head.decimals}f}")
    return len("2000-01-01") if cell is not None else 0


def sheet_name(name: str) -> str:
    """A name Excel accepts: at most 31 letters, none of ``[]:*?/\\``, and not the lists' own."""
    kept = "".join(" " if sign in "[]:*?/\\'" or not sign.isprintable() else sign for sign in name)
    kept = kept.strip()[:31].strip()
    return f"{kept} 1" if kept.casefold() in (OPTIONS, "history") else kept or "1"
