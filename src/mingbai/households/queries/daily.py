"""Households and persons of every village on some days (逐日分村户数人数), at once and never behind.

Counts of a day are kept with the event of the chain up to which they hold: in the database (`DayCount`) and,
brought up to date, in the memory of the process. What was recorded since is small: the households it touched
are counted as they stood and as they stand, and the difference is added. A day that was not kept is counted
from all rows, which takes seconds for a county, and then kept in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Min

from mingbai.accounts.scopes import Scope
from mingbai.audit.following import Mark, newest_mark, recorded_after, since
from mingbai.households.daycounts import (
    NONE,
    STANDINGS,
    Counts,
    Villages,
    changed,
    households_touched,
    open_batches,
    read_rows,
)
from mingbai.households.enums import Subject
from mingbai.households.models import DayCount, Status
from mingbai.households.queries.counting import Standing

#: Of more changed households than this the differences cost more than a count of everybody.
MOST_TOUCHED = 5_000
#: Days in the memory of a process: kept ones, and those that somebody asked for.
MOST_DAYS = 90


@dataclass
class _Memory:
    """Counts by day, all of them as of one event (内存中的统计)."""

    mark: Mark = field(default_factory=Mark)
    days: dict[date, dict[str, Counts]] = field(default_factory=dict)
    first: date | None = None  # day of the first status


_memory = _Memory()
_lock = threading.Lock()


def village_counts(days: Iterable[date]) -> dict[date, Villages]:
    """Day → village code of that day → counts in the order of `STANDINGS`. One query when nothing changed."""
    wanted = set(days)
    with _lock:
        if not _bring_up_to_date():
            return dict(_counted(wanted, 0))  # a register without an event: nothing to hold on to
        missing = wanted - _memory.days.keys()
        if len(_memory.days) + len(missing) > MOST_DAYS:
            _memory.days = {}
            missing = wanted
        if missing:
            _memory.days |= _counted(missing, _memory.mark.event)
        return {day: _memory.days[day] for day in wanted}


def is_counted(day: date) -> bool:
    """Whether the counts of a day are kept: then `village_counts` costs nothing. One query at most."""
    with _lock:
        return _bring_up_to_date() and day in _memory.days


def in_scope(counts: Mapping[date, Villages], scope: Scope) -> Mapping[date, Villages]:
    """What a scope reaches of the counts of days; four queries more where it has a list of households."""
    if scope.everything:
        return counts
    found = {
        day: {code: one for code, one in villages.items() if scope.covers(code)}
        for day, villages in counts.items()
    }
    if scope.household_ids:
        listed = read_rows(scope.household_ids).counts(counts, open_batches())
        for day, villages in listed.items():
            found[day] |= {code: one for code, one in villages.items() if not scope.covers(code)}
    return found


def standing_of(counts: Counts, standing: Standing) -> tuple[int, int]:
    """Households and persons of a standing (户数、人数)."""
    at = 2 * STANDINGS.index(standing)
    return counts[at], counts[at + 1]


def added(counts: Iterable[Counts]) -> Counts:
    """Counts of several villages together."""
    columns = list(zip(*counts, strict=True))
    return tuple(sum(column) for column in columns) if columns else NONE


def count_everybody(days: Iterable[date]) -> dict[date, Villages]:
    """The same from all rows, nothing kept: what the kept counts are checked against. Some seconds."""
    return dict(_counted(set(days), newest_mark().event))


def count_as_of(days: Iterable[date]) -> tuple[Mark, dict[date, dict[str, Counts]]]:
    """Counts from all rows with the place in the chain they hold at."""
    mark = newest_mark()
    return mark, _counted(set(days), mark.event)


def month_ends(day: date, count: int) -> list[date]:
    """The last `count` days that ended a month, up to a day, in order.

    >>> month_ends(date(2020, 3, 15), 2)
    [datetime.date(2020, 1, 31), datetime.date(2020, 2, 29)]
    """
    found: list[date] = []
    first = (day + timedelta(days=1)).replace(day=1)
    while len(found) < count:
        found.append(first - timedelta(days=1))
        first = found[-1].replace(day=1)
    return found[::-1]


def year_ends(day: date) -> list[date]:
    """The last days of the years since the first status of the register, before a day. One query.

    The first status is looked for once a process and chain; what is recorded later can only be earlier.
    """
    with _lock:
        _bring_up_to_date()
        if _memory.first is None:
            rows = Status.objects.recorded().filter(subject=Subject.HOUSEHOLD)
            _memory.first = rows.aggregate(first=Min("valid_from"))["first"] or date.max
        first = min(day, _memory.first)
    return [date(year, 12, 31) for year in range(first.year, day.year)]


def _first_of(batches: Collection[int]) -> date:
    """The first status that these batches wrote."""
    rows: Any = Status.objects.filter(begun_by__in=batches, subject=Subject.HOUSEHOLD)
    return rows.aggregate(first=Min("valid_from"))["first"] or date.max


def _bring_up_to_date() -> bool:
    """Add to the memory what was recorded since; false while the chain is empty."""
    found = since(_memory.mark)
    if found is None:
        _load()
        found = since(_memory.mark)
    if found is None:  # nothing kept: begin here
        _memory.mark, _memory.days, _memory.first = newest_mark(), {}, None
        return _memory.mark.event > 0
    mark, batches = found
    if mark != _memory.mark:
        _memory.days = _with(_memory.days, batches, mark.event)
        _memory.mark = mark
        if _memory.first is not None:
            _memory.first = min(_memory.first, _first_of(batches))
    return True


def _load() -> None:
    """The days that were kept in the database, as of the event they hold at."""
    rows = [one for one in DayCount.objects.all() if one.standings == list(STANDINGS)]
    newest = max((one.event_id for one in rows), default=0)
    held = [one for one in rows if one.event_id == newest]
    _memory.mark = Mark(newest, held[0].event_digest) if held else Mark()
    _memory.first = None
    _memory.days = {
        one.day: {code: tuple(counts) for code, counts in one.villages.items()} for one in held
    }


def _with(
    days: dict[date, dict[str, Counts]], batches: Collection[int], event: int
) -> dict[date, dict[str, Counts]]:
    """Counts of days, with the households that these batches touched counted again; empty: too many."""
    touched = households_touched(batches) if days else set()
    if not touched:
        return days
    if len(touched) > MOST_TOUCHED:
        return {}
    unseen = open_batches()
    rows = read_rows(touched)
    unseen |= open_batches() | recorded_after(event)
    before = rows.counts(days, unseen | set(batches))
    after = rows.counts(days, unseen)
    return {day: changed(found, before[day], after[day]) for day, found in days.items()}


def _counted(days: set[date], event: int) -> dict[date, dict[str, Counts]]:
    """All rows as they stood at an event, whatever is recorded while they are read."""
    unseen = open_batches()
    rows = read_rows()
    unseen |= open_batches() | recorded_after(event)
    return rows.counts(days, unseen)
