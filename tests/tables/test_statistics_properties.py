"""Random cross tables: what adds up stays without a word, and every damaged figure is named."""

from __future__ import annotations

import re
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.tables.layouts import Statistics, read_statistics
from mingbai.tables.spreadsheets import column_letters
from tests.tables.drawn_crosstabs import (
    Drawn,
    Layout,
    Typed,
    damaged,
    drawn,
    plain_tables,
    printed,
    unrelated,
)

SEEDS = st.integers(0, 10**9)
OFFERS = ("TABLE-110", "TABLE-111", "TABLE-112")
LAYOUTS = st.builds(
    Layout,
    indent=st.sampled_from(["  ", "　", "    "]),
    per_block=st.integers(0, 3),
    turn=st.sampled_from(["beside", "below", "sheets"]),
    merged=st.booleans(),
    blank_zero=st.booleans(),
    notes=st.booleans(),
)


def read(sheets: list[Typed]) -> Statistics:
    found = read_statistics("f.xlsx", sheets)
    assert found is not None
    return found


def table_of(random: Random) -> Drawn:
    scale = random.choice((9, 60, 900, 50_000))
    return drawn(random, levels=random.choice((2, 2, 3)), scale=scale)


def address(table: Drawn, found: Statistics, place: tuple[int, int, int]) -> tuple[object, ...]:
    """Sheet, row and letters of a figure, looked up in the tidy rows by its labels."""
    row, group, leaf = place
    head = table.leaves[leaf - 1] if leaf else "小计" if group else "合计"
    wanted = (table.labels[row][0], table.groups[group], head)
    cells = [r for r in found.tidy.to_pylist() if (r["label"], *r["path"]) == wanted]
    assert len(cells) == 1, wanted
    return cells[0]["sheet"], cells[0]["row"], cells[0]["column"]


@settings(max_examples=60)
@given(SEEDS, LAYOUTS)
def test_what_adds_up_is_silent_and_one_slip_is_named_where_it_is(
    seed: int, layout: Layout
) -> None:
    random = Random(seed)
    table = table_of(random)
    whole = read(printed(table, layout))
    assert whole.problems == []
    assert {block.table for block in whole.blocks} == {1}
    assert whole.tidy.num_rows == len(table.values)
    before = table.values.copy()
    place = damaged(random, table)
    found = read(printed(table, layout))
    assert len(found.problems) == 1
    problem = found.problems[0]
    where = (problem.sheet, problem.row, column_letters(problem.places[0]))
    assert where == address(table, found, place)
    assert problem.code in OFFERS
    assert re.findall(r"(?:to|in) (\S+) if", problem.advice.en) == [str(before[place])]


@settings(max_examples=30)
@given(SEEDS, LAYOUTS)
def test_of_several_slips_none_is_lost_and_no_right_figure_is_accused(
    seed: int, layout: Layout
) -> None:
    random = Random(seed)
    table = table_of(random)
    right = table.values.copy()
    slips = {damaged(random, table) for _ in range(random.randint(2, 5))}
    slips = {place for place in slips if table.values[place] != right[place]}
    found = read(printed(table, layout))
    wrong = {address(table, found, place) for place in slips}
    offered = {
        (p.sheet, p.row, column_letters(p.places[0])) for p in found.problems if p.code in OFFERS
    }
    assert offered <= wrong
    assert found.problems or not slips


@settings(max_examples=40)
@given(SEEDS)
def test_tables_of_other_kinds(seed: int) -> None:
    """A figure ten times too large breaks a sum in each of them."""
    random = Random(seed)
    for kind, rows in plain_tables(random).items():
        assert read([Typed(rows)]).problems == [], kind
        first = next(n for n, row in enumerate(rows) if str(row[-1]).replace(".", "").isdigit())
        line = random.randrange(first, len(rows))
        place = random.randrange(2 if kind == "nested" else 1, len(rows[line]))
        old = str(rows[line][place])
        rows[line][place] = "7" + old
        found = read([Typed(rows)])
        assert any((p.row, p.places) == (line + 1, (place,)) for p in found.problems), (
            kind,
            line,
            place,
        )


@settings(max_examples=40)
@given(SEEDS)
def test_what_is_no_sum_is_not_held_to_be_one(seed: int) -> None:
    assert read([Typed(unrelated(Random(seed)))]).problems == []


JUNK = st.sampled_from(
    ["", "1", "2.5", "-", "…", "1C", "地区", "合计", "小计", "男", "总计", "1-6 续表", "续表十一",
     "表1 人口", "单位：人", "注：无", "0-4岁", "占比重", None, True, 3, 10**30, "1e99", "9" * 50,
     float("nan"), "\n", "　"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.lists(st.lists(JUNK, max_size=8), max_size=12), max_size=3), st.data())
def test_no_grid_ends_in_an_error(grids: list[list[list[object]]], data: st.DataObject) -> None:
    spots = st.tuples(*[st.integers(0, 6)] * 4)
    merges = [
        (min(a, c), min(b, d), max(a, c), max(b, d))
        for a, b, c, d in data.draw(st.lists(spots, max_size=4))
    ]
    found = read_statistics("f.xlsx", [Typed(rows, str(n), merges) for n, rows in enumerate(grids)])
    assert found is None or found.tidy.num_rows > 0
