"""What a score is made of (评分数字): a rate never stands without its two numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import sqrt

from mingbai.engine.model.values import Text

#: Quantile of the normal distribution for an interval of 95 %.
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """A share (比率): `part` of `whole`."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share; none of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of 95 % by Wilson, which holds for small counts and shares near 0 and 1."""
        share, n = self.value, self.whole
        if share is None:
            return None
        middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is scored (评分行), with its rates by the column they stand in."""

    id: str
    label: Text
    rates: Mapping[str, Rate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one kind (评分栏目): what its columns are called, and what to know before reading it."""

    id: str
    title: Text
    note: Text
    columns: Mapping[str, Text]
    lines: tuple[Line, ...]


RECALL = Text("查全：真有的找到几个", "recall: found of those that are there")
PRECISION = Text("查准：找到的真有几个", "precision: there of those that were named")


def found(true: Collection[str], named: Collection[str]) -> dict[str, Rate]:
    """Recall and precision (查全、查准) of a set that was named against the true one."""
    both = len(set(true) & set(named))
    return {"recall": Rate(both, len(set(true))), "precision": Rate(both, len(set(named)))}
