"""Large separated text in blocks (分块读取): bytes go to Arrow, no row becomes a Python object.

Blocks end with a line. Each is looked through line by line for what Arrow cannot take, mended there
(rows with too many or too few cells), and read with one dictionary a column; two threads take turns.
The encodings in use write no part of a Chinese sign like a comma, tab, semicolon, quote or line end, so
bytes can be taken apart before they are text, and only distinct values are ever decoded.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from mingbai.tables.columns import RawColumn, TextColumn
from mingbai.tables.formats.records import MOST_LINES
from mingbai.tables.formats.sheet import Body, RowRemark
from mingbai.tables.texts import BLANKS

BLOCK = 2 << 20
_THREADS = 2
_LONGEST_LINE = 100_000
_TEXT = pa.dictionary(pa.int32(), pa.binary())


@dataclass(frozen=True)
class Layout:
    """How a file is written: codec, delimiter, the row of its header, and the cells of that."""

    codec: str
    delimiter: str
    header_row: int
    width: int

    @property
    def in_bytes(self) -> bool:
        """Whether the bytes can be taken apart as they are."""
        return not self.codec.startswith("utf-16") and (
            self.delimiter != "|" or self.codec.startswith("utf-8")
        )


class _OddError(Exception):
    """Something only the plain reader understands: a cell of several lines, a stray quote."""


@dataclass
class _Block:
    """A block taken apart: columns, the record of each row, all its records, the odd rows."""

    columns: list[pa.DictionaryArray]
    records: pa.Array
    count: int
    odd: list[tuple[int, str, int]] = field(default_factory=list)


def read_blocks(path: Path, layout: Layout, wanted: Sequence[int]) -> Body | None:
    """What `body` of a sheet gives; none when the file needs the plain reader."""
    reader = _Reader(layout, wanted)
    try:
        blocks = list(_in_turns(reader.read, enumerate(_pieces(path, layout))))
    except (_OddError, pa.ArrowException):
        return None
    rows, remarks = _numbered(blocks)
    codec = layout.codec if layout.in_bytes else "utf-8"
    columns: dict[int, RawColumn] = {}
    for place in reversed(wanted):
        chunks = pa.chunked_array([block.columns.pop() for block in blocks], _TEXT)
        columns[place] = _text_column(chunks, codec)
    return Body(rows, columns, remarks=remarks)


def _numbered(blocks: Sequence[_Block]) -> tuple[pa.Array, tuple[RowRemark, ...]]:
    """The number of each row in the file, from 1, and the words on odd rows."""
    numbers, remarks = [pa.array([], pa.int32())], []
    records, rows = 1, 0
    for block in blocks:
        numbers.append(pc.add(block.records, pa.scalar(records, pa.int32())))
        remarks += [
            RowRemark(rows + row, code, str(count) if count else "")
            for row, code, count in block.odd
        ]
        records += block.count
        rows += len(block.records)
    return pa.concat_arrays(numbers), tuple(remarks)


def _in_turns(
    work: Callable[[tuple[int, bytes]], _Block], items: Iterable[tuple[int, bytes]]
) -> Iterator[_Block]:
    """The results in order, while few items are in memory at a time."""
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[Future[_Block]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > _THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _pieces(path: Path, layout: Layout) -> Iterator[bytes]:
    """The file in blocks of whole records, without a BOM."""
    decoder = None if layout.in_bytes else codecs.getincrementaldecoder(layout.codec)("replace")
    rest = b""
    with path.open("rb") as file:
        if layout.in_bytes and file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        while raw := file.read(BLOCK):
            rest += raw if decoder is None else decoder.decode(raw).encode("utf-8", "replace")
            cut = _cut(rest)
            if cut:
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > 8 * BLOCK:
                raise _OddError
    if decoder is not None:
        rest += decoder.decode(b"", final=True).encode("utf-8", "replace")
    if rest:
        yield rest


def _cut(block: bytes) -> int:
    """Where the last record ends: behind a line break that no open quote comes before, or 0."""
    cut = block.rfind(b"\n") + 1
    quotes = block.count(b'"', 0, cut)
    for _ in range(MOST_LINES):
        if quotes % 2 == 0:
            return cut
        before = block.rfind(b"\n", 0, cut - 1) + 1
        quotes -= block.count(b'"', before, cut)
        cut = before
    return 0


class _Reader:
    """Takes blocks apart; it holds nothing that changes, so threads share it."""

    def __init__(self, layout: Layout, wanted: Sequence[int]) -> None:
        self.layout = layout
        self.mark = layout.delimiter.encode()
        # Cells in quotes that end where a cell ends, on one line or on several.
        cell = rb'(?:(?<=\A)|(?<=[\n%b]))"(?:[^"%b]|"")*"(?=[%b\r\n]|\Z)'
        self.quoted = re.compile(cell % (self.mark, b"\n", self.mark))
        self.quoted_lines = re.compile(cell % (self.mark, b"", self.mark))
        self.stray = re.compile(rb'(?:\A|[\n%b])"' % self.mark)
        self.names = [str(place) for place in range(layout.width)]
        self.plain, self.joined = (
            pacsv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=several, ignore_empty_lines=False
            )
            for several in (False, True)
        )
        self.convert = pacsv.ConvertOptions(
            column_types=dict.fromkeys(self.names, _TEXT),
            include_columns=[str(place) for place in wanted],
            strings_can_be_null=False,
        )

    def read(self, item: tuple[int, bytes]) -> _Block:
        """One block with its number."""
        number, block = item
        if block.count(b"\r") != block.count(b"\r\n"):
            raise _OddError
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        lines, suspects, joined = self._suspects(lines)
        if max(map(len, lines), default=0) > _LONGEST_LINE:
            raise _OddError
        count, above = len(lines), 0 if number else self.layout.header_row
        suspects = [(place - above, cells) for place, cells in suspects if place >= above]
        lines, kept, odd = self._mend(lines[above:], suspects)
        columns = self._parse(b"\n".join(lines), self.joined if joined else self.plain)
        # What stands behind the last header was cut off, but it does say something.
        longer = {row for row, code, _ in odd if code == "TABLE-089"}
        empty = [row for row in self._empty(columns, lines) if row not in longer]
        if empty:
            left = sorted(set(range(len(lines))) - set(empty))
            columns = [column.take(pa.array(left, pa.int32())) for column in columns]
            places = {place: new for new, place in enumerate(left)}
            odd = [(places[row], code, more) for row, code, more in odd if row in places]
            kept = [kept[place] for place in left]
        records = pc.add(pa.array(kept, pa.int32()), pa.scalar(above, pa.int32()))
        return _Block(columns, records, count, odd)

    def _suspects(self, lines: list[bytes]) -> tuple[list[bytes], list[tuple[int, int]], bool]:
        """The lines that do not have as many delimiters as the header, with those they have.

        Quotes are looked into only where there are any. A cell of several lines makes one record of
        them; the flag says that there are such.
        """
        mark, ends = self.mark, self.layout.width - 1
        odd = [
            place for place, line in enumerate(lines) if line.count(mark) != ends or b'"' in line
        ]
        if not odd:
            return lines, [], False
        bare = self.quoted.sub(b"", b"\n".join([lines[place] for place in odd]))
        if b'"' in bare and self.stray.search(bare):
            lines = list(self._join(lines))
            counts = ((n, self._bare(one).count(mark)) for n, one in enumerate(lines))
            return lines, [(place, count) for place, count in counts if count != ends], True
        pairs = zip(odd, bare.split(b"\n"), strict=True)
        counts = ((place, line.count(mark)) for place, line in pairs)
        return lines, [(place, count) for place, count in counts if count != ends], False

    def _join(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        """The lines as records: a cell whose quote is open goes on in the next line."""
        rest = iter(lines)
        for line in rest:
            record, more = line, 0
            while b'"' in record and self.stray.search(self._bare(record)):
                follower = next(rest, None)
                if follower is None or more == MOST_LINES:
                    raise _OddError
                record, more = record + b"\n" + follower, more + 1
            yield record

    def _bare(self, record: bytes) -> bytes:
        """A record without its cells in quotes."""
        return self.quoted_lines.sub(b"", record) if b'"' in record else record

    def _mend(
        self, lines: list[bytes], suspects: list[tuple[int, int]]
    ) -> tuple[list[bytes], Sequence[int], list[tuple[int, str, int]]]:
        """Lines of the right width without the blank ones, where they were, which are odd and how."""
        ends = self.layout.width - 1
        odd: list[tuple[int, str, int]] = []
        blank: set[int] = set()
        for place, count in suspects:
            line = lines[place]
            if not line.strip():
                blank.add(place)
            elif count < ends:
                lines[place] = line.rstrip(b"\r") + self.mark * (ends - count)
                odd.append((place, "TABLE-090", ends - count))
            else:
                lines[place], more = self._shorten(line)
                if more:
                    odd.append((place, "TABLE-089", more))
        if not blank:
            return lines, range(len(lines)), odd
        kept = [place for place in range(len(lines)) if place not in blank]
        places = {place: new for new, place in enumerate(kept)}
        odd = [(places[row], code, count) for row, code, count in odd]
        return [lines[place] for place in kept], kept, odd

    def _shorten(self, line: bytes) -> tuple[bytes, int]:
        """A line without the cells behind the last header; how many of these hold something."""
        text = line.rstrip(b"\r").decode("latin-1")
        cells = next(csv.reader([text], delimiter=self.layout.delimiter))
        out = io.StringIO()
        csv.writer(
            out, delimiter=self.layout.delimiter, lineterminator="", quoting=csv.QUOTE_ALL
        ).writerow(cells[: self.layout.width])
        filled = [place for place, cell in enumerate(cells) if self._says(cell.encode("latin-1"))]
        return out.getvalue().encode("latin-1"), max(
            max(filled, default=-1) + 1 - self.layout.width, 0
        )

    def _says(self, cell: bytes) -> bool:
        """Whether a cell holds more than blanks."""
        return bool(cell.decode(self._codec, "replace").strip(BLANKS))

    @property
    def _codec(self) -> str:
        return self.layout.codec if self.layout.in_bytes else "utf-8"

    def _parse(self, block: bytes, options: pacsv.ParseOptions) -> list[pa.DictionaryArray]:
        if not block:
            return [pa.array([], _TEXT) for _ in self.convert.include_columns]
        whole = pacsv.ReadOptions(
            column_names=self.names, use_threads=False, block_size=len(block) + 1
        )
        table = pacsv.read_csv(pa.py_buffer(block), whole, options, self.convert)
        return [column.chunk(0) for column in table.columns]

    def _empty(self, columns: list[pa.DictionaryArray], lines: list[bytes]) -> list[int]:
        """The rows in which no cell holds more than blanks; a column without blanks rules them out."""
        rows: set[int] | None = None
        for column in sorted(columns, key=lambda one: len(one.dictionary)):
            blank = [
                number
                for number, word in enumerate(column.dictionary.to_pylist())
                if not self._says(word)
            ]
            if not blank:
                return []
            hits = pc.is_in(column.indices, value_set=pa.array(blank, pa.int32()))
            found = set(pc.indices_nonzero(hits).to_pylist())
            rows = found if rows is None else rows & found
            if not rows:
                return []
        signs = self.mark + b'"\r'
        return [
            place
            for place in sorted(rows if rows is not None else range(len(lines)))
            if not self._says(lines[place].translate(None, signs))
        ]


def _text_column(chunks: pa.ChunkedArray, codec: str) -> TextColumn:
    """One dictionary for all blocks, decoded; what is no text becomes U+FFFD."""
    whole = chunks.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], _TEXT)
    return TextColumn(_decoded(whole.dictionary, codec), whole.indices)


def _decoded(words: pa.Array, codec: str) -> pa.Array:
    """Distinct values as text; most are ASCII and cost nothing."""
    if codec.startswith("utf-8") or _is_ascii(words):
        try:
            return words.cast(pa.string())
        except pa.ArrowException:
            codec = "utf-8"
    return pa.array([word.decode(codec, "replace") for word in words.to_pylist()], pa.string())


def _is_ascii(words: pa.Array) -> bool:
    data = words.buffers()[2]
    return data is None or data.to_pybytes().isascii()
