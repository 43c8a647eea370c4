"""`mingbai stats`: the figures of somebody's table, by a person who does not program."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mingbai import stats
from mingbai.cli.main import main

HEAD = ["户编号", "人均收入", "权数", "乡镇", "村", "营养", "入学", "评分", "选中"]
ROWS = [
    ["A1", 2100, 10, "东乡", "一村", 1, 0, 12, "是"],
    ["A2", "3,900", 10, "东乡", "一村", 1, 1, 20, "是"],
    ["A3", 5200, 12, "东乡", "二村", 0, 0, 33, "否"],
    ["A4", 8800, 12, "东乡", "二村", 0, 0, 60, "否"],
    ["B1", 1500, 20, "西乡", "三村", 1, 1, 20, "是"],
    ["B2", 4000, 20, "西乡", "三村", 0, 1, 41, "是"],
    ["B3", 3000, 18, "西乡", "四村", 0, 0, 55, "否"],
    ["B4", 9100, 18, "西乡", "四村", 0, 0, 77, "否"],
]
INCOME = [2100, 3900, 5200, 8800, 1500, 4000, 3000, 9100]
WEIGHT = [row[2] for row in ROWS]
DESIGN = ["--weight", "权数", "--strata", "乡镇", "--psu", "村"]
PLAN = stats.design(WEIGHT, strata=[row[3] for row in ROWS], psu=[row[4] for row in ROWS])


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command in this process: exit code, what it printed, what it complained."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["mingbai", "stats", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return stop.value.code, said.out, said.err

    return call


@pytest.fixture(scope="module")
def survey(tmp_path_factory) -> Path:
    """A workbook as an office has it: a title above the header."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["二〇二五年住户调查（样表）"])
    for row in [HEAD, *ROWS]:
        sheet.append(row)
    path = tmp_path_factory.mktemp("survey") / "调查.xlsx"
    book.save(path)
    return path


def _csv(folder: Path, rows: list[list[object]], encoding: str = "gb18030") -> Path:
    path = folder / "调查.csv"
    lines = [",".join(f'"{cell}"' for cell in row) for row in [HEAD, *rows]]
    path.write_text("\n".join(lines), encoding=encoding)
    return path


def test_figures_equal_the_functions(run, survey):
    words = ["--measure", "headcount,fgt:1.5,gini", "--welfare", "人均收入", "--line", "4,000"]
    code, out, _ = run(survey, *words, *DESIGN, "--by", "乡镇", "--json")
    assert code == 0
    found = {(one["measure"], one["group"]): one for one in json.loads(out)["figures"]}
    east = [row[3] == "东乡" for row in ROWS]
    wanted = {
        ("headcount", None): stats.headcount(INCOME, 4000, design=PLAN),
        ("fgt:1.5", None): stats.fgt(INCOME, 4000, 1.5, design=PLAN),
        ("gini", None): stats.gini(INCOME, design=PLAN),
        ("headcount", "东乡"): stats.headcount(INCOME, 4000, design=PLAN, within=east),
    }
    for name, one in wanted.items():
        assert (found[name]["value"], found[name]["se"]) == pytest.approx((one.value, one.se))
        assert [found[name]["low"], found[name]["high"]] == pytest.approx(one.interval())


def test_the_line_convention_is_an_option(run, survey):
    words = ["--measure", "headcount", "--welfare", "人均收入", "--line", "4000", "--json"]
    below, at = (json.loads(run(survey, *words, *more)[1]) for more in ([], ["--line-counts"]))
    assert [one["figures"][0]["value"] for one in (below, at)] == [0.5, 0.625]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_other_files_give_the_same(run, survey, tmp_path, kind):
    words = ["--measure", "gap", "--welfare", "人均收入", "--line", "4000", *DESIGN, "--json"]
    path = _csv(tmp_path, ROWS)
    if kind == "parquet":
        path = tmp_path / "调查.parquet"
        columns = dict(zip(HEAD, zip(*ROWS, strict=True), strict=True)) | {"人均收入": INCOME}
        pq.write_table(pa.table({name: list(column) for name, column in columns.items()}), path)
    first, second = (json.loads(run(one, *words)[1])["figures"] for one in (survey, path))
    assert first[0] == pytest.approx(second[0])


def test_a_person_reads_a_table(run, survey):
    words = ["--measure", "headcount,mean", "--welfare", "人均收入", "--line", "4000", *DESIGN]
    code, out, err = run(survey, *words)
    assert (code, err) == (0, "")
    assert "贫困发生率 / headcount" in out
    assert "95% 区间" in out


def test_a_wrong_cell_is_named_with_its_place(run, tmp_path):
    rows = [list(row) for row in ROWS]
    rows[2][1] = "五千二"
    path = _csv(tmp_path, rows)
    code, out, err = run(path, "--measure", "mean", "--welfare", "人均收入")
    assert (code, out) == (5, "")
    assert "STAT-014" in err
    assert "调查.csv 第 4 行“人均收入”一格是“五千二”" in err


def test_an_empty_cell_is_refused_with_its_row_or_left_out(run, tmp_path):
    rows = [list(row) for row in ROWS]
    rows[5][1] = ""
    path = _csv(tmp_path, rows)
    words = [path, "--measure", "mean", "--welfare", "人均收入", "--weight", "权数", "--json"]
    code, _, err = run(*words)
    assert code == 5
    assert "第 7 行" in err
    code, out, _ = run(*words, "--missing", "outside")
    assert code == 0
    assert json.loads(out)["figures"][0]["rows"] == 7


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (
            ["--measure", "mean", "--welfare", "人均收人"],
            5,
            "人均收入",
        ),  # STAT-015: the nearest name
        (["--measure", "ginny", "--welfare", "人均收入"], 5, "gini"),
        (["--measure", "gini:2", "--welfare", "人均收入"], 5, "STAT-012"),
        (["--measure", "gap", "--welfare", "人均收入"], 2, "--line"),
        (["--measure", "gap", "--welfare", "人均收入", "--line", "-5"], 5, "STAT-006"),
        (["--measure", "mean", "--welfare", "人均收入", "--strata", "户编号"], 5, "STAT-007"),
    ],
)
def test_what_is_wrong_is_said(run, survey, words, code, says):
    found, out, err = run(survey, *words)
    assert (found, out) == (code, "")
    assert says in err


def test_deprivation(run, survey):
    words = ["--dimension", "健康=营养", "--dimension", "教育=入学", "--cutoff", "1/2"]
    code, out, _ = run("deprivation", survey, *words, *DESIGN, "--by", "乡镇", "--json")
    assert code == 0
    groups = {one["group"]: one for one in json.loads(out)["groups"]}
    one = stats.alkire_foster(
        {"营养": [row[5] for row in ROWS], "入学": [row[6] for row in ROWS]}, None, 0.5, design=PLAN
    )
    assert groups[None]["M0"]["value"] == pytest.approx(one.m0.value)
    assert groups[None]["M0"]["se"] == pytest.approx(one.m0.se)
    assert groups["西乡"]["H"]["value"] == pytest.approx(40 / 76)
    code, out, _ = run("deprivation", survey, *words)
    assert code == 0
    assert "M0" in out


def test_targeting_of_a_selection(run, survey):
    words = ["--welfare", "人均收入", "--line", "4000", "--selected", "选中", "--weight", "权数"]
    code, out, _ = run("targeting", survey, *words, "--json")
    assert code == 0
    (line,) = json.loads(out)["lines"]
    counts = {name: line[name] for name in ("poor", "selected", "hit", "missed", "wrong")}
    assert counts == {"poor": 58, "selected": 60, "hit": 40, "missed": 18, "wrong": 20}
    assert line["exclusion"]["value"] == pytest.approx(18 / 58)


def test_targeting_of_a_score_by_quota_and_group(run, survey):
    words = ["--welfare", "人均收入", "--line", "4000", "--score", "评分", "--quota", "0.25,0.5"]
    code, out, _ = run("targeting", survey, *words, "--by", "乡镇", "--json")
    assert code == 0
    found = json.loads(out)
    assert [(one["group"], one["quota"]) for one in found["lines"]] == [
        (group, quota) for quota in (0.25, 0.5) for group in ("东乡", "西乡", None)
    ]
    assert found["area"]["value"] == pytest.approx(0.875)
    code, out, _ = run("targeting", survey, *words, "--by", "乡镇")
    assert code == 0
    assert "AUC" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--score", "评分"], "--truth"),
        (["--truth", "选中"], "--selected"),
        (["--truth", "评分", "--selected", "选中"], "STAT-014"),
        (["--truth", "选中", "--score", "评分", "--quota", "一成"], "0.1,0.2"),
    ],
)
def test_targeting_says_what_is_wrong(run, survey, words, says):
    code, out, err = run("targeting", survey, *words)
    assert code in (2, 5)
    assert out == ""
    assert says in err


def test_likely_duplicates_of_a_list(monkeypatch, capsys, tmp_path):
    """A person entered twice with a slip in the address, and one with an empty cell."""
    path = tmp_path / "名单.csv"
    rows = ["姓名,出生日期,住址", "张三,1980-01-02,东乡一村三组", "李四,1975-05-06,西乡"]
    rows += ["张三,1980-01-02,东乡一村二组", "张三,,南乡"]
    path.write_text("\n".join(rows), encoding="utf-8")
    words = ["--block", "姓名", "--same", "出生日期", "--alike", "住址:0.8", "--at-least", "2"]
    for more in ([], ["--json"]):
        monkeypatch.setattr(
            sys, "argv", ["mingbai", "tables", "duplicates", str(path), *words, *more]
        )
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 0
    text, found = capsys.readouterr().out.rsplit("\n", 2)[0:2]
    assert "第 2 行和第 4 行" in text
    assert json.loads(found) == {
        "file": "名单.csv",
        "candidate_pairs": 3,
        "matches": [{"rows": [2, 4], "score": 2, "agree": ["出生日期", "住址"]}],
    }
