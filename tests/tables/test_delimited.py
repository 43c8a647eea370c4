"""Separated text as offices send it: encodings, delimiters, rows that are too long, short or open."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.table_data import HEADERS, people
from mingbai.tables import Intake, TablesError, load_profiles, read_folder
from mingbai.tables.formats import blocks, delimited, encodings
from mingbai.tables.formats.encodings import Encoding, choose
from mingbai.tables.formats.records import MOST_LINES, records
from mingbai.tables.formats.sheet import Body, UnreadableError
from tests.tables.helpers import codes, csv, read, rows
from tests.tables.packs import POLICIES, schema_of

TEXT = "户编号,户主姓名,户类型\nh1,张三,脱贫户\nh2,𦰡溪,一般农户\n"
TRADITIONAL = (
    "戶編號,戶主姓名,戶類型,行政區劃代碼\n"
    "h1,陳大文,脫貧戶,五三零\n"
    "h2,劉德華,一般農戶,雲南省昭通市永善縣\n"
)
FOUND = [("h1", "张三", "exited"), ("h2", "𦰡溪", "general")]


def both_ways(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    """The folder read row by row, and in blocks of a few lines."""
    for size in (1 << 60, 0):
        monkeypatch.setattr(delimited, "FAST_FROM", size)
        yield read(folder)


@pytest.fixture
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each file was read in blocks, or the blocks gave up."""
    used: list[bool] = []

    def spy(path: Path, layout: blocks.Layout, wanted: Sequence[int]) -> Body | None:
        body = blocks.read_blocks(path, layout, wanted)
        used.append(body is not None)
        return body

    monkeypatch.setattr(delimited, "read_blocks", spy)
    return used


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encodings_and_delimiters_both_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, delimiter: str
) -> None:
    csv(tmp_path, "户.csv", TEXT.replace(",", delimiter), encoding)
    for intake in both_ways(tmp_path, monkeypatch):
        assert rows(intake, "household", "household_id", "head_name", "kind") == FOUND
        assert intake.problems == []


def test_big5_is_told_from_gb18030_by_its_common_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv(tmp_path, "户.csv", TRADITIONAL, "big5")
    for intake in both_ways(tmp_path, monkeypatch):
        names = ("household_id", "head_name", "kind", "division_code")
        assert rows(intake, "household", *names) == [
            ("h1", "陳大文", "exited", "五三零"),
            ("h2", "劉德華", "general", "雲南省昭通市永善縣"),
        ]
    assert choose([TRADITIONAL.encode("gb18030")]) == [Encoding("gb18030")]
    assert choose([TEXT.encode("gb18030")]) == [Encoding("gb18030")]
    assert choose(["户编号,a\nh1,2\n".encode("gb18030")]) == [Encoding("gb18030")]
    assert choose(["戶編號,a\nh1,2\n".encode("big5")]) == [Encoding("big5")]


def test_toss_up_between_encodings_is_refused_with_both_readings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "_MARGIN", 2.0)
    csv(tmp_path, "b.csv", "甲縣名,乙鄉名\n陳,劉\n", "big5")
    csv(tmp_path, "户.csv", TEXT)
    intake = read(tmp_path)
    (report,) = [one for one in intake.files if one.what == "skipped"]
    assert report.code == "TABLE-039"
    assert report.reason is not None
    assert "甲縣名" in report.reason.zh
    # A header that only one reading knows settles it.
    csv(tmp_path, "b.csv", TRADITIONAL.replace("h1", "h3").replace("h2", "h4"), "big5")
    assert len(rows(read(tmp_path), "household", "household_id")) == 4


def test_bytes_that_are_no_text_cost_their_cell_not_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"h{n},张三,脱贫户" for n in range(60)]
    for codec in ("utf-8", "gb18030"):
        raw = ("户编号,户主姓名,户类型\n" + "\n".join(lines)).encode(codec).split(b"\n")
        raw[31] = raw[31].replace("张".encode(codec), b"\xff")
        (tmp_path / "户.csv").write_bytes(b"\n".join(raw))
        for intake in both_ways(tmp_path, monkeypatch):
            assert intake.rows_accepted == 60
            told = [(one.row, one.code) for one in intake.problems]
            assert told == [(None, "TABLE-106"), (32, "TABLE-080")]


def test_bytes_that_are_no_text_are_named_in_columns_nobody_reads_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for codec, hit in (("utf-8", 7), ("gb18030", 7), ("gb18030", 39)):
        lines = [f"h{n},脱贫户,他说的话\n".encode(codec) for n in range(40)]
        lines[hit] = lines[hit].replace("话".encode(codec), b"\xff")
        (tmp_path / "户.csv").write_bytes("户编号,户类型,随手记\n".encode(codec) + b"".join(lines))
        for intake in both_ways(tmp_path, monkeypatch):
            [problem] = intake.problems
            assert (problem.code, problem.file) == ("TABLE-106", "户.csv")
            assert f"第 {hit + 2} 行" in problem.message.zh


def test_lines_in_another_encoding_are_offered_as_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two exports pasted together: 女 is UTF-8 by chance in GB18030 bytes, and is named too."""
    lines = [f"h{n},张三,脱贫户\n".encode() for n in range(200)]
    pasted = "h200,李四女,一般农户\nh201,王五,一般农户\n".encode("gb18030")
    (tmp_path / "户.csv").write_bytes(
        "户编号,户主姓名,户类型\n".encode() + b"".join(lines) + pasted
    )
    for intake in both_ways(tmp_path, monkeypatch):
        problem = intake.problems[0]
        assert problem.code == "TABLE-105"
        assert "从第 202 行起有 2 行其实是 GB18030" in problem.message.zh
        assert "h200,李四女,一般农户" in problem.message.en
        assert intake.rows_accepted == 202


def test_noise_is_no_text() -> None:
    noise = bytes(random.Random(3).choices(range(128, 256), k=4000))
    with pytest.raises(UnreadableError) as caught:
        choose([noise])
    assert caught.value.code == "TABLE-027"
    assert choose([b""]) == [Encoding("utf-8")]
    assert choose(["一".encode()[:1], "一".encode()[1:]]) == [Encoding("utf-8")]


def test_rows_longer_and_shorter_than_the_header_are_read_with_a_remark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "户编号,户主姓名,工资性收入,备注\n"
        "h1,张三\n"  # two less
        "h2,李四,5,x,y,z\n"  # two more
        "h3,王五,6,x,,\n"  # empty cells behind the last header say nothing
        'h4,"赵,六",7,x\n'
        'h5,"孙,七",8\n'  # one less, though its commas are as many
        "\n, ,　,\n"
        "h6,周八,9,x\n"
    )
    csv(tmp_path, "户.csv", text)
    for intake in both_ways(tmp_path, monkeypatch):
        assert rows(intake, "household", "household_id", "wage", "_row") == [
            ("h1", None, 2), ("h2", 500, 3), ("h3", 600, 4), ("h4", 700, 5), ("h5", 800, 6),
            ("h6", 900, 9),
        ]  # fmt: skip
        assert [(one.row, one.code) for one in intake.problems] == [
            (2, "TABLE-090"), (3, "TABLE-089"), (6, "TABLE-090"),
        ]  # fmt: skip
        assert "2 格" in intake.problems[0].message.zh


def test_quotes_over_several_lines_and_quotes_nobody_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "户编号,户主姓名,工资性收入\n"
        'h1,"张\n三",5\n'
        'h2,5"管,6\n'
        'h3,"李四,7\n' + "".join(f"g{n},王五,8\n" for n in range(MOST_LINES + 5)) + 'h4,"x",9\n'
    )
    csv(tmp_path, "户.csv", text)
    for intake in both_ways(tmp_path, monkeypatch):
        found = rows(intake, "household", "household_id", "head_name", "_row")
        assert found[:4] == [
            ("h1", "张\n三", 2), ("h2", '5"管', 3), ("h3", '"李四', 4), ("g0", "王五", 5),
        ]  # fmt: skip
        assert len(found) == MOST_LINES + 9
        assert [(one.row, one.code) for one in intake.problems] == [(4, "TABLE-091")]


def test_records_with_open_quotes_lose_no_line() -> None:
    assert list(records(iter(['a,"b\n', "1,2\n"]), ",")) == [
        (["a", '"b'], False), (["1", "2"], True)]  # fmt: skip
    assert list(records(iter(["\n", "a\n"]), ",")) == [([], True), (["a"], True)]
    assert list(records(iter(['"']), ",")) == [(['"'], False)]
    wide = "x" * 200_000
    assert list(records(iter([f"a,{wide}\n", "b,c\n"]), ",")) == [
        (["a", wide], False), (["b", "c"], True)]  # fmt: skip


def test_many_lines_in_blocks_keep_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_blocks: list[bool]
) -> None:
    lines = [f'h{n},"张,{n}","1,{n:03d}.5",是,　\n' for n in range(300)]
    lines[7], lines[9] = "\n", ' , ,"",,\n'
    lines[30] = '="h30","李\n四",abc,否,\n'
    lines[200] = "h200\n"
    text = "统计表,,,,\n户编号,户主姓名,工资性收入,是否危房户,备注\n" + "".join(lines)
    csv(tmp_path, "户.csv", text)
    monkeypatch.setattr(blocks, "BLOCK", 700)
    slow, fast = both_ways(tmp_path, monkeypatch)
    assert fast.tables["household"].equals(slow.tables["household"])
    assert fast.problems == slow.problems
    assert (fast.rows_in, slow.rows_in) == (298, 298)
    assert in_blocks == [True]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_fast_and_slow_say_the_same_of_damaged_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_blocks: list[bool], encoding: str
) -> None:
    """Every second row of a thousand is damaged: tables and problems must be the same."""
    text = "\r\n".join(map(_line, (list(HEADERS), *people(1200, 5, 0.5))))
    (tmp_path / "名单.csv").write_bytes(text.encode(encoding, "replace"))
    schema, profiles = schema_of("cn"), load_profiles([POLICIES / "cn" / "profiles"])
    monkeypatch.setattr(blocks, "BLOCK", 20_000)
    found = []
    for size in (1 << 60, 0):
        monkeypatch.setattr(delimited, "FAST_FROM", size)
        found.append(read_folder(tmp_path, schema, profiles))
    slow, fast = found
    assert in_blocks == [True]
    assert fast.problems == slow.problems
    assert (fast.rows_in, fast.rows_listed) == (slow.rows_in, slow.rows_listed)
    assert all(fast.tables[name].equals(table) for name, table in slow.tables.items())
    assert len({problem.code for problem in slow.problems}) > 15


def _line(cells: list[str]) -> str:
    """As a program writes it, with quotes where there must be."""
    bare = [cell if '"' not in cell else cell.replace('"', '""') for cell in cells]
    return ",".join(f'"{cell}"' if "," in cell or '"' in cell else cell for cell in bare)


LINES = st.lists(st.text(alphabet='ab,"\n\r张\x00 　h1', max_size=12), max_size=30)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(LINES)
@example([",,,1"])
@example(["", ",,,\u3000", '"",,,x'])
def test_any_text_reads_alike_both_ways(lines: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as home:
        raw = ("household_id,head_name,wage\nh1,a,1\n" + "\n".join(lines)).encode()
        (Path(home) / "household.csv").write_bytes(raw)
        patch.setattr(blocks, "BLOCK", 40)
        slow, fast = both_ways(Path(home), patch)
    assert fast.tables["household"].equals(slow.tables["household"])
    assert fast.problems == slow.problems
    assert fast.rows_in == slow.rows_in


def test_a_header_of_question_marks_has_its_own_reason(tmp_path: Path) -> None:
    csv(tmp_path, "户.csv", TEXT)
    csv(tmp_path, "b.csv", "???,????,???(?)\nh1,??,???\n")
    csv(tmp_path, "c.csv", "a?,b,c\n1,2,3\n")
    found = [(one.name, one.code) for one in read(tmp_path).files if one.what == "skipped"]
    assert found == [("b.csv", "TABLE-037"), ("c.csv", "TABLE-023")]


def test_a_list_without_a_known_header_is_still_named(tmp_path: Path) -> None:
    csv(tmp_path, "a.csv", "甲,乙\n1,2\n", "gb18030")
    with pytest.raises(TablesError) as caught:
        read(tmp_path)
    assert [one.code for one in caught.value.findings] == ["TABLE-003", "TABLE-023"]
    csv(tmp_path, "户.csv", TEXT)
    assert codes(read(tmp_path)) == []
