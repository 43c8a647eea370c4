"""Calls (函数的绑定): the functions of the expression language, each with its arguments and type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Literal, cast

from mingbai.engine.compiling.fitting import range_error, rescaled, type_error
from mingbai.engine.compiling.parsing import Syntax
from mingbai.engine.errors import PackError, fault, nearest
from mingbai.engine.model.expressions import (
    Aggregate,
    Assume,
    Certainty,
    Choose,
    Constant,
    Elapsed,
    Expr,
    Extreme,
    IfNa,
    ParameterRef,
    Points,
    Quotient,
    Window,
)
from mingbai.engine.model.values import BOOL, DATE, INT, Kind, Type

if TYPE_CHECKING:
    from mingbai.engine.compiling.binding import Binder

WINDOWS = ("days", "months", "years")


def quotient(binder: Binder, node: Syntax) -> Expr:
    """``round(a / b, n)``, the only division."""
    ratio, digits = binder.arity(node, 2, 2)
    if ratio.op != "/" or digits.op != "number" or not digits.text.isdigit():
        zh, en = "写成 round(a / b, n)，n 是 0 到 6", "write round(a / b, n), n from 0 to 6"
        raise type_error(node.place, zh, en)
    scale = int(digits.text)
    if scale > 6:
        raise range_error(digits.place, digits.text)
    left, right = binder.number(ratio.parts[0]), binder.number(ratio.parts[1])
    money = left.type.money and not right.type.money and scale == 2
    return Quotient(Type(Kind.NUMBER, scale, money), left, right)


def choose(binder: Binder, node: Syntax) -> Expr:
    """``if(cond, a, b)``."""
    condition, then, otherwise = binder.arity(node, 3, 3)
    left, right = binder.same(binder.bind(then), binder.bind(otherwise), node.place)
    return Choose(left.type, binder.bind_as(condition, BOOL), left, right)


def extreme(binder: Binder, node: Syntax) -> Expr:
    """``least`` and ``greatest`` at a common scale."""
    binder.arity(node, 2, 12)
    items = [binder.number(part) for part in node.parts]
    wide = max(items, key=lambda item: item.type.scale).type
    money = any(item.type.money for item in items) and wide.scale == 2
    want = Type(Kind.NUMBER, wide.scale, money)
    kind = cast(Literal["least", "greatest"], node.text)
    return Extreme(want, kind, tuple(rescaled(item, want, node.place) for item in items))


def elapsed(binder: Binder, node: Syntax) -> Expr:
    """``full_years`` and ``full_months`` to the as-of day."""
    (part,) = binder.arity(node, 1, 1)
    unit: Literal["years", "months"] = "years" if node.text == "full_years" else "months"
    return Elapsed(unit, binder.bind_as(part, DATE))


def day(binder: Binder, node: Syntax) -> Expr:
    """``date('2025-01-31')``."""
    (part,) = binder.arity(node, 1, 1)
    try:
        return Constant(DATE, date.fromisoformat(part.text if part.op == "string" else ""))
    except ValueError:
        zh, en = "写成 date('2025-01-31')", "write date('2025-01-31')"
        raise type_error(node.place, zh, en) from None


def certainty(binder: Binder, node: Syntax) -> Expr:
    """``known``, ``surely``, ``possibly``."""
    (part,) = binder.arity(node, 1, 1)
    kind = cast(Literal["known", "surely", "possibly"], node.text)
    return Certainty(kind, binder.bind(part) if kind == "known" else binder.bind_as(part, BOOL))


def default(binder: Binder, node: Syntax) -> Expr:
    """``assume`` and ``if_na``: the second argument is a constant or a parameter."""
    item, value = binder.arity(node, 2, 2)
    given = binder.bind(value)
    if not isinstance(given, (Constant, ParameterRef)):
        zh, en = (
            "第二个参数应为常数或参数",
            "the second argument must be a constant or a parameter",
        )
        raise type_error(value.place, zh, en)
    left, right = binder.same(binder.bind(item), given, node.place)
    node_type = Assume if node.text == "assume" else IfNa
    return node_type(left.type, left, right)


def points(binder: Binder, node: Syntax) -> Expr:
    """``points(cond, w)``."""
    condition, weight = binder.arity(node, 2, 2)
    points = binder.number(weight)
    if not isinstance(points, (Constant, ParameterRef)):
        zh, en = "分值应为常数或参数", "the weight must be a constant or a parameter"
        raise type_error(weight.place, zh, en)
    return Points(points.type, binder.bind_as(condition, BOOL), points)


def aggregate(binder: Binder, node: Syntax) -> Expr:
    """``any all count sum latest`` over the rows of a relation."""
    binder.arity(node, 1, 4)
    head = node.parts[0]
    relations = {item.relation: item for item in binder.pack.below(binder.scope.entity)}
    if head.op != "name" or head.text not in relations:
        near = nearest(head.text, [name for name in relations if name])
        raise PackError([fault("PACK-020", head.place, name=head.text, near=near)])
    entity = relations[head.text]
    inner = binder.at(entity.id)
    item, where, window = _parts(inner, node, entity.date is not None)
    kind = cast(Literal["any", "all", "count", "sum", "latest"], node.text)
    result = _checked(kind, item, where, node, dated=entity.date is not None)
    return Aggregate(result, kind, entity.id, item, where, window)


def _parts(
    binder: Binder, node: Syntax, dated: bool
) -> tuple[Expr | None, Expr | None, Window | None]:
    item = where = window = None
    for part in node.parts[1:]:
        if part.op == "call" and part.text == "where" and where is None:
            where = binder.bind_as(binder.arity(part, 1, 1)[0], BOOL)
        elif part.op == "call" and part.text in WINDOWS and window is None:
            window = _window(binder, part, dated)
        elif item is None and where is None and window is None:
            item = binder.bind(part)
        elif part.op == "call" and part.text not in (*CALLS, *WINDOWS, "where"):
            binder.bind(part)  # says that the function is unknown
        else:
            zh, en = "参数多了或次序不对", "too many arguments, or in the wrong order"
            raise type_error(part.place, zh, en)
    return item, where, window


def _window(binder: Binder, node: Syntax, dated: bool) -> Window:
    if not dated:
        zh, en = "这类记录没有日期，不能用期间", "these records have no date, so no window"
        raise type_error(node.place, zh, en)
    (part,) = binder.arity(node, 1, 1)
    amount = binder.bind_as(part, INT)
    if not isinstance(amount, (Constant, ParameterRef)):
        zh, en = "期间应为整数或参数", "the window must be a whole number or a parameter"
        raise type_error(part.place, zh, en)
    if isinstance(amount, Constant) and not 0 < cast(int, amount.value) <= 40000:
        raise range_error(part.place, str(amount.value))
    return Window(cast(Literal["days", "months", "years"], node.text), amount)


def _checked(
    kind: str, item: Expr | None, where: Expr | None, node: Syntax, *, dated: bool
) -> Type:
    """The type of an aggregate, or an error when its parts do not fit."""
    if kind in ("any", "all") and (item is None or item.type != BOOL):
        raise type_error(node.place, f"{kind} 要一个条件", f"{kind} needs a condition")
    if kind == "count":
        if item is not None and item.type != BOOL:
            raise type_error(node.place, "count 要一个条件", "count needs a condition")
        return INT
    if kind == "sum":
        if item is None or item.type.kind is not Kind.NUMBER:
            raise type_error(node.place, "sum 要一个数", "sum needs a number")
        return item.type
    if kind == "latest":
        if item is None or not dated:
            zh, en = "latest 要一个值，且记录有日期", "latest needs a value and dated records"
            raise type_error(node.place, zh, en)
        return item.type
    return BOOL


CALLS: dict[str, Callable[[Binder, Syntax], Expr]] = {
    "round": quotient,
    "if": choose,
    "least": extreme,
    "greatest": extreme,
    "full_years": elapsed,
    "full_months": elapsed,
    "date": day,
    "known": certainty,
    "surely": certainty,
    "possibly": certainty,
    "assume": default,
    "if_na": default,
    "points": points,
    "any": aggregate,
    "all": aggregate,
    "count": aggregate,
    "sum": aggregate,
    "latest": aggregate,
}
