"""The checks of records over small hand-typed tables, through the real pack and its profiles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Role
from mingbai.screening.inputs import read_input
from mingbai.screening.record_checks import RecordChecks, check_records
from mingbai.screening.screen import screen
from mingbai.tables import Problem

AS_OF = date(2025, 6, 30)
EXAMPLE = Path(__file__).parents[2] / "examples" / "yunnan-2025"
HOME = "995301010001"


@pytest.fixture(scope="module")
def pack():
    return load_pack("cn-checks", with_cases=False)


@pytest.fixture
def checked(pack, tmp_path):
    """Writes csv tables and runs the checks over them."""

    def run(as_of: date = AS_OF, **tables: str) -> RecordChecks:
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return check_records(pack, read_input(tmp_path, pack), as_of)

    return run


def brief(found: RecordChecks) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(one.code, one.row, one.column, one.value) for one in found.problems]


def only(found: RecordChecks, code: str) -> Problem:
    (one,) = [problem for problem in found.problems if problem.code == code]
    return one


def test_a_household_finding_has_its_row_cells_and_own_numbers(checked):
    """Completeness errors are found before the table goes on (C-10)."""
    found = checked(
        household="户编号,户主姓名,家庭人口数,生产经营性收入,生产经营性支出,工资性收入\n"
        f"{HOME},甲,3,8600.50,0,300\n995301010002,乙,2,500,20,299.99\n995301010003,丙,1,900,,\n"
    )
    assert brief(found) == [
        ("record.business_without_cost", 2, "生产经营性支出", "0"),
        ("record.wage_small", 3, "工资性收入", "299.99"),
    ]
    cost, wage = found.problems
    assert (cost.file, cost.key, cost.entity) == ("household.csv", HOME, "household")
    assert (cost.severity, cost.level) == ("remark", "warning")
    assert cost.places == (4, 3)
    assert cost.message.zh == "生产经营性收入 8,600.50 元，生产经营性支出却是 0 元。"
    assert "8,600.50 yuan" in cost.message.en
    assert cost.advice.zh
    assert cost.advice.en
    assert wage.message.zh == "工资性收入填了 299.99 元，大于零而低于 300 元。"
    assert wage.level == "hint"


def test_a_blank_is_told_only_where_the_sheet_has_the_column(checked):
    """One list has the road, the other not: nobody left a cell blank in the second."""
    found = checked(
        one="户编号,户主姓名,家庭人口数,与村主干路距离\n995301010001,甲,3,\n995301010002,乙,2,0\n",
        two="户编号,户主姓名,家庭人口数\n995301010003,丙,3\n",
    )
    assert [(one.file, one.row) for one in found.problems] == [("one.csv", 2)]
    assert only(found, "record.road_blank").value is None


@pytest.mark.parametrize(("rows", "told"), [(20, [1] * 20), (21, [21])])
def test_a_long_column_that_is_blank_throughout_is_told_once(checked, rows, told):
    lines = "".join(f"9953010100{n:02d},甲,3,\n" for n in range(rows))
    found = checked(household="户编号,户主姓名,家庭人口数,与村主干路距离\n" + lines)
    assert [one.rows for one in found.problems] == told
    one = found.problems[0]
    assert (one.code, one.column, one.level) == ("record.road_blank", "与村主干路距离", "hint")
    if rows == 21:
        assert (one.row, one.key, one.spans) == (None, None, ((2, 22),))
        assert one.message.zh == "整张表 21 行都是这样：“与村主干路距离”没有填写。"


def test_one_filled_cell_and_the_blank_ones_are_told_one_by_one(checked):
    lines = "".join(f"9953010100{n:02d},甲,3,{'1' if n == 7 else ''}\n" for n in range(30))
    found = checked(household="户编号,户主姓名,家庭人口数,与村主干路距离\n" + lines)
    assert [one.row for one in found.problems] == [n + 2 for n in range(30) if n != 7]


def test_a_cell_that_could_not_be_read_gets_one_word_not_two(checked):
    found = checked(household="户编号,户主姓名,家庭人口数,与村主干路距离\n995301010001,甲,3,很远\n")
    assert brief(found) == []


def test_a_check_without_its_columns_is_named_not_silent(checked):
    found = checked(household="户编号,户主姓名,家庭人口数,生产经营性收入\n995301010001,甲,3,500\n")
    assert found.problems == ()
    lacks = {one.check: one for one in found.not_run}
    cost = lacks["record.business_without_cost"]
    assert cost.reason.zh == "收到的表里没有“生产经营性支出”"
    assert "'costs of farming and business'" in cost.reason.en
    assert [one.zh for one in lacks["record.insured_none"].columns] == [
        "参加居民医保",
        "参加职工医保",
    ]
    assert "record.business_without_cost" not in found.run


def test_every_check_is_either_run_or_named(checked, pack):
    found = checked(household="户编号,户主姓名,家庭人口数,与村主干路距离\n995301010001,甲,3,1\n")
    checks = [rule.id for rule in pack.rules if rule.role is Role.CHECK]
    assert sorted([*found.run, *(one.check for one in found.not_run)]) == sorted(checks)
    assert found.run == ("record.road_blank", "record.road_far")


MEMBERS = (
    "人口编号,户编号,户主姓名,姓名,性别,与户主关系,文化程度,在校生状况,务工所在地,务工时间（月）\n"
)


def test_a_household_made_from_its_members_is_told_at_the_head(checked):
    """Head and spouse of one sex; no household table was given."""
    found = checked(
        person=MEMBERS
        + f"p1,{HOME},甲,丁,女,配偶,小学,,,\np2,{HOME},甲,甲,女,户主,小学,,贵阳,3\n"
        + "p3,995301010002,乙,乙,男,户主,初中,,,\np4,995301010002,乙,戊,女,配偶,初中,,,\n"
    )
    one = only(found, "record.couple_same_sex")
    assert (one.file, one.row, one.key, one.entity) == ("person.csv", 3, HOME, "household")
    assert one.level == "error"
    assert one.places == (5, 4)


def test_of_pages_side_by_side_the_cell_of_the_record_itself_is_marked(checked):
    """Two persons stand in one row of the sheet; each finding marks the cells of its own."""
    head = "户编号,人口编号,姓名,与户主关系,性别,务工所在地,务工时间（月）"
    left, right = f"{HOME},p1,甲,户主,女,,0", "995301010002,p3,丙,户主,女,,12"
    below, beside = f"{HOME},p2,乙,子女,女,,0", "995301010002,p4,丁,配偶,女,,0"
    found = checked(person=f"{head},{head}\n{left},{right}\n{below},{beside}\n")
    one = only(found, "record.months_without_place")
    assert (one.row, one.key, one.column, one.places) == (2, "p3", "务工所在地", (12, 13))
    couple = only(found, "record.couple_same_sex")
    assert (couple.row, couple.key, couple.places) == (2, "995301010002", (10, 11))


def test_a_finding_about_members_names_no_column_of_the_household(checked):
    found = checked(
        household=f"户编号,户主姓名,家庭人口数\n{HOME},甲,2\n",
        person=MEMBERS + f"p1,{HOME},甲,甲,女,户主,小学,,,\np2,{HOME},甲,丁,女,配偶,小学,,,\n",
    )
    one = only(found, "record.couple_same_sex")
    assert (one.file, one.row, one.column, one.value, one.places) == (
        "household.csv", 2, None, None, (),
    )  # fmt: skip


def test_member_findings_fill_in_words_not_codes(checked):
    found = checked(
        person=MEMBERS
        + f"p1,{HOME},甲,甲,男,户主,小学,七年级,贵阳,0\np2,{HOME},甲,丁,女,配偶,,,,6\n"
    )
    assert brief(found) == [
        ("record.place_without_months", 2, "务工时间（月）", "0"),
        ("record.school_both", 2, "在校生状况", "七年级"),
        ("record.months_without_place", 3, "务工所在地", None),
        ("record.school_neither", 3, "在校生状况", None),
    ]
    both = only(found, "record.school_both")
    assert both.message.zh == "文化程度填了“小学”，在校生状况又填了“七年级”。"
    assert (
        both.message.en
        == "Education says 'primary school', and the school state says 'grade 7' as well."
    )


def test_private_numbers_in_a_text_are_hidden(checked):
    found = checked(person=MEMBERS + f"p1,{HOME},甲,甲,男,户主,小学,,13800000000,0\n")
    one = only(found, "record.place_without_months")
    assert "138******00" in one.message.zh
    assert "13800000000" not in one.message.zh + one.message.en


def test_a_regional_line_and_a_computed_number_stand_in_the_text(checked):
    """Cleared by help with an income below the line (4_11_010); no line is published for Beijing."""
    head = "户编号,户主姓名,家庭人口数,省,监测对象类型,风险是否消除,风险消除方式,人均纯收入\n"
    rows = [
        "边缘易致贫户,是,帮扶消除,8000",
        "边缘易致贫户,是,帮扶消除,9000",
        "边缘易致贫户,是,自然消除,8000",
    ]
    found = checked(
        household=head
        + "".join(f"99530101000{n},甲,3,云南省,{row}\n" for n, row in enumerate(rows))
        + f"995301010009,丁,3,北京市,{rows[0]}\n"
    )
    one = only(found, "record.cleared_below_line")
    assert (one.row, one.level, one.value) == (2, "error", "帮扶消除")
    assert one.message.zh == "风险登记为帮扶消除，人均纯收入 8,000 元却低于当年监测线 8,700 元。"


def test_a_person_check_reads_its_household(checked):
    """Destitute, healthy and of working age, in a monitored household (5_15_019)."""
    people = "人口编号,户编号,户主姓名,姓名,性别,出生日期,与户主关系,文化程度,健康状况,"
    people += "是否特困供养人员,在校生状况\n"
    homes = "户编号,户主姓名,家庭人口数,户类型,监测对象类型\n"
    found = checked(
        household=homes + f"{HOME},甲,1,一般农户,边缘易致贫户\n995301010002,乙,1,脱贫户,\n",
        person=people
        + f"p1,{HOME},甲,甲,男,19800101,户主,小学,健康,是,\n"
        + "p2,995301010002,乙,乙,男,19800101,户主,小学,健康,是,\n",
    )
    one = only(found, "record.tekun_healthy")
    assert (one.row, one.column, one.value) == (2, "是否特困供养人员", "是")
    assert "1980-01-01" in one.message.zh


def test_blank_members_do_not_speak_when_some_list_lacks_the_column(pack, tmp_path):
    """Nobody works away is certain only when every list of members has the months."""
    homes = "户编号,户主姓名,家庭人口数,监测对象类型,风险是否消除,致贫/返贫风险1\n"
    (tmp_path / "household.csv").write_text(
        homes + f"{HOME},甲,2,边缘易致贫户,否,因务工就业不稳\n", encoding="utf-8"
    )
    first = "人口编号,户编号,户主姓名,姓名,与户主关系,务工时间（月）\n"
    (tmp_path / "a.csv").write_text(first + f"p1,{HOME},甲,甲,户主,\n", encoding="utf-8")
    found = check_records(pack, read_input(tmp_path, pack), AS_OF)
    assert only(found, "record.job_risk_nobody_works").row == 2
    second = "人口编号,户编号,户主姓名,姓名,与户主关系\n"
    (tmp_path / "b.csv").write_text(second + f"p2,{HOME},甲,丁,配偶\n", encoding="utf-8")
    found = check_records(pack, read_input(tmp_path, pack), AS_OF)
    assert found.problems == ()
    (lack,) = [one for one in found.not_run if one.check == "record.job_risk_nobody_works"]
    assert [column.zh for column in lack.columns] == ["务工月数"]


def test_a_list_that_only_adds_to_members_does_not_silence_a_check(pack, tmp_path):
    """The visit list knows no months, but every member stands in the list that has them."""
    homes = "户编号,户主姓名,家庭人口数,监测对象类型,风险是否消除,致贫/返贫风险1\n"
    tables = {
        "户": homes + f"{HOME},甲,2,边缘易致贫户,否,因务工就业不稳\n",
        "成员": MEMBERS + f"p1,{HOME},甲,甲,男,户主,小学,,,0\n",
        "核查": "人口编号,户编号,劳动技能\n" + f"p1,{HOME},普通劳动力\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    found = check_records(pack, read_input(tmp_path, pack), AS_OF)
    assert only(found, "record.job_risk_nobody_works").file == "户.csv"


def test_before_the_checks_none_is_in_force(checked, pack):
    found = checked(
        date(2020, 12, 31),
        household="户编号,户主姓名,家庭人口数,工资性收入\n995301010001,甲,3,5\n",
    )
    assert found.problems == ()
    assert found.run == ()
    assert {one.reason.zh for one in found.not_run} == {"那天还不生效"}


def test_a_pack_without_checks_has_nothing_to_say(tmp_path):
    cn = load_pack("cn", with_cases=False)
    (tmp_path / "household.csv").write_text("户编号,工资性收入\n1,5\n", encoding="utf-8")
    found = check_records(cn, read_input(tmp_path, cn), AS_OF)
    assert found == RecordChecks((), (), ())


def test_checks_are_no_part_of_a_screening(pack):
    """Same states, tasks and asks as with the national pack; no check among them."""
    cn = load_pack("cn", with_cases=False)
    plain, more = screen(EXAMPLE, cn, AS_OF), screen(EXAMPLE, pack, AS_OF)
    assert {name: counts.as_dict() for name, counts in more.counts.items()} == {
        name: counts.as_dict() for name, counts in plain.counts.items()
    }
    assert [(task.key, task.stake) for task in more.tasks] == [
        (task.key, task.stake) for task in plain.tasks
    ]
    assert [ask.key for ask in more.asks] == [ask.key for ask in plain.asks]
    assert [name for name in more.program.bound.rules if name.startswith("record.")] == []


def test_the_example_is_checked_and_its_findings_stand_in_its_files(pack):
    intake = read_input(EXAMPLE, pack)
    found = check_records(pack, intake, AS_OF)
    assert len(found.run) > 20
    names = {report.name for report in intake.files}
    for one in found.problems:
        assert one.file in names
        assert one.row is not None
        assert one.row > 1
        assert "{" not in one.message.zh + one.message.en + one.advice.zh + one.advice.en
    again = check_records(replace(pack), intake, AS_OF)
    assert again.problems == found.problems
