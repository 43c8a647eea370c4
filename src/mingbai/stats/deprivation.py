"""Multidimensional poverty by counting (多维贫困): Alkire & Foster (2011), J. Public Economics 95.

A row is deprived in some indicators; its score is the sum of their weights; it is poor if the score
reaches the cutoff k. H: share of the poor. A: their mean score (intensity). M0 = H · A. M1 and M2 put
the depth of each deprivation, and its square, in the place of yes or no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.errors import StatsError
from mingbai.stats.estimates import Estimate, Sample, combined, estimated, sample
from mingbai.stats.inputs import Column, Mask, Numbers, codes, mask, numbers, one_of, wanted
from mingbai.stats.poverty import mean_of

MISSING = ("refuse", "listwise", "reweigh")
_SLACK = 1e-9  # thirds and sixths add up to a third only nearly


def nested_weights(
    dimensions: Mapping[str, Iterable[str]], shares: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Equal nested weights (等权嵌套): dimensions share alike, and indicators within each.

    `shares` gives dimensions other shares; they are made to add up to 1.
    """
    shares = dict.fromkeys(dimensions, 1.0) if shares is None else shares
    whole = sum(shares[name] for name in dimensions)
    names = {dimension: list(within) for dimension, within in dimensions.items()}
    return {
        indicator: shares[dimension] / whole / len(within)
        for dimension, within in names.items()
        for indicator in within
    }


def depths(achievements: Column, cutoff: float, *, inclusive: bool = False) -> Numbers:
    """How far each row is below the cutoff of one indicator (短缺程度), 0 … 1; nan stays nan.

    (z - x) / z where x < z, else 0. With `inclusive` a row at the cutoff counts as deprived, by the
    smallest number above 0, so that it counts in H and M0 and adds nothing to M1.
    """
    wanted("cutoff", cutoff, cutoff > 0, "大于零", "above zero")
    x = numbers(achievements, "achievements")
    found: Numbers = np.clip((cutoff - x) / cutoff, 0.0, 1.0)
    return np.where(inclusive & (x == cutoff), np.finfo(np.float64).tiny, found)


@dataclass(frozen=True)
class Deprivation:
    """Figures of one population (多维贫困结果); subgroups by `by`.

    `score`: each row's sum of weights; `poor`: who reaches the cutoff. Shares are between 0 and 1.
    """

    weights: Mapping[str, float]
    cutoff: float
    depth: Numbers  # rows × indicators, 0 … 1; 0 for who does not count
    score: Numbers
    poor: Mask
    row_weights: Numbers  # rows × indicators: the weights, or as made up for missing ones
    sample: Sample

    def measure(self, alpha: float = 0.0) -> Estimate:
        """M-alpha: M0 adjusted headcount (多维贫困指数), M1 adjusted gap, M2 adjusted severity."""
        wanted("alpha", alpha, alpha >= 0, "不小于零", "zero or more")
        return mean_of((self._power(alpha) * self.row_weights).sum(axis=1) * self.poor, self.sample)

    def _power(self, alpha: float) -> Numbers:
        return np.where(self.depth > 0, self.depth**alpha, 0.0)

    @cached_property
    def m0(self) -> Estimate:
        """Adjusted headcount ratio M0 = H · A (多维贫困指数)."""
        return self.measure(0)

    @cached_property
    def headcount(self) -> Estimate:
        """H: the share of the population that is poor (多维贫困发生率)."""
        return mean_of(self.poor.astype(np.float64), self.sample)

    @cached_property
    def intensity(self) -> Estimate:
        """A: the mean score of the poor (多维贫困强度); 0 if nobody is poor."""
        if self.headcount.value == 0:
            return estimated(0.0, np.zeros(len(self.poor)), self.sample)
        h, m = self.headcount.value, self.m0.value
        return combined(
            [self.m0, self.headcount], lambda m, h: m / h, [1 / h, -m / h**2], self.sample
        )

    @cached_property
    def uncensored(self) -> dict[str, Estimate]:
        """Of each indicator, the share of the population deprived in it (未删减发生率)."""
        return self._means(np.ones(len(self.poor), dtype=bool))

    @cached_property
    def censored(self) -> dict[str, Estimate]:
        """Of each indicator, the share of the population poor *and* deprived in it (删减发生率)."""
        return self._means(self.poor)

    def _means(self, whom: Mask) -> dict[str, Estimate]:
        return {
            name: mean_of((column > 0) & whom, self.sample)
            for name, column in zip(self.weights, self.depth.T, strict=True)
        }

    def contributions(self, alpha: float = 0.0) -> dict[str, Contribution]:
        """What each indicator adds to M-alpha (指标贡献): the amounts add up to it, the shares to 1."""
        whole, powers = self.measure(alpha), self._power(alpha) * self.row_weights
        return {
            name: self._contribution(mean_of(column * self.poor, self.sample), whole)
            for name, column in zip(self.weights, powers.T, strict=True)
        }

    def _contribution(self, part: Estimate, whole: Estimate) -> Contribution:
        if whole.value == 0:
            return Contribution(part, estimated(0.0, np.zeros(len(self.poor)), self.sample))
        slopes = [1 / whole.value, -part.value / whole.value**2]
        return Contribution(part, combined([part, whole], lambda p, w: p / w, slopes, self.sample))

    def by(self, groups: Column) -> dict[object, Deprivation]:
        """The same figures of each group (分组); standard errors are those of groups of one sample."""
        found, labels = codes(groups, "by", len(self.poor))
        counted = {
            label: self.sample.counted & (found == code) for code, label in enumerate(labels)
        }
        return {label: self._within(who) for label, who in counted.items() if who.any()}

    def _within(self, who: Mask) -> Deprivation:
        of = self.sample.counting(self.sample.values, who)
        return Deprivation(
            self.weights, self.cutoff, self.depth, self.score, self.poor, self.row_weights, of
        )

    def group_contributions(self, groups: Column, alpha: float = 0.0) -> dict[object, Contribution]:
        """What each group adds to M-alpha (分组贡献): population share times its own M-alpha."""
        whole = self.measure(alpha)
        score = (self._power(alpha) * self.row_weights).sum(axis=1) * self.poor
        return {
            label: self._contribution(mean_of(score * one.sample.counted, self.sample), whole)
            for label, one in self.by(groups).items()
        }


@dataclass(frozen=True)
class Contribution:
    """A part of a measure (贡献): the amount, and its share of the whole."""

    amount: Estimate
    share: Estimate


def alkire_foster(
    indicators: Mapping[str, Column],
    weights: Mapping[str, float] | None = None,
    cutoff: float = 1 / 3,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Deprivation:
    """Count deprivations (多维贫困测算): 0 not deprived, 1 deprived; for M1 and M2 `depths` of 0 … 1.

    `weights`: of each indicator, equal if not given, made to add up to 1; see `nested_weights`. Poor is
    whose score is at least `cutoff`. A missing cell (empty or nan): "refuse" (STAT-002); "listwise" the
    row does not count, but stays in the design as a group not looked at (as OPHI and mpitb do);
    "reweigh" the row's known indicators share the weight of the missing ones, and a row of which
    nothing is known does not count.
    """
    one_of("missing", missing, MISSING)
    wanted("cutoff", cutoff, 0 < cutoff <= 1, "大于 0 且不超过 1", "above 0 and at most 1")
    parts = _weights(indicators, weights)
    depth = np.column_stack([numbers(indicators[name], name) for name in parts])
    known = np.isfinite(depth)
    if missing == "refuse" and not known.all():
        row, column = np.argwhere(~known)[0]
        name, count = list(parts)[column], int((~known[:, column]).sum())
        raise StatsError(
            "STAT-002", name=name, row=int(row) + 1, value=depth[row, column], count=count
        )
    _refuse_out_of_range(depth, list(parts))
    enough = known.any(axis=1) if missing == "reweigh" else known.all(axis=1)
    of = sample(np.zeros(len(depth)), design, mask(within, len(depth)) & enough)
    row_weights = np.tile(np.array(list(parts.values())), (len(depth), 1))
    if missing == "reweigh":
        row_weights = np.where(known, row_weights, 0.0)
        row_weights /= np.maximum(row_weights.sum(axis=1, keepdims=True), _SLACK)
    depth = np.where(known & of.counted[:, None], depth, 0.0)
    score = ((depth > 0) * row_weights).sum(axis=1)
    poor = of.counted & (score >= cutoff - _SLACK)
    return Deprivation(parts, cutoff, depth, score, poor, row_weights, of)


def _weights(
    indicators: Mapping[str, Column], weights: Mapping[str, float] | None
) -> dict[str, float]:
    given = dict.fromkeys(indicators, 1.0) if weights is None else dict(weights)
    for name in set(indicators) ^ set(given):
        there, other = ("指标", "权重"), ("indicators", "weights")
        if name in given:
            there, other = (there[1], there[0]), (other[1], other[0])
        raise StatsError(
            "STAT-011",
            group=name,
            where_zh=there[0],
            other_zh=there[1],
            where_en=other[0],
            other_en=other[1],
        )
    whole = sum(given.values())
    least = min(given.values(), default=0.0)
    wanted(
        "weights",
        least,
        least >= 0 and whole > 0,
        "不小于零，合计大于零",
        "zero or more, not all zero",
    )
    return {name: weight / whole for name, weight in given.items()}


def _refuse_out_of_range(depth: Numbers, names: list[str]) -> None:
    with np.errstate(invalid="ignore"):
        wrong = (depth < 0) | (depth > 1)
    if wrong.any():
        row, column = (int(place) for place in np.argwhere(wrong)[0])
        wanted(
            f"{names[column]}[{row + 1}]",
            float(depth[row, column]),
            False,
            "在 0 和 1 之间",
            "0 … 1",
        )
