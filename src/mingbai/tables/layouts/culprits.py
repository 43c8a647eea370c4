"""Which cell is wrong (错在哪一格): the one whose correction makes the most sums right again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mingbai.tables.layouts.crosstabs import Place
from mingbai.tables.layouts.matrices import ZERO, Matrix
from mingbai.tables.layouts.ratios import Rules
from mingbai.tables.layouts.sums import Sum

_MOST = 2_000
_GUESSES = 200
_DEPTH = 3
_MOST_CELLS = 40


@dataclass(frozen=True)
class Mend:
    """A cell and the value that makes several sums right at once: offered, never applied."""

    place: Place
    expected: Decimal
    sums: tuple[Sum, ...]


def culprits(matrix: Matrix, sums: Sequence[Sum]) -> tuple[list[Mend], list[Sum]]:
    """Explain failing sums by single cells; what no cell explains is left as failing sums.

    `matrix` goes on with the mended values, so that what follows from a wrong cell is not told twice.
    """
    search = _Search(matrix, sums)
    mends = search.explain(_DEPTH)
    return mends, [sums[n] for n in sorted(search.failing)]


def confirmed_by_rules(
    matrix: Matrix, rules: Rules, known: Sequence[Sum], failing: Sequence[Sum]
) -> tuple[list[Mend], list[Sum]]:
    """Failing sums whose wrong cell shows in a share or product as well: mended, both hold."""
    holding = {place for one in known if one not in failing for place in one.cells}
    mends, left = [], []
    for one in failing:
        total = sum((matrix.value(part) or ZERO for part in one.parts), ZERO)
        whole = one.constant if one.whole is None else matrix.value(one.whole) or ZERO
        found = []
        for place in one.cells if len(one.cells) <= _MOST_CELLS else ():
            change = total - whole if place == one.whole else whole - total
            if place not in holding and rules.broken_by(place):
                expected = (matrix.value(place) or ZERO) + change
                matrix.suppose(place, expected)
                if not rules.broken_by(place):
                    found.append(Mend(place, expected, (one,)))
                matrix.suppose(place, expected - change)
        if len(found) == 1:
            matrix.suppose(found[0].place, found[0].expected)
            mends += found
        else:
            left.append(one)
    return mends, left


class _Search:
    """The failing sums and, for every cell, what would mend them."""

    def __init__(self, matrix: Matrix, sums: Sequence[Sum]) -> None:
        self.matrix = matrix
        self.sums = sums
        self.touching: dict[Place, list[int]] = defaultdict(list)
        self.rest: list[Decimal] = []
        self.mended: set[Place] = set()
        self.guesses = 0
        for number, one in enumerate(sums):
            for place in one.cells:
                self.touching[place].append(number)
            self.rest.append(self._rest(one))
        self.failing = {n for n, one in enumerate(sums) if abs(self.rest[n]) > one.slack}

    def _rest(self, one: Sum) -> Decimal:
        value = self.matrix.value
        whole = one.constant if one.whole is None else value(one.whole) or ZERO
        return whole - sum((value(place) or ZERO for place in one.parts), ZERO)

    def _change(self, number: int, place: Place) -> Decimal:
        """By how much the cell would have to change for this sum to hold."""
        return -self.rest[number] if self.sums[number].whole == place else self.rest[number]

    def best(self) -> Mend | None:
        """The cell that mends most; none when two cells that exclude each other do equally well."""
        ranked: list[tuple[tuple[int, int, int], Place, Decimal, tuple[int, ...]]] = []
        places = {place for n in self.failing for place in self.sums[n].cells}
        for place in sorted(places - self.mended):
            found = self._mend(place)
            if found is not None:
                ranked.append(found)
        ranked.sort(key=lambda one: one[0], reverse=True)
        while ranked:
            rank, place, change, mended = ranked.pop(0)
            rivals = [o for o in ranked if o[0] == rank and set(o[3]) & set(mended)]
            if not rivals:
                expected = (self.matrix.value(place) or ZERO) + change
                return Mend(place, expected, tuple(self.sums[n] for n in mended))
            ranked = [o for o in ranked if o not in rivals]
        return None

    def settle(self) -> list[Mend]:
        """Mend as long as several sums agree on a cell."""
        mends: list[Mend] = []
        while len(mends) < _MOST and (mend := self.best()) is not None:
            self.apply(mend)
            mends.append(mend)
        return mends

    def explain(self, depth: int) -> list[Mend]:
        """Mend what several sums agree on; where wrong cells share their sums, try one of them.

        A guess counts only if, with what follows from it, all sums of its cell hold in the end.
        """
        mends = self.settle()
        tried: set[tuple[Place, Decimal]] = set()
        while depth and self.guesses < _GUESSES and (first := self._guess(tried)) is not None:
            tried.add((first.place, first.expected))
            self.guesses += 1
            before = list(self.rest), set(self.failing)
            self.apply(first)
            more = [first, *self.explain(depth - 1)]
            if self.failing & set(self.touching[first.place]):
                self._restore(before, more)
            else:
                mends += more
        return mends

    def _guess(self, tried: set[tuple[Place, Decimal]]) -> Mend | None:
        """A cell none of whose sums holds; mended by one of them, the others come nearer."""
        ranked = []
        for place in {place for n in self.failing for place in self.sums[n].cells} - self.mended:
            failing = [n for n in self.touching[place] if n in self.failing]
            if len(failing) < 2 or len(failing) < len(self.touching[place]):
                continue
            value = self.matrix.value(place) or ZERO
            for change in {self._change(n, place) for n in failing}:
                gaps = [abs(self._change(n, place) - change) - abs(self.rest[n]) for n in failing]
                if max(gaps) >= 0 or not self._possible(place, change):
                    continue
                if (place, value + change) not in tried:
                    mend = Mend(place, value + change, tuple(self.sums[n] for n in failing))
                    key = (-self._suspicious(place), -len(failing), sum(gaps), place)
                    ranked.append((key, mend))
        return min(ranked, key=lambda one: one[0])[1] if ranked else None

    def _restore(self, before: tuple[list[Decimal], set[int]], mends: Sequence[Mend]) -> None:
        """Take back a guess that explains nothing."""
        self.rest, self.failing = before
        for mend in mends:
            self.mended.discard(mend.place)
            self.matrix.forget(mend.place)

    def _mend(
        self, place: Place
    ) -> tuple[tuple[int, int, int], Place, Decimal, tuple[int, ...]] | None:
        touching = self.touching[place]
        failing = [n for n in touching if n in self.failing]
        if len(failing) < 2:
            return None
        best = None
        for number in failing:
            change = self._change(number, place)
            agreed = tuple(
                n
                for n in failing
                if abs(self._change(n, place) - change)
                <= self.sums[n].slack + self.sums[number].slack
            )
            broken = len(touching) - len(failing)
            score = len(agreed) - broken
            if len(agreed) < 2 or score < 1 or not self._possible(place, change):
                continue
            rank = (score, len(agreed), self._suspicious(place))
            if best is None or rank > best[0]:
                best = (rank, place, change, agreed)
        return best

    def _possible(self, place: Place, change: Decimal) -> bool:
        """A count cannot become negative or broken."""
        value = (self.matrix.value(place) or ZERO) + change
        if place[1] not in self.matrix.whole_numbers:
            return True
        column = [(row, place[1]) for row in self.matrix.rows]
        whole = value == value.to_integral_value()
        return whole and (value >= 0 or self.matrix.negatives(column))

    def _suspicious(self, place: Place) -> int:
        """Empty and misread cells, and a broken number among counts, are the likelier slips."""
        figure = self.matrix.figure(place)
        broken = figure.state == "number" and not figure.whole
        slip = broken and place[1] in self.matrix.whole_numbers
        return int(figure.state in ("blank", "odd") or slip)

    def apply(self, mend: Mend) -> None:
        self.matrix.suppose(mend.place, mend.expected)
        self.mended.add(mend.place)
        for number in self.touching[mend.place]:
            self.rest[number] = self._rest(self.sums[number])
            if abs(self.rest[number]) > self.sums[number].slack:
                self.failing.add(number)
            else:
                self.failing.discard(number)
