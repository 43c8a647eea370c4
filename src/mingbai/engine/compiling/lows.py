"""Lowered expressions (降级表达式): value, bounds and 不适用 as core trees, and arithmetic on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mingbai.engine.compiling.core import (
    FALSE,
    NULL,
    ZERO,
    Arith,
    Cmp,
    Core,
    Lit,
    Neg,
    case,
    conj,
    disj,
    is_null,
)
from mingbai.engine.model.values import Type

LARGEST = 9_200_000_000_000_000_000
#: What a number may be where no range is declared, and how many rows a sum may have.
CAP_MONEY, CAP_NUMBER, CAP_ROWS = 10**11, 10**9, 1000


@dataclass(frozen=True, slots=True)
class Low:
    """A lowered expression (降级表达式).

    ``lo``/``hi`` are ``None`` when the value itself is all that is known; ``lo_total`` says that the
    lower bound is never null (unless not applicable). ``least``/``most`` are the static range.
    """

    v: Core
    nullable: bool
    na: Core = FALSE
    lo: Core | None = None
    hi: Core | None = None
    lo_total: bool = False
    hi_total: bool = False
    least: int = 0
    most: int = 0
    bare: bool = False  # a plain fact: while unknown, its bounds are exactly its declared range

    @property
    def low(self) -> Core:
        """The lower bound, or the value."""
        return self.v if self.lo is None else self.lo

    @property
    def high(self) -> Core:
        """The upper bound, or the value."""
        return self.v if self.hi is None else self.hi

    @property
    def has_low(self) -> bool:
        """Whether a lower bound is always there."""
        return self.lo_total if self.lo is not None else not self.nullable

    @property
    def has_high(self) -> bool:
        """Whether an upper bound is always there."""
        return self.hi_total if self.hi is not None else not self.nullable

    @property
    def bounded(self) -> bool:
        """Whether bounds say more than the value."""
        return self.lo is not None or self.hi is not None

    @property
    def unknown(self) -> Core:
        """Condition: the value is unknown (and not merely not applicable)."""
        if not self.nullable:
            return FALSE
        return conj(is_null(self.v), negated(self.na))


def negated(item: Core) -> Core:
    """Negation, folded when plain."""
    if isinstance(item, Lit):
        return Lit(None if item.value is None else not item.value)
    return item.item if isinstance(item, Neg) else Neg(item)


@dataclass(frozen=True)
class Ratio:
    """Exact quotient: half away from zero, in integers that are never negative under ``//``."""

    up: int
    down: int
    left: Low
    right: Low

    def of(self, numerator: Core) -> Core:
        top = arith("*", numerator, Lit(self.up))
        bottom = arith("*", self.right.v, Lit(self.down))
        if self.right.least < 0:
            return self._any_sign(top, bottom)
        whole = self._half_up(top, bottom)
        if self.left.least < 0:
            minus = arith("-", ZERO, self._half_up(arith("-", ZERO, top), bottom))
            whole = case([(Cmp("<", top, ZERO), minus)], whole)
        return case([(Cmp(">", bottom, ZERO), whole)], NULL) if self.right.least == 0 else whole

    def _any_sign(self, top: Core, bottom: Core) -> Core:
        high, low = absolute(top), absolute(bottom)
        positive, negative = Cmp(">", bottom, ZERO), Cmp("<", bottom, ZERO)
        minus = disj(conj(Cmp("<", top, ZERO), positive), conj(Cmp(">", top, ZERO), negative))
        whole = self._half_up(high, low)
        return case([(Cmp("=", bottom, ZERO), NULL), (minus, arith("-", ZERO, whole))], whole)

    def _half_up(self, top: Core, bottom: Core) -> Core:
        double = arith("*", bottom, Lit(2))
        return Arith("//", arith("+", arith("*", top, Lit(2)), bottom), double)


def absolute(item: Core) -> Core:
    """The number without its sign."""
    return case([(Cmp("<", item, ZERO), arith("-", ZERO, item))], item)


def arith(op: Any, left: Core, right: Core) -> Core:
    """Arithmetic, with plain factors folded."""
    if isinstance(left, Lit) and isinstance(right, Lit):
        a, b = left.value, right.value
        if isinstance(a, int) and isinstance(b, int):
            return Lit(a + b if op == "+" else a - b if op == "-" else a * b)
    if op == "*" and right == Lit(1):
        return left
    if op == "*" and left == Lit(1):
        return right
    if op == "+" and left == ZERO:
        return right
    return left if op in "+-" and right == ZERO else Arith(op, left, right)


def pick(op: str, left: Core, right: Core) -> Core:
    """The smaller (``<=``) or larger (``>=``); null when one is null."""
    if left == right:
        return left
    other = "<" if op == "<=" else ">"
    if isinstance(left, Lit):
        left, right = right, left
    if isinstance(right, Lit) and right.value is not None:
        # One comparison is enough, and a null stays null.
        return case([(Cmp(">" if op == "<=" else "<", left, right), right)], left)
    return case([(Cmp(op, left, right), left), (Cmp(other, right, left), right)], NULL)


def fold(op: str, items: list[Core], column: Callable[[Core], Core]) -> Core:
    """The smallest or largest of several; null when one is null.

    What is repeated by the next step gets a column, or many items would double the tree each time.
    """
    result = items[0]
    for item in items[1:]:
        result = pick(op, column(result), column(item) if len(items) > 2 else item)
    return result


def either(when: Low, then: Core, other: Core, unknown: Core, na: Core = FALSE) -> Core:
    """``then`` or ``other`` by a condition that may be unknown or not applicable."""
    if then == other == unknown and na == FALSE:
        return then
    if not when.nullable:
        return case([(when.v, then)], other)
    return case([(when.v, then), (negated(when.v), other), (na, NULL)], unknown)


def decide(op: str, left: Low, right: Low) -> tuple[Core, Core]:
    """When a comparison of intervals is surely true, and when surely false."""
    below, not_above = Cmp("<", left.high, right.low), Cmp("<=", left.high, right.low)
    above, not_below = Cmp(">", left.low, right.high), Cmp(">=", left.low, right.high)
    apart, equal = disj(below, above), conj(not_above, not_below)
    return {
        "<": (below, not_below),
        "<=": (not_above, above),
        ">": (above, not_above),
        ">=": (not_below, below),
        "=": (equal, apart),
        "<>": (apart, equal),
    }[op]


def static_range(kind: Type, minimum: int | None, maximum: int | None) -> tuple[int, int]:
    """The least and the most a fact can be, declared or by the cap of its type."""
    cap = CAP_MONEY if kind.money else CAP_NUMBER * 10**kind.scale
    return (-cap if minimum is None else minimum), (cap if maximum is None else maximum)
