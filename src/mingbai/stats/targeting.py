"""Who was meant and who was reached (瞄准评估): missed, wrongly included, total error, ROC.

Truth says who is poor; a selection says who gets it: yes or no, or the lowest scores up to a quota or
a cutoff. Where a quota ends inside a group of equal scores, each of the group counts with the share
of it that still fits: the expected value over random tie-breaking. Everything is weighted.

Errors have several denominators in the literature; all stand side by side (`Targeting`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.errors import StatsError
from mingbai.stats.estimates import Estimate, Sample, estimated, sample
from mingbai.stats.inputs import (
    Column,
    Mask,
    Numbers,
    Whole,
    codes,
    dot,
    mask,
    numbers,
    one_of,
    wanted,
)
from mingbai.stats.poverty import mean_of

TIES = ("expected", "include", "exclude")


def selection(
    score: Column,
    *,
    quota: float | Mapping[object, float] | None = None,
    cutoff: float | None = None,
    strata: Column | None = None,
    design: Design | None = None,
    within: Column | None = None,
    ties: str = "expected",
    highest: bool = False,
    count: bool = False,
) -> Numbers:
    """The share of each row that is selected (选中份额), 0 … 1: the lowest scores first.

    Either a `cutoff` (scores at or below it) or a `quota`: a share of the population, or with
    `strata` one of each stratum's population; a mapping gives each stratum its own. `count`: quotas
    are numbers of people. A quota ends inside equal scores: "expected" gives each the same part,
    "include" takes all of them, "exclude" none. `highest`: the highest scores first (a score of need).
    """
    one_of("ties", ties, TIES)
    of = sample(score, design, within, name="score")
    values = -of.values if highest else of.values
    if cutoff is not None:
        return np.where(of.counted & (values <= (-cutoff if highest else cutoff)), 1.0, 0.0)
    if quota is None:
        raise StatsError(
            "STAT-006",
            name="quota",
            value=None,
            wanted_zh="给定（或给 cutoff）",
            wanted_en="given, or a cutoff",
        )
    group, labels = (
        codes(strata, "strata", len(values)) if strata is not None else _one(len(values))
    )
    chosen = np.zeros(len(values))
    for code, label in enumerate(labels):
        inside = np.flatnonzero(of.counted & (group == code))
        if len(inside):
            places = _places(quota, label, float(of.weight[inside].sum()), count)
            chosen[inside] = _fill(values[inside], of.weight[inside], places, ties)
    return chosen


def _one(length: int) -> tuple[Whole, list[object]]:
    return np.zeros(length, dtype=np.int64), [None]


def _places(
    quota: float | Mapping[object, float], label: object, people: float, count: bool
) -> float:
    if isinstance(quota, Mapping):
        if label not in quota:
            raise StatsError(
                "STAT-011",
                group=label,
                where_zh="样本",
                other_zh="名额",
                where_en="the sample",
                other_en="the quotas",
            )
        quota = quota[label]
    wanted("quota", quota, quota >= 0, "不小于零", "zero or more")
    if not count:
        wanted("quota", quota, quota <= 1, "不超过 1（或用 count）", "at most 1, or with `count`")
    return min(quota if count else quota * people, people)


def _fill(values: Numbers, weight: Numbers, places: float, ties: str) -> Numbers:
    """The shares by which people of each score get the places that are left when it is their turn."""
    _, group = np.unique(values, return_inverse=True)
    people = np.bincount(group, weights=weight)
    left = np.maximum(places - (np.cumsum(people) - people), 0.0)
    share = np.minimum(left / np.where(people > 0, people, 1.0), 1.0)
    share[np.abs(share - 1) < 1e-12] = 1.0
    if ties == "include":
        share = np.where(share > 1e-12, 1.0, 0.0)
    elif ties == "exclude":
        share = np.floor(share)
    found: Numbers = share[group]
    return found


@dataclass(frozen=True)
class Targeting:
    """How a selection met a truth (瞄准结果), with standard errors of the rates.

    Numbers are of the population. `exclusion`: missed / poor (undercoverage, 漏评率). `inclusion`:
    wrong / selected (leakage, 错评率). `inclusion_of_others`: wrong / not poor. `total_error`: missed and
    wrong / everybody. `coverage`: selected / everybody; `reach` of the poor: 1 - exclusion.
    `differential`: reach of the poor less that of others. `concentration`: the poor's share of places
    over their share of the population (Coady, Grosh & Hoddinott 2004; 1 is a lottery).
    """

    population: float
    poor: float
    selected: float
    hit: float
    missed: float
    wrong: float
    exclusion: Estimate
    inclusion: Estimate
    inclusion_of_others: Estimate
    total_error: Estimate
    coverage: Estimate
    differential: Estimate
    concentration: Estimate

    @property
    def reach(self) -> float:
        """Share of the poor that is selected (覆盖率): recall."""
        return 1 - self.exclusion.value

    @property
    def precision(self) -> float:
        """Share of the selected that is poor (准确率)."""
        return 1 - self.inclusion.value

    @property
    def accuracy(self) -> float:
        """Share of everybody placed rightly (总体准确率)."""
        return 1 - self.total_error.value


def targeting(
    poor: Column,
    selected: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
) -> Targeting:
    """Hold a selection against the truth (瞄准评估).

    `poor`: yes or no; `selected`: yes or no, or shares of 0 … 1 from `selection`. Standard errors
    take the shares as given. STAT-006 if `selected` has values outside of 0 … 1.
    """
    of = sample(numbers(selected, "selected"), design, within, name="selected")
    need, taken = mask(poor, len(of.values), "poor").astype(np.float64), of.values
    inside = taken[of.counted]
    wanted("selected", float(inside.min()), float(inside.min()) >= 0, "在 0 和 1 之间", "0 … 1")
    wanted("selected", float(inside.max()), float(inside.max()) <= 1, "在 0 和 1 之间", "0 … 1")
    other = 1 - need
    missed, wrong = need * (1 - taken), other * taken
    reached, leaked = _ratio(need * taken, need, of), _ratio(wrong, other, of)
    apart = estimated(reached.value - leaked.value, _influence(reached) - _influence(leaked), of)

    def people(part: Numbers) -> float:
        return dot(of.weight, part)

    return Targeting(
        population=of.population,
        poor=people(need),
        selected=people(taken),
        hit=people(need * taken),
        missed=people(missed),
        wrong=people(wrong),
        exclusion=_ratio(missed, need, of),
        inclusion=_ratio(wrong, taken, of),
        inclusion_of_others=leaked,
        total_error=mean_of(missed + wrong, of),
        coverage=mean_of(taken, of),
        differential=apart,
        concentration=_concentration(need, taken, of),
    )


def _influence(one: Estimate) -> Numbers:
    return np.zeros(1) if one.influence is None else one.influence


def _ratio(above: Numbers, below: Numbers, of: Sample) -> Estimate:
    """A ratio of two totals; nan with no error where nobody is below."""
    whole = dot(of.weight, below)
    if whole == 0:
        return estimated(np.nan, np.zeros(len(above)), of)
    value = dot(of.weight, above) / whole
    return estimated(value, np.where(of.counted, (above - value * below) / whole, 0.0), of)


def _concentration(need: Numbers, taken: Numbers, of: Sample) -> Estimate:
    """Share of the places that go to the poor, over the poor's share of the population."""
    both, poor, places = (dot(of.weight, part) for part in (need * taken, need, taken))
    if poor == 0 or places == 0:
        return estimated(np.nan, np.zeros(len(need)), of)
    value = both / places / (poor / of.population)
    z = need * taken / both - need / poor - taken / places + 1 / of.population if both else 0 * need
    return estimated(value, np.where(of.counted, value * z, 0.0), of)


@dataclass(frozen=True)
class TargetingLine:
    """One line of a table of targeting (瞄准表的一行): a stratum, a quota, the result."""

    stratum: object  # None: everybody
    quota: float
    result: Targeting


def targeting_table(
    poor: Column,
    score: Column,
    quotas: Sequence[float] | None = None,
    *,
    strata: Column | None = None,
    design: Design | None = None,
    within: Column | None = None,
    ties: str = "expected",
    highest: bool = False,
) -> list[TargetingLine]:
    """Errors by stratum and quota (分层分名额瞄准表): each stratum fills its own quota, then everybody.

    Without `quotas` each stratum's quota is the share that is truly poor in it, so that as many are
    missed as are wrongly included, as in Alatas et al. (2012), American Economic Review 102, and Brown,
    Ravallion & van de Walle (2018), J. Development Economics 134.
    """
    of = sample(score, design, within, name="score")
    need = mask(poor, len(of.values), "poor")
    group, labels = codes(strata, "strata", len(need)) if strata is not None else _one(len(need))
    names = [label for code, label in enumerate(labels) if (of.counted & (group == code)).any()]
    true = _true_shares(of, need, group, labels)
    steps: list[float | None] = [None] if quotas is None else list(quotas)
    found = []
    for step in steps:
        each = true if step is None else dict.fromkeys(labels, step)
        chosen = selection(
            of.values,
            quota=each if strata is not None else each[None],
            strata=strata,
            design=of.design,
            within=of.counted,
            ties=ties,
            highest=highest,
        )
        parts = [(name, of.counted & (group == labels.index(name))) for name in names]
        whole = [] if strata is None else [(None, of.counted)]
        for name, who in parts + whole:
            result = targeting(need, chosen, design=of.design, within=who)
            found.append(
                TargetingLine(name, result.coverage.value if step is None else step, result)
            )
    return found


def _true_shares(
    of: Sample, need: Mask, group: Whole, labels: Sequence[object]
) -> dict[object, float]:
    people = np.bincount(group, weights=of.weight, minlength=len(labels))
    needy = np.bincount(group, weights=of.weight * need, minlength=len(labels))
    shares = np.divide(needy, people, out=np.zeros(len(labels)), where=people > 0)
    return dict(zip(labels, shares.tolist(), strict=True))


def poorest(
    welfare: Column,
    share: float,
    *,
    strata: Column | None = None,
    design: Design | None = None,
    within: Column | None = None,
) -> Mask:
    """Who is among the poorest `share` of the people (最贫困的一部分): at or below that quantile."""
    chosen = selection(
        welfare, quota=share, strata=strata, design=design, within=within, ties="include"
    )
    return chosen > 0


@dataclass(frozen=True)
class Roc:
    """A score against the truth at every cutoff (ROC 曲线): shares of others and of the poor reached."""

    cutoffs: Numbers
    others: Numbers  # share of those not poor at or below each cutoff
    poor: Numbers  # share of the poor at or below it
    area: Estimate  # AUC: 1 perfect, 1/2 a lottery


def roc(
    poor: Column,
    score: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    highest: bool = False,
) -> Roc:
    """ROC curve and the area under it (AUC, 曲线下面积), weighted; equal scores count half.

    Standard error by the linearised variable, DeLong's (1988) for a simple random sample.
    """
    of = sample(score, design, within, name="score")
    need = mask(poor, len(of.values), "poor")
    values = -of.values if highest else of.values
    kept = np.flatnonzero(of.counted)
    cutoffs, place = np.unique(values[kept], return_inverse=True)
    weight, poor_here = of.weight[kept], need[kept]
    size = len(cutoffs)
    mine: Numbers = np.bincount(place, weight * poor_here, size).astype(np.float64)
    rest: Numbers = np.bincount(place, weight * ~poor_here, size).astype(np.float64)
    wanted(
        "poor",
        float(mine.sum()),
        mine.sum() > 0 and rest.sum() > 0,
        "有是也有否",
        "both yes and no",
    )
    below, above = np.cumsum(mine) - mine / 2, rest.sum() - np.cumsum(rest) + rest / 2
    area = dot(mine, above) / float(mine.sum() * rest.sum())
    z = np.zeros(len(values))
    own = np.where(poor_here, above[place] / rest.sum(), below[place] / mine.sum())
    z[kept] = (own - area) / np.where(poor_here, mine.sum(), rest.sum())
    shares = np.cumsum(rest) / rest.sum(), np.cumsum(mine) / mine.sum()
    return Roc(-cutoffs if highest else cutoffs, *shares, estimated(area, z, of))


def benefit_share(
    benefits: Column,
    welfare: Column,
    poorest_share: float = 0.4,
    *,
    design: Design | None = None,
    within: Column | None = None,
) -> Estimate:
    """What part of all benefits the poorest `poorest_share` of the people gets (待遇归宿).

    Over `poorest_share` it is the performance measure of Coady, Grosh & Hoddinott (2004). At the edge
    people of equal welfare count with the share of them that fits. Its error takes the edge as given.
    """
    wanted(
        "poorest_share", poorest_share, 0 < poorest_share <= 1, "在 0 和 1 之间", "between 0 and 1"
    )
    of = sample(benefits, design, within, name="benefits")
    among = selection(welfare, quota=poorest_share, design=of.design, within=of.counted)
    return _ratio(of.values * among, of.values, of)
