"""Lowering (降级): typed expressions to core trees in which unknown, bounds and 不适用 are explicit.

Each expression becomes a ``Low``: its value (null when unknown or not applicable), whether it is not
applicable, and for numbers a lower and an upper bound. Which of these can occur is known statically,
so that facts without gaps cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
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
    InSet,
    Lit,
    Part,
    Prefix,
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
    static_range,
)
from mingbai.engine.compiling.packs import BoundPack, BoundRule
from mingbai.engine.compiling.plans import Lowered, Plan, RuleColumns
from mingbai.engine.compiling.rows import Rows
from mingbai.engine.dates import months_before
from mingbai.engine.errors import PackError, Place, fault
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
    Window,
)
from mingbai.engine.model.pack import Entity, ParameterValue
from mingbai.engine.model.values import Kind, Type


def lower_pack(
    bound: BoundPack, *, only: set[str] | None = None, reasons: bool = False, causes: bool = False
) -> Lowered:
    """Lower all rules (or ``only`` some and what they need) of a bound pack."""
    needed = set(bound.rules)
    if only is not None:
        needed = {name for rule in only for name in bound.needs(rule)}
    lowered = Lowered(bound, {}, {}, {})
    workers: dict[str, Lowerer] = {}
    for entity in bound.pack.entities.values():
        lowered.plans[entity.id] = Plan(entity)
        worker = Lowerer(lowered, entity, workers, causes=causes)
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
        self.sources: dict[Expr, str] = {}
        self.open_rows: dict[Expr, Core] = {}

    # -- rules

    def rule(self, rule: BoundRule, *, reasons: bool) -> RuleColumns:
        name = rule.rule.id
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
        if self.with_causes:
            for clause in rule.flat_clauses():
                self.low(clause.expr)
        return RuleColumns(low, column, tuple(words))

    def _named(self, name: str, low: Low) -> Low:
        """Give each part of a lowered rule its column."""
        define = self.plan.define
        return replace(
            low,
            v=define(name, low.v),
            na=low.na if isinstance(low.na, Lit) else define(f"{name}@na", low.na),
            lo=None if low.lo is None else define(f"{name}@lo", low.lo),
            hi=None if low.hi is None else define(f"{name}@hi", low.hi),
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
            found = _LOW[type(expr)](self, expr)
            self._check_range(found)
            if self.with_causes and found.nullable and not isinstance(found.v, (Col, Lit)):
                found = self._named(f"@e{len(self.memo)}", found)
            self.memo[expr] = found
        return found

    def _check_range(self, low: Low) -> None:
        if max(abs(low.least), abs(low.most)) > LARGEST:
            zh = "请给事实声明 min 和 max"
            en = "declare min and max of the facts"
            raise PackError([fault("PACK-026", self._place(), detail_zh=zh, detail_en=en)])

    def _place(self) -> Place:
        return self.entity.place

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
        value = raw
        if condition is not None:
            when = self.low(condition)
            na = case([(negated(when.v), TRUE)], when.na)
            na = self.plan.define(f"{expr.name}@na", na)
            value = self.plan.define(f"{expr.name}@v", case([(na, NULL)], raw))
        if fact.type.kind is not Kind.NUMBER:
            return Low(value, True, na)
        least, most = static_range(fact.type, fact.minimum, fact.maximum)
        lo = hi = None
        if fact.minimum is not None:
            lo = case([(na, NULL), (is_null(raw), Lit(fact.minimum))], raw)
        if fact.maximum is not None:
            hi = case([(na, NULL), (is_null(raw), Lit(fact.maximum))], raw)
        return Low(value, True, na, lo, hi, lo is not None, hi is not None, least, most)

    def _from_above(self, expr: FactRef, conditional: bool) -> Core:
        if conditional:
            zh = f"有 applies_when 的事实 {expr.name} 不能从下级读取"
            en = f"fact {expr.name} has applies_when and cannot be read from below"
            raise PackError([fault("PACK-047", self._place(), detail_zh=zh, detail_en=en)])
        self.plan.above[expr.entity, expr.name] = None
        return Col(f"{expr.entity}.{expr.name}")

    def parameter(self, expr: ParameterRef) -> Low:
        values = self.pack.parameters[expr.name].values_on(self.as_of)
        return self._by_region(expr.name, values, expr.type)

    def _by_region(self, name: str, values: tuple[ParameterValue, ...], kind: Type) -> Low:
        numbers = [v.value for v in values if kind.kind is Kind.NUMBER]
        least = min(cast("list[int]", numbers), default=0)
        most = max(cast("list[int]", numbers), default=0)
        national = [value for value in values if not value.region]
        default: Core = Lit(national[0].value) if national else NULL
        regional = [value for value in values if value.region]
        if not regional:
            return Low(default, not national, least=least, most=most)
        region = self._region()
        branches: list[tuple[Core, Core]] = [(is_null(region), NULL)]
        branches += [(Prefix(region, value.region), Lit(value.value)) for value in regional]
        column = self.plan.define(f"@p.{name}", case(branches, default))
        return Low(column, True, least=least, most=most)

    def _region(self) -> Core:
        top = self.pack.top
        if top.region is None:
            zh, en = f"{top.id} 没有 region", f"{top.id} has no region"
            raise PackError([fault("PACK-047", top.place, detail_zh=zh, detail_en=en)])
        return self.fact(FactRef(Type(Kind.TEXT), top.id, top.region)).v

    def reference(self, expr: RuleRef) -> Low:
        raise KeyError(
            expr.name
        )  # rules are lowered in order, so a reference is always in the memo

    def negation(self, expr: Not) -> Low:
        low = self.low(expr.item)
        return Low(negated(low.v), low.nullable, low.na)

    def conjunction(self, expr: AllOf) -> Low:
        return self._logic([self.low(item) for item in expr.items], conj, disj, TRUE)

    def disjunction(self, expr: AnyOf) -> Low:
        return self._logic([self.low(item) for item in expr.items], disj, conj, FALSE)

    def _logic(
        self,
        items: list[Low],
        join: Callable[..., Core],
        other: Callable[..., Core],
        neutral: Lit,
    ) -> Low:
        """Parts that are not applicable stand for the neutral value; if all are, so is the whole."""
        parts = [
            other(low.na if neutral == TRUE else negated(low.na), low.v)
            if low.na != FALSE
            else low.v
            for low in items
        ]
        na = conj(*(low.na for low in items))
        return Low(case([(na, NULL)], join(*parts)), any(low.nullable for low in items), na)

    def compare(self, expr: Compare) -> Low:
        left, right = self.low(expr.left), self.low(expr.right)
        na = disj(left.na, right.na)
        nullable = left.nullable or right.nullable
        if not (left.bounded or right.bounded):
            return Low(Cmp(expr.op, left.v, right.v), nullable, na)
        sure, never = decide(expr.op, left, right)
        return Low(case([(sure, TRUE), (never, FALSE)], NULL), nullable, na)

    def member(self, expr: OneOfValues) -> Low:
        low = self.low(expr.item)
        return Low(InSet(low.v, expr.values), low.nullable, low.na)

    def arithmetic(self, expr: Arithmetic) -> Low:
        left, right = self.low(expr.left), self.low(expr.right)
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
            return self._product(expr, left, right, low)
        if left.bounded or right.bounded:
            lo, hi = arith(expr.op, ends[0], ends[1]), arith(expr.op, ends[2], ends[3])
            low = replace(low, lo=lo, hi=hi, lo_total=has[0], hi_total=has[1])
        return replace(low, least=reach[0], most=reach[1])

    def _product(self, expr: Arithmetic, left: Low, right: Low, low: Low) -> Low:
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

    def quotient(self, expr: Quotient) -> Low:
        left, right = self.low(expr.left), self.low(expr.right)
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

    def choice(self, expr: Choose) -> Low:
        when, then, other = (self.low(x) for x in (expr.condition, expr.then, expr.otherwise))
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
        lo = either(when, then.low, other.low, pick("<=", then.low, other.low), when.na)
        hi = either(when, then.high, other.high, pick(">=", then.high, other.high), when.na)
        sure = when.na == FALSE
        return replace(
            low,
            lo=lo,
            hi=hi,
            lo_total=then.has_low and other.has_low and sure,
            hi_total=then.has_high and other.has_high and sure,
        )

    def extreme(self, expr: Extreme) -> Low:
        items = [self.low(item) for item in expr.items]
        op = "<=" if expr.kind == "least" else ">="
        pick = min if expr.kind == "least" else max
        low = Low(
            fold(op, [item.v for item in items]),
            any(item.nullable for item in items),
            disj(*(item.na for item in items)),
            least=pick(item.least for item in items),
            most=pick(item.most for item in items),
        )
        if not any(item.bounded for item in items):
            return low
        return replace(
            low,
            lo=fold(op, [item.low for item in items]),
            hi=fold(op, [item.high for item in items]),
            lo_total=all(item.has_low for item in items),
            hi_total=all(item.has_high for item in items),
        )

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

    def certainty(self, expr: Certainty) -> Low:
        low = self.low(expr.item)
        if expr.kind == "known":
            return Low(disj(low.na, negated(is_null(low.v))) if low.nullable else TRUE, False)
        if not low.nullable:
            return Low(low.v, False)
        if expr.kind == "surely":
            return Low(case([(low.v, TRUE)], FALSE), False)
        return Low(case([(low.na, FALSE), (negated(low.v), FALSE)], TRUE), False)

    def assume(self, expr: Assume) -> Low:
        low, value = self.low(expr.item), self.low(expr.value)
        v = case([(low.na, NULL), (is_null(low.v), value.v)], low.v)
        return Low(
            v,
            value.nullable or low.na != FALSE,
            low.na,
            least=min(low.least, value.least),
            most=max(low.most, value.most),
        )

    def if_na(self, expr: IfNa) -> Low:
        low, value = self.low(expr.item), self.low(expr.value)
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

    def points(self, expr: Points) -> Low:
        when, weight = self.low(expr.condition), self.low(expr.weight)
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
        down = ZERO if weight.least >= 0 else pick("<=", ZERO, weight.v)
        up = weight.v if weight.least >= 0 else pick(">=", ZERO, weight.v)
        sure = not weight.nullable
        return replace(low, lo=case(head, down), hi=case(head, up), lo_total=sure, hi_total=sure)

    def applies(self, expr: Applies) -> Low:
        when, low = self.low(expr.condition), self.low(expr.item)
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

    # -- rows below

    def aggregate(self, expr: Aggregate) -> Low:
        child = self.workers[expr.entity]
        self.plan.below[expr.entity] = None
        rows = Rows(self, child, expr)
        low = rows.low()
        self.sources[expr] = rows.name
        self.open_rows[expr] = rows.unknown_row()
        return low

    def included(self, where: Expr | None, window: Window | None) -> Core:
        """Condition that a row of this entity is counted; null when that is unknown."""
        condition: Core = TRUE
        if self.entity.date is not None:
            day = self.fact(FactRef(Type(Kind.DATE), self.entity.id, self.entity.date)).v
            condition = Cmp("<=", day, Lit(self.as_of))
            if window is not None:
                condition = conj(Cmp(">", day, self._window_start(window)), condition)
        if where is not None:
            low = self.low(where)
            condition = conj(condition, conj(negated(low.na), low.v))
        return condition

    def _window_start(self, window: Window) -> Core:
        if isinstance(window.amount, Constant):
            return Lit(start_of(self.as_of, window.unit, cast(int, window.amount.value)))
        parameter = self.pack.parameters[cast(ParameterRef, window.amount).name]
        values = tuple(
            replace(value, value=start_of(self.as_of, window.unit, cast(int, value.value)))
            for value in parameter.values_on(self.as_of)
        )
        name = f"{parameter.id}.{window.unit}"
        return self._by_region(name, values, Type(Kind.DATE)).v


def start_of(as_of: date, unit: str, amount: int) -> date:
    """The day a window begins after: a record on this very day is outside."""
    if unit == "days":
        return date.fromordinal(max(1, as_of.toordinal() - amount))
    return months_before(as_of, amount * (12 if unit == "years" else 1))


_LOW: dict[type, Callable[[Lowerer, Any], Low]] = {
    Constant: Lowerer.constant,
    AsOf: Lowerer.as_of_day,
    FactRef: Lowerer.fact,
    ParameterRef: Lowerer.parameter,
    RuleRef: Lowerer.reference,
    Not: Lowerer.negation,
    AllOf: Lowerer.conjunction,
    AnyOf: Lowerer.disjunction,
    Compare: Lowerer.compare,
    OneOfValues: Lowerer.member,
    Arithmetic: Lowerer.arithmetic,
    Quotient: Lowerer.quotient,
    Choose: Lowerer.choice,
    Extreme: Lowerer.extreme,
    Elapsed: Lowerer.elapsed,
    Certainty: Lowerer.certainty,
    Assume: Lowerer.assume,
    IfNa: Lowerer.if_na,
    Points: Lowerer.points,
    Applies: Lowerer.applies,
    Aggregate: Lowerer.aggregate,
}

__all__ = ["Lowerer", "lower_pack", "start_of"]
