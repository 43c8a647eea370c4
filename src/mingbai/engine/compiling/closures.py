"""The closure printer (闭包求值): the same lowered trees as Python functions, for one household.

A row is a dictionary from column to value. Null is ``None``; logic is Kleene's, as in SQL.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mingbai.engine.compiling.core import (
    And,
    Arith,
    BitOr,
    Case,
    Cmp,
    Col,
    Core,
    InSet,
    IsNull,
    Lit,
    Neg,
    Or,
    Part,
    Prefix,
    Total,
    columns,
)
from mingbai.engine.compiling.plans import Lowered, Plan
from mingbai.engine.model.pack import CaseRow, Pack

Row = dict[str, Any]  # values of every type stand side by side in a row
Function = Callable[[Row], Any]


def compiled(item: Core) -> Function:
    """A lowered operation as a function of a row."""
    return _MAKE[type(item)](item)


def _literal(item: Lit) -> Function:
    value = item.value
    return lambda row: value


def _column(item: Col) -> Function:
    name = item.name
    return lambda row: row[name]


def _arith(item: Arith) -> Function:
    left, right, op = compiled(item.left), compiled(item.right), item.op

    def plus(row: Row) -> Any:
        a, b = left(row), right(row)
        return None if a is None or b is None else a + b

    def minus(row: Row) -> Any:
        a, b = left(row), right(row)
        return None if a is None or b is None else a - b

    def times(row: Row) -> Any:
        a, b = left(row), right(row)
        return None if a is None or b is None else a * b

    def whole(row: Row) -> Any:
        a, b = left(row), right(row)
        return None if a is None or b is None else a // b

    return {"+": plus, "-": minus, "*": times, "//": whole}[op]


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(item: Cmp) -> Function:
    left, right, test = item.left, item.right, _COMPARE[item.op]
    if isinstance(left, Col) and isinstance(right, Lit) and right.value is not None:
        return _compare_constant(left.name, right.value, test)
    first, second = compiled(left), compiled(right)

    def function(row: Row) -> Any:
        a, b = first(row), second(row)
        return None if a is None or b is None else test(a, b)

    return function


def _compare_constant(name: str, constant: Any, test: Callable[[Any, Any], bool]) -> Function:
    """The commonest comparison by far, without a call for each side."""

    def function(row: Row) -> Any:
        value = row[name]
        return None if value is None else test(value, constant)

    return function


def _and(item: And) -> Function:
    parts = tuple(compiled(part) for part in item.items)

    def function(row: Row) -> Any:
        result: bool | None = True
        for part in parts:
            value = part(row)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return function


def _or(item: Or) -> Function:
    parts = tuple(compiled(part) for part in item.items)

    def function(row: Row) -> Any:
        result: bool | None = False
        for part in parts:
            value = part(row)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return function


def _neg(item: Neg) -> Function:
    inner = compiled(item.item)

    def function(row: Row) -> Any:
        value = inner(row)
        return None if value is None else not value

    return function


def _is_null(item: IsNull) -> Function:
    if isinstance(item.item, Col):
        name = item.item.name
        return lambda row: row[name] is None
    inner = compiled(item.item)
    return lambda row: inner(row) is None


def _in_set(item: InSet) -> Function:
    inner, values = compiled(item.item), frozenset(item.values)

    def function(row: Row) -> Any:
        value = inner(row)
        return None if value is None else value in values

    return function


def _case(item: Case) -> Function:
    branches = tuple((compiled(when), compiled(then)) for when, then in item.branches)
    default = compiled(item.default)

    def function(row: Row) -> Any:
        for when, then in branches:
            if when(row) is True:
                return then(row)
        return default(row)

    return function


def _part(item: Part) -> Function:
    inner, part = compiled(item.item), item.part

    def function(row: Row) -> Any:
        value = inner(row)
        return None if value is None else getattr(value, part)

    return function


def _prefix(item: Prefix) -> Function:
    inner, text = compiled(item.item), item.text

    def function(row: Row) -> Any:
        value = inner(row)
        return None if value is None else value.startswith(text)

    return function


def _bits(item: BitOr) -> Function:
    left, right = compiled(item.left), compiled(item.right)
    return lambda row: left(row) | right(row)


_MAKE: dict[type, Callable[[Any], Function]] = {
    Lit: _literal,
    Col: _column,
    Arith: _arith,
    Cmp: _compare,
    And: _and,
    Or: _or,
    Neg: _neg,
    IsNull: _is_null,
    InSet: _in_set,
    Case: _case,
    Part: _part,
    Prefix: _prefix,
    BitOr: _bits,
}


def _total(total: Total) -> Callable[[list[Row]], Any]:
    item, kind = compiled(total.item), total.function

    def function(rows: list[Row]) -> Any:
        values = [value for row in rows if (value := item(row)) is not None]
        if not values:
            return None
        if kind == "sum":
            return sum(values)
        if kind == "bits":
            result = 0
            for value in values:
                result |= value
            return result
        return max(values) if kind == "max" else min(values)

    return function


@dataclass
class Evaluated:
    """A row with all its columns computed (求值后的行), and the rows below."""

    values: Row
    source: CaseRow
    below: dict[str, list[Evaluated]] = field(default_factory=dict)


class Closures:
    """A lowered pack as functions (闭包程序): evaluates one household at a time."""

    def __init__(self, lowered: Lowered, *, masks: bool = True) -> None:
        self._plans = {name: _PlanFunctions(plan, masks) for name, plan in lowered.plans.items()}
        pack = lowered.bound.pack
        computed = {rule.rule.entity for rule in lowered.bound.rules.values()}
        needed = computed | {up.id for name in computed for up in pack.above(name)}
        needed |= {child for plan in lowered.plans.values() for child in plan.below}
        self._below = {
            entity: [
                (child.id, child.relation or "", child.id in lowered.plans[entity].below)
                for child in pack.below(entity)
                if child.id in needed
            ]
            for entity in pack.entities
        }
        # Entities whose rows, or rows below them, read facts of rows above.
        self._looks_up = {
            entity: any(
                lowered.plans[one].above for one in _and_below(pack, entity) if one in lowered.plans
            )
            for entity in pack.entities
        }
        self._top = lowered.bound.pack.top.id

    def household(self, row: CaseRow, like: Evaluated | None = None) -> Evaluated:
        """Evaluate a household with everything below it.

        `like`: the same household evaluated before one fact was changed; what the change cannot
        reach is taken from it, so that a thousand values of a bill cost a thousand bills only.
        """
        return self._row(self._top, row, {}, like, alone=True)

    def _row(
        self,
        entity: str,
        source: CaseRow,
        above: Mapping[str, CaseRow],
        like: Evaluated | None,
        *,
        alone: bool,
    ) -> Evaluated:
        """A row; `alone`: no row above it has other facts than when `like` was evaluated."""
        if like is not None and source is like.source and (alone or not self._looks_up[entity]):
            return like
        plan = self._plans[entity]
        values: Row = {name: source.facts.get(name) for name in plan.facts}
        for up, name in plan.above:
            values[f"{up}.{name}"] = above[up].facts.get(name)
        result = Evaluated(values, source)
        alike = like is not None and source.facts is like.source.facts
        unchanged = alike and (alone or not plan.above)
        path = {**above, entity: source}
        for child, relation, totalled in self._below[entity]:
            parts, known = source.below.get(relation, ()), self._known(child, relation, like)
            fits = known is not None and len(known) == len(parts)
            if known is None or not fits:
                known = [None] * len(parts)
            rows = [
                self._row(child, part, path, before, alone=alone and alike)
                for part, before in zip(parts, known, strict=True)
            ]
            result.below[relation] = rows
            if totalled and not self._totalled(child, rows, known, values, like if fits else None):
                unchanged = False
        if unchanged and like is not None:
            result.values = like.values
            return result
        for name, function in plan.steps:
            values[name] = function(values)
        return result

    def _known(
        self, child: str, relation: str, like: Evaluated | None
    ) -> Sequence[Evaluated | None] | None:
        """The rows below that were evaluated before, where each can be told without the others."""
        alone = like is not None and self._plans[child].is_told_apart
        return like.below[relation] if like is not None and alone else None

    def _totalled(
        self,
        child: str,
        rows: list[Evaluated],
        known: Sequence[Evaluated | None],
        values: Row,
        like: Evaluated | None,
    ) -> bool:
        """Write the totals over the rows below; whether they are those of before."""
        inner = self._plans[child]
        if like is not None and inner.totals_alike(rows, known):
            values.update((name, like.values[name]) for name, _total in inner.totals)
            return True
        below = [part.values for part in rows]
        inner.newest(below)
        for name, total in inner.totals:
            values[name] = total(below)
        return False


def _and_below(pack: Pack, entity: str) -> Iterator[str]:
    yield entity
    for child in pack.below(entity):
        yield from _and_below(pack, child.id)


class _PlanFunctions:
    def __init__(self, plan: Plan, masks: bool) -> None:
        self.facts = tuple(plan.facts)
        self.above = tuple(plan.above)
        self.steps = tuple((name, compiled(item)) for level in plan.levels for name, item in level)
        self.totals = tuple((total.name, _total(total)) for total in plan.totals)
        self._newest = tuple((item.name, compiled(item.item)) for item in plan.newest)
        self._read = tuple({name for total in plan.totals for name in columns(total.item)})

    @property
    def is_told_apart(self) -> bool:
        """Whether a row can be evaluated without the rows beside it."""
        return not self._newest

    def totals_alike(self, rows: list[Evaluated], known: Sequence[Evaluated | None]) -> bool:
        """Whether the totals over these rows are those over rows that were evaluated before."""
        return all(
            before is not None
            and (
                row.values is before.values
                or all(row.values[name] == before.values[name] for name in self._read)
            )
            for row, before in zip(rows, known, strict=True)
        )

    def newest(self, rows: list[Row]) -> None:
        """The newest date among the rows, written into each of them."""
        for name, function in self._newest:
            days = [day for row in rows if (day := function(row)) is not None]
            newest = max(days, default=None)
            for row in rows:
                row[name] = newest
