"""The odd cells of a workbook (出错和未计算的单元格): failed formulas, and those never computed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from typing import IO
from xml.parsers import expat

from mingbai.tables.formats.grid import address
from mingbai.tables.formats.guard import place_of
from mingbai.tables.formats.sheet import FileRemark, UnreadableError
from mingbai.tables.formats.xml_stream import CHUNK, XmlHandler, parse, refuse

_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# More failed cells than this are a formula dragged over the whole sheet; all of them are named alike.
_MAX_ERRORS = 2_000_000


class OddCells:
    """Errors by row and column, both from 0; how many formulas have no result, and the first one."""

    def __init__(self) -> None:
        self.errors: dict[int, dict[int, str]] = {}
        self._uncomputed = 0
        self._first = ""
        self._left = _MAX_ERRORS
        self._row = self._column = -1
        self._failed = self._formula = self._filled = False
        self._pieces: list[str] | None = None

    def remarks(self, sheet: str) -> list[FileRemark]:
        if not self._uncomputed:
            return []
        facts = {"count": self._uncomputed, "first": self._first}
        return [FileRemark("TABLE-103", sheet, facts)]

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
                self._left -= 1
                if self._left < 0:
                    raise UnreadableError("TABLE-024")
                self.errors.setdefault(self._row, {})[self._column] = said
        elif tag == "c" and self._formula and not self._filled:
            self._first = self._first or address(self._row, self._column)
            self._uncomputed += 1


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
            cells = OddCells()
            with archive.open(part) as file:
                cells.read(_chunks(file))
            found[name] = cells
    return found


def _names(archive: zipfile.ZipFile, part: str, tag: str, key: str, value: str) -> dict[str, str]:
    handler = _Names(tag, key, value)
    if part in archive.namelist():
        with archive.open(part) as file:
            parse(_chunks(file), handler)
    return handler.found


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
