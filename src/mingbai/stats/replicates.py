"""Standard errors by replicate weights (重复权数): jackknife and bootstrap, as a check of linearisation.

A figure is computed again with each set of weights. Slow beside the linearised variable, but it needs
no formula: any function of a design will do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mingbai.stats.design import Design, degrees_of_freedom
from mingbai.stats.errors import StatsError
from mingbai.stats.estimates import Estimate
from mingbai.stats.inputs import Numbers, dot, one_of, wanted

KINDS = ("jackknife", "bootstrap")
Figure = Callable[[Design], float]


@dataclass(frozen=True)
class Replicates:
    """Sets of weights (重复权数): rows × sets, with the factor of each squared distance."""

    weights: Numbers
    factors: Numbers
    centre: str  # squared distances from the "estimate" or from the "mean" of the sets


def replicates(
    plan: Design,
    kind: str = "jackknife",
    *,
    sets: int = 500,
    seed: int = 1,
    centre: str = "mean",
) -> Replicates:
    """Replicate weights of the first stage (重复权数).

    "jackknife": leave out one unit at a time and share its weight among the others of its stratum
    (JK1, JKn), times 1 less the share drawn. "bootstrap": Rao & Wu (1988), n - 1 of n units drawn again
    with replacement in each stratum (Rao, Wu & Yue 1992); `seed` makes it repeatable. `centre`:
    distances from the "mean" of the sets (as R's survey has it) or from the "estimate". STAT-007 if
    a stratum has one unit.
    """
    one_of("kind", kind, KINDS)
    one_of("centre", centre, ("mean", "estimate"))
    stage = plan.stages[0]
    lonely = stage.drawn == 1
    if lonely.any():
        raise StatsError("STAT-007", stratum=stage.label[int(np.argmax(lonely))])
    if kind == "jackknife":
        return _jackknife(plan, centre)
    wanted("sets", sets, sets >= 2, "至少为 2", "2 or more")
    rng, units = np.random.default_rng(seed), np.zeros((len(stage.stratum), sets))
    for code, drawn in enumerate(stage.drawn.tolist()):
        of_stratum = np.flatnonzero(stage.stratum == code)
        picked = rng.integers(0, drawn, size=(drawn - 1, sets))
        for place, unit in enumerate(of_stratum):
            units[unit] = (picked == place).sum(axis=0) * drawn / (drawn - 1)
        left = np.sqrt(1 - stage.share[code])  # the population is finite: pull towards 1
        units[of_stratum] = 1 + left * (units[of_stratum] - 1)
    weights = plan.weight[:, None] * units[stage.unit]
    return Replicates(weights, np.full(sets, 1 / (sets - 1)), centre)


def _jackknife(plan: Design, centre: str) -> Replicates:
    stage = plan.stages[0]
    count = len(stage.stratum)
    units = np.ones((count, count))
    for unit, stratum in enumerate(stage.stratum.tolist()):
        drawn = stage.drawn[stratum]
        units[stage.stratum == stratum, unit] = drawn / (drawn - 1)
        units[unit, unit] = 0.0
    drawn = stage.drawn[stage.stratum]
    factors = (drawn - 1) / drawn * (1 - stage.share[stage.stratum])
    return Replicates(plan.weight[:, None] * units[stage.unit], factors, centre)


def replicated(figure: Figure, plan: Design, sets: Replicates) -> Estimate:
    """A figure with its error by replication (重复抽样标准误); `figure` takes a design, gives a number."""
    value = figure(plan)
    again = np.array([figure(replace(plan, weight=weight)) for weight in sets.weights.T])
    centre = value if sets.centre == "estimate" else float(again.mean())
    spread = dot(sets.factors, (again - centre) ** 2)
    counted = plan.weight > 0
    return Estimate(
        value,
        float(np.sqrt(spread)),
        degrees_of_freedom(plan),
        int(counted.sum()),
        float(plan.weight.sum()),
    )
