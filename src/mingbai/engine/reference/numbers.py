"""Numbers and dates (数与日期): exact in scaled integers, with the ends of what is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mingbai.engine.dates import full_months, full_years
from mingbai.engine.model.expressions import (
    Arithmetic,
    AsOf,
    Constant,
    Elapsed,
    Extreme,
    Quotient,
)
from mingbai.engine.reference.answers import NOT_APPLICABLE, UNKNOWN, Answer, between, fold, known
from mingbai.engine.reference.reach import calculate

if TYPE_CHECKING:
    from mingbai.engine.reference.interpreter import Interpreter, TreeRow


def constant(judge: Interpreter, row: TreeRow, expr: Constant) -> Answer:
    """A literal (常数)."""
    return known(expr.value)


def as_of(judge: Interpreter, row: TreeRow, expr: AsOf) -> Answer:
    """The as-of day (截至日)."""
    return known(judge.as_of)


def arithmetic(judge: Interpreter, row: TreeRow, expr: Arithmetic) -> Answer:
    """Plus, minus, times (加减乘)."""
    left, right = judge.answer(row, expr.left), judge.answer(row, expr.right)
    if left.na or right.na:
        return NOT_APPLICABLE
    if left.known and right.known:
        return known(calculate(expr.op, left.number, right.number))
    if expr.op == "*":
        return _product(judge, expr, left, right)
    if expr.op == "-":
        right = _negative(right)
    return between(fold(sum, (left.low, right.low)), fold(sum, (left.high, right.high)))


def _negative(answer: Answer) -> Answer:
    low, high = answer.low, answer.high
    return between(None if high is None else -high, None if low is None else -low)


def _product(judge: Interpreter, expr: Arithmetic, left: Answer, right: Answer) -> Answer:
    """A product has ends when no side can be negative, or when one side is one known number."""
    reach = judge.reach
    if reach.never_negative(expr.left) and reach.never_negative(expr.right):
        lows, highs = (left.low, right.low), (left.high, right.high)
        return between(fold(_times, lows), fold(_times, highs))
    for factor, other in ((reach.constant(expr.left), right), (reach.constant(expr.right), left)):
        if factor is not None:
            ends = [None if end is None else end * factor for end in (other.low, other.high)]
            return between(*(ends if factor >= 0 else reversed(ends)))
    return UNKNOWN


def _times(ends: list[int]) -> int:
    return ends[0] * ends[1]


def quotient(judge: Interpreter, row: TreeRow, expr: Quotient) -> Answer:
    """``round(a / b, n)`` (四舍五入的商): unknown when b is zero or unknown."""
    left, right = judge.answer(row, expr.left), judge.answer(row, expr.right)
    if left.na or right.na:
        return NOT_APPLICABLE
    if not right.known or right.value == 0:
        return UNKNOWN
    unit = Fraction(
        10 ** (expr.type.scale + expr.right.type.scale), 10**expr.left.type.scale * right.number
    )
    if left.known:
        return known(_rounded(left.number * unit))
    if not judge.reach.never_negative(expr.right):
        return UNKNOWN
    return between(
        None if left.low is None else _rounded(left.low * unit),
        None if left.high is None else _rounded(left.high * unit),
    )


def _rounded(number: Fraction) -> int:
    """The nearest whole number; half away from zero."""
    whole = int(abs(number) + Fraction(1, 2))
    return whole if number >= 0 else -whole


def extreme(judge: Interpreter, row: TreeRow, expr: Extreme) -> Answer:
    """Least, greatest (最小、最大): unknown when one part is; its ends are those of the ends."""
    parts = [judge.answer(row, item) for item in expr.items]
    pick = min if expr.kind == "least" else max
    if any(part.na for part in parts):
        return NOT_APPLICABLE
    if all(part.known for part in parts):
        return known(pick(part.number for part in parts))
    return between(fold(pick, (p.low for p in parts)), fold(pick, (p.high for p in parts)))


def elapsed(judge: Interpreter, row: TreeRow, expr: Elapsed) -> Answer:
    """Full years, full months to the as-of day (周岁、足月); none when the date lies ahead."""
    item = judge.answer(row, expr.item)
    if not isinstance(item.value, date):
        return item
    count = full_years if expr.unit == "years" else full_months
    return known(count(item.value, judge.as_of))


OPERATIONS: Mapping[type, Callable[[Interpreter, TreeRow, Any], Answer]] = {
    Constant: constant,
    AsOf: as_of,
    Arithmetic: arithmetic,
    Quotient: quotient,
    Extreme: extreme,
    Elapsed: elapsed,
}
