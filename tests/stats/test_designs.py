"""Designs and errors: variances by hand, what is refused and how it is said."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from mingbai import stats
from mingbai.stats.student import beta_quantile, incomplete_beta, t_quantile


def test_simple_random_sample_by_hand() -> None:
    """s²/n, and with (1 - n/N)."""
    y = [3.0, 5.0, 8.0, 12.0]
    assert stats.mean(y).se == pytest.approx(math.sqrt(np.var(y, ddof=1) / 4))
    finite = stats.design(fpc=[10] * 4)
    assert finite.weight.tolist() == [2.5] * 4
    assert stats.mean(y, design=finite).se == pytest.approx(math.sqrt(np.var(y, ddof=1) / 4 * 0.6))


def test_two_stages_by_hand() -> None:
    """Särndal, Swensson & Wretman (1992), 4.3: 2 of 4 clusters, 2 of 3 rows in each."""
    y, cluster = np.array([1.0, 3.0, 6.0, 10.0]), ["a", "a", "b", "b"]
    plan = stats.design(psu=(cluster, [1, 2, 1, 2]), fpc=([4] * 4, [3] * 4))
    assert plan.weight.tolist() == [3] * 4
    totals = np.array([(1 + 3) * 1.5, (6 + 10) * 1.5])
    first = 4**2 * (1 - 2 / 4) * totals.var(ddof=1) / 2
    second = 4 / 2 * sum(3**2 * (1 - 2 / 3) * np.var(part, ddof=1) / 2 for part in (y[:2], y[2:]))
    assert stats.total(y, design=plan).se == pytest.approx(math.sqrt(first + second))


def test_clusters_of_two_strata_may_share_a_name() -> None:
    plan = stats.design(strata=["x", "x", "y", "y"], psu=[1, 2, 1, 2])
    assert stats.degrees_of_freedom(plan) == 2


def test_a_group_keeps_the_design() -> None:
    """A group of one cluster of two: the other counts as a cluster with a total of zero."""
    plan = stats.design([1] * 4, psu=[1, 1, 2, 2])
    one = stats.total([1, 2, 5, 7], design=plan, within=[True, True, False, False])
    assert one.se == pytest.approx(math.sqrt(2 * ((3 - 1.5) ** 2 + (0 - 1.5) ** 2)))


def test_single_units_and_their_rules() -> None:
    strata = ["a", "a", "a", "b"]
    with pytest.raises(stats.StatsError, match="STAT-007") as error:
        stats.mean([1, 2, 3, 4], design=stats.design([1] * 4, strata=strata))
    assert error.value.values["stratum"] == "b"
    sure = stats.design([1] * 4, strata=strata, fpc=[9, 9, 9, 1])
    assert stats.mean([1, 2, 3, 4], design=sure).se > 0


def test_intervals() -> None:
    share = stats.mean([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    low, high = share.interval()
    assert (low, high) == pytest.approx((0.3 - 2.262157 * share.se, 0.3 + 2.262157 * share.se))
    for method in ("logit", "asin", "beta"):
        low, high = share.interval(method=method)
        assert 0 < low < 0.3 < high < 1
    assert share.interval(df=math.inf)[1] - 0.3 == pytest.approx(1.959964 * share.se)
    with pytest.raises(stats.StatsError, match="STAT-006"):
        stats.mean([3, 4]).interval(method="logit")


def test_korn_graubard_of_a_simple_sample_is_exact_binomial() -> None:
    """3 of 10: Clopper-Pearson 0.0667 to 0.6525, with the sample's own variance p (1 - p) / n."""
    one = stats.Estimate(0.3, math.sqrt(0.3 * 0.7 / 10), math.inf, 10, 10)
    assert one.interval(method="beta") == pytest.approx((0.066740, 0.652453), abs=5e-6)


@pytest.mark.parametrize(
    ("share", "df", "wanted"),
    [(0.975, 1, 12.7062), (0.975, 10, 2.228139), (0.95, 30, 1.697261), (0.995, 5, 4.032143)],
)
def test_quantiles_of_t(share: float, df: int, wanted: float) -> None:
    assert t_quantile(share, df) == pytest.approx(wanted, rel=1e-5)
    assert t_quantile(1 - share, df) == pytest.approx(-wanted, rel=1e-5)


def test_beta_distribution() -> None:
    assert incomplete_beta(0.25, 2, 3) == pytest.approx(0.26171875)
    assert beta_quantile(0.26171875, 2, 3) == pytest.approx(0.25)


def test_arrow_columns_with_empty_cells() -> None:
    y = pa.array([1.0, None, 3.0])
    assert stats.mean(y, missing="outside").value == 2
    with pytest.raises(stats.StatsError, match="STAT-002") as error:
        stats.mean(y)
    assert error.value.values["row"] == 2


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        (lambda: stats.mean([1, "x"]), "STAT-002", "x"),
        (lambda: stats.mean([1, 2], design=stats.design([1, 1, 1])), "STAT-001", "3"),
        (lambda: stats.design([1, -2]), "STAT-003", "-2"),
        (lambda: stats.design([1, None]), "STAT-003", "nan"),
        (lambda: stats.mean([1, 2], within=[False, False]), "STAT-004", ""),
        (lambda: stats.watts([1, 0], 5), "STAT-005", "Watts"),
        (lambda: stats.theil_l([1, -1]), "STAT-005", "GE(0)"),
        (lambda: stats.theil_l([1, 0], nonpositive="keep"), "STAT-005", "0.0"),
        (lambda: stats.fgt([1, 2], 0, 1), "STAT-006", "line"),
        (lambda: stats.fgt([1, 2], 5, -1), "STAT-006", "alpha"),
        (lambda: stats.design(fpc=[1.5, 3, 3]), "STAT-009", "fpc"),
        (lambda: stats.design(fpc=[2, 2, 2]), "STAT-008", "3"),
        (lambda: stats.mean([1, 2], missing="drop"), "STAT-012", "outside"),
        (lambda: stats.gini([1, 2], definition="best"), "STAT-012", "convey"),
        (lambda: stats.gini([-1, -2]), "STAT-013", "Gini"),
        (lambda: stats.alkire_foster({"a": [0, 1], "b": [0, 2]}), "STAT-006", "b[2]"),
        (lambda: stats.alkire_foster({"a": [0, None]}), "STAT-002", "a"),
        (lambda: stats.alkire_foster({"a": [0, 1]}, {"a": 1, "b": 1}), "STAT-011", "b"),
        (lambda: stats.poststratified(stats.design(n=2), ["a", "b"], {"a": 1}), "STAT-011", "b"),
        (
            lambda: stats.raked(
                stats.design(n=2), [(["a", "b"], {"a": 1, "b": 1}), ([1, 1], {1: 5})]
            ),
            "STAT-010",
            "",
        ),
        (lambda: stats.calibrated(stats.design(n=2), {"x": [0, 0]}, {"x": 5}), "STAT-010", ""),
        (lambda: stats.fit([1, 2, 3], {"x": [1, 1, 1]}), "STAT-006", "columns"),
        (lambda: stats.by([None, "a"], stats.mean, [1, 2]), "STAT-002", "by"),
    ],
)
def test_what_is_wrong_is_numbered_and_named(call, code: str, says: str) -> None:
    with pytest.raises(stats.StatsError) as error:
        call()
    assert error.value.code == code
    assert says in str(error.value)


def test_missing_indicators_reweighed_or_left_out() -> None:
    columns = {"a": [1, 1, 0, None], "b": [1, None, 0, None]}
    listwise = stats.alkire_foster(columns, cutoff=0.6, missing="listwise")
    assert (listwise.m0.rows, listwise.headcount.value) == (2, 0.5)
    reweighed = stats.alkire_foster(columns, cutoff=0.6, missing="reweigh")
    assert (reweighed.m0.rows, reweighed.headcount.value) == (3, pytest.approx(2 / 3))


def test_depths_of_an_indicator() -> None:
    """M1 and M2 of two indicators with cutoffs: by hand."""
    schooling, income = stats.depths([0, 3, 6], 6), stats.depths([50, 100, 200], 100)
    assert (schooling.tolist(), income.tolist()) == ([1, 0.5, 0], [0.5, 0, 0])
    one = stats.alkire_foster({"schooling": schooling, "income": income}, cutoff=0.5)
    assert one.m0.value == pytest.approx((1 + 0.5) / 3)
    assert one.measure(1).value == pytest.approx((0.75 + 0.25) / 3)
    assert one.measure(2).value == pytest.approx((0.625 + 0.125) / 3)


def test_regional_lines() -> None:
    assert stats.headcount([10, 10, 30], [5, 20, 40]).value == pytest.approx(2 / 3)


def test_differences() -> None:
    one, other = stats.mean([1, 2, 3]), stats.mean([4, 6, 8])
    apart = stats.difference(other, one)
    assert apart.value == 4
    assert apart.se == pytest.approx(math.hypot(one.se, other.se))
    assert stats.significance(apart) < 0.01


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [("lower", 2), ("upper", 3), ("middle", 2.5), ("interpolated", 2), ("survey", 3)],
)
def test_kinds_of_quantiles(kind: str, wanted: float) -> None:
    """Half of four people is reached exactly with the second."""
    assert stats.percentile([1, 2, 3, 4], 0.5, kind=kind).value == wanted


def test_sen_and_thon_in_their_own_forms() -> None:
    """Sen's q/(q+1) and Thon's n+1, for people with 1, 2 and 5 and a line of 4."""
    gaps, n = [0.75, 0.5, 0], 3
    inner = abs(2 - 1) / (2 * 2 * 1.5) * 2 / 2
    assert stats.sen([1, 2, 5], 4).value == pytest.approx(2 / 3 * (0.625 + 0.375 * inner))
    own = stats.sen([1, 2, 5], 4, form="1976").value
    assert own == pytest.approx(2 / 3 * (0.625 + 0.375 * inner * 2 / 3))
    thon = 2 / (n * (n + 1)) * sum((n + 1 - rank) * gap for rank, gap in enumerate(gaps, 1))
    assert stats.sst([1, 2, 5], 4, form="thon").value == pytest.approx(thon)


@pytest.mark.parametrize(
    ("people", "gap", "severity"),
    [([100, 100, 150, 150], 0.1, 0.02), ([124, 124, 150, 150], 0.004, 0.000032)],
)
def test_handbooks_other_countries(people: list[int], gap: float, severity: float) -> None:
    """Haughton & Khandker, ch. 4: countries A and B, line 125; half of each is poor."""
    found = [stats.fgt(people, 125, alpha).value for alpha in (0, 1, 2)]
    assert found == pytest.approx([0.5, gap, severity])
