"""What a check gives back (检查结果): the problems as a list, and the senders' own tables marked."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mingbai.documents.returned import MOST_BYTES, Mark, mark_copy, marks_of
from mingbai.documents.returned_new import ReturnedSheet, write_returned
from mingbai.documents.words import Words, words
from mingbai.documents.workbooks import write_problems
from mingbai.screening.table_check import TableCheck
from mingbai.tables.formats.opening import open_file
from mingbai.tables.formats.sheet import Sheet

RETURNED = "returned"


def write_checked(
    checked: TableCheck,
    paths: Sequence[Path],
    out: Path,
    *,
    password: str | None = None,
    language: str = "zh",
) -> None:
    """Write problems.xlsx, and into returned/ a marked copy of every file with a problem."""
    write_problems(checked.intake, out / "problems.xlsx")
    say = words(language)
    for path in paths:
        marks = marks_of((one for one in checked.problems if one.file == path.name), say)
        if marks:
            folder = out / RETURNED
            folder.mkdir(exist_ok=True)
            if not _edited(path, folder, marks):
                _anew(checked, path, folder, marks, say, password)


def _edited(path: Path, folder: Path, marks: Mapping[str | None, Sequence[Mark]]) -> bool:
    """Whether a marked copy of the sender's own workbook could be made."""
    if path.stat().st_size > MOST_BYTES or not zipfile.is_zipfile(path):
        return False
    target = folder / (path.name if path.suffix.lower() == ".xlsx" else f"{path.name}.xlsx")
    try:
        mark_copy(path, target, marks)
    except (
        Exception
    ):  # openpyxl knows less of the format than spreadsheets do; then it is written anew
        target.unlink(missing_ok=True)
        return False
    return True


def _anew(
    checked: TableCheck,
    path: Path,
    folder: Path,
    marks: Mapping[str | None, Sequence[Mark]],
    say: Words,
    password: str | None,
) -> None:
    """The sheets with problems cell for cell in a new workbook."""
    heads = {
        report.sheet: report.header_row or 0
        for report in checked.intake.files
        if report.name == path.name
    }
    opened = open_file(path, _widest, password)
    sheets = [
        ReturnedSheet(
            sheet.name, sheet.rows(), sheet.merges(), heads.get(sheet.name, 0), marks[sheet.name]
        )
        for sheet in opened.sheets
        if sheet.name in marks
    ]
    if sheets:
        stem = path.name.removesuffix(".xlsx")
        write_returned(folder / f"{stem}.xlsx", sheets, say)


def _widest(sheet: Sheet) -> int:
    """Of several readings of a text file the one that finds most columns."""
    return max((len(row) for row in sheet.head()), default=0)
