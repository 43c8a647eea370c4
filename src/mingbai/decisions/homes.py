"""Every household with the village and pattern it stands in (逐户状态), in memory, in the order of lists.

What a list is narrowed to by state and by something else is one look at these columns: the page, how long the
list is, its heads, and who comes before and after somebody. They follow the chain, village by village.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Q

from mingbai.accounts.scopes import Scope
from mingbai.audit.following import Mark, newest_mark, since
from mingbai.decisions.models import State
from mingbai.decisions.standings import MOST_ANEW, Kinds, Standings
from mingbai.places.codes import range_of

Keys = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Homes:
    """Households by village code and key (逐户状态): columns of one length."""

    codes: tuple[str, ...]  # of villages, sorted
    village: Keys  # place among the codes
    household: Keys
    pattern: Keys
    #: The standings that were asked for last, with the kinds under them: nearly always the same ones.
    _last: dict[str, tuple[Standings, Keys]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def kinds(self, standings: Standings) -> Keys:
        """The kind of each household, as `Standings` numbers kinds; -1: not of these standings."""
        known = self._last.get("kinds")
        if known is None or known[0] is not standings:
            known = standings, standings.kinds_of(self.codes, self.village, self.pattern)
            self._last["kinds"] = known
        return known[1]

    def chosen(self, standings: Standings, kinds: Kinds) -> Flags:
        """Whether each household is of one of these kinds."""
        found: Flags = np.append(kinds, False)[self.kinds(standings)]
        return found

    def inside(self, scope: Scope, division_code: str = "") -> Flags:
        """Whether each household lies in a place, as far as a scope reaches."""
        low, high = range_of(division_code) if division_code else ("", "9" * 12)
        here = np.array([low <= code <= high for code in self.codes], np.bool_)
        held = np.array([scope.covers(code) for code in self.codes], np.bool_)
        found: Flags = (here & held)[self.village]
        if scope.household_ids and not scope.everything:
            found |= here[self.village] & self.among(scope.household_ids)
        return found

    def among(self, keys: Collection[int]) -> Flags:
        """Whether each household is one of these."""
        return np.isin(self.household, np.fromiter(keys, np.int64, len(keys)))


_Village = tuple[Keys, Keys]


@dataclass
class _Memory:
    mark: Mark = field(default_factory=Mark)
    villages: dict[str, _Village] = field(default_factory=dict)
    read: Homes | None = None


_memory = _Memory()
_lock = threading.Lock()


def homes() -> Homes:
    """Every household with a state. One query when nothing was recorded since the last look."""
    with _lock:
        found = since(_memory.mark)
        if found is None:
            _memory.mark = newest_mark()
            _memory.villages, _memory.read = _villages(None), None
        else:
            _follow(found[1])
            _memory.mark = found[0]
        if _memory.read is None:
            _memory.read = _joined(_memory.villages)
        return _memory.read


def _follow(batches: Collection[int]) -> None:
    if not batches:
        return
    written = State.objects.filter(Q(begun_by__in=batches) | Q(ended_by__in=batches))
    codes = set(written.order_by().values_list("division_code", flat=True).distinct())
    if not codes:
        return
    _memory.read = None
    if len(codes) > MOST_ANEW:
        _memory.villages = _villages(None)
        return
    anew = _villages(codes)
    for code in codes:
        _memory.villages.pop(code, None)
    _memory.villages |= anew


def _villages(codes: Collection[str] | None) -> dict[str, _Village]:
    """Village → households and their patterns, by key. A county is read by the driver alone: 0.3 s."""
    rows = State.objects.recorded().order_by("division_code", "household_id")
    if codes is not None:
        rows = rows.filter(division_code__in=codes)
    named = rows.values_list("division_code", "household_id", "pattern_id")
    with connection.cursor() as cursor:
        cursor.execute(*named.query.sql_with_params())
        found = cursor.fetchall()
    if not found:
        return {}
    places, households, patterns = zip(*found, strict=True)
    named_codes, begins = np.unique(np.array(places), return_index=True)
    keys, said = np.array(households, np.int64), np.array(patterns, np.int64)
    ends = [*begins[1:].tolist(), len(found)]
    return {
        str(code): (keys[start:end], said[start:end])
        for code, start, end in zip(named_codes, begins.tolist(), ends, strict=True)
    }


def _joined(villages: dict[str, _Village]) -> Homes:
    codes = tuple(sorted(villages))
    if not codes:
        none = np.zeros(0, np.int64)
        return Homes((), none, none, none)
    sizes = [len(villages[code][0]) for code in codes]
    households, patterns = (np.concatenate([villages[code][at] for code in codes]) for at in (0, 1))
    return Homes(codes, np.repeat(np.arange(len(codes)), sizes), households, patterns)
