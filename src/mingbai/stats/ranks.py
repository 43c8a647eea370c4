"""Order, quantiles and densities of weighted columns (加权分位数)."""

from __future__ import annotations

import math

import numpy as np

from mingbai.stats.inputs import Numbers, dot, one_of

QUANTILES = ("lower", "upper", "middle", "interpolated", "survey")


def quantile(values: Numbers, weight: Numbers, share: float, kind: str = "lower") -> float:
    """The value that `share` of the weight lies at or below (分位数); rows without weight are left out.

    "lower": the smallest value at which the weight reaches the share (left-continuous inverse; type 1
    of R). "upper": the smallest value at which it exceeds the share (the R package laeken). "middle":
    the mean of these two, which differ only where the share is reached exactly (type 2; Stata).
    "interpolated": linear between values, each at the weight reached with it; below the first, the
    first. "survey": linear between values, each at the weight before it (R's survey before 4.1).
    """
    one_of("quantile", kind, QUANTILES)
    kept = weight > 0
    order = np.argsort(values[kept], kind="stable")
    x, w = values[kept][order], weight[kept][order]
    reached = np.cumsum(w)
    target = share * reached[-1]
    if kind == "interpolated":
        return float(np.interp(target, reached, x))
    if kind == "survey":
        return float(np.interp(target, reached - w, x))
    slack = 1e-12 * reached[-1]
    here = min(int(np.searchsorted(reached, target - slack)), len(x) - 1)
    if kind == "lower" or abs(reached[here] - target) > slack or here + 1 == len(x):
        return float(x[here])
    return float(x[here + 1]) if kind == "upper" else float((x[here] + x[here + 1]) / 2)


def bandwidth(values: Numbers, weight: Numbers) -> float:
    """The width of the kernel: standard deviation over the fifth root of the population (Osier 2009)."""
    population = float(weight.sum())
    mean = dot(weight, values) / population
    spread = math.sqrt(max(dot(weight, values**2) / population - mean**2, 0.0))
    return spread / population**0.2


def kernel(values: Numbers, at: float, width: float) -> Numbers:
    """The Gaussian kernel of each row at a point; all zero for a column that does not vary."""
    if width <= 0:
        return np.zeros(len(values))
    found: Numbers = np.exp(-(((at - values) / width) ** 2) / 2) / (width * math.sqrt(2 * math.pi))
    return found


def density(values: Numbers, weight: Numbers, at: float, width: float) -> float:
    """Share of the weight per unit of the column around a point."""
    return dot(weight, kernel(values, at, width)) / float(weight.sum())
