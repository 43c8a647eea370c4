"""Yes and no (是非运算): and, or, not, comparison, choice, and what is asked about the unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mingbai.engine.model.expressions import (
    AllOf,
    AnyOf,
    Applies,
    Assume,
    Certainty,
    Choose,
    Compare,
    IfNa,
    Not,
    OneOfValues,
    Points,
)
from mingbai.engine.model.values import Kind
from mingbai.engine.reference.answers import (
    FALSE,
    NOT_APPLICABLE,
    TRUE,
    UNKNOWN,
    Answer,
    between,
    conjunction,
    disjunction,
    flag,
    hull,
    known,
)

if TYPE_CHECKING:
    from mingbai.engine.reference.interpreter import Interpreter, TreeRow


def negation(judge: Interpreter, row: TreeRow, expr: Not) -> Answer:
    """Not (非): unknown stays unknown, not applicable stays so."""
    item = judge.answer(row, expr.item)
    return item if not item.known else flag(not item.value)


def _joined(
    judge: Interpreter, row: TreeRow, expr: AllOf | AnyOf, join: Callable[..., bool | None]
) -> Answer:
    """Parts that are not applicable are left out; if all parts are, so is the whole."""
    parts = [judge.answer(row, item) for item in expr.items]
    applying = [truth(part) for part in parts if not part.na]
    return flag(join(applying)) if applying or not parts else NOT_APPLICABLE


def conjoined(judge: Interpreter, row: TreeRow, expr: AllOf) -> Answer:
    """And (且)."""
    return _joined(judge, row, expr, conjunction)


def disjoined(judge: Interpreter, row: TreeRow, expr: AnyOf) -> Answer:
    """Or (或)."""
    return _joined(judge, row, expr, disjunction)


def truth(answer: Answer) -> bool | None:
    """A yes or no; ``None`` for unknown."""
    return None if answer.value is None else bool(answer.value)


def compared(judge: Interpreter, row: TreeRow, expr: Compare) -> Answer:
    """Comparison (比较): decided as soon as both ends agree."""
    left, right = judge.answer(row, expr.left), judge.answer(row, expr.right)
    if left.na or right.na:
        return NOT_APPLICABLE
    if expr.left.type.kind is Kind.NUMBER:
        return flag(_numbers_compared(expr.op, left, right))
    if not (left.known and right.known):
        return UNKNOWN
    return flag(_ORDER[expr.op](left.value, right.value))


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<>": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def _numbers_compared(op: str, left: Answer, right: Answer) -> bool | None:
    if op == "=":
        return _equal(left, right)
    if op == "<>":
        equal = _equal(left, right)
        return None if equal is None else not equal
    if op in (">", ">="):
        return _numbers_compared("<" if op == ">" else "<=", right, left)
    surely, possibly = _ORDER[op], _ORDER[op]
    if left.high is not None and right.low is not None and surely(left.high, right.low):
        return True
    if left.low is not None and right.high is not None and not possibly(left.low, right.high):
        return False
    return None


def _equal(left: Answer, right: Answer) -> bool | None:
    """Equal when both are one and the same number, unequal when they stand apart."""
    ends = (left.low, left.high, right.low, right.high)
    if None not in ends and len(set(ends)) == 1:
        return True
    apart = _numbers_compared("<", left, right) or _numbers_compared("<", right, left)
    return False if apart else None


def member(judge: Interpreter, row: TreeRow, expr: OneOfValues) -> Answer:
    """In a list (属于): equal to one of the values."""
    item = judge.answer(row, expr.item)
    if item.na:
        return NOT_APPLICABLE
    if expr.item.type.kind is not Kind.NUMBER:
        return flag(item.value in expr.values) if item.known else UNKNOWN
    return flag(disjunction(_equal(item, known(value)) for value in expr.values))


def chosen(judge: Interpreter, row: TreeRow, expr: Choose) -> Answer:
    """If (如果): unknown when the condition is; a number is then between those of both branches."""
    when = judge.answer(row, expr.condition)
    if when.na:
        return NOT_APPLICABLE
    if when.known:
        return judge.answer(row, expr.then if when.value else expr.otherwise)
    if expr.type.kind is not Kind.NUMBER or judge.reach.may_not_apply(expr.condition):
        return UNKNOWN
    return hull((judge.answer(row, expr.then), judge.answer(row, expr.otherwise)))


def certainty(judge: Interpreter, row: TreeRow, expr: Certainty) -> Answer:
    """Known, surely, possibly (已知、确定、可能): always yes or no."""
    item = judge.answer(row, expr.item)
    if expr.kind == "known":
        return flag(not item.unknown)
    if item.na:
        return FALSE
    if item.unknown:
        return TRUE if expr.kind == "possibly" else FALSE
    return item


def assumed(judge: Interpreter, row: TreeRow, expr: Assume) -> Answer:
    """Assume (假定): unknown counts as the value."""
    item = judge.answer(row, expr.item)
    return judge.answer(row, expr.value) if item.unknown else item


def without_na(judge: Interpreter, row: TreeRow, expr: IfNa) -> Answer:
    """Not applicable counts as the value (不适用时)."""
    item = judge.answer(row, expr.item)
    return judge.answer(row, expr.value) if item.na else item


def points(judge: Interpreter, row: TreeRow, expr: Points) -> Answer:
    """Points (得分): the weight when true, nothing when false or not applicable, else between."""
    when, weight = judge.answer(row, expr.condition), judge.answer(row, expr.weight)
    if when.na or when.value is False:
        return known(0)
    if when.known:
        return weight
    return between(min(0, weight.number), max(0, weight.number)) if weight.known else UNKNOWN


def applying(judge: Interpreter, row: TreeRow, expr: Applies) -> Answer:
    """Applies when (适用条件): not applicable when certainly not; nothing is said while unknown."""
    when = judge.answer(row, expr.condition)
    if when.na or when.value is False:
        return NOT_APPLICABLE
    if when.known or expr.recorded:
        return judge.answer(row, expr.item)
    return UNKNOWN


OPERATIONS: Mapping[type, Callable[[Interpreter, TreeRow, Any], Answer]] = {
    Not: negation,
    AllOf: conjoined,
    AnyOf: disjoined,
    Compare: compared,
    OneOfValues: member,
    Choose: chosen,
    Certainty: certainty,
    Assume: assumed,
    IfNa: without_na,
    Points: points,
    Applies: applying,
}
