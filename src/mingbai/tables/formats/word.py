"""Tables inside Word files (docx 里的表格): each one a sheet, 表1, 表2 and so on.

Read straight from the document's XML, not through an object tree: rows and cells inside content
controls count, text that was deleted under revision does not, and nothing is quadratic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mingbai.tables.formats.grid import Budget, GridSheet
from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.formats.xml_stream import XmlHandler, parse
from mingbai.tables.spreadsheets import LAST_COLUMN

MAX_TABLES = 5_000
# A drawing is written twice, for old and new programs; a deleted paragraph says its text in delText.
_ASIDE = frozenset(("Fallback", "del", "moveFrom"))
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def open_word(chunks: Iterable[bytes]) -> list[GridSheet]:
    """The tables of a document.xml in their order; a table within a cell comes after its outer one."""
    reader = _Reader()
    parse(chunks, reader)
    return [sheet for sheet in reader.sheets if not sheet.is_empty]


@dataclass
class _Open:
    """A table that is being read: where it stands, and the vertical merges still open."""

    sheet: GridSheet
    row: int = -1
    column: int = 0
    span: int = 1
    joins: str | None = None
    pieces: list[str] = field(default_factory=list)
    # Column → first row, last row so far and columns of a merge that the next row may continue.
    down: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def close(self, column: int) -> None:
        """End the vertical merge at this column, if there is one."""
        if column in self.down:
            first, last, columns = self.down.pop(column)
            self.sheet.merge(first, column, last - first + 1, columns)


class _Reader(XmlHandler):
    """Walks tbl, tr, tc; a stack holds the tables around the present one."""

    def __init__(self) -> None:
        self.sheets: list[GridSheet] = []
        self.budget = Budget()
        self.open: list[_Open] = []
        self.aside = 0
        self.in_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.aside or name in _ASIDE:
            self.aside += 1
        elif name == "tbl":
            self._table()
        elif not self.open:
            return
        elif name == "tr":
            self._row()
        elif name == "gridBefore":
            self.open[-1].column += _span(attributes)
        elif name == "tc":
            self.open[-1].pieces, self.open[-1].span, self.open[-1].joins = [], 1, None
        elif name == "gridSpan":
            self.open[-1].span = max(_span(attributes), 1)
        elif name == "vMerge":
            self.open[-1].joins = attributes.get("val", "continue")
        elif name == "t":
            self.in_text = True
        elif name in _SIGNS and "pos" not in attributes:  # a tab with a place is a tab stop
            self.open[-1].pieces.append(_SIGNS[name])

    def text(self, data: str) -> None:
        if self.in_text and not self.aside and self.open:
            self.open[-1].pieces.append(data)

    def end(self, name: str) -> None:
        if self.aside:
            self.aside -= 1
        elif name == "t":
            self.in_text = False
        elif not self.open:
            return
        elif name == "p":
            self.open[-1].pieces.append("\n")
        elif name == "tc":
            self._cell()
        elif name == "tbl":
            table = self.open.pop()
            for column in list(table.down):
                table.close(column)

    def _table(self) -> None:
        if len(self.sheets) >= MAX_TABLES:
            raise UnreadableError("TABLE-024")
        sheet = GridSheet(f"表{len(self.sheets) + 1}", self.budget)
        self.sheets.append(sheet)
        self.open.append(_Open(sheet))

    def _row(self) -> None:
        table = self.open[-1]
        table.row += 1
        table.column = 0

    def _cell(self) -> None:
        table = self.open[-1]
        if table.row < 0:
            raise UnreadableError("TABLE-021")
        row, column = table.row, table.column
        if column + table.span > LAST_COLUMN:
            raise UnreadableError("TABLE-024")
        begun = table.down.get(column)
        value = ""
        if table.joins == "continue" and begun is not None and begun[1] == row - 1:
            table.down[column] = (begun[0], row, begun[2])
        else:
            value = "".join(table.pieces).strip("\n")
            table.close(column)
            if table.joins is None:
                table.sheet.merge(row, column, 1, table.span)
            else:
                table.down[column] = (row, row, table.span)
        table.sheet.put(row, column, value)
        table.column += table.span


def _span(attributes: dict[str, str]) -> int:
    said = attributes.get("val", "0")
    if not (said.isascii() and said.isdigit()):
        raise UnreadableError("TABLE-021")
    if len(said) > 6 or int(said) > LAST_COLUMN:
        raise UnreadableError("TABLE-024")
    return int(said)
