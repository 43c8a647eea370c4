"""A sheet: its first rows to look for a header, and its columns once the header is known."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.cells import tidy
from mingbai.tables.columns import RawColumn, text_column
from mingbai.tables.texts import BLANKS

HEAD_ROWS = 20
_CHUNK = 20_000

# First row, first column, last row, last column; all counted from 0.
Merge = tuple[int, int, int, int]


class UnreadableError(Exception):
    """A file or sheet that cannot be read (无法读取): a number of the catalogue and its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class FileRemark:
    """A word on a file or one sheet of it (文件提示) that is about none of its rows."""

    code: str
    sheet: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RowRemark:
    """A word on a whole row (整行提示), by its place in the body, with the number it is about."""

    row: int
    code: str
    count: str = ""


@dataclass(frozen=True)
class Body:
    """The rows under a header that hold anything: their numbers as the user sees them, columns.

    Where pages stand side by side, `shifts` tell how far to the right of its column each row's cells are.
    """

    rows: pa.Array
    columns: dict[int, RawColumn]
    shifts: pa.Array | None = None
    remarks: tuple[RowRemark, ...] = ()


def kept_remarks(remarks: Sequence[RowRemark], mask: pa.Array) -> tuple[RowRemark, ...]:
    """The words on rows that stay, by their new places."""
    if not remarks:
        return ()
    places = {old: new for new, old in enumerate(pc.indices_nonzero(mask).to_pylist())}
    return tuple(
        RowRemark(places[one.row], one.code, one.count) for one in remarks if one.row in places
    )


class Sheet(ABC):
    """One sheet of a file; a csv or parquet file is one sheet without a name."""

    name: str | None = None
    hidden: bool = False

    @abstractmethod
    def head(self) -> list[list[object]]:
        """The first rows, where the header is looked for."""

    @abstractmethod
    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        """The columns at the wanted places, of the filled rows below the header (from 1)."""

    def merges(self) -> Sequence[Merge]:
        """The merged cells (合并单元格); only the first cell of each holds its content."""
        return ()


class RowSheet(Sheet):
    """A sheet that comes row by row."""

    @abstractmethod
    def rows(self) -> Iterator[Sequence[object]]:
        """All rows from row 1 on, the header and empty ones included; each call starts again."""

    def head(self) -> list[list[object]]:
        return [list(row) for row in islice(self.rows(), HEAD_ROWS)]

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        return body_of(self.rows(), header_row, wanted)


def body_of(
    rows: Iterator[Sequence[object]], header_row: int, wanted: Sequence[int], *, texts: bool = False
) -> Body:
    """The wanted columns of rows that come one by one from row 1 on; `texts`: all cells are texts."""
    encoders: dict[int, _Encoder | _TextEncoder] = {
        place: _TextEncoder() if texts else _Encoder() for place in wanted
    }
    numbers: list[int] = []
    chunk: list[Sequence[object]] = []
    for number, row in enumerate(islice(rows, header_row, None), header_row + 1):
        if not _is_empty(row):
            numbers.append(number)
            chunk.append(row)
            if len(chunk) == _CHUNK:
                _encode(chunk, encoders)
                chunk = []
    _encode(chunk, encoders)
    columns = {place: encoders.pop(place).column() for place in list(encoders)}
    return Body(pa.array(numbers, pa.int32()), columns)


def _is_empty(row: Sequence[object]) -> bool:
    """Whether no cell says anything; 0 and FALSE do say something."""
    if not any(row):
        return not any(cell not in ("", None) for cell in row)
    return all(isinstance(cell, str) and _only_blanks(cell) for cell in row if cell)


def _only_blanks(cell: str) -> bool:
    """Whether a text cell holds only blanks."""
    return not cell.strip(BLANKS)


class _Encoder:
    """Gives each distinct cell of one column a number as rows go by.

    1, 1.0 and TRUE are different cells, so the class is part of the memo.
    """

    def __init__(self) -> None:
        self.memo: dict[tuple[type, object], int] = {}
        self.codes: list[pa.Array] = []

    def add(self, cells: Iterable[object]) -> None:
        memo = self.memo
        codes = [memo.setdefault((cell.__class__, cell), len(memo)) for cell in cells]
        self.codes.append(pa.array(codes, pa.int32()))

    def column(self) -> RawColumn:
        codes = pa.concat_arrays(self.codes) if self.codes else pa.array([], pa.int32())
        return RawColumn([tidy(cell) for _, cell in self.memo], codes)


class _TextEncoder:
    """The same for a column in which every cell is a text."""

    def __init__(self) -> None:
        self.chunks: list[pa.Array] = []

    def add(self, cells: Iterable[object]) -> None:
        texts = ["" if cell is None else str(cell) for cell in cells]
        self.chunks.append(pa.array(texts, pa.string()).dictionary_encode())

    def column(self) -> RawColumn:
        return text_column(self.chunks)


def _encode(chunk: list[Sequence[object]], encoders: Mapping[int, _Encoder | _TextEncoder]) -> None:
    for place, encoder in encoders.items():
        encoder.add(row[place] if place < len(row) else None for row in chunk)
