"""What became of a code (区划沿革): re-codes, merges, splits and moves, followed in the order of their days.

A scope rests on this: a post names a code of the day it was given, and holds what became of it. Two rules:
on a day, a division is in a scope if it came from the post's division; and a code that is gone belongs to the
scope only if *everything* it became does, so that rows kept under an old code are read by those who hold its
land today, and by nobody else. A code that was given away again means what it means today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from mingbai.places.codes import level_of, pad, parent_of, range_of
from mingbai.places.enums import DIGITS, Level
from mingbai.places.intervals import Range, covers, join, without

_DAY = timedelta(days=1)
_MOST_KEPT = 2_000  # answers of one lineage; a county has fewer posts


class Step(NamedTuple):
    """From a day on, `new` stands (also) where `old` stood (变更)."""

    day: date
    old: str
    new: str


@dataclass(frozen=True)
class Lineage:
    """All steps that a register has recorded, up to any day (沿革表).

    `alive`: codes among those of the steps that name a division on the day asked for; without it a code
    that was left and never entered again counts as gone.
    """

    steps: tuple[Step, ...] = ()
    alive: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def _outs(self) -> dict[str, list[tuple[date, frozenset[str]]]]:
        """Code → the days it changed, with what it became."""
        found: dict[str, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
        for step in self.steps:
            found[step.old][step.day].add(step.new)
        return {
            code: [(day, frozenset(news)) for day, news in sorted(days.items())]
            for code, days in found.items()
        }

    @cached_property
    def _ranges_of(self) -> dict[tuple[frozenset[str], date], tuple[Range, ...]]:
        return {}

    @cached_property
    def _gone_on(self) -> dict[date, dict[str, frozenset[str]]]:
        return {}

    @cached_property
    def _ins(self) -> dict[str, frozenset[date]]:
        """Code → the days on which something became it."""
        entered: dict[str, set[date]] = defaultdict(set)
        for step in self.steps:
            entered[step.new].add(step.day)
        return {code: frozenset(days) for code, days in entered.items()}

    def follow(self, code: str, since: date, until: date) -> frozenset[str]:
        """What the division that bore `code` on the day `since` is called on the day `until`.

        A code that was left on `since` itself is followed too: it names what stood there the day before.
        """
        found: set[str] = set()
        todo = [(pad(code), since, True)]
        seen = set(todo)
        while todo:
            one, start, first = todo.pop()
            left = self._left(one, start, until, first=first)
            if left is None:
                found.add(one)
                continue
            day, news = left
            nexts = {(new, day + _DAY, False) for new in news} - seen
            seen |= nexts
            todo += nexts
        return frozenset(found)

    def _left(
        self, code: str, start: date, until: date, *, first: bool
    ) -> tuple[date, frozenset[str]] | None:
        """When a code was next left, from a day on, and for what."""
        for day, news in self._outs.get(code, ()):
            given_out = first and day == start and day in self._ins.get(code, ())
            if start <= day <= until and not given_out:  # else it means the division that got it
                return day, news
        return None

    def gone(self, day: date) -> dict[str, frozenset[str]]:
        """Codes that name nothing on the day, each with what it became last."""
        if day not in self._gone_on:
            self._gone_on[day] = self._find_gone(day)
        return self._gone_on[day]

    def _find_gone(self, day: date) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for code, outs in self._outs.items():
            left = [when for when, news in outs if when <= day and code not in news]
            if not left or code in self.alive:
                continue
            if not any(left[-1] <= entered <= day for entered in self._ins.get(code, ())):
                found[code] = self.follow(code, left[-1], day)
        return found

    def ranges(self, held: Iterable[str], day: date) -> tuple[Range, ...]:
        """The codes of whoever holds the divisions `held` on the day, old codes included."""
        asked = frozenset(held), day
        if asked not in self._ranges_of:
            if len(self._ranges_of) >= _MOST_KEPT:
                self._ranges_of.clear()
            self._ranges_of[asked] = self._find_ranges(*asked)
        return self._ranges_of[asked]

    def _find_ranges(self, held: frozenset[str], day: date) -> tuple[Range, ...]:
        today = join(range_of(code) for code in held)
        ranges = today
        became = self.gone(day)
        by_level: dict[Level, list[str]] = defaultdict(list)
        for code in became:
            by_level[level_of(code)].append(code)
        for level in DIGITS:  # large to small: what is said of a part overrules that of the whole
            codes = by_level[level]
            whole = {
                code for code in codes if all(covers(today, range_of(one)) for one in became[code])
            }
            ranges = join([*ranges, *map(range_of, whole)])
            ranges = without(ranges, [range_of(code) for code in codes if code not in whole])
        return tuple(ranges)


def infer_parents(steps: Iterable[Step], ended: Collection[tuple[date, str]]) -> list[Step]:
    """Steps of townships and counties that follow from those of their parts.

    When a code ended on a day (`ended`) and everything that changed under it on that day went under one
    other code, that is what it became. A roster has no line for 株洲县 → 渌口区: all its townships say so.
    """
    known = list(steps)
    added: list[Step] = []
    for _ in range(2):
        became: dict[tuple[date, str], set[str]] = defaultdict(set)
        for step in (*known, *added):
            old, new = parent_of(step.old), parent_of(step.new)
            if old and level_of(step.old) == level_of(step.new):
                became[step.day, old].add(new)
        told = {(step.day, step.old) for step in (*known, *added)}
        for (day, old), news in became.items():
            if len(news) == 1 and (day, old) in ended and (day, old) not in told:
                added.append(Step(day, old, next(iter(news))))
    return added
