"""What a written file is like inside: types, lists, rules, print set-up, and what it cannot say."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from mingbai.tables import Column, Schema, TablesError, load_profiles, read_folder
from mingbai.tables.profiles import Profile
from mingbai.tables.writing import write_blank, write_table
from tests.tables.helpers import MAN, SCHEMA, WOMAN, profiles
from tests.tables.packs import POLICIES, schema_of
from tests.tables.typed_tables import id_number

CN = schema_of("cn")
CN_PROFILES = load_profiles([POLICIES / "cn" / "profiles"])
LAYOUT = """
profile: list
title: {zh: 名单, en: list}
recognise: {all: [户编号, 人编号, 健康状况]}
entity: person
columns: [户编号, 人编号, 姓名, 证件号码, 健康状况, 务工月数, 性别, 户类型, 入户月份, 工资（万元）, 备注]
key: {join: [户编号, 人编号]}
link: 户编号
facts:
  name: 姓名
  id_number: {labels: 证件号码, check: id_number}
  chronic: {labels: 健康状况, has: 慢性病, among: [健康, 慢性病, 残疾]}
  disabled: {labels: 健康状况, has: 残疾, among: [健康, 慢性病, 残疾]}
  months: 务工月数
  sex: 性别
parent:
  facts:
    kind: {labels: 户类型, blank: exited}
    seen_on: {labels: 入户月份, month: last}
    wage: {labels: [工资, {label: 工资（万元）, times: 10000}]}
"""
HOT = """
profile: hot
title: {zh: 单选, en: one of}
recognise: {all: [户号, 已脱贫, 一般户]}
entity: household
key: 户号
facts:
  kind: {one_hot: {已脱贫: exited, 一般户: general}}
  unsafe: {any_yes: [裂缝, 漏雨]}
  head_name: 户主
"""


def tables(persons: list[dict[str, object]], homes: list[dict[str, object]]) -> dict[str, pa.Table]:
    household, person, bill = SCHEMA.tables
    return {
        "household": pa.Table.from_pylist(homes, schema=household.arrow),
        "person": pa.Table.from_pylist(persons, schema=person.arrow),
        "bill": bill.arrow.empty_table(),
    }


HOMES: list[dict[str, object]] = [
    {"household_id": "h1", "kind": "exited", "seen_on": date(2025, 6, 30), "wage": 1234500},
    {"household_id": "h2", "seen_on": date(2025, 6, 15), "wage": 7},
    {"household_id": "h3", "kind": "general"},
]
PEOPLE: list[dict[str, object]] = [
    {"person_id": "h1-1", "household_id": "h1", "name": "=cmd", "id_number": MAN, "chronic": True,
     "disabled": True, "months": 12, "sex": "male"},
    {"person_id": "h1-2", "household_id": "h1", "name": "王", "id_number": WOMAN, "chronic": False,
     "disabled": False, "months": 0},
    {"person_id": "h2-1", "household_id": "h2", "name": "a,b", "chronic": True, "disabled": None},
]  # fmt: skip


def sheet(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path).worksheets[0]


def write(tmp_path: Path, name: str, layout: str, *texts: str, title: str | None = None):
    path = tmp_path / name
    written = write_table(
        tables(PEOPLE, HOMES), SCHEMA, profiles(*texts), layout, path, title=title, most_rows=1000
    )
    return path, written


def test_cells_keep_their_kind(tmp_path: Path) -> None:
    path, written = write(tmp_path, "名单.xlsx", "list", LAYOUT, title="2025年名单")
    page = sheet(path)
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0][0] == "2025年名单"
    assert rows[1][-1] == "备注"
    assert rows[2] == [
        "h1",
        "1",
        "=cmd",
        MAN,
        "慢性病,残疾",
        12,
        "男",
        "脱贫户",
        "202506",
        1.2345,
        None,
    ]
    assert rows[3][4] == "健康"
    assert rows[4] == [
        "h2",
        "1",
        "a,b",
        None,
        "慢性病,待核实",
        None,
        None,
        "待核实",
        "20250615",
        0.000007,
        None,
    ]
    assert page["C3"].data_type == "s"
    assert page["D3"].data_type == "s"
    assert page["D3"].number_format == "@"
    assert page["J3"].number_format == "0.000000"
    assert written.rows == 3


def test_what_a_layout_cannot_say_is_told(tmp_path: Path) -> None:
    _, written = write(tmp_path, "名单.xlsx", "list", LAYOUT)
    said = {note.code: note.message.zh for note in written.notes}
    assert "健康状况有 1 格" in said["TABLE-143"]
    assert "有 1 条“户”" in said["TABLE-144"]
    assert set(said) == {"TABLE-143", "TABLE-144"}


def test_facts_without_a_column_are_told(tmp_path: Path) -> None:
    _, written = write(tmp_path, "户.csv", "hot", HOT)
    assert [note.code for note in written.notes] == ["TABLE-142"]
    assert "工资性收入、入户日期" in written.notes[0].message.zh


def test_one_of_several_columns(tmp_path: Path) -> None:
    homes = [{"household_id": "h1", "kind": "exited", "unsafe": False},
             {"household_id": "h2", "unsafe": True}]  # fmt: skip
    path = tmp_path / "户.csv"
    written = write_table(tables([], homes), SCHEMA, profiles(HOT), "hot", path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        heads, *rows = list(csv.reader(file))
    said = [dict(zip(heads, row, strict=True)) for row in rows]
    assert said[0] == {
        "户号": "h1",
        "已脱贫": "1",
        "一般户": "0",
        "裂缝": "否",
        "漏雨": "否",
        "户主": "",
    }
    assert said[1]["裂缝"] == ""  # which of the two it was nobody knows any more
    assert [note.code for note in written.notes] == ["TABLE-143"]
    (tmp_path / "户.csv").rename(tmp_path / "again.csv")
    back = read_folder(tmp_path, SCHEMA, profiles(HOT)).tables["household"].to_pylist()
    assert [(row["kind"], row["unsafe"]) for row in back] == [("exited", False), (None, None)]


def test_csv_holds_no_formula_and_reads_back(tmp_path: Path) -> None:
    path, _ = write(tmp_path, "person.csv", "person")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]
    write(tmp_path, "household.csv", "household")
    names = read_folder(tmp_path, SCHEMA, ()).tables["person"]["name"].to_pylist()
    assert names == ["=cmd", "王", "a,b"]


def test_heads_stay_filter_and_print(tmp_path: Path) -> None:
    path, _ = write(tmp_path, "名单.xlsx", "list", LAYOUT, title="名单")
    page = sheet(path)
    assert page.freeze_panes == "C3"
    assert page.auto_filter.ref == "A2:K5"
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize == 9
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0
    assert page.print_title_rows == "$1:$2"
    assert page.print_title_cols is not None
    assert "&P" in page.oddFooter.right.text
    assert page.column_dimensions["D"].width >= 18


def test_many_columns_print_on_several_pages_side_by_side(tmp_path: Path) -> None:
    """Fitted to one page, fifty columns could not be read."""
    path = tmp_path / "成员.xlsx"
    write_blank(CN, load_profiles([POLICIES / "cn" / "profiles"]), "cn-person-export", path)
    page = sheet(path)
    assert page.page_setup.fitToWidth > 2
    assert page.print_title_cols == "$G:$G"


def rules(page: Worksheet) -> dict[str, object]:
    return {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule
            for rule in page.data_validations.dataValidation}  # fmt: skip


def test_input_rules(tmp_path: Path) -> None:
    path = tmp_path / "空白.xlsx"
    write_blank(SCHEMA, profiles(LAYOUT), "list", path)
    found = rules(sheet(path))
    months = found["F"]
    assert (months.type, months.formula1, months.formula2) == ("whole", "0", "12")
    assert "0 到 12" in months.error
    assert "20 或 22 位" in found["D"].error
    assert found["G"].formula1 == '"男,女"'
    assert found["H"].formula1 == '"一般农户,脱贫户"'
    assert "健康、慢性病、残疾" in found["E"].prompt
    assert found["I"].type == "custom"


def test_long_lists_stand_on_a_hidden_sheet(tmp_path: Path) -> None:
    causes = {str(number): (f"很长的致贫原因第{number}种", str(number)) for number in range(40)}
    column = Column("cause", "code", codes=causes, labels=("致贫原因", "cause"))
    schema = Schema((replace(SCHEMA.tables[0], columns=(*SCHEMA.tables[0].columns, column)),))
    path = tmp_path / "household.xlsx"
    write_blank(schema, (), "household", path, title="空白表")
    book = openpyxl.load_workbook(path)
    assert [page.sheet_state for page in book] == ["visible", "hidden"]
    lists = {rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation}
    assert "选项1" in lists
    assert [cell.value for cell in book.worksheets[1]["A"]][:2] == [causes["0"][0], causes["1"][0]]
    assert book.defined_names["选项1"].attr_text == "选项!$A$1:$A$40"


def test_rows_beyond_one_sheet_go_on_the_next(tmp_path: Path) -> None:
    homes = [{"household_id": f"h{n}", "head_name": f"户主{n}"} for n in range(25)]
    path = tmp_path / "household.xlsx"
    written = write_table(tables([], homes), SCHEMA, (), "household", path, most_rows=11)
    assert written.sheets == 3
    assert [page.title for page in openpyxl.load_workbook(path)] == ["户", "户 2", "户 3"]
    intake = read_folder(tmp_path, SCHEMA, ())
    assert intake.tables["household"]["head_name"].to_pylist() == [
        row["head_name"] for row in homes
    ]


def test_days_a_workbook_cannot_count_are_text(tmp_path: Path) -> None:
    days = [date(1850, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2199, 12, 31)]
    homes = [{"household_id": f"h{n}", "seen_on": day} for n, day in enumerate(days)]
    path = tmp_path / "household.xlsx"
    write_table(tables([], homes), SCHEMA, (), "household", path)
    page = sheet(path)
    place = next(cell.column for cell in page[1] if cell.value == "入户日期")
    said = [page.cell(row, place).value for row in range(2, 6)]
    assert said == ["1850-01-01", "1900-02-28", datetime(1900, 3, 1), datetime(2199, 12, 31)]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("layout", "name", "code"),
    [("nobody", "a.xlsx", "TABLE-135"), ("household", "a.docx", "TABLE-137"),
     ("broken", "a.csv", "TABLE-136")],
)  # fmt: skip
def test_wrong_wishes_are_numbered(tmp_path: Path, layout: str, name: str, code: str) -> None:
    broken = HOT.replace("profile: hot", "profile: broken").replace(
        "一般户]}", "一般户], none: [裂缝]}"
    )
    with pytest.raises(TablesError) as caught:
        write_blank(SCHEMA, profiles(broken), layout, tmp_path / name)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pack", ["cn", "cr"])
def test_every_layout_of_a_pack_has_a_form(tmp_path: Path, pack: str) -> None:
    schema, found = schema_of(pack), load_profiles([POLICIES / pack / "profiles"])
    names = [one.id for one in found] + [table.entity for table in schema.tables]
    for name in names:
        written = write_blank(schema, found, name, tmp_path / f"{name}.xlsx")
        assert written.columns >= 2, name


def test_a_list_holds_those_it_is_about(tmp_path: Path) -> None:
    tables = clean_register()
    place = tables["person"].schema.get_field_index("on_dibao")
    said = pa.array([True, False, None, True, None, False])
    tables["person"] = tables["person"].set_column(place, "on_dibao", said)
    written = write_table(tables, CN, CN_PROFILES, "cn-dibao-list", tmp_path / "低保.xlsx")
    assert written.rows == 2
    write_table(tables, CN, CN_PROFILES, "household", tmp_path / "household.xlsx")
    tables["person"] = tables["person"].drop_columns(["on_dibao"])
    write_table(tables, CN, CN_PROFILES, "person", tmp_path / "person.xlsx")
    back = read_folder(tmp_path, CN, CN_PROFILES).tables["person"]["on_dibao"].to_pylist()
    assert back == [True, None, None, True, None, None]


CLEAN = ("cn-household-export", "cn-person-export", "cn-compact-list")


def clean_register() -> dict[str, pa.Table]:
    """Three households in which nothing is odd."""
    homes, people = [], []
    for number in range(3):
        home = f"5300{number:06d}"
        homes.append({"household_id": home, "province": "云南省", "division_code": "53", "county": "某县",
                      "head_name": f"户主{number}", "phone": "13800000000", "member_count_registered": 2,
                      "household_kind": "exited", "watched_kind": "none",
                      "identified_on": date(2014, 1, 1), "income_wage": 1_234_567})  # fmt: skip
        for place, (relation, sex) in enumerate((("head", "male"), ("spouse", "female"))):
            born = date(1970 + number, 5, 1 + place)
            people.append({"person_id": f"{home}{place}", "household_id": home, "name": f"姓名{number}",
                           "id_number": id_number(number, born, male=sex == "male"), "sex": sex,
                           "birth_date": born, "relation": relation, "education": "primary",
                           "school_state": "not_in_school", "health_chronic": False,
                           "health_major": False, "health_disabled": False})  # fmt: skip
    household, person = CN.tables[0], CN.tables[1]
    return {"household": pa.Table.from_pylist(homes, schema=household.arrow),
            "person": pa.Table.from_pylist(people, schema=person.arrow)}  # fmt: skip


@pytest.mark.parametrize("layout", CLEAN)
def test_a_clean_table_gives_no_problem(tmp_path: Path, layout: str) -> None:
    found: list[Profile] = list(CN_PROFILES)
    write_table(clean_register(), CN, found, layout, tmp_path / "list.xlsx", title="名单")
    intake = read_folder(tmp_path, CN, found)
    assert intake.problems == []
    assert intake.rows_in == intake.rows_accepted == (3 if layout == CLEAN[0] else 6)
