"""Crosstabs (交叉表): a table put together again from its continuations (续表)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

from mingbai.tables.layouts.blocks import Block
from mingbai.tables.layouts.cutting import Page
from mingbai.tables.layouts.figures import BLANK, Figure, squeezed
from mingbai.tables.layouts.headers import Path

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a crosstab and where it is printed; row and column count from 0."""

    sheet: str | None
    row: int
    column: int
    text: str
    figure: Figure


@dataclass(frozen=True)
class Line:
    """A row of a crosstab: its label as most blocks print it, its indentation and its group."""

    label: str
    indent: int
    group: Path = ()


@dataclass(frozen=True)
class Head:
    """A column of a crosstab: its path of labels, its unit, whether it holds figures."""

    path: Path
    unit: str
    measure: bool
    block: int


@dataclass(frozen=True)
class Oddity:
    """Something about labels or continuations worth a word: which number, where, and its facts."""

    code: str
    sheet: str | None
    row: int
    column: int
    facts: dict[str, object]


@dataclass
class Crosstab:
    """One logical table: rows by columns, with the blocks it was printed in."""

    blocks: list[Block]
    lines: list[Line]
    heads: list[Head]
    cells: dict[Place, Cell]
    oddities: list[Oddity] = field(default_factory=list)

    @property
    def title(self) -> str:
        return next((block.title for block in self.blocks if block.title), "")

    def figure(self, place: Place) -> Figure:
        cell = self.cells.get(place)
        return cell.figure if cell else BLANK


def crosstabs(found: Sequence[tuple[Page, Block]]) -> list[Crosstab]:
    """Join the blocks of a file into tables: by number and part, by header, by row labels."""
    tables: list[Crosstab] = []
    for group in _by_number(found):
        stacks: list[_Stack] = []
        for page, block in group:
            if not any(stack.takes(block) for stack in stacks):
                stacks.append(_Stack(len(stacks)))
            next(stack for stack in stacks if stack.takes(block)).add(page, block)
        joined = list(_side_by_side(stacks))
        _tell_gaps([block for _, block in group], joined)
        tables += joined
    return tables


def _tell_gaps(group: Sequence[Block], tables: Sequence[Crosstab]) -> None:
    """A word on a continuation that is not there: 续表3, then 续表5."""
    parts = [block for block in group if block.part is not None]
    for before, block in pairwise(parts):
        missing = range((before.part or 0) + 1, block.part or 0)
        if missing:
            lacking = "、".join(f"{block.number} 续表{part}".strip() for part in missing)
            facts: dict[str, object] = {"label": lacking}
            home = next(table for table in tables if any(one is block for one in table.blocks))
            odd = Oddity("TABLE-128", block.sheet, block.top, block.left, facts)
            home.oddities.append(odd)


def _by_number(found: Sequence[tuple[Page, Block]]) -> Iterator[list[tuple[Page, Block]]]:
    """Blocks that print one table number belong together; a bare 续表 continues the one before."""
    groups: list[tuple[str, list[tuple[Page, Block]]]] = []
    for page, block in found:
        home = None
        if block.part is not None:
            same = [g for g in groups if g[0] == block.number or not block.number]
            home = same[-1] if same else None
        elif block.number:
            # A whole set of blocks may repeat the title instead of saying 续表.
            same = [g for g in groups if g[0] == block.number and g[1][-1][1].title == block.title]
            home = same[-1] if same else None
        elif groups and not block.title:
            before = groups[-1][1][-1][1]
            # Without a title: the right half of what stands beside it, or the same header again.
            again = _signature(before) == _signature(block) or before.top == block.top
            home = groups[-1] if before.sheet == block.sheet and again else None
        if home is None:
            home = (block.number, [])
            groups.append(home)
        home[1].append((page, block))
    for _, group in groups:
        yield sorted(group, key=lambda one: one[1].part or 0)


class _Stack:
    """Blocks under the same header, one below the other: pages of the same columns."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.pages: list[Page] = []
        self.blocks: list[Block] = []

    def takes(self, block: Block) -> bool:
        if not self.blocks:
            return True
        mine, other = _signature(self.blocks[0]), _signature(block)
        if len(mine) != len(other):
            return False
        equal = sum(a == b for a, b in zip(mine, other, strict=True))
        if 5 * equal < 3 * len(mine):
            return False
        known = {squeezed(row.label) for one in self.blocks for row in one.rows}
        labels = [squeezed(row.label) for row in block.rows]
        return 2 * sum(label in known for label in labels) < len(labels)

    def add(self, page: Page, block: Block) -> None:
        self.pages.append(page)
        self.blocks.append(block)

    def entries(self) -> list[tuple[Line, Page, int]]:
        """The rows of all pages; a label broken over two rows is still two here."""
        return [
            (Line(row.label, row.indent, row.group), page, row.row)
            for page, block in zip(self.pages, self.blocks, strict=True)
            for row in block.rows
        ]

    @cached_property
    def labels(self) -> list[str]:
        """The labels of all rows to compare by, once all pages are there."""
        return [squeezed(row.label) for block in self.blocks for row in block.rows]

    def oddities(self) -> Iterator[Oddity]:
        """Header labels that differ from page to page."""
        first = self.blocks[0]
        for block in self.blocks[1:]:
            for mine, other in zip(first.columns, block.columns, strict=True):
                a, b = "/".join(mine.path), "/".join(other.path)
                if squeezed(a) != squeezed(b):
                    facts: dict[str, object] = {"label": b, "usual": a}
                    top = block.rows[0].row - 1
                    yield Oddity("TABLE-119", block.sheet, top, other.place, facts)


def _signature(block: Block) -> list[str]:
    return [squeezed("/".join(column.path)) for column in block.columns]


def _side_by_side(stacks: Sequence[_Stack]) -> Iterator[Crosstab]:
    """Stacks whose rows are the same rows become one table; others stay tables of their own."""
    rest = list(stacks)
    while rest:
        base = max(rest, key=lambda one: sum(_alike(one, other) for other in rest))
        members = [one for one in rest if one is base or _alike(base, one)]
        rest = [one for one in rest if one not in members]
        yield _joined(members, base)


def _alike(one: _Stack, other: _Stack) -> bool:
    """Whether two stacks print the same rows, a few slips aside."""
    mine, labels = one.labels, other.labels
    if mine == labels:
        return True
    known = set(mine)
    if 2 * sum(label in known for label in labels) < max(len(labels), len(mine)):
        return False
    placed = sum(place is not None for place in _align(labels, mine))
    return 3 * placed >= 2 * len(labels)


def _joined(members: Sequence[_Stack], base: _Stack) -> Crosstab:
    lines = _usual([stack.entries() for stack in members], base.entries())
    keys = [squeezed(line.label) for line in lines]
    table = Crosstab([b for stack in members for b in stack.blocks], lines, [], {})
    for stack in members:
        table.oddities += stack.oddities()
        entries = stack.entries()
        places = _align(stack.labels, keys)
        if len(members) > 1:
            table.oddities += _labels(stack, entries, places, lines)
        _fill(table, stack, places)
    return table


def _usual(
    stacks: Sequence[Sequence[tuple[Line, Page, int]]], base: Sequence[tuple[Line, Page, int]]
) -> list[Line]:
    """The rows as most stacks print them: a slip in one block must not name the row."""
    same = [stack for stack in stacks if len(stack) == len(base)]
    lines = []
    for number, (line, _, _) in enumerate(base):
        found = Counter(stack[number][0].label for stack in same)
        indents = Counter(stack[number][0].indent for stack in same)
        label = found.most_common(1)[0][0]
        lines.append(Line(label, indents.most_common(1)[0][0], line.group))
    return lines


def _align(labels: Sequence[str], keys: Sequence[str]) -> list[int | None]:
    """For each row of a stack the row of the table; two rows may share one broken label."""
    if list(labels) == list(keys):
        return list(range(len(keys)))
    places: list[int | None] = [None] * len(labels)
    matcher = SequenceMatcher(None, labels, keys, autojunk=False)
    for kind, a, a_end, b, b_end in matcher.get_opcodes():
        if kind == "equal":
            places[a:a_end] = range(b, b_end)
        elif kind == "replace":
            if a_end - a == b_end - b:
                places[a:a_end] = range(b, b_end)
                continue
            here = b
            while a < a_end:
                two = (
                    a + 1 < a_end and here < b_end and _near(labels[a] + labels[a + 1], keys[here])
                )
                if two:
                    places[a] = places[a + 1] = here
                elif here < b_end and _near(labels[a], keys[here]):
                    places[a] = here
                else:
                    a += 1
                    continue
                a += 2 if two else 1
                here += 1
    return places


def _near(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.6


def _labels(
    stack: _Stack,
    entries: Sequence[tuple[Line, Page, int]],
    places: Sequence[int | None],
    lines: Sequence[Line],
) -> Iterator[Oddity]:
    """Rows whose label is broken, misspelt, cut short or missing in this stack."""
    left = {id(page): block.left for page, block in zip(stack.pages, stack.blocks, strict=True)}
    shared = Counter(place for place in places if place is not None)
    done = set()
    for (line, page, row), place in zip(entries, places, strict=True):
        column = left[id(page)]
        if place is None:
            yield Oddity("TABLE-121", page.name, row, column, {"label": line.label})
        elif shared[place] > 1 and place not in done:
            done.add(place)
            yield Oddity("TABLE-120", page.name, row, column, {"usual": lines[place].label})
        elif shared[place] == 1 and squeezed(line.label) != squeezed(lines[place].label):
            facts: dict[str, object] = {"label": line.label, "usual": lines[place].label}
            yield Oddity("TABLE-119", page.name, row, column, facts)
    for place in range(len(lines)):
        if not shared[place]:
            page, block = stack.pages[0], stack.blocks[0]
            row = block.rows[-1].row
            yield Oddity("TABLE-122", page.name, row, block.left, {"label": lines[place].label})


def _fill(table: Crosstab, stack: _Stack, places: Sequence[int | None]) -> None:
    """The stack's columns beside those already there, row for row at the places found for them."""
    first = len(table.heads)
    for column in stack.blocks[0].columns:
        unit = stack.blocks[0].unit
        table.heads.append(Head(column.path, unit, column.measure, stack.number))
    found = iter(places)
    for page, block in zip(stack.pages, stack.blocks, strict=True):
        for row in block.rows:
            place = next(found)
            if place is None:
                place = len(table.lines)
                table.lines.append(Line(row.label, row.indent, row.group))
            for number, column in enumerate(block.columns):
                figure = page.figure(row.row, column.place)
                old = table.cells.get((place, first + number))
                if old is not None and old.figure.state != "blank":
                    continue
                text = page.text(row.row, column.place)
                table.cells[place, first + number] = Cell(
                    page.name, row.row, column.place, text, figure
                )
