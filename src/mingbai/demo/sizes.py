"""Household sizes (家庭规模): drawn from a shape, tilted to a mean, repaired to an exact sum of persons."""

from __future__ import annotations

import numpy as np

from mingbai.demo.exact import Floats, InexactError, Ints, apportion


def sizes_with_sum(
    count: int, persons: int, shape: Floats, rng: np.random.Generator, most: int = 8
) -> Ints:
    """`count` sizes of 1 to `most` that sum to `persons`, in random order.

    The shape is tilted exponentially until its mean is the one asked for: what stays of it is how it spreads.
    """
    if not count <= persons <= count * most:
        raise InexactError(f"{count} households cannot have {persons} persons")
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    values = np.arange(1, most + 1)
    numbers = apportion(count, tilted(shape[:most], persons / count))
    sizes = np.repeat(values, numbers)
    rng.shuffle(sizes)
    while rest := persons - int(sizes.sum()):
        step = int(np.sign(rest))
        free = np.flatnonzero(sizes < most if step > 0 else sizes > 1)
        sizes[rng.permutation(free)[: abs(rest)]] += step
    return sizes


def tilted(shape: Floats, mean: float) -> Floats:
    """The shape times exp(tilt × size), with the tilt that gives the mean."""
    values = np.arange(1, shape.size + 1)
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        weights = shape * np.exp(middle * (values - mean))
        low, high = (
            (middle, high) if (weights * values).sum() < mean * weights.sum() else (low, middle)
        )
    return np.asarray(weights / weights.sum())


def triangular(bounds: list[float], count: int, rng: np.random.Generator) -> Floats:
    return rng.triangular(bounds[0], bounds[1], bounds[2], count)


def pick(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """`count` positions drawn with weights; faster than Generator.choice and the same in every version."""
    edges = np.cumsum(weights / weights.sum())
    edges[-1] = 1.0
    return np.searchsorted(edges, rng.random(count), side="right").astype(np.int64)
