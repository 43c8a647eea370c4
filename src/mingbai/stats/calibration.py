"""Weights fitted to known totals of the population (权数校准): post-stratification, raking, regression.

Deville & Särndal (1992), J. American Statistical Association 87. Standard errors of a fitted design
take the residuals of the linearised variable on the fitted variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mingbai.stats.design import Design, Margin
from mingbai.stats.errors import StatsError
from mingbai.stats.inputs import Column, Numbers, Whole, codes, numbers

_ROUNDS = 200
_CLOSE = 1e-9


def calibrated(
    design: Design, columns: Mapping[str, Column], totals: Mapping[str, float]
) -> Design:
    """Linear calibration (线性校准, GREG): weighted totals of the columns become the given ones.

    `totals[""]` is the size of the population (the intercept); leave it out for none. STAT-011 if a
    column has no total or the other way round.
    """
    _same(set(columns), set(totals) - {""})
    parts = [numbers(columns[name], name, len(design)) for name in columns]
    target = [totals[name] for name in columns]
    if "" in totals:
        parts, target = [np.ones(len(design)), *parts], [totals[""], *target]
    x, before = np.column_stack(parts), design.weight
    gap = np.array(target) - x.T @ before
    slopes = np.linalg.lstsq((x * before[:, None]).T @ x, gap, rcond=None)[0]
    weight = before * (1 + x @ slopes)
    _close(x.T @ weight, np.array(target), 1)
    return design.weighing(weight, Margin(x, before))


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


def _close(reached: Numbers, target: Numbers, rounds: int) -> None:
    gap = float(np.abs(reached - target).max() / max(float(np.abs(target).max()), 1.0))
    if gap > 1e-6:
        raise StatsError("STAT-010", rounds=rounds, gap=f"{gap:.2g}")
