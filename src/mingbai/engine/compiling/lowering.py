"""Lowering (降级): typed expressions to core trees in which unknown, bounds and 不适用 are explicit.

Each expression becomes a ``Low``: its value (null when unknown or not applicable), whether it is not
applicable, and for numbers a lower and an upper bound. Which of these can occur is known statically,
so that facts without gaps cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, cast

from mingbai.engine.compiling.causes import Causes
from mingbai.engine.compiling.core import (
    FALSE,
    NULL,
    TRUE,
    ZERO,
    Arith,
    Cmp,
    Col,
    Core,
    Lit,
    Part,
    Prefix,
    case,
    conj,
    is_null,
    nodes,
)
from mingbai.engine.compiling.lows import (
    LARGEST,
    Low,
    arith,
    negated,
    static_range,
)
from mingbai.engine.compiling.operators import OPERATORS
from mingbai.engine.compiling.packs import BoundPack, BoundRule
from mingbai.engine.compiling.plans import Lowered, Plan, RuleColumns
from mingbai.engine.compiling.rows import Rows
from mingbai.engine.dates import months_before
from mingbai.engine.errors import PackError, Place, fault
from mingbai.engine.model.expressions import (
    Aggregate,
    AsOf,
    Constant,
    Elapsed,
    Expr,
    FactRef,
    ParameterRef,
    RuleRef,
    Window,
)
from mingbai.engine.model.pack import Entity, ParameterValue
from mingbai.engine.model.values import Kind, Type


def lower_pack(
    bound: BoundPack,
    *,
    only: set[str] | None = None,
    reasons: bool = False,
    causes: bool = False,
    complete: Collection[tuple[str, str]] = (),
) -> Lowered:
    """Lower all rules (or ``only`` some and what they need) of a bound pack.

    ``complete`` are facts (entity, name) of which the data has no gap: they need no unknown.
    """
    needed = set(bound.rules)
    if only is not None:
        needed = {name for rule in only for name in bound.needs(rule)}
    lowered = Lowered(bound, {}, {}, {})
    workers: dict[str, Lowerer] = {}
    for entity in bound.pack.entities.values():
        lowered.plans[entity.id] = Plan(entity)
        worker = Lowerer(lowered, entity, workers, causes=causes)
        worker.complete = frozenset(name for owner, name in complete if owner == entity.id)
        workers[entity.id] = worker
        lowered.memos[entity.id] = worker.memo
        lowered.open_rows[entity.id] = worker.open_rows
    for name, rule in bound.rules.items():
        if name in needed:
            lowered.rules[name] = workers[rule.rule.entity].rule(rule, reasons=reasons)
    return lowered


class Lowerer:
    """Lowers the expressions of one entity; equal expressions are lowered once."""

    def __init__(
        self, program: Lowered, entity: Entity, workers: dict[str, Lowerer], *, causes: bool
    ) -> None:
        self.program, self.entity, self.workers = program, entity, workers
        self.pack, self.as_of = program.bound.pack, program.bound.as_of
        self.plan = program.plans[entity.id]
        self.with_causes, self.causes = causes, Causes(self)
        self.memo: dict[Expr, Low] = {}
        self.place: Place = entity.place
        self.shared: dict[Core, Col] = {}
        self.complete: frozenset[str] = frozenset()
        self.sources: dict[Expr, str] = {}
        self.open_rows: dict[Expr, Core] = {}

    # -- rules

    def rule(self, rule: BoundRule, *, reasons: bool) -> RuleColumns:
        name, self.place = rule.rule.id, rule.rule.place
        low = self._named(name, self.low(rule.expr))
        self.memo[RuleRef(rule.rule.type, name)] = low
        column = None
        if reasons and rule.clauses:
            column = f"{name}@reasons"
            self.plan.define(column, self._reasons(rule))
        words: list[tuple[int, str]] = []
        if self.with_causes and low.nullable:
            for word, mask in sorted(self.causes.of(rule.expr).items()):
                self.plan.define(f"{name}@why{word}", mask)
                words.append((word, f"{name}@why{word}"))
        self.causes.memo[RuleRef(rule.rule.type, name)] = {word: Col(col) for word, col in words}
        for clause in rule.flat_clauses():
            self.low(clause.expr)  # so that a trace can read every clause, groups too
        return RuleColumns(low, column, tuple(words))

    def column(self, item: Core) -> Core:
        """A column of its own for what is used more than once: DuckDB would compute it each time."""
        if isinstance(item, (Col, Lit)):
            return item
        if item not in self.shared:
            self.shared[item] = self.plan.define(f"@s{len(self.shared)}", item)
        return self.shared[item]

    def _named(self, name: str, low: Low) -> Low:
        """Give each part of a lowered rule its column."""
        define = self.plan.define
        return replace(
            low,
            v=define(name, low.v),
            na=FALSE if low.na == FALSE else define(f"{name}@na", low.na),
            lo=None if low.lo is None else define(f"{name}@lo", low.lo),
            hi=None if low.hi is None else define(f"{name}@hi", low.hi),
            bare=False,
        )

    def _reasons(self, rule: BoundRule) -> Core:
        """One number: bit i says clause i is true, bit i+24 unknown, both not applicable."""
        register = self.pack.register[rule.rule.id]
        total: Core = ZERO
        for clause in rule.flat_clauses():
            bit = register.index(clause.id)
            low = self.low(clause.expr)
            true, unknown = 1 << bit, 1 << (bit + 24)
            branches: list[tuple[Core, Core]] = [(low.na, Lit(true | unknown))]
            branches += [(low.v, Lit(true)), (low.unknown, Lit(unknown))]
            item = case(branches, ZERO)
            total = item if total == ZERO else Arith("+", total, item)
        return total

    # -- expressions

    def low(self, expr: Expr) -> Low:
        """The lowered form of an expression."""
        found = self.memo.get(expr)
        if found is None:
            handler = _LOW.get(type(expr))
            found = handler(self, expr) if handler else OPERATORS[type(expr)](self, expr)
            self._check_range(found)
            plain = isinstance(found.v, (Col, Lit))
            if not plain and ((self.with_causes and found.nullable) or _is_large(found)):
                found = self._named(f"@e{len(self.memo)}", found)
            self.memo[expr] = found
        return found

    def _check_range(self, low: Low) -> None:
        if max(abs(low.least), abs(low.most)) > LARGEST:
            zh = "请给事实声明 min 和 max"
            en = "declare min and max of the facts"
            raise PackError([fault("PACK-026", self.place, detail_zh=zh, detail_en=en)])

    def constant(self, expr: Constant) -> Low:
        value = expr.value
        if isinstance(value, int) and not isinstance(value, bool):
            return Low(Lit(value), False, least=value, most=value)
        return Low(Lit(value), False)

    def as_of_day(self, expr: AsOf) -> Low:
        return Low(Lit(self.as_of), False)

    def fact(self, expr: FactRef) -> Low:
        fact = self.pack.facts[expr.entity][expr.name]
        condition = self.program.bound.conditions.get((expr.entity, expr.name))
        if expr.entity == self.entity.id:
            self.plan.facts[expr.name] = None
            raw: Core = Col(expr.name)
        else:
            raw = self._from_above(expr, condition is not None)
            condition = None
        na: Core = FALSE
        value: Core = raw
        applies: Core = TRUE
        if condition is not None:
            when = self.low(condition)
            na = case([(negated(when.v), TRUE)], when.na)
            na = self.plan.define(f"{expr.name}@na", na)
            value = self.plan.define(f"{expr.name}@v", case([(na, NULL)], raw))
            applies = when.v
        whole = expr.entity == self.entity.id and expr.name in self.complete
        nullable = not whole or condition is not None
        number = fact.type.kind is Kind.NUMBER
        least, most = static_range(fact.type, fact.minimum, fact.maximum) if number else (0, 0)
        if not number or whole:
            return Low(value, nullable, na, least=least, most=most)

        def end(declared: int | None) -> Core | None:
            """The declared end while nothing is recorded; none while it is open whether it applies."""
            if declared is None:
                return None
            return case([(na, NULL), (conj(is_null(raw), applies), Lit(declared))], raw)

        lo, hi, plain = end(fact.minimum), end(fact.maximum), condition is None
        has_lo, has_hi = lo is not None and plain, hi is not None and plain
        return Low(value, True, na, lo, hi, has_lo, has_hi, least, most, bare=plain)

    def _from_above(self, expr: FactRef, conditional: bool) -> Core:
        if conditional:
            zh = f"有 applies_when 的事实 {expr.name} 不能从下级读取"
            en = f"fact {expr.name} has applies_when and cannot be read from below"
            raise PackError([fault("PACK-047", self.place, detail_zh=zh, detail_en=en)])
        self.plan.above[expr.entity, expr.name] = None
        return Col(f"{expr.entity}.{expr.name}")

    def parameter(self, expr: ParameterRef) -> Low:
        values = self.pack.parameters[expr.name].values_on(self.as_of)
        return self._by_region(expr.name, values, expr.type)

    def _by_region(self, name: str, values: tuple[ParameterValue, ...], kind: Type) -> Low:
        # The range of all days, so that a pack that is checked today holds tomorrow.
        always = self.pack.parameters[name].values if name in self.pack.parameters else values
        numbers = [v.value for v in always if kind.kind is Kind.NUMBER]
        least = min(cast("list[int]", numbers), default=0)
        most = max(cast("list[int]", numbers), default=0)
        national = [value for value in values if not value.region]
        default: Core = Lit(national[0].value) if national else NULL
        regional = [value for value in values if value.region]
        if not regional:
            return Low(default, not national, least=least, most=most)
        region = self.region()
        branches: list[tuple[Core, Core]] = [(is_null(region), NULL)]
        branches += [(Prefix(region, value.region), Lit(value.value)) for value in regional]
        column = self.plan.define(f"@p.{name}", case(branches, default))
        return Low(column, True, least=least, most=most)

    def region(self) -> Core:
        """The division code of the household, for rows of whatever entity."""
        top = self.pack.top
        if top.region is None:
            zh, en = f"{top.id} 没有 region", f"{top.id} has no region"
            raise PackError([fault("PACK-047", top.place, detail_zh=zh, detail_en=en)])
        return self.fact(FactRef(Type(Kind.TEXT), top.id, top.region)).v

    def reference(self, expr: RuleRef) -> Low:
        raise KeyError(
            expr.name
        )  # rules are lowered in order, so a reference is always in the memo

    def elapsed(self, expr: Elapsed) -> Low:
        low = self.low(expr.item)
        now, then = self.as_of, low.v
        year, month, day = Part("year", then), Part("month", then), Part("day", then)
        if expr.unit == "years":
            key = arith("+", arith("*", year, Lit(10000)), arith("*", month, Lit(100)))
            key = arith("+", key, day)
            today = Lit(now.year * 10000 + now.month * 100 + now.day)
            full: Core = Arith("//", arith("-", today, key), Lit(10000))
        else:
            months = arith("+", arith("*", year, Lit(12)), month)
            full = arith("-", Lit(now.year * 12 + now.month), months)
            full = arith("-", full, case([(Cmp(">", day, Lit(now.day)), Lit(1))], ZERO))
        value = case([(Cmp(">", then, Lit(now)), ZERO)], full)
        return Low(value, low.nullable, low.na, least=0, most=100_000)

    # -- rows below

    def aggregate(self, expr: Aggregate) -> Low:
        child = self.workers[expr.entity]
        self.plan.below[expr.entity] = None
        rows = Rows(self, child, expr)
        low = rows.low()
        self.sources[expr] = rows.name
        self.open_rows[expr] = rows.unknown_row()
        return low

    def included(self, where: Expr | None, window: Window | None) -> tuple[Core, bool]:
        """Condition that a row of this entity is counted, and whether it can be unknown (null)."""
        condition: Core = TRUE
        nullable = False
        if self.entity.date is not None:
            day = self.fact(FactRef(Type(Kind.DATE), self.entity.id, self.entity.date))
            condition, nullable = Cmp("<=", day.v, Lit(self.as_of)), day.nullable
            if window is not None:
                start = self._window_start(window)
                nullable = nullable or start.nullable
                condition = conj(Cmp(">", day.v, start.v), condition)
        if where is not None:
            low = self.low(where)
            nullable = nullable or low.nullable
            condition = conj(condition, conj(negated(low.na), low.v))
        return condition, nullable

    def _window_start(self, window: Window) -> Low:
        if isinstance(window.amount, Constant):
            amount = cast(int, window.amount.value)
            return Low(Lit(start_of(self.as_of, window.unit, amount)), False)
        self.low(window.amount)  # so that a trace can read the number of days itself
        parameter = self.pack.parameters[cast(ParameterRef, window.amount).name]
        values = tuple(
            replace(value, value=start_of(self.as_of, window.unit, cast(int, value.value)))
            for value in parameter.values_on(self.as_of)
        )
        name = f"{parameter.id}.{window.unit}"
        return self._by_region(name, values, Type(Kind.DATE))


def _is_large(low: Low) -> bool:
    """Whether a part should be a column: what stands above repeats it, so nesting would multiply it."""
    parts = [item for item in (low.v, low.lo, low.hi) if item is not None]
    return sum(1 for item in parts for _ in islice(nodes(item), _LARGE)) >= _LARGE


#: Operations in value and bounds from which on a part becomes a column.
_LARGE = 40


def start_of(as_of: date, unit: str, amount: int) -> date:
    """The day a window begins after: a record on this very day is outside."""
    if unit == "days":
        return date.fromordinal(max(1, as_of.toordinal() - amount))
    return months_before(as_of, amount * (12 if unit == "years" else 1))


_LOW: dict[type[Expr], Callable[[Lowerer, Any], Low]] = {
    Constant: Lowerer.constant,
    AsOf: Lowerer.as_of_day,
    FactRef: Lowerer.fact,
    ParameterRef: Lowerer.parameter,
    RuleRef: Lowerer.reference,
    Elapsed: Lowerer.elapsed,
    Aggregate: Lowerer.aggregate,
}

__all__ = ["Lowerer", "lower_pack", "start_of"]
