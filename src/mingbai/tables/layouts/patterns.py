"""What could be a sum of what (合计关系), read off the labels and off the figures themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mingbai.tables.layouts.crosstabs import Line
from mingbai.tables.layouts.figures import squeezed
from mingbai.tables.layouts.headers import Path

_TOTAL = re.compile(
    r"(总|合|小|共|累)计数?|总(数|额|人口|户数|人数)?|全(省|国|市|县|区|州|乡|镇|村|部|体)(合计|总计)?|计|共|subtotal|(grand)?total"
    r"|all|合计[（(].*[）)]|总计[（(].*[）)]|(共|共计|合计|总计):?\d+[人户名]"
)
# Where more rows say total, each is one of its own neighbours only.
_MOST_TOTALS = 60


@dataclass(frozen=True)
class Pattern:
    """One line (row or column) that may be the sum of others; `named` when its label says so."""

    whole: int
    parts: tuple[int, ...]
    named: bool
    family: str


def is_total(label: str) -> bool:
    """Whether a label says total: 合计, 总 计, 全省, Total."""
    return bool(_TOTAL.fullmatch(squeezed(label)))


@dataclass
class _Node:
    label: str
    index: int | None = None
    children: dict[str, _Node] = field(default_factory=dict)

    @property
    def total(self) -> _Node | None:
        return next((child for child in self.children.values() if is_total(child.label)), None)

    def leaves(self) -> dict[Path, int]:
        """Every figure under this node by its path from here; total labels are all one."""
        found: dict[Path, int] = {(): self.index} if self.index is not None else {}
        for child in self.children.values():
            name = "\x00" if is_total(child.label) else squeezed(child.label)
            for path, index in child.leaves().items():
                found.setdefault((name, *path), index)
        return found

    def standing(self) -> list[int]:
        """The figures that together stand for this node."""
        if self.index is not None:
            return [self.index]
        total = self.total
        if total is not None:
            return total.standing()
        return [index for child in self.children.values() for index in child.standing()]


def by_labels(paths: Sequence[tuple[int, Path]]) -> Iterator[Pattern]:
    """Sums that nested labels suggest: 小计 of its group, 合计 of all groups."""
    root = _Node("")
    for index, path in paths:
        node = root
        for label in path:
            node = node.children.setdefault(label, _Node(label))
        node.index = index if node.index is None else node.index
    yield from _of_node(root)


def _of_node(node: _Node) -> Iterator[Pattern]:
    children = list(node.children.values())
    for child in children:
        yield from _of_node(child)
    kinds = "|".join("\x00" if is_total(c.label) else squeezed(c.label) for c in children)
    if node.index is not None and len(children) > 1:
        parts = [index for child in children for index in child.standing()]
        yield Pattern(node.index, tuple(parts), False, f"own:{kinds}")
    totals = [child for child in children if is_total(child.label)]
    if totals:
        others = [child for child in children if child not in totals]
        for total in totals:
            yield from _total(total, others, True, kinds)
    elif len(children) > 2:
        yield from _total(children[0], children[1:], False, kinds)


def _total(total: _Node, others: Sequence[_Node], named: bool, kinds: str) -> Iterator[Pattern]:
    if not others:
        return
    leaves = [other.leaves() for other in others]
    own = total.leaves()
    for path, whole in own.items():
        same = [found[path] for found in leaves if path in found]
        if len(same) == len(others) > 1 and path:
            yield Pattern(whole, tuple(same), named, f"groups:{kinds}")
    if () in own:
        parts = [index for other in others for index in other.standing()]
        if len(parts) > 1:
            yield Pattern(own[()], tuple(parts), named, f"total:{kinds}")
        shared = set.intersection(*(set(found) for found in leaves))
        for path in sorted(shared - {()}):
            chosen = tuple(found[path] for found in leaves)
            if len(chosen) > 1 and set(chosen) != set(parts):
                yield Pattern(own[()], chosen, named, f"leaf:{kinds}")


def by_levels(lines: Sequence[Line]) -> Iterator[Pattern]:
    """Sums that rows suggest: a row over the rows indented below it, a total over its equals."""
    parents = set()
    for index, line in enumerate(lines):
        below: list[int] = []
        for other in range(index + 1, len(lines)):
            if lines[other].indent <= line.indent:
                break
            below.append(other)
        if below:
            level = min(lines[other].indent for other in below)
            children = tuple(o for o in below if lines[o].indent == level)
            parents.add(index)
            yield Pattern(index, children, is_total(line.label), "level")
    totals = [n for n, line in enumerate(lines) if is_total(line.label) and n not in parents]
    known = set(totals)
    for n, total in enumerate(totals):
        around = (totals[n - 1] if n else -1, totals[n + 1] if n + 1 < len(totals) else len(lines))
        yield from _total_row(lines, known, total, around)


def _total_row(
    lines: Sequence[Line], totals: set[int], total: int, around: tuple[int, int]
) -> Iterator[Pattern]:
    """A total row without rows indented below it: of those after or before it, of all, of totals."""
    level = lines[total].indent

    def equals(rows: range) -> tuple[int, ...]:
        return tuple(r for r in rows if lines[r].indent == level and r not in totals)

    others = {
        "after": equals(range(total + 1, around[1])),
        "before": equals(range(around[0] + 1, total)),
    }
    if len(totals) <= _MOST_TOTALS:
        others["all"] = equals(range(len(lines)))
        others["totals"] = tuple(t for t in sorted(totals - {total}) if lines[t].indent == level)
    seen = set()
    for kind, parts in others.items():
        if len(parts) > 1 and parts not in seen:
            seen.add(parts)
            yield Pattern(total, parts, True, f"{kind}:{total}")


def by_figures(
    order: Sequence[int], samples: Sequence[Sequence[int]], grain: int
) -> Iterator[Pattern]:
    """Sums that only the figures show: a line equal to a run of its neighbours in most samples.

    Each sample gives one whole number for each line of `order`; rounded figures meet their sum within
    `grain`. Runs are looked for with steps of one to four lines, since 合计、男、女 repeat.
    """
    votes: dict[tuple[int, int, int, int], int] = {}
    for sample in samples:
        wholes: dict[int, list[int]] = {}
        for place, value in enumerate(sample):
            if value:
                for near in (-1, 0, 1):
                    wholes.setdefault(value // grain + near, []).append(place)
        for step in (1, 2, 3, 4):
            _runs(sample, wholes, (step, grain), votes)
    best: dict[tuple[int, int, int], tuple[int, int]] = {}
    for (whole, first, last, step), count in votes.items():
        if 2 * count >= len(samples):
            length = (last - first) // step
            key = (whole, first, step)
            best[key] = max(best.get(key, (0, 0)), (count, length))
    for (whole, first, step), (_, length) in best.items():
        parts = range(first, first + length * step + 1, step)
        yield Pattern(order[whole], tuple(order[p] for p in parts), False, f"run:{whole}")


def _runs(
    sample: Sequence[int],
    wholes: dict[int, list[int]],
    stride: tuple[int, int],
    votes: dict[tuple[int, int, int, int], int],
) -> None:
    step, grain = stride
    for first in range(len(sample)):
        total, filled = 0, 0
        for last in range(first, len(sample), step):
            total += sample[last]
            filled += bool(sample[last])
            if filled < 2 or not sample[last]:
                continue
            for whole in wholes.get(total // grain, ()):
                if whole < first or whole > last or (whole - first) % step:
                    key = (whole, first, last, step)
                    votes[key] = votes.get(key, 0) + 1
