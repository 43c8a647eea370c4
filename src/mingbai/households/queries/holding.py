"""Who holds a standing or a status today (在册户集合), as flags by household in memory.

A list by status and by state at once has no count of villages to go by. With the holders at hand it is one
look at two arrays; the memory follows the chain, household by household.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from mingbai.audit.following import Mark, newest_mark, since
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Status
from mingbai.households.queries.counting import KINDS, Standing

#: Of more changed households than this everybody is read again.
MOST_TOUCHED = 5_000
Flags = npt.NDArray[np.bool_]


#: Statuses of which one is open, and statuses of which none is.
Kinds = tuple[tuple[StatusKind, ...], tuple[StatusKind, ...]]


@dataclass
class _Memory:
    mark: Mark = field(default_factory=Mark)
    day: date | None = None
    flags: dict[Kinds, Flags] = field(default_factory=dict)


_memory = _Memory()
_lock = threading.Lock()


def holding(standing: Standing, day: date, keys: npt.NDArray[np.int64]) -> Flags:
    """Whether each household holds a standing on a day. One query when nothing was recorded since."""
    return _held(KINDS[standing], day, keys)


def with_status(kinds: tuple[StatusKind, ...], day: date, keys: npt.NDArray[np.int64]) -> Flags:
    """Whether one of these statuses of each household is open on a day. Queries as `holding`."""
    return _held((kinds, ()), day, keys)


def _held(kinds: Kinds, day: date, keys: npt.NDArray[np.int64]) -> Flags:
    with _lock:
        found = since(_memory.mark)
        if found is None or day != _memory.day:
            _memory.mark = newest_mark() if found is None else found[0]
            _memory.day, _memory.flags = day, {}
        else:
            _follow(found[1], day)
            _memory.mark = found[0]
        if kinds not in _memory.flags:
            _memory.flags[kinds] = _flagged(np.zeros(0, np.bool_), _holders(kinds, day))
        flags = _memory.flags[kinds]
    last = int(keys.max(initial=0))
    return (flags if last < len(flags) else _flagged(flags, (), last))[keys]


def _follow(batches: Collection[int], day: date) -> None:
    if not (batches and _memory.flags):
        return
    touched: set[int] = set()
    for written in ("begun_by__in", "ended_by__in"):
        rows: Any = Status.objects.filter(subject=Subject.HOUSEHOLD, **{written: batches})
        touched |= set(rows.values_list("subject_id", flat=True)[: MOST_TOUCHED + 1])
    if len(touched) > MOST_TOUCHED:
        _memory.flags = {}
    elif touched:
        for kinds, flags in _memory.flags.items():
            cleared = _flagged(flags, (), max(touched))
            cleared[sorted(touched)] = False
            _memory.flags[kinds] = _flagged(cleared, _holders(kinds, day, touched))


def _holders(kinds: Kinds, day: date, among: Collection[int] | None = None) -> list[int]:
    wanted, without = kinds
    rows: Any = Status.objects.recorded().on(day).filter(subject=Subject.HOUSEHOLD)
    if among is not None:
        rows = rows.filter(subject_id__in=among)
    named = rows.order_by().values_list("subject_id", flat=True)
    held = set(named.filter(kind__in=wanted))
    return sorted(held - set(named.filter(kind__in=without))) if without else sorted(held)


def _flagged(flags: Flags, keys: Collection[int], last: int = 0) -> Flags:
    """A copy with these keys set, long enough for the last of them."""
    length = max(len(flags), last + 1, max(keys, default=0) + 1)
    found = np.zeros(length, np.bool_)
    found[: len(flags)] = flags
    found[list(keys)] = True
    return found
