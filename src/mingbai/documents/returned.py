"""The sender's own workbook with its wrong cells marked (退回件), so that it can be mended and sent back.

A workbook of up to 20 MB is edited as a copy: the same cells in the same places, merged heads, widths and
formats kept, values untouched. A formula becomes the value it showed: what goes back must not calculate
anything on the sender's machine. Every other format is written anew, see ``returned_new``.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from mingbai.documents.markup import clean
from mingbai.documents.words import Words
from mingbai.tables import Problem

MOST_BYTES = 20 << 20
#: Spreadsheet programs grow slow with notes; above this a cell is coloured only.
MOST_NOTES = 10_000
COLOURS = {"listed": "F4B6B0", "remark": "FBE3A3", "hint": "D6E4F0"}
AUTHOR = "明白 Mingbai"
_LINE = 18.0
#: Between our words and a note that the sender had written there.
_THEIRS = "\n————\n"


@dataclass
class Mark:
    """What is said at one cell: its row and column from 0, how bad it is, the sentences."""

    row: int
    column: int
    look: str
    says: list[str]


def marks_of(problems: Iterable[Problem], say: Words) -> dict[str | None, list[Mark]]:
    """The marks of one file by sheet, one a cell; a problem of a whole row marks its first cell."""
    found: dict[tuple[str | None, int, int], Mark] = {}
    for problem in problems:
        if problem.row is None:
            continue
        text = f"[{problem.code}] {say.of(problem.message)}\n→ {say.of(problem.advice)}"
        for column in problem.places or (0,):
            place = (problem.sheet, problem.row - 1, column)
            mark = found.setdefault(place, Mark(problem.row - 1, column, look_of(problem), []))
            mark.look = _worse(mark.look, look_of(problem))
            if text not in mark.says:
                mark.says.append(text)
    sheets: dict[str | None, list[Mark]] = {}
    for (sheet, _, _), mark in found.items():
        sheets.setdefault(sheet, []).append(mark)
    return sheets


def look_of(problem: Problem) -> str:
    """How a problem is coloured: a row kept out, a remark, or only a hint."""
    if problem.severity == "listed" or problem.level == "error":
        return "listed"
    return "hint" if problem.level == "hint" else "remark"


def _worse(one: str, other: str) -> str:
    order = list(COLOURS)
    return min(one, other, key=order.index)


def mark_copy(source: Path, target: Path, sheets: Mapping[str | None, Sequence[Mark]]) -> None:
    """Write a copy of an xlsx workbook with the marks; raises whatever openpyxl raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that openpyxl does not know and leaves out
        book = openpyxl.load_workbook(source, data_only=True)
    try:
        _keep_formulas_without_value(source, book)
        _clear_marks(book)
        for name, marks in sheets.items():
            sheet = book[name] if name in book.sheetnames else book.worksheets[0]
            _mark_sheet(sheet, marks)
        book.save(target)
    finally:
        book.close()


def _mark_sheet(sheet: Any, marks: Sequence[Mark]) -> None:
    fills = {look: PatternFill("solid", fgColor=colour) for look, colour in COLOURS.items()}
    for number, mark in enumerate(marks):
        cell = sheet.cell(mark.row + 1, mark.column + 1)
        if isinstance(cell, MergedCell):
            cell = _top_left(sheet, cell)
        cell.fill = fills[mark.look]
        if number < MOST_NOTES:
            cell.comment = _note(mark, cell.comment)


def _clear_marks(book: Any) -> None:
    """Take off what an earlier check had marked: a mended cell must not look wrong for ever."""
    fills = {alpha + colour for colour in COLOURS.values() for alpha in ("00", "FF")}
    cells = [cell for sheet in book.worksheets for cell in _cells(sheet)]
    for cell in [one for one in cells if one.comment is not None and one.comment.author == AUTHOR]:
        _, _, theirs = cell.comment.text.partition(_THEIRS)
        cell.comment = Comment(theirs, "") if theirs else None
        if cell.fill.fgColor.rgb in fills:
            cell.fill = PatternFill()


def _cells(sheet: Any) -> list[Any]:
    """The cells a sheet really has: iter_rows would make every one up to a stray cell far below."""
    return list(sheet._cells.values())


def _top_left(sheet: Any, cell: MergedCell) -> Any:
    for area in sheet.merged_cells.ranges:
        if cell.coordinate in area:
            return sheet.cell(area.min_row, area.min_col)
    return cell


def note_text(mark: Mark) -> str:
    """What the note says: each sentence once, no sign a spreadsheet chokes on."""
    return "\n".join("\n".join(clean(line) for line in text.split("\n")) for text in mark.says)


def note_size(text: str) -> tuple[float, float]:
    """Width and height of a note in points, so that its text can be read without dragging."""
    lines = sum(1 + len(line) // 22 for line in text.split("\n"))
    return 320.0, min(60.0 + _LINE * lines, 420.0)


def _note(mark: Mark, there: Comment | None) -> Comment:
    """The note of a cell; what the sender had written there stays, below ours."""
    text = note_text(mark)
    if there is not None and there.text:
        text = f"{text}{_THEIRS}{there.text}"
    note = Comment(text, AUTHOR)
    note.width, note.height = note_size(text)
    return note


def _keep_formulas_without_value(source: Path, book: Any) -> None:
    """A formula whose value was never stored stays as text, so that it is not lost."""
    if not _has_formulas(source):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        written = openpyxl.load_workbook(source)
    try:
        for sheet in written.worksheets:
            copy = book[sheet.title]
            for cell in _cells(sheet):
                if cell.data_type == "f" and copy[cell.coordinate].value is None:
                    copy[cell.coordinate].value = str(getattr(cell.value, "text", cell.value))
                    copy[cell.coordinate].data_type = "s"
    finally:
        written.close()


def _has_formulas(source: Path) -> bool:
    with zipfile.ZipFile(source) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f" in archive.read(name) for name in parts)
