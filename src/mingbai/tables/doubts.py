"""Doubts about a column (整列存疑): what one cell cannot tell, the cells around it can."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.cells import Issue, Reading
from mingbai.tables.columns import RawColumn, ReadColumn
from mingbai.tables.identity import masked
from mingbai.tables.texts import half_width

_CUT, _PERHAPS_CUT = "TABLE-084", "TABLE-092"
# A spreadsheet keeps fifteen digits and writes zeros for the rest.
_KEPT = 15
_LONG = re.compile(r"\d{16,40}", re.ASCII)
_ENDING = re.compile(r"\d{15}0+", re.ASCII)
# Three zeros in a row are chance once in a thousand; of numbers with one or two lost digits, all must
# end in zeros, and six zeros at least.
_SURE, _FEW_LOST, _FEW_SURE = 3, 2, 6
_OUTNUMBERS = 10


def doubt_cut_numbers(done: ReadColumn) -> ReadColumn:
    """ID numbers ending in 000 in a column that a spreadsheet cut (后几位变成 000).

    Of the numbers it cut one in eleven fits its last sign by chance, and would be somebody else. Where
    cut numbers are no fewer than those that fit, these are refused too; else they get a remark. Where
    those that fit outnumber the cut ones tenfold they end in 000 as one number in a thousand does: of
    half a million people four slips of the pen would put hundreds under suspicion.
    """
    cut = {id(reading) for _, reading in done.troubled if _is(reading, _CUT)}
    if not cut:
        return done
    known = {row for row, _ in done.troubled}
    ending = pc.fill_null(pc.match_substring_regex(done.values, "^[0-9]{15}0{3,7}$"), False)
    rows = [row for row in pc.indices_nonzero(ending).to_pylist() if row not in known]
    if not rows:
        return done
    places = pa.array(rows, pa.int64())
    fitting = done.values.take(places)
    ending_so = len(fitting.unique())
    if ending_so > _OUTNUMBERS * len(cut):
        return done
    refused = len(cut) >= ending_so
    code, facts = (_CUT, {}) if refused else (_PERHAPS_CUT, {"cut": str(len(cut))})
    doubts = [
        (row, Reading(None if refused else number, Issue(code, masked(number), 0, facts)))
        for row, number in zip(rows, fitting.to_pylist(), strict=True)
    ]
    values = done.values
    if refused:
        numbers = pa.array(range(len(values)), pa.int64())
        gone = pc.is_in(numbers, value_set=places)
        values = pc.if_else(gone, pa.scalar(None, values.type), values)
    return ReadColumn(values, sorted([*done.troubled, *doubts], key=lambda pair: pair[0]))


def cut_lengths(column: RawColumn) -> frozenset[int]:
    """The lengths of a register's own numbers of which a spreadsheet cut those ending in zeros.

    995301000000012345 and 995301000000012678 both become 995301000000012000: two households, one
    number. A single number of the register may end in zeros by itself, so the column decides.
    """
    counts: dict[int, list[int]] = {}
    for number in _long_numbers(column):
        seen = counts.setdefault(len(number), [0, 0])
        seen[0] += 1
        seen[1] += _ENDING.fullmatch(number) is not None
    return frozenset(
        length for length, (all_, cut) in counts.items() if _were_cut(length - _KEPT, all_, cut)
    )


def is_cut_key(raw: object, lengths: frozenset[int]) -> bool:
    """Whether a number of the register is one of those that were cut."""
    number = _number(raw)
    return len(number) in lengths and _ENDING.fullmatch(number) is not None


def _were_cut(lost: int, numbers: int, cut: int) -> bool:
    if lost <= _FEW_LOST:
        return cut == numbers and cut * lost >= _FEW_SURE
    likely = 2 * cut >= numbers and cut * lost >= _SURE
    return likely or (cut > 1 and cut > _OUTNUMBERS * numbers / 10**lost)


def _long_numbers(column: RawColumn) -> Iterable[str]:
    """The distinct cells of sixteen digits and more."""
    if column.words is not None:
        shaped = pc.match_substring_regex(column.words, r"\d{16}|[\x{ff10}-\x{ff19}]{16}")
        found = column.words.filter(pc.fill_null(shaped, False)).to_pylist()
    else:
        found = column.distinct
    return {number for cell in found if (number := _number(cell)) and _LONG.fullmatch(number)}


def _number(cell: object) -> str:
    if isinstance(cell, bool) or not isinstance(cell, (str, int)):
        return ""
    return half_width(cell).strip(" \"='\t") if isinstance(cell, str) else str(abs(cell))


def _is(reading: Reading, code: str) -> bool:
    return reading.issue is not None and reading.issue.code == code
