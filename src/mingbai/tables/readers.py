"""From a fact's specification to the function that reads it from its cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

from mingbai.tables.cells import BLANK, Reading, broken
from mingbai.tables.dates import DateReader
from mingbai.tables.identity import is_valid, part_of
from mingbai.tables.numbers import NumberReader
from mingbai.tables.profiles import FactSpec
from mingbai.tables.quick import Quick, quick_id, quick_phone, quick_text, quick_whole
from mingbai.tables.schema import Column
from mingbai.tables.words import (
    BoolReader,
    CodeReader,
    PartReader,
    PlaceReader,
    TextReader,
    one_hot,
    plain,
)

Cells = tuple[object, ...]
ReadCells = Callable[[Cells], Reading]
ReadCell = Callable[[object], Reading]


def reader(spec: FactSpec, column: Column, factors: tuple[Decimal | None, ...]) -> ReadCells:
    """The function that reads the fact; it is given one tidy cell for each source of the spec."""
    if spec.form == "constant":
        value = cell_reader(spec, column, None)(spec.constant)
        return lambda cells: value
    if spec.form == "one_hot":
        return lambda cells: one_hot(cells, spec.codes)
    if spec.form == "any_yes":
        return partial(_any_yes, BoolReader.of(spec.values))
    if spec.form == "filled":
        return lambda cells: Reading(cells[0] is not None)
    if spec.form == "sum":
        return partial(_sum, [cell_reader(spec, column, factor) for factor in factors])
    read = cell_reader(spec, column, factors[0] if factors else None)
    blank = cell_reader(spec, column, None)(spec.blank) if spec.blank is not None else BLANK
    if spec.filled is None and spec.id_number is None:
        return lambda cells: blank if cells[0] is None else read(cells[0])
    if spec.filled is not None:
        return lambda cells: read(cells[0]) if cells[0] is not None else _if(cells[1], blank)
    return partial(_or_from_id, read, spec.id_part or "")


def quick_reader(
    spec: FactSpec, column: Column, factors: tuple[Decimal | None, ...]
) -> Quick | None:
    """The function that reads the ordinary cells of a fact all at once, if there is one for it."""
    if spec.form != "cell":
        return None
    if column.type in ("int", "decimal", "money"):
        scaled = spec.times or any(factors)
        low, high = column.minimum, column.maximum
        return None if scaled else partial(quick_whole, low=low, high=high, scale=column.scale)
    if column.type == "text":
        if spec.check is None:
            return quick_text
        return quick_id if spec.check == "id_number" else quick_phone
    return None


def cell_reader(spec: FactSpec, column: Column, factor: Decimal | None) -> ReadCell:
    """The function that reads one filled cell as the column's type."""
    if spec.form == "has":
        return PartReader(spec.has or "", frozenset(spec.among)).read
    if spec.form == "place":
        return PlaceReader().read
    if column.type in ("int", "decimal", "money"):
        times = factor or spec.times
        numbers = NumberReader(column, spec.rounds)
        return lambda raw: numbers.read(raw, times)
    if column.type == "date":
        return DateReader(spec.month).read
    if column.type == "bool":
        return BoolReader.of(spec.values).read
    if column.type == "code":
        return CodeReader.of(column, spec.values).read
    return TextReader(spec.check).read


def _if(cell: object, reading: Reading) -> Reading:
    return BLANK if cell is None else reading


def _any_yes(words: BoolReader, cells: Cells) -> Reading:
    """Yes when one column says yes; no only when every column says no."""
    unsure = False
    for place, cell in enumerate(cells):
        reading = BLANK if cell is None else words.read(cell)
        if reading.issue is not None:
            return broken(reading.issue.code, cell, source=place)
        if reading.value is True:
            return Reading(True)
        unsure = unsure or reading.value is None
    return BLANK if unsure else Reading(False)


def _sum(reads: list[ReadCell], cells: Cells) -> Reading:
    """The numbers together; an empty cell adds nothing, an unreadable one leaves the sum open."""
    total, issue = 0, None
    for place, (read, cell) in enumerate(zip(reads, cells, strict=True)):
        if cell is None:
            continue
        reading = read(cell)
        if not isinstance(reading.value, int):
            return broken(reading.issue.code if reading.issue else "TABLE-061", cell, source=place)
        total += reading.value
        issue = issue or (replace(reading.issue, source=place) if reading.issue else None)
    return BLANK if all(cell is None for cell in cells) else Reading(total, issue)


def _or_from_id(read: ReadCell, part: str, cells: Cells) -> Reading:
    """The fact's own cell; when it is empty, what a valid ID number or disability card says."""
    if cells[0] is not None:
        return read(cells[0])
    text = plain(cells[1]) if cells[1] is not None else None
    found = part_of(text, part) if text else None
    if found is None:
        return BLANK
    number, said = found
    return Reading(said) if is_valid(number) else broken("TABLE-065", text, source=1)
