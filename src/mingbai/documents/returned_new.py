"""A table of another format as a workbook with its wrong cells marked (退回件): cell for cell as it was read.

A small table goes back whole, each cell where it stood. Of a large one only the head and the rows with
problems go back, with a last column that says which row of the file each was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter

from mingbai.documents.returned import AUTHOR, COLOURS, MOST_NOTES, Mark, note_size, note_text
from mingbai.documents.sheet_writing import cell_text, sheet_name
from mingbai.documents.words import Words
from mingbai.tables.formats.sheet import Merge
from mingbai.tables.spreadsheets import BOOK_OPTIONS, LAST_ROW

#: Above this many cells only the rows with problems go back.
MOST_CELLS = 1_500_000
#: Of a large file at most this many rows; the problems workbook has them all.
MOST_EXCERPT = 20_000

# A spreadsheet keeps fifteen digits, and days from 1900 on; anything else stays text.
_SHEET_DIGITS, _FIRST_YEAR = 1e15, 1900

Row = tuple[int, Sequence[object]]


@dataclass(frozen=True)
class ReturnedSheet:
    """A sheet as it was read: its rows from the top, merged areas, the last row of its head."""

    name: str | None
    rows: Iterable[Sequence[object]]
    merges: Sequence[Merge]
    head: int
    marks: Sequence[Mark]


def write_returned(target: Path, sheets: Sequence[ReturnedSheet], say: Words) -> None:
    """Write the sheets to a new workbook; texts stay texts, whatever they begin with."""
    book = xlsxwriter.Workbook(str(target), BOOK_OPTIONS)
    try:
        looks = {
            look: book.add_format({"bg_color": f"#{colour}"}) for look, colour in COLOURS.items()
        }
        for number, sheet in enumerate(sheets, 1):
            page = book.add_worksheet(sheet_name(sheet.name or f"Sheet{number}"))
            page.set_comments_author(AUTHOR)
            _Page(page, looks, sheet).write(say)
    finally:
        book.close()


class _Page:
    """One sheet being written."""

    def __init__(self, page: Any, looks: dict[str, Any], sheet: ReturnedSheet) -> None:
        self.page = page
        self.looks = looks
        self.sheet = sheet
        self.marks: dict[int, dict[int, Mark]] = {}
        for mark in sheet.marks:
            self.marks.setdefault(mark.row, {})[mark.column] = mark
        self.areas: dict[tuple[int, int], Merge] = {}
        self.notes = 0

    def write(self, say: Words) -> None:
        """All rows, or of a large sheet those with problems."""
        rows, whole = self._chosen()
        if whole:  # merged heads stay merged; an excerpt has other rows
            self.areas = {area[:2]: area for area in self.sheet.merges if area[:2] != area[2:]}
        width = line = 0
        for line, (number, cells) in enumerate(rows):
            width = max(width, len(cells))
            self._row(line, cells, self.marks.get(number, {}))
            if not whole:
                last = say.say("原来的行号") if number == self.sheet.head - 1 else number + 1
                self.page.write(line, len(cells), last)
        self.page.set_column(0, max(width - 1, 0), 14)
        if self.sheet.head:
            self.page.freeze_panes(min(self.sheet.head, line + 1), 0)

    def _chosen(self) -> tuple[Iterator[Row], bool]:
        """The rows to write with their numbers, and whether they are all."""
        rows = iter(self.sheet.rows)
        first: list[Sequence[object]] = []
        cells = 0
        for row in rows:
            first.append(row)
            cells += len(row)
            if cells > MOST_CELLS or len(first) >= LAST_ROW:
                return self._excerpt(chain(first, rows)), False
        return enumerate(first), True

    def _excerpt(self, rows: Iterable[Sequence[object]]) -> Iterator[Row]:
        wanted = ((n, row) for n, row in enumerate(rows) if n < self.sheet.head or n in self.marks)
        return islice(wanted, self.sheet.head + MOST_EXCERPT)

    def _row(self, line: int, cells: Sequence[object], marks: dict[int, Mark]) -> None:
        for column in range(max(len(cells), 1 + max(marks, default=-1))):
            value = cells[column] if column < len(cells) else None
            mark = marks.get(column)
            look = self.looks[mark.look] if mark else None
            if (line, column) in self.areas:
                self.page.merge_range(*self.areas[line, column], "", look)
            self._cell(line, column, value, look)
            if mark is not None and self.notes < MOST_NOTES:
                text = note_text(mark)
                width, height = note_size(text)
                size = {"width": width, "height": height}
                self.page.write_comment(line, column, text, size)
                self.notes += 1

    def _cell(self, line: int, column: int, value: object, look: Any) -> None:
        page = self.page
        if value is None or value == "":
            if look is not None:
                page.write_blank(line, column, None, look)
        elif isinstance(value, bool):
            page.write_boolean(line, column, value, look)
        elif isinstance(value, (int, float)) and abs(value) < _SHEET_DIGITS:
            page.write_number(line, column, value, look)
        elif isinstance(value, (date, datetime)) and value.year >= _FIRST_YEAR:
            page.write_datetime(line, column, value, look)
        else:
            page.write_string(line, column, cell_text(str(value)), look)
