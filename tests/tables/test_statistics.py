"""Statistical tables: blocks put together again, sums recomputed, slips named by cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from mingbai.tables.formats.opening import open_file
from mingbai.tables.intake import Problem
from mingbai.tables.layouts import Statistics, read_statistics
from mingbai.tables.layouts.figures import figure
from mingbai.tables.layouts.titles import continued
from mingbai.tables.spreadsheets import column_letters
from tests.tables.drawn_crosstabs import Typed

Row = list[object]
Rows = list[Row]


def statistics(*sheets: Sequence[Sequence[object]]) -> Statistics:
    found = read_statistics("a.xlsx", [Typed(rows, str(n)) for n, rows in enumerate(sheets, 1)])
    assert found is not None
    return found


def said(found: Statistics) -> list[tuple[str, str | None, str]]:
    """Number, sheet and cell of every problem."""
    return [(p.code, p.sheet, cell(p)) for p in found.problems]


def cell(problem: Problem) -> str:
    return f"{chr(65 + problem.places[0])}{problem.row}"


def value(found: Statistics, label: str, *path: str) -> Decimal | None:
    rows = [r for r in found.tidy.to_pylist() if r["label"] == label and tuple(r["path"]) == path]
    assert len(rows) == 1
    return rows[0]["value"]


TWO_GROUPS: Rows = [
    ["2-1 各地区人口", "", "", "", "", "", ""],
    ["单位：人", "", "", "", "", "", ""],
    ["地　区", "合计", "", "", "汉族", "", ""],
    ["", "合计", "男", "女", "小计", "男", "女"],
    ["总 计", "600", "321", "279", "540", "290", "250"],
    ["  甲市", "310", "166", "144", "290", "156", "134"],
    ["    东区", "200", "107", "93", "190", "102", "88"],
    ["    西区", "110", "59", "51", "100", "54", "46"],
    ["  乙市", "290", "155", "135", "250", "134", "116"],
    ["    南县", "150", "80", "70", "130", "70", "60"],
    ["    北县", "140", "75", "65", "120", "64", "56"],
]
REST: Rows = [
    ["2-1 续表1", "", "", ""],
    ["单位：人", "", "", ""],
    ["地区", "苗族", "", ""],
    ["", "小计", "男", "女"],
    ["总计", "60", "31", "29"],
    ["  甲市", "20", "10", "10"],
    ["    东区", "10", "5", "5"],
    ["    西区", "10", "5", "5"],
    ["  乙市", "40", "21", "19"],
    ["    南县", "20", "10", "10"],
    ["    北县", "20", "11", "9"],
]


def copy(rows: Rows) -> Rows:
    return [list(row) for row in rows]


def side_by_side(*blocks: Rows) -> Rows:
    return [[c for b in blocks for c in (*b[n], "")] for n in range(len(blocks[0]))]


@pytest.mark.parametrize("layout", ["beside", "below", "sheets"])
def test_a_table_that_adds_up_is_read_without_a_word(layout: str) -> None:
    sheets = {
        "beside": [side_by_side(TWO_GROUPS, REST)],
        "below": [[*TWO_GROUPS, [], *REST]],
        "sheets": [TWO_GROUPS, REST],
    }[layout]
    found = statistics(*sheets)
    assert found.problems == []
    assert found.checks > 60
    assert {block.table for block in found.blocks} == {1}
    assert value(found, "东区", "苗族", "男") == 5
    assert value(found, "北县", "合计", "合计") == 140
    levels = {row["label"]: row["level"] for row in found.tidy.to_pylist()}
    assert (levels["总 计"], levels["甲市"], levels["东区"]) == (0, 1, 2)


def test_a_wrong_an_empty_and_a_misread_figure_are_named_with_what_all_sums_ask() -> None:
    rest = copy(REST)
    rest[9][2] = "1"  # 南县 苗族 男: 10
    rest[4][1] = ""  # 总计 苗族 小计: 60
    first = copy(TWO_GROUPS)
    first[7][5] = "5A"  # 西区 汉族 男: 54
    found = statistics(first, rest)
    assert said(found) == [
        ("TABLE-112", "1", "F8"),
        ("TABLE-111", "2", "B5"),
        ("TABLE-110", "2", "C10"),
    ]
    first_text = found.problems[0].message.zh
    assert "54" in first_text
    assert "1!E8 = 1!F8 + 1!G8" in first_text
    assert "60" in found.problems[1].message.en
    assert found.problems[2].value == "1"
    assert "10" in found.problems[2].advice.zh


def test_blank_parts_of_a_total_count_as_nothing() -> None:
    rest = copy(REST)
    for row, cells in ((6, ["  ", "", ""]), (7, ["20", "10", "10"])):
        rest[row][1:] = cells
    found = statistics(side_by_side(TWO_GROUPS, rest))
    # 东区 lost ten Miao that 西区 won: both rows no longer meet their totals.
    assert {cell(p)[1:] for p in found.problems} >= {"7", "8"}


def test_slips_in_labels_are_remarks_and_do_not_part_the_rows() -> None:
    rest = copy(REST)
    rest[6][0] = "    束区"
    broken = [*rest[:10], ["    北", "", "", ""], ["县", "20", "11", "9"]]
    found = statistics(TWO_GROUPS, broken)
    assert [(p.code, p.level) for p in found.problems] == [
        ("TABLE-119", "hint"),
        ("TABLE-120", "hint"),
    ]
    assert value(found, "北县", "苗族", "男") == 11
    assert value(found, "东区", "苗族", "小计") == 10


def test_lists_of_people_and_plain_words_are_no_statistics() -> None:
    people: Rows = [["姓名", "年龄"], ["张三", "30"], ["李四", "40"]]
    numbers: Rows = [["谁", "号码"], ["甲", "990101198001011236"], ["乙", "990101198202023444"]]
    words: Rows = [["说明"], ["请看附件"]]
    assert (
        read_statistics("a.xlsx", [Typed(people), Typed(numbers), Typed(words), Typed([])]) is None
    )


EXPECTED = {
    "hubei_ethnicity.xlsx": (20_886, 60, 36),
    "hubei_inter.xlsx": (1_062, 3, 6),
    "hunan_ethnicity.xlsx": (2_655, 20, 12),
    "hunan_inter.xlsx": (135, 1, 0),
    "national-results-mpi.xlsx": (14_112, 7, 0),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_published_workbooks_are_read_whole_and_only_their_own_slips_are_named(
    shared_data: Path, name: str
) -> None:
    opened = open_file(shared_data / "data" / "messy" / name, lambda _: 0)
    found = read_statistics(name, opened.sheets)
    assert found is not None
    tidy, blocks, problems = EXPECTED[name]
    assert (found.tidy.num_rows, len(found.blocks), len(found.problems)) == (tidy, blocks, problems)


def mends(problems: Sequence[Problem]) -> dict[str, str]:
    """What each cell prints and should print, of the offered repairs."""
    offered = ("TABLE-110", "TABLE-111", "TABLE-112")
    return {
        f"{p.sheet}!{column_letters(p.places[0])}{p.row}": f"{p.value or ''}→{words(p.advice.en)}"
        for p in problems
        if p.code in offered
    }


def words(advice: str) -> str:
    found = re.search(r"(?:to|in) (\S+) if", advice)
    assert found is not None
    return found[1]


def test_the_slips_of_the_published_workbooks_are_these(shared_data: Path) -> None:
    """Each was recomputed by hand from the row and the column it stands in."""
    hunan = open_file(shared_data / "data/messy/hunan_ethnicity.xlsx", lambda _: 0)
    found = read_statistics("hunan", hunan.sheets)
    assert found is not None
    assert mends(found.problems) == {
        "1-15!EB8": "→4", "1-15!EB10": "34→349", "1-15!EB11": "→7", "1-15!EB12": "→4",
        "1-15!EB14": "→4", "1-15!EB15": "→4", "1-15!EB16": "→4", "19!E5": "→60", "20!J17": "0.3→3",
    }  # fmt: skip
    hubei = open_file(shared_data / "data/messy/hubei_inter.xlsx", lambda _: 0)
    found = read_statistics("hubei", hubei.sheets)
    assert found is not None
    assert mends(found.problems) == {
        "1-3!G27": "→9", "1-3!I27": "→2", "1-3!G33": "→2", "1-3!I33": "→2",
        "1-3!G38": "→6", "1-3!G45": "2(→20",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("title", "number", "part"),
    [
        ("1-6 续表15", "1-6", 15), ("表1－6续表", "1-6", 1), ("续表二十一", "", 21), ("表3（续）", "3", 1),
        ("3.2 续2", "3.2", 2), ("Table 1.1 (continued)", "1.1", 1),
    ],
)  # fmt: skip
def test_titles_that_continue_a_table(title: str, number: str, part: int) -> None:
    assert continued(title) == (number, part)


@pytest.mark.parametrize("title", ["续红", "1-6 各地区人口", "合计", "续建项目", "5-9岁"])
def test_titles_that_continue_nothing(title: str) -> None:
    assert continued(title) is None


@pytest.mark.parametrize(
    ("raw", "state", "value"),
    [
        ("1,234", "number", "1234"), ("１２３４", "number", "1234"), ("12.5%", "number", "12.5"),
        ("1 234 567", "number", "1234567"), ("1234¹", "number", "1234"), (" 12 ", "number", "12"),
        (0.1, "number", "0.1"), (12, "number", "12"), ("-", "blank", None), ("—", "blank", None),
        ("", "blank", None), (None, "blank", None), ("…", "unknown", None), ("不详", "unknown", None),
        ("1C", "odd", None), ("2(", "odd", None), ("5O", "odd", None), ("0-4", "words", None),
        ("65+", "words", None), ("0-4岁", "words", None), ("甲", "words", None), (True, "words", None),
        (float("nan"), "words", None), ("1,23", "odd", None),
    ],
)  # fmt: skip
def test_what_a_printed_figure_is(raw: object, state: str, value: str | None) -> None:
    found = figure(raw)
    assert found.state == state
    assert found.value == (Decimal(value) if value else None)


CENSUS: Rows = [
    ["1-1 各地区户数、人口数和性别比"],
    ["单位：户、人"],
    ["地区", "户数", "", "", "人口数", "", "", "", "性别比"],
    ["", "合计", "家庭户", "集体户", "合计", "男", "女", "", "(女=100)"],
    ["甲", "乙", "1", "2", "3", "4", "5", "", "6"],
    ["全省", "100", "90", "10", "300", "160", "140", "", "114.29"],
    ["甲市", "60", "55", "5", "180", "95", "85", "", "111.76"],
    ["乙市", "40", "35", "5", "120", "65", "55", "", "118.18"],
    ["注：不含现役军人。"],
    ["填表人：某某", "", "审核人：某某"],
]


def test_what_stands_around_a_table_is_no_row_and_a_ratio_is_recomputed() -> None:
    found = statistics(CENSUS)
    assert found.problems == []
    assert {row["label"] for row in found.tidy.to_pylist()} == {"全省", "甲市", "乙市"}
    assert value(found, "甲市", "性别比", "(女=100)") == Decimal("111.76")
    wrong = copy(CENSUS)
    wrong[7][8] = "118.81"
    assert said(statistics(wrong)) == [("TABLE-115", "1", "I8")]
    assert "118.18" in statistics(wrong).problems[0].message.zh


def test_ages_go_on_beside_and_five_of_them_make_a_group() -> None:
    def ages(*starts: int) -> Rows:
        rows: Rows = []
        for start in starts:
            single = [
                [str(start + n), 2 * (start + n) + 43, start + n + 21, start + n + 22]
                for n in range(5)
            ]
            rows.append(
                [
                    f"{start}-{start + 4}岁",
                    *(sum(int(str(r[n])) for r in single) for n in (1, 2, 3)),
                ]
            )
            rows += single
        return rows

    head: Rows = [["单位：人", "", "", ""], ["年龄", "合计", "男", "女"]]
    left, right = ages(0, 5), ages(10, 15)
    groups = [row for row in [*left, *right] if "岁" in str(row[0])]
    total: Row = ["总计", *(sum(int(str(row[n])) for row in groups) for n in (1, 2, 3))]
    first = [["3-1 全省分年龄、性别的人口", "", "", ""], *head, total, *left]
    second = [["3-1 续表1", "", "", ""], *head, *right, ["", "", "", ""]]
    table = side_by_side(first, second)
    assert statistics(table).problems == []
    table[8][6] = 99  # 14岁 合计
    found = statistics(table)
    assert said(found) == [("TABLE-110", "1", "G9")]


def test_a_share_tells_which_part_of_a_sum_is_wrong() -> None:
    rows: Rows = [
        ["5-3 农户（单位：户、%）"],
        ["村", "总户数", "务农", "", "务工", ""],
        ["", "", "户数", "占总户数比重", "户数", "占总户数比重"],
        *([f"{n}村", 100 + n, 60, str(round(Decimal(6000) / (100 + n), 2)), 40 + n,
           str(round(Decimal(4000 + 100 * n) / (100 + n), 2))] for n in range(1, 9)),
    ]  # fmt: skip
    assert statistics(rows).problems == []
    rows[5][2] = 66
    found = statistics(rows)
    assert said(found) == [("TABLE-110", "1", "C6")]
    assert "60" in found.problems[0].advice.zh


def test_two_tables_beside_each_other_stay_two() -> None:
    rows: Rows = [
        ["表1 人口", "", "", "", "表2 耕地", "", "", ""],
        ["单位：人", "", "", "", "单位：亩", "", "", ""],
        ["村", "男", "女", "", "组", "水田", "旱地", "园地"],
        ["张村", 100, 90, "", "一组", 30, 20, 8],
        ["李村", 80, 85, "", "二组", 25, 22, 9],
        ["合计", 180, 175, "", "合计", 55, "-", 17],
    ]
    found = statistics(rows)
    assert [(b.title, b.unit, b.table) for b in found.blocks] == [
        ("表1 人口", "人", 1),
        ("表2 耕地", "亩", 2),
    ]
    assert said(found) == [("TABLE-114", "1", "G6")]


def test_a_row_that_one_part_lacks_and_one_that_only_one_part_has() -> None:
    rest = [row for row in copy(REST) if "南县" not in str(row[0])]
    found = statistics(TWO_GROUPS, [*rest, ["    西岭镇", "1", "1", ""]])
    assert {p.code for p in found.problems} >= {"TABLE-121", "TABLE-122"}
    assert value(found, "西岭镇", "苗族", "男") == 1


def test_an_odd_cell_that_no_sum_explains_is_still_named() -> None:
    rows: Rows = [["村", "亩"], ["甲", "12"], ["乙", "1O"], ["丙", "30"]]
    assert said(statistics(rows)) == [("TABLE-118", "1", "B3")]


@pytest.mark.parametrize("word", ["#REF!", "#N/A", "#DIV/0!", "Err:502"])
def test_a_failed_formula_is_named_and_never_just_left_out_of_its_sum(word: str) -> None:
    rows = copy(TWO_GROUPS)
    rows[6][2] = word
    [problem] = statistics(rows).problems
    assert (problem.code, problem.level, cell(problem)) == ("TABLE-127", "error", "C7")
    assert word in problem.message.zh


def test_a_continuation_that_is_not_there_is_named() -> None:
    rest = copy(REST)
    parts = []
    for part in (1, 2, 5):
        rest[0][0] = f"2-1 续表{part}"
        parts.append([row.copy() for row in rest])
    found = statistics(TWO_GROUPS, *parts)
    [problem] = [one for one in found.problems if one.code == "TABLE-128"]
    assert (problem.sheet, cell(problem)) == ("4", "A1")
    assert "2-1 续表3、2-1 续表4" in problem.message.zh
    whole = statistics(TWO_GROUPS, *parts[:2])
    assert "TABLE-128" not in {one.code for one in whole.problems}
