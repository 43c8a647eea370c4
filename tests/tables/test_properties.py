"""Whatever stands in the files: rows add up, nothing raises, nothing personal leaks."""

from __future__ import annotations

import io
import random
import tempfile
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mingbai.tables import Intake, TablesError, read_folder
from tests.tables.helpers import MAN, SCHEMA, WOMAN, profiles
from tests.tables.test_verdicts import BILLS, EXPORT, EXTRA

PROFILES = profiles(EXPORT, EXTRA, BILLS)
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))

KEYS = st.sampled_from(["h1", "h2", "h3", "", " ", "1.23E+17", "h１", "-", "合计"])
CELLS = st.one_of(
    st.sampled_from(
        ["是", "否", "男", "户主", "配偶", "脱贫户", "云南省", "健康", "残疾,健康", "20250131", "2025-02-30",
         "8,700.50", "abc", "-1", "13", "1e9", MAN, WOMAN, MAN + "42", '="1"', "'", "/", "", "　"]
    ),
    st.text(max_size=8),
    st.integers().map(str),
    st.floats().map(str),
)  # fmt: skip
HEADERS = {
    "household.csv": ["household_id", "户类型", "工资性收入", "是否危房户", "入户日期"],
    "person.csv": ["person_id", "household_id", "性别", "务工月数", "出生日期"],
    "名单.csv": [
        "人口编号",
        "户编号",
        "姓名",
        "证件号码",
        "关系",
        "健康状况",
        "省",
        "类型",
        "工资",
    ],
    "补充.csv": ["人编号", "户", "健康", "名字"],
    "费用.csv": ["身份证号", "日期", "金额"],
    "bill.csv": ["person_id", "结算日期", "金额"],
}


@st.composite
def folders(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    """Some of the files, each with rows of odd cells under its header."""
    names = draw(st.lists(st.sampled_from(sorted(HEADERS)), min_size=1, unique=True))
    found = {}
    for name in names:
        width = len(HEADERS[name])
        ids = 2 if name in ("person.csv", "名单.csv", "补充.csv") else 1
        row = st.tuples(
            st.lists(KEYS, min_size=ids, max_size=ids),
            st.lists(CELLS, max_size=width - ids + 1),
        ).map(lambda parts: parts[0] + parts[1])
        found[name] = draw(st.lists(row, max_size=12))
    return found


def as_csv(rows: list[list[str]]) -> str:
    quoted = [
        ["" if cell is None else str(cell).replace('"', '""') for cell in row] for row in rows
    ]
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in quoted)


def check(intake: Intake) -> None:
    """What must hold of every intake."""
    listed = [problem for problem in intake.problems if problem.severity == "listed"]
    assert intake.rows_in == intake.rows_accepted + intake.rows_listed
    assert sum(problem.rows for problem in listed) == intake.rows_listed
    places = Counter((one.file, one.sheet, one.row) for one in listed if one.row is not None)
    assert not [place for place, times in places.items() if times > 1]
    assert intake.rows_in == sum(report.rows for report in intake.files)
    for problem in intake.problems:
        assert problem.message.zh
        assert problem.message.en
    for table in SCHEMA.tables:
        result = intake.tables[table.entity]
        result.validate(full=True)
        assert result.schema == table.arrow
        if table.key:
            keys = result[table.key].to_pylist()
            assert None not in keys
            assert len(set(keys)) == len(keys)
        if table.link and table.parent:
            parents = SCHEMA.table(table.parent)
            assert parents is not None
            known = set(intake.tables[table.parent][parents.key or ""].to_pylist())
            assert set(result[table.link].to_pylist()) <= known
    accepted_persons = {(row["_file"], row["_row"]) for row in intake.tables["person"].to_pylist()}
    assert not accepted_persons & {(one.file, one.row) for one in listed}


@QUICK
@given(folders())
@example({"名单.csv": [["h1", "h1", "a", MAN, "户主"], ["h2", "h1", "a", MAN, "户主"]]})
def test_rows_in_is_accepted_plus_listed(files: dict[str, list[list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        for name, rows in files.items():
            text = as_csv([HEADERS[name], *rows])
            (Path(home) / name).write_bytes(text.encode("utf-8", "replace"))
        intake = read_folder(Path(home), SCHEMA, PROFILES)
    check(intake)
    assert all(report.what == "table" for report in intake.files)
    said = " ".join(f"{one.value} {one.message}" for one in intake.problems)
    assert MAN[:-1] not in said


@QUICK
@given(folders(), st.randoms(use_true_random=False))
def test_order_of_files_and_format_change_no_fact(
    files: dict[str, list[list[str]]], chance: random.Random
) -> None:
    clean = {
        name: [[cell for cell in row if isinstance(cell, str)] for row in rows]
        for name, rows in files.items()
    }
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        for name, rows in clean.items():
            padded = [[*row, *[""] * 20][: len(HEADERS[name]) + 1] for row in rows]
            printable = [
                ["".join(c for c in cell if c.isprintable()) for cell in r] for r in padded
            ]
            (Path(one) / name).write_text(as_csv([HEADERS[name], *printable]), "utf-8", "replace")
            sheet = Path(two) / name.replace(".csv", ".xlsx")
            book = xlsxwriter.Workbook(
                str(sheet), {"strings_to_formulas": False, "in_memory": True}
            )
            page = book.add_worksheet()
            for number, row in enumerate([HEADERS[name], *printable]):
                for place, cell in enumerate(row):
                    page.write_string(number, place, cell)
            book.close()
        left = read_folder(Path(one), SCHEMA, PROFILES)
        right = read_folder(Path(two), SCHEMA, PROFILES)
    assert (left.rows_in, left.rows_listed) == (right.rows_in, right.rows_listed)
    # A row of csv has its own number of cells; a row of a workbook has as many as the sheet.
    said = [problem.code for problem in left.problems if problem.code != "TABLE-089"]
    assert sorted(said) == sorted(p.code for p in right.problems)
    for entity, table in left.tables.items():
        names = [name for name in table.column_names if not name.startswith("_")]
        assert table.select(names).to_pylist() == right.tables[entity].select(names).to_pylist()


def attempt(files: dict[str, bytes]) -> None:
    """Read whatever it is: a numbered error or an intake, never an accident."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "household.csv").write_text("household_id,kind\nh1,exited\n", "utf-8")
        for name, data in files.items():
            (Path(home) / name).write_bytes(data)
        try:
            intake = read_folder(Path(home), SCHEMA, PROFILES)
        except TablesError:
            return
    check(intake)
    assert [report for report in intake.files if report.code == "TABLE-030"] == []


@QUICK
@given(st.binary(max_size=400), st.sampled_from(["x.csv", "x.xlsx", "x.parquet", "x.txt", "x.tsv"]))
@example(b"PK\x05\x06" + bytes(18), "x.xlsx")
@example(b"\x00,\x00\n\x00", "x.csv")
@example(b'"', "x.csv")
@example(b"\xff\xfe", "x.csv")
@example(b"household_id,kind\n\x00\x00,\x00\n", "x.csv")
def test_random_bytes_never_raise(data: bytes, name: str) -> None:
    attempt({name: data})


def good_xlsx() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime.fromisoformat("2025-06-30")})
    page = book.add_worksheet()
    for number, row in enumerate(
        [["户编号", "户类型", "工资性收入"], ["h7", "脱贫户", 5], ["h8", "", 6]]
    ):
        page.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def good_parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"household_id": ["h7", "h8"], "wage": [1.0, None]}), buffer)
    return buffer.getvalue()


@QUICK
@given(st.data(), st.sampled_from(["xlsx", "parquet"]))
def test_damaged_files_never_raise(data: st.DataObject, kind: str) -> None:
    raw = bytearray(good_xlsx() if kind == "xlsx" else good_parquet())
    for _ in range(data.draw(st.integers(1, 12))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    attempt({f"x.{kind}": bytes(raw), f"y.{kind}": bytes(raw[:cut])})


XML = st.text(alphabet='<>/"= rcvtsinlineStr0123456789AXFD&;\n', max_size=200)


@QUICK
@given(XML)
@example('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')
@example('<row><c t="s"><v>7</v></c></row>')
@example('<row r="0"><c r="A0"><v>1</v></c></row>')
@example('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')
@example('<row r="1"><c r="A1" t="d"><v>9999-99-99</v></c></row>')
@example('<row r="1"><c r="A1" t="n"><v>1e999</v></c></row>')
def test_odd_sheet_xml_never_raises(body: str) -> None:
    buffer = io.BytesIO(good_xlsx())
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            text = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                start, _, rest = text.partition(b"<sheetData>")
                text = start + b"<sheetData>" + body.encode() + rest
            target.writestr(part.filename, text)
    attempt({"x.xlsx": out.getvalue()})


@pytest.mark.parametrize("cell", ["\x00", "\ud7ff", "𠮷" * 400, '"', "=1+1", "\r", "a\nb"])
def test_odd_signs_in_every_place(cell: str) -> None:
    text = as_csv([HEADERS["名单.csv"], [cell] * 9, [cell, "h1", *[cell] * 7]])
    attempt({"名单.csv": text.encode()})
