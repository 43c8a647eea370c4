"""Lorenz curve, shares, concentration and polarisation (洛伦兹曲线与集中度).

All but `zenga` are exact for weights: the person at the edge of a share is split, as if each row were
as many people as its weight says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.errors import StatsError
from mingbai.stats.estimates import Estimate, Sample, combined, estimated, sample
from mingbai.stats.inequality import gini_of
from mingbai.stats.inputs import Column, Numbers, codes, dot, numbers, wanted
from mingbai.stats.poverty import mean_of
from mingbai.stats.totals import percentile_of


def lorenz(
    welfare: Column,
    share: float | Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> dict[float, Estimate]:
    """Points of the Lorenz curve (洛伦兹曲线): what part of all welfare the poorest `share` has.

    Linearised as Kovacevic & Binder (1997), J. Official Statistics 13. STAT-013 if the mean is not
    above zero.
    """
    of = sample(welfare, design, within, missing=missing)
    points = [share] if isinstance(share, int | float) else list(share)
    return {point: _point(of, point) for point in points}


def _point(of: Sample, share: float) -> Estimate:
    wanted("share", share, 0 <= share <= 1, "在 0 和 1 之间", "between 0 and 1")
    total = _positive_total(of, "Lorenz")
    if share in (0, 1):
        return estimated(float(share), np.zeros(len(of.values)), of)
    edge = percentile_of(of, share).value
    short = np.where(of.counted & (of.values <= edge), of.values - edge, 0.0)
    value = (dot(of.weight, short) + share * of.population * edge) / total
    z = (short + share * edge - value * of.values) / total
    return estimated(value, np.where(of.counted, z, 0.0), of)


def _positive_total(of: Sample, name: str) -> float:
    total = dot(of.weight, of.values)
    if total <= 0:
        raise StatsError("STAT-013", value=total / of.population, measure=name)
    return total


def welfare_shares(
    welfare: Column,
    groups: int = 5,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> list[Estimate]:
    """The part of all welfare of each fifth of the people, poorest first (收入份额); `groups` 10: tenths."""
    wanted("groups", groups, groups >= 1, "至少为 1", "1 or more")
    of = sample(welfare, design, within, missing=missing)
    points = [_point(of, step / groups) for step in range(groups + 1)]
    return [
        combined([low, high], lambda a, b: b - a, [-1.0, 1.0], of) for low, high in pairwise(points)
    ]


def palma(
    welfare: Column,
    *,
    poorest: float = 0.4,
    richest: float = 0.1,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """Palma ratio (帕尔马比值): the welfare of the richest tenth over that of the poorest two fifths."""
    of = sample(welfare, design, within, missing=missing)
    low, rest = _point(of, poorest), _point(of, 1 - richest)
    wanted("poorest", low.value, low.value != 0, "下面有收入", "a share with some welfare")
    slopes = [-(1 - rest.value) / low.value**2, -1 / low.value]
    return combined([low, rest], lambda a, b: (1 - b) / a, slopes, of)


def extended_gini(
    welfare: Column,
    aversion: float = 2.0,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """Extended Gini, S-Gini (扩展基尼系数): 1 - (1/μ) ∫ (1 - F(x))^v dx; v 2 is the Gini coefficient.

    Donaldson & Weymark (1980), Yitzhaki (1983); welfare of zero and above.
    """
    wanted("aversion", aversion, aversion > 0, "大于零", "above zero")
    of = sample(welfare, design, within, missing=missing)
    least = float(of.values[of.counted].min())
    wanted("welfare", least, least >= 0, "不小于零", "zero or more")
    mean = _positive_total(of, "S-Gini") / of.population
    kept = np.flatnonzero(of.counted)
    order = kept[np.argsort(of.values[kept], kind="stable")]
    x, w = of.values[order], of.weight[order] / of.population
    above = np.maximum(1 - (np.cumsum(w) - w), 0.0)  # share at or above each
    steps = np.diff(x, prepend=0.0)
    area = dot(steps, above**aversion)
    z = np.zeros(len(of.values))
    z[order] = np.cumsum(steps * above ** (aversion - 1)) * aversion - aversion * area
    z = -z / mean + np.where(of.counted, of.values / mean - 1, 0.0) * area / mean
    return estimated(1 - area / mean, z / of.population, of)


def concentration(
    welfare: Column,
    rank: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """Concentration index (集中指数) of a column over people ranked by another; ties share their rank.

    2 cov(x, R) / μ, from -1 (all with the lowest rank) to 1. With itself as rank: the Gini
    coefficient. Kakwani, Wagstaff & van Doorslaer (1997), J. Econometrics 77. Kakwani's index of
    progressivity is this less the Gini coefficient of the rank.
    """
    of = sample(welfare, design, within, missing=missing)
    by = sample(rank, of.design, of.counted, name="rank", missing=missing)
    of = of.counting(of.values, by.counted)
    total = _positive_total(of, "concentration")
    kept = np.flatnonzero(of.counted)
    group, _ = codes(by.values[kept], "rank")
    x, w = of.values[kept], of.weight[kept]
    people, sums = np.bincount(group, weights=w), np.bincount(group, weights=w * x)
    place = ((np.cumsum(people) - people / 2) / of.population)[group]
    over = (sums.sum() - np.cumsum(sums) + sums / 2)[group] / of.population
    area = dot((w * x), place)
    z = np.zeros(len(of.values))
    z[kept] = 2 * (x * place + over - area / of.population) / total - 2 * area * x / total**2
    return estimated(2 * area / total - 1, z, of)


def polarisation(
    welfare: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """Wolfson's index of bipolarisation (两极分化指数): 2 (1 - 2 L(1/2) - G) μ / median.

    Wolfson (1994), American Economic Review 84; as the World Bank prints it.
    """
    of = sample(welfare, design, within, missing=missing)
    half, spread = _point(of, 0.5), gini_of(of)
    mean, median = mean_of(of.values, of), percentile_of(of, 0.5)
    wanted("median", median.value, median.value > 0, "大于零", "above zero")
    scale, inner = mean.value / median.value, 2 * (1 - 2 * half.value - spread.value)
    slopes = [-4 * scale, -2 * scale, inner / median.value, -inner * scale / median.value]
    parts = [half, spread, mean, median]
    return combined(parts, lambda a, g, m, d: 2 * (1 - 2 * a - g) * m / d, slopes, of)


def zenga(
    welfare: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """Zenga's index of 2007 (曾加指数): 1 less the mean over people of lower mean over upper mean.

    Estimator and linearisation of Barabesi, Diana & Perri (2016), Survey Methodology 42, as R's
    convey prints it; it depends on the scale of the weights, as theirs does. Welfare above zero.
    """
    of = sample(welfare, design, within, missing=missing)
    least = float(of.values[of.counted].min())
    wanted("welfare", least, least > 0, "大于零", "above zero")
    kept = np.flatnonzero(of.counted)
    order = kept[np.argsort(of.values[kept], kind="stable")]
    y, w = of.values[order], of.weight[order]
    n, total = of.population, dot(w, y)
    h = np.cumsum(w)
    k = total - np.cumsum(w * y) + w * y
    value = 1 - dot(w, (n - h) * (total - k) / (n * h * k))
    rate = w * (total - k) / (h**2 * k)
    slope = -(n - h) * (total - k) / (n * h * k) - dot(w, (total - k) / k) / n**2
    slope -= y / n * dot(w, (n - h) / (h * k))
    slope += rate.sum() - np.cumsum(rate) + rate
    slope += total * y / n * np.cumsum(w * (n - h) / (h * k**2))
    z = np.zeros(len(of.values))
    z[order] = slope
    return estimated(value, z, of)


def herfindahl(values: Column, power: float = 1.0) -> float:
    """Herfindahl index (赫芬达尔指数) of a full list: (Σ share^(power+1))^(1/power); 1: Σ share²."""
    wanted("power", power, power > 0, "大于零", "above zero")
    share = _list_shares(values, "Herfindahl")
    return float((share ** (power + 1)).sum() ** (1 / power))


def rosenbluth(values: Column) -> float:
    """Rosenbluth index (罗森布拉特指数) of a full list, also Hall-Tideman: 1 / (2 Σ rank · share - 1).

    The largest has rank 1.
    """
    share = np.sort(_list_shares(values, "Rosenbluth"))[::-1]
    return float(1 / (2 * (np.arange(1, len(share) + 1) @ share) - 1))


def _list_shares(values: Column, name: str) -> Numbers:
    found = numbers(values, "values")
    total = float(found.sum())
    if not total > 0:
        raise StatsError("STAT-013", value=total, measure=name)
    return found / total


@dataclass(frozen=True)
class GiniGroups:
    """The Gini coefficient in parts by group (基尼系数分组分解): total = within + between + overlap."""

    total: float
    within: float
    between: float
    overlap: float
    groups: dict[object, float]


def gini_by_group(
    welfare: Column,
    groups: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> GiniGroups:
    """Gini coefficient by group (分组基尼系数): Bhattacharya & Mahalanobis (1967).

    Within: Σ people share · welfare share · Gini of the group; between: the Gini of the groups' means;
    overlap: the rest, zero if the groups do not overlap.
    """
    of = sample(welfare, design, within, missing=missing)
    found, labels = codes(groups, "groups", len(of.values))
    whole, total = gini_of(of).value, _positive_total(of, "Gini")
    members = {
        label: of.counting(of.values, of.counted & (found == code))
        for code, label in enumerate(labels)
        if (of.counted & (found == code)).any()
    }
    own = {label: gini_of(one).value for label, one in members.items()}
    people = np.array([one.population for one in members.values()])
    sums = np.array([dot(one.weight, one.values) for one in members.values()])
    inner = dot((people / of.population * sums / total), np.array(list(own.values())))
    means = sample(sums / people, None)
    outer = gini_of(Sample(means.values, people, means.counted, means.design)).value
    return GiniGroups(whole, inner, outer, whole - inner - outer, own)


@dataclass(frozen=True)
class Source:
    """What a source of income adds to inequality (收入来源贡献)."""

    share: float  # of all income
    gini: float  # of the source itself
    correlation: float  # of the source with the rank in all income
    contribution: float  # share · gini · correlation: these add up to the Gini of the sum
    marginal: float  # change of the Gini, relative, if the source grew by 1: contribution/G - share


def gini_by_source(
    sources: dict[str, Column], *, design: Design | None = None, within: Column | None = None
) -> dict[str, Source]:
    """Gini of a sum of incomes by source (收入来源基尼分解): Lerman & Yitzhaki (1985)."""
    columns = {name: numbers(column, name) for name, column in sources.items()}
    whole = sum(columns.values(), start=np.zeros(1))
    of = sample(whole, design, within)
    total, overall = _positive_total(of, "Gini"), gini_of(of).value
    found = {}
    for name, column in columns.items():
        part = of.counting(column, of.counted)
        share = dot(of.weight, column) / total
        own = gini_of(part).value
        joint = concentration(column, whole, design=of.design, within=of.counted).value
        amount = share * joint
        found[name] = Source(
            share, own, joint / own if own else 0.0, amount, amount / overall - share
        )
    return found
