"""The odd cells of a workbook (出错和未计算的单元格): failed formulas, and those never computed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from typing import IO
from xml.parsers import expat

from mingbai.tables.formats.guard import ODD_CELLS, place_of
from mingbai.tables.formats.sheet import FileRemark, UnreadableError
from mingbai.tables.formats.xml_stream import XmlHandler, parse, refuse
from mingbai.tables.spreadsheets import address

_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# More failed cells than this are a formula dragged over the whole sheet; all of them are named alike.
_MAX_ERRORS = 2_000_000
_MAX_CELL = 1 << 20
_CHUNK = 1 << 20
_HEAD = re.compile(rb"""<c (?:[^>]*?\s)?r="([A-Z]{1,3}[0-9]{1,7})"[^>]*>""")
_FAILED = re.compile(rb"""\st\s*=\s*["']e["']""")
_VALUE = re.compile(rb"<v(?:\s[^>]*[^/])?>([^<]*)</v>")


class OddCells:
    """Errors by row and column, both from 0; how many formulas have no result, and the first one."""

    def __init__(self) -> None:
        self.errors: dict[int, dict[int, str]] = {}
        self._uncomputed = 0
        self._first = ""
        self._left = _MAX_ERRORS

    def remarks(self, sheet: str) -> list[FileRemark]:
        if not self._uncomputed:
            return []
        facts = {"count": self._uncomputed, "first": self._first}
        return [FileRemark("TABLE-103", sheet, facts)]

    def failed(self, row: int, column: int, said: str) -> None:
        self._left -= 1
        if self._left < 0:
            raise UnreadableError("TABLE-024")
        self.errors.setdefault(row, {})[column] = said

    def uncomputed(self, row: int, column: int) -> None:
        self._first = self._first or address(row, column)
        self._uncomputed += 1


def quick_look(chunks: Iterable[bytes]) -> OddCells | None:
    """The odd cells of a sheet written as spreadsheets write; none when it is written otherwise."""
    found = OddCells()
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind(b"<c ")
        if cut <= 0 and len(text) > _MAX_CELL:
            return None
        rest = text[cut:] if cut > 0 else text
        if cut > 0 and not _take(text[:cut], found):
            return None
    return found if _take(rest, found) else None


def _take(text: bytes, found: OddCells) -> bool:
    """Note the odd cells of a piece that begins and ends between cells; whether all were plain."""
    ends: set[int] = set()
    for mark in ODD_CELLS:
        at = text.find(mark)
        while at >= 0:
            begin = text.rfind(b"<c ", 0, at + 3)
            end = text.find(b"</c>", at)
            cell = text[begin:end] if 0 <= begin < end else b""
            if not cell:
                return False
            if end not in ends:
                ends.add(end)
                if not _note(cell, found):
                    return False
            at = text.find(mark, at + len(mark))
    return True


def _note(cell: bytes, found: OddCells) -> bool:
    """One cell that may be odd; false when it is written in a way this does not know."""
    head = _HEAD.match(cell)
    place = place_of(head[1]) if head else None
    if head is None or place is None or not head[1][:1].isalpha():
        return False
    value = _VALUE.search(cell)
    said = unescape(value[1].decode("utf-8", "replace")) if value else ""
    row, column = place[0] - 1, place[1] - 1
    if _FAILED.search(head[0]) and said:
        found.failed(row, column, said)
    elif not said and b"<f" in cell and b"<is" not in cell:
        found.uncomputed(row, column)
    return True


class _CloseLook:
    """The same with a real parser, several times slower: prefixes, cells without a reference."""

    def __init__(self) -> None:
        self.found = OddCells()
        self._row = self._column = -1
        self._failed = self._formula = self._filled = False
        self._pieces: list[str] | None = None

    def read(self, chunks: Iterable[bytes]) -> None:
        """Look at every cell of a sheet once; text is only listened to where a cell failed."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = refuse
        self._parser = parser
        try:
            for chunk in chunks:
                parser.Parse(chunk)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise UnreadableError("TABLE-021") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._cell(attributes)
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._pieces = []
            self._parser.CharacterDataHandler = self._pieces.append
        elif tag == "is":
            self._filled = True
        elif tag == "row":
            place = place_of(attributes["r"].encode()) if "r" in attributes else None
            self._row = place[0] - 1 if place else self._row + 1
            self._column = -1

    def _cell(self, attributes: dict[str, str]) -> None:
        place = place_of(attributes["r"].encode()) if "r" in attributes else None
        if place:
            self._row, self._column = place[0] - 1, place[1] - 1
        else:
            self._column += 1
        self._failed = attributes.get("t") == "e"
        self._formula = self._filled = False

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "v" and self._pieces is not None:
            self._parser.CharacterDataHandler = None
            said = "".join(self._pieces)
            self._pieces = None
            self._filled = said != ""
            if self._failed and said:
                self.found.failed(self._row, self._column, said)
        elif tag == "c" and self._formula and not self._filled:
            self.found.uncomputed(self._row, self._column)


class _Names(XmlHandler):
    """Which relation each sheet name stands for, or which part each relation."""

    def __init__(self, tag: str, key: str, value: str) -> None:
        self.tag, self.key, self.value = tag, key, value
        self.found: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self.tag and self.key in attributes and self.value in attributes:
            self.found.setdefault(attributes[self.key], attributes[self.value])


def odd_cells(archive: zipfile.ZipFile, parts: frozenset[str]) -> dict[str, OddCells]:
    """What is odd in the given parts, by the name of the sheet."""
    by_path = {part.lstrip("/").lower(): part for part in parts}
    found = {}
    relations = _names(archive, _LINKS, "Relationship", "Id", "Target")
    for name, relation in _names(archive, _WORKBOOK, "sheet", "name", "id").items():
        target = relations.get(relation, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        part = by_path.get(path.lower())
        if part is not None:
            found[name] = _look(archive, part)
    return found


def _look(archive: zipfile.ZipFile, part: str) -> OddCells:
    with archive.open(part) as file:
        quick = quick_look(_chunks(file))
    if quick is not None:
        return quick
    close = _CloseLook()
    with archive.open(part) as file:
        close.read(_chunks(file))
    return close.found


def _names(archive: zipfile.ZipFile, part: str, tag: str, key: str, value: str) -> dict[str, str]:
    handler = _Names(tag, key, value)
    if part in archive.namelist():
        with archive.open(part) as file:
            parse(_chunks(file), handler)
    return handler.found


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
