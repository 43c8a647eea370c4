"""Separated text (csv, tsv, txt): UTF-8 with or without BOM, GB18030, UTF-16; , tab or ;."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from mingbai.tables.columns import from_arrow
from mingbai.tables.formats.sheet import Body, RowSheet, Sheet, UnreadableError

MAX_BYTES = 4 << 30
DELIMITERS = (",", "\t", ";")
# Above this the Arrow reader is several times faster; below, one reader for every oddity.
FAST_FROM = 4 << 20


class DelimitedSheet(RowSheet):
    """A text file taken apart with one delimiter."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.text = text
        self.delimiter = delimiter

    def rows(self) -> Iterator[Sequence[object]]:
        lines = io.StringIO(self.text, newline="")
        try:
            yield from csv.reader(lines, delimiter=self.delimiter)
        except csv.Error as error:
            raise UnreadableError("TABLE-021") from error

    def body(self, header_row: int, wanted: Sequence[int]) -> Body:
        if len(self.text) >= FAST_FROM:
            body = self._fast(header_row, wanted)
            if body is not None:
                return body
        return super().body(header_row, wanted)

    def _fast(self, header_row: int, wanted: Sequence[int]) -> Body | None:
        """The same through Arrow; none when a row is ragged, which the plain reader pads."""
        header = next(islice(self.rows(), header_row - 1, None))
        names = [str(place) for place in range(len(header))]
        try:
            table = pacsv.read_csv(
                pa.BufferReader(self.text.encode("utf-8")),
                read_options=pacsv.ReadOptions(
                    column_names=names, skip_rows_after_names=header_row
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.delimiter, newlines_in_values=True, ignore_empty_lines=False
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowException:
            return None
        return _filled(table, header_row, wanted)


def _filled(table: pa.Table, header_row: int, wanted: Sequence[int]) -> Body:
    """The rows in which some cell holds more than blanks."""
    lengths = (
        pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0) for column in table.columns
    )
    filled = reduce(pc.or_, lengths) if table.num_columns else pa.array([], pa.bool_())
    numbers = pc.indices_nonzero(filled)
    kept = table.take(numbers) if len(numbers) < table.num_rows else table
    rows = pc.add(numbers.cast(pa.int64()), header_row + 1).cast(pa.int32())
    return Body(rows, {place: from_arrow(kept.column(place)) for place in wanted})


def open_delimited(path: Path, suits: Callable[[Sheet], int]) -> list[RowSheet]:
    """The file as one sheet, with the delimiter whose header suits a profile best."""
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableError("TABLE-024")
    text = decode(path.read_bytes())
    sheets = [DelimitedSheet(text, delimiter) for delimiter in DELIMITERS]
    return [max(sheets, key=suits)]


def decode(raw: bytes) -> str:
    """Bytes as text: a BOM decides, then UTF-8 if it is valid, then GB18030 (Chinese offices)."""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if wide else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("TABLE-027")
