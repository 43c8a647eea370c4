"""Lists by state from the columns in memory (按状态选户): the households, in their order.

Status, state, a helper's or a pasted list and the place are each a look at a column; the database is asked
for the lines of one page alone. A list narrowed by group, or of another day, is left to the database.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from mingbai.accounts.scopes import Scope
from mingbai.decisions.homes import Homes, Keys, homes
from mingbai.decisions.standings import Kinds, Standings
from mingbai.households.queries import Filter, Standing
from mingbai.households.queries.holding import holding


@dataclass(frozen=True)
class Chosen:
    """The households of a list (选出的户), by village and key."""

    homes: Homes
    standings: Standings
    at: Keys  # places in the columns, in order

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.at)

    def page(self, code: str, key: int, limit: int) -> list[tuple[int, str]]:
        """The first of them after a village and household, each with its village."""
        start = int(np.searchsorted(self.at, self._place(code, key, after=True))) if code else 0
        return self._named(self.at[start : start + limit])

    def beside(self, code: str, key: int, *, before: bool) -> int | None:
        """The household before or after one, be it in the list or not."""
        place = self._place(code, key, after=not before)
        at = int(np.searchsorted(self.at, place)) - before
        return self._named(self.at[at : at + 1])[0][0] if 0 <= at < len(self.at) else None

    def count(self, kinds: Kinds) -> int:
        """How many of them are of these kinds."""
        counts = np.bincount(self._kinds[self._kinds >= 0], minlength=len(kinds))
        return int(counts[: len(kinds)][kinds].sum())

    @cached_property
    def _kinds(self) -> Keys:
        return self.homes.kinds(self.standings)[self.at]

    def _named(self, at: Keys) -> list[tuple[int, str]]:
        codes = (self.homes.codes[village] for village in self.homes.village[at].tolist())
        return list(zip(self.homes.household[at].tolist(), codes, strict=True))

    def _place(self, code: str, key: int, *, after: bool) -> int:
        """Where a household stands or would stand in the columns."""
        number = bisect_left(self.homes.codes, code)
        first, last = np.searchsorted(self.homes.village, [number, number + 1]).tolist()
        if number == len(self.homes.codes) or self.homes.codes[number] != code:
            return int(first)
        keys = self.homes.household[first:last]
        return int(first + np.searchsorted(keys, key, side="right" if after else "left"))


def choose(
    standings: Standings,
    kinds: Kinds,
    *,
    scopes: Iterable[Scope],
    day: date,
    filters: Filter,
) -> Chosen:
    """The households of some kinds in all of these scopes, narrowed as the filters say but for a group.

    Two queries, none where nothing was recorded since the page began.
    """
    found = homes()
    flags = found.chosen(standings, kinds)
    for scope in scopes:
        flags &= found.inside(scope, filters.division_code)
    if filters.standing != Standing.ALL:
        flags &= holding(filters.standing, day, found.household)
    if filters.household_ids is not None:
        flags &= found.among(filters.household_ids)
    return Chosen(found, standings, np.flatnonzero(flags))
