"""Separated text (csv, tsv, txt): its encoding and delimiter are found, its oddities named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyarrow as pa

from mingbai.tables.damage import is_all_questions
from mingbai.tables.formats.blocks import Layout, read_blocks
from mingbai.tables.formats.encodings import Encoding, decode, find_encoding, toss_up
from mingbai.tables.formats.records import records
from mingbai.tables.formats.sheet import (
    HEAD_ROWS,
    Body,
    FileRemark,
    RowRemark,
    RowSheet,
    Sheet,
    UnreadableError,
    body_of,
)
from mingbai.tables.formats.stray_bytes import stray_bytes
from mingbai.tables.texts import BLANKS

__all__ = ["decode", "open_delimited"]

MAX_BYTES = 4 << 30
DELIMITERS = (",", "\t", ";", "|")
# Above this the rows are taken apart in blocks, several times faster; below, row by row.
FAST_FROM = 4 << 20


class DelimitedSheet(RowSheet):
    """A text file taken apart with one delimiter; its bytes that are no text read as U+FFFD."""

    def __init__(self, path: Path, encoding: Encoding, delimiter: str) -> None:
        self.path = path
        self.encoding = encoding
        self.delimiter = delimiter

    def rows(self) -> Iterator[Sequence[object]]:
        return (cells for cells, _ in self._records())

    def remarks(self) -> list[FileRemark]:
        """What there is to say of the file's bytes."""
        return stray_bytes(self.path, self.encoding)

    def _records(self) -> Iterator[tuple[list[str], bool]]:
        codec = self.encoding.codec
        try:
            with self.path.open(encoding=codec, errors="replace", newline="") as lines:
                yield from records(lines, self.delimiter)
        except UnicodeError as error:
            raise UnreadableError("TABLE-027") from error

    @cached_property
    def _head(self) -> list[list[object]]:
        return [list(row) for row in islice(self.rows(), HEAD_ROWS)]

    def head(self) -> list[list[object]]:
        return [row.copy() for row in self._head]

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        header = len(next(islice(self.rows(), header_row - 1, None), ()))
        width = max(header, *(place + 1 for place in wanted), 1)
        if self.path.stat().st_size >= FAST_FROM:
            layout = Layout(self.encoding.codec, self.delimiter, header_row, width)
            body = read_blocks(self.path, layout, wanted)
            if body is not None:
                return body
        odd: dict[int, tuple[str, int]] = {}
        body = body_of(self._watched(header_row, width, odd), header_row, wanted, texts=True)
        return Body(body.rows, body.columns, remarks=row_remarks(body.rows, odd))

    def _watched(
        self, header_row: int, width: int, odd: dict[int, tuple[str, int]]
    ) -> Iterator[Sequence[object]]:
        """All rows; `odd` gets the number of each that does not have the cells of the header."""
        for number, (cells, whole) in enumerate(self._records(), 1):
            if number > header_row and (not whole or len(cells) != width):
                found = oddity(cells, width, whole=whole)
                if found is not None:
                    odd[number] = found
            yield cells


def oddity(cells: Sequence[str], width: int, *, whole: bool) -> tuple[str, int] | None:
    """What is odd about the cells of a row, with the number of cells too many or too few.

    Empty cells behind the last header are how some programs end a line.
    """
    if not whole:
        return "TABLE-091", 0
    if len(cells) < width:
        return "TABLE-090", width - len(cells)
    more = max((place + 1 for place, cell in enumerate(cells) if cell.strip(BLANKS)), default=0)
    return ("TABLE-089", more - width) if more > width else None


def row_remarks(rows: pa.Array, odd: dict[int, tuple[str, int]]) -> tuple[RowRemark, ...]:
    """The odd rows by their place among the rows that hold anything."""
    if not odd:
        return ()
    places = {number: place for place, number in enumerate(rows.to_pylist()) if number in odd}
    return tuple(
        RowRemark(places[number], code, str(count) if count else "")
        for number, (code, count) in odd.items()
        if number in places
    )


def open_delimited(path: Path, suits: Callable[[Sheet], int]) -> list[DelimitedSheet]:
    """The file as one sheet, with the delimiter whose header suits a profile best.

    Where two encodings fit equally well, the header decides if only one reading of it is known.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableError("TABLE-024")
    found = find_encoding(path)
    best = []
    for encoding in found:
        sheets = [DelimitedSheet(path, encoding, delimiter) for delimiter in DELIMITERS]
        scores = [suits(sheet) for sheet in sheets]
        best.append((max(scores), sheets[scores.index(max(scores))]))
    known = [sheet for score, sheet in best if score > 0]
    if len(found) > 1 and len(known) != 1:
        with path.open("rb") as file:
            raise toss_up(file.read(1 << 16), found)
    if not known and any(is_all_questions(row) for row in best[0][1].head()):
        raise UnreadableError("TABLE-037")
    return list(known or [best[0][1]])
