"""Doubts about a column (整列存疑): what one cell cannot tell, the cells around it can."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.cells import Issue, Reading
from mingbai.tables.columns import ReadColumn
from mingbai.tables.identity import masked

_CUT, _PERHAPS_CUT = "TABLE-084", "TABLE-092"


def doubt_cut_numbers(done: ReadColumn) -> ReadColumn:
    """ID numbers ending in 000 in a column that a spreadsheet cut (后几位变成 000).

    Of the numbers it cut one in eleven fits its last sign by chance, and would be somebody else. Where
    cut numbers are no fewer than those that fit, these are refused too; else they get a remark.
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
    refused = len(cut) >= len(fitting.unique())
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


def _is(reading: Reading, code: str) -> bool:
    return reading.issue is not None and reading.issue.code == code
