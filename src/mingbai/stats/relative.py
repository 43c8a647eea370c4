"""Poverty against a line that the sample itself gives (相对贫困): at-risk-of-poverty and its kin.

The line is a share of the median (or another quantile, or the mean) of *everybody*, also when the
figure is about a group (`within`): its uncertainty is part of the standard error. Linearised as
Deville (1999) and Osier (2009), Survey Research Methods 3, with a Gaussian kernel for densities.
"Poor" includes the line itself (`line_counts=True`), as Eurostat and R's convey have it; R's laeken
has not, and takes `quantile="upper"`.
"""

from __future__ import annotations

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.estimates import Estimate, Sample, combined, estimated, sample
from mingbai.stats.inputs import Column, Mask, Numbers, dot, mask, one_of, wanted
from mingbai.stats.poverty import below, mean_of
from mingbai.stats.ranks import QUANTILES, bandwidth, density, kernel
from mingbai.stats.totals import percentile_of


def relative_line(
    welfare: Column,
    *,
    share: float = 0.6,
    of: str | float = 0.5,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    quantile: str = "lower",
) -> Estimate:
    """At-risk-of-poverty threshold (相对贫困线): a share of a quantile, the median by default.

    `of`: the quantile, or "mean". `quantile`: how it is read, see `mingbai.stats.ranks.quantile`.
    """
    return _threshold(sample(welfare, design, within, missing=missing), share, of, quantile)


def _threshold(everybody: Sample, share: float, of: str | float, quantile: str) -> Estimate:
    wanted("share", share, share > 0, "大于零", "above zero")
    one_of("quantile", quantile, QUANTILES)
    if isinstance(of, str):
        one_of("of", of, ("mean",))
        middle = mean_of(everybody.values, everybody)
    else:
        middle = percentile_of(everybody, of, quantile)
    return combined([middle], lambda m: share * m, [share], everybody)


def relative_fgt(
    welfare: Column,
    alpha: float = 0.0,
    *,
    share: float = 0.6,
    of: str | float = 0.5,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = True,
    missing: str = "refuse",
    quantile: str = "lower",
    density_at: str = "line",
) -> Estimate:
    """FGT index (相对线 FGT 指数) against a share of the median or mean; alpha 0: at-risk-of-poverty.

    For alpha 0 the error needs the density where the line cuts: "line", as R's convey has it, or
    "quantile" (Osier 2009 as R's vardpoor reads it).
    """
    one_of("density_at", density_at, ("line", "quantile"))
    wanted("alpha", alpha, alpha >= 0, "不小于零", "zero or more")
    everybody = sample(welfare, design, None, missing=missing)
    group = _group(everybody, within)
    line = _threshold(everybody, share, of, quantile)
    wanted("line", line.value, line.value > 0, "大于零", "above zero")
    x, z = everybody.values, line.value
    poor = below(x, np.full(len(x), z), line_counts)
    gap = np.where(poor, np.maximum(1 - x / z, 0.0), 0.0)
    one = mean_of(np.where(poor, gap**alpha, 0.0), group)
    at = z / share if density_at == "quantile" and alpha == 0 else z
    return _moving(one, _slope(group, at, alpha, gap, poor), line, group)


def _group(everybody: Sample, within: Column | None) -> Sample:
    who = everybody.counted & mask(within, len(everybody.values))
    wanted("within", int(who.sum()), bool(who.any()), "至少包含一行", "at least one row")
    return everybody.counting(everybody.values, who)


def _slope(group: Sample, line: float, alpha: float, gap: Numbers, poor: Mask) -> float:
    """How the index of the group moves with the line."""
    if alpha == 0:
        return _thickness(group, line)
    inner = np.where(poor, np.where(gap > 0, gap, 1.0) ** (alpha - 1), 0.0)
    inner = np.where(poor & (gap == 0) & (alpha > 1), 0.0, inner)
    return dot(group.weight, alpha * inner * group.values / line**2) / group.population


def _thickness(of: Sample, at: float) -> float:
    width = bandwidth(of.values[of.counted], of.weight[of.counted])
    return density(of.values, of.weight, at, width)


def _moving(one: Estimate, slope: float, line: Estimate, group: Sample) -> Estimate:
    return combined([one, line], lambda value, _: value, [1.0, slope], group)


def at_risk_of_poverty(welfare: Column, **options: object) -> Estimate:
    """At-risk-of-poverty rate (相对贫困发生率): `relative_fgt` with alpha 0, below 60 % of the median."""
    return relative_fgt(welfare, 0.0, **options)  # type: ignore[arg-type]  # its options


def poor_median(
    welfare: Column,
    *,
    share: float = 0.6,
    of: str | float = 0.5,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = True,
    missing: str = "refuse",
    quantile: str = "lower",
) -> Estimate:
    """The median of those at risk of poverty (贫困人口中位数)."""
    everybody = sample(welfare, design, None, missing=missing)
    line = _threshold(everybody, share, of, quantile)
    return _poor_median(everybody, _group(everybody, within), line, line_counts, quantile)


def _poor_median(
    everybody: Sample, group: Sample, line: Estimate, line_counts: bool, quantile: str
) -> Estimate:
    """Half of the rate is reached at the median of the poor: both sides move with the line."""
    x = everybody.values
    poor = below(x, np.full(len(x), line.value), line_counts)
    if not (poor & group.counted).any():
        return estimated(np.nan, np.zeros(len(x)), group)
    rate = mean_of(poor.astype(np.float64), group)
    rate = _moving(rate, _thickness(group, line.value), line, group)
    median = percentile_of(group.counting(x, group.counted & poor), 0.5, quantile).value
    thick = _thickness(group, median)
    reached = mean_of((x <= median).astype(np.float64), group)
    own = np.where(group.counted, (x <= median) - rate.value / 2, 0.0) / group.population
    if thick == 0 or rate.influence is None or reached.value == 0:
        return estimated(median, np.zeros(len(x)), group)
    return estimated(median, (0.5 * rate.influence - own) / thick, group)


def median_gap(
    welfare: Column,
    *,
    share: float = 0.6,
    of: str | float = 0.5,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = True,
    missing: str = "refuse",
    quantile: str = "lower",
) -> Estimate:
    """Relative median at-risk-of-poverty gap (相对贫困中位缺口): (line - median of the poor) / line."""
    everybody = sample(welfare, design, None, missing=missing)
    group = _group(everybody, within)
    line = _threshold(everybody, share, of, quantile)
    median = _poor_median(everybody, group, line, line_counts, quantile)
    slopes = [median.value / line.value**2, -1 / line.value]
    return combined([line, median], lambda z, m: (z - m) / z, slopes, group)


def share_below(
    welfare: Column,
    share: float = 0.2,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    quantile: str = "lower",
    above: bool = False,
) -> Estimate:
    """The *total* welfare of the poorest `share` (分位以下总量), those at the quantile included.

    `above`: the total of all others. Divide by the total for the Lorenz share.
    """
    of = sample(welfare, design, within, missing=missing)
    return _part(of, share, quantile, above)


def _part(of: Sample, share: float, quantile: str, above: bool) -> Estimate:
    edge = percentile_of(of, share, quantile)
    inside = of.values <= edge.value
    own = np.where(of.counted, of.values * inside, 0.0)
    width = bandwidth(of.values[of.counted], of.weight[of.counted])
    moved = dot((of.weight * of.values), kernel(of.values, edge.value, width))
    z = own + (0.0 if edge.influence is None else moved * edge.influence)
    value = dot(of.weight, own)
    if above:
        value = dot(of.weight, of.values) - value
        z = np.where(of.counted, of.values, 0.0) - z
    return estimated(value, z, of)


def quintile_share_ratio(
    welfare: Column,
    *,
    share: float = 0.2,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    quantile: str = "lower",
) -> Estimate:
    """Income quintile share ratio S80/S20 (五等份收入比): total above the 80th percentile over that of
    the poorest fifth, the percentile itself counted below. With share 0.1 the decile ratio.
    """
    wanted("share", share, 0 < share < 1, "在 0 和 1 之间", "between 0 and 1")
    of = sample(welfare, design, within, missing=missing)
    low, high = _part(of, share, quantile, False), _part(of, 1 - share, quantile, True)
    wanted("share", low.value, low.value != 0, "下面有收入", "a share with some welfare")
    slopes = [-high.value / low.value**2, 1 / low.value]
    return combined([low, high], lambda a, b: b / a, slopes, of)


def quantile_ratio(
    welfare: Column,
    upper: float = 0.9,
    lower: float = 0.1,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    quantile: str = "lower",
) -> Estimate:
    """One quantile over another (分位数比), such as P90/P10, the decile ratio."""
    of = sample(welfare, design, within, missing=missing)
    high, low = (percentile_of(of, share, quantile) for share in (upper, lower))
    wanted("lower", low.value, low.value != 0, "不为零的分位数", "a quantile other than zero")
    slopes = [1 / low.value, -high.value / low.value**2]
    return combined([high, low], lambda a, b: a / b, slopes, of)


def median_ratio(
    welfare: Column,
    older: Column,
    *,
    share: float = 0.5,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    quantile: str = "lower",
) -> Estimate:
    """The median of one group over that of the rest (中位数比), as of people aged 65 and more (RMIR)."""
    everybody = sample(welfare, design, within, missing=missing)
    of_group = mask(older, len(everybody.values), "older")
    width = bandwidth(everybody.values[everybody.counted], everybody.weight[everybody.counted])
    first, second = (
        percentile_of(
            everybody.counting(everybody.values, everybody.counted & who), share, quantile, width
        )
        for who in (of_group, ~of_group)
    )
    slopes = [1 / second.value, -first.value / second.value**2]
    return combined([first, second], lambda a, b: a / b, slopes, everybody)


def mean_gap(
    welfare: Column,
    group: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """How far the mean of a group is below that of the rest (均值差距), as a share of the rest's mean.

    With `group` the women and hourly pay as welfare: Eurostat's unadjusted gender pay gap.
    """
    everybody = sample(welfare, design, within, missing=missing)
    of_group = mask(group, len(everybody.values), "group")
    mine, rest = (
        mean_of(everybody.values, everybody.counting(everybody.values, everybody.counted & who))
        for who in (of_group, ~of_group)
    )
    slopes = [-1 / rest.value, mine.value / rest.value**2]
    return combined([mine, rest], lambda a, b: (b - a) / b, slopes, everybody)
