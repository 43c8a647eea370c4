"""Columns of somebody's file for the figures (统计用的列): by name, with the place of what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow.parquet as pq

from mingbai.cli.sheets import chosen_sheet, unreadable
from mingbai.stats import StatsError
from mingbai.stats.inputs import Numbers
from mingbai.tables.columns import RawColumn
from mingbai.tables.formats.parquet import ParquetSheet
from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.texts import fold, half_width

_FIRST_PARQUET_ROW = 2  # the names of the columns are row 1
T = TypeVar("T")


class Columns:
    """The columns of one sheet (一张表的列), under the first of its rows that has all the wanted names."""

    def __init__(
        self, file: Path, names: Sequence[str], sheet_name: str | None, password: str | None
    ) -> None:
        self.file = file.name
        self.names = list(dict.fromkeys(names))
        sheet = chosen_sheet(file, sheet_name, password)
        head = sheet.head()
        place, labels = self._header(head)
        wanted = [labels[fold(name)] for name in self.names]
        self._arrow = None
        if isinstance(sheet, ParquetSheet):
            self._arrow = pq.read_table(file, columns=[str(head[0][place]) for place in wanted])
            self.rows = np.arange(_FIRST_PARQUET_ROW, self._arrow.num_rows + _FIRST_PARQUET_ROW)
            return
        try:
            body = sheet.body(place, wanted)
        except UnreadableError as error:
            raise unreadable(file, error) from None
        self.rows = np.asarray(body.rows)
        self._columns = dict(zip(self.names, (body.columns[at] for at in wanted), strict=True))

    def __len__(self) -> int:
        return len(self.rows)

    def _header(self, head: list[list[object]]) -> tuple[int, dict[str, int]]:
        """The number of the header row, and where each name stands; STAT-015 names one that is not there."""
        rows = [
            [(at, str(cell)) for at, cell in enumerate(row) if cell not in (None, "")]
            for row in head
        ]
        best: tuple[int, int] = (-1, 0)
        shown: list[str] = []
        missing = self.names[0]
        for number, row in enumerate(rows, start=1):
            labels = {fold(text): at for at, text in row}
            absent = [name for name in self.names if fold(name) not in labels]
            if not absent:
                return number, labels
            fits = (len(self.names) - len(absent), len(row))  # else the fullest row is the header
            if fits > best:
                best, shown, missing = fits, [text for _, text in row], absent[0]
        near = difflib.get_close_matches(missing, shown, n=3, cutoff=0.4) or shown[:8]
        raise StatsError("STAT-015", file=self.file, name=missing, near="、".join(near) or "-")

    def numbers(self, name: str) -> Numbers:
        """The column as numbers; empty cells are nan. STAT-014 names the first cell that is no number."""
        if self._arrow is not None:
            column = self._arrow.column(self.names.index(name))
            if column.type.id in _NUMERIC:
                return np.asarray(column.to_numpy(), dtype=np.float64)
            cells, codes = _distinct(column.to_pylist())
        else:
            cells, codes = _read(self._columns[name])
        values = np.empty(len(cells))
        for place, cell in enumerate(cells):
            number = _number(cell)
            if number is None:
                at = np.flatnonzero(codes == place)
                raise StatsError(
                    "STAT-014",
                    file=self.file,
                    row=int(self.rows[at[0]]) if len(at) else "-",
                    column=name,
                    value=cell,
                    count=len(at),
                )
            values[place] = number
        return values[codes] if len(cells) else np.empty(0)

    def groups(self, name: str) -> np.ndarray:
        """The column as names of groups; an empty cell is the group "" (shown as unknown)."""
        if self._arrow is not None:
            cells, codes = _distinct(self._arrow.column(self.names.index(name)).to_pylist())
        else:
            cells, codes = _read(self._columns[name])
        texts = np.array(["" if cell is None else _label(cell) for cell in cells], dtype=object)
        return texts[codes].astype(str) if len(cells) else np.empty(0, dtype=str)

    def located(self, work: Callable[[], T]) -> T:
        """Do the work; a fault of the n-th value is told with its row in the file (STAT-016)."""
        try:
            return work()
        except StatsError as error:
            row = error.values.get("row")
            if not isinstance(row, int):
                raise
            at = int(self.rows[row - 1])
            raise StatsError(
                "STAT-016",
                file=self.file,
                row=at,
                said_zh=error.zh,
                said_en=error.en,
                number=error.code,
            ) from error


_NUMERIC = frozenset({*range(2, 10), 10, 11, 12})  # Arrow's whole and floating numbers


def _distinct(cells: list[object]) -> tuple[list[object], np.ndarray]:
    memo: dict[object, int] = {}
    codes = np.fromiter((memo.setdefault(cell, len(memo)) for cell in cells), np.int64, len(cells))
    return list(memo), codes


def _read(column: RawColumn) -> tuple[list[object], np.ndarray]:
    return list(column.distinct), np.asarray(column.codes)


def _label(cell: object) -> str:
    """As a person reads it: the stratum 5.0 of a workbook is the stratum 5 of a text."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _number(cell: object) -> float | None:
    if cell is None:
        return float("nan")
    text = half_width(str(cell)).strip().replace(",", "") if isinstance(cell, str) else cell
    if text in ("", "NA", "nan", "NaN"):
        return float("nan")
    try:
        return float(text)  # type: ignore[arg-type]  # a date or the like: it says so below
    except (TypeError, ValueError):
        return None
