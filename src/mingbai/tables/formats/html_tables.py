"""HTML tables saved as .xls (网页表格): what many government systems call an export to Excel.

The standard library's parser looks at a tag that never ends again and again; this one never goes back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email import message_from_bytes
from html import unescape

from mingbai.tables.formats.delimited import decode
from mingbai.tables.formats.grid import MAX_SPREAD, Budget, GridSheet
from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.formats.xml_stream import CHINESE, WIDE
from mingbai.tables.spreadsheets import LAST_COLUMN, LAST_ROW

MAX_BYTES = 256 << 20
MAX_NESTING = 32
MAX_TABLES = 5_000
_META = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{1,40})""", re.IGNORECASE
)
_START = re.compile(
    rb"<(?:!doctype\s+html|html|head|meta|body|table|style|div|center)\b", re.IGNORECASE
)
# What stands between these tags is no text of the page; the next tag is their own end.
_RAW = frozenset(("script", "style", "title", "xml"))
# Possessive: a quoted value is taken as it stands, never tried another way.
_TAG = re.compile(
    r"""</?([A-Za-z][^\s/>]*)((?:[^>=]|=\s*"[^"]*"|=\s*'[^']*'|=(?!\s*["']))*+)>""",
)
_BEGIN = re.compile(r"</?[A-Za-z]")
_SPANS = re.compile(r"""\b(row|col)span\s*=\s*["']?\s*([^\s"'>/]{1,20})""", re.IGNORECASE)
# The number behind a rounded display, as Excel and LibreOffice save it.
_STORED = re.compile(r"""\b(?:x:num|sdval)\s*=\s*["']?([-+0-9.eE]{1,40})""", re.IGNORECASE)
_SHOWN_NUMBER = re.compile(
    r"-?[0-9]{1,3}(?:,?[0-9]{3})*(?:\.([0-9]{1,15}))?|-?[0-9]{1,15}(?:\.([0-9]{1,15}))?"
)
_CELLS = re.compile(r"<t[drh][\s>]", re.IGNORECASE)
_LINES = frozenset(("br", "p", "div", "li"))
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def looks_like_web_archive(start: bytes) -> bool:
    """Whether the first bytes are the head of a mail made of several parts."""
    head = start.lstrip()[:2_000].lower()
    return b"mime-version:" in head and b"multipart/" in head and not head.startswith(b"<")


def looks_like_html(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a page; a doctype or a tag near the top is."""
    plain = start[2:].replace(b"\x00", b"") if start.startswith(WIDE) else start
    plain = plain.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not plain.startswith(b"<"):
        return False
    return _START.search(plain) is not None


def open_html(raw: bytes) -> list[GridSheet]:
    """The tables of a page that hold anything, in the order in which they begin."""
    return _tables([(raw, "")])


def open_web_archive(raw: bytes) -> list[GridSheet]:
    """The tables of a web archive (单个文件网页): a mail whose parts are pages, often named .xls."""
    if len(raw) > MAX_BYTES:
        raise UnreadableError("TABLE-024")
    pages = [
        (part.get_payload(decode=True), part.get_content_charset(""))
        for part in message_from_bytes(raw).walk()
        if part.get_content_type() == "text/html"
    ]
    return _tables([(page, charset) for page, charset in pages if isinstance(page, bytes)])


def _tables(pages: Sequence[tuple[bytes, str]]) -> list[GridSheet]:
    """The filled tables of pages; beside each page the encoding that its envelope says, if any."""
    reader = _Reader()
    for page, charset in pages:
        if len(page) > MAX_BYTES:
            raise UnreadableError("TABLE-024")
        reader.read(_decoded(page, charset))
    return [sheet for sheet in reader.sheets if not sheet.is_empty]


def _decoded(raw: bytes, charset: str) -> str:
    """A mark at the start decides, then what the page says of itself, then the bytes."""
    said = _META.search(raw[:4096])
    name = said[1].decode("ascii").lower() if said else charset
    if raw.startswith(WIDE) or raw[:3] == b"\xef\xbb\xbf" or not name:
        return decode(raw)
    try:
        return raw.decode("gb18030" if name in CHINESE else name)
    except (UnicodeError, LookupError, ValueError):
        return decode(raw)  # pages often say utf-8 and are not


class _Table:
    """One table on its way: where the next cell goes, and which places cells above still hold."""

    def __init__(self, sheet: GridSheet) -> None:
        self.sheet = sheet
        self.row = -1
        self.column = 0
        # Column → the last row that a cell from above reaches to.
        self.held: dict[int, int] = {}
        self.pieces: list[str] | None = None
        self.size = (1, 1)
        self.stored: str | None = None
        self.spread = 0

    def next_row(self) -> None:
        self.close_cell()
        self.row += 1
        self.column = 0
        if self.held and self.row % 64 == 0:
            self.held = {at: last for at, last in self.held.items() if last >= self.row}

    def open_cell(self, rows: int, columns: int, stored: str | None = None) -> None:
        self.close_cell()
        self.stored = stored
        if self.row < 0:
            self.next_row()
        while self.held.get(self.column, -1) >= self.row:
            self.column += 1
            self._spread(1)
        self._spread(columns)
        if self.column + columns > LAST_COLUMN or self.row + rows > LAST_ROW:
            raise UnreadableError("TABLE-024")
        self.pieces, self.size = [], (rows, columns)

    def _spread(self, cells: int) -> None:
        self.spread += cells
        if self.spread > MAX_SPREAD:
            raise UnreadableError("TABLE-024")

    def close_cell(self) -> None:
        if self.pieces is None:
            return
        rows, columns = self.size
        text = _tidied(self.pieces)
        self.sheet.put(self.row, self.column, _exact(text, self.stored) if self.stored else text)
        self.sheet.merge(self.row, self.column, rows, columns)
        if rows > 1:
            last = self.row + rows - 1
            self.held.update(dict.fromkeys(range(self.column, self.column + columns), last))
        self.column += columns
        self.pieces = None


class _Reader:
    """Walks table, tr, td and th; tags that pages forget to close are closed by the next one."""

    def __init__(self) -> None:
        self.sheets: list[GridSheet] = []
        self.budget = Budget()
        self.open: list[_Table] = []

    def read(self, text: str) -> None:
        at = 0
        while (mark := text.find("<", at)) >= 0:
            self._say(text[at:mark])
            at = self._after(text, mark)
        self._say(text[at:] if at < len(text) else "")
        while self.open:
            table = self.open.pop()
            table.close_cell()
            table.sheet.cut_off = True

    def _after(self, text: str, mark: int) -> int:
        """Take the tag that begins here; the place behind it."""
        sign = text[mark + 1 : mark + 2]
        if sign in ("!", "?"):
            end = "-->" if text.startswith("<!--", mark) else ">"
            return self._skip(text, mark, end)
        if not _BEGIN.match(text, mark):
            self._say("<")
            return mark + 1
        tag = _TAG.match(text, mark)
        if tag is None:
            return self._cut_off(text, mark)
        name = tag[1].lower()
        if sign == "/":
            self._end(name)
        else:
            self._start(name, tag[2])
            if name in _RAW and not tag[2].endswith("/"):
                return self._behind_raw(text, tag.end(), name)
        return tag.end()

    def _skip(self, text: str, mark: int, end: str) -> int:
        place = text.find(end, mark)
        return place + len(end) if place >= 0 else self._cut_off(text, mark)

    def _behind_raw(self, text: str, at: int, name: str) -> int:
        end = re.compile(f"</{name}", re.IGNORECASE).search(text, at)
        return end.start() if end else self._cut_off(text, at)

    def _cut_off(self, text: str, mark: int) -> int:
        """Something begins here and never ends: rows behind it would be lost unseen."""
        if _CELLS.search(text, mark + 1):
            raise UnreadableError("TABLE-021")
        return len(text)

    def _start(self, tag: str, attributes: str) -> None:
        if tag == "table":
            self._table()
        elif not self.open:
            return
        elif tag == "tr":
            self.open[-1].next_row()
        elif tag in ("td", "th"):
            spans = {key.lower(): said for key, said in _SPANS.findall(attributes)}
            stored = _STORED.search(attributes)
            self.open[-1].open_cell(
                _span(spans.get("row")), _span(spans.get("col")), stored[1] if stored else None
            )
        elif tag in _LINES:
            self._add("\n")

    def _end(self, tag: str) -> None:
        if not self.open:
            return
        if tag == "table":
            self.open.pop().close_cell()
        elif tag in ("td", "th", "tr"):
            self.open[-1].close_cell()

    def _say(self, data: str) -> None:
        if data and self.open:
            self._add(unescape(data.replace("\n", " ")))

    def _add(self, piece: str) -> None:
        if self.open and self.open[-1].pieces is not None:
            self.open[-1].pieces.append(piece)

    def _table(self) -> None:
        if len(self.open) >= MAX_NESTING or len(self.sheets) >= MAX_TABLES:
            raise UnreadableError("TABLE-024")
        sheet = GridSheet(f"表{len(self.sheets) + 1}", self.budget)
        self.sheets.append(sheet)
        self.open.append(_Table(sheet))


def _span(said: str | None) -> int:
    """How many rows or columns; what is no number is one, as every browser takes it."""
    digits = (said or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return 1
    if len(digits) > 7 or int(digits) > LAST_ROW:
        raise UnreadableError("TABLE-024")
    return max(int(digits), 1)


def _exact(text: str, stored: str) -> object:
    """The stored number where the text shows it rounded; a day or a share of 100 stays as shown."""
    shown = _SHOWN_NUMBER.fullmatch(text)
    if shown is None:
        return text
    try:
        number = float(stored)
    except ValueError:
        return text
    places = len(shown[1] or shown[2] or "")
    said = float(text.replace(",", ""))
    # Equal ones stay text: 007 keeps its zeros, an ID number all its digits.
    is_rounded = number != said and abs(number - said) <= 0.500001 * 10.0**-places
    return number if is_rounded else text


def _tidied(pieces: list[str]) -> str:
    """The text of a cell: blanks run together as on the page, line breaks stay."""
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
