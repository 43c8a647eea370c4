"""Weights fitted to known totals of the population (权数校准): post-stratification, raking, regression.

Deville & Särndal (1992), J. American Statistical Association 87. Standard errors of a fitted design
take the residuals of the linearised variable on the fitted variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mingbai.stats.design import Design, Margin
from mingbai.stats.errors import StatsError
from mingbai.stats.inputs import Column, Numbers, Whole, codes, numbers, one_of, wanted

DISTANCES = ("linear", "raking", "logit")
_ROUNDS = 200
_CLOSE = 1e-9


def calibrated(
    design: Design,
    columns: Mapping[str, Column],
    totals: Mapping[str, float],
    *,
    distance: str = "linear",
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Design:
    """Calibration (校准): weighted totals of the columns become the given ones, weights change least.

    `distance`: "linear" (the regression estimator, GREG), "raking" (weights stay above zero) or "logit"
    (within `bounds` of the factor, which must be finite); "linear" within `bounds` is cut off there.
    `totals[""]` is the size of the population (the intercept); leave it out for none. STAT-011 if a
    column has no total or the other way round, STAT-010 if the totals cannot be met.
    """
    one_of("distance", distance, DISTANCES)
    low, high = bounds
    wanted("bounds", low, low < 1 < high, "一小于 1、一大于 1", "one below 1 and one above")
    finite = distance != "logit" or bool(np.isfinite(bounds).all())
    wanted("bounds", high, finite, "有限", "finite for logit")
    _same(set(columns), set(totals) - {""})
    parts = [numbers(columns[name], name, len(design)) for name in columns]
    target = [totals[name] for name in columns]
    if "" in totals:
        parts, target = [np.ones(len(design)), *parts], [totals[""], *target]
    x, before = np.column_stack(parts), design.weight
    factors = _factors(x, before, np.array(target, dtype=np.float64), distance, bounds)
    return design.weighing(before * factors, Margin(x, before))


def _factors(
    x: Numbers, before: Numbers, target: Numbers, distance: str, bounds: tuple[float, float]
) -> Numbers:
    """Newton's method on the calibration equations; the linear distance needs one step."""
    scale = np.maximum(np.abs(target), 1.0)
    slopes = np.zeros(x.shape[1])
    gap = np.inf
    for _ in range(_ROUNDS):
        factors, change = _factor(x @ slopes, distance, bounds)
        left = target - x.T @ (before * factors)
        gap = float(np.abs(left / scale).max())
        if gap < _CLOSE:
            return factors
        curve = (x * (before * change)[:, None]).T @ x
        slopes = slopes + np.linalg.lstsq(curve, left, rcond=None)[0]
        if not np.isfinite(slopes).all():
            break
    raise StatsError("STAT-010", rounds=_ROUNDS, gap=f"{gap:.2g}")


def _factor(u: Numbers, distance: str, bounds: tuple[float, float]) -> tuple[Numbers, Numbers]:
    """The factor of each weight and its slope (Deville & Särndal 1992, table 1)."""
    low, high = bounds
    if distance == "raking":
        found = np.clip(np.exp(np.clip(u, -50, 50)), low, high)
        return found, found
    if distance == "linear":
        return np.clip(1 + u, low, high), ((1 + u > low) & (1 + u < high)).astype(np.float64)
    a = (high - low) / ((1 - low) * (high - 1))
    e = np.exp(np.clip(a * u, -50, 50))
    below = high - 1 + (1 - low) * e
    factor = (low * (high - 1) + high * (1 - low) * e) / below
    return factor, a * e * (high - low) * (1 - low) * (high - 1) / below**2


def poststratified(design: Design, groups: Column, counts: Mapping[object, float]) -> Design:
    """Post-stratification (事后分层): the weights of each group add up to its known count."""
    found, labels = codes(groups, "groups", len(design))
    target = _counts(labels, counts)
    before = design.weight
    weight = before * (target / np.bincount(found, weights=before))[found]
    return design.weighing(weight, Margin(_indicators(found), before))


def raked(
    design: Design,
    margins: Sequence[tuple[Column, Mapping[object, float]]],
    *,
    rounds: int = _ROUNDS,
) -> Design:
    """Raking (迭代比例拟合): several groupings, each with known counts, fitted in turn until all hold.

    STAT-010 if they do not come together, as when the counts of two groupings differ in their sum.
    """
    found = [
        codes(groups, f"margins[{place}]", len(design)) for place, (groups, _) in enumerate(margins)
    ]
    targets = [
        _counts(labels, counts) for (_, labels), (_, counts) in zip(found, margins, strict=True)
    ]
    weight = design.weight
    gap = np.inf
    for _ in range(rounds):
        for (group, _), target in zip(found, targets, strict=True):
            weight = weight * (target / np.bincount(group, weights=weight))[group]
        gap = max(
            float(np.abs(np.bincount(group, weights=weight) / target - 1).max())
            for (group, _), target in zip(found, targets, strict=True)
        )
        if gap < _CLOSE:
            x = np.column_stack([_indicators(group) for group, _ in found])
            return design.weighing(weight, Margin(x, design.weight))
    raise StatsError("STAT-010", rounds=rounds, gap=f"{gap:.2g}")


def _indicators(groups: Whole) -> Numbers:
    return np.eye(int(groups.max()) + 1)[groups]


def _counts(labels: list[object], counts: Mapping[object, float]) -> Numbers:
    _same(set(labels), set(counts))
    return np.array([float(counts[label]) for label in labels])


def _same(sample: set[object] | set[str], known: set[object] | set[str]) -> None:
    for name in sorted(sample ^ known, key=str):
        inside = name in sample
        raise StatsError(
            "STAT-011",
            group=name,
            where_zh="样本" if inside else "总体数",
            other_zh="总体数" if inside else "样本",
            where_en="the sample" if inside else "the totals",
            other_en="the totals" if inside else "the sample",
        )
