"""Causes (待核实的来由): masks that name, for every row, the facts an unknown comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mingbai.engine.compiling.core import (
    FALSE,
    TRUE,
    ZERO,
    BitOr,
    Cmp,
    Col,
    Core,
    Lit,
    Total,
    case,
    is_null,
)
from mingbai.engine.compiling.lows import Low, negated
from mingbai.engine.compiling.plans import Cause
from mingbai.engine.model.expressions import Aggregate, Choose, Expr, FactRef, ParameterRef
from mingbai.engine.model.values import Kind, Type

if TYPE_CHECKING:
    from mingbai.engine.compiling.lowering import Lowerer


class Causes:
    """The cause masks of one entity's expressions (来由掩码)."""

    def __init__(self, lowerer: Lowerer) -> None:
        self.lowerer = lowerer
        self.memo: dict[Expr, dict[int, Core]] = {}

    def of(self, expr: Expr) -> dict[int, Core]:
        """Masks of what an unknown comes from, by word; zero where the expression is known."""
        found = self.memo.get(expr)
        if found is None:
            low = self.lowerer.low(expr)
            found = self._why(expr, low) if low.nullable else {}
            self.memo[expr] = found
        return found

    def _why(self, expr: Expr, low: Low) -> dict[int, Core]:
        if isinstance(expr, FactRef):
            own = self._bit(Cause("fact", expr.entity, expr.name))
            condition = self.lowerer.program.bound.conditions.get((expr.entity, expr.name))
            extra = self.of(condition) if condition is not None else {}
            return self._guarded(low, union(own, extra))
        if isinstance(expr, ParameterRef):
            return self._guarded(low, self._why_parameter(expr))
        if isinstance(expr, Aggregate):
            return self._guarded(low, self._why_rows(expr))
        if isinstance(expr, Choose):
            return self._why_choice(expr)
        parts: dict[int, Core] = {}
        for child in expr.children():
            parts = union(parts, self.of(child))
        return self._guarded(low, parts)

    def _why_parameter(self, expr: ParameterRef) -> dict[int, Core]:
        """No value published; or, where values differ by region, no region recorded."""
        own = self._bit(Cause("parameter", "", expr.name))
        pack = self.lowerer.pack
        values = pack.parameters[expr.name].values_on(self.lowerer.as_of)
        if not any(value.region for value in values) or pack.top.region is None:
            return own
        gone = is_null(self.lowerer.region())
        region = self._bit(Cause("fact", pack.top.id, pack.top.region))
        return {
            word: case([(gone, region.get(word, ZERO))], own.get(word, ZERO))
            for word in {*own, *region}
        }

    def _why_choice(self, expr: Choose) -> dict[int, Core]:
        when = self.lowerer.low(expr.condition)
        asked = self.of(expr.condition)
        then, other = self.of(expr.then), self.of(expr.otherwise)
        return {
            word: case(
                [(when.v, then.get(word, ZERO)), (negated(when.v), other.get(word, ZERO))],
                asked.get(word, ZERO),
            )
            for word in {*asked, *then, *other}
        }

    def _guarded(self, low: Low, masks: dict[int, Core]) -> dict[int, Core]:
        return {word: case([(low.unknown, mask)], ZERO) for word, mask in masks.items()}

    def _bit(self, cause: Cause) -> dict[int, Core]:
        word, bit = self.lowerer.program.cause(cause)
        return {word: Lit(1 << bit)}

    def _why_rows(self, expr: Aggregate) -> dict[int, Core]:
        child, name = self.lowerer.workers[expr.entity], self.lowerer.sources[expr]
        open_row = self.lowerer.open_rows[expr]
        inner: dict[int, Core] = {}
        for part in (expr.where, expr.item):
            if part is not None:
                inner = union(inner, child.causes.of(part))
        if child.entity.date is not None:
            day = FactRef(Type(Kind.DATE), child.entity.id, child.entity.date)
            inner = union(inner, child.causes.of(day))
        if expr.window is not None and isinstance(expr.window.amount, ParameterRef):
            inner = union(inner, child.causes.of(expr.window.amount))
        masks: dict[int, Core] = {}
        for word, mask in inner.items():
            column = f"{name}@w{word}"
            child.plan.totals.append(Total(column, "bits", case([(open_row, mask)], ZERO)))
            masks[word] = case([(is_null(Col(column)), ZERO)], Col(column))
        if child.entity.empty_is_unknown or expr.kind == "latest":
            missing = self._bit(Cause("relation", child.entity.id, child.entity.relation or ""))
            gone = is_null(Col(f"{name}@n"))
            if expr.kind == "latest":
                # No record that counts, or two on the newest day that differ.
                gone = case([(Cmp("=", Col(f"{name}@u"), Lit(1)), FALSE)], TRUE)
            masks = union(masks, {word: case([(gone, bit)], ZERO) for word, bit in missing.items()})
        return masks


def union(left: dict[int, Core], right: dict[int, Core]) -> dict[int, Core]:
    """The union of two sets of masks, word by word."""
    result = dict(left)
    for word, mask in right.items():
        old = result.get(word)
        if old is None or old == mask:
            result[word] = mask
        elif isinstance(old, Lit) and isinstance(mask, Lit):
            result[word] = Lit(cast(int, old.value) | cast(int, mask.value))
        else:
            result[word] = BitOr(old, mask)
    return result
