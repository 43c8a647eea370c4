"""A figure with how sure it is (估计值): value, standard error, interval, design effect."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from mingbai.stats.design import Design, degrees_of_freedom, design, variance
from mingbai.stats.errors import StatsError
from mingbai.stats.inputs import Column, Mask, Numbers, complete, dot, mask, numbers, one_of, wanted
from mingbai.stats.student import beta_quantile, t_quantile

METHODS = ("wald", "logit", "asin", "beta")


@dataclass(frozen=True)
class Estimate:
    """One figure (估计值) with its standard error (标准误), from `rows` rows standing for `population`.

    `influence` is the linearised variable: the variance of the figure is that of its weighted total.
    """

    value: float
    se: float
    df: float
    rows: int
    population: float
    deff: float = math.nan
    deff_replace: float = math.nan
    influence: Numbers | None = field(default=None, repr=False, compare=False)

    @property
    def cv(self) -> float:
        """Standard error over value (变异系数)."""
        return self.se / abs(self.value) if self.value else math.nan

    def interval(
        self, level: float = 0.95, method: str = "wald", *, df: float | None = None
    ) -> tuple[float, float]:
        """Confidence interval (置信区间) with Student's t; `df=inf` takes the normal distribution.

        "wald": value ± t·se. For shares between 0 and 1: "logit" (on the log odds, never outside 0
        and 1), "asin" (on the arcsine of the root), "beta" (Korn & Graubard 1998, of the effective
        number of rows).
        """
        one_of("method", method, METHODS)
        wanted("level", level, 0 < level < 1, "在 0 和 1 之间", "between 0 and 1")
        freedom = self.df if df is None else df
        t = t_quantile((1 + level) / 2, freedom)
        if method == "wald":
            return self.value - t * self.se, self.value + t * self.se
        wanted(
            "value", self.value, 0 <= self.value <= 1, "是 0 到 1 的比例", "a share between 0 and 1"
        )
        return _share_interval(self, method, t, freedom, level)


def _share_interval(
    one: Estimate, method: str, t: float, df: float, level: float
) -> tuple[float, float]:
    share = one.value
    if method == "beta":
        return _korn_graubard(one, df, level)
    if share in (0.0, 1.0):
        return share, share
    if method == "logit":
        centre, half = math.log(share / (1 - share)), t * one.se / (share * (1 - share))
        return _expit(centre - half), _expit(centre + half)
    centre, half = math.asin(math.sqrt(share)), t * one.se / (2 * math.sqrt(share * (1 - share)))
    low, high = max(centre - half, 0.0), min(centre + half, math.pi / 2)
    return math.sin(low) ** 2, math.sin(high) ** 2


def _expit(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _korn_graubard(one: Estimate, df: float, level: float) -> tuple[float, float]:
    """Exact binomial limits with the number of rows that would give this standard error."""
    share, tail = one.value, (1 - level) / 2
    size = share * (1 - share) / one.se**2 if one.se > 0 else float(one.rows)
    if math.isfinite(df) and df > 0:
        size *= (t_quantile(tail, max(one.rows - 1, 1)) / t_quantile(tail, df)) ** 2
    hits = size * share
    low = beta_quantile(tail, hits, size - hits + 1) if hits > 0 else 0.0
    high = beta_quantile(1 - tail, hits + 1, size - hits) if size > hits else 1.0
    return low, high


@dataclass(frozen=True)
class Sample:
    """A checked column with its design and who counts (样本)."""

    values: Numbers
    weight: Numbers  # zero for whom the figure is not about
    counted: Mask
    design: Design

    @property
    def population(self) -> float:
        return float(self.weight.sum())

    def counting(self, values: Numbers, counted: Mask) -> Sample:
        """The same sample, fewer rows of which count."""
        return Sample(values, np.where(counted, self.design.weight, 0.0), counted, self.design)


def sample(
    column: Column,
    plan: Design | None,
    within: Column | None = None,
    *,
    name: str = "welfare",
    missing: str = "refuse",
) -> Sample:
    """Check a column against a design; without one every row stands for itself, drawn at random."""
    values = numbers(column, name)
    plan = design(n=len(values)) if plan is None else plan
    if len(plan) != len(values):
        raise StatsError("STAT-001", name=name, found=len(values), wanted=len(plan))
    values, counted = complete(values, name, mask(within, len(values)), missing)
    counted = counted & (plan.weight > 0)
    if not counted.any():
        raise StatsError("STAT-004")
    return Sample(values, np.where(counted, plan.weight, 0.0), counted, plan)


def estimated(
    value: float, influence: Numbers, of: Sample, counted: Mask | None = None
) -> Estimate:
    """The figure with the standard error that its linearised variable gives.

    The design effect (设计效应) compares with a simple random sample of as many rows: `deff` drawn
    without replacement from the population that the weights stand for (nan if they do not add up to
    more than the rows), `deff_replace` with replacement.
    """
    counted = of.counted if counted is None else counted
    found = float(variance(of.design, influence)[0, 0])
    rows, population = int(counted.sum()), float(of.design.weight[counted].sum())
    effect, left = _effect(found, influence, of.design.weight, counted), 1 - rows / population
    return Estimate(
        value=float(value),
        se=math.sqrt(max(found, 0.0)),
        df=degrees_of_freedom(of.design, counted),
        rows=rows,
        population=population,
        deff=effect / left if left > 0 else math.nan,
        deff_replace=effect,
        influence=influence,
    )


def _effect(found: float, influence: Numbers, weight: Numbers, counted: Mask) -> float:
    weight, z = weight[counted], influence[counted]
    rows, population = len(weight), float(weight.sum())
    if rows < 2:
        return math.nan
    mean = dot(weight, z) / population
    spread = dot(weight, (z - mean) ** 2) / population * rows / (rows - 1)
    simple = population**2 * spread / rows
    return found / simple if simple > 0 else math.nan


def combined(
    parts: list[Estimate], function: Callable[..., float], gradient: list[float], of: Sample
) -> Estimate:
    """A smooth function of figures of one sample (delta 方法): gradient times linearised variables."""
    influence = np.zeros(len(of.design))
    for part, slope in zip(parts, gradient, strict=True):
        if part.influence is not None:
            influence = influence + slope * part.influence
    return estimated(function(*(part.value for part in parts)), influence, of)


def difference(one: Estimate, other: Estimate, of: Design | None = None) -> Estimate:
    """One figure less another (差): of one sample with `of`, of two independent samples without."""
    value = one.value - other.value
    if of is not None and one.influence is not None and other.influence is not None:
        z = one.influence - other.influence
        found = math.sqrt(float(variance(of, z)[0, 0]))
        return Estimate(value, found, degrees_of_freedom(of), one.rows, one.population, influence=z)
    se = math.hypot(one.se, other.se)
    return Estimate(value, se, one.df + other.df, one.rows + other.rows, one.population)


def significance(one: Estimate) -> float:
    """The two-sided p-value of the figure against zero (显著性), by the normal distribution."""
    if one.se == 0:
        return math.nan if one.value == 0 else 0.0
    return 2 * (1 - NormalDist().cdf(abs(one.value / one.se)))
