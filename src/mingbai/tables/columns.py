"""Columns by distinct value: what is read a million times is understood once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.cells import UNREADABLE, Reading, tidy
from mingbai.tables.quick import Quick
from mingbai.tables.readers import ReadCells

_SAYS = r"^[0-9\p{Han}]"


class RawColumn:
    """A column as distinct tidy values and, for each row, the number of its value."""

    words: pa.Array | None = None

    def __init__(self, distinct: list[object], codes: pa.Array) -> None:
        self._distinct = distinct
        self.codes = codes

    @property
    def distinct(self) -> list[object]:
        """The distinct cells, tidy."""
        return self._distinct

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def size(self) -> int:
        """How many distinct cells there are."""
        return len(self._distinct)

    def cell(self, row: int) -> object:
        """The tidy cell of a row."""
        return self.distinct[self.codes[row].as_py()]

    def blanks(self) -> list[int]:
        """The numbers of the distinct cells that say nothing."""
        return [number for number, value in enumerate(self.distinct) if value is None]

    def filtered(self, mask: pa.Array) -> RawColumn:
        """The rows where the mask says so."""
        return RawColumn(self.distinct, self.codes.filter(mask))


class TextColumn(RawColumn):
    """A column of text as Arrow keeps it; Python sees only the cells that need it."""

    words: pa.Array

    def __init__(self, words: pa.Array, codes: pa.Array) -> None:
        super().__init__([], codes)
        self.words = words

    @cached_property
    def _tidied(self) -> list[object]:
        return [tidy(word) for word in self.words.to_pylist()]

    @property
    def distinct(self) -> list[object]:
        return self._tidied

    @property
    def size(self) -> int:
        return len(self.words)

    def cell(self, row: int) -> object:
        return tidy(self.words[self.codes[row].as_py()].as_py())

    def blanks(self) -> list[int]:
        # No sign for nothing begins with a digit or a Chinese character.
        says = pc.fill_null(pc.match_substring_regex(self.words, _SAYS), False)
        places = pc.indices_nonzero(pc.invert(says))
        words = self.words.take(places).to_pylist()
        pairs = zip(places.to_pylist(), words, strict=True)
        return [place for place, word in pairs if tidy(word) is None]

    def filtered(self, mask: pa.Array) -> RawColumn:
        return TextColumn(self.words, self.codes.filter(mask))


def from_arrow(column: pa.ChunkedArray) -> RawColumn:
    """From an Arrow column of any type; what has no form in a table reads as unreadable."""
    try:
        flat = _plain_type(column)
        if pa.types.is_dictionary(flat.type):
            return _from_dictionary(flat)
        encoded = flat.combine_chunks().dictionary_encode(null_encoding="encode")
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        codes = encoded.indices.cast(pa.int32())
        if pa.types.is_string(encoded.dictionary.type):
            return TextColumn(encoded.dictionary, codes)
        return RawColumn([tidy(value) for value in encoded.dictionary.to_pylist()], codes)
    except (pa.ArrowException, ValueError, OverflowError, TypeError, LookupError):
        return RawColumn([UNREADABLE], pa.array([0] * len(column), pa.int32()))


def text_column(chunks: Sequence[pa.Array]) -> TextColumn:
    """From text that comes in pieces, each with a dictionary of its own."""
    kind = pa.dictionary(pa.int32(), pa.string())
    whole = pa.chunked_array(chunks, kind).unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], kind)
    return TextColumn(whole.dictionary, whole.indices)


def _from_dictionary(column: pa.ChunkedArray) -> RawColumn:
    """From text that is already kept once per distinct value."""
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.DictionaryArray.from_arrays([], [])
    distinct = [tidy(value) for value in whole.dictionary.to_pylist()]
    codes = whole.indices.cast(pa.int32()).fill_null(len(distinct))
    return RawColumn([*distinct, None], codes)


def _plain_type(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text for bytes, microseconds for finer times, values for dictionaries of anything else."""
    kind = column.type
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type):
        return _plain_type(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us"), safe=False)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return column.cast(pa.string())
    return column


def only_where_blank(helper: RawColumn, own: RawColumn) -> RawColumn:
    """The helper's cells where the column itself says nothing: elsewhere nobody looks at them."""
    asked = pc.is_in(own.codes, value_set=pa.array(own.blanks(), own.codes.type))
    used = helper.codes.filter(asked).unique()
    distinct = _some(helper, used)
    codes = pc.index_in(helper.codes, value_set=used)
    return RawColumn([*distinct, None], pc.if_else(asked, codes, pa.scalar(len(used), pa.int32())))


def _some(column: RawColumn, places: pa.Array) -> list[object]:
    """A few of the distinct cells."""
    if column.words is not None:
        return [tidy(word) for word in column.words.take(places).to_pylist()]
    return [column.distinct[place] for place in places.to_pylist()]


def blank_rows(columns: Iterable[RawColumn], rows: int) -> pa.Array:
    """Of so many rows, those in which all these columns say nothing."""
    mask = pa.repeat(pa.scalar(True), rows)
    for column in columns:
        blanks = pa.array(column.blanks(), column.codes.type)
        mask = pc.and_(mask, pc.is_in(column.codes, value_set=blanks))
        if not pc.any(mask).as_py():
            break
    return mask


def absent(rows: int) -> RawColumn:
    """A column the sheet does not have."""
    return RawColumn([None], pa.repeat(pa.scalar(0, pa.int32()), rows))


def combined(columns: Sequence[RawColumn]) -> tuple[list[tuple[object, ...]], pa.Array]:
    """The distinct combinations of several columns, and for each row the number of its own."""
    first, *others = columns
    codes = first.codes
    members: list[tuple[object, ...]] = [(value,) for value in first.distinct]
    for column in others:
        width = len(column.distinct)
        wide = pc.add(pc.multiply(codes.cast(pa.int64()), width), column.codes.cast(pa.int64()))
        encoded = wide.dictionary_encode()
        pairs = (divmod(value, width) for value in encoded.dictionary.to_pylist())
        members = [(*members[left], column.distinct[right]) for left, right in pairs]
        codes = encoded.indices
    return members, codes


@dataclass(frozen=True)
class ReadColumn:
    """A fact read: its values row by row, and the rows whose cell needs a word."""

    values: pa.Array
    troubled: list[tuple[int, Reading]]


def understand(
    columns: Sequence[RawColumn], read: ReadCells, kind: pa.DataType, quick: Quick | None = None
) -> ReadColumn:
    """Read every distinct combination once and spread the outcome over the rows."""
    words = columns[0].words if quick is not None and len(columns) == 1 else None
    if quick is not None and words is not None:
        return _quickly(words, columns[0].codes, read, kind, quick)
    members, codes = combined(columns)
    readings = [read(cells) for cells in members]
    values = pa.array([reading.value for reading in readings], kind).take(codes)
    odd = {place: one for place, one in enumerate(readings) if one.issue is not None}
    return ReadColumn(values, _troubled(odd, codes))


def _quickly(
    words: pa.Array, codes: pa.Array, read: ReadCells, kind: pa.DataType, quick: Quick
) -> ReadColumn:
    """The same, with the texts that are surely fine read all at once."""
    sure, values = quick(words)
    left = pc.invert(pc.fill_null(sure, False))
    places = pc.indices_nonzero(left)
    readings = [read((tidy(word),)) for word in words.take(places).to_pylist()]
    told = pa.array([reading.value for reading in readings], kind)
    values = pc.replace_with_mask(values.cast(kind), left, told) if len(told) else values
    pairs = zip(places.to_pylist(), readings, strict=True)
    odd = {place: reading for place, reading in pairs if reading.issue is not None}
    return ReadColumn(values.cast(kind).take(codes), _troubled(odd, codes))


def _troubled(odd: dict[int, Reading], codes: pa.Array) -> list[tuple[int, Reading]]:
    """The rows that hold one of the odd distinct values."""
    if not odd:
        return []
    hits = pc.indices_nonzero(pc.is_in(codes, value_set=pa.array(list(odd), codes.type)))
    numbers = codes.take(hits).to_pylist()
    return [(row, odd[number]) for row, number in zip(hits.to_pylist(), numbers, strict=True)]
