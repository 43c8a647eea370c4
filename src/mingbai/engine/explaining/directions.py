"""Which way a rule moves when one fact grows (单调方向), read off its expressions.

Where a fact can only push an outcome one way, the far end of its range says whether any value changes
anything: two evaluations instead of eighty.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from mingbai.engine.compiling import BoundPack
from mingbai.engine.model.expressions import (
    Aggregate,
    AllOf,
    AnyOf,
    Applies,
    Arithmetic,
    Certainty,
    Choose,
    Compare,
    Constant,
    Elapsed,
    Expr,
    Extreme,
    FactRef,
    Not,
    Quotient,
    RuleRef,
)

#: Never moves, only up, only down, or nobody can say; together they are or-ed.
STILL, UP, DOWN, EITHER = 0, 1, 2, 3


class Directions:
    """The directions of all rules by one fact (单调方向). Rows of an entity are not told apart."""

    def __init__(self, bound: BoundPack, entity: str, fact: str) -> None:
        self._bound, self._fact = bound, (entity, fact)
        self._date = bound.pack.entities[entity].date == fact
        self._rules: dict[str, int] = {}

    def of_rule(self, name: str) -> int:
        """How the outcome of a rule moves with the fact."""
        if name not in self._rules:
            self._rules[name] = self.of(self._bound.rules[name].expr)
        return self._rules[name]

    def of(self, expr: Expr) -> int:
        """How the value of an expression moves with the fact; for every known value of the fact."""
        match expr:
            case FactRef():
                mine = UP if (expr.entity, expr.name) == self._fact else STILL
                return mine | self._condition(expr)
            case RuleRef():
                return self.of_rule(expr.name)
            case Not() | Elapsed():
                return _turned(self.of(expr.item))
            case AllOf() | AnyOf() | Extreme():
                return self._of_all(expr.children())
            case Compare():
                return self._compared(expr)
            case Arithmetic() | Quotient():
                return self._computed(expr)
            case Choose() | Applies():
                parts = [expr.item] if isinstance(expr, Applies) else [expr.then, expr.otherwise]
                return _any(self.of(expr.condition)) | self._of_all(parts)
            case Certainty(kind="known"):
                return self._known(expr.item)
            case Aggregate():
                return self._aggregated(expr)
        return _any(self._of_all(expr.children()))

    def _condition(self, expr: FactRef) -> int:
        """Whether the fact decides that another one applies."""
        condition = self._bound.conditions.get((expr.entity, expr.name))
        return STILL if condition is None else _any(self.of(condition))

    def _known(self, expr: Expr) -> int:
        """Whether the fact decides that something is known: one known value of it does as well as another."""
        match expr:
            case FactRef():
                return self._condition(expr)
            case RuleRef():
                return self._known(self._bound.rules[expr.name].expr)
            case Arithmetic(op="+" | "-"):
                return self._known(expr.left) | self._known(expr.right)
            case Quotient():  # unknown where it would divide by nothing
                return self._known(expr.left) | _any(self.of(expr.right))
        return _any(self.of(expr))

    def _of_all(self, parts: Iterable[Expr]) -> int:
        return reduce(or_, map(self.of, parts), STILL)

    def _compared(self, expr: Compare) -> int:
        left, right = self.of(expr.left), self.of(expr.right)
        if expr.op in (">", ">="):
            return left | _turned(right)
        if expr.op in ("<", "<="):
            return _turned(left) | right
        return _any(left | right)

    def _computed(self, expr: Arithmetic | Quotient) -> int:
        left, right = self.of(expr.left), self.of(expr.right)
        if isinstance(expr, Arithmetic) and expr.op != "*":
            return left | (_turned(right) if expr.op == "-" else right)
        grows = _never_negative(expr.right, self._bound)
        return left if grows and not right else _any(left | right)

    def _aggregated(self, expr: Aggregate) -> int:
        item = self.of(expr.item) if expr.item is not None else STILL
        where = self.of(expr.where) if expr.where is not None else STILL
        if self._date and expr.entity == self._fact[0]:
            return EITHER  # which rows lie in the window, and which is the newest
        if expr.kind in ("any", "count"):
            return item | where
        if expr.kind == "all":
            return item | _turned(where)
        return item | _any(where)


def _never_negative(expr: Expr, bound: BoundPack) -> bool:
    match expr:
        case Constant():
            return isinstance(expr.value, int) and expr.value >= 0
        case FactRef():
            least = bound.pack.facts[expr.entity][expr.name].minimum
            return least is not None and least >= 0
        case RuleRef():
            return _never_negative(bound.rules[expr.name].expr, bound)
        case Choose():
            return all(_never_negative(one, bound) for one in (expr.then, expr.otherwise))
        case Applies():
            return _never_negative(expr.item, bound)
    return isinstance(expr, Aggregate) and expr.kind == "count"


def _turned(moves: int) -> int:
    return (moves & UP) << 1 | (moves & DOWN) >> 1


def _any(moves: int) -> int:
    return EITHER if moves else STILL
