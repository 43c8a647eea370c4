"""The kept corpus: one small file of every format, built here, and the shortest that ever broke something."""

from __future__ import annotations

import zlib
from pathlib import Path

from tests.tables import office_files as make

KEPT = Path(__file__).with_name("kept")
PASSWORD = "right"  # noqa: S105  # of files made here

HOUSEHOLDS: make.Rows = [
    ["某县脱贫户名单"],
    ["户编号", "户主姓名", "户类型", "工资性收入", "是否危房户", "入户日期"],
    ["h1", "张三", "脱贫户", 8700.5, "是", "2024-01-31"],
    ["h2", "𦰡溪", "一般农户", 12.0, True, 45322.0],
    ["h2", "李四", "甲", -1.0, "#REF!", None],
    [None, "合计", None, 8711.5, None, "1.23E+17"],
]
PERSONS: make.Rows = [
    ["人编号", "户编号", "姓名", "证件号码", "性别", "与户主关系"],
    ["p1", "h1", "张三", "990101198001011236", "男", "户主"],
    ["p2", "h9", "李四", "'990101198202023444", "女", "配偶"],
]
MERGED_HTML = (
    "<html><meta charset=gb2312><style>td{}</style><table><tr><th rowspan=2>户编号<th colspan='2'>甲"
    "<tr><td>户类型<td>工资性收入</tr><tr><td>h1<td>脱贫户<td>1&nbsp;2<br>3"
    "<table><tr><td>内</table></table>"
)
MERGED_XML = (
    '<Styles><Style ss:ID="s1"/></Styles><Worksheet ss:Name="户"><Table><Row ss:Index="2">'
    '<Cell ss:MergeAcross="1" ss:MergeDown="1"><Data ss:Type="String">户编号</Data></Cell>'
    '<Cell ss:Formula="=1"/></Row><Row><Cell ss:Index="4"><Data ss:Type="DateTime">'
    "2024-01-31T00:00:00.000</Data><Comment><Data>x</Data></Comment></Cell></Row></Table>"
    "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"
)
MERGED_ODS = (
    '<table:table table:name="户"><table:table-row table:number-rows-repeated="3">'
    '<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2">'
    "<text:p>户编号<text:s text:c='3'/>x</text:p></table:table-cell><table:covered-table-cell/>"
    '<table:table-cell table:number-columns-repeated="5" office:value-type="date" '
    'office:date-value="2024-01-31"/></table:table-row></table:table>'
)
MERGED_DOCX = (
    '<w:tbl><w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val="2"/>'
    '<w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>户编号</w:t><w:tab/></w:r></w:p></w:tc></w:tr>'
    "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:tc>"
    "</w:tr></w:tbl>"
)


def separated(rows: make.Rows, delimiter: str, encoding: str) -> bytes:
    lines = [delimiter.join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\r\n".join(lines).encode(encoding)


def corpus() -> dict[str, bytes]:
    """Name → content; the extension is the one an office would give it."""
    book = make.xlsx_bytes(HOUSEHOLDS)
    merges = [(1, 0, 1, 3), (2, 0, 3, 0)]
    more = {"xl/vbaProject.bin": b"macro", "xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    return {
        "户.xlsx": book,
        "宏.xlsm": make.with_parts(book, more),
        "锁.xlsx": make.encrypted(make.xlsx_bytes(PERSONS), PASSWORD),
        "户.xls": make.xls({"户": HOUSEHOLDS, "人": PERSONS}, hidden=["人"], merges=merges,
                          dates=[(3, 5)], macros=True, extra=make.EXTERNAL_BOOK),
        "公式.et": make.xls({"户": [["户编号", "户类型"], ["h1", "=脱贫户"], ["h3", "="]]}),
        "锁.xls": make.rc4_locked({"户": HOUSEHOLDS}, PASSWORD),
        "裸.xls": make.biff8({"户": PERSONS}),
        "户.xml": make.excel_xml(HOUSEHOLDS, encoding="gb18030"),
        "合并.xml": make.excel_xml_of(MERGED_XML),
        "网页.xls": make.html(HOUSEHOLDS),
        "合并.htm": MERGED_HTML.encode("gb18030"),
        "网页.mht": make.web_archive([make.html(HOUSEHOLDS), make.html(PERSONS, "gb2312")]),
        "户.ods": make.ods(HOUSEHOLDS),
        "合并.ods": make.ods_of(MERGED_ODS),
        "户.docx": make.docx(HOUSEHOLDS, PERSONS),
        "合并.docx": make.docx_of(MERGED_DOCX),
        "户.parquet": make.parquet(HOUSEHOLDS[1:]),
        "户.csv": separated(HOUSEHOLDS, ",", "utf-8-sig"),
        "人.tsv": separated(PERSONS, "\t", "gb18030"),
        "人.txt": separated(PERSONS, ";", "utf-16"),
    }  # fmt: skip


def kept() -> dict[str, bytes]:
    """The files that once broke something; those with .z behind their name are packed."""
    found = {}
    for path in sorted(KEPT.glob("[!.]*")):
        raw = path.read_bytes()
        name = path.name.removesuffix(".z")
        found[name] = zlib.decompress(raw) if path.suffix == ".z" else raw
    return found
