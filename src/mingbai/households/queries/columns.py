"""Households of every village as columns in memory (户列), in the order of lists.

What a list is narrowed to is one look at such columns: the page, how long the list is, and who comes before
and after somebody. They follow the chain, village by village.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from mingbai.accounts.scopes import Scope
from mingbai.audit.following import Mark, newest_mark, since
from mingbai.households.models import Residence
from mingbai.places.codes import range_of

#: Of more changed villages than this all are read again.
MOST_ANEW = 60

Keys = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Columns:
    """Households by village code and key (户列): columns of one length."""

    codes: tuple[str, ...]  # of villages, sorted
    village: Keys  # place among the codes
    household: Keys

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

    def named(self, at: Keys) -> list[tuple[int, str]]:
        """The households in these places, each with its village."""
        codes = (self.codes[village] for village in self.village[at].tolist())
        return list(zip(self.household[at].tolist(), codes, strict=True))

    def place(self, code: str, key: int, *, after: bool) -> int:
        """Where a household stands or would stand, or the place after it."""
        number = bisect_left(self.codes, code)
        first, last = np.searchsorted(self.village, [number, number + 1]).tolist()
        if number == len(self.codes) or self.codes[number] != code:
            return int(first)
        keys = self.household[first:last]
        return int(first + np.searchsorted(keys, key, side="right" if after else "left"))


@dataclass(frozen=True)
class Residents(Columns):
    """Every household of a day with its group (在册户与组)."""

    group: npt.NDArray[np.str_]  # as it is written; empty: none

    def in_group(self, names: Collection[str]) -> Flags:
        """Whether each household lives in the group of one of these names."""
        found = np.zeros(len(self.household), np.bool_)
        for name in names:
            found |= self.group == name
        return found


#: Households of a village, and what is said of each.
_Village = tuple[Keys, npt.NDArray[Any]]


@dataclass
class Following:
    """What one model says of each household of a day, by village, as of the chain's end (随登记更新的户列).

    `rows`: those of a day; `said`: the column that is kept beside the household.
    """

    model: Any
    said: str
    rows: Callable[[date | None], Any]
    make: Callable[..., Any]
    _mark: Mark = field(default_factory=Mark)
    _day: date | None = None
    _villages: dict[str, _Village] = field(default_factory=dict)
    _read: Any = None
    _lock: Any = field(default_factory=threading.Lock)

    def read(self, day: date | None = None) -> Any:
        """The columns. One query when nothing was recorded since the last look."""
        with self._lock:
            found = since(self._mark)
            if found is None or day != self._day:
                self._mark = newest_mark() if found is None else found[0]
                self._day, self._villages, self._read = day, self._of(None, day), None
            else:
                self._follow(found[1])
                self._mark = found[0]
            if self._read is None:
                self._read = self._joined()
            return self._read

    def _follow(self, batches: Collection[int]) -> None:
        if not batches:
            return
        written = self.model.objects.filter(Q(begun_by__in=batches) | Q(ended_by__in=batches))
        codes = set(written.order_by().values_list("division_code", flat=True).distinct())
        if not codes:
            return
        self._read = None
        if len(codes) > MOST_ANEW:
            self._villages = self._of(None, self._day)
            return
        anew = self._of(codes, self._day)
        for code in codes:
            self._villages.pop(code, None)
        self._villages |= anew

    def _of(self, codes: Collection[str] | None, day: date | None) -> dict[str, _Village]:
        """Village → its households by key. A county is read by the driver alone: 0.3 s."""
        rows = self.rows(day).order_by("division_code", "household_id")
        if codes is not None:
            rows = rows.filter(division_code__in=codes)
        named = rows.values_list("division_code", "household_id", self.said)
        with connection.cursor() as cursor:
            cursor.execute(*named.query.sql_with_params())
            found = cursor.fetchall()
        if not found:
            return {}
        places, households, said = zip(*found, strict=True)
        named_codes, begins = np.unique(np.array(places), return_index=True)
        keys, values = np.array(households, np.int64), np.array(said)
        ends = [*begins[1:].tolist(), len(found)]
        return {
            str(code): (keys[start:end], values[start:end])
            for code, start, end in zip(named_codes, begins.tolist(), ends, strict=True)
        }

    def _joined(self) -> Any:
        codes = tuple(sorted(self._villages))
        if not codes:
            none = np.zeros(0, np.int64)
            return self.make((), none, none, none)
        sizes = [len(self._villages[code][0]) for code in codes]
        keys, said = (np.concatenate([self._villages[code][at] for code in codes]) for at in (0, 1))
        return self.make(codes, np.repeat(np.arange(len(codes)), sizes), keys, said)


def _living(day: date | None) -> Any:
    assert day is not None
    rows: Any = Residence.objects.recorded().on(day)
    return rows.annotate(group=Coalesce("group_number", Value("")))


_residents = Following(Residence, "group", _living, Residents)


def residents(day: date) -> Residents:
    """Every household of a day and its group; kept for one day, the working date.

    One query when nothing was recorded since the last look.
    """
    found: Residents = _residents.read(day)
    return found
