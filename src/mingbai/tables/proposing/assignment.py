"""The best pairing (最优指派): every column at most one target, every target at most one column."""

from __future__ import annotations

from collections.abc import Sequence


def best_pairs(scores: Sequence[Sequence[float]]) -> list[int | None]:
    """For each row the column that makes the sum of scores greatest; none where 0 is better.

    The Hungarian method with potentials; rows and columns may differ in number.
    """
    rows, targets = len(scores), max((len(row) for row in scores), default=0)
    if not rows or not targets:
        return [None] * rows
    width = targets + rows  # each row may also stay alone
    up, down = [0.0] * (rows + 1), [0.0] * (width + 1)
    owner, way = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, rows + 1):
        owner[0], place = row, 0
        least, used = [float("inf")] * (width + 1), [False] * (width + 1)
        while True:
            used[place] = True
            mine, nearest, delta = owner[place], 0, float("inf")
            line = scores[mine - 1]
            for other in range(1, width + 1):
                if used[other]:
                    continue
                cost = -line[other - 1] if other <= targets else 0.0
                rest = cost - up[mine] - down[other]
                if rest < least[other]:
                    least[other], way[other] = rest, place
                if least[other] < delta:
                    delta, nearest = least[other], other
            for other in range(width + 1):
                if used[other]:
                    up[owner[other]] += delta
                    down[other] -= delta
                else:
                    least[other] -= delta
            place = nearest
            if owner[place] == 0:
                break
        while place:
            before = way[place]
            owner[place], place = owner[before], before
    found: list[int | None] = [None] * rows
    for other in range(1, targets + 1):
        row = owner[other]
        if row and scores[row - 1][other - 1] > 0:
            found[row - 1] = other - 1
    return found
