"""`mingbai tables check` for a township clerk: what is wrong, in her own sheet, mended and sent again."""

import json
import shutil

import openpyxl
import pyarrow.parquet as pq
import pytest

from mingbai.documents.returned import COLOURS
from tests.cli.test_command import EXAMPLE, mingbai

DAY = ["--as-of", "2025-06-30"]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    out = tmp_path_factory.mktemp("check") / "out"
    return mingbai("tables", "check", EXAMPLE, *DAY, "--out", out, "--json"), out


def test_every_row_has_a_verdict_and_every_problem_a_place(checked):
    done, _ = checked
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["rows_in"] == result["rows_accepted"] + result["rows_listed"] > 200
    listed = sum(one["rows"] for one in result["problems"] if one["severity"] == "listed")
    assert listed == result["rows_listed"]
    for one in result["problems"]:
        assert one["file"]
        assert one["message"]["zh"]
        assert one["advice"]["zh"]
        assert one["row"] or one["rows"] > 1 or one["sheet"] is None


def test_wrong_cells_are_coloured_in_the_senders_own_sheet(checked):
    done, out = checked
    result = json.loads(done.stdout)
    name = "成员信息导出.xlsx"
    wanted = {
        (one["row"], column + 1)
        for one in result["problems"]
        if one["file"] == name and one["row"]
        for column in one["columns"]
    }
    assert len(wanted) > 5
    sent = openpyxl.load_workbook(EXAMPLE / name).worksheets[0]
    back = openpyxl.load_workbook(out / "returned" / name).worksheets[0]
    colours = {f"00{colour}" for colour in COLOURS.values()}
    marked = {
        (cell.row, cell.column)
        for row in back.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb in colours
    }
    assert marked == wanted
    assert all(back.cell(*place).comment for place in marked)
    before = [[cell.value for cell in row] for row in sent.iter_rows()]
    assert [[cell.value for cell in row] for row in back.iter_rows()] == before


def test_a_mended_copy_is_recognised(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(EXAMPLE, folder)
    first = json.loads(mingbai("tables", "check", folder, *DAY, "--out", out, "--json").stdout)
    name = "户信息导出.xlsx"
    book = openpyxl.load_workbook(out / "returned" / name)
    sheet = book.worksheets[0]
    wages = next(one for one in first["problems"] if one["value"] == "约3万")
    sheet.cell(wages["row"], wages["columns"][0] + 1).value = 30000
    book.save(folder / name)
    done = mingbai("tables", "check", folder, *DAY, "--out", out, "--json")
    again = json.loads(done.stdout)
    assert again["since_last"]["mended"] == 1
    assert again["since_last"]["gone"] == again["since_last"]["new"] == 0
    assert len(again["problems"]) == len(first["problems"]) - 1
    words = mingbai("tables", "check", folder, *DAY, "--out", out).stdout
    assert "与上次相比" in words


def test_a_csv_comes_back_as_a_workbook_that_can_be_sent_again(tmp_path):
    sent = tmp_path / "成员.csv"
    text = "户编号,人口编号,姓名,与户主关系,务工时间（月）\nH1,P1,甲,户主,十二个\nH1,P2,乙,配偶,9\n"
    sent.write_text(text, encoding="gb18030")
    out = tmp_path / "out"
    assert mingbai("tables", "check", sent, *DAY, "--out", out).returncode == 0
    back = out / "returned" / "成员.csv.xlsx"
    book = openpyxl.load_workbook(back)
    assert [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()] == [
        line.split(",") for line in text.split()
    ]
    book.worksheets[0]["E2"].value = "12"
    mended = tmp_path / back.name
    book.save(mended)
    done = mingbai("tables", "check", mended, *DAY, "--out", out, "--json")
    result = json.loads(done.stdout)
    assert result["since_last"]["mended"] == 1
    assert result["since_last"]["still"] == 0


def test_a_profile_can_be_named_and_a_wrong_name_is_said(tmp_path):
    sent = tmp_path / "x.csv"
    sent.write_text("人口编号,户编号,姓名\nP1,H1,甲\n", encoding="utf-8")
    done = mingbai("tables", "check", sent, *DAY, "--profile", "cn-person-export", "--json")
    assert json.loads(done.stdout)["files"][0]["profile"] == "cn-person-export"
    wrong = mingbai("tables", "check", sent, *DAY, "--profile", "cn-person-exprot")
    assert wrong.returncode == 4
    assert "TABLE-150" in wrong.stderr
    assert "cn-person-export" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_two_files_of_one_name_are_not_mixed_up(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text("人口编号,户编号\nP1,H1\n", encoding="utf-8")
    done = mingbai("tables", "check", tmp_path / "a", tmp_path / "b", *DAY)
    assert done.returncode == 2
    assert "x.csv" in done.stderr


def test_what_is_no_table_is_said_and_ends_with_its_own_code(tmp_path):
    sent = tmp_path / "照片.xlsx"
    sent.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    done = mingbai("tables", "check", sent, *DAY)
    assert done.returncode == 4
    assert "照片.xlsx" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


STATISTICS = (
    "各村人口\n单位：人\n地区,合计,,,汉族,,,回族,,\n,小计,男,女,小计,男,女,小计,男,女\n"
    "总计,60,30,30,40,20,20,20,10,10\n甲村,20,10,10,15,8,7,5,2,3\n"
    "乙村,20,10,10,14,7,7,6,3,3\n丙村,20,10,10,11,5,6,9,{wrong},4\n"
)


@pytest.mark.parametrize(("printed", "problems"), [("5", 0), ("6", 1)])
def test_a_statistical_table_is_recomputed(tmp_path, printed, problems):
    sent = tmp_path / "人口.csv"
    sent.write_text(STATISTICS.format(wrong=printed), encoding="utf-8")
    out = tmp_path / "out"
    done = mingbai("tables", "check", sent, *DAY, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert [one["what"] for one in result["files"]] == ["statistics"]
    assert result["rows_in"] == result["rows_accepted"] == 4
    assert len(result["problems"]) == problems
    tidy = pq.read_table(out / "tidy.parquet").to_pylist()
    assert {(one["label"], tuple(one["path"]), one["unit"], int(one["value"])) for one in tidy} >= {
        ("甲村", ("汉族", "男"), "人", 8),
        ("总计", ("合计", "小计"), "人", 60),
    }
    if problems:
        [one] = result["problems"]
        assert (one["row"], one["columns"]) == (8, [8])
        back = openpyxl.load_workbook(out / "returned" / "人口.csv.xlsx").worksheets[0]
        assert back["I8"].value == "6"
        assert back["I8"].comment


def test_what_an_earlier_check_found_more_does_not_stay_behind(tmp_path):
    out, figures = tmp_path / "out", tmp_path / "人口.csv"
    figures.write_text(STATISTICS.format(wrong="5"), encoding="utf-8")
    assert mingbai("tables", "check", figures, *DAY, "--out", out).returncode == 0
    assert (out / "tidy.xlsx").exists()
    (out / "problems.csv").write_text("of a larger check", encoding="utf-8")
    people = tmp_path / "成员.csv"
    people.write_text("户编号,人口编号,姓名,与户主关系\nH1,P1,甲,户主\n", encoding="utf-8")
    assert mingbai("tables", "check", people, *DAY, "--out", out).returncode == 0
    assert {path.name for path in out.iterdir()} == {"check.json", "problems.xlsx"}
