"""Which households are to be seen, and by when (待办推算): what has to be written for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa

from mingbai.decisions.calling import Call, Calls
from mingbai.decisions.judging import Judged
from mingbai.decisions.picking import Keys
from mingbai.decisions.storing import Changes, Row
from mingbai.engine.compiling import Program

WORK_COLUMNS = (
    "household_id", "division_code", "pattern_id", "matter", "rank", "due_on", "since",
)  # fmt: skip
WORK_READ = ("id", *WORK_COLUMNS)
WORK_TALLY_COLUMNS = ("village_code", "counts")
WORK_TALLY_READ = ("id", *WORK_TALLY_COLUMNS)

#: Day a rule has called since, by rule.
Since = Mapping[str, date]


def spelled_since(since: Since) -> str:
    """As a row keeps it.

    >>> spelled_since({"basics.housing": date(2026, 3, 8)})
    'basics.housing 2026-03-08'
    """
    return ",".join(f"{rule} {day.isoformat()}" for rule, day in since.items())


def read_since(text: str) -> dict[str, date]:
    """What `spelled_since` wrote."""
    pairs = (part.split(" ") for part in text.split(",") if part)
    return {rule: date.fromisoformat(day) for rule, day in pairs}


class DueDays:
    """By when a task is due that stands since a day, by the pack's days for the region (期限)."""

    def __init__(self, program: Program) -> None:
        self._pack = program.pack
        self.on = cache(self._on)

    def _on(self, since: date, region: str) -> date | None:
        name = self._pack.task_due
        found = self._pack.parameters[name].value_for(since, region) if name else None
        days = found.value if found is not None else None
        if not isinstance(days, int) or not 0 <= days <= (date.max - since).days:
            return None
        return since + timedelta(days=days)


@dataclass(frozen=True)
class Work:
    """What the evaluated households have to be seen for (待办), against what stands."""

    changes: Changes
    counts: Mapping[str, str] = field(default_factory=dict)  # village → as `WorkTally` keeps them


def work_of(judged: Judged, patterns: Keys, begun_on: date, standing: pa.Table) -> Work:
    """Items to end and to begin; `begun_on`: the day that what calls now and did not before calls since.

    `standing`: the items of all households that the evaluation speaks for (`WORK_READ`).
    """
    calls, due = Calls(judged.program), DueDays(judged.program)
    by_standing = [calls.of(judged.rules, one.letters) for one in judged.standings]
    before = {row[1]: row for row in _rows(standing)}
    called = np.array([call is not None for call in by_standing], np.bool_)
    new = _Items(due, begun_on, before)
    kept: set[int] = set()
    for place in np.flatnonzero(called[judged.standing]).tolist() if len(called) else ():
        number = int(judged.standing[place])
        village = judged.villages[judged.village[place]]
        row = new.item(int(judged.keys[place]), village, int(patterns[number]), by_standing[number])
        old = before.get(int(judged.keys[place]))
        if old is not None and old[1:] == row:
            kept.add(int(old[0]))
        else:
            new.rows.append(row)
    ended = [int(row[0]) for row in _rows(standing) if row[0] not in kept]
    return Work(Changes(ended, new.rows), new.tallies(judged.villages))


class _Items:
    def __init__(self, due: DueDays, begun_on: date, before: Mapping[int, Row]) -> None:
        self.due, self.begun_on, self.before = due, begun_on, before
        self.rows: list[Row] = []
        self.counted: dict[str, Counter[tuple[str, str]]] = {}
        self._fresh = cache(lambda rules: spelled_since(dict.fromkeys(rules, begun_on)))

    def item(self, household: int, village: str, pattern: int, call: Call | None) -> Row:
        """The row of a household that is called."""
        assert call is not None
        old = self.before.get(household)
        if old is None:
            first, since = self.begun_on, self._fresh(call.rules)
        else:
            known = read_since(str(old[-1]))
            days = {rule: known.get(rule, self.begun_on) for rule in call.rules}
            first, since = min(days.values()), spelled_since(days)
        due_on = self.due.on(first, village)
        found = self.counted.setdefault(village, Counter())
        found[due_on.isoformat() if due_on else "", call.matter] += 1
        return (household, village, pattern, call.matter, call.rank, due_on, since)

    def tallies(self, villages: Iterable[str]) -> dict[str, str]:
        """The counts of every village, also of those where nobody is to be seen."""
        return {village: written_tally(self.counted.get(village, {})) for village in villages}


def _rows(standing: pa.Table) -> Iterator[Row]:
    return zip(*(standing.column(name).to_pylist() for name in WORK_READ), strict=True)


def written_tally(counted: Mapping[tuple[str, str], int]) -> str:
    """As `WorkTally` keeps counts by (due day, matter).

    >>> written_tally({("2026-03-20", "basics.housing"): 2, ("", "edu.child"): 1})
    ' edu.child 1,2026-03-20 basics.housing 2'
    """
    return ",".join(f"{day} {matter} {count}" for (day, matter), count in sorted(counted.items()))


def read_tally(text: str) -> Iterator[tuple[str, str, int]]:
    """What `written_tally` wrote: day or nothing, matter, households."""
    for part in text.split(",") if text else ():
        day, matter, count = part.split(" ")
        yield day, matter, int(count)


def work_tally_changes(counted: Mapping[str, str], standing: Iterable[Row]) -> Changes:
    """Against the standing tallies (`WORK_TALLY_READ`) of the villages counted."""
    ended, held = [], set()
    for key, village, text in standing:
        if village not in held and counted.get(str(village)) == text:
            held.add(village)
        else:
            ended.append(int(key))
    new: list[Row] = [(code, text) for code, text in counted.items() if code not in held]
    return Changes(ended, new)
