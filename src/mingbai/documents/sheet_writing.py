"""Writing a workbook row by row (写工作簿): heads that stay, filters, widths, real dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from mingbai.documents.markup import clean
from mingbai.tables.spreadsheets import BOOK_OPTIONS, LAST_ROW, text_width

#: Excel's own limit.
MOST_LETTERS = 32_767
_HIGHEST = 409.0
_LINE, _EDGE = 14.0, 4.0  # in points, for text of 10 points


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its head, its width in characters, and what stands in it."""

    head: str
    width: int
    number: bool = False
    date: bool = False


class Book:
    """A workbook being written; texts stay texts, whatever they begin with."""

    def __init__(self, path: Path, *, most_rows: int = LAST_ROW) -> None:
        self.book = xlsxwriter.Workbook(str(path), {**BOOK_OPTIONS, "constant_memory": True})
        self.most_rows = most_rows
        base = {
            "font_name": "Microsoft YaHei",
            "font_size": 10,
            "valign": "top",
            "bottom": 1,
            "bottom_color": "#CDC5B7",
        }
        self._text = self.book.add_format({**base, "text_wrap": True})
        self._number = self.book.add_format(
            {**base, "num_format": "#,##0", "align": "right", "indent": 1}
        )
        self._decimal = self.book.add_format({**base, "align": "right", "indent": 1})
        self._date = self.book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"})
        self._head = self.book.add_format(
            {
                **base,
                "bold": True,
                "text_wrap": True,
                "bottom_color": "#1C1A17",
                "bg_color": "#F2EEE5",
            }
        )

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.book.close()

    def sheet(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
        """Write a sheet; what does not fit goes on ``name 2``, ``name 3`` …"""
        number, line = 1, 1
        sheet = self._begin(name, columns)
        for row in rows:
            if line == self.most_rows:
                _finish(sheet, columns, line)
                number, line = number + 1, 1
                sheet = self._begin(f"{name} {number}", columns)
            sheet.set_row(line, _height(columns, row))
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                self._write(sheet, line, place, column, value)
            line += 1
        _finish(sheet, columns, line)

    def _begin(self, name: str, columns: Sequence[Column]) -> Worksheet:
        sheet = self.book.add_worksheet(sheet_name(name))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.set_row(0, 30)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, clean(column.head), self._head)
        return sheet

    def _write(
        self, sheet: Worksheet, line: int, place: int, column: Column, value: object
    ) -> None:
        if value is None or value == "":
            sheet.write_blank(line, place, None, self._text)
        elif isinstance(value, date):
            sheet.write_datetime(line, place, value, self._date)
        elif isinstance(value, int) and not isinstance(value, bool):
            sheet.write_number(line, place, value, self._number)
        elif isinstance(value, float):
            sheet.write_number(line, place, value, self._decimal)
        else:
            sheet.write_string(line, place, cell_text(str(value)), self._text)


def _height(columns: Sequence[Column], row: Sequence[object]) -> float:
    """How high a row must be for its longest text; programs do not all find it out themselves."""
    lines = max(
        (_lines(value, column.width) for column, value in zip(columns, row, strict=True)), default=1
    )
    return min(_LINE * lines + _EDGE, _HIGHEST)


def _lines(value: object, width: int) -> int:
    """About how many lines a text takes in a column."""
    if not isinstance(value, str):
        return 1
    room = max(width - 1, 1)
    return sum(max(1, -(-text_width(part) // room)) for part in value.split("\n"))


def _finish(sheet: Worksheet, columns: Sequence[Column], line: int) -> None:
    sheet.autofilter(0, 0, max(line - 1, 1), len(columns) - 1)


def cell_text(text: str) -> str:
    """A text as Excel takes it: lines kept, other control characters gone, not too long."""
    text = text if text.isprintable() else "\n".join(clean(part) for part in text.split("\n"))
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def sheet_name(name: str) -> str:
    """A name Excel accepts: at most 31 letters, none of ``[]:*?/\\``."""
    kept = "".join(" " if char in "[]:*?/\\'" else char for char in clean(name))
    return kept.strip()[:31] or "1"
