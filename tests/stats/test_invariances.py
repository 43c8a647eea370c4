"""What must hold whatever the numbers: scale, replication, order, sums of parts.

And every linearised variable is the derivative of its figure by the weight of the row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai import stats

Figure = Callable[..., stats.Estimate]
INEQUALITY: dict[str, Figure] = {
    "gini": stats.gini,
    "unbiased gini": lambda y, **more: stats.gini(y, definition="unbiased", **more),
    "theil t": stats.theil_t,
    "theil l": stats.theil_l,
    "ge -1": lambda y, **more: stats.generalised_entropy(y, -1, **more),
    "ge 2": lambda y, **more: stats.generalised_entropy(y, 2, **more),
    "atkinson 1/2": lambda y, **more: stats.atkinson(y, 0.5, **more),
    "atkinson 1": lambda y, **more: stats.atkinson(y, 1, **more),
    "atkinson 2": lambda y, **more: stats.atkinson(y, 2, **more),
    "j": stats.j_divergence,
    "hoover": stats.hoover,
    "extended gini": lambda y, **more: stats.extended_gini(y, 3, **more),
    "lorenz": lambda y, **more: stats.lorenz(y, 0.3, **more)[0.3],
    "palma": stats.palma,
    "cv": stats.coefficient_of_variation,
}
POVERTY: dict[str, Figure] = {
    "headcount": lambda y, **more: stats.headcount(y, 50, **more),
    "fgt 1/2": lambda y, **more: stats.fgt(y, 50, 0.5, **more),
    "gap": lambda y, **more: stats.poverty_gap(y, 50, **more),
    "severity": lambda y, **more: stats.severity(y, 50, **more),
    "watts": lambda y, **more: stats.watts(y, 50, **more),
    "income gap": lambda y, **more: stats.income_gap(y, 50, **more),
    "sen": lambda y, **more: stats.sen(y, 50, **more),
    "sst": lambda y, **more: stats.sst(y, 50, **more),
}
OTHERS: dict[str, Figure] = {
    "mean": stats.mean,
    "total": stats.total,
    "ratio": lambda y, **more: stats.ratio(y, np.arange(len(y)) + 1.0, **more),
    "concentration": lambda y, **more: stats.concentration(y, np.sin(np.arange(len(y))), **more),
    "kolm": lambda y, **more: stats.kolm(y, 0.02, **more),
    "mean gap": lambda y, **more: stats.mean_gap(y, np.arange(len(y)) % 2 == 0, **more),
    "between": lambda y, **more: stats.decompose(y, np.arange(len(y)) % 3, 0.5, **more).between,
    "within": lambda y, **more: stats.decompose(y, np.arange(len(y)) % 3, 0, **more).within,
    "j between": lambda y, **more: stats.decompose_j(y, np.arange(len(y)) % 3, **more).between,
    "fgt parts": lambda y, **more: stats.fgt_parts(y, 50, 2, **more).inequality,
    "watts depth": lambda y, **more: stats.watts_parts(y, 50, **more).depth,
    "affluence": lambda y, **more: stats.affluence(y, 90, 1, **more),
    "zenga": stats.zenga,
    "convey gini": lambda y, **more: stats.gini(y, definition="convey", **more),
}
#: Not smooth in a weight: R's own linearisation differs from the derivative by terms of order 1/n.
ROUGH = {"unbiased gini", "convey gini", "zenga"}
EVERY = INEQUALITY | POVERTY | OTHERS
incomes = st.lists(st.integers(1, 10_000), min_size=4, max_size=30).filter(
    lambda x: len(set(x)) > 3
)


@pytest.mark.parametrize("name", sorted(set(EVERY) - ROUGH))
def test_linearised_variable_is_the_derivative(name: str) -> None:
    rng = np.random.default_rng(11)
    y, weight = rng.lognormal(4, 0.8, 60), rng.uniform(1, 5, 60)
    plan = stats.design(weight)
    one = EVERY[name](y, design=plan)
    assert one.influence is not None
    step, slopes = 1e-5, np.empty(60)
    for row in range(60):
        more, less = weight.copy(), weight.copy()
        more[row] += step
        less[row] -= step
        ends = [EVERY[name](y, design=replace(plan, weight=w)).value for w in (more, less)]
        slopes[row] = (ends[0] - ends[1]) / (2 * step)
    scale = float(np.abs(slopes).max())
    assert one.influence == pytest.approx(slopes, abs=1e-5 * scale)


@pytest.mark.parametrize("name", sorted(INEQUALITY))
@settings(max_examples=20)
@given(x=incomes, factor=st.floats(0.01, 1000))
def test_inequality_has_no_unit(name: str, x: list[int], factor: float) -> None:
    scaled = INEQUALITY[name](np.array(x) * factor)
    assert scaled.value == pytest.approx(INEQUALITY[name](x).value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", sorted(POVERTY))
@given(
    x=st.lists(st.integers(1, 100), min_size=2, max_size=30), factor=st.sampled_from([0.5, 2, 8])
)
def test_poverty_has_no_unit(name: str, x: list[int], factor: float) -> None:
    """Income and line in another unit; powers of two, so that who is at the line stays there."""
    options = {"line": 50 * factor}
    figures = {
        "headcount": stats.headcount,
        "fgt 1/2": lambda y, line: stats.fgt(y, line, 0.5),
        "gap": stats.poverty_gap,
        "severity": stats.severity,
        "watts": stats.watts,
        "income gap": stats.income_gap,
        "sen": stats.sen,
        "sst": stats.sst,
    }
    scaled = figures[name](np.array(x) * factor, **options)
    assert scaled.value == pytest.approx(POVERTY[name](x).value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", sorted({*INEQUALITY, *POVERTY} - ROUGH))
@settings(max_examples=20)
@given(x=incomes, times=st.integers(2, 4))
def test_replication_changes_nothing_and_equals_a_weight(
    name: str, x: list[int], times: int
) -> None:
    figure = EVERY[name]
    one, many = figure(x).value, figure(x * times).value
    weighted = figure(x, design=stats.design([times] * len(x))).value
    assert many == pytest.approx(one, rel=1e-9, abs=1e-9)
    assert weighted == pytest.approx(one, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"ratio", "concentration", "mean gap"}))
def test_order_of_rows_does_not_matter(name: str) -> None:
    """The parts by group follow the rows, so their groups are moved along."""
    y = np.random.default_rng(5).lognormal(4, 1, 30)
    order = np.concatenate([np.arange(0, 30, 3)[::-1], np.arange(1, 30, 3), np.arange(2, 30, 3)])
    moved = np.empty(30)
    moved[0::3], moved[1::3], moved[2::3] = y[order[:10]], y[order[10:20]], y[order[20:]]
    assert EVERY[name](moved).value == pytest.approx(EVERY[name](y).value)


@settings(max_examples=40)
@given(x=incomes, alpha=st.sampled_from([-1, 0, 0.5, 1, 2]))
def test_entropy_within_and_between_add_up(x: list[int], alpha: float) -> None:
    groups = [place % 3 for place in range(len(x))]
    parts = stats.decompose(x, groups, alpha)
    assert parts.total.value == pytest.approx(parts.within.value + parts.between.value)
    inner = sum(parts.contributions.values())
    assert parts.within.value == pytest.approx(inner, rel=1e-6, abs=1e-12)
    assert parts.between.value >= -1e-12


@settings(max_examples=40)
@given(x=incomes)
def test_other_parts_add_up(x: list[int]) -> None:
    groups = [place % 2 for place in range(len(x))]
    gini = stats.gini_by_group(x, groups)
    assert gini.total == pytest.approx(gini.within + gini.between + gini.overlap)
    aversion = stats.decompose_atkinson(x, groups, 0.5)
    assert aversion.total == pytest.approx(aversion.within + aversion.between + aversion.cross)
    other = np.arange(len(x)) * 7.0 + 1
    sources = stats.gini_by_source({"one": x, "other": other})
    whole = stats.gini(np.array(x) + other).value
    assert sum(part.contribution for part in sources.values()) == pytest.approx(whole)
    shares = stats.welfare_shares(x, 5)
    assert sum(one.value for one in shares) == pytest.approx(1)


@given(x=st.lists(st.integers(0, 100), min_size=2, max_size=30))
def test_headcounts_of_groups_make_that_of_all(x: list[int]) -> None:
    groups = [place % 2 for place in range(len(x))]
    parts = stats.by(groups, stats.headcount, x, 50)
    sizes = [groups.count(label) for label in parts]
    mean = sum(size * one.value for size, one in zip(sizes, parts.values(), strict=True)) / len(x)
    assert stats.headcount(x, 50).value == pytest.approx(mean)


@given(
    rows=st.lists(st.lists(st.integers(0, 1), min_size=4, max_size=4), min_size=2, max_size=20),
    cutoff=st.sampled_from([0.25, 1 / 3, 0.5, 1.0]),
)
def test_alkire_foster_identities(rows: list[list[int]], cutoff: float) -> None:
    one = stats.alkire_foster(dict(zip("abcd", np.array(rows).T, strict=True)), cutoff=cutoff)
    assert one.m0.value == pytest.approx(one.headcount.value * one.intensity.value)
    censored = [found.value for found in one.censored.values()]
    assert one.m0.value == pytest.approx(sum(censored) / 4)
    assert all(c <= u.value for c, u in zip(censored, one.uncensored.values(), strict=True))
    assert one.measure(1).value == pytest.approx(one.m0.value)  # yes or no has no depth


@settings(max_examples=40)
@given(x=incomes, transfer=st.floats(0.01, 0.49))
def test_a_transfer_to_the_poorer_lowers_inequality(x: list[int], transfer: float) -> None:
    """From the richest to the poorest, less than half of what lies between them."""
    y = np.sort(np.array(x, dtype=float))
    amount = transfer * (y[-1] - y[0])
    moved = y.copy()
    moved[0] += amount
    moved[-1] -= amount
    for name in ("gini", "theil t", "theil l", "ge 2", "atkinson 1"):
        assert INEQUALITY[name](moved).value <= INEQUALITY[name](y).value + 1e-12


@settings(max_examples=40)
@given(x=st.lists(st.integers(1, 100), min_size=3, max_size=30), alpha=st.sampled_from([2, 3]))
def test_parts_of_poverty_make_the_index(x: list[int], alpha: float) -> None:
    x = [*x, 20]  # somebody is poor
    one = stats.fgt_parts(x, 50, alpha)
    inner = 1 + (alpha**2 - alpha) * one.inequality.value
    wanted = one.headcount.value * one.depth.value**alpha * inner
    assert one.total.value == pytest.approx(wanted)
    other = stats.watts_parts(x, 50)
    wanted = other.headcount.value * (other.depth.value + other.inequality.value)
    assert other.total.value == pytest.approx(wanted)


@settings(max_examples=40)
@given(before=incomes, after=incomes, alpha=st.sampled_from([0, 1, 2]))
def test_parts_of_a_change_make_the_change(
    before: list[int], after: list[int], alpha: float
) -> None:
    total = stats.fgt(after, 500, alpha).value - stats.fgt(before, 500, alpha).value
    for method in ("shapley", "datt-ravallion"):
        one = stats.growth_and_redistribution(before, after, 500, alpha, method=method)
        assert one.total == pytest.approx(total)
        assert one.growth + one.redistribution + one.residual == pytest.approx(total)
        assert method != "shapley" or one.residual == pytest.approx(0, abs=1e-12)
    first, second = ([place % 2 for place in range(len(x))] for x in (before, after))
    parts = stats.change_by_group(before, after, 500, first, second, alpha)
    assert parts.total == pytest.approx(total)
    found = sum(parts.within.values()) + parts.shift + parts.interaction
    assert found == pytest.approx(total)


def test_growth_alone_is_growth() -> None:
    """Everybody doubles: nothing is redistributed, whatever the method."""
    before = [100, 200, 300, 400]
    for method in ("shapley", "datt-ravallion"):
        one = stats.growth_and_redistribution(
            before, [2 * x for x in before], 250, 0, method=method
        )
        assert (one.growth, one.redistribution, one.residual) == (-0.25, 0, 0)
