"""Reach (静态范围): between which numbers an expression always stands, whatever the household.

Only what the pack declares counts: ``min`` and ``max`` of facts, the values of parameters on all
days. The bounds of products, of quotients and of sums over nobody ask for it.
"""

from __future__ import annotations

from mingbai.engine.compiling.packs import BoundPack
from mingbai.engine.model.expressions import (
    Aggregate,
    AllOf,
    AnyOf,
    Applies,
    Arithmetic,
    Assume,
    Certainty,
    Choose,
    Constant,
    Elapsed,
    Expr,
    Extreme,
    FactRef,
    IfNa,
    ParameterRef,
    Points,
    Quotient,
    RuleRef,
)
from mingbai.engine.reference.answers import fold

#: Least and greatest number; ``None`` leaves an end open.
Ends = tuple[int | None, int | None]
OPEN: Ends = (None, None)


class Reach:
    """The reach of every expression of a bound pack (静态范围)."""

    def __init__(self, bound: BoundPack) -> None:
        self._bound = bound
        self._found: dict[Expr, Ends] = {}

    def never_negative(self, expr: Expr) -> bool:
        """Whether the number can never be below zero."""
        least = self.of(expr)[0]
        return least is not None and least >= 0

    def constant(self, expr: Expr) -> int | None:
        """The number that the expression is in every household, if it is one known number."""
        if isinstance(expr, Constant):
            return expr.value if isinstance(expr.value, int) else None
        if isinstance(expr, ParameterRef):
            values = self._bound.pack.parameters[expr.name].values_on(self._bound.as_of)
            national = len(values) == 1 and not values[0].region
            value = values[0].value if national else None
            return value if isinstance(value, int) else None
        if isinstance(expr, (Assume, IfNa)):
            return self.constant(expr.item)
        if isinstance(expr, Arithmetic):
            left, right = self.constant(expr.left), self.constant(expr.right)
            return None if left is None or right is None else calculate(expr.op, left, right)
        return None

    def may_not_apply(self, expr: Expr) -> bool:
        """Whether there can be households for which the question does not arise."""
        if isinstance(expr, FactRef):
            return (expr.entity, expr.name) in self._bound.conditions
        if isinstance(expr, RuleRef):
            return self.may_not_apply(self._bound.rules[expr.name].expr)
        if isinstance(expr, (AllOf, AnyOf)):
            return all(self.may_not_apply(item) for item in expr.items)
        if isinstance(expr, (IfNa, Certainty, Points, Aggregate)):
            return False
        return isinstance(expr, Applies) or any(map(self.may_not_apply, expr.children()))

    def of(self, expr: Expr) -> Ends:
        """The ends between which the number always stands."""
        if expr not in self._found:
            self._found[expr] = self._look(expr)
        return self._found[expr]

    def _look(self, expr: Expr) -> Ends:
        if isinstance(expr, Constant):
            return (expr.value, expr.value) if isinstance(expr.value, int) else OPEN
        if isinstance(expr, FactRef):
            fact = self._bound.pack.facts[expr.entity][expr.name]
            return fact.minimum, fact.maximum
        if isinstance(expr, ParameterRef):
            values = self._bound.pack.parameters[expr.name].values
            numbers = [value.value for value in values if isinstance(value.value, int)]
            return min(numbers, default=0), max(numbers, default=0)  # no value is never a number
        if isinstance(expr, RuleRef):
            return self.of(self._bound.rules[expr.name].expr)
        if isinstance(expr, Elapsed):
            return 0, None
        if isinstance(expr, Arithmetic):
            return _calculated(expr.op, self.of(expr.left), self.of(expr.right))
        if isinstance(expr, Quotient):
            positive = self.never_negative(expr.left) and self.never_negative(expr.right)
            return (0, None) if positive else OPEN
        return self._look_inside(expr)

    def _look_inside(self, expr: Expr) -> Ends:
        if isinstance(expr, Applies):
            return self.of(expr.item)
        if isinstance(expr, Choose):
            return self._joined(expr.then, expr.otherwise)
        if isinstance(expr, IfNa) and not self.may_not_apply(expr.item):
            return self.of(expr.item)
        if isinstance(expr, (Assume, IfNa)):
            return self._joined(expr.item, expr.value)
        if isinstance(expr, Points):
            return _with_zero(self.of(expr.weight))
        if isinstance(expr, Extreme):
            return _extreme(expr.kind, [self.of(item) for item in expr.items])
        if isinstance(expr, Aggregate):
            return self._rows(expr)
        return OPEN

    def _joined(self, *parts: Expr) -> Ends:
        ends = [self.of(part) for part in parts]
        return fold(min, (end[0] for end in ends)), fold(max, (end[1] for end in ends))

    def _rows(self, expr: Aggregate) -> Ends:
        if expr.kind == "count":
            return 0, None
        if expr.item is None or expr.kind not in ("sum", "latest"):
            return OPEN
        if expr.kind == "latest":
            return self.of(expr.item)
        least, most = self.of(expr.item)
        return (
            0 if least is not None and least >= 0 else None,
            0 if most is not None and most <= 0 else None,
        )


def calculate(op: str, left: int, right: int) -> int:
    """Sum, difference or product of two known numbers."""
    if op == "+":
        return left + right
    return left - right if op == "-" else left * right


def _extreme(kind: str, ends: list[Ends]) -> Ends:
    """The least is below every upper end, the greatest above every lower end."""
    lows, highs = ([end[side] for end in ends] for side in (0, 1))
    if kind == "least":
        return fold(min, lows), min((end for end in highs if end is not None), default=None)
    return max((end for end in lows if end is not None), default=None), fold(max, highs)


def _with_zero(ends: Ends) -> Ends:
    least, most = ends
    return None if least is None else min(0, least), None if most is None else max(0, most)


def _calculated(op: str, left: Ends, right: Ends) -> Ends:
    if op == "+":
        return fold(sum, (left[0], right[0])), fold(sum, (left[1], right[1]))
    if op == "-":
        other = tuple(None if end is None else -end for end in right)
        return fold(sum, (left[0], other[1])), fold(sum, (left[1], other[0]))
    if None in left or None in right:
        positive = all(end is not None and end >= 0 for end in (left[0], right[0]))
        return (0, None) if positive else OPEN
    corners = [a * b for a in left for b in right if a is not None and b is not None]
    return min(corners), max(corners)
