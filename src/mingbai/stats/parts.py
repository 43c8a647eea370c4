"""Poverty in parts, and its change (贫困分解): how many, how deep, how unequal; growth or redistribution."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.entropy import generalised_entropy
from mingbai.stats.estimates import Estimate, Sample, combined, sample
from mingbai.stats.inputs import Column, codes, dot, one_of, positive, wanted
from mingbai.stats.poverty import Line, below, fgt, income_gap, lines, mean_of, watts


@dataclass(frozen=True)
class PovertyParts:
    """An index as headcount, depth and inequality among the poor (贫困指数分解), each with its error.

    FGT: total = headcount · depth^alpha · (1 + (alpha² - alpha) · inequality). Watts: total = headcount ·
    (depth + inequality).
    """

    total: Estimate
    headcount: Estimate
    depth: Estimate
    inequality: Estimate


def fgt_parts(
    welfare: Column,
    line: Line,
    alpha: float = 2.0,
    *,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
) -> PovertyParts:
    """FGT as headcount, income gap and GE(alpha) of the shortfalls of the poor (FGT 分解); alpha > 1.

    Aristondo, Lasso de La Vega & Urrutia (2010); R's svyfgtdec. Who is poor with no shortfall (at the
    line, `line_counts`) has no share in the inequality.
    """
    wanted("alpha", alpha, alpha > 1, "大于 1", "above 1")
    of = sample(welfare, design, within, missing=missing)
    options = {"design": of.design, "within": of.counted, "line_counts": line_counts}
    each = lines(line, len(of.values))
    poor = below(of.values, each, line_counts) & of.counted
    gaps = np.where(poor, np.maximum(1 - of.values / each, 0.0), 1.0)
    spread = generalised_entropy(gaps, alpha, design=of.design, within=poor, nonpositive="keep")
    return PovertyParts(
        fgt(of.values, each, alpha, **options),  # type: ignore[arg-type]  # options of fgt
        fgt(of.values, each, 0, **options),  # type: ignore[arg-type]  # options of fgt
        income_gap(of.values, each, **options),  # type: ignore[arg-type]  # its options
        spread,
    )


def watts_parts(
    welfare: Column,
    line: float,
    *,
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> PovertyParts:
    """Watts as headcount, ln(line / mean of the poor) and Theil L of the poor (Watts 分解).

    Blackburn (1989); R's svywattsdec.
    """
    one_of("nonpositive", nonpositive, ("refuse", "outside"))
    of = sample(welfare, design, within, missing=missing)
    values, counted = positive(of.values, "welfare", of.counted, "Watts", nonpositive)
    of = of.counting(values, counted)
    poor = below(values, lines(line, len(values)), line_counts) & counted
    options = {"design": of.design, "within": counted, "line_counts": line_counts}
    wanted(
        "within",
        int(poor.sum()),
        bool(poor.any()),
        "至少有一个贫困的人",
        "a group with somebody poor",
    )
    middle = mean_of(values, of.counting(values, poor))
    depth = combined(
        [middle], lambda m: math.log(line / m), [-1 / middle.value], of.counting(values, poor)
    )
    return PovertyParts(
        watts(values, line, **options),  # type: ignore[arg-type]  # options of watts
        fgt(values, line, 0, **options),  # type: ignore[arg-type]  # options of fgt
        depth,
        generalised_entropy(values, 0, design=of.design, within=poor),
    )


def affluence(
    welfare: Column,
    line: Line,
    alpha: float = 1.0,
    *,
    kind: str = "concave",
    design: Design | None = None,
    within: Column | None = None,
    line_counts: bool = False,
    missing: str = "refuse",
) -> Estimate:
    """Richness above a line (富裕指数); alpha 0: the share of the rich.

    "concave": mean of 1 - (z/x)^alpha over the rich (Chakravarty); "convex": ((x - z)/z)^alpha;
    "bounded": ((x - z)/x)^alpha. Peichl, Schaefer & Scheicher (2010), R's svyrich. With `line_counts`
    who is at the line is rich.
    """
    one_of("kind", kind, ("concave", "convex", "bounded"))
    wanted("alpha", alpha, alpha >= 0, "不小于零", "zero or more")
    of = sample(welfare, design, within, missing=missing)
    z = lines(line, len(of.values))
    rich = (of.values >= z) if line_counts else (of.values > z)
    x = np.where(rich, of.values, z)
    if alpha == 0:
        score = np.ones(len(x))
    elif kind == "concave":
        score = 1 - (z / x) ** alpha
    else:
        score = ((x - z) / (z if kind == "convex" else x)) ** alpha
    return mean_of(np.where(rich, score, 0.0), of)


@dataclass(frozen=True)
class Change:
    """A change of poverty in parts (贫困变化分解): `total` is their sum."""

    total: float
    growth: float
    redistribution: float
    residual: float


def growth_and_redistribution(
    before: Column,
    after: Column,
    line: float,
    alpha: float = 0.0,
    *,
    design_before: Design | None = None,
    design_after: Design | None = None,
    line_counts: bool = False,
    method: str = "shapley",
) -> Change:
    """What of a change is growth of the mean, what is redistribution (增长与分配分解).

    "datt-ravallion" (1992, J. Development Economics 38): from the first period, with a residual;
    "shapley" (Kakwani 2000, Shorrocks 2013): the mean of both orders, without one.
    """
    one_of("method", method, ("datt-ravallion", "shapley"))
    first, second = sample(before, design_before), sample(after, design_after)
    means = [dot(one.weight, one.values) / one.population for one in (first, second)]
    wanted("mean", min(means), min(means) > 0, "大于零", "above zero")

    def poverty(mean: float, of: Sample, own: float) -> float:
        """Poverty with the inequality of one sample and some mean."""
        scaled = of.values * (mean / own)
        return fgt(scaled, line, alpha, design=of.design, line_counts=line_counts).value

    start, end = poverty(means[0], first, means[0]), poverty(means[1], second, means[1])
    grown, shared = poverty(means[1], first, means[0]), poverty(means[0], second, means[1])
    growth, moved = grown - start, shared - start
    if method == "shapley":
        growth, moved = (growth + end - shared) / 2, (moved + end - grown) / 2
    return Change(end - start, growth, moved, end - start - growth - moved)


@dataclass(frozen=True)
class GroupChange:
    """A change of poverty by group (分组贫困变化): within each group, moves between groups, both."""

    total: float
    within: dict[object, float]
    shift: float
    interaction: float


def change_by_group(
    before: Column,
    after: Column,
    line: Line,
    groups_before: Column,
    groups_after: Column,
    alpha: float = 0.0,
    *,
    design_before: Design | None = None,
    design_after: Design | None = None,
    line_counts: bool = False,
) -> GroupChange:
    """Which groups a change comes from (分组变化分解): Ravallion & Huppi (1991).

    Within: change of each group's poverty at its first share; shift: changes of shares at the first
    poverty; interaction: both together. A group that is in one period only has no poverty in the other.
    """
    first = _by_group(before, groups_before, line, alpha, design_before, line_counts)
    second = _by_group(after, groups_after, line, alpha, design_after, line_counts)
    names = sorted({*first, *second}, key=str)
    pairs = {name: (first.get(name, (0.0, 0.0)), second.get(name, (0.0, 0.0))) for name in names}
    return GroupChange(
        total=sum(s2 * p2 - s1 * p1 for (s1, p1), (s2, p2) in pairs.values()),
        within={name: s1 * (p2 - p1) for name, ((s1, p1), (_, p2)) in pairs.items()},
        shift=sum((s2 - s1) * p1 for (s1, p1), (s2, _) in pairs.values()),
        interaction=sum((s2 - s1) * (p2 - p1) for (s1, p1), (s2, p2) in pairs.values()),
    )


def _by_group(
    welfare: Column,
    groups: Column,
    line: Line,
    alpha: float,
    design: Design | None,
    line_counts: bool,
) -> dict[object, tuple[float, float]]:
    """Of each group its share of the people and its poverty."""
    of = sample(welfare, design)
    found, labels = codes(groups, "groups", len(of.values))
    shares = {}
    for code, label in enumerate(labels):
        one = fgt(
            of.values, line, alpha, design=of.design, within=found == code, line_counts=line_counts
        )
        shares[label] = (one.population / of.population, one.value)
    return shares
