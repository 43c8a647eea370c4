"""Spelling (表达式还原): a typed expression back in the language of packs, for people to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from mingbai.engine.model.expressions import (
    Aggregate,
    AllOf,
    AnyOf,
    Applies,
    Arithmetic,
    AsOf,
    Assume,
    Certainty,
    Choose,
    Compare,
    Constant,
    Elapsed,
    Expr,
    Extreme,
    FactRef,
    IfNa,
    Not,
    OneOfValues,
    ParameterRef,
    Points,
    Quotient,
    RuleRef,
)
from mingbai.engine.model.values import Type, unscaled

OR, AND, COMPARISON, SUM, PRODUCT, ATOM = range(6)
#: A text, and how strongly it holds together.
Spelled = tuple[int, str]


class Speller:
    """Spells expressions (表达式还原); ``relations`` says what the rows of an entity are called."""

    def __init__(self, relations: Mapping[str, str]) -> None:
        self.relations = relations

    def spell(self, expr: Expr) -> str:
        """An expression as one would write it in a pack."""
        return self.text(expr, OR)

    def text(self, expr: Expr, least: int) -> str:
        """An expression as part of another one, in brackets where it needs them."""
        power, text = _SPELL[type(expr)](self, expr)
        return text if power >= least else f"({text})"

    def call(self, name: str, *parts: Expr | str) -> Spelled:
        """A call of a function."""
        texts = [part if isinstance(part, str) else self.text(part, OR) for part in parts]
        return ATOM, f"{name}({', '.join(texts)})"


def number(value: int, kind: Type) -> str:
    """A scaled integer as written: 870000 of scale 2 is ``8700``."""
    return unscaled(value, kind.scale).replace(",", "")


def is_between(expr: AllOf) -> bool:
    """Whether a conjunction was written as ``between``."""
    low, high = expr.items[0], expr.items[-1]
    if len(expr.items) != 2 or not (isinstance(low, Compare) and isinstance(high, Compare)):
        return False
    return low.left == high.left and (low.op, high.op) == (">=", "<=")


def is_rescaling(expr: Expr) -> bool:
    """Whether a product only gives a number more digits; nobody wrote it."""
    if not isinstance(expr, Arithmetic) or expr.op != "*":
        return False
    return expr.type.scale != expr.left.type.scale + expr.right.type.scale


def _value(value: object, kind: Type) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return number(value, kind)
    return f"date('{value}')" if isinstance(value, date) else f"'{value}'"


def _constant(to: Speller, expr: Constant) -> Spelled:
    text = _value(expr.value, expr.type)
    return (SUM if text.startswith("-") else ATOM), text


def _name(to: Speller, expr: FactRef | ParameterRef | RuleRef) -> Spelled:
    return ATOM, expr.name


def _conjunction(to: Speller, expr: AllOf) -> Spelled:
    low, high = expr.items[0], expr.items[-1]
    if is_between(expr) and isinstance(low, Compare) and isinstance(high, Compare):
        ends = f"{to.text(low.right, SUM)} and {to.text(high.right, SUM)}"
        return COMPARISON, f"{to.text(low.left, SUM)} between {ends}"
    return AND, " and ".join(to.text(item, COMPARISON) for item in expr.items)


def _disjunction(to: Speller, expr: AnyOf) -> Spelled:
    return OR, " or ".join(to.text(item, AND) for item in expr.items)


def _compare(to: Speller, expr: Compare) -> Spelled:
    return COMPARISON, f"{to.text(expr.left, SUM)} {expr.op} {to.text(expr.right, SUM)}"


def _member(to: Speller, expr: OneOfValues, word: str = "in") -> Spelled:
    values = ", ".join(_value(value, expr.item.type) for value in expr.values)
    return COMPARISON, f"{to.text(expr.item, SUM)} {word} ({values})"


def _negation(to: Speller, expr: Not) -> Spelled:
    if isinstance(expr.item, OneOfValues):
        return _member(to, expr.item, "not in")
    return AND, f"not {to.text(expr.item, COMPARISON)}"


def _arithmetic(to: Speller, expr: Arithmetic) -> Spelled:
    if is_rescaling(expr):
        return _SPELL[type(expr.left)](to, expr.left)
    power = PRODUCT if expr.op == "*" else SUM
    return power, f"{to.text(expr.left, power)} {expr.op} {to.text(expr.right, power + 1)}"


def _quotient(to: Speller, expr: Quotient) -> Spelled:
    ratio = f"{to.text(expr.left, PRODUCT)} / {to.text(expr.right, ATOM)}"
    return to.call("round", ratio, str(expr.type.scale))


def _applies(to: Speller, expr: Applies) -> Spelled:
    return OR, f"{to.spell(expr.item)} applies_when {to.spell(expr.condition)}"


def _aggregate(to: Speller, expr: Aggregate) -> Spelled:
    parts = [to.relations.get(expr.entity, expr.entity)]
    if expr.item is not None:
        parts.append(to.spell(expr.item))
    if expr.where is not None:
        parts.append(f"where({to.spell(expr.where)})")
    if expr.window is not None:
        parts.append(f"{expr.window.unit}({to.spell(expr.window.amount)})")
    return to.call(expr.kind, *parts)


_SPELL: Mapping[type, Callable[[Speller, Any], Spelled]] = {
    Constant: _constant,
    FactRef: _name,
    ParameterRef: _name,
    RuleRef: _name,
    AsOf: lambda to, expr: (ATOM, "as_of"),
    Not: _negation,
    AllOf: _conjunction,
    AnyOf: _disjunction,
    Compare: _compare,
    OneOfValues: _member,
    Arithmetic: _arithmetic,
    Quotient: _quotient,
    Choose: lambda to, expr: to.call("if", expr.condition, expr.then, expr.otherwise),
    Extreme: lambda to, expr: to.call(expr.kind, *expr.items),
    Elapsed: lambda to, expr: to.call(f"full_{expr.unit}", expr.item),
    Certainty: lambda to, expr: to.call(expr.kind, expr.item),
    Assume: lambda to, expr: to.call("assume", expr.item, expr.value),
    IfNa: lambda to, expr: to.call("if_na", expr.item, expr.value),
    Points: lambda to, expr: to.call("points", expr.condition, expr.weight),
    Applies: _applies,
    Aggregate: _aggregate,
}
