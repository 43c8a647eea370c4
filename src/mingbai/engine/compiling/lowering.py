"""Lowering (降级): typed expressions to core trees in which unknown, bounds and 不适用 are explicit.

Each expression becomes a ``Low``: its value (null when unknown or not applicable), whether it is not
applicable, and for numbers a lower and an upper bound. Which of these can occur is known statically,
so that facts without gaps cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from mingbai.engine.compiling.core import (
    FALSE,
    NULL,
    TRUE,
    ZERO,
    And,
    Arith,
    BitOr,
    Case,
    Cmp,
    Col,
    Core,
    InSet,
    Lit,
    Neg,
    Newest,
    Part,
    Prefix,
    Total,
    case,
    columns,
    conj,
    disj,
    is_null,
)
from mingbai.engine.compiling.packs import BoundPack, BoundRule
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

LARGEST = 9_200_000_000_000_000_000
#: What a number may be where no range is declared, and how many rows a sum may have.
CAP_MONEY, CAP_NUMBER, CAP_ROWS = 10**11, 10**9, 1000
BITS_A_WORD = 60


@dataclass(frozen=True, slots=True)
class Low:
    """A lowered expression (降级表达式).

    ``lo``/``hi`` are ``None`` when the value itself is all that is known; ``lo_total`` says that the
    lower bound is never null (unless not applicable). ``least``/``most`` are the static range.
    """

    v: Core
    nullable: bool
    na: Core = FALSE
    lo: Core | None = None
    hi: Core | None = None
    lo_total: bool = False
    hi_total: bool = False
    least: int = 0
    most: int = 0

    @property
    def low(self) -> Core:
        """The lower bound, or the value."""
        return self.v if self.lo is None else self.lo

    @property
    def high(self) -> Core:
        """The upper bound, or the value."""
        return self.v if self.hi is None else self.hi

    @property
    def has_low(self) -> bool:
        """Whether a lower bound is always there."""
        return self.lo_total if self.lo is not None else not self.nullable

    @property
    def has_high(self) -> bool:
        """Whether an upper bound is always there."""
        return self.hi_total if self.hi is not None else not self.nullable

    @property
    def bounded(self) -> bool:
        """Whether bounds say more than the value."""
        return self.lo is not None or self.hi is not None

    @property
    def unknown(self) -> Core:
        """Condition: the value is unknown (and not merely not applicable)."""
        if not self.nullable:
            return FALSE
        return conj(is_null(self.v), _not(self.na))


def _not(item: Core) -> Core:
    if isinstance(item, Lit):
        return Lit(None if item.value is None else not item.value)
    return Neg(item)


@dataclass(frozen=True, slots=True)
class Cause:
    """What an unknown can come from (待核实的来由): a fact, a parameter, or a relation without rows."""

    kind: str
    entity: str
    name: str


@dataclass
class Plan:
    """How the rows of one entity are computed (实体的计算方案)."""

    entity: Entity
    facts: dict[str, None] = field(default_factory=dict)
    above: dict[tuple[str, str], None] = field(default_factory=dict)
    below: dict[str, None] = field(default_factory=dict)
    newest: list[Newest] = field(default_factory=list)
    levels: list[list[tuple[str, Core]]] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    level_of: dict[str, int] = field(default_factory=dict)

    def define(self, name: str, item: Core) -> Col:
        """A column computed from earlier ones; defined once."""
        if name not in self.level_of:
            level = 1 + max((self.level_of.get(used, 0) for used in columns(item)), default=0)
            while len(self.levels) < level:
                self.levels.append([])
            self.levels[level - 1].append((name, item))
            self.level_of[name] = level
        return Col(name)


@dataclass(frozen=True)
class RuleColumns:
    """The columns a rule has in its entity's rows (规则的列)."""

    low: Low
    reasons: str | None
    why: tuple[tuple[int, str], ...]


@dataclass
class Lowered:
    """A whole pack lowered (整包降级结果): plans per entity, and where each rule's columns are."""

    bound: BoundPack
    plans: dict[str, Plan]
    rules: dict[str, RuleColumns]
    causes: dict[Cause, int]
    memos: dict[str, dict[Expr, Low]] = field(default_factory=dict)
    open_rows: dict[str, dict[Expr, Core]] = field(default_factory=dict)

    def cause(self, item: Cause) -> tuple[int, int]:
        """Word and bit of a cause; registered at first use."""
        index = self.causes.setdefault(item, len(self.causes))
        return divmod(index, BITS_A_WORD)


def lower_pack(
    bound: BoundPack, *, only: set[str] | None = None, reasons: bool = False, causes: bool = False
) -> Lowered:
    """Lower all rules (or ``only`` some and what they need) of a bound pack."""
    needed = set(bound.rules)
    if only is not None:
        needed = {name for rule in only for name in bound.needs(rule)}
    lowered = Lowered(bound, {}, {}, {})
    workers: dict[str, _Lowerer] = {}
    for entity in bound.pack.entities.values():
        lowered.plans[entity.id] = Plan(entity)
        worker = _Lowerer(lowered, entity, workers, causes=causes)
        workers[entity.id] = worker
        lowered.memos[entity.id] = worker.memo
        lowered.open_rows[entity.id] = worker.open_rows
    for name, rule in bound.rules.items():
        if name in needed:
            lowered.rules[name] = workers[rule.rule.entity].rule(rule, reasons=reasons)
    return lowered


class _Lowerer:
    """Lowers the expressions of one entity; equal expressions are lowered once."""

    def __init__(
        self, program: Lowered, entity: Entity, workers: dict[str, _Lowerer], *, causes: bool
    ) -> None:
        self.program, self.entity, self.workers = program, entity, workers
        self.pack, self.as_of = program.bound.pack, program.bound.as_of
        self.plan = program.plans[entity.id]
        self.causes = causes
        self.memo: dict[Expr, Low] = {}
        self.why_memo: dict[Expr, dict[int, Core]] = {}
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
        if self.causes and low.nullable:
            for word, mask in sorted(self.why(rule.expr).items()):
                self.plan.define(f"{name}@why{word}", mask)
                words.append((word, f"{name}@why{word}"))
        self.why_memo[RuleRef(rule.rule.type, name)] = {word: Col(col) for word, col in words}
        if self.causes:
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
            if self.causes and found.nullable and not isinstance(found.v, (Col, Lit)):
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
            na = case([(_not(when.v), TRUE)], when.na)
            na = self.plan.define(f"{expr.name}@na", na)
            value = self.plan.define(f"{expr.name}@v", case([(na, NULL)], raw))
        if fact.type.kind is not Kind.NUMBER:
            return Low(value, True, na)
        least, most = _range(fact.type, fact.minimum, fact.maximum)
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
        return Low(_not(low.v), low.nullable, low.na)

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
            other(low.na if neutral == TRUE else _not(low.na), low.v) if low.na != FALSE else low.v
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
        sure, never = _decide(expr.op, left, right)
        return Low(case([(sure, TRUE), (never, FALSE)], NULL), nullable, na)

    def member(self, expr: OneOfValues) -> Low:
        low = self.low(expr.item)
        return Low(InSet(low.v, expr.values), low.nullable, low.na)

    def arithmetic(self, expr: Arithmetic) -> Low:
        left, right = self.low(expr.left), self.low(expr.right)
        v = _arith(expr.op, left.v, right.v)
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
            lo, hi = _arith(expr.op, ends[0], ends[1]), _arith(expr.op, ends[2], ends[3])
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
                lo=_arith("*", left.low, right.low),
                hi=_arith("*", left.high, right.high),
                lo_total=left.has_low and right.has_low,
                hi_total=left.has_high and right.has_high,
            )
        if isinstance(left.v, Lit) and left.v.value is not None:
            left, right = right, left
        if isinstance(right.v, Lit) and right.v.value is not None:
            ends = (left.low, left.high) if right.least >= 0 else (left.high, left.low)
            has = (left.has_low, left.has_high)
            has = has if right.least >= 0 else (has[1], has[0])
            lo, hi = (_arith("*", end, right.v) for end in ends)
            return replace(low, lo=lo, hi=hi, lo_total=has[0], hi_total=has[1])
        return low

    def quotient(self, expr: Quotient) -> Low:
        left, right = self.low(expr.left), self.low(expr.right)
        power = expr.type.scale + expr.right.type.scale - expr.left.type.scale
        up, down = 10 ** max(power, 0), 10 ** max(-power, 0)
        scale = _Ratio(up, down, left, right)
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
            _either(when, then.v, other.v, NULL),
            when.nullable or then.nullable or other.nullable,
            _either(when, then.na, other.na, when.na),
            least=min(then.least, other.least),
            most=max(then.most, other.most),
        )
        if expr.type.kind is not Kind.NUMBER:
            return low
        if not (then.bounded or other.bounded or when.nullable):
            return low
        lo = _either(when, then.low, other.low, _pick("<=", then.low, other.low), when.na)
        hi = _either(when, then.high, other.high, _pick(">=", then.high, other.high), when.na)
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
            _fold(op, [item.v for item in items]),
            any(item.nullable for item in items),
            disj(*(item.na for item in items)),
            least=pick(item.least for item in items),
            most=pick(item.most for item in items),
        )
        if not any(item.bounded for item in items):
            return low
        return replace(
            low,
            lo=_fold(op, [item.low for item in items]),
            hi=_fold(op, [item.high for item in items]),
            lo_total=all(item.has_low for item in items),
            hi_total=all(item.has_high for item in items),
        )

    def elapsed(self, expr: Elapsed) -> Low:
        low = self.low(expr.item)
        now, then = self.as_of, low.v
        year, month, day = Part("year", then), Part("month", then), Part("day", then)
        if expr.unit == "years":
            key = _arith("+", _arith("*", year, Lit(10000)), _arith("*", month, Lit(100)))
            key = _arith("+", key, day)
            today = Lit(now.year * 10000 + now.month * 100 + now.day)
            full: Core = Arith("//", _arith("-", today, key), Lit(10000))
        else:
            months = _arith("+", _arith("*", year, Lit(12)), month)
            full = _arith("-", Lit(now.year * 12 + now.month), months)
            full = _arith("-", full, case([(Cmp(">", day, Lit(now.day)), Lit(1))], ZERO))
        value = case([(Cmp(">", then, Lit(now)), ZERO)], full)
        return Low(value, low.nullable, low.na, least=0, most=100_000)

    def certainty(self, expr: Certainty) -> Low:
        low = self.low(expr.item)
        if expr.kind == "known":
            return Low(disj(low.na, _not(is_null(low.v))) if low.nullable else TRUE, False)
        if not low.nullable:
            return Low(low.v, False)
        if expr.kind == "surely":
            return Low(case([(low.v, TRUE)], FALSE), False)
        return Low(case([(low.na, FALSE), (_not(low.v), FALSE)], TRUE), False)

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
            (_not(when.v), ZERO),
        ]
        low = Low(
            case(head, NULL),
            when.nullable or weight.nullable,
            least=min(0, weight.least),
            most=max(0, weight.most),
        )
        if not when.nullable:
            return low
        down = ZERO if weight.least >= 0 else _pick("<=", ZERO, weight.v)
        up = weight.v if weight.least >= 0 else _pick(">=", ZERO, weight.v)
        sure = not weight.nullable
        return replace(low, lo=case(head, down), hi=case(head, up), lo_total=sure, hi_total=sure)

    def applies(self, expr: Applies) -> Low:
        when, low = self.low(expr.condition), self.low(expr.item)
        na = case([(_not(when.v), TRUE), (when.v, low.na)], when.na)

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
        rows = _Rows(self, child, expr)
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
            condition = conj(condition, conj(_not(low.na), low.v))
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

    # -- causes

    def why(self, expr: Expr) -> dict[int, Core]:
        """Masks of what an unknown comes from, by word; zero where the expression is known."""
        found = self.why_memo.get(expr)
        if found is None:
            low = self.low(expr)
            found = self._why(expr, low) if low.nullable else {}
            self.why_memo[expr] = found
        return found

    def _why(self, expr: Expr, low: Low) -> dict[int, Core]:
        if isinstance(expr, FactRef):
            own = self._bit(Cause("fact", expr.entity, expr.name))
            condition = self.program.bound.conditions.get((expr.entity, expr.name))
            extra = self.why(condition) if condition is not None else {}
            return self._guarded(low, _union(own, extra))
        if isinstance(expr, ParameterRef):
            return self._guarded(low, self._bit(Cause("parameter", "", expr.name)))
        if isinstance(expr, Aggregate):
            return self._guarded(low, self._why_rows(expr))
        if isinstance(expr, Choose):
            return self._why_choice(expr)
        parts: dict[int, Core] = {}
        for child in expr.children():
            parts = _union(parts, self.why(child))
        return self._guarded(low, parts)

    def _why_choice(self, expr: Choose) -> dict[int, Core]:
        when = self.low(expr.condition)
        asked = self.why(expr.condition)
        then, other = self.why(expr.then), self.why(expr.otherwise)
        return {
            word: case(
                [(when.v, then.get(word, ZERO)), (_not(when.v), other.get(word, ZERO))],
                asked.get(word, ZERO),
            )
            for word in {*asked, *then, *other}
        }

    def _guarded(self, low: Low, masks: dict[int, Core]) -> dict[int, Core]:
        return {word: case([(low.unknown, mask)], ZERO) for word, mask in masks.items()}

    def _bit(self, cause: Cause) -> dict[int, Core]:
        word, bit = self.program.cause(cause)
        return {word: Lit(1 << bit)}

    def _why_rows(self, expr: Aggregate) -> dict[int, Core]:
        child, name = self.workers[expr.entity], self.sources[expr]
        open_row = self.open_rows[expr]
        inner: dict[int, Core] = {}
        for part in (expr.where, expr.item):
            if part is not None:
                inner = _union(inner, child.why(part))
        if child.entity.date is not None:
            day = FactRef(Type(Kind.DATE), child.entity.id, child.entity.date)
            inner = _union(inner, child.why(day))
        if expr.window is not None and isinstance(expr.window.amount, ParameterRef):
            inner = _union(inner, child.why(expr.window.amount))
        masks: dict[int, Core] = {}
        for word, mask in inner.items():
            column = f"{name}@w{word}"
            child.plan.totals.append(Total(column, "bits", case([(open_row, mask)], ZERO)))
            masks[word] = case([(is_null(Col(column)), ZERO)], Col(column))
        if child.entity.empty_is_unknown or expr.kind == "latest":
            missing = self._bit(Cause("relation", child.entity.id, child.entity.relation or ""))
            gone = is_null(Col(f"{name}@n"))
            masks = _union(
                masks, {word: case([(gone, bit)], ZERO) for word, bit in missing.items()}
            )
        return masks


class _Rows:
    """An aggregate over the rows of an entity below: what is totalled, and what it means above."""

    def __init__(self, parent: _Lowerer, child: _Lowerer, expr: Aggregate) -> None:
        self.parent, self.child, self.expr = parent, child, expr
        self.name = f"@a{len(parent.sources)}.{expr.entity}"
        self.inside = child.included(expr.where, expr.window)
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
        wanted = self.item.v if self.expr.kind != "all" else _not(self.item.v)
        return conj(self.inside, conj(_not(self.item.na), wanted))

    @property
    def nullable(self) -> bool:
        """Whether it can be unknown for a row if and how it counts."""
        return self.item.nullable or self.inside != TRUE

    def unknown_row(self) -> Core:
        """Condition that this row leaves the aggregate unknown."""
        if self.expr.kind in ("any", "all", "count"):
            return is_null(self.counted) if self.nullable else FALSE
        relevant = _not(self.item.na)
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
        value = self.parent.plan.define(f"{self.name}@v", value)
        return Low(value, self.nullable or self.unknown_if_empty)

    def _count(self) -> Low:
        sure = self.total("", "sum", case([(self.counted, Lit(1))], ZERO))
        if self.unknown_if_empty:
            self._present()
        define = self.parent.plan.define
        if not self.nullable:
            value = define(f"{self.name}@v", case([(is_null(sure), self._empty(ZERO))], sure))
            return self._counted(value, case([(is_null(value), ZERO)], value))
        open_rows = self.total("@u", "sum", case([(is_null(self.counted), Lit(1))], ZERO))
        value = case([(Cmp(">", open_rows, ZERO), NULL), (is_null(sure), self._empty(ZERO))], sure)
        lo = case([(is_null(sure), ZERO)], sure)
        hi = case([(is_null(sure), self._empty(ZERO))], _arith("+", sure, open_rows))
        return Low(
            define(f"{self.name}@v", value),
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
        item, inside = self.item, self.inside
        taken = conj(inside, _not(item.na))
        total = self.total("", "sum", case([(taken, item.v)], ZERO))
        open_row = self.unknown_row()
        define = self.parent.plan.define
        branches: list[tuple[Core, Core]] = []
        if open_row != FALSE:
            gap = self.total("@u", "max", case([(open_row, Lit(1))], ZERO))
            branches.append((Cmp("=", gap, Lit(1)), NULL))
        if self.unknown_if_empty:
            branches.append((is_null(self._present()), NULL))
        value = case([*branches, (is_null(total), ZERO)], total)
        low = Low(
            define(f"{self.name}@v", value),
            open_row != FALSE or self.unknown_if_empty,
            least=min(0, item.least) * CAP_ROWS,
            most=max(0, item.most) * CAP_ROWS,
        )
        return self._sum_bounds(low, open_row) if low.nullable else low

    def _sum_bounds(self, low: Low, open_row: Core) -> Low:
        """Bounds of a sum; an unknown row may also not count at all."""
        item, inside, define = self.item, self.inside, self.parent.plan.define
        lo = hi = None
        if item.has_low and (item.least >= 0 or not self.unknown_if_empty):
            least = ZERO if item.least >= 0 else _pick("<=", ZERO, item.low)
            each = case([(item.na, ZERO), (inside, item.low), (_not(inside), ZERO)], least)
            column = self.total("@lo", "sum", each)
            lo = define(f"{self.name}@l", case([(is_null(column), ZERO)], column))
        if item.has_high:
            most = item.high if item.least >= 0 else _pick(">=", ZERO, item.high)
            each = case([(item.na, ZERO), (inside, item.high), (_not(inside), ZERO)], most)
            column = self.total("@hi", "sum", each)
            hi = define(f"{self.name}@h", case([(is_null(column), self._empty(ZERO))], column))
        if lo is None and hi is None:
            return low
        return replace(
            low,
            lo=lo if lo is not None else low.v,
            hi=hi if hi is not None else low.v,
            lo_total=lo is not None,
            hi_total=hi is not None and not self.unknown_if_empty,
        )

    def _latest(self) -> Low:
        child, item, inside = self.child, self.item, self.inside
        entity = child.entity
        day = child.fact(FactRef(Type(Kind.DATE), entity.id, entity.date or "")).v
        relevant = conj(inside, _not(item.na))
        newest = Col(f"{self.name}@d")
        child.plan.newest.append(Newest(newest.name, case([(relevant, day)], NULL)))
        here = conj(relevant, Cmp("=", day, newest))
        top = self.total("", "max", case([(here, item.v)], NULL))
        low = self.total("@min", "min", case([(here, item.v)], NULL))
        missing = conj(here, is_null(item.v)) if item.nullable else FALSE
        later = disj(is_null(day), is_null(newest), Cmp(">=", day, newest))
        unsure = conj(is_null(inside), _not(item.na), later)
        gap = self.total("@u", "max", case([(disj(missing, unsure), Lit(1))], ZERO))
        self._present()
        value = case([(Cmp("=", gap, Lit(1)), NULL), (Cmp("=", low, top), top)], NULL)
        return Low(
            self.parent.plan.define(f"{self.name}@v", value),
            True,
            least=item.least,
            most=item.most,
        )


@dataclass(frozen=True)
class _Ratio:
    """Exact quotient: half away from zero, in integers that are never negative under ``//``."""

    up: int
    down: int
    left: Low
    right: Low

    def of(self, numerator: Core) -> Core:
        top = _arith("*", numerator, Lit(self.up))
        bottom = _arith("*", self.right.v, Lit(self.down))
        if self.left.least >= 0 and self.right.least >= 0:
            whole = self._half_up(top, bottom)
            return case([(Cmp(">", bottom, ZERO), whole)], NULL) if self.right.least == 0 else whole
        high, low = _absolute(top), _absolute(bottom)
        positive, negative = Cmp(">", bottom, ZERO), Cmp("<", bottom, ZERO)
        minus = disj(conj(Cmp("<", top, ZERO), positive), conj(Cmp(">", top, ZERO), negative))
        whole = self._half_up(high, low)
        return case([(Cmp("=", bottom, ZERO), NULL), (minus, _arith("-", ZERO, whole))], whole)

    def _half_up(self, top: Core, bottom: Core) -> Core:
        double = _arith("*", bottom, Lit(2))
        return Arith("//", _arith("+", _arith("*", top, Lit(2)), bottom), double)


def _absolute(item: Core) -> Core:
    return case([(Cmp("<", item, ZERO), _arith("-", ZERO, item))], item)


def _arith(op: Any, left: Core, right: Core) -> Core:
    """Arithmetic, with plain factors folded."""
    if isinstance(left, Lit) and isinstance(right, Lit):
        a, b = left.value, right.value
        if isinstance(a, int) and isinstance(b, int):
            return Lit(a + b if op == "+" else a - b if op == "-" else a * b)
    if op == "*" and right == Lit(1):
        return left
    if op == "*" and left == Lit(1):
        return right
    if op == "+" and left == ZERO:
        return right
    return left if op in "+-" and right == ZERO else Arith(op, left, right)


def _pick(op: str, left: Core, right: Core) -> Core:
    """The smaller (``<=``) or larger (``>=``); null when one is null."""
    if left == right:
        return left
    other = "<" if op == "<=" else ">"
    return case([(Cmp(op, left, right), left), (Cmp(other, right, left), right)], NULL)


def _fold(op: str, items: list[Core]) -> Core:
    result = items[0]
    for item in items[1:]:
        result = _pick(op, result, item)
    return result


def _either(when: Low, then: Core, other: Core, unknown: Core, na: Core = FALSE) -> Core:
    """``then`` or ``other`` by a condition that may be unknown or not applicable."""
    if then == other == unknown and na == FALSE:
        return then
    if not when.nullable:
        return case([(when.v, then)], other)
    return case([(when.v, then), (_not(when.v), other), (na, NULL)], unknown)


def _decide(op: str, left: Low, right: Low) -> tuple[Core, Core]:
    """When a comparison of intervals is surely true, and when surely false."""
    below, not_above = Cmp("<", left.high, right.low), Cmp("<=", left.high, right.low)
    above, not_below = Cmp(">", left.low, right.high), Cmp(">=", left.low, right.high)
    apart, equal = disj(below, above), conj(not_above, not_below)
    return {
        "<": (below, not_below),
        "<=": (not_above, above),
        ">": (above, not_above),
        ">=": (not_below, below),
        "=": (equal, apart),
        "<>": (apart, equal),
    }[op]


def _range(kind: Type, minimum: int | None, maximum: int | None) -> tuple[int, int]:
    cap = CAP_MONEY if kind.money else CAP_NUMBER * 10**kind.scale
    return (-cap if minimum is None else minimum), (cap if maximum is None else maximum)


def start_of(as_of: date, unit: str, amount: int) -> date:
    """The day a window begins after: a record on this very day is outside."""
    if unit == "days":
        return date.fromordinal(max(1, as_of.toordinal() - amount))
    return months_before(as_of, amount * (12 if unit == "years" else 1))


def _union(left: dict[int, Core], right: dict[int, Core]) -> dict[int, Core]:
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


_LOW: dict[type, Callable[[_Lowerer, Any], Low]] = {
    Constant: _Lowerer.constant,
    AsOf: _Lowerer.as_of_day,
    FactRef: _Lowerer.fact,
    ParameterRef: _Lowerer.parameter,
    RuleRef: _Lowerer.reference,
    Not: _Lowerer.negation,
    AllOf: _Lowerer.conjunction,
    AnyOf: _Lowerer.disjunction,
    Compare: _Lowerer.compare,
    OneOfValues: _Lowerer.member,
    Arithmetic: _Lowerer.arithmetic,
    Quotient: _Lowerer.quotient,
    Choose: _Lowerer.choice,
    Extreme: _Lowerer.extreme,
    Elapsed: _Lowerer.elapsed,
    Certainty: _Lowerer.certainty,
    Assume: _Lowerer.assume,
    IfNa: _Lowerer.if_na,
    Points: _Lowerer.points,
    Applies: _Lowerer.applies,
    Aggregate: _Lowerer.aggregate,
}

__all__ = [
    "And",
    "Case",
    "Cause",
    "Low",
    "Lowered",
    "Plan",
    "RuleColumns",
    "lower_pack",
    "start_of",
]
