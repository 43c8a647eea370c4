"""Counting many days at once (逐日统计): every village's households and persons, by standing, from the rows.

The same counts as `queries.counting`, which asks the database for one day and one standing. Here the rows of
the register, or of some households of it, are read once and counted for as many days as are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from mingbai.audit.models import Batch
from mingbai.audit.writing import lots
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Membership, Residence, Status
from mingbai.households.queries.counting import KINDS, Standing

#: The standings in the order in which a village's counts stand; of each the households, then the persons.
STANDINGS: tuple[Standing, ...] = tuple(Standing)
WIDTH = 2 * len(STANDINGS)
Counts = tuple[int, ...]
NONE: Counts = (0,) * WIDTH
Villages = Mapping[str, Counts]
_Numbers = npt.NDArray[np.int64]
_CHUNK = 50_000
_NEVER, _STANDS = date.max.toordinal(), 0
_KINDS = {kind.value: number for number, kind in enumerate(StatusKind)}


@dataclass(frozen=True)
class _Table:
    """Rows as columns: key of the household, what is said of it, days, batches (列存的行)."""

    home: _Numbers
    said: _Numbers
    since: _Numbers
    until: _Numbers
    begun: _Numbers
    ended: _Numbers

    def seen(self, unseen: Collection[int]) -> _Table:
        """The rows that stand when these batches are left out, as `audit.queries.Stands` has it."""
        left = np.array(sorted(unseen), np.int64)
        stands = ~np.isin(self.begun, left)
        stands &= (self.ended == _STANDS) | np.isin(self.ended, left)
        return _Table(*(column[stands] for column in self._columns()))

    def on(self, day: int) -> npt.NDArray[np.bool_]:
        return (self.since <= day) & (self.until > day)

    def _columns(self) -> tuple[_Numbers, ...]:
        return self.home, self.said, self.since, self.until, self.begun, self.ended


@dataclass(frozen=True)
class Rows:
    """Where households lived, who lived in them, as what they were registered (住址、成员、身份)."""

    places: _Table
    stays: _Table
    statuses: _Table
    villages: tuple[str, ...]

    def counts(
        self, days: Iterable[date], unseen: Collection[int]
    ) -> dict[date, dict[str, Counts]]:
        """Day → village → counts; villages without a household are not named."""
        counter = _Counter(
            self.places.seen(unseen), self.stays.seen(unseen), self.statuses.seen(unseen),
            self.villages,
        )  # fmt: skip
        return {day: counter.on(day) for day in days}


def read_rows(household_ids: Collection[int] | None = None) -> Rows:
    """Every row, seen or not, of some households or of all of them. Three queries for 500 households."""
    names: dict[str, int] = {}
    places = _read(
        Residence.objects, "household_id", "division_code", household_ids,
        lambda codes: [names.setdefault(code, len(names)) for code in codes],
    )  # fmt: skip
    stays = _read(Membership.objects, "household_id", "household_id", household_ids, list)
    statuses = _read(
        Status.objects.filter(subject=Subject.HOUSEHOLD), "subject_id", "kind", household_ids,
        lambda kinds: [_KINDS.get(kind, -1) for kind in kinds],
    )  # fmt: skip
    return Rows(places, stays, statuses, tuple(names))


def _read(
    rows: Any,
    home: str,
    said: str,
    household_ids: Collection[int] | None,
    numbers: Callable[[Sequence[Any]], list[int]],
) -> _Table:
    ordinals: dict[str | None, int] = {None: _NEVER}
    chunks: list[list[_Numbers]] = []
    asked = [None] if household_ids is None else lots(sorted(household_ids))
    for keys in asked:
        some = rows.all() if keys is None else rows.filter(**{f"{home}__in": keys})
        # As text, each date once: reading a county's dates as dates takes longer than counting it.
        found = some.annotate(
            since=Cast("valid_from", TextField()), until=Cast("valid_to", TextField())
        ).values_list(home, said, "since", "until", "begun_by_id", "ended_by_id")
        chunks.extend(
            _columns(list(some), numbers, ordinals)
            for some in _chunked(found.iterator(chunk_size=_CHUNK))
        )
    if not chunks:
        return _Table(*(np.zeros(0, np.int64) for _ in range(6)))
    return _Table(*(np.concatenate(parts) for parts in zip(*chunks, strict=True)))


def _chunked(rows: Iterable[Any]) -> Iterable[list[Any]]:
    return lots(rows, _CHUNK)


def _columns(
    rows: list[tuple[Any, ...]],
    numbers: Callable[[Sequence[Any]], list[int]],
    ordinals: dict[str | None, int],
) -> list[_Numbers]:
    home, said, since, until, begun, ended = zip(*rows, strict=True)
    for text in {*since, *until} - ordinals.keys():
        ordinals[text] = date.fromisoformat(text).toordinal()
    columns = (
        home, numbers(said), [ordinals[one] for one in since], [ordinals[one] for one in until],
        begun, [one or _STANDS for one in ended],
    )  # fmt: skip
    return [np.array(column, np.int64) for column in columns]


class _Counter:
    """Counts day by day out of the rows that stand (计数)."""

    def __init__(
        self, places: _Table, stays: _Table, statuses: _Table, villages: tuple[str, ...]
    ) -> None:
        self.villages = villages
        self.homes = np.unique(places.home)
        self.places, self.at = places, np.searchsorted(self.homes, places.home)
        self.stays, self.stays_at = self._known(stays)
        self.statuses, self.statuses_at = self._known(statuses)

    def _known(self, rows: _Table) -> tuple[_Table, _Numbers]:
        """The rows of households that lived somewhere, each with the number of its household."""
        known = np.isin(rows.home, self.homes)
        kept = _Table(*(column[known] for column in rows._columns()))
        return kept, np.searchsorted(self.homes, kept.home)

    def on(self, day: date) -> dict[str, Counts]:
        number = day.toordinal()
        lives = self.places.on(number)
        home, village = self.at[lives], self.places.said[lives]
        members = np.bincount(self.stays_at[self.stays.on(number)], minlength=len(self.homes))
        opened = self.statuses.on(number)
        table = np.zeros((len(self.villages), WIDTH), np.int64)
        for at, standing in enumerate(STANDINGS):
            counted = self._standing(standing, opened)[home]
            np.add.at(table[:, 2 * at], village[counted], 1)
            np.add.at(table[:, 2 * at + 1], village[counted], members[home[counted]])
        some = np.flatnonzero(table[:, 0])
        return {self.villages[one]: tuple(table[one].tolist()) for one in some.tolist()}

    def _standing(self, standing: Standing, opened: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Household number → whether it has the standing."""
        wanted, without = KINDS[standing]
        if not wanted:
            return np.ones(len(self.homes), np.bool_)
        return self._having(wanted, opened) & ~self._having(without, opened)

    def _having(
        self, kinds: Iterable[StatusKind], opened: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        has = np.zeros(len(self.homes), np.bool_)
        asked = np.isin(self.statuses.said, [_KINDS[kind.value] for kind in kinds])
        has[self.statuses_at[opened & asked]] = True
        return has


def households_touched(batches: Iterable[int]) -> set[int]:
    """Households whose place, members or statuses these batches began or ended. Three queries for 500."""
    found: set[int] = set()
    for keys in lots(sorted(set(batches))):
        written = Q(begun_by__in=keys) | Q(ended_by__in=keys)
        statuses = Status.objects.filter(written, subject=Subject.HOUSEHOLD)
        found.update(statuses.values_list("subject_id", flat=True))
        for model in (Residence, Membership):
            rows: Any = model.objects
            found.update(rows.filter(written).values_list("household_id", flat=True))
    return found


def open_batches() -> set[int]:
    """Batches of which nothing is seen yet. One query."""
    return set(Batch.objects.open().values_list("id", flat=True))


def changed(villages: Villages, before: Villages, after: Villages) -> dict[str, Counts]:
    """The counts of a day with those of some households taken out and put in again."""
    found = dict(villages)
    for code in before.keys() | after.keys():
        parts = zip(
            found.get(code, NONE), before.get(code, NONE), after.get(code, NONE), strict=True
        )
        found[code] = tuple(stood - was + now for stood, was, now in parts)
        if found[code] == NONE:
            del found[code]
    return found
