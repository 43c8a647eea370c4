"""Every format the offices send, opened by what is in it; and what is refused, with its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.tables import TablesError, read_folder
from mingbai.tables.formats import xlsx_cells
from mingbai.tables.formats.opening import Opened, open_file
from mingbai.tables.formats.sheet import UnreadableError
from tests.tables import office_files as make
from tests.tables.helpers import SCHEMA, read, rows

WRONG = "x"
HEAD = ["户编号", "户主姓名", "工资性收入", "是否危房户"]
TABLE = [HEAD, ["h1", "张三", 8700.5, "是"], ["h2", "𦰡溪", 12.0, "否"]]
FORMATS = {
    "xlsx": make.xlsx_bytes(TABLE),
    "xls": make.xls({"Sheet1": TABLE}),
    "excel-xml": make.excel_xml(TABLE),
    "html": make.html(TABLE),
    "ods": make.ods(TABLE),
    "docx": make.docx(TABLE),
    "parquet": make.parquet(TABLE),
    "text": "\n".join(",".join(map(str, row)) for row in TABLE).encode(),
}


def opened(folder: Path, raw: bytes, name: str = "a", password: str | None = None) -> Opened:
    path = folder / name
    path.write_bytes(raw)
    return open_file(path, lambda sheet: 0, password)


def refusal(folder: Path, raw: bytes, name: str = "a", password: str | None = None) -> str:
    try:
        for sheet in opened(folder, raw, name, password).sheets:
            sheet.head()
    except UnreadableError as error:
        return error.code
    return "read"


def cells(found: Opened, sheet: int = 0) -> list[list[object]]:
    """All rows, empty cells as none, without those behind the last filled one."""
    out = []
    for row in found.sheets[sheet].head():
        row = [None if cell == "" else cell for cell in row]
        while row and row[-1] is None:
            row.pop()
        out.append(row)
    return out


@pytest.mark.parametrize(
    "suffix", [".xlsx", ".xls", ".et", ".csv", ".docx", ".parquet", ".jpg", ""]
)
@pytest.mark.parametrize("kind", FORMATS)
def test_content_decides_whatever_the_name_says(tmp_path: Path, kind: str, suffix: str) -> None:
    (tmp_path / f"户{suffix}").write_bytes(FORMATS[kind])
    intake = read(tmp_path)
    assert rows(intake, "household", "household_id", "head_name", "wage", "unsafe") == [
        ("h1", "张三", 870050, True),
        ("h2", "𦰡溪", 1200, False),
    ]
    fits = {
        "xlsx": [".xlsx"], "xls": [".xls", ".et"], "docx": [".docx"],
        "parquet": [".parquet"], "text": [".csv"],
    }.get(kind, [])  # fmt: skip
    wrong = suffix not in (*fits, ".jpg", "")
    assert [problem.code for problem in intake.problems] == ["TABLE-100"] * wrong
    assert all(problem.row is None for problem in intake.problems)


def test_a_password_opens_and_is_never_shown(tmp_path: Path) -> None:
    word = "密码-Grün 7"
    raw = make.encrypted(FORMATS["xlsx"], word)
    (tmp_path / "户.xlsx").write_bytes(raw)
    assert rows(read_folder(tmp_path, SCHEMA, (), password=word), "household", "head_name") == [
        ("张三",),
        ("𦰡溪",),
    ]
    assert refusal(tmp_path, raw) == "TABLE-022"
    with pytest.raises(UnreadableError) as caught:
        opened(tmp_path, raw, password=word + "x")
    assert caught.value.code == "TABLE-031"
    error: BaseException | None = caught.value
    while error is not None:
        assert word not in repr(error)
        assert error.__context__ is None  # no library error whose frames hold the password
        error = error.__cause__


def test_an_old_workbook_behind_a_password(tmp_path: Path) -> None:
    table = [["户编号", "户主姓名"], ["h1", "张" * 3000]]
    book = {"户": table, "t": [[1.5]]}
    for raw in (
        make.rc4_locked(book, "right"),
        make.rc4_locked(book, "right", newer=True),
        make.rc4_locked({"s": [["x"]]}, "right"),
    ):
        assert refusal(tmp_path, raw) == "TABLE-022"
        assert refusal(tmp_path, raw, password=WRONG) == "TABLE-031"
        found = opened(tmp_path, raw, "a", "right")
        assert cells(found) in (table, [["x"]])
    # By the oldest way the words are checked with sixteen bits; this is the check of the word below.
    oldest = make.xor_locked(book, 0x9A0A, "VelvetSweatshop")
    found = opened(tmp_path, oldest)
    assert [one.name for one in found.sheets] == ["户", "t"]
    assert (cells(found), cells(found, 1)) == (table, [[1.5]])
    other = make.xor_locked(book, 0, "right")
    assert refusal(tmp_path, other) == "TABLE-022"
    assert refusal(tmp_path, other, password=WRONG) == "TABLE-031"


def test_a_workbook_locked_with_the_programs_own_password_needs_none(tmp_path: Path) -> None:
    raw = make.encrypted(FORMATS["xlsx"], "VelvetSweatshop")
    assert cells(opened(tmp_path, raw))[1][0] == "h1"
    assert cells(opened(tmp_path, raw, password=WRONG))[1][0] == "h1"


def test_a_key_that_would_take_hours_to_derive_is_refused(tmp_path: Path) -> None:
    info = b'\x04\x00\x04\x00\x40\x00\x00\x00<keyData/><p:encryptedKey spinCount="2147483647"/>'
    raw = make.ole({"EncryptionInfo": info, "EncryptedPackage": bytes(64)})
    assert refusal(tmp_path, raw, password=WRONG) == "TABLE-032"


def test_failed_formulas_are_named_and_uncomputed_ones_counted(tmp_path: Path) -> None:
    table = [["a", "b"], ["#REF!", "=x"], ["=", "#N/A"], ["#DIV/0!", 1.0]]
    wanted = [["a", "b"], ["#REF!", "x"], [None, "#N/A"], ["#DIV/0!", 1.0]]
    for raw in (make.xlsx_bytes(table), make.xls({"Sheet1": table})):
        found = opened(tmp_path, raw)
        assert cells(found) == wanted
        remarks = [(one.code, one.sheet, dict(one.facts)) for one in found.remarks]
        assert remarks == [("TABLE-103", "Sheet1", {"count": 1, "first": "A3"})]
    errors = [["a"], ["#REF!"]]
    assert cells(opened(tmp_path, make.excel_xml(errors))) == errors


def test_errors_beyond_the_last_filled_cell_are_named_too(tmp_path: Path) -> None:
    table = [["a"], [None, None, "#REF!"], [], [None, "#N/A"]]
    for raw in (make.xlsx_bytes(table), make.xls({"s": table})):
        assert cells(opened(tmp_path, raw)) == [["a"], [None, None, "#REF!"], [], [None, "#N/A"]]


def test_macros_and_links_to_other_files_are_named(tmp_path: Path) -> None:
    parts = {
        "xl/vbaProject.bin": b"macro",
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
    }
    for raw in (
        make.with_parts(FORMATS["xlsx"], parts),
        make.xls({"s": TABLE}, macros=True, extra=make.EXTERNAL_BOOK),
    ):
        found = opened(tmp_path, raw)
        assert [one.code for one in found.remarks] == ["TABLE-101", "TABLE-102"]
        assert cells(found)[1][0] == "h1"
    raw = make.docx_of("<w:tbl><w:tr><w:tc/></w:tr></w:tbl>", {"word/vbaProject.bin": b"m"})
    assert refusal(tmp_path, raw) == "TABLE-034"
    plain = make.ods_of('<table:table table:name="a"/>', {"Basic/Standard/m.xml": b"<m/>"})
    assert [one.code for one in opened(tmp_path, plain).remarks] == ["TABLE-101"]


def test_file_remarks_reach_the_intake(tmp_path: Path) -> None:
    raw = make.with_parts(FORMATS["xlsx"], {"xl/vbaProject.bin": b"macro"})
    (tmp_path / "户.xlsm").write_bytes(raw)
    (problem,) = read(tmp_path).problems
    assert (problem.code, problem.severity, problem.file, problem.row) == (
        "TABLE-101", "remark", "户.xlsm", None,
    )  # fmt: skip
    assert "宏没有运行" in problem.message.zh


def test_hidden_sheets_keep_their_mark(tmp_path: Path) -> None:
    xml = "".join(
        f'<Worksheet ss:Name="{name}"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row>'
        f"</Table><WorksheetOptions>{options}</WorksheetOptions></Worksheet>"
        for name, options in (("a", ""), ("b", "<Visible>SheetVeryHidden</Visible>"))
    )
    ods = (
        '<style:style style:name="t1"><style:table-properties table:display="false"/></style:style>'
        '<table:table table:name="a"/><table:table table:name="b" table:style-name="t1"/>'
    )
    for raw in (
        make.xls({"a": [["x"]], "b": [["y"]]}, hidden=["b"]),
        make.excel_xml_of(xml),
        make.ods_of(ods),
    ):
        assert [(one.name, one.hidden) for one in opened(tmp_path, raw).sheets] == [
            ("a", False),
            ("b", True),
        ]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (make.package({"xl/workbook.bin": b"x"}), "TABLE-028"),
        (make.package({"a/b.txt": b"x"}), "TABLE-036"),
        (b"Rar!\x1a\x07\x00", "TABLE-036"),
        (
            make.package({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b""}),
            "TABLE-020",
        ),
        (make.package({"mimetype": b"application/vnd.oasis.opendocument.text"}), "TABLE-020"),
        (make.ole({"WordDocument": b"x"}), "TABLE-033"),
        (make.ole({"PowerPoint Document": b"x"}), "TABLE-020"),
        (make.ole({"Workbook": b"\x09\x04\x06\x00" + bytes(6)}), "TABLE-035"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00\x0a\x00\x00\x00", "TABLE-035"),
        (make.docx_of("<w:p/>"), "TABLE-034"),
        (b"<html><body><p>notice</p></body></html>", "TABLE-034"),
        (
            make.ods_of("", {"META-INF/manifest.xml": b"<m><manifest:encryption-data/></m>"}),
            "TABLE-032",
        ),
        (b"%PDF-1.7\n", "TABLE-020"),
        (b"PK\x03\x04nonsense", "TABLE-021"),
        (make.ole({"Workbook": b"nonsense"}), "TABLE-021"),
        (FORMATS["xls"][:1500], "TABLE-021"),
        (FORMATS["excel-xml"][:-30], "TABLE-021"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, raw: bytes, code: str) -> None:
    assert refusal(tmp_path, raw) == code


DOCTYPE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&b;</Workbook>'
)
WIDE = 'table:number-columns-repeated="16000"'
TALL = 'table:number-rows-repeated="1000000"'
FILLED = 'office:value-type="float" office:value="1"'


@pytest.mark.parametrize(
    "raw",
    [
        make.html([]).replace(b"<table border=1>", b"<table><tr><td colspan=100000000>x"),
        make.html([]).replace(b"<table border=1>", b"<table><tr><td rowspan='9999999999'>x"),
        b"<html>" + b"<table><tr><td>" * 40,
        DOCTYPE,
        make.excel_xml_of("<Worksheet>" + "<a>" * 300 + "</a>" * 300 + "</Worksheet>"),
        make.excel_xml_of(
            '<Worksheet><Table><Row ss:Index="99999999"><Cell><Data>x</Data></Cell></Row></Table>'
            "</Worksheet>"
        ),
        make.excel_xml_of('<Worksheet><Table><Row><Cell ss:MergeAcross="999999999"/></Row></Table>'
                          "</Worksheet>"),
        make.ods_of(
            f"<table:table><table:table-row {TALL}><table:table-cell {WIDE} {FILLED}/>"
            "</table:table-row></table:table>"
        ),
        make.ods_of('<table:table><table:table-row table:number-rows-repeated="9999999999"/>'
                    "</table:table>"),
        make.docx_of('<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr></w:tc></w:tr>'
                     "</w:tbl>"),
        make.package({"word/document.xml": b"<w>" + b" " * 80_000_000 + b"</w>"}),
        make.package({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                      "content.xml": b"<w>" + b" " * 80_000_000 + b"</w>"}),
    ],
)  # fmt: skip
def test_what_unpacks_to_more_than_a_machine_is_refused(tmp_path: Path, raw: bytes) -> None:
    assert refusal(tmp_path, raw) == "TABLE-024"


@pytest.mark.parametrize("label", ["PKHBH", "BMH", "MZ", "II", "Rar", "PAR", "<户编号>", "GIF"])
def test_text_is_text_whatever_letters_it_begins_with(tmp_path: Path, label: str) -> None:
    """Tab-separated text is sent as .xls; its first header may begin as a picture or a zip does."""
    found = opened(tmp_path, f"{label}\t户编号\n1\th1\n".encode(), "a.xls")
    assert found.kind == "text"
    assert [one.code for one in found.remarks] == ["TABLE-100"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_text_of_two_bytes_a_sign_may_lack_its_mark(tmp_path: Path, encoding: str) -> None:
    found = opened(tmp_path, "户编号,户类型\nh1,脱贫户\n".encode(encoding), "a.xls")
    assert cells(found) == [["户编号", "户类型"], ["h1", "脱贫户"]]


def test_a_folder_of_refused_files_says_what_to_do_with_each(tmp_path: Path) -> None:
    (tmp_path / "a.xlsb").write_bytes(make.package({"xl/workbook.bin": b"x"}))
    (tmp_path / "b.doc").write_bytes(make.ole({"WordDocument": b"x"}))
    with pytest.raises(TablesError) as caught:
        read_folder(tmp_path, SCHEMA, ())
    assert [one.code for one in caught.value.findings] == ["TABLE-003", "TABLE-028", "TABLE-033"]
    assert all(one.advice.zh and one.advice.en for one in caught.value.findings)


def test_a_tail_of_empty_repeats_is_how_every_ods_ends(tmp_path: Path) -> None:
    tail = f"<table:table-row {TALL}><table:table-cell {WIDE}/></table:table-row>"
    raw = make.ods_of(f'<table:table table:name="a">{make.ods_rows([["x"]])}{tail}</table:table>')
    assert list(opened(tmp_path, raw).sheets[0].head()) == [["x"]]


ODD_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1" s="1" t="e"><v>#N/A</v></c>'
    '<c r="C1"><f>A1</f></c><c r="D1" t="str"><f t="shared" si="0"/><v></v></c>'
    '<c r="E1"><f t="shared" si="0"/></c><c r="F1" t="inlineStr"><is><t>t="e"</t></is></c>'
    '<c r="G1"/><c r="H1"><f>1</f><v>2</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize("chunk", [1, 60, 1 << 20])
def test_the_quick_look_and_the_close_one_see_the_same(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_cells, "_MAX_CELL", 1 << 20)
    raw = ODD_SHEET.encode()
    quick = xlsx_cells.quick_look(raw[at : at + chunk] for at in range(0, len(raw), chunk))
    close = xlsx_cells._CloseLook()
    close.read([raw])
    assert quick is not None
    for found in (quick, close.found):
        assert found.errors == {0: {0: "#DIV/0!", 1: "#N/A"}}
        (remark,) = found.remarks("a")
        assert remark.facts == {"count": 3, "first": "C1"}


def test_a_sheet_written_otherwise_gets_the_close_look(tmp_path: Path) -> None:
    odd = ODD_SHEET.replace('r="A1" ', "")
    assert xlsx_cells.quick_look([odd.encode()]) is None
    raw = make.with_parts(FORMATS["xlsx"], {"xl/worksheets/sheet1.xml": odd.encode()})
    assert cells(opened(tmp_path, raw))[0][:2] == ["#DIV/0!", "#N/A"]


def test_an_empty_file_is_of_no_kind_that_its_name_could_miss(tmp_path: Path) -> None:
    assert opened(tmp_path, b"", "空.xlsx").remarks == []
