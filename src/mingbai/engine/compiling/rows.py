"""Aggregates (汇总): what is totalled over the rows of an entity below, and what it means above."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from mingbai.engine.compiling.core import (
    FALSE,
    NULL,
    TRUE,
    ZERO,
    Cmp,
    Col,
    Core,
    Lit,
    Newest,
    Total,
    case,
    conj,
    disj,
    is_null,
)
from mingbai.engine.compiling.lows import CAP_ROWS, Low, arith, negated, pick
from mingbai.engine.model.expressions import Aggregate, FactRef
from mingbai.engine.model.values import Kind, Type

if TYPE_CHECKING:
    from mingbai.engine.compiling.lowering import Lowerer


class Rows:
    """An aggregate over the rows of an entity below: what is totalled, and what it means above."""

    def __init__(self, parent: Lowerer, child: Lowerer, expr: Aggregate) -> None:
        self.parent, self.child, self.expr = parent, child, expr
        self.name = f"@a{len(parent.sources)}.{expr.entity}"
        self.inside, self.open_inside = child.included(expr.where, expr.window)
        self.item = child.low(expr.item) if expr.item is not None else Low(TRUE, False)
        self.unknown_if_empty = child.entity.empty_is_unknown

    def low(self) -> Low:
        return {
            "any": self._any,
            "all": self._all,
            "count": self._count,
            "sum": self._sum,
            "latest": self._latest,
        }[self.expr.kind]()

    def total(self, suffix: str, function: str, item: Core) -> Col:
        name = f"{self.name}{suffix}"
        self.child.plan.totals.append(Total(name, cast(Any, function), item))
        return Col(name)

    @property
    def counted(self) -> Core:
        """Condition that the row counts as true; null when unknown."""
        wanted = self.item.v if self.expr.kind != "all" else negated(self.item.v)
        return conj(self.inside, conj(negated(self.item.na), wanted))

    @property
    def nullable(self) -> bool:
        """Whether it can be unknown for a row if and how it counts."""
        return self.item.nullable or self.open_inside

    def unknown_row(self) -> Core:
        """Condition that this row leaves the aggregate unknown."""
        if self.expr.kind in ("any", "all", "count"):
            return is_null(self.counted) if self.nullable else FALSE
        relevant = negated(self.item.na)
        missing = conj(self.inside, relevant, is_null(self.item.v))
        return disj(missing, conj(is_null(self.inside), relevant)) if self.nullable else FALSE

    def _present(self) -> Col:
        """A column that is null exactly when there are no rows at all."""
        return self.total("@n", "max", Lit(1))

    def _empty(self, value: Core) -> Core:
        return NULL if self.unknown_if_empty else value

    def _any(self) -> Low:
        return self._flag(TRUE, FALSE)

    def _all(self) -> Low:
        return self._flag(FALSE, TRUE)

    def _flag(self, found: Lit, none: Lit) -> Low:
        """2 where a row is found, 1 where one is unknown: one maximum decides."""
        branches: list[tuple[Core, Core]] = [(self.counted, Lit(2))]
        if self.nullable:
            branches.append((is_null(self.counted), Lit(1)))
        most = self.total("", "max", case(branches, ZERO))
        if self.unknown_if_empty:
            self._present()
        value = case(
            [
                (Cmp("=", most, Lit(2)), found),
                (Cmp("=", most, Lit(1)), NULL),
                (is_null(most), self._empty(none)),
            ],
            none,
        )
        return Low(
            self.parent.plan.define(f"{self.name}@v", value), self.nullable or self.unknown_if_empty
        )

    def _count(self) -> Low:
        sure = self.total("", "sum", case([(self.counted, Lit(1))], ZERO))
        if self.unknown_if_empty:
            self._present()
        define = self.parent.plan.define
        if not self.nullable:
            value = define(f"{self.name}@v", case([(is_null(sure), self._empty(ZERO))], sure))
            return self._counted(value, case([(is_null(value), ZERO)], value))
        open_rows = self.total("@u", "sum", case([(is_null(self.counted), Lit(1))], ZERO))
        total = case([(Cmp(">", open_rows, ZERO), NULL), (is_null(sure), self._empty(ZERO))], sure)
        lo = case([(is_null(sure), ZERO)], sure)
        hi = case([(is_null(sure), self._empty(ZERO))], arith("+", sure, open_rows))
        return Low(
            define(f"{self.name}@v", total),
            True,
            lo=define(f"{self.name}@lo", lo),
            hi=define(f"{self.name}@hi", hi),
            lo_total=True,
            hi_total=not self.unknown_if_empty,
            most=CAP_ROWS,
        )

    def _counted(self, value: Core, lo: Core) -> Low:
        if not self.unknown_if_empty:
            return Low(value, False, most=CAP_ROWS)
        return Low(value, True, lo=lo, hi=value, lo_total=True, most=CAP_ROWS)

    def _sum(self) -> Low:
        item = self.item
        open_row = self.unknown_row()
        low = Low(
            NULL,
            open_row != FALSE or self.unknown_if_empty,
            least=min(0, item.least) * CAP_ROWS,
            most=max(0, item.most) * CAP_ROWS,
        )
        lo, hi = (self._end("lo"), self._end("hi")) if low.nullable else (None, None)
        branches: list[tuple[Core, Core]] = []
        if open_row != FALSE:
            gap = self.total("@u", "max", case([(open_row, Lit(1))], ZERO))
            branches.append((Cmp("=", gap, Lit(1)), NULL))
        if self.unknown_if_empty:
            branches.append((is_null(self._present()), NULL))
        if lo is not None and item.has_low:
            total: Core = lo  # while no row is open, the sum of the lower ends is the sum
        else:
            taken = conj(self.inside, negated(item.na))
            total = self.total("", "sum", case([(taken, item.v)], ZERO))
            branches.append((is_null(total), ZERO))
        value = self.parent.plan.define(f"{self.name}@v", case(branches, total))
        low = replace(low, v=value)
        if lo is None and hi is None:
            return low
        return replace(
            low,
            lo=lo if lo is not None else value,
            hi=hi if hi is not None else value,
            lo_total=lo is not None and item.has_low and self._empty_low() != NULL,
            hi_total=hi is not None and item.has_high and not self.unknown_if_empty,
        )

    def _empty_low(self) -> Core:
        """The lower end of a sum over no rows at all."""
        return ZERO if self.item.least >= 0 else self._empty(ZERO)

    def _end(self, side: str) -> Col | None:
        """The column of a lower or upper end of a sum; an unknown row may also not count at all.

        The end is there when every row that may count has one.
        """
        item, inside = self.item, self.inside
        low = side == "lo"
        end, always = (item.low, item.has_low) if low else (item.high, item.has_high)
        empty_counts = low and self.unknown_if_empty and item.least >= 0
        bare = (item.lo if low else item.hi) is None and not self.open_inside
        if not always and bare and not empty_counts:
            return None
        if low and item.least >= 0 and always:
            joined: Core = ZERO
        elif not low and item.least >= 0:
            joined = end
        else:
            joined = pick("<=" if low else ">=", ZERO, end)
        each = case([(item.na, ZERO), (inside, end), (negated(inside), ZERO)], joined)
        column = self.total(f"@{side}", "sum", each)
        empty = self._empty_low() if low else self._empty(ZERO)
        branches: list[tuple[Core, Core]] = []
        if not always:
            may = conj(negated(item.na), disj(inside, is_null(inside)))
            lacks = case([(conj(may, is_null(end)), Lit(1))], ZERO)
            branches.append((Cmp("=", self.total(f"@{side}0", "max", lacks), Lit(1)), NULL))
        branches.append((is_null(column), empty))
        return self.parent.plan.define(f"{self.name}@{side[0]}", case(branches, column))

    def _latest(self) -> Low:
        child, item, inside = self.child, self.item, self.inside
        entity = child.entity
        day = child.fact(FactRef(Type(Kind.DATE), entity.id, entity.date or "")).v
        relevant = conj(inside, negated(item.na))
        newest = Col(f"{self.name}@d")
        child.plan.newest.append(Newest(newest.name, case([(relevant, day)], NULL)))
        here = conj(relevant, Cmp("=", day, newest))
        top = self.total("", "max", case([(here, item.v)], NULL))
        low = self.total("@min", "min", case([(here, item.v)], NULL))
        missing = conj(here, is_null(item.v)) if item.nullable else FALSE
        later = disj(is_null(day), is_null(newest), Cmp(">=", day, newest))
        unsure = conj(is_null(inside), negated(item.na), later)
        gap = self.total("@u", "max", case([(disj(missing, unsure), Lit(1))], ZERO))
        self._present()
        value = case([(Cmp("=", gap, Lit(1)), NULL), (Cmp("=", low, top), top)], NULL)
        return Low(
            self.parent.plan.define(f"{self.name}@v", value),
            True,
            least=item.least,
            most=item.most,
        )
