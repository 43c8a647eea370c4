"""The sender's own workbook comes back: same cells, same places, wrong ones coloured with advice."""

from datetime import date

import openpyxl
import pytest
from openpyxl.comments import Comment

from mingbai.documents.returned import COLOURS, Mark, mark_copy, marks_of
from mingbai.documents.returned_new import MOST_EXCERPT, ReturnedSheet, write_returned
from mingbai.documents.words import words
from mingbai.tables import Problem, Text

SAY = words("zh")


def problem(**given):
    said = {
        "code": "TABLE-061", "severity": "remark", "file": "名单.xlsx", "sheet": "名单", "row": 4,
        "column": "年龄", "value": "x", "message": Text("年龄不是数字。", "not a number"),
        "advice": Text("请填数字。", "Give a number."), "entity": "person", "key": "1",
        "places": (2,),
    }  # fmt: skip
    return Problem(**{**said, **given})


@pytest.fixture
def sent(tmp_path):
    """A sheet as an office makes it: a merged title, a note of its own, a formula, a drop-down."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    sheet.append(["某村脱贫户名单"])
    sheet.merge_cells("A1:C1")
    sheet.append(["单位：人"])
    sheet.append(["编号", "姓名", "年龄"])
    sheet.append(["001", "=cmd|' /C calc'!A0", "x"])
    sheet["B4"].data_type = "s"
    sheet.append(["002", "张三", "=40+2"])
    sheet["A5"].comment = Comment("村里核过", "村")
    sheet.column_dimensions["B"].width = 33
    path = tmp_path / "名单.xlsx"
    book.save(path)
    return path


def test_copy_keeps_every_cell_and_marks_the_wrong_one(sent, tmp_path):
    target = tmp_path / "back.xlsx"
    mark_copy(sent, target, marks_of([problem()], SAY))
    sheet = openpyxl.load_workbook(target)["名单"]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:C1"]
    assert sheet.column_dimensions["B"].width == 33
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=4)] == [
        ["某村脱贫户名单", None, None], ["单位：人", None, None], ["编号", "姓名", "年龄"],
        ["001", "=cmd|' /C calc'!A0", "x"],
    ]  # fmt: skip
    assert sheet["C4"].fill.fgColor.rgb.endswith(COLOURS["remark"])
    assert "年龄不是数字" in sheet["C4"].comment.text
    assert "请填数字" in sheet["C4"].comment.text
    marked = [c.coordinate for row in sheet.iter_rows() for c in row if c.fill.fill_type == "solid"]
    assert marked == ["C4"]


def test_copy_never_calculates(sent, tmp_path):
    """A formula without a stored value stays as text; nothing in the copy is a formula."""
    target = tmp_path / "back.xlsx"
    mark_copy(sent, target, marks_of([problem()], SAY))
    sheet = openpyxl.load_workbook(target)["名单"]
    assert sheet["C5"].value == "=40+2"
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_senders_own_note_stays_below_ours(sent, tmp_path):
    target = tmp_path / "back.xlsx"
    mark_copy(sent, target, marks_of([problem(row=5, places=(0,))], SAY))
    text = openpyxl.load_workbook(target)["名单"]["A5"].comment.text
    assert text.index("请填数字") < text.index("村里核过")


def test_mark_inside_a_merged_area_goes_to_its_first_cell(sent, tmp_path):
    target = tmp_path / "back.xlsx"
    mark_copy(sent, target, marks_of([problem(row=1, places=(2,))], SAY))
    sheet = openpyxl.load_workbook(target)["名单"]
    assert sheet["A1"].value == "某村脱贫户名单"
    assert sheet["A1"].comment is not None


def test_worst_problem_gives_the_colour_and_every_sentence_is_said_once():
    problems = [problem(), problem(), problem(severity="listed", code="TABLE-040")]
    [mark] = marks_of(problems, SAY)["名单"]
    assert mark.look == "listed"
    assert [text[1:10] for text in mark.says] == ["TABLE-061", "TABLE-040"]


def test_problem_of_a_whole_row_marks_its_first_cell_and_one_of_the_file_none():
    sheets = marks_of([problem(places=()), problem(row=None)], SAY)
    assert [(mark.row, mark.column) for mark in sheets["名单"]] == [(3, 0)]


def test_other_formats_come_back_cell_for_cell(tmp_path):
    rows = [
        ["某村名单", "", ""],
        ["编号", "姓名", "出生"],
        ["990101199001011234", "=1+1", date(1990, 1, 1)],
        [7.0, True, ""],
    ]
    mark = Mark(3, 2, "listed", ["[X] 缺出生\n→ 请补"])
    target = tmp_path / "名单.csv.xlsx"
    write_returned(target, [ReturnedSheet(None, rows, [(0, 0, 0, 2)], 2, [mark])], SAY)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:C1"]
    assert sheet["A1"].value == "某村名单"
    assert [cell.value for cell in sheet[3]][:2] == ["990101199001011234", "=1+1"]
    assert sheet["B3"].data_type == "s"
    assert sheet["C3"].value.date() == date(1990, 1, 1)
    assert [cell.value for cell in sheet[4]] == [7, True, None]
    assert sheet["C4"].comment.text.startswith("[X]")
    assert sheet["C4"].fill.fgColor.rgb.endswith(COLOURS["listed"])


def test_of_a_large_table_the_rows_with_problems_go_back_with_their_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr("mingbai.documents.returned_new.MOST_CELLS", 1000)
    rows = [["编号", "姓名"], *([str(n), "某人"] for n in range(2, 5000))]
    marks = [Mark(row, 0, "remark", ["[X] 错\n→ 改"]) for row in (7, 4321)]
    target = tmp_path / "back.xlsx"
    write_returned(target, [ReturnedSheet("名单", rows, [], 1, marks)], SAY)
    sheet = openpyxl.load_workbook(target)["名单"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["编号", "姓名", "原来的行号"],
        ["8", "某人", 8],
        ["4322", "某人", 4322],
    ]
    assert sheet["A3"].comment.text.startswith("[X]")
    assert MOST_EXCERPT > 1000
