"""Excel-2003 XML (XML 表格 2003): one plain XML file, often named .xls by the system that wrote it."""

from __future__ import annotations

import datetime

from mingbai.tables.formats.grid import Budget, GridSheet
from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.formats.xml_stream import XmlHandler, parse_bytes

NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"
# Where a time without a day stands.
_NO_DAY = (datetime.date(1899, 12, 31), datetime.date(1899, 12, 30))


def open_excel_xml(raw: bytes) -> list[GridSheet]:
    """The worksheets of the file."""
    reader = _Reader()
    parse_bytes(raw, reader)
    return reader.sheets


class _Reader(XmlHandler):
    """Walks Worksheet, Row, Cell, Data; places count on where ss:Index does not say otherwise."""

    def __init__(self) -> None:
        self.sheets: list[GridSheet] = []
        self.budget = Budget()
        self.row = self.column = 0
        self.next_row = self.next_column = 0
        self.kind: str | None = None
        self.pieces: list[str] = []
        self.comment = False
        self.formula = self.filled = False
        self.visible: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Worksheet":
            self.sheets.append(GridSheet(attributes.get("Name"), self.budget))
            self.next_row = 0
        elif not self.sheets:
            return
        elif name == "Row":
            self.row = _count(attributes, "Index", self.next_row + 1) - 1
            self.next_row = self.row + 1 + _count(attributes, "Span", 0)
            self.next_column = 0
        elif name == "Cell":
            self._cell(attributes)
        elif name == "Comment":
            self.comment = True
        elif name == "Data" and not self.comment:
            self.kind = attributes.get("Type", "String")
            self.pieces = []
        elif name == "Visible":
            self.visible = []

    def _cell(self, attributes: dict[str, str]) -> None:
        self.column = _count(attributes, "Index", self.next_column + 1) - 1
        across, down = _count(attributes, "MergeAcross", 0), _count(attributes, "MergeDown", 0)
        self.sheets[-1].merge(self.row, self.column, down + 1, across + 1)
        self.next_column = self.column + across + 1
        self.formula, self.filled = "Formula" in attributes, False

    def text(self, data: str) -> None:
        if self.kind is not None:
            self.pieces.append(data)
        elif self.visible is not None:
            self.visible.append(data)

    def end(self, name: str) -> None:
        if name == "Data" and self.kind is not None:
            value = _value(self.kind, "".join(self.pieces))
            self.filled = value != ""
            self.sheets[-1].put(self.row, self.column, value)
            self.kind = None
        elif name == "Cell" and self.sheets and self.formula and not self.filled:
            self.sheets[-1].note_uncomputed(self.row, self.column)
        elif name == "Comment":
            self.comment = False
        elif name == "Visible" and self.visible is not None and self.sheets:
            self.sheets[-1].hidden = "".join(self.visible).strip() not in ("", "SheetVisible")
            self.visible = None


def _count(attributes: dict[str, str], name: str, otherwise: int) -> int:
    """A number of rows or columns; what is none, or has too many digits, is damage."""
    said = attributes.get(name)
    if said is None:
        return otherwise
    if not (said.isascii() and said.isdigit() and len(said) <= 9):
        raise UnreadableError("TABLE-021")
    return int(said)


def _value(kind: str, text: str) -> object:
    """The cell as a value; a number or day that is none stays the text it is."""
    if kind == "Number":
        return _number(text)
    if kind == "DateTime":
        return _moment(text)
    if kind == "Boolean" and text.strip() in ("0", "1"):
        return text.strip() == "1"
    return text


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _moment(text: str) -> object:
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    if moment.date() in _NO_DAY:
        return moment.time()
    return moment.date() if moment.time() == datetime.time() else moment
