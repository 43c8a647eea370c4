"""Totals, means, shares, ratios and quantiles of a population from a sample (总量与均值)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from mingbai.stats.design import Design, degrees_of_freedom, variance
from mingbai.stats.estimates import Estimate, Sample, combined, estimated, sample
from mingbai.stats.inputs import Column, Numbers, codes, dot, wanted
from mingbai.stats.poverty import mean_of
from mingbai.stats.ranks import bandwidth, density, quantile
from mingbai.stats.student import t_quantile


def total(
    values: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """The population's total (总量): the weighted sum."""
    of = sample(values, design, within, name="values", missing=missing)
    influence = np.where(of.counted, of.values, 0.0)
    return estimated(dot(of.weight, of.values), influence, of)


def mean(
    values: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """The population's mean (均值), or share if the values are 0 and 1."""
    of = sample(values, design, within, name="values", missing=missing)
    return mean_of(of.values, of)


def shares(
    groups: Column, *, design: Design | None = None, within: Column | None = None
) -> dict[object, Estimate]:
    """The share of the population in each group (构成)."""
    found, labels = codes(groups, "groups")
    of = sample(np.zeros(len(found)), design, within)
    return {
        label: mean_of((found == code).astype(np.float64), of) for code, label in enumerate(labels)
    }


def ratio(
    numerator: Column,
    denominator: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """The ratio of two totals (比率): Σ w y / Σ w x; STAT-006 if the second is zero."""
    above = sample(numerator, design, within, name="numerator", missing=missing)
    below = sample(denominator, design, within, name="denominator", missing=missing)
    of = below.counting(below.values, above.counted & below.counted)
    whole = dot(of.weight, below.values)
    wanted("denominator", whole, whole != 0, "不为零", "other than zero")
    value = dot(of.weight, above.values) / whole
    influence = np.where(of.counted, (above.values - value * below.values) / whole, 0.0)
    return estimated(value, influence, of)


def spread(
    values: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """The population's variance (方差): weighted squares from the mean, times n / (n - 1)."""
    of = sample(values, design, within, name="values", missing=missing)
    centre = mean_of(of.values, of)
    squares = mean_of((of.values - centre.value) ** 2, of)
    rows = squares.rows
    factor = rows / (rows - 1) if rows > 1 else math.nan
    return combined([squares], lambda s: factor * s, [factor], of)


def percentile(
    values: Column,
    share: float,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    kind: str = "lower",
) -> Estimate:
    """The value that `share` of the population lies at or below (分位数), with a linearised error.

    `kind` as in `mingbai.stats.ranks.quantile`. The standard error divides that of the share by the
    density at the value, by a Gaussian kernel (Osier 2009), as the R package convey does; for an
    interval without a density see `woodruff`.
    """
    of = sample(values, design, within, name="values", missing=missing)
    return percentile_of(of, share, kind)


def percentile_of(
    of: Sample, share: float, kind: str = "lower", width: float | None = None
) -> Estimate:
    """The percentile of a checked sample; `width` of the kernel if not the sample's own."""
    wanted("share", share, 0 < share < 1, "在 0 和 1 之间", "between 0 and 1")
    value = quantile(of.values, of.weight, share, kind)
    if width is None:
        width = bandwidth(of.values[of.counted], of.weight[of.counted])
    thick = density(of.values, of.weight, value, width)
    if thick == 0:
        return estimated(value, np.zeros(len(of.values)), of)
    inside = np.where(of.counted, (of.values <= value) - share, 0.0)
    return estimated(value, -inside / (of.population * thick), of)


def woodruff(
    values: Column,
    share: float,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    kind: str = "lower",
    level: float = 0.95,
    method: str = "wald",
    df: float | None = None,
) -> tuple[Estimate, tuple[float, float]]:
    """A percentile and its confidence interval by Woodruff's method (分位数置信区间).

    The interval of the share of people at or below the value, read back as values; the standard
    error is the interval's width over twice the quantile of t. `method` makes the interval of the
    share: "wald" (Woodruff 1952, J. American Statistical Association 47; R's svyquantile with
    interval.type="mean"), "logit", "asin" or "beta" (Francisco & Fuller's idea with other scales).
    """
    of = sample(values, design, within, name="values", missing=missing)
    value = quantile(of.values, of.weight, share, kind)
    at = mean_of((of.values <= value).astype(np.float64), of)
    freedom = at.df if df is None else df
    low, high = at.interval(level, method, df=freedom)
    ends = (
        quantile(of.values, of.weight, min(max(low, 0.0), 1.0), kind),
        quantile(of.values, of.weight, min(max(high, 0.0), 1.0), kind),
    )
    se = (ends[1] - ends[0]) / (2 * t_quantile((1 + level) / 2, freedom))
    return Estimate(value, se, at.df, at.rows, at.population), ends


def by(
    groups: Column, figure: Callable[..., Estimate], *args: object, **options: object
) -> dict[object, Estimate]:
    """A figure of each group (分组估计), each a group of the whole sample: `by(g, fgt, y, line)`."""
    found, labels = codes(groups, "by")
    return {
        label: figure(*args, within=found == code, **options)
        for code, label in enumerate(labels)
        if (found == code).any()
    }


def covariances(
    columns: list[Column], *, design: Design | None = None, within: Column | None = None
) -> tuple[list[float], Numbers, int]:
    """Means of several columns, their covariance matrix and degrees of freedom (均值协方差)."""
    parts = [mean(column, design=design, within=within) for column in columns]
    of = sample(columns[0], design, within, name="values")
    influence = np.column_stack([part.influence for part in parts if part.influence is not None])
    freedom = degrees_of_freedom(of.design, of.counted)
    return [part.value for part in parts], variance(of.design, influence), freedom
