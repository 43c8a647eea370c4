"""The work list for who may not see illness and disability (不涉病残的待办).

A household that is to be seen only for a restricted reason is not there for her: no row, no count, no day
that only such a reason sets. So every item has a second reading, worked out from the rules that may be told,
with its own matter, rank and due day. The readings are kept in memory and follow the chain; the database
lists items by the first reading alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q

from mingbai.accounts.scopes import Scope
from mingbai.audit.following import Mark, newest_mark, since
from mingbai.decisions.calling import Calls
from mingbai.decisions.models import Pattern, Run, WorkItem
from mingbai.decisions.programs import pack_named, state_program
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.wording import restricted_rules
from mingbai.decisions.working import DueDays, read_since
from mingbai.places.codes import range_of

_COLUMNS = (
    "id",
    "household_id",
    "division_code",
    "pattern_id",
    "matter",
    "rank",
    "due_on",
    "since",
)


class Line(NamedTuple):
    """An item as somebody may read it (待办读法)."""

    item_id: int
    household_id: int
    division_code: str
    due_on: date | None
    rank: int
    matter: str


@dataclass(frozen=True)
class _Village:
    """The items of a village (一村待办), each as all may read it who see illness, and as others may."""

    items: tuple[tuple[Line, Line | None], ...]

    @cached_property
    def told_counts(self) -> Counter[tuple[date | None, str]]:
        """Households by due day and matter, as those read them who may not see illness."""
        return Counter(
            (told.due_on, told.matter) for _whole, told in self.items if told is not None
        )


@dataclass(frozen=True)
class Readings:
    """All items in both readings (待办两种读法), by village."""

    villages: Mapping[str, _Village]

    def lines(self, scope: Scope, health: Scope, division_code: str = "") -> Iterator[Line]:
        """The items of a scope in a place, in the order of the list.

        Restricted reasons count where `health` reaches.
        """
        low, high = range_of(division_code) if division_code else ("", "9" * 12)
        if health or not (scope.everything or scope.ranges):
            yield from sorted(self._chosen(scope, health, low, high), key=_place)
            return
        for line in self._in_order:
            code = line.division_code
            if low <= code <= high and scope.covers(code, line.household_id):
                yield line

    def counts(
        self, scope: Scope, health: Scope, division_code: str = ""
    ) -> dict[str, Counter[tuple[date | None, str]]]:
        """Village → households by due day and matter."""
        low, high = range_of(division_code) if division_code else ("", "9" * 12)
        if health or scope.household_ids:
            found: dict[str, Counter[tuple[date | None, str]]] = {}
            for one in self._chosen(scope, health, low, high):
                found.setdefault(one.division_code, Counter())[one.due_on, one.matter] += 1
            return dict(sorted(found.items()))
        mine = (
            code for code in sorted(self.villages) if low <= code <= high and scope.covers(code)
        )
        return {code: self.villages[code].told_counts for code in mine}

    def _chosen(self, scope: Scope, health: Scope, low: str, high: str) -> Iterator[Line]:
        mine = {code for code in self.villages if low <= code <= high}
        wide = {code for code in mine if scope.covers(code)}
        items = [pair for code in wide for pair in self.villages[code].items]
        for key in scope.household_ids or ():
            pair = self._by_household.get(key)
            if pair is not None and pair[0].division_code in mine - wide:
                items.append(pair)
        for whole, told in items:
            seen = health and health.covers(whole.division_code, whole.household_id)
            if (line := whole if seen else told) is not None:
                yield line

    @cached_property
    def _by_household(self) -> dict[int, tuple[Line, Line | None]]:
        items = (pair for village in self.villages.values() for pair in village.items)
        return {pair[0].household_id: pair for pair in items}

    @cached_property
    def _in_order(self) -> list[Line]:
        items = (pair for village in self.villages.values() for pair in village.items)
        return sorted((told for _whole, told in items if told is not None), key=_place)


def _place(line: Line) -> tuple[bool, date, int, str, int]:
    """By due day, then by what is at stake, then by place; without a day at the end."""
    due = line.due_on or date.max
    return line.due_on is None, due, line.rank, line.division_code, line.household_id


@dataclass
class _Memory:
    mark: Mark = field(default_factory=Mark)
    items: dict[str, dict[int, tuple[Line, Line | None]]] = field(default_factory=dict)
    read: Readings | None = None


_memory = _Memory()
_lock = threading.Lock()


def readings() -> Readings:
    """All items in both readings. One query when nothing was recorded since the last look."""
    with _lock:
        found = since(_memory.mark)
        batches = None if found is None else found[1]
        if batches is None or (batches and Run.objects.filter(batch__in=batches).exists()):
            _memory.mark = newest_mark() if found is None else found[0]
            _memory.items, _memory.read = _read(WorkItem.objects.recorded()), None
        else:
            _follow(batches)
            _memory.mark = found[0] if found else _memory.mark
        if _memory.read is None:
            _memory.read = Readings(
                {code: _Village(tuple(items.values())) for code, items in _memory.items.items()}
            )
        return _memory.read


def _follow(batches: Collection[int]) -> None:
    if not batches:
        return
    ended = WorkItem.objects.filter(ended_by__in=batches).values_list("division_code", "id")
    begun = _read(WorkItem.objects.recorded().filter(begun_by__in=batches))
    for code, key in ended:
        _memory.items.get(code, {}).pop(key, None)
        _memory.read = None
    for code, items in begun.items():
        _memory.items.setdefault(code, {}).update(items)
        _memory.read = None


def _read(rows: object) -> dict[str, dict[int, tuple[Line, Line | None]]]:
    """Items by village and key, in both readings."""
    listed = list(rows.order_by().values_list(*_COLUMNS))  # type: ignore[attr-defined]  # of items
    teller = _Teller(latest_runs(), {row[3] for row in listed})
    found: dict[str, dict[int, tuple[Line, Line | None]]] = {}
    for key, household, code, pattern, matter, rank, due_on, since_text in listed:
        whole = Line(key, household, code, due_on, rank, matter)
        found.setdefault(code, {})[key] = whole, teller.told(whole, pattern, since_text)
    return found


def done_by(
    batches: Collection[int], scope: Scope, health: Scope, most: int
) -> list[tuple[int, str, str]]:
    """Households that were to be seen until one of these batches and are so no more: key, village, matter.

    Restricted reasons count where `health` reaches. At most five queries; nothing for more than `most` rows.
    """
    ended = WorkItem.objects.filter(scope.rows(), ended_by__in=list(batches)).order_by("id")
    before = list(ended.values_list(*_COLUMNS)[: most + 1])
    if not before or len(before) > most:
        return []
    still = WorkItem.objects.recorded().filter(household_id__in=[row[1] for row in before])
    now = list(still.order_by().values_list(*_COLUMNS))
    teller = _Teller(latest_runs(), {row[3] for row in (*before, *now)})

    def read(row: tuple[Any, ...]) -> Line | None:
        key, household, code, pattern, matter, rank, due_on, since_text = row
        item = Line(key, household, code, due_on, rank, matter)
        return item if health.covers(code, household) else teller.told(item, pattern, since_text)

    open_ones = {line.household_id for line in map(read, now) if line is not None}
    first = {line.household_id: line for line in map(read, reversed(before)) if line is not None}
    return [
        (key, line.division_code, line.matter)
        for key, line in sorted(first.items())
        if key not in open_ones
    ]


class _Teller:
    """Works out what may be told of items (可说的待办), under the run over each place."""

    def __init__(self, runs: Sequence[Run], patterns: Collection[int]) -> None:
        self._runs = runs
        wanted = Pattern.objects.filter(Q(pk__in=patterns) if len(patterns) < 500 else Q())
        self._patterns = {
            key: (tuple(rules), letters)
            for key, rules, letters in wanted.values_list("id", "rule_set__rules", "letters")
        }
        self._known: dict[int, tuple[Calls, DueDays]] = {}

    def told(self, whole: Line, pattern: int, since_text: str) -> Line | None:
        """The second reading of an item; none where only restricted reasons call."""
        run = run_over(self._runs, whole.division_code)
        if run is None:
            return None
        calls, due = self._words(run)
        call = calls.of(*self._patterns[pattern])
        if call is None:
            return None
        days = read_since(since_text)
        due_on = due.on(min(days[rule] for rule in call.rules), whole.division_code)
        return whole._replace(due_on=due_on, rank=call.rank, matter=call.matter)

    def _words(self, run: Run) -> tuple[Calls, DueDays]:
        if run.pk not in self._known:
            pack = pack_named(run.pack)
            program = state_program(pack, run.as_of, ())
            closed = restricted_rules(run.pack, pack.hash, run.as_of)
            self._known[run.pk] = Calls(program, without=closed), DueDays(program)
        return self._known[run.pk]
