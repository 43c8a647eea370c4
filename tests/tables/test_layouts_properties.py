"""A register in any layout says what the same register says as a plain list."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.tables import Intake
from tests.tables.helpers import read, rows
from tests.tables.test_layouts import merged

PATHS = (
    ("户编号",),
    ("户主情况", "户主姓名"),
    ("户主情况", "户类型"),
    ("家庭收入", "工资性收入"),
    ("家庭收入", "其他", "道路", "与村主干路距离"),
    ("是否危房户",),
)
KINDS = ("脱贫户", "一般农户", "")
Cells = list[object]


@dataclass(frozen=True)
class Layout:
    """How a register is printed."""

    depth: int
    merged: bool
    titles: int
    pages: int
    repeat: bool
    notes: bool
    counted: bool


LAYOUTS = st.builds(
    Layout,
    depth=st.integers(1, 4),
    merged=st.booleans(),
    titles=st.integers(0, 3),
    pages=st.integers(1, 3),
    repeat=st.booleans(),
    notes=st.booleans(),
    counted=st.booleans(),
)
PEOPLE = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 99_999), st.integers(0, 99), st.booleans()),
    min_size=3,
    max_size=14,
)


def header(layout: Layout) -> tuple[list[Cells], list[tuple[int, int, int, int]]]:
    """The head of one page: groups above, and leaves where their groups end, merged down."""
    depth = layout.depth
    grid: list[Cells] = [[None] * len(PATHS) for _ in range(depth)]
    merges = []
    for place, whole in enumerate(PATHS):
        path = (*whole[: depth - 1], whole[-1]) if len(whole) > 1 else whole
        path = path[-depth:]
        for level, label in enumerate(path):
            first = place == 0 or PATHS[place - 1][: level + 1] != whole[: level + 1]
            grid[level][place] = label if first or label == path[-1] else None
        if len(path) < depth:
            merges.append((len(path) - 1, place, depth - 1, place))
    return grid, merges + ([(0, 1, 0, 2), (0, 3, 0, 4)] if depth > 1 else [])


def laid_out(
    layout: Layout, people: list[Cells]
) -> tuple[list[Cells], list[tuple[int, int, int, int]]]:
    head, spans = header(layout)
    width = len(PATHS) + 1
    top: list[Cells] = [["某县脱贫户花名册"], ["填报单位：某乡"], ["（2025年）"]][: layout.titles]
    table = [*top, *_beside([head] * layout.pages, width)]
    merges = [
        (a + len(top), b + page * width, c + len(top), d + page * width)
        for page in range(layout.pages)
        for a, b, c, d in spans
    ]
    if layout.counted and layout.pages == 1:
        table.append(["甲", *range(1, len(PATHS))])
    size = -(-len(people) // layout.pages)
    pages = [people[n * size : (n + 1) * size] for n in range(layout.pages)]
    lines = _beside(pages, width)
    half = len(lines) // 2 if layout.repeat else len(lines)
    table += lines[:half]
    if layout.repeat:
        table += [*top, *_beside([head] * layout.pages, width), *lines[half:]]
    if layout.notes:
        table += [[], ["注：本表一式两份。"], ["填表人：某某"]]
    return table, merges if layout.merged else []


def _beside(pages: list[list[Cells]], width: int) -> list[Cells]:
    height = max(map(len, pages))
    return [
        [
            cell
            for page in pages
            for cell in ((page[n] if n < len(page) else [None] * (width - 1)) + [None])
        ]
        for n in range(height)
    ]


def register(people: list[tuple[str, int, int, bool]]) -> list[Cells]:
    return [
        [f"h{n}", f"张{n}", kind or None, wage, road, "是" if unsafe else "否"]
        for n, (kind, wage, road, unsafe) in enumerate(people)
    ]


def facts(intake: Intake) -> list[tuple[object, ...]]:
    names = ("household_id", "head_name", "kind", "wage", "road_km", "unsafe")
    return sorted(rows(intake, "household", *names))


def read_table(table: list[Cells], merges: list[tuple[int, int, int, int]]) -> Intake:
    with tempfile.TemporaryDirectory() as folder:
        return read(merged(Path(folder), table, merges))


@settings(max_examples=60)
@given(LAYOUTS, PEOPLE)
def test_every_layout_says_the_same(
    layout: Layout, people: list[tuple[str, int, int, bool]]
) -> None:
    plain = register(people)
    expected = read_table([[path[-1] for path in PATHS], *plain], [])
    assert expected.rows_accepted == len(people)
    found = read_table(*laid_out(layout, plain))
    assert facts(found) == facts(expected)
    assert (found.rows_in, found.rows_listed) == (len(people), 0)
    told = {problem.code for problem in found.problems}
    assert told <= {"TABLE-123", "TABLE-124"}
    assert ("TABLE-123" in told) == layout.repeat
