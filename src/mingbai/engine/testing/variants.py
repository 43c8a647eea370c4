"""Variants (改动): every small change of one expression: flipped, shifted, dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import cast

from mingbai.engine.model.expressions import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    Comparison,
    Constant,
    Expr,
    Not,
    OneOfValues,
    Window,
)
from mingbai.engine.model.values import Kind
from mingbai.engine.testing.spelling import Speller, is_between, is_rescaling

#: A changed expression, and what was changed in it.
Variant = tuple[str, Expr]
Rebuild = Callable[[Expr], Expr]

_OPPOSITE: dict[Comparison, Comparison] = {
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "=": "<>",
    "<>": "=",
}


def variants(expr: Expr, to: Speller, within: str = "") -> Iterator[Variant]:
    """Every small change of an expression, each with the text that names it."""
    yield from _own(expr, to, within)
    text = to.spell(expr)
    for child, rebuild in slots(expr):
        if not _is_unwritten(expr, child):
            for what, new in variants(child, to, text):
                yield what, rebuild(new)


def _own(expr: Expr, to: Speller, within: str) -> Iterator[Variant]:
    if isinstance(expr, Compare):
        flipped = replace(expr, op=_OPPOSITE[expr.op])
        yield f"{to.spell(expr)} → {to.spell(flipped)}", flipped
    elif isinstance(expr, OneOfValues):
        yield f"{to.spell(expr)} → {to.spell(Not(expr))}", Not(expr)
        for new in _shifted_lists(expr):
            yield f"{to.spell(expr)} → {to.spell(new)}", new
    elif isinstance(expr, (AllOf, AnyOf)):
        for dropped, new in _without_one(expr):
            yield f"drop {to.spell(dropped)} @ {to.spell(expr)}", new
    elif isinstance(expr, Aggregate) and expr.where is not None:
        yield f"drop where @ {to.spell(expr)}", replace(expr, where=None)
    elif isinstance(expr, Constant):
        for new in _shifted(expr):
            yield f"{to.spell(expr)} → {to.spell(new)} @ {within}".removesuffix(" @ "), new


def _shifted_lists(expr: OneOfValues) -> Iterator[Expr]:
    for index, value in enumerate(expr.values):
        for new in _shifted(Constant(expr.item.type, value)):
            other = cast(int, new.value)
            values = (*expr.values[:index], other, *expr.values[index + 1 :])
            yield replace(expr, values=values)


def _without_one(expr: AllOf | AnyOf) -> Iterator[tuple[Expr, Expr]]:
    """Each part, and what is left without it; an interval and a single part stay whole."""
    if len(expr.items) < 2 or (isinstance(expr, AllOf) and is_between(expr)):
        return
    for index, item in enumerate(expr.items):
        rest = (*expr.items[:index], *expr.items[index + 1 :])
        yield item, replace(expr, items=rest)


def _shifted(expr: Constant) -> list[Constant]:
    """A number one up and one down in the last digit as written; a date by a day."""
    value, kind = expr.value, expr.type
    if isinstance(value, date):
        day = timedelta(days=1)
        return [replace(expr, value=value + day), replace(expr, value=value - day)]
    if kind.kind is not Kind.NUMBER or not isinstance(value, int):
        return []
    step = 10**kind.scale
    while value % step:
        step //= 10
    return [replace(expr, value=value + step), replace(expr, value=value - step)]


def _is_unwritten(expr: Expr, child: Expr) -> bool:
    """A constant that binding put in: the factor of more digits, the zero of a minus sign."""
    if not isinstance(expr, Arithmetic) or not isinstance(child, Constant):
        return False
    if expr.op == "-" and child is expr.left:
        return child.value == 0
    return child is expr.right and is_rescaling(expr)


def slots(expr: Expr) -> Iterator[tuple[Expr, Rebuild]]:
    """The expressions directly inside, each with how to put another in its place."""
    for item in fields(expr):
        name, value = item.name, getattr(expr, item.name)
        if isinstance(value, Expr):
            yield value, _replacing(expr, name)
        elif isinstance(value, Window):
            yield value.amount, _replacing_amount(expr, name, value)
        elif isinstance(value, tuple):
            for index, part in enumerate(value):
                if isinstance(part, Expr):
                    yield part, _replacing_at(expr, name, value, index)


def _replacing(expr: Expr, name: str) -> Rebuild:
    return lambda new: replace(expr, **{name: new})


def _replacing_amount(expr: Expr, name: str, window: Window) -> Rebuild:
    return lambda new: replace(expr, **{name: replace(window, amount=new)})


def _replacing_at(expr: Expr, name: str, parts: tuple[Expr, ...], index: int) -> Rebuild:
    def rebuild(new: Expr) -> Expr:
        changed = (*parts[:index], new, *parts[index + 1 :])
        return replace(expr, **{name: changed})

    return rebuild
