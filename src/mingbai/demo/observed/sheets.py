"""Sheets as offices send them (报送的表): columns of cells, written with the same bytes each time."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter
from numpy.typing import NDArray

Cells = NDArray[np.object_]
Strikes = Mapping[str, tuple[str, ...]]

MARK = "合成数据"
CHUNK = 50_000  # rows of csv that are lists at one time
#: Workbooks carry a day of their own; the clock would change the bytes.
CREATED = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sheet:
    """One sheet (工作表): heads, columns of text, numbers or nothing, and what may go wrong where.

    `groups` stand in a row of merged cells above the heads. `strikes` names for a kind of damage the heads
    of the columns it may strike; a kind that is not named does not strike this sheet. `former` are values
    of columns as they were a year ago.
    """

    file: str
    name: str
    heads: tuple[str, ...]
    columns: tuple[Cells, ...]
    title: str | None = None
    groups: tuple[str | None, ...] = ()
    strikes: Strikes = field(default_factory=dict)
    former: Mapping[str, Cells] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.columns[0])

    @property
    def above(self) -> int:
        """Rows above the first record."""
        return 1 + bool(self.title) + bool(self.groups)

    def at(self, head: str) -> int:
        return self.heads.index(head)

    def taking(self, places: NDArray[Any]) -> Sheet:
        """The rows at some places, in that order."""
        former = {head: cells[places] for head, cells in self.former.items()}
        return replace(self, columns=tuple(one[places] for one in self.columns), former=former)


def file_name(*parts: str, kind: str = "xlsx") -> str:
    """A file's name; every one says that its data are made up."""
    return "_".join((*parts, MARK)) + f".{kind}"


def write(sheets: Sequence[Sheet], folder: Path) -> None:
    """All sheets of one file: a workbook, or csv in GB18030 as offices' systems write it."""
    path = folder / sheets[0].file
    if path.suffix == ".csv":
        _write_csv(path, sheets[0])
    else:
        _write_workbook(path, sheets)


def _write_csv(path: Path, sheet: Sheet) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.heads)
        for start in range(0, sheet.rows, CHUNK):
            some = (one[start : start + CHUNK].tolist() for one in sheet.columns)
            writer.writerows(zip(*some, strict=True))


def _write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    try:
        book.set_properties({"title": path.stem, "comments": MARK, "created": CREATED})
        centred = book.add_format({"align": "center", "bold": True})
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name[:31]), sheet, centred)
    finally:
        book.close()


def _fill(target: Any, sheet: Sheet, centred: Any) -> None:
    """One sheet, top to bottom, for in constant memory a row that is left cannot be written again."""
    line = 0
    if sheet.title:
        _merge(target, line, 0, len(sheet.heads) - 1, sheet.title, centred)
        line += 1
    if sheet.groups:
        for first, last, text in _runs(sheet.groups):
            _merge(target, line, first, last, text, centred)
        line += 1
    for place, head in enumerate(sheet.heads):
        target.write_string(line, place, head, centred)
    text, number = target.write_string, target.write_number
    for at, row in enumerate(zip(*(one.tolist() for one in sheet.columns), strict=True), line + 1):
        for place, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                text(at, place, cell)
            else:
                number(at, place, cell)


def _merge(target: Any, line: int, first: int, last: int, text: str, centred: Any) -> None:
    if last > first:
        target.merge_range(line, first, line, last, text, centred)
    else:
        target.write_string(line, first, text, centred)


def _runs(groups: Sequence[str | None]) -> list[tuple[int, int, str]]:
    """First column, last column and text of each group; a column without one stays empty above."""
    runs: list[tuple[int, int, str]] = []
    for place, text in enumerate(groups):
        if text is None:
            continue
        if runs and runs[-1][2] == text and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place, text)
        else:
            runs.append((place, place, text))
    return runs
