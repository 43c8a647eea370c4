"""Expressions (表达式): the typed tree that the compiler lowers and the reference interprets.

Every node is immutable and knows its ``type``. Names are resolved: a node says which fact, parameter or
rule it reads. ``key`` of a reference is ``entity.name`` where a dot could not tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal as OneOf

from mingbai.engine.model.values import BOOL, DATE, INT, Type


@dataclass(frozen=True, slots=True)
class Expr:
    """Base of all expressions (表达式)."""

    @property
    def type(self) -> Type:
        """The type of the value."""
        raise TypeError(self)

    def children(self) -> Iterator[Expr]:
        """The expressions directly inside, in the order they are written."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Expr):
                yield value
            elif isinstance(value, tuple):
                yield from (part for part in value if isinstance(part, Expr))


@dataclass(frozen=True, slots=True)
class _Typed(Expr):
    result: Type

    @property
    def type(self) -> Type:
        return self.result


@dataclass(frozen=True, slots=True)
class _Bool(Expr):
    @property
    def type(self) -> Type:
        return BOOL


@dataclass(frozen=True, slots=True)
class Constant(_Typed):
    """A literal (常数); a number is kept as a scaled integer."""

    value: bool | int | str | date


@dataclass(frozen=True, slots=True)
class FactRef(_Typed):
    """A fact (事实) of the row's own entity, or of an entity above it."""

    entity: str
    name: str


@dataclass(frozen=True, slots=True)
class ParameterRef(_Typed):
    """A parameter (参数), in the value of the day and the region of the household."""

    name: str


@dataclass(frozen=True, slots=True)
class RuleRef(_Typed):
    """The outcome of another rule (规则) of the same entity."""

    name: str


@dataclass(frozen=True, slots=True)
class AsOf(Expr):
    """The as-of day (截至日)."""

    @property
    def type(self) -> Type:
        return DATE


@dataclass(frozen=True, slots=True)
class Not(_Bool):
    """Negation (非)."""

    item: Expr


@dataclass(frozen=True, slots=True)
class AllOf(_Bool):
    """Conjunction (且): parts that are not applicable are left out."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(_Bool):
    """Disjunction (或): parts that are not applicable are left out."""

    items: tuple[Expr, ...]


Comparison = OneOf["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare(_Bool):
    """Comparison (比较); numbers may stand between bounds."""

    op: Comparison
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class OneOfValues(_Bool):
    """Membership of a list of constants (属于)."""

    item: Expr
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic(_Typed):
    """Sum, difference or product (加减乘), exact in scaled integers."""

    op: OneOf["+", "-", "*"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Quotient(_Typed):
    """``round(a / b, n)`` (四舍五入的商): half away from zero; unknown when b is zero."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Choose(_Typed):
    """``if(cond, a, b)`` (如果): unknown when the condition is."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Extreme(_Typed):
    """``least`` or ``greatest`` (最小、最大): unknown when one part is."""

    kind: OneOf["least", "greatest"]
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Elapsed(Expr):
    """Full years or months from a date to the as-of day (周岁、足月)."""

    unit: OneOf["years", "months"]
    item: Expr

    @property
    def type(self) -> Type:
        return INT


@dataclass(frozen=True, slots=True)
class Certainty(_Bool):
    """``known``, ``surely`` or ``possibly`` (已知、确定、可能): never unknown itself."""

    kind: OneOf["known", "surely", "possibly"]
    item: Expr


@dataclass(frozen=True, slots=True)
class Assume(_Typed):
    """``assume(x, v)`` (假定): unknown counts as v; stands in every trace."""

    item: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class IfNa(_Typed):
    """``if_na(x, v)`` (不适用时): not applicable counts as v."""

    item: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Points(_Typed):
    """``points(cond, w)`` (得分): w when true, else nothing; unknown keeps both bounds."""

    condition: Expr
    weight: Expr


@dataclass(frozen=True, slots=True)
class Applies(_Typed):
    """``applies_when`` (适用条件): certainly false makes the whole not applicable.

    For a fact (``recorded``) a recorded value stands when the condition is unknown.
    """

    condition: Expr
    item: Expr
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A date window (期间窗口) that ends at the as-of day."""

    unit: OneOf["days", "months", "years"]
    amount: Expr


@dataclass(frozen=True, slots=True)
class Aggregate(_Typed):
    """``any all count sum latest`` (汇总) over the rows of an entity below."""

    kind: OneOf["any", "all", "count", "sum", "latest"]
    entity: str
    item: Expr | None
    where: Expr | None
    window: Window | None

    def children(self) -> Iterator[Expr]:
        for part in (self.item, self.where, self.window.amount if self.window else None):
            if part is not None:
                yield part


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything inside, parents first."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(node.children())))
