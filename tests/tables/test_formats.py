"""Files as offices send them: encodings, delimiters, sheets; and files that are no tables."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from mingbai.tables import TablesError
from mingbai.tables.formats import guard
from mingbai.tables.formats.sheet import UnreadableError
from tests.tables.helpers import codes, csv, read, rows, xlsx

TEXT = "户编号,户主姓名,户类型\nh1,张三,脱贫户\nh2,𦰡溪,一般农户\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    intake = read(csv(tmp_path, "户.csv", TEXT.replace(",", delimiter), encoding).parent)
    assert rows(intake, "household", "household_id", "head_name", "kind") == [
        ("h1", "张三", "exited"),
        ("h2", "𦰡溪", "general"),
    ]


def test_title_rows_above_the_header_are_skipped_and_rows_count_from_the_top(
    tmp_path: Path,
) -> None:
    title = [["某县脱贫户名单"], ["制表：2025年6月", None, "单位：元"], []]
    table = [
        ["户 编 号", "户主\n姓名", "*户类型"],
        ["h1", "张三", "脱贫户"],
        [],
        ["h2", "李四", "甲"],
    ]
    intake = read(xlsx(tmp_path, "名单.xlsx", [*title, *table]).parent)
    assert rows(intake, "household", "household_id", "_row", "_sheet") == [
        ("h1", 5, "Sheet1"),
        ("h2", 7, "Sheet1"),
    ]
    assert intake.files[0].header_row == 4
    assert [(p.row, p.column) for p in intake.problems] == [(7, "*户类型")]


def test_header_below_the_twentieth_row_is_not_looked_for(tmp_path: Path) -> None:
    head = "说明\n" * 20
    with pytest.raises(TablesError) as caught:
        read(csv(tmp_path, "a.csv", head + TEXT).parent)
    assert [one.code for one in caught.value.findings] == ["TABLE-003", "TABLE-023"]
    assert rows(read(csv(tmp_path, "a.csv", head[3:] + TEXT).parent), "household", "_row")


def test_ragged_quoted_and_broken_lines_of_csv(tmp_path: Path) -> None:
    text = 'household_id,head_name,wage\nh1,"张\n三"\nh2,"李""四",5,6,7\n\nh3,王五\x00,1\n'
    intake = read(csv(tmp_path, "household.csv", text).parent)
    assert rows(intake, "household", "household_id", "head_name", "wage", "_row") == [
        ("h1", "张\n三", None, 2),
        ("h2", '李"四', 500, 3),
        ("h3", None, 100, 5),
    ]
    assert codes(intake) == ["TABLE-090", "TABLE-089", "TABLE-062"]


def test_parquet_of_any_column_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "household_id": pa.array([1, 2, 3], pa.int64()),
            "head_name": pa.array(["a", None, "c"]).dictionary_encode(),
            "wage": pa.array([1.5, float("nan"), 1e300]),
            "unsafe": pa.array([True, None, False]),
            "seen_on": pa.array([0, 1, None], pa.timestamp("ns")),
            "kind": pa.array([[1], [2], [3]]),
            "division_code": pa.array([b"53", b"51", b"\xff"], pa.binary()),
        }
    )
    pq.write_table(table, tmp_path / "household.parquet")
    intake = read(tmp_path)
    names = ("household_id", "head_name", "wage", "unsafe", "kind", "_row")
    assert rows(intake, "household", *names) == [
        ("1", "a", 150, True, None, 2),
        ("2", None, None, None, None, 3),
        ("3", "c", None, False, None, 4),
    ]
    assert [str(day) for (day,) in rows(intake, "household", "seen_on")] == [
        "1970-01-01",
        "1970-01-01",
        "None",
    ]


def test_several_sheets_hidden_and_empty_ones(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for name, cells in (("户", ["户编号", "户类型"]), ("说明", ["随便"]), ("空", [])):
        book.add_worksheet(name).write_row(0, 0, cells)
    hidden = book.add_worksheet("藏")
    hidden.write_row(0, 0, ["户编号", "户类型"])
    hidden.hide()
    book.get_worksheet_by_name("户").write_row(1, 0, ["h1", "脱贫户"])
    book.close()
    intake = read(tmp_path)
    found = [(report.sheet, report.what, report.code) for report in intake.files]
    assert found == [
        ("户", "table", None),
        ("说明", "skipped", "TABLE-023"),
        ("藏", "skipped", "TABLE-029"),
    ]


def zipped(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def check(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        guard.check_workbook(archive)


def sheet_xml(cells: str) -> dict[str, bytes]:
    return {"xl/worksheets/sheet1.xml": f"<worksheet>{cells}</worksheet>".encode()}


CORNERS = (
    '<row r="1"><c r="A1"><v>1</v></c></row>'
    '<row r="1048576"><c r="XFD1048576"{style}>{value}</c></row>'
)


def test_files_that_are_no_tables_are_named_with_the_reason(tmp_path: Path) -> None:
    csv(tmp_path, "household.csv", "household_id,kind\nh1,exited\n")
    (tmp_path / "容器.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    (tmp_path / "坏的.xlsx").write_bytes(b"PK\x03\x04nonsense")
    (tmp_path / "假的.xlsx").write_bytes(b"hello")
    (tmp_path / "坏的.parquet").write_bytes(b"PAR1nonsense")
    (tmp_path / "照片.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "旧.xls").write_bytes(bytes(500))
    (tmp_path / "乱码.csv").write_bytes(b"\xff\xff\xff,\x81\n")
    (tmp_path / "空.csv").write_bytes(b"")
    (tmp_path / "没有表头.csv").write_text("a,b\n1,2\n")
    (tmp_path / "文件夹").mkdir()
    (tmp_path / "断了.csv").symlink_to(tmp_path / "nowhere.csv")
    zipped(tmp_path / "炸弹.xlsx", sheet_xml("<row/>" + " " * 200_000_000))
    zipped(tmp_path / "对角.xlsx", sheet_xml(CORNERS.format(style="", value="<v>1</v>")))
    for name in ("~$户.xlsx", ".DS_Store", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"x")
    intake = read(tmp_path)
    found = {report.name: report.code for report in intake.files if report.what == "skipped"}
    assert found == {
        "容器.xlsx": "TABLE-021",
        "坏的.xlsx": "TABLE-021",
        "假的.xlsx": "TABLE-023",
        "坏的.parquet": "TABLE-021",
        "照片.jpg": "TABLE-020",
        "旧.xls": "TABLE-021",
        "乱码.csv": "TABLE-027",
        "空.csv": "TABLE-026",
        "没有表头.csv": "TABLE-023",
        "文件夹": "TABLE-025",
        "断了.csv": "TABLE-021",
        "炸弹.xlsx": "TABLE-024",
        "对角.xlsx": "TABLE-024",
    }
    assert all(report.reason for report in intake.files if report.what == "skipped")
    assert intake.rows_accepted == 1


def test_a_formatted_but_empty_far_corner_is_harmless(tmp_path: Path) -> None:
    zipped(tmp_path / "a.xlsx", sheet_xml(CORNERS.format(style=' s="1"', value="")))
    check(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    "reference", ["&#88;FD1048576", "A99999999999", "ZZZZ1", "A0", "XFE1", "A1048577", "a1", ""]
)
def test_references_no_spreadsheet_writes_are_refused(tmp_path: Path, reference: str) -> None:
    cells = CORNERS.format(style="", value="<v>1</v>").replace("XFD1048576", reference)
    zipped(tmp_path / "b.xlsx", sheet_xml(cells))
    with pytest.raises(UnreadableError):
        check(tmp_path / "b.xlsx")


def test_text_that_looks_like_a_reference_is_text(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>a r="ZZZZ9" b</t></is></c></row>'
    zipped(tmp_path / "a.xlsx", sheet_xml(cells))
    check(tmp_path / "a.xlsx")


def test_header_of_a_hundred_thousand_columns(tmp_path: Path) -> None:
    wide = ",".join(f"c{n}" for n in range(100_000))
    intake = read(csv(tmp_path, "household.csv", f"household_id,kind,{wide}\nh1,exited\n").parent)
    assert rows(intake, "household", "kind") == [("exited",)]
    assert len(intake.files[0].unread) == 100_000


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: folder / "nowhere", "TABLE-001"),
        (lambda folder: csv(folder, "a.csv", TEXT), "TABLE-001"),
        (lambda folder: folder, "TABLE-002"),
    ],
)
def test_a_folder_that_cannot_be_read_is_a_numbered_error(tmp_path: Path, make, code) -> None:
    with pytest.raises(TablesError) as caught:
        read(make(tmp_path))
    assert caught.value.code == code
    assert caught.value.message.zh
    assert caught.value.message.en
    assert str(tmp_path) not in str(caught.value)


def test_folder_without_any_table_says_why_of_each_file(tmp_path: Path) -> None:
    csv(tmp_path, "a.csv", "x,y\n1,2\n")
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(TablesError) as caught:
        read(tmp_path)
    found = [(one.code, one.file) for one in caught.value.findings]
    assert found == [("TABLE-003", None), ("TABLE-023", "a.csv"), ("TABLE-020", "b.jpg")]


def test_progress_names_each_file(tmp_path: Path) -> None:
    from mingbai.tables import read_folder
    from tests.tables.helpers import SCHEMA

    csv(tmp_path, "household.csv", "household_id,kind\nh1,exited\n")
    csv(tmp_path, "x.txt", "nothing")
    said: list[tuple[str, int, int]] = []
    read_folder(tmp_path, SCHEMA, (), progress=lambda *step: said.append(step))
    assert said == [("household.csv", 1, 2), ("x.txt", 2, 2)]


@pytest.mark.parametrize("claim", [b"99999999999999", b"10000001", b"+00099999999"])
def test_a_claimed_count_no_machine_can_hold_is_refused(tmp_path: Path, claim: bytes) -> None:
    parts = {"xl/sharedStrings.xml": b'<sst count="9" uniqueCount="%s"></sst>' % claim}
    zipped(tmp_path / "a.xlsx", parts)
    with pytest.raises(UnreadableError):
        check(tmp_path / "a.xlsx")


def test_an_ordinary_workbook_is_measured_the_fast_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The close look costs ten times as much; an export of a province must not need it."""
    monkeypatch.setattr(guard, "_CHUNK", 97)
    monkeypatch.setattr(guard, "_filled_area", lambda *_: pytest.fail("looked closely"))
    rows = [["户编号", "户类型"], *([f"h{n}", "脱贫户"] for n in range(200))]
    check(xlsx(tmp_path, "a.xlsx", rows))
