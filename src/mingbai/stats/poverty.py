"""Poverty against a line (贫困指数): FGT, Watts, Sen, Sen–Shorrocks–Thon.

A row is poor if its welfare is *below* the line (`line_counts=False`, the convention of the World
Bank), or *at or below* it (`line_counts=True`, that of Eurostat, and of the R packages convey and
laeken). The line is known, the same for all or one per row (`line` may be a column, such as regional
lines); lines estimated from the same sample are in `mingbai.stats.relative`.
"""

from __future__ import annotations

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.estimates import Estimate, Sample, combined, estimated, sample
from mingbai.stats.inequality import gini_of
from mingbai.stats.inputs import Column, Mask, Numbers, dot, numbers, one_of, positive, wanted

Line = float | Column


def lines(line: Line, length: int) -> Numbers:
    """The line of every row; every line is above zero (STAT-006)."""
    found = np.full(length, float(line)) if np.ndim(line) == 0 else numbers(line, "line", length)
    least = float(found.min()) if length else 1.0
    wanted("line", least, least > 0, "大于零", "above zero")
    return found


def below(values: Numbers, line: Numbers, line_counts: bool) -> Mask:
    """Who is poor, by the convention."""
    return (values <= line) if line_counts else (values < line)


def mean_of(score: Numbers, of: Sample) -> Estimate:
    """The weighted mean of a score of those who count."""
    value = dot(of.weight, score) / of.population
    influence = np.where(of.counted, score - value, 0.0) / of.population
    return estimated(value, influence, of)


def fgt(
    welfare: Column,
    line: Line,
    alpha: float = 0.0,
    *,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
) -> Estimate:
    """Foster–Greer–Thorbecke index (FGT 指数): the mean of ((line - welfare) / line)^alpha over the poor.

    alpha 0: headcount (贫困发生率); 1: poverty gap (贫困深度); 2: severity (贫困强度); any alpha ≥ 0.
    Foster, Greer & Thorbecke (1984), Econometrica 52.
    """
    wanted("alpha", alpha, alpha >= 0, "不小于零", "zero or more")
    of = sample(welfare, design, within, missing=missing)
    return mean_of(_gap(of.values, lines(line, len(of.values)), alpha, line_counts), of)


def _gap(values: Numbers, line: Numbers, alpha: float, line_counts: bool) -> Numbers:
    poor = below(values, line, line_counts)
    return np.where(poor, np.maximum(1 - values / line, 0.0) ** alpha, 0.0)


def headcount(welfare: Column, line: Line, **options: object) -> Estimate:
    """Share of people in poverty (贫困发生率): `fgt` with alpha 0."""
    return fgt(welfare, line, 0.0, **options)  # type: ignore[arg-type]  # options of fgt


def poverty_gap(welfare: Column, line: Line, **options: object) -> Estimate:
    """Poverty gap index (贫困深度): `fgt` with alpha 1."""
    return fgt(welfare, line, 1.0, **options)  # type: ignore[arg-type]  # options of fgt


def severity(welfare: Column, line: Line, **options: object) -> Estimate:
    """Squared poverty gap (贫困强度): `fgt` with alpha 2."""
    return fgt(welfare, line, 2.0, **options)  # type: ignore[arg-type]  # options of fgt


def watts(
    welfare: Column,
    line: Line,
    *,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> Estimate:
    """Watts index (Watts 指数): the mean of ln(line / welfare) over the poor, zero for others.

    Defined for welfare above zero. `nonpositive`: "refuse" others (STAT-005), leave them "outside" the
    population (as R's convey is used), or let them count with "nothing" (as the World Bank's wbpip
    does: they are of the population and add zero). Watts (1968); Zheng (1993), Economics Letters 42.
    """
    one_of("nonpositive", nonpositive, ("refuse", "outside", "nothing"))
    of = sample(welfare, design, within, missing=missing)
    if nonpositive == "nothing":
        of = of.counting(np.where(of.values > 0, of.values, np.inf), of.counted)
    values, counted = positive(of.values, "welfare", of.counted, "Watts", nonpositive)
    of = of.counting(values, counted)
    return mean_of(_shortfall(values, lines(line, len(values)), line_counts), of)


def _shortfall(values: Numbers, line: Numbers, line_counts: bool) -> Numbers:
    poor = below(values, line, line_counts)
    return np.log(np.where(poor, line / np.where(poor, values, 1.0), 1.0))


def income_gap(
    welfare: Column,
    line: Line,
    *,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
) -> Estimate:
    """Income gap ratio (贫困缺口率): the mean shortfall of the poor alone, as a share of the line."""
    of = sample(welfare, design, within, missing=missing)
    line = lines(line, len(of.values))
    head, gap = (mean_of(_gap(of.values, line, a, line_counts), of) for a in (0.0, 1.0))
    if head.value == 0:
        return estimated(0.0, np.zeros(len(of.values)), of)
    slopes = [-gap.value / head.value**2, 1 / head.value]
    return combined([head, gap], lambda h, g: g / h, slopes, of)


def sen(
    welfare: Column,
    line: Line,
    *,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
    form: str = "large",
) -> Estimate:
    """Sen index (Sen 指数): H · (I + (1 - I) · G), G the Gini of the poor, I their mean shortfall.

    `form` "large" is the limit for many people (Sen 1976, Econometrica 44, eq. 15; also of the R
    package ineq and of the World Bank's handbook); "1976" is his own, with q / (q + 1) before G.
    """
    one_of("form", form, ("large", "1976"))
    of = sample(welfare, design, within, missing=missing)
    each = lines(line, len(of.values))
    poor = of.counted & below(of.values, each, line_counts)
    if not poor.any():
        return estimated(0.0, np.zeros(len(poor)), of)
    head, gap = (mean_of(_gap(of.values, each, a, line_counts), of) for a in (0.0, 1.0))
    inner = gini_of(of.counting(of.values, poor))
    count = float(of.weight[poor].sum())
    share = 1.0 if form == "large" else count / (count + 1)
    g = share * inner.value
    slopes = [g, 1 - g, share * (head.value - gap.value)]
    return combined([head, gap, inner], lambda h, p, x: p + (h - p) * share * x, slopes, of)


def sst(
    welfare: Column,
    line: Line,
    *,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
    form: str = "shorrocks",
) -> Estimate:
    """Sen–Shorrocks–Thon index (SST 指数): PG · (1 + G), G the Gini of everybody's shortfall.

    `form` "shorrocks": Shorrocks (1995), Econometrica 63, also Xu & Osberg (2001) and the R package
    ineq; "thon": Thon (1979), 2 / (n (n + 1)) · Σ (n + 1 - i) · shortfall, the poorest first.
    """
    one_of("form", form, ("shorrocks", "thon"))
    of = sample(welfare, design, within, missing=missing)
    gaps = _gap(of.values, lines(line, len(of.values)), 1.0, line_counts)
    mean = mean_of(gaps, of)
    if mean.value == 0:
        return mean
    spread = gini_of(of.counting(gaps, of.counted))
    found = combined([mean, spread], lambda p, g: p * (1 + g), [1 + spread.value, mean.value], of)
    if form == "shorrocks":
        return found
    n = of.population  # Σ (2n + 1 - 2i) g / n² = found; Thon adds Σ g and divides by n (n + 1)
    parts = [found, mean]
    return combined(parts, lambda s, p: (n * s + p) / (n + 1), [n / (n + 1), 1 / (n + 1)], of)
