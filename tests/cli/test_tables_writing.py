"""`mingbai tables write`, `blank` and `propose`: files that read back, and a wizard that asks."""

import json
import re

import openpyxl
import pytest

from tests.cli.test_command import EXAMPLE, mingbai
from tests.tables.department_lists import TUNED
from tests.tables.helpers import xlsx


def test_write_says_what_it_wrote_and_what_not(tmp_path):
    out = tmp_path / "户.xlsx"
    done = mingbai("tables", "write", EXAMPLE, "--pack", "cn", "--as", "household-export", "--out", out,
                   "--title", "户信息", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    page = openpyxl.load_workbook(out).worksheets[0]
    assert page.max_row == said["rows"] + 2
    assert page["A1"].value == "户信息"
    assert [note["code"] for note in said["notes"]] == ["TABLE-142"]
    assert said["rows_listed"] > 0


def test_id_numbers_are_written_in_full(tmp_path):
    out = tmp_path / "成员.csv"
    done = mingbai("tables", "write", EXAMPLE, "--pack", "cn", "--as", "person", "--out", out)
    assert done.returncode == 0, done.stderr
    text = out.read_text("utf-8-sig")
    assert len(re.findall(r"\b99\d{15}[\dX]", text)) > 50
    assert "****" not in text
    assert "行未采用" in done.stdout


def test_a_blank_form_is_empty_and_known(tmp_path):
    out = tmp_path / "空白.xlsx"
    done = mingbai("tables", "blank", "--pack", "cn", "--as", "cn-person-export", "--out", out)
    assert done.returncode == 0, done.stderr
    page = openpyxl.load_workbook(out).worksheets[0]
    assert page.max_row == 1
    assert page.data_validations.count > 10


@pytest.mark.parametrize(
    ("name", "layout", "code"), [("a.xlsx", "nobody", 4), ("a.pdf", "person", 4)]
)
def test_wrong_wishes_end_in_a_number(tmp_path, name, layout, code):
    done = mingbai("tables", "blank", "--pack", "cn", "--as", layout, "--out", tmp_path / name)
    assert done.returncode == code
    assert "[TABLE-13" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_written_among_the_input(tmp_path):
    (tmp_path / "household.csv").write_text("household_id,户类型\nh1,脱贫户\n", "utf-8")
    done = mingbai("tables", "write", tmp_path, "--pack", "cn", "--as", "household",
                   "--out", tmp_path / "household.csv")  # fmt: skip
    assert done.returncode == 2
    assert (tmp_path / "household.csv").read_text("utf-8").startswith("household_id")


def test_propose_save_and_check(tmp_path):
    path = xlsx(tmp_path, "残疾人名册.xlsx", TUNED[0].rows())
    saved = tmp_path / "残疾人名册.yaml"
    done = mingbai(
        "tables", "propose", path, "--pack", "cn", "--set", "家庭住址=none", "--save", saved
    )
    assert done.returncode == 0, done.stderr
    assert "按证件号码认人" in done.stdout
    assert "likely" in done.stdout
    assert not re.search(r"99\d{15}", done.stdout)
    checked = mingbai("tables", "check", path, "--pack", "cn", "--profile", saved, "--json")
    assert checked.returncode == 0, checked.stderr
    result = json.loads(checked.stdout)
    assert result["rows_in"] == result["rows_accepted"] == len(TUNED[0].rows()) - 1


def test_propose_refuses_what_it_cannot_read(tmp_path):
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    done = mingbai("tables", "propose", path, "--pack", "cn")
    assert done.returncode == 4
    assert "[TABLE-141]" in done.stderr
    rows = xlsx(tmp_path, "无人.xlsx", [["甲列", "乙列"], ["一些文字", "另一些"]])
    done = mingbai("tables", "propose", rows, "--pack", "cn", "--save", tmp_path / "a.yaml")
    assert done.returncode == 2
    assert not (tmp_path / "a.yaml").exists()
