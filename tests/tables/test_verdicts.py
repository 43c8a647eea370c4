"""Every row is accepted or listed; what an accepted row leaves open is remarked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mingbai.tables import Schema
from tests.tables.helpers import BILL, HOUSEHOLD, MAN, PERSON, WOMAN, codes, csv, read, rows, xlsx

EXPORT = """
profile: export
title: {zh: 导出, en: export}
recognise: {all: [户编号, 人口编号, 姓名]}
entity: person
key: 人口编号
link: 户编号
facts:
  name: 姓名
  id_number: {labels: 证件号码, check: id_number}
  sex: {labels: 性别, id_number: {labels: 证件号码, part: sex}}
  birth_date: {labels: 出生日期, id_number: {labels: 证件号码, part: birth}}
  relation: 关系
  chronic: {labels: 健康状况, has: 长期慢性病, among: [健康, 长期慢性病, 残疾]}
  disabled: {labels: 健康状况, has: 残疾, among: [健康, 长期慢性病, 残疾]}
  insured: {any_yes: [居民医保, 职工医保]}
parent:
  facts:
    division_code: {labels: 省, place: province}
    wage: {labels: [{label: 工资（万元）, times: 10000}, 工资]}
    kind: {labels: 类型, values: {普通农户: general}, blank: {value: general, when_filled: 省}}
  decide: {fact: relation, code: head}
checks:
  - {check: one, fact: relation, code: head}
  - {check: at_most_one, fact: relation, code: spouse}
  - {check: id_agrees, fact: id_number, sex: sex, birth: birth_date}
  - {check: unique, fact: id_number}
"""
EXTRA = """
profile: extra
title: {zh: 补充, en: extra}
recognise: {all: [人编号, 健康]}
supplements: true
rank: 20
entity: person
key: 人编号
link: 户
facts: {chronic: 健康, name: 名字}
"""
BILLS = """
profile: bills
title: {zh: 费用, en: bills}
recognise: {all: [身份证号, 金额]}
entity: bill
link: {labels: 身份证号, match: id_number}
facts: {paid_on: 日期, paid: 金额}
"""


def test_rows_without_a_usable_key_are_listed(tmp_path: Path) -> None:
    text = "household_id,户类型\nh1,脱贫户\n,脱贫户\n1.23E+17,脱贫户\n合计,\n\n , \n"
    folder = csv(tmp_path, "household.csv", text).parent
    intake = read(folder)
    assert codes(intake) == ["TABLE-040", "TABLE-041", "TABLE-049"]
    assert [problem.row for problem in intake.problems] == [3, 4, 5]
    assert (intake.rows_in, intake.rows_accepted) == (4, 1)


def test_totals_are_known_in_their_usual_wordings(tmp_path: Path) -> None:
    words = ["总　　计", "合计（人）", "全村合计", "共 35 户", "共计", "合計", "TOTAL", "小计"]
    lines = "".join(f"{word},,\n" for word in words)
    text = f"household_id,户主姓名,工资性收入\nh1,甲,5\n{lines},合计,5\n,全县,5\n,,3人\n"
    intake = read(csv(tmp_path, "household.csv", text).parent)
    assert codes(intake) == ["TABLE-049"] * 9 + ["TABLE-040"] * 2
    assert [one.column for one in intake.problems[-3:]] == ["户主姓名", *["household_id"] * 2]


def test_empty_rows_of_a_form_are_listed_as_one(tmp_path: Path) -> None:
    spare = "".join(f"{number},,\n" for number in range(2, 20))
    intake = read(
        csv(tmp_path, "household.csv", f"序号,household_id,户类型\n1,h1,\n{spare}20,-,x\n").parent
    )
    [blank, filled] = intake.problems
    assert (blank.code, blank.rows, blank.spans) == ("TABLE-052", 18, ((3, 20),))
    assert (filled.code, filled.row) == ("TABLE-040", 21)


def test_a_key_that_is_the_error_of_a_formula_is_said_to_be_one(tmp_path: Path) -> None:
    csv(tmp_path, "household.csv", "household_id,户类型\nh1,脱贫户\n#REF!,脱贫户\n")
    [problem] = read(tmp_path).problems
    assert (problem.code, problem.severity, problem.row) == ("TABLE-050", "listed", 3)
    assert "#REF!" in problem.message.zh


def test_repeat_names_the_row_that_is_used_and_what_differs(tmp_path: Path) -> None:
    text = "household_id,户类型,工资性收入\nh1,脱贫户,10\nh1,脱贫户,10\nh1,脱贫户,20\n"
    intake = read(csv(tmp_path, "household.csv", text).parent)
    assert codes(intake) == ["TABLE-042", "TABLE-043"]
    assert "household.csv 第 2 行" in intake.problems[0].message.zh
    assert "household.csv row 2" in intake.problems[1].message.en
    assert "工资性收入" in intake.problems[1].message.zh
    assert rows(intake, "household", "household_id", "wage", "_row") == [("h1", 1000, 2)]


def test_repeats_across_files_of_one_layout_are_found(tmp_path: Path) -> None:
    csv(tmp_path, "a.csv", "household_id,kind\nh1,exited\n")
    csv(tmp_path, "b.csv", "household_id,kind\nh1,exited\nh2,exited\n")
    intake = read(tmp_path)
    assert [(p.code, p.file, p.row) for p in intake.problems] == [("TABLE-042", "b.csv", 2)]
    assert rows(intake, "household", "household_id", "_file") == [("h1", "a.csv"), ("h2", "b.csv")]


def test_person_of_a_household_nobody_lists_is_listed_and_so_are_its_records(
    tmp_path: Path,
) -> None:
    csv(tmp_path, "household.csv", "household_id,kind\nh1,exited\n")
    csv(tmp_path, "person.csv", "person_id,household_id,name\np1,h1,a\np2,h9,b\np3,,c\n")
    csv(tmp_path, "bill.csv", "person_id,paid\np1,5\np2,6\n")
    intake = read(tmp_path)
    found = [(p.code, p.file, p.row, p.value) for p in intake.problems]
    assert found == [
        ("TABLE-045", "bill.csv", 3, "p2"),
        ("TABLE-045", "person.csv", 3, "h9"),
        ("TABLE-044", "person.csv", 4, None),
    ]


def test_without_a_household_table_the_persons_make_the_households(tmp_path: Path) -> None:
    intake = read(
        csv(tmp_path, "person.csv", "person_id,household_id,name\np1,h2,a\np2,h1,b\n").parent
    )
    assert rows(intake, "household", "household_id", "kind") == [("h2", None), ("h1", None)]
    assert intake.supplied["household"] == frozenset()
    assert intake.supplied["person"] == {"name"}


def test_records_without_any_list_of_persons_are_listed(tmp_path: Path) -> None:
    intake = read(csv(tmp_path, "bill.csv", "person_id,paid\np1,5\n").parent)
    assert codes(intake) == ["TABLE-045"]
    assert intake.tables["bill"].num_rows == 0


def test_equal_records_are_kept_with_a_remark(tmp_path: Path) -> None:
    csv(tmp_path, "person.csv", "person_id,household_id,name\np1,h1,a\n")
    csv(tmp_path, "bill.csv", "person_id,paid_on,paid\np1,2025-01-02,5\np1,2025-01-02,5\n")
    intake = read(tmp_path)
    assert [(p.code, p.severity, p.row) for p in intake.problems] == [("TABLE-078", "remark", 3)]
    assert intake.tables["bill"].num_rows == 2


def test_cells_that_cannot_be_read_leave_the_fact_unknown(tmp_path: Path) -> None:
    header = [
        "户编号",
        "户类型",
        "工资性收入",
        "与村主干路距离",
        "是否危房户",
        "入户日期",
        "户主姓名",
    ]
    odd = ["h1", "贫农", "约三万", "2.345", "不详", "2025-02-30", 1.23e17]
    intake = read(xlsx(tmp_path, "a.xlsx", [["表"], header, odd]).parent)
    assert sorted(codes(intake)) == [
        "TABLE-060", "TABLE-060", "TABLE-061", "TABLE-062", "TABLE-063", "TABLE-075",
    ]  # fmt: skip
    fact = rows(intake, "household", "kind", "wage", "unsafe", "seen_on", "head_name", "road_km")
    assert fact == [(None, None, None, None, None, 235)]
    assert {(p.row, p.key, p.entity) for p in intake.problems} == {(3, "h1", "household")}
    assert intake.remarks == 6


def test_a_listed_row_gets_no_remarks_besides(tmp_path: Path) -> None:
    intake = read(csv(tmp_path, "household.csv", "household_id,工资性收入\n,abc\nh1,1\n").parent)
    assert codes(intake) == ["TABLE-040"]


def test_a_column_that_is_absent_is_no_remark_but_not_supplied(tmp_path: Path) -> None:
    intake = read(csv(tmp_path, "household.csv", "household_id,kind\nh1,\nh2,exited\n").parent)
    assert intake.problems == []
    assert intake.supplied["household"] == {"kind"}


def person_sheet(folder: Path, *data: list[object]) -> Path:
    header: list[object] = [
        "省", "户编号", "人口编号", "姓名", "证件号码", "性别", "出生日期", "关系", "健康状况",
        "居民医保", "职工医保", "工资（万元）", "类型",
    ]  # fmt: skip
    return xlsx(folder, "persons.xlsx", [["家庭成员（演示）"], header, *data]).parent


def person(number: int, household: str, relation: str = "子女", **over: object) -> list[object]:
    values: dict[str, object] = {
        "省": "云南省", "户编号": household, "人口编号": f"p{number}", "姓名": "张三", "证件号码": None,
        "性别": "男", "出生日期": "20100101", "关系": relation, "健康状况": "健康", "居民医保": "是",
        "职工医保": "否", "工资": 1.5, "类型": None,
    }  # fmt: skip
    return list({**values, **over}.values())


def test_household_facts_come_from_agreeing_member_rows(tmp_path: Path) -> None:
    folder = person_sheet(tmp_path, person(1, "h1", "户主"), person(2, "h1"))
    intake = read(folder, EXPORT)
    assert intake.problems == []
    fact = rows(intake, "household", "household_id", "division_code", "wage", "kind", "_row")
    assert fact == [("h1", "53", 1500000, "general", 3)]
    assert intake.supplied["household"] == {"division_code", "wage", "kind"}


def test_members_that_disagree_give_one_remark_and_the_heads_row(tmp_path: Path) -> None:
    folder = person_sheet(
        tmp_path,
        person(1, "h1", 工资=2, 类型="脱贫户"),
        person(2, "h1", "户主", 工资=3),
        person(3, "h1", 工资=4),
    )
    intake = read(folder, EXPORT)
    remark = intake.problems[0]
    assert codes(intake) == ["TABLE-070"]
    assert (remark.entity, remark.key, remark.row) == ("household", "h1", 4)
    assert remark.column == "工资（万元）、类型"
    assert remark.value == "20000.00 / 40000.00; 脱贫户 / 一般农户"
    assert rows(intake, "household", "wage", "kind") == [(3000000, "general")]


def test_without_a_head_a_disagreement_stays_unknown(tmp_path: Path) -> None:
    folder = person_sheet(tmp_path, person(1, "h1", 工资=2), person(2, "h1", 工资=3))
    intake = read(folder, EXPORT)
    assert sorted(codes(intake)) == ["TABLE-070", "TABLE-071"]
    assert rows(intake, "household", "wage", "division_code") == [(None, "53")]


def test_heads_and_spouses_are_counted_per_household(tmp_path: Path) -> None:
    folder = person_sheet(
        tmp_path,
        person(1, "h1", "户主"),
        person(2, "h1", "户主"),
        person(3, "h2", "配偶"),
        person(4, "h2", "配偶"),
        person(5, "h3"),
        person(6, "h3", "老板"),  # an unknown relation may be the head's
    )
    intake = read(folder, EXPORT)
    found = [(p.code, p.key) for p in intake.problems if p.code != "TABLE-060"]
    assert sorted(found) == [("TABLE-071", "h2"), ("TABLE-072", "h1"), ("TABLE-072", "h2")]
    assert "户主" in next(p for p in intake.problems if p.code == "TABLE-071").message.zh


def test_id_number_fills_birth_and_sex_and_is_held_against_them(tmp_path: Path) -> None:
    folder = person_sheet(
        tmp_path,
        person(1, "h1", "户主", 证件号码=MAN, 性别=None, 出生日期=None),
        person(2, "h1", 证件号码=WOMAN, 性别="男", 出生日期="19820203"),
        person(3, "h1", 证件号码=MAN[:-1] + "5", 性别=None, 出生日期=None),
        person(4, "h1", 证件号码=WOMAN),
    )
    intake = read(folder, EXPORT)
    facts = rows(intake, "person", "sex", "birth_date")
    assert facts[0] == ("male", date(1980, 1, 1))
    assert facts[2] == (None, None)
    found = [(p.row, p.code) for p in intake.problems]
    assert found[:3] == [(4, "TABLE-066"), (4, "TABLE-066"), (5, "TABLE-065")]
    assert (6, "TABLE-077") in found
    shown = " ".join(f"{p.value} {p.message.zh} {p.message.en}" for p in intake.problems)
    assert MAN[:-1] not in shown
    assert WOMAN not in shown


def test_one_odd_cell_gives_one_remark_however_many_facts_it_feeds(tmp_path: Path) -> None:
    intake = read(person_sheet(tmp_path, person(1, "h1", "户主", 健康状况="高血压")), EXPORT)
    assert codes(intake) == ["TABLE-068"]
    assert rows(intake, "person", "chronic", "disabled") == [(None, None)]


def test_any_yes_needs_all_columns_for_a_no(tmp_path: Path) -> None:
    folder = person_sheet(
        tmp_path,
        person(1, "h1", "户主", 居民医保="否", 职工医保="是"),
        person(2, "h1", 居民医保="否", 职工医保="否"),
        person(3, "h1", 居民医保="否", 职工医保=None),
        person(4, "h1", 居民医保="也许", 职工医保="是"),
    )
    intake = read(folder, EXPORT)
    assert rows(intake, "person", "insured") == [(True,), (False,), (None,), (None,)]
    assert [(p.code, p.column) for p in intake.problems] == [("TABLE-060", "居民医保")]


def test_supplement_fills_what_is_open_and_never_adds_a_person(tmp_path: Path) -> None:
    person_sheet(tmp_path, person(1, "h1", "户主", 健康状况=None), person(2, "h1"))
    csv(tmp_path, "x.csv", "人编号,户,健康,名字\np1,h1,是,张三\np2,h1,是,李四\np9,h1,是,王五\n")
    intake = read(tmp_path, EXPORT, EXTRA)
    assert rows(intake, "person", "person_id", "chronic", "name") == [
        ("p1", True, "张三"),
        ("p2", False, "张三"),
    ]
    found = [(p.code, p.severity, p.row, p.column) for p in intake.problems]
    assert found == [
        ("TABLE-073", "remark", 3, "健康、名字"),
        ("TABLE-046", "listed", 4, None),
    ]


def test_supplement_alone_stands_for_itself(tmp_path: Path) -> None:
    intake = read(csv(tmp_path, "x.csv", "人编号,户,健康\np1,h1,是\n").parent, EXTRA)
    assert rows(intake, "person", "person_id", "chronic") == [("p1", True)]


def test_plain_table_beside_an_export_adds_facts_but_no_households(tmp_path: Path) -> None:
    person_sheet(tmp_path, person(1, "h1", "户主"))
    csv(tmp_path, "person.csv", "person_id,household_id,务工月数\np1,h1,7\np9,h1,8\n")
    intake = read(tmp_path, EXPORT)
    assert rows(intake, "person", "person_id", "months") == [("p1", 7)]
    assert codes(intake) == ["TABLE-046"]


def test_bills_find_their_person_by_id_number(tmp_path: Path) -> None:
    person_sheet(
        tmp_path,
        person(1, "h1", "户主", 证件号码=MAN + "42", 出生日期="19800101"),
        person(2, "h1", 证件号码=WOMAN, 性别="女", 出生日期="19820202"),
        person(3, "h1", 证件号码=WOMAN, 性别="女", 出生日期="19820202"),
    )
    other = "990101197001012220"
    numbers = enumerate((MAN.lower(), WOMAN, other), 3)
    text = "".join(f"{number},2025-01-02,{paid}\n" for paid, number in numbers)
    csv(tmp_path, "费用.csv", "身份证号,日期,金额\n" + text, "gb18030")
    intake = read(tmp_path, EXPORT, BILLS)
    assert rows(intake, "bill", "person_id", "paid") == [("p1", 300)]
    listed = [(p.code, p.row, p.value) for p in intake.problems if p.severity == "listed"]
    assert listed == [
        ("TABLE-048", 3, "990*************44"),
        ("TABLE-045", 4, "990*************20"),
    ]


def test_header_that_stands_twice_is_remarked(tmp_path: Path) -> None:
    intake = read(
        csv(tmp_path, "household.csv", "household_id,kind,kind\nh1,exited,general\n").parent
    )
    assert [(p.code, p.row, p.column) for p in intake.problems] == [("TABLE-074", 1, "kind")]
    assert rows(intake, "household", "kind") == [("exited",)]


def test_result_has_the_shape_the_schema_promises(tmp_path: Path) -> None:
    intake = read(csv(tmp_path, "household.csv", "household_id,kind\nh1,exited\n").parent)
    for table in (HOUSEHOLD, PERSON, BILL):
        assert intake.tables[table.entity].schema == table.arrow
    assert str(HOUSEHOLD.arrow.field("wage").type) == "int64"
    assert str(PERSON.arrow.field("birth_date").type) == "date32[day]"


def test_schema_knows_its_tree() -> None:
    schema = Schema((HOUSEHOLD, PERSON, BILL))
    assert schema.children("household") == (PERSON,)
    assert schema.table("nobody") is None
