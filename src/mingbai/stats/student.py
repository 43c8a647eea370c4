"""Quantiles of the t, beta and normal distributions (t 分布分位数), for intervals.

By the incomplete beta function as a continued fraction (Abramowitz & Stegun 26.5.8, evaluated by
Lentz's method) and bisection; correct to about 1e-12, which no interval needs.
"""

from __future__ import annotations

import math
from statistics import NormalDist

_TINY = 1e-300
_ROUNDS = 10_000


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: the beta(a, b) distribution's share below `x`."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _away(1 + step * d)
            c = _away(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which `share` of the beta(a, b) distribution lies."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if incomplete_beta(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def t_quantile(share: float, df: float) -> float:
    """The value below which `share` of Student's t with `df` degrees of freedom lies; inf: normal."""
    if not math.isfinite(df) or df > 1e7:
        return NormalDist().inv_cdf(share)
    if share < 0.5:
        return -t_quantile(1 - share, df)
    x = beta_quantile(2 * (1 - share), df / 2, 0.5)
    return math.sqrt(df * (1 - x) / x) if x > 0 else math.inf
