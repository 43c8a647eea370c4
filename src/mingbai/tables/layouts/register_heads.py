"""Headers of record lists (名册表头): one to four rows, merged or not, perhaps side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mingbai.tables.formats.sheet import Merge
from mingbai.tables.layouts.headers import Path, joined, paths
from mingbai.tables.texts import fold, shown

MAX_DEPTH = 4
_SIGN = re.compile(r"[甲乙丙丁戊己庚辛壬癸]|[（(]?\d{1,3}[)）]?")


@dataclass(frozen=True)
class HeadRows:
    """Rows that may be a header: `first` to `last` counted from 1, and the path of every column.

    `shifts` tell where the same columns stand again to the right, the first at 0.
    """

    first: int
    last: int
    paths: tuple[Path, ...]
    shifts: tuple[int, ...] = (0,)

    @property
    def depth(self) -> int:
        return self.last - self.first + 1

    @property
    def width(self) -> int:
        """Columns of the first block; the others repeat it."""
        return self.shifts[1] if len(self.shifts) > 1 else len(self.paths)

    def labels(self) -> tuple[str, ...]:
        """Each column as people call it: its leaf, or the whole path where leaves repeat."""
        own = self.paths[: self.width]
        if self.depth == 1:
            return tuple(path[-1] if path else "" for path in own)
        leaves = Counter(fold(path[-1]) for path in own if path)
        return tuple(
            "" if not path else path[-1] if leaves[fold(path[-1])] == 1 else joined(path)
            for path in own
        )

    def places(self) -> tuple[dict[str, int], tuple[str, ...]]:
        """Where each folded label stands first, and the labels that stand more than once.

        Under several rows a leaf names its column only if no other column has it; the path, whole or
        from any of its groups on, names it too.
        """
        labels = self.labels()
        found: dict[str, int] = {}
        twice = []
        for place, label in enumerate(labels):
            folded = fold(label)
            if folded and folded in found:
                twice.append(label)
            elif folded:
                found[folded] = place
        if self.depth > 1:
            longer = Counter(
                fold(joined(path[n:]))
                for path in self.paths[: self.width]
                for n in range(len(path) - 1)
            )
            for place, path in enumerate(self.paths[: self.width]):
                for n in range(len(path) - 1):
                    name = fold(joined(path[n:]))
                    if longer[name] == 1:
                        found.setdefault(name, place)
        return found, tuple(twice)


def head_rows(head: Sequence[Sequence[object]], merges: Sequence[Merge]) -> Iterator[HeadRows]:
    """Everything among the first rows that may be a header, each row alone first."""
    texts = [["" if cell is None else shown(cell, 120) for cell in row] for row in head]
    upper = [_may_group(row, line) for row, line in zip(head, texts, strict=True)]
    width = max((len(row) for row in texts), default=0)
    for last in range(len(texts)):
        alone = HeadRows(last + 1, last + 1, tuple((t,) if t else () for t in texts[last]))
        yield _blocks(alone)
        for first in range(last - 1, max(last - MAX_DEPTH, -1), -1):
            if not upper[first] or not any(texts[last]):
                break
            if all(len(row) == width and all(row) for row in texts[first : last + 1]):
                continue  # every cell has its own label: nothing stands over anything
            found = tuple(paths(texts[first : last + 1], first, merges, 0, width - 1))
            # Without a group or a label that only stands above, the rows say nothing together.
            if any(len(path) > 1 for path in found) or any(
                path and not _at(texts[last], place) for place, path in enumerate(found)
            ):
                yield _blocks(HeadRows(first + 1, last + 1, found))


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _may_group(row: Sequence[object], texts: Sequence[str]) -> bool:
    """Whether a row may stand in a header above another: words, and no numbers."""
    filled = [cell for cell in row if cell not in (None, "")]
    return bool(filled) and all(isinstance(cell, str) for cell in filled) and any(texts)


def grown(found: HeadRows, head: Sequence[Sequence[object]], merges: Sequence[Merge]) -> HeadRows:
    """The header with what belongs to it below: the end of merged cells, a row that counts columns."""
    last = found.last
    for row, _, last_row, _ in merges:
        if found.first - 1 <= row < last and last_row >= last and last_row - row < MAX_DEPTH:
            last = max(last, min(last_row + 1, len(head)))
    if last > found.last:
        found = next(
            (
                one
                for one in head_rows(head[:last], merges)
                if (one.first, one.last) == (found.first, last)
            ),
            found,
        )
    if found.last < len(head) and _counts_columns(head[found.last], found):
        return HeadRows(found.first, found.last + 1, found.paths, found.shifts)
    return found


def _counts_columns(row: Sequence[object], found: HeadRows) -> bool:
    """Whether a row only numbers the columns: 甲, 乙, 1, 2, 3."""
    signs = ["" if cell is None else shown(cell, 20).strip() for cell in row]
    numbers = [
        int(re.sub(r"\D", "", sign))
        for sign in signs
        if sign and sign[-1:] and re.search(r"\d", sign)
    ]
    labelled = sum(bool(path) for path in found.paths)
    filled = [sign for sign in signs if sign]
    return (
        len(filled) > 2
        and 3 * len(filled) >= 2 * labelled
        and all(_SIGN.fullmatch(sign) for sign in filled)
        and numbers == list(range(1, len(numbers) + 1))
        and len(numbers) > 1
    )


def _blocks(found: HeadRows) -> HeadRows:
    """Where the whole header stands again to the right, the blocks are pages of one list."""
    folded = [fold(joined(path)) for path in found.paths]
    first = next((n for n, name in enumerate(folded) if name), None)
    if first is None:
        return found
    starts = [n for n, name in enumerate(folded) if name == folded[first]]
    if len(starts) < 2:
        return found
    blocks = [
        [name for name in folded[a:b] if name]
        for a, b in zip(starts, [*starts[1:], len(folded)], strict=True)
    ]
    shifts = tuple(start - first for start in starts)
    size = len(blocks[0])
    same = all(block == blocks[0] for block in blocks) and size > 1 and len(set(blocks[0])) == size
    aligned = all(
        folded[start : start + _span(folded, starts[0], starts[1])]
        == folded[starts[0] : starts[0] + _span(folded, starts[0], starts[1])]
        for start in starts
    )
    return HeadRows(found.first, found.last, found.paths, shifts) if same and aligned else found


def _span(folded: Sequence[str], first: int, following: int) -> int:
    """The columns of the first block without the empty ones behind it."""
    return max(n for n in range(first, following) if folded[n]) - first + 1
