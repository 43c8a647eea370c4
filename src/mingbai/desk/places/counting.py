"""Households and persons of places (各地户数人数): of one's scope, on several days, by today's places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mingbai.accounts.scopes import Scope
from mingbai.households.daycounts import Counts
from mingbai.households.queries.counting import Standing
from mingbai.households.queries.daily import added, in_scope, standing_of, village_counts
from mingbai.places.codes import range_of
from mingbai.places.enums import DIGITS
from mingbai.places.queries import lineage


class Counted:
    """Counts under a place on some days (分地统计); what a merged or re-coded village was counts as its heir.

    Some five queries in all, however many days and villages.
    """

    def __init__(self, scope: Scope, code: str, today: date, days: Iterable[date]) -> None:
        wanted = {today, *days}
        self.days = frozenset(wanted)
        counts = in_scope(village_counts(wanted), scope)
        self._steps = lineage(today)
        self._left = {step.old for step in self._steps.steps}
        self.today, self.code = today, code
        self._range = range_of(code)
        self._codes = {day: frozenset(counts[day]) for day in wanted}
        self._days = {
            day: [
                (heirs, one)
                for village, one in counts[day].items()
                if self._inside(heirs := self._heirs(village, day))
            ]
            for day in wanted
        }

    def _heirs(self, village: str, day: date) -> frozenset[str]:
        """What the village of a day is today."""
        if village not in self._left:
            return frozenset((village,))
        return self._steps.follow(village, day, self.today)

    def _inside(self, heirs: frozenset[str]) -> bool:
        low, high = self._range
        return all(low <= one <= high for one in heirs)

    def place_on(self, day: date) -> str:
        """The code under which exactly these households lived on a day; blank where there is no such code."""
        mine = {village for village in self._codes[day] if self._inside(self._heirs(village, day))}
        low, high = self._range
        if all(low <= one <= high for one in mine):
            return self.code
        for digits in sorted(DIGITS.values(), reverse=True):
            prefixes = {one[:digits] for one in mine}
            if len(prefixes) == 1 and mine == {
                one for one in self._codes[day] if one[:digits] in prefixes
            }:
                return prefixes.pop().ljust(12, "0")
        return ""

    def moved_since(self, day: date) -> bool:
        """Whether codes changed between a day and the day of the counts."""
        return any(day < step.day <= self.today for step in self._steps.steps)

    @property
    def held(self) -> set[str]:
        """Villages of today with a household."""
        return {code for heirs, _ in self._days[self.today] for code in heirs}

    def whole(self, day: date) -> Counts:
        """Everything under the place."""
        return added(one for _, one in self._days[day])

    def by_place(self, day: date, digits: int) -> dict[str, Counts]:
        """Code of so many digits → counts; a village split between two such places is with neither."""
        found: dict[str, list[Counts]] = {}
        for heirs, one in self._days[day]:
            codes = {code[:digits] for code in heirs}
            if len(codes) == 1:
                found.setdefault(codes.pop().ljust(12, "0"), []).append(one)
        return {code: added(parts) for code, parts in found.items()}

    def series(
        self, standing: Standing, days: Iterable[date], digits: int
    ) -> dict[str, list[tuple[int, int]]]:
        """Code → households and persons on each of the days."""
        wanted = list(days)
        found: dict[str, list[tuple[int, int]]] = {}
        for at, day in enumerate(wanted):
            for code, counts in self.by_place(day, digits).items():
                row = found.setdefault(code, [(0, 0)] * len(wanted))
                row[at] = standing_of(counts, standing)
        return found
