"""OpenDocument spreadsheets (ods, fods): read as a stream, repeats counted before they are written out."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from mingbai.tables.formats.grid import Budget, GridSheet
from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.formats.xml_stream import XmlHandler, parse
from mingbai.tables.spreadsheets import LAST_COLUMN, LAST_ROW

MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_TIME = re.compile(r"PT(\d{1,9})H(\d{1,9})M(\d{1,9})(?:[.,]\d+)?S")
# Text of these is not the cell's: notes, change records, the phonetic reading above a word.
_ASIDE = frozenset(("annotation", "tracked-changes", "ruby-text", "shapes"))
_BLANKS = re.compile(r"[ \t\r\n]+")
_BREAKS = {"tab": "\t", "line-break": "\n"}


def open_ods(chunks: Iterable[bytes]) -> list[GridSheet]:
    """The sheets of a content.xml, or of a flat document."""
    reader = _Reader()
    parse(chunks, reader)
    return reader.sheets


class _Reader(XmlHandler):
    """Walks table, table-row, table-cell; an empty repeat to the end of the sheet costs nothing."""

    def __init__(self) -> None:
        self.sheets: list[GridSheet] = []
        self.budget = Budget()
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.row = self.row_repeat = 0
        self.cells: dict[int, object] = {}
        self.column = 0
        self.cell: dict[str, str] | None = None
        self.pieces: list[str] = []
        self.paragraphs = 0
        self.in_paragraph = False
        self.aside = 0
        # Tables inside a cell (charts carry some) are not sheets.
        self.tables = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _ASIDE or self.aside:
            self.aside += 1
        elif name == "style":
            self.style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            self.hidden_styles.add(self.style)
        elif name == "table":
            self.tables += 1
            if self.tables == 1:
                hidden = attributes.get("style-name") in self.hidden_styles
                self.sheets.append(GridSheet(attributes.get("name"), self.budget, hidden=hidden))
                self.row = 0
        elif self.tables != 1:
            return
        elif name == "table-row":
            self.row_repeat = _count(attributes, "number-rows-repeated", LAST_ROW)
            self.cells, self.column = {}, 0
        elif name in ("table-cell", "covered-table-cell"):
            self.cell, self.pieces, self.paragraphs = attributes, [], 0
        elif self.cell is not None:
            self._inline(name, attributes)

    def _inline(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            self.pieces += ["\n"] if self.paragraphs else []
            self.paragraphs += 1
            self.in_paragraph = True
        elif name == "s":
            self.pieces.append(" " * _count(attributes, "c", 10_000))
        elif name in _BREAKS:
            self.pieces.append(_BREAKS[name])

    def text(self, data: str) -> None:
        if self.cell is not None and self.in_paragraph and not self.aside and self.tables == 1:
            self.pieces.append(_BLANKS.sub(" ", data))

    def end(self, name: str) -> None:
        if self.aside:
            self.aside -= 1
        elif name == "table":
            self.tables -= 1
        elif self.tables != 1:
            return
        elif name == "p":
            self.in_paragraph = False
        elif name in ("table-cell", "covered-table-cell") and self.cell is not None:
            self._cell(self.cell)
            self.cell = None
        elif name == "table-row":
            self._row()

    def _cell(self, attributes: dict[str, str]) -> None:
        repeat = _count(attributes, "number-columns-repeated", LAST_COLUMN)
        value = _value(attributes, "".join(self.pieces))
        if value != "":
            if self.column + repeat > LAST_COLUMN:
                raise UnreadableError("TABLE-024")
            self.cells.update(dict.fromkeys(range(self.column, self.column + repeat), value))
        elif "formula" in attributes:
            self.sheets[-1].note_uncomputed(self.row, self.column)
        rows = _count(attributes, "number-rows-spanned", LAST_ROW)
        columns = _count(attributes, "number-columns-spanned", LAST_COLUMN)
        self.sheets[-1].merge(self.row, self.column, rows, columns)
        self.column += repeat

    def _row(self) -> None:
        sheet = self.sheets[-1]
        if self.cells:
            for number in range(self.row, self.row + self.row_repeat):
                sheet.put_row(number, self.cells)
        self.row += self.row_repeat


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    """A repeat or a span: once if it does not say; more than a sheet has is no table."""
    said = attributes.get(name, "1")
    if not (said.isascii() and said.isdigit()):
        raise UnreadableError("TABLE-021")
    if len(said) > 9 or int(said) > most:
        raise UnreadableError("TABLE-024")
    return max(int(said), 1)


def _value(attributes: dict[str, str], text: str) -> object:
    """The cell as a value: what is stored counts, not how many of its digits are shown."""
    # Without its prefix the second value-type, the writing program's own, counts: it says "error".
    kind = attributes.get("value-type")
    try:
        if kind in ("float", "currency", "percentage"):
            return float(attributes["value"])
        if kind == "boolean":
            return attributes["boolean-value"] == "true"
        if kind == "date":
            return _moment(attributes["date-value"])
        if kind == "time":
            return _time(attributes["time-value"], text)
    except (KeyError, ValueError):
        return text
    return attributes.get("string-value", text) if kind == "string" else text


def _moment(said: str) -> object:
    moment = datetime.datetime.fromisoformat(said)
    return moment.date() if moment.time() == datetime.time() else moment


def _time(said: str, text: str) -> object:
    match = _TIME.fullmatch(said)
    if match is None:
        return text
    hours, minutes, seconds = (int(part) for part in match.groups())
    if hours < 24 and minutes < 60 and seconds < 60:
        return datetime.time(hours, minutes, seconds)
    return text
