"""How a sample was drawn (抽样设计): weights, strata, stages of clusters, population counts.

The variance of every figure of this package is the variance of a weighted total of a linearised
variable (Taylor linearisation; Deville 1999, Survey Methodology 25). That of a total over a
stratified sample of several stages is that of Särndal, Swensson & Wretman (1992), 4.3; with no
population counts it is the "ultimate cluster" variance of the first stage, with replacement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mingbai.stats.errors import StatsError
from mingbai.stats.inputs import Column, Mask, Numbers, Whole, codes, numbers, one_of

SINGLE = ("refuse", "certainty", "adjust", "average")


@dataclass(frozen=True)
class Stage:
    """One stage of drawing (抽样阶段): which unit each row is of, and which stratum each unit is of."""

    unit: Whole  # a row → its unit
    stratum: Whole  # a unit → its stratum
    drawn: Whole  # a stratum → units drawn in it
    population: Numbers  # a stratum → units there are; inf if not known
    label: tuple[str, ...]  # a stratum → its name, for errors

    @property
    def share(self) -> Numbers:
        """Of each stratum, the share of its units that was drawn; 0 where the population is not known."""
        return self.drawn / self.population


@dataclass(frozen=True)
class Margin:
    """What the weights were fitted to (校准变量): the variables and the weights before."""

    variables: Numbers  # rows × variables
    before: Numbers


@dataclass(frozen=True)
class Design:
    """A sample as it was drawn (抽样设计); make it with `design(…)`."""

    weight: Numbers
    stages: tuple[Stage, ...]
    single: str = "refuse"
    margins: tuple[Margin, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.weight)

    def weighing(self, weight: Numbers, margin: Margin | None = None) -> Design:
        """The same sample with other weights, fitted to a margin."""
        margins = (*self.margins, margin) if margin is not None else self.margins
        return replace(self, weight=weight, margins=margins)


def design(
    weight: Column | None = None,
    *,
    strata: Column | Sequence[Column | None] | None = None,
    psu: Column | Sequence[Column] | None = None,
    fpc: Column | Sequence[Column] | None = None,
    n: int | None = None,
    single: str = "refuse",
) -> Design:
    """Describe a sample (抽样设计): who was drawn how, and how many each stands for.

    `weight`: how many units of the population a row stands for; without it `1`, or with `fpc` the
    inverse of the product of the stages' drawn shares. `psu`: the cluster of a row; a *tuple* of
    columns, first stage first, for several stages. `strata` and `fpc`: likewise, one for each stage.
    Names of clusters are read within their stratum, so that two strata may both have a cluster 1.
    `fpc` is the number of units there are in the row's stratum (for the second stage: in its
    cluster); values up to 1 are read as the share that was drawn. A stage is used in the variance if
    the stages before have an `fpc`.

    `single` says what a stratum with one drawn unit adds: "refuse" (STAT-007), "certainty" (nothing;
    the unit was sure to be drawn), "adjust" (its distance from the mean of all units) or "average"
    (the mean of the other strata). `n` gives the number of rows when nothing else does.
    """
    one_of("single", single, SINGLE)
    units = list(psu) if isinstance(psu, tuple) else [psu]
    layers = list(strata) if isinstance(strata, tuple) else [strata]
    counts = list(fpc) if isinstance(fpc, tuple) else [fpc]
    length = _length(n, weight, *units, *layers, *counts)
    stages: list[Stage] = []
    above = np.zeros(length, dtype=np.int64)
    for level in range(max(len(units), len(layers), len(counts))):
        stage = _stage(
            level, length, above, _at(units, level), _at(layers, level), _at(counts, level)
        )
        stages.append(stage)
        above = stage.unit
    return Design(_weights(weight, length, stages), tuple(stages), single)


def _at(items: list[Column | None], level: int) -> Column | None:
    return items[level] if level < len(items) else None


def _length(n: int | None, *columns: Column | None) -> int:
    lengths = [len(column) for column in columns if column is not None]
    return n if n is not None else (lengths[0] if lengths else 0)


def _stage(
    level: int,
    length: int,
    above: Whole,
    units: Column | None,
    strata: Column | None,
    counts: Column | None,
) -> Stage:
    layer = np.zeros(length, dtype=np.int64)
    labels: list[object] = [""]
    if strata is not None:
        layer, labels = codes(strata, f"strata[{level + 1}]", length)
    stratum_of_row, pairs = _pairs(above, layer)
    unit_codes = (
        np.arange(length, dtype=np.int64)
        if units is None
        else codes(units, f"psu[{level + 1}]", length)[0]
    )
    unit, within = _pairs(stratum_of_row, unit_codes)
    stratum = within[:, 0]
    drawn = np.bincount(stratum, minlength=len(pairs)).astype(np.int64)
    population = _population(counts, f"fpc[{level + 1}]", stratum_of_row, drawn)
    names = tuple(
        str(labels[pair[1]]) + (f" / {pair[0]}" if level else "") for pair in pairs.tolist()
    )
    return Stage(unit, stratum, drawn, population, names)


def _pairs(first: Whole, second: Whole) -> tuple[Whole, Whole]:
    """Rows → the number of their pair, and the pairs (k × 2)."""
    width = int(second.max(initial=0)) + 1
    found, row = np.unique(first * width + second, return_inverse=True)
    return row.astype(np.int64), np.column_stack([found // width, found % width])


def _population(counts: Column | None, name: str, stratum: Whole, drawn: Whole) -> Numbers:
    if counts is None:
        return np.full(len(drawn), np.inf)
    values = numbers(counts, name, len(stratum))
    given = np.full(len(drawn), np.inf)
    given[stratum] = values
    differs = values != given[stratum]
    if differs.any():
        row = int(np.argmax(differs))
        raise StatsError("STAT-009", name=name, group=int(stratum[row]) + 1)
    if (values <= 1).all() and (values > 0).all():
        given = drawn / given
    short = given < drawn * (1 - 1e-9)
    if short.any():
        row = int(np.argmax(short[stratum]))
        raise StatsError(
            "STAT-008", name=name, row=row + 1, value=values[row], sampled=int(drawn[stratum[row]])
        )
    return given


def _weights(weight: Column | None, length: int, stages: Sequence[Stage]) -> Numbers:
    if weight is not None:
        values = numbers(weight, "weight", length)
        bad = ~np.isfinite(values) | (values < 0)
        if bad.any():
            row = int(np.argmax(bad))
            raise StatsError("STAT-003", name="weight", row=row + 1, value=values[row])
        return values
    values = np.ones(length)
    for stage in stages:
        share = stage.share[stage.stratum][stage.unit]
        values = np.where(share > 0, values / np.where(share > 0, share, 1), values)
    return values


def variance(plan: Design, influence: Numbers) -> Numbers:
    """Covariances of the weighted totals of the columns of `influence` (rows, or rows × columns)."""
    columns = influence.reshape(len(plan), -1)
    weighted = _residuals(plan, columns) * plan.weight[:, None]
    total = np.zeros((columns.shape[1], columns.shape[1]))
    factor: Numbers = np.ones(1)  # of each unit of the stage above: product of the shares drawn
    parent = np.zeros(len(plan), dtype=np.int64)
    for stage in plan.stages:
        of_stratum = np.zeros(len(stage.drawn))
        of_stratum[stage.stratum[stage.unit]] = factor[parent]
        total += _between(
            stage, _sums(stage.unit, weighted, len(stage.stratum)), of_stratum, plan.single
        )
        factor = (of_stratum * stage.share)[stage.stratum]
        parent = stage.unit
        if not factor.any():
            break
    return total


def _residuals(plan: Design, columns: Numbers) -> Numbers:
    """What the calibration variables leave over: fitted weights vary less (Deville & Särndal 1992)."""
    for margin in plan.margins:
        root = np.sqrt(margin.before)[:, None]
        beta, *_ = np.linalg.lstsq(margin.variables * root, columns * root, rcond=None)
        columns = columns - margin.variables @ beta
    return columns


def _sums(groups: Whole, columns: Numbers, size: int) -> Numbers:
    return np.column_stack(
        [np.bincount(groups, weights=column, minlength=size) for column in columns.T]
    )


def _between(stage: Stage, totals: Numbers, factor: Numbers, single: str) -> Numbers:
    """The stage's part of the variance: units against the mean of their stratum."""
    lonely = (stage.drawn == 1) & (stage.share < 1 - 1e-9) & (factor > 0)
    if lonely.any() and single == "refuse":
        raise StatsError("STAT-007", stratum=stage.label[int(np.argmax(lonely))])
    means = _sums(stage.stratum, totals, len(stage.drawn)) / stage.drawn[:, None]
    scale = factor * (1 - stage.share) * stage.drawn / np.maximum(stage.drawn - 1, 1)
    if lonely.any() and single == "adjust":
        means[lonely] = totals.mean(axis=0)
    centred = totals - means[stage.stratum]
    if lonely.any() and single != "adjust":
        centred[lonely[stage.stratum]] = 0.0
    scaled = centred * scale[stage.stratum][:, None]
    found: Numbers = np.einsum("ui,uj->ij", scaled, centred)  # no threads for so little
    if lonely.any() and single == "average":
        found = found * (len(lonely) / max(len(lonely) - int(lonely.sum()), 1))
    return found


def degrees_of_freedom(plan: Design, counted: Mask | None = None) -> int:
    """First-stage units less strata, among the rows that count (自由度)."""
    stage = plan.stages[0]
    rows = plan.weight > 0 if counted is None else counted & (plan.weight > 0)
    units = np.unique(stage.unit[rows])
    return len(units) - len(np.unique(stage.stratum[units]))
