"""The divisions of a day and what became of every code, in memory (区划表、沿革表).

Every page shows some and every scope rests on them, and they change a few times a year.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db.models import Q

from mingbai.audit.following import Mark, newest_mark, since
from mingbai.places.codes import pad, parent_of
from mingbai.places.enums import Level
from mingbai.places.lineage import Lineage
from mingbai.places.models import Division, Succession
from mingbai.places.queries import lineage

#: Days whose divisions are kept; a page may be asked for any day.
MOST_DAYS = 40
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Place:
    """A division on a day (区划)."""

    code: str
    name: str
    level: Level
    parent: str


@dataclass(frozen=True)
class Roster:
    """The divisions of a day (某日区划表), by code, and what lies right under each."""

    places: dict[str, Place]
    below: dict[str, tuple[Place, ...]]

    def path(self, code: str) -> list[Place]:
        """The divisions above a code and itself, large to small, as far as there are any."""
        codes = [pad(code)]
        while above := parent_of(codes[-1]):
            codes.append(above)
        return [self.places[one] for one in reversed(codes) if one in self.places]

    def under(self, code: str) -> tuple[Place, ...]:
        """What lies right under a division, by code."""
        return self.below.get(code, ())


@dataclass
class _Memory:
    """By day, as of a place in the chain (内存中的区划表、沿革表)."""

    mark: Mark = field(default_factory=Mark)
    rosters: dict[date, Roster] = field(default_factory=dict)
    lineages: dict[date, Lineage] = field(default_factory=dict)


_memory = _Memory()
_lock = threading.Lock()


def roster(day: date) -> Roster:
    """The divisions of a day. One query when nothing was recorded since the last look, else at most four."""
    with _lock:
        _bring_up_to_date()
        return _kept(_memory.rosters, day, _read)


def lineage_on(day: date) -> Lineage:
    """What became of every code, as `places.queries.lineage` says it; as many queries as `roster`."""
    with _lock:
        _bring_up_to_date()
        return _kept(_memory.lineages, day, lineage)


def _kept(days: dict[date, Kept], day: date, read: Callable[[date], Kept]) -> Kept:
    if not _memory.mark.event:  # a register without an event: nothing to hold on to
        return read(day)
    if day not in days:
        if len(days) >= MOST_DAYS:
            days.clear()
        days[day] = read(day)
    return days[day]


def _bring_up_to_date() -> None:
    """Forget what was read where a division or a succession was recorded since."""
    found = since(_memory.mark)
    if found is None or _touched(found[1]):
        _memory.rosters, _memory.lineages = {}, {}
    _memory.mark = newest_mark() if found is None else found[0]


def _touched(batches: Collection[int]) -> bool:
    """Whether these batches wrote or ended a division or a succession."""
    if not batches:
        return False
    written = Q(begun_by__in=batches) | Q(ended_by__in=batches)
    return any(model.objects.filter(written).exists() for model in (Division, Succession))


def _read(day: date) -> Roster:
    rows = Division.objects.recorded().on(day).order_by("code")
    places: dict[str, Place] = {}
    below: dict[str, list[Place]] = defaultdict(list)
    for code, name, level, parent in rows.values_list("code", "name", "level", "parent_code"):
        places[code] = place = Place(code, name, Level(level), parent)
        below[parent].append(place)
    return Roster(places, {code: tuple(found) for code, found in below.items()})
