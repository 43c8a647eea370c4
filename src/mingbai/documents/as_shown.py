"""A table as a page shows it (所见即所得的表): what it is, of which day, in which unit, then the same rows.

Above the head stand the lines that make a figure mean something when the workbook is opened in a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from mingbai.documents.sheet_writing import Column, cell_text, sheet_name
from mingbai.tables.spreadsheets import BOOK_OPTIONS

_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_RULE = {"bottom": 1, "bottom_color": "#CDC5B7"}
_EDGE = {"bottom": 1, "bottom_color": "#1C1A17"}
#: Formats by what stands in a cell.
_KINDS = {
    "text": {**_FONT, **_RULE, "text_wrap": True},
    "int": {**_FONT, **_RULE, "num_format": "#,##0", "align": "right"},
    "rate": {**_FONT, **_RULE, "num_format": "0.00", "align": "right"},
}


def write_as_shown(
    out: Path | BinaryIO,
    *,
    title: str,
    head: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    sums: Sequence[object] | None = None,
) -> int:
    """Write one sheet; returns how many rows. `head`: label and text: definition, day, unit, source, filter.

    The last row, `sums`, stands below a rule and outside the filter of the head.
    """
    # A file is written row by row; in memory nothing touches the disk.
    kept = {"constant_memory": True} if isinstance(out, Path) else {"in_memory": True}
    book = xlsxwriter.Workbook(out, {**BOOK_OPTIONS, **kept})
    try:
        return _Sheet(book, title, columns).fill(head, rows, sums)
    finally:
        book.close()


class _Sheet:
    """The sheet being written (工作表)."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, columns: Sequence[Column]) -> None:
        self.title, self.columns = title, columns
        self.sheet = book.add_worksheet(sheet_name(title))
        self.formats = {name: book.add_format(one) for name, one in _KINDS.items()}
        self.bold = {
            name: book.add_format({**one, "bold": True, "top": 1}) for name, one in _KINDS.items()
        }
        self.top = book.add_format({**_FONT, "font_size": 14, "bold": True})
        self.said = book.add_format({**_FONT, "font_color": "#524D46"})
        self.names = book.add_format(
            {**_FONT, **_EDGE, "bold": True, "text_wrap": True, "bg_color": "#F2EEE5"}
        )

    def fill(
        self,
        head: Sequence[tuple[str, str]],
        rows: Iterable[Sequence[object]],
        sums: Sequence[object] | None,
    ) -> int:
        """Head, names of the columns, rows, sums."""
        sheet, last = self.sheet, len(self.columns) - 1
        sheet.write_string(0, 0, cell_text(self.title), self.top)
        for line, (label, text) in enumerate(head, 1):
            sheet.write_string(line, 0, cell_text(label), self.said)
            sheet.write_string(line, 1, cell_text(text), self.said)
        first = len(head) + 2
        for place, column in enumerate(self.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(first, place, cell_text(column.head), self.names)
        line = first
        for row in rows:
            line += 1
            self._row(line, row, self.formats)
        sheet.autofilter(first, 0, max(line, first + 1), last)
        if sums is not None:
            self._row(line + 1, sums, self.bold)
        self._page(first)
        return line - first

    def _row(self, line: int, row: Sequence[object], formats: dict[str, object]) -> None:
        for place, value in enumerate(row):
            if value is None or value == "":
                self.sheet.write_blank(line, place, None, formats["text"])
            elif isinstance(value, int) and not isinstance(value, bool):
                self.sheet.write_number(line, place, value, formats["int"])
            elif isinstance(value, Decimal | float):
                self.sheet.write_number(line, place, float(value), formats["rate"])
            else:
                self.sheet.write_string(line, place, cell_text(str(value)), formats["text"])

    def _page(self, first: int) -> None:
        self.sheet.freeze_panes(first + 1, 1)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(first)
        self.sheet.set_footer("&L&A&R&P / &N")
