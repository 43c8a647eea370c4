"""The command as a user meets it: results, exit codes by family, no traceback, no half result."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.installation import PATIENCE

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "yunnan-2025"
DAY = ["--pack", "cn", "--as-of", "2025-06-30"]
FILES = {"households.parquet", "tasks.xlsx", "problems.xlsx", "report.html"}


def mingbai(*words, cwd=ROOT, code="from mingbai.cli import main; main()"):
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, timeout=PATIENCE, check=False
    )


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    out = tmp_path_factory.mktemp("screen") / "out"
    return mingbai("screen", EXAMPLE, *DAY, "--out", out, "--json"), out


def test_screen_writes_its_files_and_prints_one_object(screened):
    done, out = screened
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert {path.name for path in out.iterdir()} >= FILES
    assert not list(out.glob(".partial*"))
    assert result["rows_in"] == result["rows_accepted"] + result["rows_listed"]
    for name, counts in result["indicators"].items():
        entity = result["rules"][name]["entity"]
        size = result["households"] if entity == "household" else result["persons"]
        assert sum(counts.values()) == size, name


def test_json_and_parquet_say_the_same(screened):
    done, out = screened
    counts = json.loads(done.stdout)["indicators"]["basics.housing"]
    states = pq.read_table(out / "households.parquet").column("basics.housing").to_pylist()
    assert {state: states.count(state) for state in counts} == counts


def test_screen_without_json_says_what_it_means_for_a_morning(tmp_path):
    done = mingbai("screen", EXAMPLE, *DAY, "--out", tmp_path / "out")
    assert done.returncode == 0
    first = done.stdout.splitlines()[0]
    assert "户要去看" in first
    assert str(tmp_path / "out" / "tasks.xlsx") in done.stdout
    assert "没有公布值" in done.stderr


def test_explain_gives_the_sheet_the_trace_and_the_card(tmp_path):
    """One household with clauses, sources and dates; the card that names the product."""
    card = tmp_path / "card.html"
    done = mingbai("explain", EXAMPLE, *DAY, "--household", "995301010001", "--card", card)
    assert done.returncode == 0, done.stderr
    assert "12317" in done.stdout
    assert "住房安全有保障" in done.stdout
    assert "明白卡" in card.read_text(encoding="utf-8")


def test_explain_in_english_and_as_json():
    done = mingbai("explain", EXAMPLE, *DAY, "--household", "995301010001", "--lang", "en")
    assert "drinking water" in done.stdout
    done = mingbai("explain", EXAMPLE, *DAY, "--household", "995301010001", "--json")
    assert json.loads(done.stdout)


def test_whatif_as_json():
    done = mingbai("whatif", EXAMPLE, *DAY, "--set", "monitoring_line=9500", "--json")
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert result["changed"] == len({key for move in result["moves"] for key in move["keys"]}) > 0
    assert len(result["below"]) == 10


@pytest.mark.parametrize(
    ("words", "code", "number"),
    [
        (["packs", "check", "nowhere"], 3, "PACK-001"),
        (["packs", "show", "cn", "basics.watr"], 5, "RUN-003"),
        (
            ["screen", EXAMPLE, "--pack", "nowhere", "--as-of", "2025-06-30", "--out", "x"],
            3,
            "PACK-001",
        ),
        (["screen", EXAMPLE, "--pack", "cn", "--as-of", "1999-01-01", "--out", "x"], 5, "RUN-004"),
        (["whatif", EXAMPLE, *DAY, "--set", "line=1"], 5, "RUN-001"),
        (["explain", EXAMPLE, *DAY, "--household", "nobody"], 5, "RUN-005"),
    ],
)
def test_errors_are_numbered_and_leave_by_family(words, code, number, tmp_path):
    done = mingbai(*words, cwd=tmp_path)
    assert done.returncode == code
    assert number in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["screen"],
        ["screen", "nowhere", *DAY, "--out", "x"],
        ["screen", str(EXAMPLE), "--pack", "cn", "--as-of", "yesterday", "--out", "x"],
        ["dance"],
    ],
)
def test_wrong_usage_is_exit_code_2(words, tmp_path):
    done = mingbai(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_a_numbered_error_in_both_languages(tmp_path):
    (tmp_path / "in").mkdir()
    done = mingbai("screen", tmp_path / "in", *DAY, "--out", tmp_path / "out")
    assert done.returncode == 4
    assert "TABLE-" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_files_that_are_no_tables_do_not_stop_the_rest(tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(EXAMPLE, folder)
    (folder / "photo.xlsx").write_bytes(os.urandom(4000))
    (folder / "broken.csv").write_bytes(b"\x00\xff\x00,\x00")
    (folder / "letter.docx").write_bytes(b"PK\x03\x04 no")
    done = mingbai("screen", folder, *DAY, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    files = {item["name"]: item["what"] for item in json.loads(done.stdout)["files"]}
    assert files["photo.xlsx"] == files["broken.csv"] == files["letter.docx"] == "skipped"


def test_a_missing_column_makes_facts_unknown_and_is_said_once(tmp_path):
    (tmp_path / "household.csv").write_text(
        "household_id,division_code,head_name\nh1,530102,张三\nh2,530102,李四\n", encoding="utf-8"
    )
    done = mingbai("screen", tmp_path, *DAY, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["indicators"]["basics.housing"]["unknown"] == 2
    assert result["tasks"] == 0
    assert "dwelling_unsafe" in {item["name"] for item in result["warnings"]}


#: The command, with Ctrl-C once the first of the files is written and before the second.
INTERRUPTED = """
import os, signal
from mingbai.cli import main, screen
write = screen.write_tasks
def interrupted(*given):
    os.kill(os.getpid(), signal.SIGINT)
    write(*given)
screen.write_tasks = interrupted
main()
"""


def test_ctrl_c_leaves_no_half_result(tmp_path):
    out = tmp_path / "out"
    done = mingbai("screen", EXAMPLE, *DAY, "--out", out, code=INTERRUPTED)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert not out.exists() or not list(out.iterdir())


def test_a_wrong_pack_shows_all_faults_with_places(tmp_path):
    pack = tmp_path / "mine"
    shutil.copytree(ROOT / "policies" / "cr", pack)
    text = (pack / "pack.yaml").read_text(encoding="utf-8").replace("pack: cr", "pack: mine")
    (pack / "pack.yaml").write_text(text + "\ncolour: red\n", encoding="utf-8")
    rules = sorted((pack / "rules").glob("*.yaml"))[0]
    broken = rules.read_text(encoding="utf-8") + (
        "  - {id: x.one, entity: household, type: bool, label: {zh: 一, en: one}, expr: nowhere = 1}\n"
        "  - {id: x.two, entity: household, type: bool, label: {zh: 二, en: two}, expr: (select 1) = 1}\n"
    )
    rules.write_text(broken, encoding="utf-8")
    done = mingbai("packs", "check", pack)
    assert done.returncode == 3
    assert "mine/pack.yaml:" in done.stderr
    assert "colour" in done.stderr
    assert "Traceback" not in done.stderr


def test_packs_commands_read_well():
    assert "mutants killed" in mingbai("packs", "test", "cn-hubei", "--mutate").stdout
    assert "T/CHES 18-2018" in mingbai("packs", "show", "cn", "basics.water").stdout
    shown = mingbai("packs", "diff", "cn", "cn-hubei").stdout
    assert "+ 规则 / rule" in shown


@pytest.mark.parametrize(
    "words", [[], ["screen"], ["explain"], ["whatif"], ["packs"], ["packs", "test"]]
)
def test_help_has_an_example(words):
    done = mingbai(*words, "--help")
    assert done.returncode == 0
    assert words in ([], ["packs"]) or "例" in done.stdout


def test_results_are_never_written_into_the_input(tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(EXAMPLE, folder)
    done = mingbai("screen", folder, *DAY, "--out", folder)
    assert done.returncode == 5
    assert "RUN-011" in done.stderr
    assert not (folder / "households.parquet").exists()


def test_a_card_that_cannot_be_written_is_a_numbered_error(tmp_path):
    card = tmp_path / "no" / "card.html"
    done = mingbai("explain", EXAMPLE, *DAY, "--household", "995301010001", "--card", card)
    assert done.returncode == 5
    assert "RUN-009" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_last_day_of_the_calendar_has_no_due_date(tmp_path):
    words = ["--pack", "cn", "--as-of", "9999-12-31", "--out", tmp_path / "out", "--json"]
    done = mingbai("screen", EXAMPLE, *words)
    assert done.returncode == 0, done.stderr
