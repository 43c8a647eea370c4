"""Every household with the village and pattern it stands in (逐户状态), in memory, in the order of lists.

What a list is narrowed to by state and by something else is one look at these columns: the page, how long the
list is, its heads, and who comes before and after somebody. They follow the chain, village by village.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from mingbai.decisions.models import State
from mingbai.decisions.standings import Kinds, Standings
from mingbai.households.queries.columns import Columns, Flags, Following, Keys


@dataclass(frozen=True)
class Homes(Columns):
    """Households with a state by village code and key (逐户状态): columns of one length."""

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


def _states(_day: date | None) -> Any:
    return State.objects.recorded()


_homes = Following(State, "pattern_id", _states, Homes)


def homes() -> Homes:
    """Every household with a state. One query when nothing was recorded since the last look."""
    found: Homes = _homes.read()
    return found
