"""Exact selection (精确凑数): subsets, counts and amounts that meet published totals to the last unit.

Everything is drawn from a given stream, so the same seed gives the same choice. What cannot be met raises
`InexactError`; nothing is rounded away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WIDEST = 64  # items of one size that the repair may exchange; complete for up to that many


class InexactError(ValueError):
    """A published total that the available units cannot meet."""


def apportion(total: int, weights: Ints | Floats) -> Ints:
    """Whole numbers in proportion to `weights` that sum to `total` (largest remainder, 最大余数法).

    >>> apportion(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    shares = np.asarray(weights, dtype=np.float64)
    if total < 0 or shares.size == 0 or not shares.sum() > 0:
        raise InexactError(f"{total} cannot be shared out over {shares.size} weights")
    quotas = total * (shares / shares.sum())
    parts = np.floor(quotas).astype(np.int64)
    rest = total - int(parts.sum())
    order = np.argsort(parts - quotas, kind="stable")
    if rest:
        np.add.at(parts, np.resize(order, abs(rest)), int(np.sign(rest)))
    return parts


def spread(total: int, count: int, low: int, high: int, rng: np.random.Generator) -> Ints:
    """`count` whole numbers from `low` to `high` that sum to `total`, drawn about their mean."""
    if not count * low <= total <= count * high or count < 0:
        raise InexactError(f"{total} is not the sum of {count} numbers from {low} to {high}")
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    mean, reach = total / count, min(total / count - low, high - total / count)
    drawn = np.rint(mean + rng.uniform(-reach, reach, count)).astype(np.int64).clip(low, high)
    while rest := total - int(drawn.sum()):
        step = int(np.sign(rest))
        free = np.flatnonzero(drawn < high if step > 0 else drawn > low)
        drawn[rng.permutation(free)[: abs(rest)]] += step
    return drawn


def two_rates(total: int, count: int, low: int, high: int) -> Ints:
    """`count` amounts at two rates, and one residual between them, that sum to `total`."""
    over = total - count * low
    if count < 1 or low >= high or not 0 <= over <= count * (high - low):
        raise InexactError(f"{total} is not paid by {count} amounts from {low} to {high}")
    at_high, rest = divmod(over, high - low)
    amounts = np.full(count, low, dtype=np.int64)
    amounts[:at_high] = high
    if rest:
        amounts[at_high] += rest
    return amounts


def choose(
    sizes: Ints, count: int, total: int, rng: np.random.Generator, weights: Floats | None = None
) -> Ints:
    """Positions of `count` items whose sizes sum to `total`, ascending (精确子集).

    `weights` make items likelier (0: never). A draw tilted by size comes near the total; exchanges between
    sizes repair the rest, keeping within each size what was drawn first.
    """
    sizes = np.asarray(sizes, dtype=np.int64)
    able = np.arange(sizes.size) if weights is None else np.flatnonzero(np.asarray(weights) > 0)
    if count == 0 and total == 0:
        return np.zeros(0, dtype=np.int64)
    if not 0 < count <= able.size:
        raise InexactError(f"{count} items are to be chosen from {able.size}")
    keys = rng.gumbel(size=able.size)
    if weights is not None:
        keys += np.log(np.asarray(weights, dtype=np.float64)[able])
    chosen = _tilted(sizes[able], count, total, keys)
    return np.sort(able[chosen])


def _tilted(sizes: Ints, count: int, total: int, keys: Floats) -> Ints:
    """The `count` best keys, tilted by size until their sum is near, then repaired."""
    low, high = -32.0, 32.0
    tilted = keys
    for _ in range(40):
        middle = (low + high) / 2
        tilted = keys + middle * sizes
        best = _best(tilted, count)
        reached = int(sizes[best].sum())
        if reached == total:
            return best
        low, high = (middle, high) if reached < total else (low, middle)
    values, place = np.unique(sizes, return_inverse=True)
    have = np.bincount(place, minlength=values.size)
    taken = np.bincount(place[_best(tilted, count)], minlength=values.size)
    taken = taken + _exchange(values, have, taken, total)
    order = np.lexsort((-tilted, place))
    rank = np.arange(sizes.size) - np.repeat(np.cumsum(have) - have, have)
    return order[rank < taken[place[order]]]


def _best(keys: Floats, count: int) -> Ints:
    return np.argpartition(-keys, count - 1)[:count]


def _exchange(values: Ints, have: Ints, taken: Ints, total: int) -> Ints:
    """How many more (or fewer) of each size to take, the number of items unchanged."""
    wanted = total - int((values * taken).sum())
    reach = 1
    while reach <= 2 * WIDEST:
        moves = _search(values, np.minimum(have - taken, reach), np.minimum(taken, reach), wanted)
        if moves is not None:
            return moves
        reach *= 2
    raise InexactError(f"no {int(taken.sum())} of {int(have.sum())} items sum to {total}")


def _search(values: Ints, more: Ints, fewer: Ints, wanted: int) -> Ints | None:
    """Exchanges within bounds that keep the count and change the sum by `wanted`.

    Reachable sums are the bits of one whole number for each change of the count, size after size.
    """
    base = int((values * fewer).sum())  # sums are kept from the lowest, so that no bit is negative
    target = wanted + base
    if not 0 <= target <= int((values * (fewer + more)).sum()):
        return None
    layers: list[dict[int, int]] = [{0: 1}]
    for value, up, down in zip(values.tolist(), more.tolist(), fewer.tolist(), strict=True):
        layer: dict[int, int] = {}
        for net, bits in layers[-1].items():
            for take in range(up + down + 1):
                layer[net + take] = layer.get(net + take, 0) | bits << value * take
        layers.append(layer)
    net = int(fewer.sum())
    if not layers[-1].get(net, 0) >> target & 1:
        return None
    moves = np.zeros(values.size, dtype=np.int64)
    for at in range(values.size - 1, -1, -1):
        value, down = int(values[at]), int(fewer[at])
        for take in _from_middle(int(more[at]) + down, down):
            rest = target - value * take
            if rest >= 0 and layers[at].get(net - take, 0) >> rest & 1:
                moves[at], net, target = take - down, net - take, rest
                break
    return moves


def _from_middle(most: int, middle: int) -> list[int]:
    """0 to `most`, those near `middle` first: the fewest exchanges are the most natural ones."""
    return sorted(range(most + 1), key=lambda take: (abs(take - middle), take))
