"""Fitting numbers (数的对齐): common scales, and the two faults of types that do not fit."""

from __future__ import annotations

from typing import cast

from mingbai.engine.errors import PackError, Place, fault
from mingbai.engine.model.expressions import Arithmetic, Constant, Expr
from mingbai.engine.model.values import INT, MONEY, Kind, Type


def type_error(place: Place, zh: str, en: str) -> PackError:
    """The fault that types do not fit, as an error."""
    return PackError([fault("PACK-022", place, detail_zh=zh, detail_en=en)])


def rescaled(expr: Expr, want: Type, place: Place) -> Expr:
    """A number at the wanted scale, never with fewer digits."""
    got = expr.type
    if got.scale > want.scale:
        raise type_error(
            place,
            f"小数位太多（{got.scale} 位，应至多 {want.scale} 位），请用 round(x / 1, {want.scale})",
            f"too many digits ({got.scale}, at most {want.scale}); use round(x / 1, {want.scale})",
        )
    if got.scale < want.scale:
        factor = Constant(INT, 10 ** (want.scale - got.scale))
        if isinstance(expr, Constant):
            return Constant(want, cast(int, expr.value) * cast(int, factor.value))
        # A product with a power of ten, read at the wider scale: the integer is the same number.
        return Arithmetic(want, "*", expr, factor)
    return expr


def aligned(left: Expr, right: Expr, place: Place) -> tuple[Expr, Expr]:
    """Two numbers at the same scale."""
    scale = max(left.type.scale, right.type.scale)
    return _at_scale(left, scale, place), _at_scale(right, scale, place)


def _at_scale(expr: Expr, scale: int, place: Place) -> Expr:
    money = expr.type.money and scale == MONEY.scale
    return rescaled(expr, Type(Kind.NUMBER, scale, money), place)


def range_error(place: Place, what: str) -> PackError:
    """The fault that a number is out of range, as an error."""
    return PackError([fault("PACK-026", place, detail_zh=what, detail_en=what)])
