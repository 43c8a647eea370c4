"""Sheets taken apart by our own readers: cells kept by place, so that far corners cost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mingbai.tables.formats.sheet import FileRemark, Merge, RowSheet, UnreadableError
from mingbai.tables.spreadsheets import LAST_COLUMN, LAST_ROW, address

# Filled cells of one file that are kept at once: about a gigabyte.
MAX_FILLED = 8_000_000
# Cells that come out of one sheet row by row, the empty ones before the last of a row included.
MAX_SPREAD = 80_000_000
MAX_MERGES = 200_000


class Budget:
    """How many cells the sheets of one file may still hold together."""

    def __init__(self, filled: int = MAX_FILLED) -> None:
        self.filled = filled

    def take(self, cells: int = 1) -> None:
        self.filled -= cells
        if self.filled < 0:
            raise UnreadableError("TABLE-024")


class GridSheet(RowSheet):
    """A sheet filled cell by cell; rows and columns count from 0."""

    def __init__(self, name: str | None, budget: Budget, *, hidden: bool = False) -> None:
        self.name = name
        self.hidden = hidden
        self._budget = budget
        self._cells: dict[int, dict[int, object]] = {}
        self._merges: list[Merge] = []
        self._spread: int | None = None
        self._uncomputed = 0
        self._first_uncomputed = ""
        # The file ended within this table; what stood there counts.
        self.cut_off = False

    def put(self, row: int, column: int, value: object) -> None:
        """Set a cell; an empty one costs nothing, one outside any spreadsheet is damage."""
        if not (0 <= row < LAST_ROW and 0 <= column < LAST_COLUMN):
            raise UnreadableError("TABLE-024")
        if value is None or value == "":
            return
        self._budget.take()
        self._cells.setdefault(row, {})[column] = value

    def put_row(self, row: int, cells: dict[int, object]) -> None:
        """Set the filled cells of a row that has none yet; the dict may be shared by equal rows."""
        if not 0 <= row < LAST_ROW or max(cells, default=0) >= LAST_COLUMN:
            raise UnreadableError("TABLE-024")
        self._budget.take(len(cells))
        if cells:
            self._cells[row] = cells

    def merge(self, row: int, column: int, rows: int, columns: int) -> None:
        """Join `rows` × `columns` cells; what lies outside a sheet is damage."""
        if rows < 1 or columns < 1 or (rows == 1 and columns == 1):
            return
        last_row, last_column = row + rows - 1, column + columns - 1
        if last_row >= LAST_ROW or last_column >= LAST_COLUMN or row < 0 or column < 0:
            raise UnreadableError("TABLE-024")
        if len(self._merges) >= MAX_MERGES:
            raise UnreadableError("TABLE-024")
        self._merges.append((row, column, last_row, last_column))

    def note_uncomputed(self, row: int, column: int) -> None:
        """A formula whose result the writing program did not store."""
        self._first_uncomputed = self._first_uncomputed or address(row, column)
        self._uncomputed += 1

    def remarks(self) -> list[FileRemark]:
        """What there is to say about the sheet as a whole."""
        found = [FileRemark("TABLE-104", self.name)] if self.cut_off else []
        if self._uncomputed:
            facts = {"count": self._uncomputed, "first": self._first_uncomputed}
            found.append(FileRemark("TABLE-103", self.name, facts))
        return found

    @property
    def is_empty(self) -> bool:
        return not self._cells

    def merges(self) -> Sequence[Merge]:
        return tuple(self._merges)

    def rows(self) -> Iterator[Sequence[object]]:
        self._measure()
        for number in range(max(self._cells, default=-1) + 1):
            cells = self._cells.get(number)
            if cells is None:
                yield ()
            else:
                yield [cells.get(place) for place in range(max(cells) + 1)]

    def _measure(self) -> None:
        if self._spread is None:
            self._spread = sum(max(cells) + 1 for cells in self._cells.values())
        if self._spread > MAX_SPREAD:
            raise UnreadableError("TABLE-024")
