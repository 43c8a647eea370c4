"""Exact selection meets every total that can be met, and refuses the others."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.demo.exact import InexactError, apportion, choose, spread, two_rates

SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=40)
SEEDS = st.integers(0, 2**32 - 1)


def stream(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@given(SIZES, SEEDS, st.data())
@settings(max_examples=150, deadline=None)
def test_a_total_that_some_subset_has_is_met(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.integers(0, len(sizes) - 1), min_size=1, unique=True))
    values = np.array(sizes)
    chosen = choose(values, len(some), int(values[some].sum()), stream(seed))
    assert len(set(chosen.tolist())) == len(some)
    assert values[chosen].sum() == values[some].sum()


@given(st.lists(st.sampled_from([1, 4, 7, 20]), min_size=1, max_size=7), SEEDS, st.data())
@settings(max_examples=100, deadline=None)
def test_a_total_that_no_subset_has_is_refused(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, len(sizes)))
    total = data.draw(st.integers(0, 60))
    sums = {sum(some) for some in itertools.combinations(sizes, count)}
    try:
        found = int(np.array(sizes)[choose(np.array(sizes), count, total, stream(seed))].sum())
    except InexactError:
        found = -1
    assert found == (total if total in sums else -1)


def test_the_same_stream_chooses_the_same_and_another_one_differs() -> None:
    sizes = stream(1).integers(1, 8, 5000)
    first, again, other = (choose(sizes, 900, 3700, stream(seed)).tolist() for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_items_of_no_weight_are_never_chosen_and_heavy_ones_more_often() -> None:
    sizes = stream(2).integers(1, 8, 4000)
    weights = np.repeat([0.0, 1.0, 9.0, 1.0], 1000)
    chosen = choose(sizes, 1200, 4801, stream(3), weights)
    taken = np.bincount(chosen // 1000, minlength=4)
    assert taken[0] == 0
    assert taken[2] > 2 * max(taken[1], taken[3])


def test_a_tilted_choice_is_not_made_of_extremes() -> None:
    sizes = stream(4).integers(1, 8, 20000)
    taken = np.bincount(sizes[choose(sizes, 3000, 14000, stream(4))], minlength=8)
    assert (np.diff(taken[1:]) > 0).all()


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=30))
def test_shares_sum_to_the_total_and_stay_within_one(total: int, weights: list[int]) -> None:
    parts = apportion(total, np.array(weights))
    assert parts.sum() == total
    assert (np.abs(parts - total * np.array(weights) / sum(weights)) < 1.001).all()


@given(st.integers(0, 60), st.integers(0, 4), st.integers(0, 6), SEEDS, st.data())
def test_spread_numbers_keep_their_bounds(
    count: int, low: int, width: int, seed: int, data: st.DataObject
) -> None:
    total = data.draw(st.integers(count * low, count * (low + width)))
    parts = spread(total, count, low, low + width, stream(seed))
    assert len(parts) == count
    assert parts.sum() == total
    assert all(low <= part <= low + width for part in parts)


@given(st.integers(1, 500), st.integers(0, 1000), st.integers(1, 1000), st.data())
def test_two_rates_leave_one_residual(
    count: int, low: int, width: int, data: st.DataObject
) -> None:
    total = data.draw(st.integers(count * low, count * (low + width)))
    amounts = two_rates(total, count, low, low + width)
    assert amounts.sum() == total
    assert len(amounts) == count
    assert sum(amount not in (low, low + width) for amount in amounts.tolist()) <= 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda: apportion(5, np.array([0.0, 0.0])),
        lambda: spread(11, 2, 1, 5, stream(0)),
        lambda: two_rates(10, 3, 4, 5),
        lambda: choose(np.array([1, 1]), 3, 3, stream(0)),
        lambda: choose(np.array([2, 2, 2]), 2, 5, stream(0)),
    ],
)
def test_what_cannot_be_met_is_refused(ask) -> None:
    with pytest.raises(InexactError):
        ask()
