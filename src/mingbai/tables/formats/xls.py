"""Old workbooks (xls, et: BIFF5 and BIFF8), record by record.

Read by ourselves: calamine lays a sheet out as one rectangle, ends the process when a count lies, and
turns failed formulas into empty cells. Records give cells one at a time, errors by their name.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from mingbai.tables.formats import biff_strings
from mingbai.tables.formats.excel_days import is_day_format, moment
from mingbai.tables.formats.grid import Budget, GridSheet
from mingbai.tables.formats.sheet import UnreadableError

_BOF, _EOF, _CONTINUE, _FILEPASS = 0x809, 0x0A, 0x3C, 0x2F
_CODEPAGE, _DATEMODE, _BOUNDSHEET, _SST, _FORMAT, _XF = 0x42, 0x22, 0x85, 0xFC, 0x41E, 0xE0
_FORMULA, _STRING, _MERGED, _LABELSST = 0x06, 0x207, 0xE5, 0xFD
_NUMBER, _LABEL, _RSTRING, _RK, _MULRK, _BOOLERR = 0x203, 0x204, 0xD6, 0x27E, 0xBD, 0x205
_BIFF5, _BIFF8 = 0x500, 0x600
_EXTERNAL = 0x1AE
_MAX_MERGES_OF_RECORD = 2_000

# What failed formulas show, by the number stored for them.
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip


Record = tuple[int, bytes]


def is_encrypted(stream: bytes) -> bool:
    """Whether the workbook asks for a password before anything can be read."""
    for number, (kind, _) in enumerate(records(stream, 0)):
        if kind == _FILEPASS:
            return True
        if kind == _EOF or number > 50:
            break
    return False


def records(stream: bytes, at: int) -> Iterator[Record]:
    """Kind and content of each record from a place on; one cut off at the end is damage."""
    end = len(stream)
    while at + 4 <= end:
        kind, size = struct.unpack_from("<HH", stream, at)
        if at + 4 + size > end:
            raise UnreadableError("TABLE-021")
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def open_xls(stream: bytes) -> tuple[list[GridSheet], bool]:
    """The worksheets, and whether formulas refer to other files."""
    try:
        book = _Book(stream)
        return book.sheets(), book.links_out
    except (struct.error, IndexError) as error:
        raise UnreadableError("TABLE-021") from error


class _Book:
    """What holds for all sheets: texts, formats, which day is number 0."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.version = 0
        self.codec = biff_strings.codec(0)
        self.since_1904 = False
        self.bounds: list[bytes] = []
        self.texts: list[str] = []
        self.formats: dict[int, str] = {}
        self.format_of: list[int] = []
        self.links_out = False
        self._globals()
        self.day_styles = [
            is_day_format(number, self.formats.get(number)) for number in self.format_of
        ]

    def _globals(self) -> None:
        blocks: list[bytes] = []
        last = 0
        for kind, raw in records(self.stream, 0):
            if not self.version:
                self.version = _version(kind, raw)
            elif kind == _CONTINUE and last == _SST:
                blocks.append(raw)
            elif kind == _EOF:
                break
            else:
                self._global(kind, raw, blocks)
            last = kind if kind != _CONTINUE else last
        if not self.version:
            raise UnreadableError("TABLE-021")
        if blocks:
            self.texts = biff_strings.Shared(blocks).texts()

    def _global(self, kind: int, raw: bytes, blocks: list[bytes]) -> None:
        if kind == _SST:
            blocks.append(raw)
        elif kind == _CODEPAGE:
            self.codec = biff_strings.codec(struct.unpack_from("<H", raw)[0])
        elif kind == _DATEMODE:
            self.since_1904 = raw[0] == 1
        elif kind == _BOUNDSHEET:
            self.bounds.append(raw)
        elif kind == _FORMAT:
            (number,) = struct.unpack_from("<H", raw)
            self.formats[number] = self.text(raw, 2, 1 if self.version == _BIFF5 else 2)
        elif kind == _XF:
            self.format_of.append(struct.unpack_from("<H", raw, 2)[0])
        elif kind == _EXTERNAL and self.version == _BIFF8:
            # Two bytes of sheet count, then 0x0401 for this very file, 0x3A01 for add-ins.
            self.links_out = self.links_out or raw[2:4] not in (b"\x01\x04", b"\x01\x3a")

    def text(self, raw: bytes, at: int, count_size: int) -> str:
        """A text as this version writes it."""
        if self.version == _BIFF8:
            return biff_strings.text(raw, at, count_size)
        count = raw[at] if count_size == 1 else struct.unpack_from("<H", raw, at)[0]
        piece = raw[at + count_size : at + count_size + count]
        return piece.decode(self.codec, "replace")

    def value(self, style: int, number: float) -> object:
        """A number, or the day it stands for when its cell shows one."""
        is_day = style < len(self.day_styles) and self.day_styles[style]
        return moment(number, self.since_1904) if is_day else number

    def sheets(self) -> list[GridSheet]:
        budget = Budget()
        found = []
        for raw in self.bounds:
            (start, state, kind) = struct.unpack_from("<IBB", raw)
            if kind != 0:  # charts and macro sheets hold no table
                continue
            sheet = GridSheet(self.text(raw, 6, 1), budget, hidden=state & 3 != 0)
            _SheetReader(self, sheet).read(start)
            found.append(sheet)
        return found


def _version(kind: int, raw: bytes) -> int:
    """BIFF5 or BIFF8 of the first record; older ones are refused by name."""
    if kind in (0x09, 0x209, 0x409):
        raise UnreadableError("TABLE-035")
    version = struct.unpack_from("<H", raw)[0] if kind == _BOF else 0
    if version not in (_BIFF5, _BIFF8):
        raise UnreadableError("TABLE-021")
    return int(version)


class _SheetReader:
    """Takes the cells of one sheet; a formula's text stands in the record behind it."""

    def __init__(self, book: _Book, sheet: GridSheet) -> None:
        self.book = book
        self.sheet = sheet
        self.waiting: tuple[int, int] | None = None
        self.take: dict[int, Callable[[bytes], None]] = {
            _LABELSST: self._shared, _LABEL: self._label, _RSTRING: self._label,
            _NUMBER: self._number, _RK: self._rk, _MULRK: self._rks, _BOOLERR: self._truth,
            _FORMULA: self._formula, _STRING: self._string, _MERGED: self._merged,
        }  # fmt: skip

    def read(self, start: int) -> None:
        """From the sheet's first record to its last; one without either would lose rows unseen."""
        depth = 0
        for kind, raw in records(self.book.stream, start):
            if kind == _BOF:
                depth += 1  # a chart within the sheet brings records of its own
            elif kind == _EOF:
                depth -= 1
                if depth <= 0:
                    break
            elif not depth:
                raise UnreadableError("TABLE-021")
            elif depth == 1 and kind in self.take:
                self.take[kind](raw)
        else:
            raise UnreadableError("TABLE-021")
        if self.waiting:
            self.sheet.note_uncomputed(*self.waiting)

    def _shared(self, raw: bytes) -> None:
        row, column, _, number = struct.unpack_from("<HHHI", raw)
        if number >= len(self.book.texts):
            raise UnreadableError("TABLE-021")
        self.sheet.put(row, column, self.book.texts[number])

    def _label(self, raw: bytes) -> None:
        row, column = struct.unpack_from("<HH", raw)
        self.sheet.put(row, column, self.book.text(raw, 6, 2))

    def _number(self, raw: bytes) -> None:
        row, column, style, number = struct.unpack_from("<HHHd", raw)
        self.sheet.put(row, column, self.book.value(style, number))

    def _rk(self, raw: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", raw)
        self.sheet.put(row, column, self.book.value(style, _short(raw, 6)))

    def _rks(self, raw: bytes) -> None:
        row, column = struct.unpack_from("<HH", raw)
        for place, at in enumerate(range(4, len(raw) - 7, 6), column):
            (style,) = struct.unpack_from("<H", raw, at)
            self.sheet.put(row, place, self.book.value(style, _short(raw, at + 2)))

    def _truth(self, raw: bytes) -> None:
        row, column, _, value, is_error = struct.unpack_from("<HHHBB", raw)
        self.sheet.put(row, column, _error(value) if is_error else value == 1)

    def _formula(self, raw: bytes) -> None:
        """The stored result: a number, or by its last two bytes a text, truth, error or nothing."""
        row, column, style = struct.unpack_from("<HHH", raw)
        if self.waiting:
            self.sheet.note_uncomputed(*self.waiting)
        self.waiting = None
        if raw[12:14] != b"\xff\xff":
            (number,) = struct.unpack_from("<d", raw, 6)
            self.sheet.put(row, column, self.book.value(style, number))
        elif raw[6] == 0:
            self.waiting = (row, column)
        elif raw[6] == 1:
            self.sheet.put(row, column, raw[8] == 1)
        elif raw[6] == 2:
            self.sheet.put(row, column, _error(raw[8]))

    def _string(self, raw: bytes) -> None:
        if self.waiting and raw:
            self.sheet.put(*self.waiting, self.book.text(raw, 0, 2))
        self.waiting = None

    def _merged(self, raw: bytes) -> None:
        (count,) = struct.unpack_from("<H", raw)
        if count > _MAX_MERGES_OF_RECORD:
            raise UnreadableError("TABLE-021")
        for at in range(2, 2 + 8 * count, 8):
            first, last, left, right = struct.unpack_from("<HHHH", raw, at)
            self.sheet.merge(first, left, last - first + 1, right - left + 1)


def _error(number: int) -> str:
    return ERRORS.get(number, "#N/A")


def _short(raw: bytes, at: int) -> float:
    """A number in four bytes: an integer of 30 bits or the upper half of a double, perhaps × 100."""
    (bits,) = struct.unpack_from("<i", raw, at)
    if bits & 2:
        number = float(bits >> 2)
    else:
        (number,) = struct.unpack("<d", b"\x00\x00\x00\x00" + struct.pack("<i", bits & ~3))
    return number / 100 if bits & 1 else number
