"""What a check gives back (检查结果): the problems as a list, and the senders' own tables marked."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.documents.returned import MOST_BYTES, Mark, mark_copy, marks_of
from mingbai.documents.returned_new import ReturnedSheet, write_returned
from mingbai.documents.sheet_writing import Book, Column
from mingbai.documents.words import Words, words
from mingbai.documents.workbooks import PROBLEMS as ALL_PROBLEMS
from mingbai.documents.workbooks import write_problems
from mingbai.screening.table_check import TableCheck
from mingbai.tables.formats.opening import open_file, widest
from mingbai.tables.formats.sheet import UnreadableError

PROBLEMS, TIDY, TIDY_BOOK = "problems.xlsx", "tidy.parquet", "tidy.xlsx"
WRITTEN = (PROBLEMS, ALL_PROBLEMS, TIDY, TIDY_BOOK)
RETURNED = "returned"
_LONGEST_NAME = 255  # bytes, on the usual file systems


def write_checked(
    checked: TableCheck,
    paths: Sequence[Path],
    out: Path,
    *,
    password: str | None = None,
    language: str = "zh",
) -> None:
    """Write problems.xlsx, the figures of statistical tables, and into returned/ the marked copies."""
    write_problems(checked.intake, out / PROBLEMS)
    say = words(language)
    if checked.statistics:
        _write_tidy([found.tidy for found in checked.statistics.values()], out, say)
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
    target = folder / _returned_name(path)
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
    opened = open_file(path, widest, password)
    sheets = [
        ReturnedSheet(
            sheet.name, sheet.rows(), sheet.merges(), heads.get(sheet.name, 0), marks[sheet.name]
        )
        for sheet in opened.sheets
        if sheet.name in marks
    ]
    if sheets:
        target = folder / _returned_name(path)
        write_returned(target, sheets, say)
        if password and _locked(path):
            _lock(target, password)


def _locked(path: Path) -> bool:
    """Whether the sender had protected the file by a password."""
    try:
        open_file(path, widest)
    except UnreadableError as error:
        return error.code == "TABLE-022"
    return False


def _lock(target: Path, password: str) -> None:
    """What came behind a password goes back behind the same one."""
    from msoffcrypto.format.ooxml import OOXMLFile

    with BytesIO(target.read_bytes()) as plain, target.open("wb") as locked:
        OOXMLFile(plain).encrypt(password, locked)


def _returned_name(path: Path) -> str:
    """The sender's own name; list.csv becomes list.csv.xlsx, and what is too long for that is cut."""
    if path.suffix.lower() == ".xlsx":
        return path.name
    if len(f"{path.name}.xlsx".encode()) <= _LONGEST_NAME:
        return f"{path.name}.xlsx"
    mark = hashlib.blake2b(path.name.encode(), digest_size=4).hexdigest()
    start = path.name.encode()[: _LONGEST_NAME - len(f"~{mark}.xlsx")].decode(errors="ignore")
    return f"{start}~{mark}.xlsx"


def _write_tidy(tables: Sequence[pa.Table], out: Path, say: Words) -> None:
    """One row a figure: tidy.parquet with exact values, tidy.xlsx to filter and print."""
    tidy = pa.concat_tables(tables)
    pq.write_table(tidy, out / TIDY)
    columns = [
        Column(say.say("文件"), 24),
        Column(say.say("表"), 14),
        Column(say.say("统计表号"), 9),
        Column(say.say("标题"), 36),
        Column(say.say("行"), 7, number=True),
        Column(say.say("列"), 7),
        Column(say.say("行名"), 16),
        Column(say.say("层级"), 7),
        Column(say.say("所属"), 20),
        Column(say.say("列名"), 24),
        Column(say.say("单位"), 10),
        Column(say.say("原文"), 14),
        Column(say.say("数值"), 14, number=True),
    ]
    with Book(out / TIDY_BOOK) as book:
        book.sheet(say.say("整理"), columns, _tidy_rows(tidy))


def _tidy_rows(tidy: pa.Table) -> Iterator[tuple[object, ...]]:
    for batch in tidy.to_batches(20_000):
        for row in batch.to_pylist():
            yield tuple(_shown(value) for value in row.values())


def _shown(value: object) -> object:
    if isinstance(value, list):
        return " / ".join(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
