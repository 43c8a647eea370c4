"""Workbooks (xlsx, xlsm) through calamine; hidden sheets are named, not read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import python_calamine as calamine

from mingbai.tables.formats.sheet import FileRemark, Merge, RowSheet, UnreadableError
from mingbai.tables.formats.xlsx_cells import OddCells, odd_cells

# calamine goes by the extension where it is given a path; with another it is given the bytes.
_TRUSTED = (".xlsx", ".xlsm")


class WorkbookSheet(RowSheet):
    """One sheet of a workbook, loaded when its rows are first asked for.

    calamine gives failed formulas as empty cells; `odd` knows their names.
    """

    def __init__(
        self,
        workbook: calamine.CalamineWorkbook,
        meta: calamine.SheetMetadata,
        odd: OddCells | None = None,
    ) -> None:
        self.name: str = meta.name
        self.hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        self._workbook = workbook
        self._errors = odd.errors if odd else {}
        self._sheet: calamine.CalamineSheet | None = None

    def _loaded(self) -> calamine.CalamineSheet:
        if self._sheet is None:
            self._sheet = self._workbook.get_sheet_by_name(str(self.name))
        return self._sheet

    def rows(self) -> Iterator[Sequence[object]]:
        with _reading():
            rows: Iterator[list[Any]] = iter(self._loaded().iter_rows())  # any type a cell can have
            left = (self._loaded().start or (0, 0))[1]
            if (
                left
            ):  # the rows above the first cell come as empty ones, the columns beside it do not
                rows = ([""] * left + row for row in rows)
            yield from _with_errors(rows, self._errors) if self._errors else rows

    def merges(self) -> Sequence[Merge]:
        with _reading():
            ranges = self._loaded().merged_cell_ranges or []
        return tuple((*first, *last) for first, last in ranges)


def _with_errors(
    rows: Iterator[list[Any]], errors: dict[int, dict[int, str]]
) -> Iterator[list[Any]]:
    """The rows with the names of failed cells in their places."""
    last = max(errors)
    number = 0
    for number, row in enumerate(rows, 1):
        yield _named(row, errors.get(number - 1))
    for missing in range(number, last + 1):
        yield _named([], errors.get(missing))


def _named(row: list[Any], errors: dict[int, str] | None) -> list[Any]:
    if errors:
        row += [""] * (max(errors) + 1 - len(row))
        for place, name in errors.items():
            row[place] = name
    return row


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever calamine raises is a damaged file; its panics do not even derive from Exception."""
    try:
        yield
    except (UnreadableError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        raise UnreadableError("TABLE-021") from error


def open_workbook(
    source: Path | io.BytesIO, archive: zipfile.ZipFile, odd: frozenset[str]
) -> tuple[list[RowSheet], list[FileRemark]]:
    """The worksheets of a workbook that has been found safe to read; `odd` parts get a closer look."""
    with _reading():
        if isinstance(source, Path) and source.suffix.lower() in _TRUSTED:
            workbook = calamine.CalamineWorkbook.from_path(str(source))
        else:
            raw = source.read_bytes() if isinstance(source, Path) else source.getvalue()
            workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        metas = [
            meta
            for meta in workbook.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        ]
    looked = odd_cells(archive, odd) if odd else {}
    sheets: list[RowSheet] = [
        WorkbookSheet(workbook, meta, looked.get(meta.name)) for meta in metas
    ]
    return sheets, [remark for name, one in looked.items() for remark in one.remarks(name)]
