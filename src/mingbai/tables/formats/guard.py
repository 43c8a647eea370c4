"""Guarding the workbook reader: a small zip may unpack to more than the machine has.

calamine lays a sheet out as one dense rectangle, so that two cells in opposite corners ask for
hundreds of gigabytes and end the whole process. What it is given is therefore measured first.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from mingbai.tables.formats.sheet import UnreadableError

MAX_UNPACKED = 6 << 30
MAX_CELLS = 80_000_000
_RATIO_FROM = 32 << 20
_MAX_RATIO = 250
_CHUNK = 1 << 20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb"""[\s:]r=["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
_ODD = re.compile(rb"""[\s:]r=["'][^"'<>]*[&$]""")


def check_workbook(path: Path) -> None:
    """Raise what makes a workbook unreadable: a password, damage, a size no office table has."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == _OLE:
        raise UnreadableError("TABLE-022")
    if not start.startswith(b"PK"):
        raise UnreadableError("TABLE-021")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive)
            for part in archive.infolist():
                _check_part(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UnreadableError("TABLE-021") from error
    except (
        NotImplementedError,
        RuntimeError,
        LookupError,
    ) as error:  # a method nobody uses, a password
        raise UnreadableError("TABLE-022") from error


def _check_sizes(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MAX_UNPACKED or len(parts) > 10_000:
        raise UnreadableError("TABLE-024")
    for part in parts:
        packed = max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM and part.file_size / packed > _MAX_RATIO:
            raise UnreadableError("TABLE-024")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack once, to nowhere: the sizes are true, the sum is right, the rectangle is bearable."""
    if not _SHEET.fullmatch(part.filename.lstrip("/")):
        with archive.open(part) as file:
            while file.read(_CHUNK):
                pass
        return
    if _area(archive, part) > MAX_CELLS and _filled_area(archive, part) > MAX_CELLS:
        raise UnreadableError("TABLE-024")


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _area(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The rectangle that all cell references of the sheet span."""
    last_row = last_column = 1
    rest = b""
    for chunk in _chunks(archive, part):
        text = rest + chunk
        if _ODD.search(text):
            raise UnreadableError("TABLE-021")
        refs = set(_CELL.findall(text))
        last_row = max([last_row, *(int(row) for _, row in refs)])
        last_column = max([last_column, *(_number(name) for name in {name for name, _ in refs})])
        rest = text[-64:]
    return last_row * last_column


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
    """How far the cells with content reach."""

    def __init__(self) -> None:
        self.rows = self.columns = 1
        self.cell = b""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.cell = attributes.get("r", "").encode()
        elif tag in ("v", "is", "f") and self.cell:
            match = re.fullmatch(rb"([A-Za-z]{1,3})(\d{1,7})", self.cell)
            if match:
                self.rows = max(self.rows, int(match[2]))
                self.columns = max(self.columns, _number(match[1]))


def _number(name: bytes) -> int:
    """The number of a column: A is 1, XFD is 16384."""
    number = 0
    for sign in name.upper():
        number = number * 26 + sign - 64
    return number
