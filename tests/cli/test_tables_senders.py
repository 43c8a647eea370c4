"""`mingbai tables check` with what offices really do: odd names, passwords, copies mended where they lie."""

import json
import os
import resource
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from mingbai.documents.returned import COLOURS
from tests.cli.test_command import mingbai

WORD = "村里2025"
DAY = ["--as-of", "2025-06-30"]
HEADS = ["户编号", "人口编号", "姓名", "与户主关系", "务工时间（月）"]


def member(number, months="6"):
    return [f"H{number}", f"P{number}", "甲", "户主", months]


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in [HEADS, *rows]:
        book.active.append(row)
    book.save(path)
    return path


def check(*words):
    done = mingbai("tables", "check", *words, *DAY, "--json")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def mend(path, cell, value):
    book = openpyxl.load_workbook(path)
    book.active[cell].value = value
    book.save(path)


def marked(path):
    colours = {alpha + colour for colour in COLOURS.values() for alpha in ("00", "FF")}
    sheet = openpyxl.load_workbook(path).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all((cell.comment is not None) == (cell.fill.fgColor.rgb in colours) for cell in cells)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment}


def test_a_copy_mended_where_it_lies_is_never_lost(tmp_path):
    out = tmp_path / "out"
    one = workbook(tmp_path / "一村.xlsx", member(1, "很多"))
    two = workbook(tmp_path / "二村.xlsx", member(2, "很多"))
    check(one, two, "--out", out)
    back = out / "returned"
    mend(back / "一村.xlsx", "E2", 6)
    result = check(back / "一村.xlsx", back / "二村.xlsx", "--out", out)
    assert result["since_last"]["mended"] == result["since_last"]["still"] == 1
    assert openpyxl.load_workbook(back / "一村.xlsx").active["E2"].value == 6
    check(two, "--out", out)  # another check into the same folder
    assert openpyxl.load_workbook(back / "一村.xlsx").active["E2"].value == 6


def test_a_copy_somebody_works_on_is_kept_beside_the_new_one(tmp_path):
    out = tmp_path / "out"
    sent = workbook(tmp_path / "一村.xlsx", member(1, "很多"), member(2, "很少"))
    check(sent, "--out", out)
    mend(out / "returned" / "一村.xlsx", "E2", 6)
    done = mingbai("tables", "check", sent, *DAY, "--out", out)
    assert "一村 (1).xlsx" in done.stderr
    kept = openpyxl.load_workbook(out / "returned" / "一村 (1).xlsx").active
    assert kept["E2"].value == 6
    assert openpyxl.load_workbook(out / "returned" / "一村.xlsx").active["E2"].value == "很多"


def test_a_copy_nobody_has_touched_goes_when_nothing_is_wrong_any_more(tmp_path):
    out = tmp_path / "out"
    sent = workbook(tmp_path / "一村.xlsx", member(1, "很多"))
    check(sent, "--out", out)
    workbook(sent, member(1, "6"))
    check(sent, "--out", out)
    assert not list((out / "returned").iterdir())


def test_marks_of_an_earlier_check_come_off_and_the_senders_note_stays(tmp_path):
    out = tmp_path / "out"
    sent = workbook(tmp_path / "一村.xlsx", member(1, "很多"), member(2, "很少"), member(3, "约"))
    book = openpyxl.load_workbook(sent)
    book.active["E3"].comment = Comment("村里再核", "村")
    book.save(sent)
    check(sent, "--out", out)
    back = out / "returned" / sent.name
    first = marked(back)
    assert set(first) == {"E2", "E3", "E4"}
    mend(back, "E2", 6)
    back.replace(sent)
    check(sent, "--out", out)
    second = marked(back)
    assert set(second) == {"E3", "E4"}
    assert second == {place: first[place] for place in second}
    assert second["E3"].endswith("村里再核")


def test_a_name_too_long_for_another_ending_is_cut(tmp_path):
    sent = tmp_path / ("n" * 248 + ".csv")
    sent.write_text(
        "户编号,人口编号,姓名,与户主关系,务工时间（月）\nH1,P1,甲,户主,很多\n", encoding="utf-8"
    )
    check(sent, "--out", tmp_path / "out")
    [back] = (tmp_path / "out" / "returned").iterdir()
    assert openpyxl.load_workbook(back).active["E2"].value == "很多"


def test_a_file_whose_name_is_no_text_is_named_and_skipped(tmp_path):
    workbook(tmp_path / "好.xlsx", member(1))
    workbook(tmp_path / "x.xlsx", member(2))
    bad = os.fsencode(tmp_path) + b"/" + "成员".encode("gb18030") + b".xlsx"
    try:
        os.rename(tmp_path / "x.xlsx", bad)
    except OSError:
        pytest.skip("this file system keeps names as text")
    result = check(tmp_path)
    codes = {one["file"]: one["code"] for one in result["files"]}
    assert codes == {"好.xlsx": None, "成员.xlsx": "TABLE-038"}


def test_what_programs_leave_behind_is_passed_over(tmp_path):
    workbook(tmp_path / "一村.xlsx", member(1))
    for name in ("Thumbs.db", "desktop.ini", "~$一村.xlsx", ".DS_Store"):
        (tmp_path / name).write_bytes(b"\x01\x02")
    assert [one["file"] for one in check(tmp_path)["files"]] == ["一村.xlsx"]


def test_results_do_not_go_among_the_tables(tmp_path):
    workbook(tmp_path / "一村.xlsx", member(1))
    done = mingbai("tables", "check", tmp_path, *DAY, "--out", tmp_path)
    assert done.returncode == 2
    assert "盖住" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["一村.xlsx"]


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    done = mingbai("tables", "check", tmp_path, *DAY)
    assert done.returncode == 4
    assert "TABLE-002" in done.stderr


@pytest.mark.parametrize("text", ["{}", '{"format": 1}', '{"format": 1, "salt": 3}', "[1]", "{"])
def test_somebody_elses_memory_is_no_earlier_check(tmp_path, text):
    out = tmp_path / "out"
    out.mkdir()
    (out / "check.json").write_text(text, encoding="utf-8")
    sent = workbook(tmp_path / "一村.xlsx", member(1, "很多"))
    assert check(sent, "--out", out)["since_last"] is None


def encrypted(path, password, months="6"):
    plain = workbook(path.with_name("plain.xlsx"), member(1, months))
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt(password, target)
    plain.unlink()
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_password_may_be_saved_by_any_editor(tmp_path, encoding):
    sent = encrypted(tmp_path / "密.xlsx", WORD)
    (tmp_path / "密码.txt").write_bytes(f"{WORD}\r\n".encode(encoding))
    assert check(sent, "--password-file", tmp_path / "密码.txt")["rows_accepted"] == 1


def test_an_empty_password_file_is_said_to_be_empty(tmp_path):
    sent = encrypted(tmp_path / "密.xlsx", "x")
    (tmp_path / "密码.txt").write_bytes(b"\r\n")
    done = mingbai("tables", "check", sent, *DAY, "--password-file", tmp_path / "密码.txt")
    assert done.returncode == 2
    assert "第一行是空的" in done.stderr


def test_the_summary_names_the_file_of_each_example(tmp_path):
    one = workbook(tmp_path / "一村.xlsx", member(1))
    two = workbook(tmp_path / "二村.xlsx", member(2, "很多"))
    done = mingbai("tables", "check", one, two, *DAY)
    [line] = [line for line in done.stdout.splitlines() if "TABLE-061" in line]
    assert "二村.xlsx「Sheet」 第 2 行" in line


def test_a_contradiction_is_named_in_words_and_not_by_an_identifier(tmp_path):
    number = "990101196202021014"
    register = tmp_path / "成员.csv"
    cards = tmp_path / "残联.csv"
    register.write_text(
        f"户编号,人口编号,姓名,与户主关系,证件号码,健康状况\nH1,P1,甲,户主,{number},健康\n",
        encoding="utf-8",
    )
    cards.write_text(f"姓名,身份证号,残疾类别\n甲,{number},肢体残疾\n", encoding="utf-8")
    [one] = [one for one in check(register, cards)["problems"] if one["code"] == "TABLE-073"]
    assert "残疾" in one["message"]["zh"]
    assert "health_disabled" not in one["message"]["zh"]


def _worked():
    """Seconds of a processor that the commands used so far: other work of the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_stray_cell_far_below_costs_no_time(tmp_path):
    sent = workbook(tmp_path / "一村.xlsx", member(1, "很多"))
    book = openpyxl.load_workbook(sent)
    book.active["BH60000"].fill = PatternFill("solid", fgColor="FF0000")
    book.active["F1"].value, book.active["F2"].value = "备注", "=1+1"
    book.save(sent)
    before = _worked()
    check(sent, "--out", tmp_path / "out")
    assert _worked() - before < 8  # 3.6 million empty cells take longer


def test_what_openpyxl_mutters_about_a_workbook_is_not_printed(tmp_path):
    sent = workbook(tmp_path / "一村.xlsx", member(1, "很多"))
    with zipfile.ZipFile(sent) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    more = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    parts[sheet] = parts[sheet].replace(b"</worksheet>", more)
    with zipfile.ZipFile(sent, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.warns(UserWarning, match="Data Validation extension"):
        openpyxl.load_workbook(sent)
    done = mingbai("tables", "check", sent, *DAY, "--out", tmp_path / "out", "--json")
    assert done.stderr == ""
    assert set(marked(tmp_path / "out" / "returned" / sent.name)) == {"E2"}


def test_results_do_not_overwrite_what_was_sent(tmp_path):
    sent = workbook(tmp_path / "problems.xlsx", member(1))
    before = sent.read_bytes()
    assert mingbai("tables", "check", sent, *DAY, "--out", tmp_path).returncode == 2
    assert sent.read_bytes() == before


def test_a_stop_while_the_command_is_loading_shows_no_traceback(tmp_path):
    slow = tmp_path / "click.py"
    slow.write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    command = "import sys; sys.path.insert(0, sys.argv.pop()); from mingbai.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == ""


def test_what_came_behind_a_password_goes_back_behind_it(tmp_path):
    sent = encrypted(tmp_path / "密.xlsx", WORD, "很多")
    (tmp_path / "密码.txt").write_text(WORD, encoding="utf-8")
    out = tmp_path / "out"
    check(sent, "--password-file", tmp_path / "密码.txt", "--out", out)
    back = out / "returned" / sent.name
    assert not zipfile.is_zipfile(back)
    with back.open("rb") as locked, (tmp_path / "open.xlsx").open("wb") as target:
        book = OOXMLFile(locked)
        book.load_key(password=WORD, verify_password=True)
        book.decrypt(target)
    assert set(marked(tmp_path / "open.xlsx")) == {"E2"}


def test_an_id_number_used_as_the_key_is_masked_too(tmp_path):
    number = "990101196202021014"
    sent = workbook(tmp_path / "一村.xlsx", ["H1", number, "甲", "户主", "很多"])
    done = mingbai("tables", "check", sent, *DAY, "--json")
    assert number not in done.stdout
    assert json.loads(done.stdout)["problems"][0]["key"].startswith("990*")


def test_a_sheet_that_goes_on_from_the_one_before_is_said_to_have_no_header(tmp_path):
    path = workbook(tmp_path / "成员.xlsx", member(1), member(2))
    book = openpyxl.load_workbook(path)
    book.create_sheet("续表").append(member(3))
    book.save(path)
    done = mingbai("tables", "check", path, *DAY)
    assert "header in row 1, 2 rows" in done.stdout
    assert "没有表头，接着前一张读，1 行 / no header, goes on from the one before" in done.stdout
    assert "第 0 行" not in done.stdout
