"""Missed, wrongly included, total error: by hand, with ties, by stratum, against random tie-breaking."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mingbai import stats

POOR = [True, True, True, False, False, False, False, False, False, False]
SCORE = [1, 2, 6, 2, 3, 4, 5, 7, 8, 9]


def test_counts_and_rates_by_hand() -> None:
    chosen = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]
    one = stats.targeting(POOR, chosen)
    assert (one.poor, one.selected, one.hit, one.missed, one.wrong) == (3, 3, 2, 1, 1)
    assert one.exclusion.value == pytest.approx(1 / 3)
    assert one.inclusion.value == pytest.approx(1 / 3)
    assert one.inclusion_of_others.value == pytest.approx(1 / 7)
    assert one.total_error.value == pytest.approx(0.2)
    assert one.coverage.value == pytest.approx(0.3)
    assert one.differential.value == pytest.approx(2 / 3 - 1 / 7)
    assert one.concentration.value == pytest.approx((2 / 3) / 0.3)
    assert (one.reach, one.precision, one.accuracy) == pytest.approx((2 / 3, 2 / 3, 0.8))


def test_equal_scores_at_the_end_of_the_quota_share_what_is_left() -> None:
    """Two places: one for score 1, half a place for each of the two with score 2."""
    chosen = stats.selection(SCORE, quota=0.2)
    assert chosen.tolist() == [1, 0.5, 0, 0.5, 0, 0, 0, 0, 0, 0]
    one = stats.targeting(POOR, chosen)
    assert (one.missed, one.wrong) == (1.5, 0.5)


@pytest.mark.parametrize(("ties", "selected"), [("include", 3), ("exclude", 1), ("expected", 2)])
def test_rules_for_equal_scores(ties: str, selected: float) -> None:
    assert stats.selection(SCORE, quota=0.2, ties=ties).sum() == selected


def test_expected_shares_are_the_mean_over_all_ways_to_break_ties() -> None:
    score, poor = [1, 2, 2, 2, 2, 3], np.array([0, 1, 1, 0, 0, 1], dtype=bool)
    expected = stats.targeting(poor, stats.selection(score, quota=3, count=True))
    missed = []
    for order in itertools.permutations(range(4)):
        broken = [1, *(2 + place / 10 for place in order), 3]
        chosen = stats.selection(broken, quota=3, count=True)
        missed.append(stats.targeting(poor, chosen).missed)
    assert expected.missed == pytest.approx(np.mean(missed))


def test_weights_count_as_people() -> None:
    """A row of weight 3 is three rows, also where the quota ends inside of it."""
    score, weight, poor = [1, 2, 3], [1, 3, 2], [True, False, True]
    weighted = stats.targeting(
        poor,
        stats.selection(score, quota=0.5, design=stats.design(weight)),
        design=stats.design(weight),
    )
    rows = np.repeat([0, 1, 2], weight)
    plain = stats.targeting(np.array(poor)[rows], stats.selection(np.array(score)[rows], quota=0.5))
    assert (weighted.missed, weighted.wrong) == pytest.approx((plain.missed, plain.wrong))


def test_each_stratum_fills_its_own_quota() -> None:
    strata = ["a"] * 5 + ["b"] * 5
    chosen = stats.selection(SCORE, quota={"a": 2, "b": 1}, strata=strata, count=True)
    assert chosen.tolist() == [1, 0.5, 0, 0.5, 0, 1, 0, 0, 0, 0]


def test_a_stratum_without_a_quota_is_refused() -> None:
    with pytest.raises(stats.StatsError, match="STAT-011") as error:
        stats.selection(SCORE, quota={"a": 0.2}, strata=["a"] * 5 + ["b"] * 5)
    assert error.value.values["group"] == "b"


def test_with_the_true_share_as_quota_as_many_are_missed_as_are_wrong() -> None:
    strata = ["a"] * 5 + ["b"] * 5
    lines = stats.targeting_table(POOR, SCORE, strata=strata)
    assert [line.stratum for line in lines] == ["a", "b", None]
    for line in lines:
        assert line.result.missed == pytest.approx(line.result.wrong)
    assert lines[-1].result.missed == pytest.approx(sum(line.result.missed for line in lines[:2]))


def test_table_by_quota() -> None:
    lines = stats.targeting_table(POOR, SCORE, [0.1, 0.2, 1.0])
    assert [line.result.missed for line in lines] == [2, 1.5, 0]
    assert [line.result.wrong for line in lines] == [0, 0.5, 7]


def test_area_under_the_curve_counts_pairs() -> None:
    """Of 21 pairs: 1 < all 7, 2 = one and < 6, 6 < 3."""
    found = stats.roc(POOR, SCORE)
    assert found.area.value == pytest.approx((7 + 6.5 + 3) / 21)
    assert (found.poor[-1], found.others[-1]) == (1, 1)


def test_area_has_delongs_error() -> None:
    """Its variance from the two samples' placements (DeLong, DeLong & Clarke-Pearson 1988)."""
    rng = np.random.default_rng(7)
    poor = rng.random(400) < 0.3
    score = rng.normal(size=400) - 0.8 * poor
    one = stats.roc(poor, score).area
    wins = score[poor][:, None] < score[~poor][None, :]
    delong = (
        wins.mean(axis=1).var(ddof=1) / poor.sum() + wins.mean(axis=0).var(ddof=1) / (~poor).sum()
    )
    assert one.value == pytest.approx(wins.mean())
    assert one.se == pytest.approx(np.sqrt(delong), rel=0.01)


def test_highest_first_mirrors_lowest_first() -> None:
    negative = [-value for value in SCORE]
    assert stats.roc(POOR, negative, highest=True).area == stats.roc(POOR, SCORE).area
    low, high = (
        stats.selection(SCORE, quota=0.3),
        stats.selection(negative, quota=0.3, highest=True),
    )
    assert low.tolist() == high.tolist()
    assert stats.selection(negative, cutoff=-2, highest=True).sum() == 3


def test_share_of_benefits_of_the_poorest() -> None:
    """The poorest 40 % of five people with equal welfare ties split at the edge."""
    one = stats.benefit_share([10, 10, 0, 0, 0], [1, 2, 2, 3, 4], 0.4)
    assert one.value == pytest.approx(0.75)


def test_poorest_includes_who_is_at_the_edge() -> None:
    assert stats.poorest([1, 2, 2, 3, 4], 0.4).tolist() == [True, True, True, False, False]


def test_nobody_poor_gives_no_rate_instead_of_zero() -> None:
    one = stats.targeting([False] * 4, [1, 0, 0, 0])
    assert np.isnan(one.exclusion.value)
    assert one.inclusion.value == 1


def test_shares_out_of_range_are_refused() -> None:
    with pytest.raises(stats.StatsError, match="STAT-006"):
        stats.targeting(POOR, [2] * 10)
    with pytest.raises(stats.StatsError, match="STAT-006"):
        stats.selection(SCORE, quota=1.5)
    with pytest.raises(stats.StatsError, match="STAT-006"):
        stats.selection(SCORE)
