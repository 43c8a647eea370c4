"""Registers as offices lay them out: titles, merged heads, pages side by side, notes below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from mingbai.tables import Intake
from tests.tables.helpers import codes, csv, read, rows, xlsx

INCOME = """
profile: income
title: {zh: 收入表, en: incomes}
source: local
recognise:
  all: [户编号]
entity: household
key: 户编号
facts:
  head_name: 户主姓名
  wage: 家庭收入/工资性收入
  kind: 户类型
"""
HEAD = [
    ["某县农户收入表"],
    ["填报单位：某县", None, None, None, None, None, "单位：元"],
    ["户编号", "户主姓名", "家庭收入", None, "家庭支出", None, "户类型"],
    [None, None, "工资性收入", "经营收入", "生产支出", "工资性收入", None],
]
BODY = [["h1", "张三", 100, 5, 7, 9, "脱贫户"], ["h2", "李四", 200, 6, 8, 9, "一般农户"]]
Merged = Sequence[tuple[int, int, int, int]]
MERGES: Merged = [
    (2, 0, 3, 0),
    (2, 1, 3, 1),
    (2, 2, 2, 3),
    (2, 4, 2, 5),
    (2, 6, 3, 6),
    (0, 0, 0, 6),
]


def merged(folder: Path, table: Sequence[Sequence[object]], merges: Merged) -> Path:
    """A workbook with merged cells; the first cell of each keeps its content."""
    book = xlsxwriter.Workbook(str(folder / "表.xlsx"))
    page = book.add_worksheet("表")
    for one in merges:
        page.merge_range(*one, "")
    for number, row in enumerate(table):
        for place, cell in enumerate(row):
            if cell is not None:
                page.write(number, place, cell)
    book.close()
    return folder


def incomes(intake: Intake) -> list[tuple[object, ...]]:
    return rows(intake, "household", "household_id", "head_name", "wage", "kind", "_row")


EXPECTED = [("h1", "张三", 10_000, "exited", 5), ("h2", "李四", 20_000, "general", 6)]


@pytest.mark.parametrize("merges", [MERGES, ()], ids=["merged", "blanks only"])
def test_a_header_of_two_rows_is_read_by_leaf_and_by_path(tmp_path: Path, merges: Merged) -> None:
    intake = read(merged(tmp_path, [*HEAD, *BODY], merges), INCOME)
    assert incomes(intake) == EXPECTED
    assert intake.files[0].header_row == 4
    assert intake.files[0].unread == ("经营收入", "生产支出", "家庭支出/工资性收入")
    assert codes(intake) == []


def test_a_header_of_two_rows_in_csv(tmp_path: Path) -> None:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in [*HEAD, *BODY]]
    intake = read(csv(tmp_path, "表.csv", "\n".join(lines)).parent, INCOME)
    assert incomes(intake) == EXPECTED


def test_a_leaf_that_two_groups_share_names_neither(tmp_path: Path) -> None:
    by_leaf = INCOME.replace("家庭收入/工资性收入", "工资性收入")
    intake = read(merged(tmp_path, [*HEAD, *BODY], MERGES), by_leaf)
    assert [row[2] for row in incomes(intake)] == [None, None]
    by_leaf = INCOME.replace("家庭收入/工资性收入", "经营收入")
    intake = read(merged(tmp_path, [*HEAD, *BODY], MERGES), by_leaf)
    assert [row[2] for row in incomes(intake)] == [500, 600]


def test_a_header_of_four_rows_and_a_row_that_counts_the_columns(tmp_path: Path) -> None:
    table = [
        ["户编号", "户主姓名", "全年", None, None],
        [None, None, "收入", None, "支出"],
        [None, None, "家庭收入", None, None],
        [None, None, "工资性收入", "经营收入", "生产支出"],
        ["甲", "乙", 1, 2, 3],
        ["h1", "张三", 100, 5, 7],
    ]
    merges = [(0, 0, 3, 0), (0, 1, 3, 1), (0, 2, 0, 4), (1, 2, 1, 3), (2, 2, 2, 3)]
    intake = read(merged(tmp_path, table, merges), INCOME)
    assert rows(intake, "household", "household_id", "wage", "_row") == [("h1", 10_000, 6)]
    assert intake.rows_in == 1


def test_pages_side_by_side_are_further_rows(tmp_path: Path) -> None:
    head = ["户编号", "户主姓名", "户类型"]
    table = [
        ["某县脱贫户名单"],
        [*head, None, *head, None, *head],
        ["h1", "张三", "脱贫户", None, "h3", "王五", "脱贫户", None, "h5", "钱七", "一般农户"],
        ["h2", "李四", "脱贫户", None, "h4", "赵六", "某户"],
    ]
    intake = read(xlsx(tmp_path, "名单.xlsx", table).parent)
    assert rows(intake, "household", "household_id", "head_name", "kind", "_row") == [
        ("h1", "张三", "exited", 3),
        ("h2", "李四", "exited", 4),
        ("h3", "王五", "exited", 3),
        ("h4", "赵六", None, 4),
        ("h5", "钱七", "general", 3),
    ]
    assert [(p.code, p.row, p.places) for p in intake.problems] == [("TABLE-060", 4, (6,))]
    assert intake.rows_in == 5


def test_a_label_that_only_stands_twice_is_still_a_remark(tmp_path: Path) -> None:
    intake = read(csv(tmp_path, "户.csv", "户编号,户类型,户类型\nh1,脱贫户,\n").parent)
    assert codes(intake) == ["TABLE-074"]


def test_heads_titles_and_notes_on_later_pages_are_no_records(tmp_path: Path) -> None:
    table = [
        *HEAD,
        BODY[0],
        ["某县农户收入表"],
        ["续表1"],
        ["单位：元"],
        *HEAD[2:],
        BODY[1],
        ["合计", None, 300, 11],
        ["注：收入为上年度数。"],
        ["填表人：甲", None, None, "审核人：乙"],
    ]
    intake = read(merged(tmp_path, table, MERGES), INCOME)
    assert [row[0] for row in incomes(intake)] == ["h1", "h2"]
    assert [row[-1] for row in incomes(intake)] == [5, 11]
    told = {p.code: p.message.en for p in intake.problems}
    assert set(told) == {"TABLE-049", "TABLE-123", "TABLE-124"}
    assert "9, 10" in told["TABLE-123"]
    assert "6, 7, 8, 13, 14" in told["TABLE-124"]
    assert (intake.rows_in, intake.rows_listed) == (3, 1)


def test_a_cell_merged_over_several_persons_counts_for_each(tmp_path: Path) -> None:
    table = [
        ["户编号", "人编号", "姓名"],
        ["h1", "p1", "张三"],
        [None, "p2", "张小"],
        ["h2", "p3", "李四"],
    ]
    found = read(merged(tmp_path, table, [(1, 0, 2, 0)]))
    assert rows(found, "person", "person_id", "household_id") == [
        ("p1", "h1"),
        ("p2", "h1"),
        ("p3", "h2"),
    ]


def test_the_upper_of_two_headers_is_the_header(tmp_path: Path) -> None:
    again = ["户编号", "户主姓名", "工资性收入", "经营收入", "生产支出", "x", "户类型"]
    by_leaf = INCOME.replace("家庭收入/工资性收入", "[工资性收入, 家庭收入/工资性收入]")
    intake = read(merged(tmp_path, [*HEAD, BODY[0], again, BODY[1]], MERGES), by_leaf)
    assert [row[0] for row in incomes(intake)] == ["h1", "h2"]
    assert intake.files[0].header_row == 4
    assert codes(intake) == ["TABLE-123"]


def test_another_table_below_is_read_as_its_own(tmp_path: Path) -> None:
    table = [
        ["人编号", "户编号", "姓名", "性别"],
        ["p1", "h1", "张三", "男"],
        ["p2", "h1", "张四", "女"],
        [],
        ["户信息"],
        ["户编号", "户主姓名", "户类型"],
        ["h1", "张三", "脱贫户"],
    ]
    intake = read(xlsx(tmp_path, "表.xlsx", table).parent)
    assert rows(intake, "person", "person_id", "_row") == [("p1", 2), ("p2", 3)]
    assert rows(intake, "household", "household_id", "kind", "_row") == [("h1", "exited", 7)]
    assert [report.header_row for report in intake.files] == [1, 6]
    assert codes(intake) == ["TABLE-124"]
    assert intake.rows_in == 3


def test_a_band_over_the_whole_width_names_a_group_and_is_no_record(tmp_path: Path) -> None:
    table = [
        ["户编号", "户主姓名", "户类型"],
        ["一组", None, None],
        ["h1", "张三", "脱贫户"],
        ["二组", None, None],
        ["h2", "李四", "脱贫户"],
    ]
    intake = read(merged(tmp_path, table, [(1, 0, 1, 2), (3, 0, 3, 2)]))
    assert rows(intake, "household", "household_id") == [("h1",), ("h2",)]
    assert [(p.code, "2, 4" in p.message.zh) for p in intake.problems] == [("TABLE-124", True)]


def two_sheets(folder: Path, second: Sequence[Sequence[object]]) -> Intake:
    book = xlsxwriter.Workbook(str(folder / "户.xlsx"))
    first = [
        ["户编号", "户主姓名", "户类型"],
        ["h0001", "张三", "脱贫户"],
        ["h0002", "李四", "脱贫户"],
    ]
    for name, table in (("名单", first), ("续表", second)):
        page = book.add_worksheet(name)
        for number, row in enumerate(table):
            page.write_row(number, 0, row)
    book.close()
    return read(folder)


def test_a_sheet_without_a_header_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    intake = two_sheets(tmp_path, [["h0003", "王五", "一般农户"], ["h0004", "赵六", ""]])
    assert rows(intake, "household", "household_id", "kind", "_sheet", "_row")[2:] == [
        ("h0003", "general", "续表", 1),
        ("h0004", None, "续表", 2),
    ]
    assert codes(intake) == ["TABLE-125"]


def test_a_sheet_of_something_else_does_not_go_on(tmp_path: Path) -> None:
    intake = two_sheets(tmp_path, [["说明", "王五", "一般"], ["h12", "赵六", "12"]])
    assert [report.code for report in intake.files] == [None, "TABLE-023"]


@pytest.mark.parametrize(("unit", "told"), [("单位：万元", ["TABLE-126"]), ("单位：元", [])])
def test_a_scaled_unit_above_the_header_is_not_passed_over(
    tmp_path: Path, unit: str, told: list[str]
) -> None:
    table = [["收入表", "", unit], ["户编号", "户主姓名", "工资性收入"], ["h1", "张三", 2.5]]
    intake = read(xlsx(tmp_path, "户.xlsx", table).parent)
    assert codes(intake) == told
    assert rows(intake, "household", "wage") == [(250,)]


@pytest.mark.parametrize(
    "line", ["以下空白", "（以下空白）", "村支书（签字）：", "单位（盖章）", "以下无正文"]
)
def test_what_closes_a_form_is_no_record(tmp_path: Path, line: str) -> None:
    text = f"household_id,户主姓名,户类型\nh1,甲,脱贫户\n{line},,2025年6月\n"
    intake = read(csv(tmp_path, "household.csv", text).parent)
    assert codes(intake) == ["TABLE-124"]
    assert (intake.rows_in, intake.rows_accepted) == (1, 1)
