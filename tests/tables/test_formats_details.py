"""What stands where: merged cells, spans, days and odd writing, in each format the offices send."""

from __future__ import annotations

import contextlib
import datetime
import struct
import time
from pathlib import Path

import pytest
import xlsxwriter

from mingbai.tables.formats import excel_days, xls
from mingbai.tables.formats.biff_strings import Shared
from mingbai.tables.formats.grid import Budget, GridSheet
from mingbai.tables.formats.opening import open_file
from mingbai.tables.formats.sheet import RowSheet, UnreadableError
from mingbai.tables.spreadsheets import address
from tests.tables import office_files as make

# A head of two rows: 户编号 over both, 收入 over two columns.
HEAD: make.Rows = [["户编号", "收入", None], [None, "工资", "经营"], ["h1", "1", "2"]]
MERGES = {(0, 0, 1, 0), (0, 1, 0, 2)}

HTML = (
    '<html><meta charset=gb2312><table><tr><th rowspan="2">户编号</th><th colspan=2>收入</tr>'
    "<tr><td>工资<td>经营</tr><tr><td>h1<td>1<td>2</table>"
).encode("gb18030")
XML = make.excel_xml_of(
    '<Worksheet ss:Name="a"><Table>'
    '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">户编号</Data></Cell>'
    '<Cell ss:MergeAcross="1"><Data ss:Type="String">收入</Data></Cell></Row>'
    '<Row><Cell ss:Index="2"><Data ss:Type="String">工资</Data></Cell>'
    '<Cell><Data ss:Type="String">经营</Data></Cell></Row>'
    '<Row><Cell><Data ss:Type="String">h1</Data></Cell><Cell><Data ss:Type="String">1</Data></Cell>'
    '<Cell><Data ss:Type="String">2</Data></Cell></Row></Table></Worksheet>'
)
_CELL = (
    '<table:table-cell office:value-type="string"{span}><text:p>{text}</text:p></table:table-cell>'
)
_COVERED = "<table:covered-table-cell/>"
ODS = make.ods_of(
    '<table:table table:name="a"><table:table-row>'
    + _CELL.format(span=' table:number-rows-spanned="2"', text="户编号")
    + _CELL.format(span=' table:number-columns-spanned="2"', text="收入")
    + _COVERED + "</table:table-row><table:table-row>" + _COVERED
    + _CELL.format(span="", text="工资") + _CELL.format(span="", text="经营")
    + "</table:table-row>" + make.ods_rows(HEAD[2:]) + "</table:table>"
)  # fmt: skip


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{make.word_text(text)}</w:tc>"


DOCX = make.docx_of(
    "<w:tbl><w:tr>" + tc("户编号", '<w:vMerge w:val="restart"/>') + tc("收入", '<w:gridSpan w:val="2"/>')
    + "</w:tr><w:tr>" + tc("", "<w:vMerge/>") + tc("工资") + tc("经营") + "</w:tr>"
    + "<w:tr>" + tc("h1") + tc("1") + tc("2") + "</w:tr></w:tbl>"
)  # fmt: skip


def first(folder: Path, raw: bytes) -> RowSheet:
    (folder / "a").write_bytes(raw)
    return open_file(folder / "a", lambda sheet: 0).sheets[0]


def filled(sheet: RowSheet) -> list[list[object]]:
    """All rows as wide as the widest, empty cells as none."""
    rows = [[None if cell == "" else cell for cell in row] for row in sheet.rows()]
    width = max(map(len, rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows]


@pytest.mark.parametrize(
    "raw", [HTML, XML, ODS, DOCX, make.xls({"a": HEAD}, merges=sorted(MERGES))]
)
def test_merged_cells_and_what_stands_beside_them(tmp_path: Path, raw: bytes) -> None:
    sheet = first(tmp_path, raw)
    assert filled(sheet) == HEAD
    assert set(sheet.merges()) == MERGES


def test_merged_cells_of_a_new_workbook(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    page.merge_range("C4:C5", "户编号")
    page.merge_range("D4:E4", "收入")
    book.close()
    sheet = open_file(tmp_path / "a.xlsx", lambda sheet: 0).sheets[0]
    assert set(sheet.merges()) == {(3, 2, 4, 2), (3, 3, 3, 4)}
    # Column C is the third, though the first two are empty.
    assert filled(sheet)[3][2:4] == ["户编号", "收入"]


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ("<table><tr><td>a&nbsp;b<td>1&lt;2<td>&#x4e2d;</table>", [["a\xa0b", "1<2", "中"]]),
        ("<TABLE><TR><TD>a<BR>b</TD><td> c \n d </td></TR></TABLE>", [["a\nb", "c d"]]),
        ("<table><tr><td title='>'>a<td x=\"<b>\">b", [["a", "b"]]),
        ("<table><td>a<td>b<tr><td>c</table>", [["a", "b"], ["c", None]]),
        ("<table><!-- <td>no --><tr><td>a<script>'<td>x'</script><td>b", [["a", "b"]]),
        (
            "<table><tr><td rowspan=3>a<td>b<tr><td>c<tr><td>d",
            [["a", "b"], [None, "c"], [None, "d"]],
        ),
        ("<table><tr><td colspan=x rowspan=0>a<td>b", [["a", "b"]]),
        ("<table><thead><tr><th>a</thead><tbody><tr><td>5 < 6 & 7", [["a"], ["5 < 6 & 7"]]),
        ("<table><tr><td style='display:none'>a</td></tr></table>", [["a"]]),
    ],
)
def test_pages_as_systems_write_them(tmp_path: Path, body: str, rows: list[list[object]]) -> None:
    assert filled(first(tmp_path, f"<html><body>{body}".encode())) == rows


def test_tables_within_tables_are_sheets_of_their_own(tmp_path: Path) -> None:
    page = (
        b"<html><table><tr><td>a<table><tr><td>b</table></td><td>c</table><table><tr><td>d</table>"
    )
    (tmp_path / "a").write_bytes(page)
    sheets = open_file(tmp_path / "a", lambda sheet: 0).sheets
    assert [(one.name, filled(one)) for one in sheets] == [
        ("表1", [["a", "c"]]), ("表2", [["b"]]), ("表3", [["d"]]),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16", "big5"])
def test_a_page_says_its_encoding_or_its_bytes_do(tmp_path: Path, encoding: str) -> None:
    text = "<html><table><tr><td>戶主姓名<td>陳</table>"
    meta = "<meta charset=big5>" if encoding == "big5" else ""
    assert filled(first(tmp_path, (meta + text).encode(encoding))) == [["戶主姓名", "陳"]]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<td x:num="8700.456">8,700.5', 8700.456),
        ("<td sdval='1.25' sdnum='1033;'>1.3", 1.25),
        ('<td x:num="45322">2024-01-31', "2024-01-31"),
        ('<td x:num="0.125">13%', "13%"),
        ('<td x:num="7">8700', "8700"),
        ("<td x:num>8700", "8700"),
        ('<td x:num="1e999">1', "1"),
        ('<td x:num="1.2.3">1', "1"),
        ('<td x:num="7">007', "007"),
        ('<td x:num="990101198001011236">990101198001011236', "990101198001011236"),
    ],
)
def test_the_number_behind_a_rounded_display(tmp_path: Path, cell: str, value: object) -> None:
    page = f"<html><table><tr>{cell}</td></tr></table>"
    assert filled(first(tmp_path, page.encode())) == [[value]]


def test_a_page_that_ends_within_its_table_gets_a_remark(tmp_path: Path) -> None:
    for end, codes in (("</table>", []), ("", ["TABLE-104"])):
        (tmp_path / "a").write_text(f"<html><table><tr><td>a</td></tr>{end}", "utf-8")
        found = open_file(tmp_path / "a", lambda sheet: 0)
        assert [one.code for one in found.remarks] == codes
        assert filled(found.sheets[0]) == [["a"]]


def test_a_web_archive_of_several_pages(tmp_path: Path) -> None:
    pages = [
        f"<html><table><tr><td>{cell}</table>".encode("gb18030") for cell in ("户编号", "人编号")
    ]
    (tmp_path / "a").write_bytes(make.web_archive(pages, "gb2312"))
    sheets = open_file(tmp_path / "a", lambda sheet: 0).sheets
    assert [(one.name, filled(one)) for one in sheets] == [
        ("表1", [["户编号"]]), ("表2", [["人编号"]]),
    ]  # fmt: skip


@pytest.mark.parametrize("damage", ["no end", "no beginning", "elsewhere"])
def test_a_sheet_without_its_first_or_last_record_is_damage(tmp_path: Path, damage: str) -> None:
    """Rows behind the damage would vanish without a word."""
    stream = make.biff8({"a": [["x"], ["y"]]})
    start = stream.rindex(b"\x09\x08")
    raw = {
        "no end": stream[:-4],
        "no beginning": stream[:start] + b"\x00\x00" + stream[start + 2 :],
        "elsewhere": stream.replace(struct.pack("<I", start), b"\xff\xff\x00\x00"),
    }[damage]
    for content in (raw, make.ole({"Workbook": raw})):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(UnreadableError) as caught:
            open_file(tmp_path / "a", lambda sheet: 0)
        assert caught.value.code == "TABLE-021"


def test_a_tag_cut_off_before_rows_is_damage_and_never_silence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"<html><table><tr><td>a<td x='<tr><td>b</table>")
    with pytest.raises(UnreadableError) as caught:
        open_file(tmp_path / "a", lambda sheet: 0)
    assert caught.value.code == "TABLE-021"


def test_a_page_of_tags_that_never_end_takes_no_time(tmp_path: Path) -> None:
    began = time.process_time()
    for piece in (
        b"<a b='",
        b"<a ",
        b"<!--",
        b'<td x="',
        b"</",
        b"<",
        b'<a b=">" ',
        b"<script>",
        b'</a b=">" ',
    ):
        (tmp_path / "a").write_bytes(b"<html><table><tr><td>" + piece * 60_000)
        with contextlib.suppress(UnreadableError):
            open_file(tmp_path / "a", lambda sheet: 0)
    assert time.process_time() - began < 60  # of the processor, whatever else it does


def test_word_tables_with_content_controls_revisions_and_drawings(tmp_path: Path) -> None:
    body = (
        "<w:sdt><w:sdtContent><w:tbl><w:sdt><w:sdtContent><w:tr>" + tc("a") + "<w:sdt><w:sdtContent>"
        + tc("b") + "</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt><w:tr><w:tc><w:p>"
        "<w:pPr><w:tabs><w:tab w:val='left' w:pos='5'/></w:tabs></w:pPr>"
        "<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>n</w:t><w:t>ew</w:t></w:r>"
        "</w:ins></w:p><w:p><w:r><w:t>line</w:t><w:br/><w:t>end</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "</w:sdtContent></w:sdt>"
    )  # fmt: skip
    assert filled(first(tmp_path, make.docx_of(body))) == [["a", "b"], ["new\nline\nend", None]]


def test_vertical_merges_end_where_the_next_row_does_not_go_on(tmp_path: Path) -> None:
    restart, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = "".join(
        f"<w:tr>{tc(text, properties)}</w:tr>"
        for text, properties in (
            ("a", restart),
            ("", on),
            ("b", restart),
            ("", on),
            ("", on),
            ("c", on[:0]),
        )
    )
    sheet = first(tmp_path, make.docx_of(f"<w:tbl>{body}</w:tbl>"))
    assert set(sheet.merges()) == {(0, 0, 1, 0), (2, 0, 4, 0)}
    assert filled(sheet) == [["a"], [None], ["b"], [None], [None], ["c"]]


def test_days_of_old_workbooks_show_as_days(tmp_path: Path) -> None:
    rows: make.Rows = [[45322.0, 45322.5, 0.25, 1.0, 60.0, 61.0, -1.0, 45322.0]]
    sheet = first(tmp_path, make.xls({"a": rows}, dates=[(0, place) for place in range(7)]))
    day = datetime.date(2024, 1, 31)
    assert filled(sheet) == [[
        day, datetime.datetime(2024, 1, 31, 12, 0), datetime.time(6), datetime.date(1900, 1, 1),  # noqa: DTZ001  # a cell has no zone
        datetime.date(1900, 2, 28), datetime.date(1900, 3, 1), -1.0, 45322.0,
    ]]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "code", "is_day"),
    [
        (14, None, True), (31, None, True), (57, None, True), (0, None, False), (4, None, False),
        (164, 'yyyy"年"m"月"', True), (165, "[$-804]yyyy/m/d", True), (166, "[h]:mm", True),
        (167, '0.00"days"', False), (168, "General", False), (169, "#,##0;[Red]-#,##0", False),
        (170, "\\y0", False), (171, "@", False), (172, '0"元"_d', False),
    ],
)  # fmt: skip
def test_which_formats_show_days(number: int, code: str | None, is_day: bool) -> None:
    assert excel_days.is_day_format(number, code) is is_day


def test_numbers_in_four_bytes() -> None:
    def packed(value: int) -> bytes:
        return struct.pack("<I", value & 0xFFFFFFFF)

    assert xls._short(packed(5 << 2 | 2), 0) == 5
    assert xls._short(packed((-5 << 2) | 2), 0) == -5
    assert xls._short(packed(12345 << 2 | 3), 0) == 123.45
    upper = struct.unpack("<I", struct.pack("<d", 1.5)[4:])[0]
    assert xls._short(packed(upper), 0) == 1.5


def test_shared_texts_cut_in_the_middle_change_their_width() -> None:
    """The next block says anew whether a sign takes one byte or two; runs may be cut as well."""
    begin = struct.pack("<II", 3, 3)
    one = struct.pack("<HB", 4, 1) + "户主".encode("utf-16-le")
    two = b"\x00" + b"ab" + struct.pack("<HBH", 2, 8, 1) + b"c"
    three = b"\x00" + b"d" + b"\x00\x01"
    four = b"\x00\x00" + struct.pack("<HB", 1, 0) + b"e"
    assert Shared([begin + one, two, three, four]).texts() == ["户主ab", "cd", "e"]


def test_a_workbook_of_excel_95_in_chinese(tmp_path: Path) -> None:
    record = make._record
    name, head = "户".encode("gb18030"), "户编号𦰡".encode("gb18030")
    begin = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(
        0x42, struct.pack("<H", 936)
    )
    size = len(begin) + 4 + 7 + len(name) + 4
    bound = record(0x85, struct.pack("<IBBB", size, 0, 0, len(name)) + name) + record(0x0A)
    sheet = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    sheet += record(0x204, struct.pack("<HHHH", 0, 0, 0, len(head)) + head) + record(0x0A)
    found = first(tmp_path, make.ole({"Book": begin + bound + sheet}))
    assert (found.name, filled(found)) == ("户", [["户编号𦰡"]])


def test_the_workbook_of_an_embedded_object_is_not_the_file(tmp_path: Path) -> None:
    other = make.biff8({"other": [["no"]]})
    raw = make.ole({"Workbook": make.biff8({"own": [["yes"]]}), "x": other})
    assert first(tmp_path, raw).name == "own"
    # Out of the root's tree, under the same name, as an object within a storage stands.
    inner = make.ole({"zz": make.biff8({"own": [["yes"]]}), "Workbook": other})
    entry = inner.index("zz".encode("utf-16-le") + bytes(4))
    apart = inner[: entry + 72] + struct.pack("<I", 0xFFFFFFFF) + inner[entry + 76 :]
    (tmp_path / "b").write_bytes(apart)
    with pytest.raises(UnreadableError) as caught:
        open_file(tmp_path / "b", lambda sheet: 0)
    assert caught.value.code == "TABLE-020"


def test_cells_that_together_ask_for_a_machine_are_refused() -> None:
    sheet = GridSheet("a", Budget(filled=3))
    sheet.put_row(0, {0: 1, 1: 2})
    with pytest.raises(UnreadableError):
        sheet.put_row(1, {0: 1, 1: 2})
    wide = GridSheet("b", Budget())
    for row in range(6_000):
        wide.put(row, 16_000, "x")
    with pytest.raises(UnreadableError):
        next(iter(wide.rows()))


def test_places_as_spreadsheets_write_them() -> None:
    assert [address(0, 0), address(9, 26), address(1_048_575, 16_383)] == [
        "A1",
        "AA10",
        "XFD1048576",
    ]
