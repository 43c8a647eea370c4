"""Inequality of a welfare column (不平等指数): Gini, Lorenz, shares, concentration.

Generalised entropy and Atkinson indices are in `mingbai.stats.entropy`.
"""

from __future__ import annotations

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.errors import StatsError
from mingbai.stats.estimates import Estimate, Sample, estimated, sample
from mingbai.stats.inputs import Column, dot, one_of

GINI = ("pairs", "unbiased", "convey")


def gini(
    welfare: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    definition: str = "pairs",
) -> Estimate:
    """Gini coefficient (基尼系数), between 0 and 1; weights count as people.

    "pairs": mean difference of all pairs over twice the mean, Σ wᵢ wⱼ |xᵢ - xⱼ| / (2 N² μ). Equal to
    twice the area between Lorenz curve and diagonal, to laeken (which prints it times 100), ineq, and
    the World Bank's wbpip. "unbiased": that times n / (n - 1), n the rows (ineq with corr=TRUE).
    "convey": Σ (2 rᵢ - 1) wᵢ xᵢ / (N² μ) - 1 with r the cumulated weight, as the R package convey
    prints; it equals "pairs" where all weights are 1, and depends on the scale of weights otherwise.
    STAT-013 if the mean is not above zero.
    """
    one_of("definition", definition, GINI)
    return gini_of(sample(welfare, design, within, missing=missing), definition)


def gini_of(of: Sample, definition: str = "pairs") -> Estimate:
    """The Gini coefficient of a checked sample."""
    kept = np.flatnonzero(of.counted)
    order = kept[np.argsort(of.values[kept], kind="stable")]
    x, w = of.values[order], of.weight[order]
    n, total = float(w.sum()), dot(w, x)
    if total <= 0:
        raise StatsError("STAT-013", value=total / n, measure="Gini")
    r, cumulated = np.cumsum(w), np.cumsum(w * x)
    if definition == "convey":
        value = (2 * dot(r, x * w) - total) / (n * total) - 1
        slope = (2 * (total - cumulated + x * w + r * x) - x) / (n * total)
    else:
        distance = x * (2 * r - n) - (2 * cumulated - total)  # Σ w |x - xᵢ|
        value = dot(w, distance) / (2 * n * total)
        slope = distance / (n * total)
    z = np.zeros(len(of.values))
    if definition == "convey":
        z[order] = slope - (value + 1) * (x / total + 1 / n)
    else:
        z[order] = slope - value * (x / total + 1 / n)
    factor = len(order) / (len(order) - 1) if definition == "unbiased" and len(order) > 1 else 1.0
    return estimated(factor * value, factor * z, of)
