"""Lists from the columns in memory (按列选户): the households, in their order.

Group, status, state, a helper's or a pasted list and the place are each a look at a column; the database is
asked for the lines of one page alone. A list of another day is left to the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from mingbai.accounts.scopes import Scope
from mingbai.decisions.homes import homes
from mingbai.decisions.standings import Kinds, Standings
from mingbai.households.queries import Filter, Standing
from mingbai.households.queries.columns import Columns, Flags, Keys, residents
from mingbai.households.queries.holding import holding
from mingbai.households.queries.listing import as_written


@dataclass(frozen=True)
class Chosen:
    """The households of a list (选出的户), by village and key."""

    columns: Columns
    standings: Standings
    states: Scope  # where states may be read
    at: Keys  # places in the columns, in order

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.at)

    def page(self, code: str, key: int, limit: int) -> list[tuple[int, str]]:
        """The first of them after a village and household, each with its village."""
        first = self.columns.place(code, key, after=True) if code else 0
        start = int(np.searchsorted(self.at, first))
        return self.columns.named(self.at[start : start + limit])

    def beside(self, code: str, key: int, *, before: bool) -> int | None:
        """The household before or after one, be it in the list or not."""
        place = self.columns.place(code, key, after=not before)
        at = int(np.searchsorted(self.at, place)) - before
        beside = self.columns.named(self.at[at : at + 1]) if 0 <= at < len(self.at) else []
        return beside[0][0] if beside else None

    def count(self, kinds: Kinds) -> int:
        """How many of them are of these kinds, where states may be read."""
        return int(self._counts[kinds].sum())

    @cached_property
    def _counts(self) -> Keys:
        """Households of the list by kind."""
        found, size = homes(), len(self.standings.everybody())
        kinds = found.kinds(self.standings)
        listed = among(self.columns.household[self.at], found.household)
        told = listed & found.inside(self.states) & (kinds >= 0)
        return np.bincount(kinds[told], minlength=size).astype(np.int64)[:size]


def among(keys: Keys, asked: Keys) -> Flags:
    """Whether each household that is asked about is one of these."""
    flags = np.zeros(int(max(keys.max(initial=0), asked.max(initial=0))) + 1, np.bool_)
    flags[keys] = True
    found: Flags = flags[asked]
    return found


def choose(
    standings: Standings,
    kinds: Kinds | None,
    *,
    scope: Scope,
    states: Scope,
    day: date,
    filters: Filter,
) -> Chosen:
    """The households in a scope, of some kinds or of all, narrowed as the filters say.

    `states`: where states may be read; who is asked for by kind lies there too. At most three queries, none
    where nothing was recorded since the page began.
    """
    columns, flags = _of_kinds(standings, kinds) if kinds is not None else _everybody(day)
    flags &= columns.inside(scope, filters.division_code)
    if kinds is not None:
        flags &= columns.inside(states)
    if filters.group_number:
        living = residents(day)
        there = living.in_group(as_written(filters.group_number))
        flags &= there if living is columns else among(living.household[there], columns.household)
    if filters.standing != Standing.ALL:
        flags &= holding(filters.standing, day, columns.household)
    if filters.household_ids is not None:
        flags &= columns.among(filters.household_ids)
    return Chosen(columns, standings, states, np.flatnonzero(flags))


def _of_kinds(standings: Standings, kinds: Kinds) -> tuple[Columns, Flags]:
    found = homes()
    return found, found.chosen(standings, kinds)


def _everybody(day: date) -> tuple[Columns, Flags]:
    found = residents(day)
    return found, np.ones(len(found.household), np.bool_)
