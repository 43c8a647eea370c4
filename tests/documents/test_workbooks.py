"""The workbooks, read back as an office would open them."""

import csv
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from mingbai.documents.sheet_writing import Book, Column
from mingbai.documents.workbooks import write_problems, write_states, write_tasks
from mingbai.engine.model.pack import Pack
from mingbai.screening.result import Screening
from mingbai.tables import Problem, Text
from tests.documents import making

LISTED = Problem(
    "TABLE-041", "listed", "户.csv", None, 7, "户编号", "1.2E+17",
    Text("编号不能用。", "bad key"), Text("请重新导出。", "export again"), "household", None,
)  # fmt: skip
REMARK = Problem(
    "TABLE-062", "remark", "户.csv", "表一", 9, "住房", "=cmd|' /C calc'!A0",
    Text("值认不出。", "odd value"), Text("请改。", "change it"), "household", "h1",
)  # fmt: skip


def _rows(sheet: Worksheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(values_only=True))


def _column(sheet: Worksheet, head: str) -> list[object]:
    rows = _rows(sheet)
    place = rows[0].index(head)
    return [row[place] for row in rows[1:]]


@pytest.fixture(scope="module")
def tasks(screening: Screening, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("books") / "tasks.xlsx"
    write_tasks(screening, path)
    return path


def test_tasks_stand_one_a_household_in_order_of_what_is_at_stake(
    screening: Screening, tasks: Path
) -> None:
    sheet = openpyxl.load_workbook(tasks)["任务"]
    ordered = sorted(screening.tasks, key=lambda task: task.order)
    assert _column(sheet, "户编号") == [task.key for task in ordered]
    assert _column(sheet, "序号") == list(range(1, len(ordered) + 1))
    assert len(ordered) > 3


def test_due_dates_are_dates_and_name_what_to_check(screening: Screening, tasks: Path) -> None:
    sheet = openpyxl.load_workbook(tasks)["任务"]
    assert set(_column(sheet, "期限")) == {datetime(2025, 7, 10)}  # noqa: DTZ001  # as Excel keeps it
    row = _column(sheet, "户编号").index("h2")
    assert "到户核对：饮水有保障" in str(_column(sheet, "要核实、要办什么")[row])
    why = str(_column(sheet, "为什么")[row])
    assert "饮水有保障 未达标：没满足：入户、取水近" in why
    assert "因病风险 有风险" in why
    assert _column(sheet, "紧要程度")[row] == "最先办"
    assert _column(sheet, "责任部门")[row] == "水利、卫健"


def test_the_head_is_the_first_row_and_filters_cover_all_rows(
    screening: Screening, tasks: Path
) -> None:
    book = openpyxl.load_workbook(tasks)
    assert book.sheetnames == ["任务", "随访补充", "说明"]
    assert [sheet.freeze_panes for sheet in book] == ["A2"] * 3
    assert book["任务"].auto_filter.ref == book["任务"].dimensions
    assert len(_rows(book["任务"])) == len(screening.tasks) + 1


def test_questions_ride_along_on_their_own_sheet(screening: Screening, tasks: Path) -> None:
    sheet = openpyxl.load_workbook(tasks)["随访补充"]
    assert _column(sheet, "户编号") == [ask.key for ask in screening.asks]
    row = _column(sheet, "户编号").index("h3")
    assert "水接到家里了吗？" in str(_column(sheet, "问什么")[row])
    assert "水利" in str(_column(sheet, "谁可能有")[row])


def test_what_it_means_stands_on_a_sheet_of_its_own(screening: Screening, tasks: Path) -> None:
    told = dict(row[:2] for row in _rows(openpyxl.load_workbook(tasks)["说明"]))
    assert told["截至"] == "2025-06-30"
    assert told["规则包指纹"] == screening.program.pack.hash
    assert told["饮水有保障"] == "供水入户，或者取水往返不超过上限。"


def test_texts_are_never_formulas(screening: Screening, tmp_path: Path) -> None:
    path = tmp_path / "households.xlsx"
    write_states(screening, path)
    sheet = openpyxl.load_workbook(path)["各户状态"]
    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert cells['=1+1<b>&"王'] == "s"
    assert "f" not in cells.values()


def test_states_of_all_households_agree_with_the_counts(
    screening: Screening, tmp_path: Path
) -> None:
    path = tmp_path / "households.xlsx"
    write_states(screening, path)
    book = openpyxl.load_workbook(path)
    water, counts = _column(book["各户状态"], "饮水有保障"), screening.counts["water.safe"]
    found = [water.count(word) for word in ("达标", "未达标", "待核实", "不适用")]
    assert found == list(counts.as_dict().values())
    study = _column(book["各人状态"], "助学金应享未享")
    assert study.count("有线索") == screening.counts["study.missing"].unmet == 1


def test_problems_are_all_listed_with_advice_in_both_languages(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "problems.xlsx"
    write_problems(making.intake(pack, [making.household("h1")], problems=[LISTED, REMARK]), path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["问题", "文件", "数目"]
    assert _column(book["问题"], "结论") == ["未采用", "提示"]
    assert _column(book["问题"], "原来的值")[1] == "=cmd|' /C calc'!A0"
    assert _column(book["问题"], "Advice") == ["export again", "change it"]
    assert _column(book["文件"], "结论") == ["已读", "跳过"]
    assert _column(book["数目"], "条数")[:4] == [2, 1, 1, 1]


def test_rows_that_do_not_fit_go_on_further_sheets(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with Book(path, most_rows=4) as book:
        book.sheet("任务", [Column("号", 6, number=True)], [(number,) for number in range(7)])
    written = openpyxl.load_workbook(path)
    assert written.sheetnames == ["任务", "任务 2", "任务 3"]
    assert [len(_rows(sheet)) for sheet in written] == [4, 4, 2]
    assert [row[0] for sheet in written for row in _rows(sheet)[1:]] == list(range(7))


def test_a_sheet_without_rows_still_has_its_head(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    with Book(path) as book:
        book.sheet("a/b:c", [Column("日", 6, date=True)], [])
    assert _rows(openpyxl.load_workbook(path)["a b c"]) == [("日",)]


def test_dates_and_long_texts_survive(tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    with Book(path) as book:
        book.sheet("一", [Column("日", 6), Column("文", 6)], [(date(2024, 2, 29), "长" * 40_000)])
    row = _rows(openpyxl.load_workbook(path)["一"])[1]
    assert row[0] == datetime(2024, 2, 29)  # noqa: DTZ001  # as Excel keeps it
    assert len(str(row[1])) == 32_767


def test_rows_are_as_high_as_their_text(tmp_path: Path) -> None:
    path = tmp_path / "high.xlsx"
    with Book(path) as book:
        book.sheet(
            "一", [Column("文", 11)], [("短",), ("一二三四五六",), ("甲\n乙\n丙",), ("长" * 999,)]
        )
    sheet = openpyxl.load_workbook(path)["一"]
    heights = [sheet.row_dimensions[row].height for row in (2, 3, 4, 5)]
    assert heights == pytest.approx([18, 32, 46, 409], abs=0.5)  # Excel rounds to whole pixels


def test_very_long_lists_stand_in_csv_beside_the_workbook(
    screening: Screening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A county's questions for the next visit: writing them as a sheet took longer than screening."""
    whole = tmp_path / "whole.xlsx"
    write_tasks(screening, whole)
    rows = list(openpyxl.load_workbook(whole)["随访补充"].iter_rows(values_only=True))
    assert len(rows) > 1
    monkeypatch.setattr("mingbai.documents.workbooks.MOST_IN_A_SHEET", 0)
    write_tasks(screening, tmp_path / "tasks.xlsx")
    assert "随访补充" not in openpyxl.load_workbook(tmp_path / "tasks.xlsx").sheetnames
    with (tmp_path / "visits.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file))
    assert found == [["" if cell is None else str(cell) for cell in row] for row in rows]
    monkeypatch.setattr("mingbai.documents.workbooks.MOST_IN_A_SHEET", 3)
    problems = [replace(REMARK, row=number) for number in range(1, 6)]
    intake = replace(screening.intake, problems=problems)
    write_problems(intake, tmp_path / "problems.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "problems.xlsx")["问题"]
    assert sheet.max_row == 1 + 3
    counts = openpyxl.load_workbook(tmp_path / "problems.xlsx")["数目"]
    assert any("problems.csv" in str(cell) for row in _rows(counts) for cell in row)
    with (tmp_path / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[4] for row in csv.reader(file)][1:] == ["1", "2", "3", "4", "5"]
