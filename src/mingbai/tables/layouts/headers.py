"""Headers of several rows (多级表头): every column with its path of labels, the leaf last."""

from __future__ import annotations

from collections.abc import Sequence

from mingbai.tables.formats.sheet import Merge

Path = tuple[str, ...]


def paths(
    rows: Sequence[Sequence[str]], top: int, merges: Sequence[Merge], first: int, last: int
) -> list[Path]:
    """The labels over each column from `first` to `last`, outer group first.

    `rows` are the header rows, `top` the number of the first of them in the sheet (from 0). Merged
    cells spread their label; where a sheet knows of none, a label also covers the empty cells to its
    right that have a label of their own below.
    """
    filled = [[_at(row, place) for place in range(first, last + 1)] for row in rows]
    covered = _spread(filled, top, merges, first)
    for number in range(len(filled) - 1):
        _fill_right(filled, number, covered)
    return [tuple(row[c] for row in filled if row[c]) for c in range(last - first + 1)]


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _spread(
    filled: list[list[str]], top: int, merges: Sequence[Merge], first: int
) -> set[tuple[int, int]]:
    """Write the label of each merged range over all its columns; its cells are settled."""
    covered = set()
    width = len(filled[0]) if filled else 0
    for row, column, last_row, last_column in merges:
        if not (top <= row < top + len(filled) and first <= column < first + width):
            continue
        label = filled[row - top][column - first]
        for c in range(column - first, min(last_column - first + 1, width)):
            filled[row - top][c] = label
            covered |= {(r, c) for r in range(row - top, min(last_row - top + 1, len(filled)))}
    return covered


def _fill_right(filled: list[list[str]], number: int, covered: set[tuple[int, int]]) -> None:
    """A label also covers the empty cells to its right, as long as columns below have their own."""
    row = filled[number]
    for place in range(1, len(row)):
        settled = (number, place) in covered or (number, place - 1) in covered
        if row[place] or settled or not row[place - 1]:
            continue
        below = any(filled[r][place] for r in range(number + 1, len(filled)))
        own = any(filled[r][place - 1] for r in range(number + 1, len(filled)))
        same = all(filled[r][place] == filled[r][place - 1] for r in range(number))
        if below and own and same:
            row[place] = row[place - 1]


def joined(path: Path, sign: str = "/") -> str:
    """A path as people read it: 家庭收入/工资性收入."""
    return sign.join(path)
