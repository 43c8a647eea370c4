"""Rows of one list that are likely the same person (疑似重复): candidate pairs, compared column by column.

Only rows that agree in a blocking column are compared. A pair scores one for each comparison that holds;
from a stated score on it is likely the same. A cell that says nothing agrees with nothing. The rule is
given by the caller; nothing here knows which columns tell people apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

KINDS = ("same", "jaro-winkler", "levenshtein")
_PREFIX, _PREFIX_WEIGHT, _BOOST_FROM = 4, 0.1, 0.7


@dataclass(frozen=True)
class Comparison:
    """One column and when two cells of it agree (比对项): the same, or alike to at least a degree."""

    column: str
    kind: str = "same"
    at_least: float = 1.0

    def holds(self, one: str, other: str) -> bool:
        """Whether two cells agree; an empty one never does."""
        if not one or not other:
            return False
        if self.kind == "same" or one == other:
            return one == other
        alike = jaro_winkler if self.kind == "jaro-winkler" else levenshtein_likeness
        return alike(one, other) >= self.at_least


@dataclass(frozen=True)
class Pair:
    """Two rows (by place) that are compared (候选对), and in which columns they agree."""

    first: int
    second: int
    agree: tuple[str, ...]

    @property
    def score(self) -> int:
        """How many comparisons hold."""
        return len(self.agree)


def candidate_pairs(blocks: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Pairs of rows that agree in at least one blocking column (分块), each once, in order."""
    seen: set[tuple[int, int]] = set()
    for column in blocks:
        members: dict[str, list[int]] = {}
        for row, cell in enumerate(column):
            if cell:
                members.setdefault(cell, []).append(row)
        seen.update(pair for rows in members.values() for pair in combinations(rows, 2))
    yield from sorted(seen)


def compared(
    columns: Mapping[str, Sequence[str]], blocks: Sequence[str], rule: Sequence[Comparison]
) -> list[Pair]:
    """All candidate pairs with what they agree in (逐对比对)."""
    found = []
    for first, second in candidate_pairs([columns[name] for name in blocks]):
        agree = tuple(
            one.column
            for one in rule
            if one.holds(columns[one.column][first], columns[one.column][second])
        )
        found.append(Pair(first, second, agree))
    return found


def jaro_winkler(one: str, other: str) -> float:
    """Likeness 0 … 1 (相似度), higher for the same beginning: Winkler (1990), the boost from 0.7 on."""
    alike = _jaro(one, other)
    if alike <= _BOOST_FROM:
        return alike
    same = 0
    for a, b in zip(one[:_PREFIX], other[:_PREFIX], strict=False):
        if a != b:
            break
        same += 1
    return alike + same * _PREFIX_WEIGHT * (1 - alike)


def _jaro(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    reach = max(len(one), len(other)) // 2 - 1
    taken = [False] * len(other)
    matched = []
    for place, letter in enumerate(one):
        for at in range(max(0, place - reach), min(len(other), place + reach + 1)):
            if not taken[at] and other[at] == letter:
                taken[at] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    there = [letter for letter, hit in zip(other, taken, strict=True) if hit]
    moved = sum(a != b for a, b in zip(matched, there, strict=True)) // 2
    m = len(matched)
    return (m / len(one) + m / len(other) + (m - moved) / m) / 3


def levenshtein_likeness(one: str, other: str) -> float:
    """1 less the letters to change, over the longer length (编辑距离相似度)."""
    longer = max(len(one), len(other))
    if longer == 0:
        return 1.0
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, row[0] = row[0], place
        for at, sign in enumerate(other, start=1):
            before, row[at] = (
                row[at],
                min(row[at] + 1, row[at - 1] + 1, before + (letter != sign)),
            )
    return 1 - row[-1] / longer
