"""Households and persons of places (各地户数人数): of one's scope, on several days, by today's places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mingbai.accounts.scopes import Scope
from mingbai.desk.places.reaching import covers
from mingbai.households.daycounts import NONE, Counts, Villages
from mingbai.households.queries.counting import Standing
from mingbai.households.queries.daily import added, in_scope, standing_of, village_counts
from mingbai.places.codes import level_of, range_of
from mingbai.places.enums import DIGITS, Level
from mingbai.places.lineage import Lineage
from mingbai.places.queries import lineage

#: Sums of days and levels that are kept: some years by four levels.
MOST_SUMS = 400
_Sums = dict[str, Counts]
_sums: dict[tuple[date, date, int], tuple[Villages, Lineage, _Sums]] = {}


class Counted:
    """Counts under a place on some days (分地统计); what a merged or re-coded village was counts as its heir.

    Some three queries in all, however many days and villages.
    """

    def __init__(self, scope: Scope, code: str, today: date, days: Iterable[date]) -> None:
        self.days = frozenset({today, *days})
        self.today, self.code = today, code
        self._everywhere = village_counts(self.days)
        whole = covers(scope, code)
        self._counts = self._everywhere if whole else in_scope(self._everywhere, scope)
        self._steps = lineage(today)

    def by_place(self, day: date, digits: int) -> _Sums:
        """Code of so many digits → counts; a village split between two such places is with neither."""
        low, high = range_of(self.code)
        found = self._summed(day, digits)
        return {code: counts for code, counts in found.items() if low <= code <= high}

    def whole(self, day: date) -> Counts:
        """Everything under the place."""
        return self._summed(day, DIGITS[level_of(self.code)]).get(self.code, NONE)

    def everywhere(self, day: date, standing: Standing) -> int:
        """Persons of a standing in the whole register."""
        found = self._kept(day, self._everywhere[day], DIGITS[Level.COUNTY])
        return sum(standing_of(counts, standing)[1] for counts in found.values())

    @property
    def held(self) -> set[str]:
        """Villages of today with a household."""
        return set(self.by_place(self.today, DIGITS[Level.VILLAGE]))

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

    def moved_since(self, day: date) -> bool:
        """Whether codes changed between a day and the day of the counts."""
        return any(day < step.day <= self.today for step in self._steps.steps)

    def place_on(self, day: date) -> str:
        """The code under which exactly these households lived on a day; blank where there is no such code."""
        if not self.moved_since(day):
            return self.code
        low, high = range_of(self.code)
        codes = set(self._counts[day])
        left = {step.old for step in self._steps.steps}
        mine = {
            village
            for village in codes
            if all(
                low <= one <= high
                for one in (
                    self._steps.follow(village, day, self.today) if village in left else (village,)
                )
            )
        }
        if all(low <= one <= high for one in mine):
            return self.code
        for digits in sorted(DIGITS.values(), reverse=True):
            prefixes = {one[:digits] for one in mine}
            if len(prefixes) == 1 and mine == {one for one in codes if one[:digits] in prefixes}:
                return prefixes.pop().ljust(12, "0")
        return ""

    def _summed(self, day: date, digits: int) -> _Sums:
        villages = self._counts[day]
        if villages is self._everywhere[day]:
            return self._kept(day, villages, digits)
        return _sum(day, self.today, villages, self._steps, digits)

    def _kept(self, day: date, villages: Villages, digits: int) -> _Sums:
        """The sums of the whole register: the same while its counts and codes are."""
        key = (day, self.today, digits)
        held = _sums.get(key)
        if held is not None and held[0] is villages and held[1] is self._steps:
            return held[2]
        if len(_sums) >= MOST_SUMS:
            _sums.clear()
        found = _sum(day, self.today, villages, self._steps, digits)
        _sums[key] = (villages, self._steps, found)
        return found


def _sum(day: date, today: date, villages: Villages, steps: Lineage, digits: int) -> _Sums:
    found: dict[str, list[Counts]] = {}
    left = {step.old for step in steps.steps}
    for village, counts in villages.items():
        if village not in left:
            found.setdefault(village[:digits], []).append(counts)
            continue
        codes = {code[:digits] for code in steps.follow(village, day, today)}
        if len(codes) == 1:
            found.setdefault(codes.pop(), []).append(counts)
    return {code.ljust(12, "0"): added(parts) for code, parts in found.items()}
