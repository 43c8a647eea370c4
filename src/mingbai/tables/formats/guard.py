"""Guarding the workbook reader: a small zip may unpack to more than the machine has.

calamine lays a sheet out as one dense rectangle, so that two cells in opposite corners ask for
hundreds of gigabytes and end the whole process. What it is given is therefore measured first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.spreadsheets import LAST_COLUMN, LAST_ROW

MAX_UNPACKED = 6 << 30
MAX_CELLS = 80_000_000
_RATIO_FROM = 32 << 20
_MAX_RATIO = 250
_CHUNK = 1 << 20
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# References as spreadsheets write them; one written otherwise, or text that only looks like one,
# costs a closer look.
# (What stands before the r is asked behind it: a pattern that begins with a letter is found faster.)
_REFERENCE = re.compile(rb"""r="(?<![A-Za-z0-9_:.-]r=")([A-Z]{0,3})([1-9][0-9]{0,6})\"""")
_ODD = re.compile(rb"""r(?<![A-Za-z0-9_:.-]r)\s*=(?!"[A-Z]{0,3}[1-9][0-9]{0,6}")""")
_PLAIN = re.compile(rb"([A-Z]{0,3})([1-9][0-9]{0,6})")
_COUNT = re.compile(rb"""([uU]nique)?[cC]ount\s*=\s*["']\s*[+0]*([0-9]+)""")
_COUNT_DIGITS = 8
# Programs write a wrong uniqueCount now and then; room for this many texts the machine has.
_MAX_UNIQUE = 10_000_000
# How programs write a cell that failed, and a formula without its result.
ODD_CELLS = (b't="e"', b"t='e'", b"</f></c>", b"<v></v></c>", b"<v/></c>", b'"/></c>')
_OVERLAP = 256


def check_workbook(archive: zipfile.ZipFile) -> frozenset[str]:
    """Raise what makes a workbook unreadable: damage, or a size no office table has.

    Returns the sheet parts in which some cell failed or was never computed: they need a closer look.
    """
    check_sizes(archive)
    return frozenset(part.filename for part in archive.infolist() if _check_part(archive, part))


def check_sizes(archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks to more than the machine holds, by what the archive says of itself."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MAX_UNPACKED or len(parts) > 10_000:
        raise UnreadableError("TABLE-024")
    for part in parts:
        packed = max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM and part.file_size / packed > _MAX_RATIO:
            raise UnreadableError("TABLE-024")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Unpack once, to nowhere: the sizes are true, the sum is right, no count asks for a machine.

    Room for as many strings as `uniqueCount` claims is taken before the first one is read. Says
    whether it is a sheet with odd cells.
    """
    rest = b""
    is_sheet = _SHEET.fullmatch(part.filename.lstrip("/")) is not None
    odd = False
    for chunk in _chunks(archive, part):
        text = rest + chunk
        _check_claims(text, max(part.file_size, _MAX_UNIQUE))
        odd = odd or (is_sheet and any(mark in text for mark in ODD_CELLS))
        rest = chunk[-_OVERLAP:]
    if not is_sheet:
        return False
    area = _area(archive, part)
    if (area is None or area > MAX_CELLS) and _filled_area(archive, part) > MAX_CELLS:
        raise UnreadableError("TABLE-024")
    return odd


def _check_claims(text: bytes, most: int) -> None:
    if b"ount" not in text:  # finding a word is a hundred times cheaper than the pattern
        return
    for unique, claim in _COUNT.findall(text):
        if len(claim) > _COUNT_DIGITS or (unique and int(claim) > most):
            raise UnreadableError("TABLE-024")


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _whole_tags(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text of a part, cut before a tag: half a reference would look like an odd one."""
    rest = b""
    for chunk in _chunks(archive, part):
        text = rest + chunk
        cut = text.rfind(b"<")
        # A megabyte without a tag is no sheet; it is looked at as it stands.
        cut = cut if cut > max(len(text) - _CHUNK, 0) else len(text)
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _area(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int | None:
    """The rectangle that all references of the sheet span; none if one of them is odd."""
    last_row = last_column = 1
    for text in _whole_tags(archive, part):
        if _ODD.search(text):
            return None
        found = _REFERENCE.findall(text)
        last_row = max(last_row, *map(int, {row for _, row in found}), 1)
        last_column = max(last_column, *map(_number, {name for name, _ in found}), 1)
    return last_row * last_column if last_row <= LAST_ROW and last_column <= LAST_COLUMN else None


def place_of(reference: bytes) -> tuple[int, int] | None:
    """Row and column of a reference such as XFD1048576 or, of a row, 1048576."""
    match = _PLAIN.fullmatch(reference)
    if match is None:
        return None
    row, column = int(match[2]), _number(match[1])
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def _filled_area(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The same for cells with content: a formatted but empty last row is common and harmless."""
    reach = _Reach()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reach.start
    try:
        for chunk in _chunks(archive, part):
            parser.Parse(chunk)
    except expat.ExpatError as error:
        raise UnreadableError("TABLE-021") from error
    return reach.rows * reach.columns


class _Reach:
    """How far the cells with content reach; a reference no spreadsheet writes is damage."""

    def __init__(self) -> None:
        self.rows = self.columns = 1
        self.cell: tuple[int, int] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag in ("c", "row") and "r" in attributes:
            self.cell = place_of(attributes["r"].encode())
            if self.cell is None:
                raise UnreadableError("TABLE-021")
        elif tag in ("v", "is", "f") and self.cell is not None:
            self.rows = max(self.rows, self.cell[0])
            self.columns = max(self.columns, self.cell[1])


def _number(name: bytes) -> int:
    """The number of a column: A is 1, XFD is 16384."""
    number = 0
    for sign in name:
        number = number * 26 + sign - 64
    return number
