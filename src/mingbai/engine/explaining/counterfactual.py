"""What would change the outcome (改变结果的条件): per fact the nearest value, verified by evaluating it.

Only for the auditor and the clerk; the villager's sheet never says how to fall under a line. Facts that
nobody changes (``fixed``) and those of other persons' labels are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from mingbai.engine.compiling import Evaluated
from mingbai.engine.explaining.directions import EITHER, Directions
from mingbai.engine.explaining.trace import Input, Node, Tracer
from mingbai.engine.model.pack import CaseRow, Fact
from mingbai.engine.model.values import NA, Kind, Value

#: Small ranges are tried value by value; larger ones by doubling steps, then halving.
_TRY_ALL = 200
_CAP = 10**11
_MOST_INPUTS = 150


@dataclass(frozen=True, slots=True)
class Change:
    """One fact changed alone (单项变化): from which value to which, and what comes out then."""

    path: str
    fact: Fact
    row: CaseRow
    old: Value
    new: Value
    outcome: Value


class Counterfactuals:
    """Searches single changes of facts for one household and one rule (反事实检验)."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self._directions: dict[tuple[str, str], Directions] = {}

    def of(self, household: CaseRow, name: str, path: str = "") -> list[Change]:
        """For every changeable fact the trace names: the nearest value for each other outcome."""
        evaluated = self.tracer.evaluate(household)
        row, above = self.tracer.descend(evaluated, path)
        node = self.tracer.trace(row, name, path, above)
        before = self.tracer.outcome(row, name)
        changes: list[Change] = []
        # A very large household would take minutes; the first inputs are those of the rule itself.
        for item in islice(named_inputs(node).values(), _MOST_INPUTS):
            if not item.fact.fixed and item.fact.type.kind is not Kind.TEXT:
                changes.extend(self._changes(evaluated, name, path, item, before))
        return changes

    def _changes(
        self, evaluated: Evaluated, name: str, path: str, item: Input, before: Value
    ) -> Iterator[Change]:
        old, household = item.row.facts.get(item.fact.id), evaluated.source

        tried: dict[tuple[type, Value], Value] = {(type(old), old): before}

        def outcome(value: Value) -> Value:
            key = type(value), value
            if key not in tried:
                changed = changed_fact(household, item.path, value)
                row, _ = self.tracer.descend(self.tracer.evaluate(changed, evaluated), path)
                tried[key] = self.tracer.outcome(row, name)
            return tried[key]

        seen: set[object] = {_token(before), _token(None)}
        search = _Search(outcome, before, one_way=self._one_way(item.fact, name))
        for value in self._candidates(item.fact, old, search):
            found = outcome(value)
            if _token(found) not in seen:
                seen.add(_token(found))
                yield Change(item.path, item.fact, item.row, old, value, found)

    def _one_way(self, fact: Fact, name: str) -> bool:
        """Whether the outcome can only move one way while the fact grows."""
        about = (fact.entity, fact.id)
        if about not in self._directions:
            self._directions[about] = Directions(self.tracer.program.bound, *about)
        return self._directions[about].of_rule(name) != EITHER

    def _candidates(self, fact: Fact, old: Value, search: _Search) -> Iterator[Value]:
        """Values to try, the nearest first."""
        if fact.type.kind is Kind.BOOL:
            yield from ((True, False) if old is None else (not old,))
        elif fact.type.kind is Kind.CODE:
            codes = self.tracer.pack.codes.get(fact.type.codes or "", {})
            yield from (code for code in codes if code != old)
        elif fact.type.kind is Kind.DATE:
            yield from _days(old, self.tracer.program.as_of, search)
        else:
            yield from _numbers(fact, old, search)


def named_inputs(node: Node) -> dict[str, Input]:
    """Every fact a trace names, by path."""
    return {item.path: item for step in node.walk() for item in step.inputs}


def changed_fact(household: CaseRow, path: str, value: Value) -> CaseRow:
    """The household with one fact set, everything else as it was."""
    head, _, rest = path.partition(".")
    if not rest:
        return replace(household, facts={**household.facts, head: value})
    number, _, inner = rest.partition(".")
    rows = list(household.below[head])
    rows[int(number)] = changed_fact(rows[int(number)], inner, value)
    return replace(household, below={**household.below, head: tuple(rows)})


def _token(value: Value) -> object:
    """Outcomes compared by kind, so that 1 and true differ."""
    return "NA" if value is NA else (type(value).__name__, value)


def _numbers(fact: Fact, old: Value, search: _Search) -> Iterator[int]:
    low = fact.minimum if fact.minimum is not None else -_CAP
    high = fact.maximum if fact.maximum is not None else _CAP
    if high - low <= _TRY_ALL:
        start = old if isinstance(old, int) else low
        yield from sorted(range(low, high + 1), key=lambda value: (abs(value - start), value))
        return
    start = old if isinstance(old, int) else max(low, min(0, high))
    found = [value for edge in (high, low) if (value := search.nearest(start, edge)) is not None]
    if old is None:
        found.append(start)
    yield from sorted(found, key=lambda value: (abs(value - start), value))


def _days(old: Value, as_of: date, search: _Search) -> Iterator[date]:
    start = old if isinstance(old, date) else as_of
    search = search.by_day()
    origin = start.toordinal()
    reach = timedelta(days=366 * 20).days
    for edge in (origin + reach, origin - reach):
        found = search.nearest(origin, min(max(1, edge), date.max.toordinal()))
        if found is not None:
            yield date.fromordinal(found)
    if old is None:
        yield start


@dataclass(frozen=True, slots=True)
class _Search:
    """Looks for the nearest number with another outcome (最近的另一结果)."""

    outcome: Callable[[Value], Value]
    before: Value
    one_way: bool  # what the far end does not change, nothing on the way there does

    def by_day(self) -> _Search:
        """The same where numbers stand for days."""

        def outcome(value: Value) -> Value:
            assert isinstance(value, int)
            return self.outcome(date.fromordinal(value))

        return replace(self, outcome=outcome)

    def nearest(self, start: int, edge: int) -> int | None:
        """The nearest number towards an edge at which another outcome is decided than at the start.

        On the way the outcome may be unknown, where bounds straddle a line; that is passed over.
        """
        same = {_token(self.outcome(start)), _token(self.before), _token(None)}
        if self.one_way and _token(self.outcome(edge)) in same:
            return None
        last, step = start, 1
        direction = 1 if edge >= start else -1
        while last != edge:
            probe = start + direction * step
            if (probe - edge) * direction > 0:
                probe = edge
            if _token(self.outcome(probe)) not in same:
                return self._halved(last, probe, same)
            last, step = probe, step * 2
        return None

    def _halved(self, last: int, other: int, same: set[object]) -> int:
        """Between a number with one of the same outcomes and one with another: the first other."""
        while abs(other - last) > 1:
            middle = (last + other) // 2
            if _token(self.outcome(middle)) in same:
                last = middle
            else:
                other = middle
        return other
