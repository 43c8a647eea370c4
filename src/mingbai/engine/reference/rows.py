"""Rows below (下级记录): any, all, count, sum, latest, in a window that ends at the as-of day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mingbai.engine.dates import months_before
from mingbai.engine.model.expressions import Aggregate, FactRef, Window
from mingbai.engine.model.values import DATE
from mingbai.engine.reference.answers import (
    TRUE,
    UNKNOWN,
    Answer,
    between,
    conjunction,
    disjunction,
    flag,
    fold,
    known,
)

if TYPE_CHECKING:
    from mingbai.engine.reference.interpreter import Interpreter, TreeRow


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that may count (计入的一行): surely, or perhaps; what it contributes, and its day."""

    surely: bool
    item: Answer
    day: date | None


def aggregate(judge: Interpreter, row: TreeRow, expr: Aggregate) -> Answer:
    """A total (汇总): unknown as soon as an unknown row could change it."""
    entity = judge.pack.entities[expr.entity]
    below = row.below[expr.entity]
    if not below and (entity.empty_is_unknown or expr.kind == "latest"):
        return _nobody(judge, expr)
    taken = [part for item in below if (part := _taken(judge, item, expr)) is not None]
    if expr.kind == "any":
        return flag(disjunction(_counts(part, True) for part in taken))
    if expr.kind == "all":
        found = disjunction(_counts(part, False) for part in taken)
        return flag(None if found is None else not found)
    if expr.kind == "count":
        return _count(taken)
    return _sum(taken) if expr.kind == "sum" else _latest(taken)


def _nobody(judge: Interpreter, expr: Aggregate) -> Answer:
    """No row is listed where that is unknown: a count or a sum of what is never negative is ≥ 0."""
    if expr.kind == "count":
        return between(0, None)
    if expr.kind == "sum" and expr.item is not None and judge.reach.never_negative(expr.item):
        return between(0, None)
    return UNKNOWN


def _taken(judge: Interpreter, row: TreeRow, expr: Aggregate) -> Taken | None:
    """The row if it may count. A row whose item or ``where`` is not applicable is skipped."""
    day = _day(judge, row)
    inside = [_in_window(judge, row, expr.window, day)]
    if expr.where is not None:
        where = judge.answer(row, expr.where)
        inside.append(False if where.na else _yes(where))
    included = conjunction(inside)
    item = TRUE if expr.item is None else judge.answer(row, expr.item)
    if included is False or item.na:
        return None
    return Taken(included is True, item, day)


def _yes(answer: Answer) -> bool | None:
    return None if answer.value is None else bool(answer.value)


def _day(judge: Interpreter, row: TreeRow) -> date | None:
    name = row.entity.date
    if name is None:
        return None
    day = judge.answer(row, FactRef(DATE, row.entity.id, name)).value
    return day if isinstance(day, date) else None


def _in_window(
    judge: Interpreter, row: TreeRow, window: Window | None, day: date | None
) -> bool | None:
    """Whether the record's day lies after the window's start and not after the as-of day."""
    if row.entity.date is None:
        return True
    if day is None:
        return None
    if day > judge.as_of:
        return False
    if window is None:
        return True
    amount = judge.answer(row, window.amount)
    if not amount.known:
        return None
    return day > _start(judge.as_of, window.unit, amount.number)


def _start(as_of: date, unit: str, amount: int) -> date:
    if unit == "days":
        return as_of - timedelta(days=min(amount, as_of.toordinal() - 1))
    return months_before(as_of, amount * 12 if unit == "years" else amount)


def _counts(part: Taken, wanted: bool) -> bool | None:
    """Whether a row is one with the wanted answer."""
    answer = _yes(part.item)
    same = None if answer is None else answer is wanted
    return conjunction([True if part.surely else None, same])


def _count(taken: list[Taken]) -> Answer:
    states = [_counts(part, True) for part in taken]
    sure, perhaps = states.count(True), states.count(None)
    return between(sure, sure + perhaps) if perhaps else known(sure)


def _sum(taken: list[Taken]) -> Answer:
    if all(part.surely and part.item.known for part in taken):
        return known(sum(part.item.number for part in taken))
    lows = (_joined_with_zero(part, part.item.low, min) for part in taken)
    highs = (_joined_with_zero(part, part.item.high, max) for part in taken)
    return between(fold(sum, lows), fold(sum, highs))


def _joined_with_zero(part: Taken, end: int | None, pick: Callable[[int, int], int]) -> int | None:
    if end is None or part.surely:
        return end
    return pick(0, end)


def _latest(taken: list[Taken]) -> Answer:
    """The item of the newest record; unknown when there is none, or when another could be newer."""
    newest = max((part.day for part in taken if part.surely and part.day), default=None)
    if newest is None:
        return UNKNOWN
    for part in taken:
        if not part.surely and (part.day is None or part.day >= newest):
            return UNKNOWN
    values = {part.item.value for part in taken if part.surely and part.day == newest}
    only = values.pop()
    return UNKNOWN if values or only is None else known(only)
