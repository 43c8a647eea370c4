"""Generalised entropy, Theil, Atkinson and their kin, with parts within and between groups (熵指数).

All but Kolm's are means of a function of welfare over its mean, (1/N) Σ w φ(x / μ), so that one
linearisation serves them: φ(u) less its mean, and the slope of φ where the mean moves. What stands
for nothing below zero, or not even zero, is refused or left out (`nonpositive`): see each function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mingbai.stats.design import Design
from mingbai.stats.errors import StatsError
from mingbai.stats.estimates import Estimate, Sample, combined, estimated, sample
from mingbai.stats.inputs import Column, Numbers, Whole, codes, dot, one_of, positive, wanted
from mingbai.stats.poverty import mean_of

Score = Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class Decomposition:
    """An index in parts (分解): `total` is `within` plus `between`; `groups`: the index of each."""

    total: Estimate
    within: Estimate
    between: Estimate
    groups: dict[object, Estimate]
    contributions: dict[object, float]  # what each group adds to `within`


@dataclass(frozen=True)
class _Family:
    """A score of welfare over its mean, and its slope."""

    name: str
    score: Score
    slope: Score
    zero: bool  # whether welfare may be zero


def _entropy_family(alpha: float) -> _Family:
    name = f"GE({alpha:g})"
    if alpha == 0:
        return _Family(name, lambda u: -np.log(u), lambda u: -1 / u, zero=False)
    if alpha == 1:
        return _Family(name, _u_log_u, lambda u: np.log(np.maximum(u, 1e-300)) + 1, zero=True)
    scale = alpha * (alpha - 1)
    return _Family(
        name,
        lambda u: (u**alpha - 1) / scale,
        lambda u: np.maximum(u, 1e-300) ** (alpha - 1) / (alpha - 1),
        zero=alpha > 0,
    )


def _u_log_u(u: Numbers) -> Numbers:
    return u * np.log(np.where(u > 0, u, 1.0))


_DIVERGENCE = _Family(
    "J-divergence", lambda u: (u - 1) * np.log(u), lambda u: np.log(u) + 1 - 1 / u, zero=False
)
_HOOVER = _Family("Hoover", lambda u: np.abs(u - 1) / 2, lambda u: np.sign(u - 1) / 2, zero=True)


def generalised_entropy(
    welfare: Column,
    alpha: float = 1.0,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> Estimate:
    """Generalised entropy index GE(alpha) (广义熵指数); any alpha.

    1/(alpha² - alpha) · mean((x/μ)^alpha - 1); alpha 0: Theil L, the mean log deviation; alpha 1: Theil
    T; alpha 2: half the squared coefficient of variation. `nonpositive`: "refuse" (STAT-005),
    "outside" (rows at or below zero do not count, as in R's convey), "keep" (zeros count, where alpha > 0).
    Shorrocks (1984), Econometrica 52; linearised as Biewen & Jenkins (2006), Oxford Bulletin 68.
    """
    family = _entropy_family(alpha)
    return _mean_index(_sample(welfare, design, within, missing, nonpositive, family), family)


def theil_t(welfare: Column, **options: object) -> Estimate:
    """Theil T (泰尔指数): `generalised_entropy` with alpha 1, the mean of (x/μ) ln(x/μ)."""
    return generalised_entropy(welfare, 1.0, **options)  # type: ignore[arg-type]  # its options


def theil_l(welfare: Column, **options: object) -> Estimate:
    """Theil L, mean log deviation (平均对数离差): `generalised_entropy` with alpha 0, the mean of ln(μ/x)."""
    return generalised_entropy(welfare, 0.0, **options)  # type: ignore[arg-type]  # its options


def j_divergence(
    welfare: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> Estimate:
    """J-divergence (J 散度): Theil T plus Theil L. Rohde (2016), J. Royal Statistical Society A 179."""
    of = _sample(welfare, design, within, missing, nonpositive, _DIVERGENCE)
    return _mean_index(of, _DIVERGENCE)


def hoover(
    welfare: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """Hoover index (胡佛指数): the share of all welfare that would have to move to make all equal.

    Also known as Pietra, Ricci-Schutz (ineq's RS) and Robin Hood index: mean |x/μ - 1| / 2.
    """
    of = _sample(welfare, design, within, missing, "keep", _HOOVER)
    return _mean_index(of, _HOOVER)


def coefficient_of_variation(welfare: Column, **options: object) -> Estimate:
    """Standard deviation over mean (变异系数), of the population: the root of 2 · GE(2)."""
    one = generalised_entropy(welfare, 2.0, **options)  # type: ignore[arg-type]  # its options
    return _moved(one, lambda g: math.sqrt(2 * g), lambda g: 1 / math.sqrt(2 * g) if g > 0 else 0.0)


def atkinson(
    welfare: Column,
    epsilon: float = 0.5,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> Estimate:
    """Atkinson index (阿特金森指数) with aversion ε ≥ 0: what equality would be worth, as a share of μ.

    1 - (mean (x/μ)^(1-ε))^(1/(1-ε)); ε 1: one less the geometric over the arithmetic mean.
    `nonpositive` as in `generalised_entropy` ("keep": zeros count where ε < 1). Atkinson (1970).
    """
    wanted("epsilon", epsilon, epsilon >= 0, "不小于零", "zero or more")
    of = _sample(welfare, design, within, missing, nonpositive, _entropy_family(1 - epsilon))
    return _atkinson(of, epsilon)


def _atkinson(of: Sample, epsilon: float) -> Estimate:
    """A smooth function of the generalised entropy index with alpha = 1 - ε."""
    alpha = 1 - epsilon
    if epsilon == 0:
        return estimated(0.0, np.zeros(len(of.values)), of)
    one = _mean_index(of, _entropy_family(alpha))
    if epsilon == 1:
        return _moved(one, lambda g: 1 - math.exp(-g), lambda g: math.exp(-g))
    scale = alpha * (alpha - 1)
    return _moved(
        one,
        lambda g: 1 - max(1 + scale * g, 0.0) ** (1 / alpha),
        lambda g: -scale / alpha * max(1 + scale * g, 1e-300) ** (1 / alpha - 1),
    )


def kolm(
    welfare: Column,
    beta: float = 1.0,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Estimate:
    """Kolm index (科尔姆指数), in the unit of welfare: (1/β) ln mean exp(β (μ - x)), β > 0."""
    wanted("beta", beta, beta > 0, "大于零", "above zero")
    of = sample(welfare, design, within, missing=missing)
    middle = mean_of(of.values, of)
    top = float((middle.value - of.values[of.counted]).max()) * beta
    power = mean_of(np.exp(np.minimum(beta * (middle.value - of.values) - top, 0.0)), of)
    value = (math.log(power.value) + top) / beta
    slopes = [1 / (beta * power.value), 1.0]
    return combined([power, middle], lambda p, m: value, slopes, of)


def _moved(
    one: Estimate, function: Callable[[float], float], slope: Callable[[float], float]
) -> Estimate:
    """A smooth function of one estimate: the same design effect, a stretched error."""
    stretch = slope(one.value)
    influence = None if one.influence is None else one.influence * stretch
    return Estimate(
        function(one.value),
        one.se * abs(stretch),
        one.df,
        one.rows,
        one.population,
        one.deff,
        one.deff_replace,
        influence,
    )


def _sample(
    welfare: Column,
    design: Design | None,
    within: Column | None,
    missing: str,
    nonpositive: str,
    family: _Family,
) -> Sample:
    one_of("nonpositive", nonpositive, ("refuse", "outside", "keep"))
    of = sample(welfare, design, within, missing=missing)
    keep = nonpositive == "keep" and family.zero
    if keep and not (of.values[of.counted] < 0).any():
        return of
    rule = "refuse" if nonpositive == "keep" else nonpositive
    values, counted = positive(of.values, "welfare", of.counted, family.name, rule)
    if not counted.any():
        raise StatsError("STAT-004")
    return of.counting(values, counted)


def _mean(of: Sample, name: str) -> float:
    mean = dot(of.weight, of.values) / of.population
    if mean <= 0:
        raise StatsError("STAT-013", value=mean, measure=name)
    return mean


def _mean_index(of: Sample, family: _Family) -> Estimate:
    mean = _mean(of, family.name)
    u = np.where(of.counted, of.values / mean, 1.0)
    scores = family.score(u)
    value = dot(of.weight, scores) / of.population
    pull = dot(of.weight, family.slope(u) * u) / of.population
    z = np.where(of.counted, scores - value - pull * (u - 1), 0.0) / of.population
    return estimated(value, z, of)


def decompose(
    welfare: Column,
    groups: Column,
    alpha: float = 1.0,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> Decomposition:
    """GE(alpha) within and between groups (组内与组间分解), exact: Shorrocks (1984).

    Between: the index if all had the mean of their group. Within: the groups' indices, weighted by
    (N_g/N) (μ_g/μ)^alpha. Standard errors of the parts as of figures of one sample.
    """
    family = _entropy_family(alpha)
    of = _sample(welfare, design, within, missing, nonpositive, family)
    return _decomposed(of, groups, family, lambda share, ratio: share * ratio**alpha)


def decompose_j(
    welfare: Column,
    groups: Column,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> Decomposition:
    """J-divergence within and between groups (J 散度分解): those of Theil T and L together."""
    of = _sample(welfare, design, within, missing, nonpositive, _DIVERGENCE)
    return _decomposed(of, groups, _DIVERGENCE, None)


def _decomposed(
    of: Sample,
    groups: Column,
    family: _Family,
    share_of: Callable[[float, float], float] | None,
) -> Decomposition:
    found, labels = codes(groups, "groups", len(of.values))
    total = _mean_index(of, family)
    between = _between(of, found, len(labels), family)
    influence = _plus(total, -1.0, between)
    inner = estimated(total.value - between.value, influence, of)
    members = {
        label: of.counting(of.values, of.counted & (found == code))
        for code, label in enumerate(labels)
        if (of.counted & (found == code)).any()
    }
    indices = {label: _mean_index(one, family) for label, one in members.items()}
    parts = {
        label: share_of(
            one.population / of.population, _mean(one, family.name) / _mean(of, family.name)
        )
        * indices[label].value
        for label, one in members.items()
        if share_of is not None
    }
    return Decomposition(total, inner, between, indices, parts)


def _plus(one: Estimate, factor: float, other: Estimate) -> Numbers:
    if one.influence is None or other.influence is None:
        raise ValueError("an estimate of this package carries its linearised variable")
    return one.influence + factor * other.influence


def _between(of: Sample, found: Whole, size: int, family: _Family) -> Estimate:
    """The index of the means of the groups; the means move with the sample as well."""
    mean = _mean(of, family.name)
    people = np.bincount(found, weights=of.weight, minlength=size)
    sums = np.bincount(found, weights=of.weight * of.values, minlength=size)
    there = people > 0
    means = np.where(there, sums / np.where(there, people, 1.0), mean)
    u = means / mean
    scores, slopes = family.score(u), family.slope(u)
    shares = people / of.population
    value, pull = dot(shares, scores), dot(shares, slopes * u)
    own = (scores - value - pull * (u - 1))[found]
    moved = (slopes - pull)[found] * (of.values - means[found]) / mean
    return estimated(value, np.where(of.counted, own + moved, 0.0) / of.population, of)


@dataclass(frozen=True)
class AtkinsonParts:
    """Atkinson's index in parts (阿特金森分解): 1 - total = (1 - within) · (1 - between)."""

    total: float
    within: float
    between: float
    cross: float  # -within · between: total = within + between + cross
    groups: dict[object, float]


def decompose_atkinson(
    welfare: Column,
    groups: Column,
    epsilon: float = 0.5,
    *,
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
    nonpositive: str = "refuse",
) -> AtkinsonParts:
    """Atkinson's index within and between groups (阿特金森组间分解), by equal equivalents; ε > 0.

    Blackorby, Donaldson & Auersperg (1981), Canadian J. of Economics 14; IC2's decomp="BDA".
    Between: the index if all had the mean of their group.
    """
    wanted("epsilon", epsilon, epsilon > 0, "大于零", "above zero")
    of = _sample(welfare, design, within, missing, nonpositive, _entropy_family(1 - epsilon))
    found, labels = codes(groups, "groups", len(of.values))
    members = {
        label: of.counting(of.values, of.counted & (found == code))
        for code, label in enumerate(labels)
        if (of.counted & (found == code)).any()
    }
    indices = {label: _atkinson(one, epsilon).value for label, one in members.items()}
    means = np.array([_mean(one, "Atkinson") for one in members.values()])
    people = np.array([one.population for one in members.values()])
    whole = _atkinson(of, epsilon).value
    group = sample(means, None)
    outer = _atkinson(Sample(means, people, group.counted, group.design), epsilon).value
    inner = 1 - (1 - whole) / (1 - outer)
    return AtkinsonParts(whole, inner, outer, -inner * outer, indices)
