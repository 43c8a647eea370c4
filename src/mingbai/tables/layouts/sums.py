"""Sums that hold in a table (合计校验): only what nearly all figures obey is asked of the rest."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from mingbai.tables.layouts.crosstabs import Place
from mingbai.tables.layouts.matrices import RATIO, ZERO, Matrix
from mingbai.tables.layouts.patterns import Pattern, by_figures, by_labels, by_levels, is_total

Axis = Literal["row", "column"]
# Above this the figures alone are not searched for sums; labels are enough of a guide.
_MOST_LINES = 240
_SAMPLES = 8
# Decimal digits of agreement that chance does not give.
_EVIDENCE, _EVIDENCE_EACH, _EVIDENCE_TOGETHER = 8, 3, 10
# So many sums without rounding show that a table has none.
_ENOUGH = 24


@dataclass(frozen=True, slots=True)
class Sum:
    """A cell that should be the sum of others (合计); `constant` stands for a cell nobody prints."""

    axis: Axis
    whole: Place | None
    parts: tuple[Place, ...]
    slack: Decimal
    constant: Decimal = ZERO

    @property
    def cells(self) -> tuple[Place, ...]:
        return self.parts if self.whole is None else (self.whole, *self.parts)


def sums(matrix: Matrix) -> list[Sum]:
    """All sums of a table that its own figures confirm, along rows and along columns."""
    across, down = _Finder(matrix, "row"), _Finder(matrix, "column")
    tallies = [trial.tally() for finder in (across, down) for trial in finder.proposed_trials()]
    exact, off = sum(one[0] for one in tallies), sum(one[1] for one in tallies)
    matrix.exact = exact + off >= _ENOUGH and 10 * off <= exact + off
    found = across.confirmed()
    for one in found:
        # What a count is the sum of is counted as well.
        if one.whole is not None and not matrix.may_be_rounded(one.whole[1]):
            matrix.counted |= {place[1] for place in one.parts}
    return found + down.confirmed()


class _Finder:
    """Proposes sums along one axis and keeps those the figures obey.

    Axis "row": within each row a column is the sum of others. Axis "column": within each column a
    row is the sum of others.
    """

    def __init__(self, matrix: Matrix, axis: Axis) -> None:
        self.matrix = matrix
        self.axis = axis
        self.lines = matrix.columns if axis == "row" else matrix.rows
        self.across = matrix.rows if axis == "row" else self._summed()

    def _summed(self) -> list[int]:
        """Columns a total row may sum: counts and amounts, no shares or averages."""
        matrix = self.matrix
        return [c for c in matrix.columns if not RATIO.search("/".join(matrix.path(c)))]

    def place(self, line: int, other: int) -> Place:
        return (other, line) if self.axis == "row" else (line, other)

    def proposed_trials(self) -> list[_Trial]:
        """Every sum the labels propose, held against the figures."""
        return [trial for family in self.families.values() for trial in family]

    @cached_property
    def families(self) -> dict[str, list[_Trial]]:
        families: dict[str, list[_Trial]] = defaultdict(list)
        for pattern in self._proposed():
            families[pattern.family].append(_Trial(self, pattern))
        return families

    def confirmed(self) -> list[Sum]:
        """The sums that hold, by label first."""
        found: list[_Held] = []
        for family in self.families.values():
            for held in self._obeyed(family):
                _keep(found, held)
        explained = {line for held in found for line in (held.pattern.whole, *held.pattern.parts)}
        if len(self.lines) <= _MOST_LINES and not explained.issuperset(self.lines):
            self._by_figures(found)
        return [one for held in found for one in held.sums]

    def _proposed(self) -> Iterable[Pattern]:
        table = self.matrix.table
        if self.axis == "row":
            yield from by_labels([(c, table.heads[c].path) for c in self.lines])
            return
        grouped = any(line.group for line in table.lines)
        if grouped:
            yield from by_labels(
                [(n, (*line.group, line.label)) for n, line in enumerate(table.lines)]
            )
        else:
            yield from by_levels(table.lines)

    def _by_figures(self, found: list[_Held]) -> None:
        """Ask the figures themselves, for lines that no label explains; inner sums come first."""
        consumed: set[int] = set()
        if self.axis == "column":
            consumed = {part for held in found for part in held.pattern.parts}
        for _ in range(3):
            known = {held.pattern.whole for held in found}
            order = [line for line in self.lines if line not in consumed]
            samples, grain = self._samples(order)
            patterns = [p for p in by_figures(order, samples, grain) if p.whole not in known]
            held = self._runs_held(patterns) + self._totals_held(order, known)
            if not held:
                return
            for one in sorted(held, key=lambda h: len(h.pattern.parts), reverse=True):
                if one.pattern.whole not in consumed or self.axis == "row":
                    _keep(found, one)
                    consumed |= set(one.pattern.parts)

    def _totals_held(self, order: Sequence[int], known: set[int]) -> list[_Held]:
        """Lines that say total and are the sum of all that no other sum has taken up."""
        table = self.matrix.table
        labels = {n: table.lines[n].label for n in order} if self.axis == "column" else {}
        if self.axis == "row":
            labels = {n: table.heads[n].path[-1] for n in order if table.heads[n].path}
        totals = [n for n, label in labels.items() if is_total(label)]
        parts = tuple(n for n in order if n not in totals)
        trials = [
            _Trial(self, Pattern(total, parts, True, f"rest:{total}"))
            for total in totals
            if total not in known and len(parts) > 1
        ]
        for trial in trials:
            trial.settle_rounding()
        return [trial.held() for trial in trials if trial.convinces()]

    def _runs_held(self, patterns: Sequence[Pattern]) -> list[_Held]:
        """Runs that hold; where several of one shape do, one more with a slip in it is believed."""
        trials = [_Trial(self, pattern) for pattern in patterns]
        for trial in trials:
            trial.settle_rounding()
        sure = [trial for trial in trials if trial.convinces()]
        # Five ages to each group: many small sums of one length convince together.
        alike: dict[tuple[int, int, int], list[_Trial]] = defaultdict(list)
        for trial in trials:
            if trial not in sure and not trial.misses and trial.evidence >= _EVIDENCE_EACH:
                alike[(*_shape(trial.pattern), len(trial.pattern.parts))].append(trial)
        for group in alike.values():
            if len(group) > 2 and sum(trial.evidence for trial in group) >= _EVIDENCE_TOGETHER:
                sure += group
        shapes = Counter(_shape(trial.pattern) for trial in sure)
        known = {trial.pattern.whole for trial in sure}
        likely = [
            trial
            for trial in trials
            if shapes[_shape(trial.pattern)] > 1
            and trial.pattern.whole not in known
            and trial.hits > trial.misses
            and trial.evidence >= _EVIDENCE_EACH
        ]
        return [trial.held() for trial in (*sure, *likely)]

    def _samples(self, order: Sequence[int]) -> tuple[list[list[int]], int]:
        """A few lines across with the most filled cells, as whole millionths, and how far they agree."""

        def filled(other: int) -> int:
            return sum(
                self.matrix.figure(self.place(line, other)).state == "number" for line in order
            )

        chosen = sorted(self.across, key=filled, reverse=True)[:_SAMPLES]
        samples = []
        for other in chosen:
            values = [self.matrix.value(self.place(line, other)) or ZERO for line in order]
            samples.append([int(value.scaleb(6)) if abs(value) < 10**15 else 0 for value in values])
        digits = max((self.matrix.decimals[column] for column in self.matrix.columns), default=0)
        return samples, max(10 ** max(6 - digits, 0) * 2, 8)

    def _obeyed(self, trials: Sequence[_Trial]) -> list[_Held]:
        """The patterns of a family that hold, each as its sums, those that fail among them."""
        for trial in trials:
            trial.settle_rounding()
        hits = sum(trial.hits for trial in trials)
        misses = sum(trial.misses for trial in trials)
        evidence = sum(trial.evidence for trial in trials)
        if evidence < 2 * misses or not _holds(hits, misses, trials[0].pattern.named):
            return [trial.held() for trial in trials if len(trials) > 1 and trial.convinces()]
        strong = hits >= 12 * misses
        # A family is judged together: one small group of many needs less to show for itself.
        enough = _EVIDENCE if evidence < 2 * _EVIDENCE else _EVIDENCE / 4
        return [
            trial.held()
            for trial in trials
            if (trial.belongs() or (strong and trial.hits + trial.misses <= 3))
            and (trial.pattern.named or trial.evidence >= enough)
        ]


@dataclass(frozen=True)
class _Held:
    """A pattern that holds, and its sums."""

    pattern: Pattern
    hits: int
    sums: list[Sum]


def _shape(pattern: Pattern) -> tuple[int, int]:
    """Where the parts of a run begin beside their sum, and how far apart they are."""
    return pattern.parts[0] - pattern.whole, pattern.parts[1] - pattern.parts[0]


def _keep(found: list[_Held], held: _Held) -> None:
    """Add a pattern unless another says nearly the same of the same line; the better one stays."""
    mine = set(held.pattern.parts)
    for number, other in enumerate(found):
        shared = len(mine & set(other.pattern.parts))
        if other.pattern.whole == held.pattern.whole and shared:
            if (held.hits, held.pattern.named) > (other.hits, other.pattern.named):
                found[number] = held
            return
    found.append(held)


def _holds(hits: int, misses: int, named: bool) -> bool:
    if named:
        return hits >= misses and hits >= 1 and misses <= max(2, (hits + misses) // 4)
    return hits >= 2 and misses <= max(1, (hits + misses) // 8)


class _Trial:
    """One pattern held against every line across it."""

    def __init__(self, finder: _Finder, pattern: Pattern) -> None:
        self.finder = finder
        self.pattern = pattern
        self.instances: list[tuple[Sum, Decimal, bool, int]] = []
        for other in finder.across:
            self._try(other)
        self.rounding: set[int] = set()
        self._count()

    def _try(self, other: int) -> None:
        matrix = self.finder.matrix
        whole = self.finder.place(self.pattern.whole, other)
        parts = tuple(self.finder.place(part, other) for part in self.pattern.parts)
        values = [matrix.value(place) for place in parts]
        printed = matrix.value(whole)
        if printed is None or any(value is None for value in values):
            return
        total = sum((value for value in values if value is not None), ZERO)
        filled = bool(printed) or any(values)
        computed = max(abs(printed), abs(total)) * Decimal("1e-11")
        figures = [matrix.figure(place) for place in (whole, *parts)]
        slack = sum((one.half for one in figures if one.computed), ZERO) + computed
        self.instances.append(
            (Sum(self.finder.axis, whole, parts, slack), printed - total, filled, other)
        )

    def _count(self) -> None:
        self.hits = self.misses = 0
        self.evidence = 0.0
        for one, rest, filled, other in self.instances:
            if not filled:
                continue
            if abs(rest) <= self._slack(one, other):
                self.hits += 1
                self.evidence += self._weight(one)
            else:
                self.misses += 1

    def _weight(self, one: Sum) -> float:
        """How little chance it is that this sum holds by accident, in decimal digits."""
        matrix = self.finder.matrix
        filled = sum(bool(matrix.value(part)) for part in one.parts)
        value = abs(matrix.value(one.whole) or ZERO) if one.whole else ZERO
        step = 2 * matrix.half(one.whole) if one.whole else ZERO
        return (
            math.log10(1 + float(value / (step or 1))) if filled > 1 or len(one.parts) == 1 else 0.0
        )

    def _column(self, other: int) -> int:
        return other if self.finder.axis == "column" else self.pattern.whole

    def _slack(self, one: Sum, other: int) -> Decimal:
        if self._column(other) not in self.rounding:
            return one.slack
        return sum((self._half(place) for place in one.cells), ZERO) + one.slack

    def _half(self, place: Place) -> Decimal:
        """Half of the last digit: a printed 12 in a column with two decimals is 12.00."""
        matrix = self.finder.matrix
        return Decimal(5).scaleb(-matrix.decimals[place[1]] - 1)

    def settle_rounding(self) -> None:
        """Where figures may be rounded, small differences are no misses unless sums are exact."""
        columns = {self._column(other) for _, _, _, other in self.instances}
        loose = {column for column in columns if self.finder.matrix.may_be_rounded(column)}
        if loose:
            exact, off, _ = self._nearly(loose)
            if off and (exact < 19 * off or exact + off < 40):
                self.rounding = loose
                self._count()

    def tally(self) -> tuple[int, int]:
        """Sums of whole numbers that are exact, and that are off by rounding at most."""
        whole = self.finder.matrix.whole_numbers
        exact, off, far = self._nearly(
            {self._column(other) for *_, other in self.instances} & whole
        )
        return (exact, off) if exact + off > 3 * far else (0, 0)

    def _nearly(self, columns: set[int]) -> tuple[int, int, int]:
        """How many sums of several parts are exact, off by rounding at most, and further off."""
        matrix = self.finder.matrix
        exact = off = far = 0
        for one, rest, filled, other in self.instances:
            parts = sum(bool(matrix.value(part)) for part in one.parts)
            if not filled or self._column(other) not in columns or parts < 2:
                continue
            if abs(rest) <= one.slack:
                exact += 1
            elif abs(rest) <= sum((self._half(place) for place in one.cells), ZERO) + one.slack:
                off += 1
            else:
                far += 1
        return exact, off, far

    def belongs(self) -> bool:
        """Whether a member of a family that holds may be taken at its word, with its slips.

        Half of it may be damaged when what is left meets in too many digits for chance.
        """
        sure = self.pattern.named and self.evidence >= 4 * self.misses and self.hits > 2
        return self.hits >= self.misses or (sure and 2 * self.hits >= self.misses)

    def convinces(self) -> bool:
        """Whether this pattern holds by itself, without others of its kind."""
        enough = _EVIDENCE / 2 if self.pattern.named else _EVIDENCE
        return _holds(self.hits, self.misses, self.pattern.named) and self.evidence >= enough

    def held(self) -> _Held:
        sums = [
            Sum(one.axis, one.whole, one.parts, self._slack(one, other))
            for one, _, _, other in self.instances
        ]
        return _Held(self.pattern, self.hits, sums)
