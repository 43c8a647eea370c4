"""Workbooks (xlsx, xlsm) through calamine; hidden sheets are named, not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import python_calamine as calamine

from mingbai.tables.formats.guard import check_workbook
from mingbai.tables.formats.sheet import RowSheet, Sheet, UnreadableError


class WorkbookSheet(RowSheet):
    """One sheet of a workbook, loaded when its rows are first asked for."""

    def __init__(self, workbook: calamine.CalamineWorkbook, meta: calamine.SheetMetadata) -> None:
        self.name: str = meta.name
        self.hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        self._workbook = workbook
        self._sheet: calamine.CalamineSheet | None = None

    def rows(self) -> Iterator[Sequence[object]]:
        with _reading():
            if self._sheet is None:
                self._sheet = self._workbook.get_sheet_by_name(str(self.name))
            yield from self._sheet.iter_rows()


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever calamine raises is a damaged file; its panics do not even derive from Exception."""
    try:
        yield
    except (UnreadableError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        raise UnreadableError("TABLE-021") from error


def open_workbook(path: Path) -> list[Sheet]:
    """The worksheets of a workbook that has been found safe to read."""
    check_workbook(path)
    with _reading():
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        return [
            WorkbookSheet(workbook, meta)
            for meta in workbook.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        ]
