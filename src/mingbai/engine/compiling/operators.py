"""Operators (运算的降级): what each kind of expression does to value, bounds and 不适用.

Each function gets the lowerer of an entity, for the parts and for columns of their own, and knows
nothing else of entities or rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mingbai.engine.compiling.closures import compiled
from mingbai.engine.compiling.core import (
    FALSE,
    NULL,
    TRUE,
    ZERO,
    Cmp,
    Core,
    InSet,
    Lit,
    case,
    conj,
    disj,
    is_null,
)
from mingbai.engine.compiling.lows import (
    LARGEST,
    Low,
    Ratio,
    arith,
    decide,
    either,
    fold,
    negated,
    pick,
)
from mingbai.engine.model.expressions import (
    AllOf,
    AnyOf,
    Applies,
    Arithmetic,
    Assume,
    Certainty,
    Choose,
    Compare,
    Constant,
    Expr,
    Extreme,
    IfNa,
    Not,
    OneOfValues,
    Points,
    Quotient,
)
from mingbai.engine.model.values import Kind

if TYPE_CHECKING:
    from mingbai.engine.compiling.lowering import Lowerer


def negation(lowerer: Lowerer, expr: Not) -> Low:
    """Negation; of something not applicable it is not applicable."""
    low = lowerer.low(expr.item)
    return Low(negated(low.v), low.nullable, low.na)


def conjunction(lowerer: Lowerer, expr: AllOf) -> Low:
    """All of; parts that are not applicable are left out."""
    return _logic([lowerer.low(item) for item in expr.items], conj, disj, TRUE)


def disjunction(lowerer: Lowerer, expr: AnyOf) -> Low:
    """Any of; parts that are not applicable are left out."""
    return _logic([lowerer.low(item) for item in expr.items], disj, conj, FALSE)


def _logic(
    items: list[Low],
    join: Callable[..., Core],
    other: Callable[..., Core],
    neutral: Lit,
) -> Low:
    """Parts that are not applicable stand for the neutral value; if all are, so is the whole."""
    parts = [
        other(low.na if neutral == TRUE else negated(low.na), low.v) if low.na != FALSE else low.v
        for low in items
    ]
    na = conj(*(low.na for low in items))
    return Low(case([(na, NULL)], join(*parts)), any(low.nullable for low in items), na)


def compare(lowerer: Lowerer, expr: Compare) -> Low:
    """Comparison; between bounds it is decided as soon as both ends agree."""
    left, right = lowerer.low(expr.left), lowerer.low(expr.right)
    na = disj(left.na, right.na)
    nullable = left.nullable or right.nullable
    plain = Cmp(expr.op, left.v, right.v)
    if not (left.bounded or right.bounded) or _undecided(expr, left, right):
        return Low(plain, nullable, na)
    sure, never = decide(expr.op, left, right)
    return Low(case([(sure, TRUE), (never, FALSE)], NULL), nullable, na)


def _undecided(expr: Compare, left: Low, right: Low) -> bool:
    """Whether the declared range of a plain fact leaves a comparison with a constant open."""
    if not (left.bare and isinstance(right.v, Lit) and isinstance(right.v.value, int)):
        return False
    sure, never = decide(expr.op, *(_ends(low) for low in (left, right)))
    return not (_holds(sure) or _holds(never))


def _ends(low: Low) -> Low:
    """What is known of a value that is unknown: its declared ends as literals."""
    if isinstance(low.v, Lit):
        return low
    lo = Lit(low.least) if low.lo is not None else NULL
    hi = Lit(low.most) if low.hi is not None else NULL
    return Low(NULL, True, lo=lo, hi=hi)


def _holds(item: Core) -> bool:
    """Whether a comparison of literals holds; null does not."""
    return compiled(item)({}) is True


def member(lowerer: Lowerer, expr: OneOfValues) -> Low:
    """Membership of constants."""
    low = lowerer.low(expr.item)
    value: Core = InSet(low.v, expr.values)
    if low.bounded:
        each = [Compare("=", expr.item, Constant(expr.item.type, item)) for item in expr.values]
        parts = [lowerer.low(item).v for item in each]
        if not all(isinstance(part, Cmp) for part in parts):
            value = disj(*parts)
    return Low(value, low.nullable, low.na)


def arithmetic(lowerer: Lowerer, expr: Arithmetic) -> Low:
    """Sum, difference or product, with bounds end by end."""
    left, right = lowerer.low(expr.left), lowerer.low(expr.right)
    v = arith(expr.op, left.v, right.v)
    low = Low(v, left.nullable or right.nullable, disj(left.na, right.na))
    if expr.op == "+":
        ends = (left.low, right.low, left.high, right.high)
        has = (left.has_low and right.has_low, left.has_high and right.has_high)
        reach = (left.least + right.least, left.most + right.most)
    elif expr.op == "-":
        ends = (left.low, right.high, left.high, right.low)
        has = (left.has_low and right.has_high, left.has_high and right.has_low)
        reach = (left.least - right.most, left.most - right.least)
    else:
        return _product(left, right, low)
    if left.bounded or right.bounded:
        lo, hi = arith(expr.op, ends[0], ends[1]), arith(expr.op, ends[2], ends[3])
        low = replace(low, lo=lo, hi=hi, lo_total=has[0], hi_total=has[1])
    return replace(low, least=reach[0], most=reach[1])


def _product(left: Low, right: Low, low: Low) -> Low:
    corners = [a * b for a in (left.least, left.most) for b in (right.least, right.most)]
    low = replace(low, least=min(corners), most=max(corners))
    if not (left.bounded or right.bounded):
        return low
    if left.least >= 0 and right.least >= 0:
        return replace(
            low,
            lo=arith("*", left.low, right.low),
            hi=arith("*", left.high, right.high),
            lo_total=left.has_low and right.has_low,
            hi_total=left.has_high and right.has_high,
        )
    if isinstance(left.v, Lit) and left.v.value is not None:
        left, right = right, left
    if isinstance(right.v, Lit) and right.v.value is not None:
        ends = (left.low, left.high) if right.least >= 0 else (left.high, left.low)
        has = (left.has_low, left.has_high)
        has = has if right.least >= 0 else (has[1], has[0])
        lo, hi = (arith("*", end, right.v) for end in ends)
        return replace(low, lo=lo, hi=hi, lo_total=has[0], hi_total=has[1])
    return low


def quotient(lowerer: Lowerer, expr: Quotient) -> Low:
    """Rounded quotient; bounds of the numerator over the known denominator."""
    left, right = lowerer.low(expr.left), lowerer.low(expr.right)
    power = expr.type.scale + expr.right.type.scale - expr.left.type.scale
    up, down = 10 ** max(power, 0), 10 ** max(-power, 0)
    scale = Ratio(up, down, left, right)
    most = max(abs(left.least), abs(left.most)) * up
    if 2 * most + max(abs(right.least), abs(right.most)) * down > LARGEST:
        most = LARGEST + 1
    low = Low(scale.of(left.v), True, disj(left.na, right.na), least=-most, most=most)
    if left.least >= 0 and right.least >= 0:
        low = replace(low, least=0)
    if left.bounded and right.least >= 0:
        low = replace(low, lo=scale.of(left.low), hi=scale.of(left.high))
    return low


def choice(lowerer: Lowerer, expr: Choose) -> Low:
    """If; an unknown condition leaves the hull of both branches."""
    when, then, other = (lowerer.low(x) for x in (expr.condition, expr.then, expr.otherwise))
    when = replace(when, v=lowerer.column(when.v))
    low = Low(
        either(when, then.v, other.v, NULL),
        when.nullable or then.nullable or other.nullable,
        either(when, then.na, other.na, when.na),
        least=min(then.least, other.least),
        most=max(then.most, other.most),
    )
    if expr.type.kind is not Kind.NUMBER:
        return low
    if not (then.bounded or other.bounded or when.nullable):
        return low
    # A condition that may turn out not applicable takes the whole with it: then there is no hull.
    low_end, high_end = (
        (_hull("<=", then, other), _hull(">=", then, other)) if when.na == FALSE else (NULL, NULL)
    )
    lo = either(when, then.low, other.low, low_end, when.na)
    hi = either(when, then.high, other.high, high_end, when.na)
    sure = when.na == FALSE
    return replace(
        low,
        lo=lo,
        hi=hi,
        lo_total=then.has_low and other.has_low and sure,
        hi_total=then.has_high and other.has_high and sure,
    )


def _hull(op: str, then: Low, other: Low) -> Core:
    """The lower (``<=``) or upper end of either; plain where the ranges do not overlap."""
    ends = (then.low, other.low) if op == "<=" else (then.high, other.high)
    total = (then.has_low and other.has_low) if op == "<=" else (then.has_high and other.has_high)
    if total and then.most <= other.least:
        return ends[0] if op == "<=" else ends[1]
    if total and other.most <= then.least:
        return ends[1] if op == "<=" else ends[0]
    return pick(op, *ends)


def extreme(lowerer: Lowerer, expr: Extreme) -> Low:
    """Least or greatest, end by end."""
    items = [lowerer.low(item) for item in expr.items]
    op = "<=" if expr.kind == "least" else ">="
    pick = min if expr.kind == "least" else max
    low = Low(
        fold(op, [item.v for item in items], lowerer.column),
        any(item.nullable for item in items),
        disj(*(item.na for item in items)),
        least=pick(item.least for item in items),
        most=pick(item.most for item in items),
    )
    if not any(item.bounded for item in items):
        return low
    return replace(
        low,
        lo=fold(op, [item.low for item in items], lowerer.column),
        hi=fold(op, [item.high for item in items], lowerer.column),
        lo_total=all(item.has_low for item in items),
        hi_total=all(item.has_high for item in items),
    )


def certainty(lowerer: Lowerer, expr: Certainty) -> Low:
    """Known, surely, possibly."""
    low = lowerer.low(expr.item)
    if expr.kind == "known":
        return Low(disj(low.na, negated(is_null(low.v))) if low.nullable else TRUE, False)
    if not low.nullable:
        return Low(low.v, False)
    if expr.kind == "surely":
        return Low(case([(low.v, TRUE)], FALSE), False)
    return Low(case([(low.na, FALSE), (negated(low.v), FALSE)], TRUE), False)


def assume(lowerer: Lowerer, expr: Assume) -> Low:
    """Unknown counts as the given value."""
    low, value = lowerer.low(expr.item), lowerer.low(expr.value)
    v = case([(low.na, NULL), (is_null(low.v), value.v)], low.v)
    return Low(
        v,
        value.nullable or low.na != FALSE,
        low.na,
        least=min(low.least, value.least),
        most=max(low.most, value.most),
    )


def if_na(lowerer: Lowerer, expr: IfNa) -> Low:
    """Not applicable counts as the given value."""
    low, value = lowerer.low(expr.item), lowerer.low(expr.value)
    if low.na == FALSE:
        return low
    return Low(
        case([(low.na, value.v)], low.v),
        low.nullable or value.nullable,
        FALSE,
        None if low.lo is None else case([(low.na, value.v)], low.lo),
        None if low.hi is None else case([(low.na, value.v)], low.hi),
        low.lo_total and not value.nullable,
        low.hi_total and not value.nullable,
        min(low.least, value.least),
        max(low.most, value.most),
    )


def points(lowerer: Lowerer, expr: Points) -> Low:
    """The weight when true; unknown keeps both ends."""
    when, weight = lowerer.low(expr.condition), lowerer.low(expr.weight)
    when = replace(when, v=lowerer.column(when.v))
    head: list[tuple[Core, Core]] = [
        (when.na, ZERO),
        (when.v, weight.v),
        (negated(when.v), ZERO),
    ]
    low = Low(
        case(head, NULL),
        when.nullable or weight.nullable,
        least=min(0, weight.least),
        most=max(0, weight.most),
    )
    if not when.nullable:
        return low
    sure = not weight.nullable
    down = ZERO if weight.least >= 0 and sure else pick("<=", ZERO, weight.v)
    up = weight.v if weight.least >= 0 else pick(">=", ZERO, weight.v)
    return replace(low, lo=case(head, down), hi=case(head, up), lo_total=sure, hi_total=sure)


def applies(lowerer: Lowerer, expr: Applies) -> Low:
    """Not applicable when the condition is certainly false."""
    when, low = lowerer.low(expr.condition), lowerer.low(expr.item)
    na = case([(negated(when.v), TRUE), (when.v, low.na)], when.na)

    def kept(item: Core | None) -> Core | None:
        return None if item is None else case([(when.v, item)], NULL)

    return Low(
        case([(when.v, low.v)], NULL),
        True,
        na,
        kept(low.lo),
        kept(low.hi),
        least=low.least,
        most=low.most,
    )


#: The function that lowers each kind of expression.
OPERATORS: dict[type[Expr], Callable[[Lowerer, Any], Low]] = {
    Not: negation,
    AllOf: conjunction,
    AnyOf: disjunction,
    Compare: compare,
    OneOfValues: member,
    Arithmetic: arithmetic,
    Quotient: quotient,
    Choose: choice,
    Extreme: extreme,
    Certainty: certainty,
    Assume: assume,
    IfNa: if_na,
    Points: points,
    Applies: applies,
}
