"""Department lists: rows without a key of the register fill the rows that their number finds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.tables import Intake, TablesError
from mingbai.tables.fit import check_profiles
from mingbai.tables.identity import check_sign
from mingbai.tables.reading import read_files
from tests.tables.helpers import MAN, SCHEMA, WOMAN, codes, csv, profiles, read, rows

DISABLED = """
profile: disabled
title: {zh: 残疾, en: disabled}
recognise: {all: [证号, 残疾类别]}
entity: person
key: {labels: 证号, match: id_number, name: 姓名}
facts:
  disabled: {constant: yes}
  chronic: 慢病
"""
DWELLINGS = """
profile: dwellings
title: {zh: 住房, en: dwellings}
recognise: {all: [户主身份证号, 鉴定]}
entity: household
key: {labels: 户主身份证号, match: person.id_number, name: 户主姓名}
facts:
  unsafe: {labels: 鉴定, values: {D级: yes, A级: no}}
  road_km: 路
"""
BILLS = """
profile: bills
title: {zh: 费用, en: bills}
recognise: {all: [身份证号, 金额]}
entity: bill
link: {labels: 身份证号, match: id_number, name: 患者}
facts: {paid_on: 日期, paid: 金额}
"""


def number(place: int) -> str:
    """A valid number under the prefix 99, one for each place."""
    first = f"99010119900101{place:03d}"
    return first + check_sign(first)


def register(folder: Path, people: str = "") -> None:
    csv(folder, "household.csv", "household_id,unsafe\nh1,\nh2,否\n")
    text = (
        f"person_id,household_id,name,id_number,chronic\np1,h1,张三,{MAN},否\np2,h1,李四,{WOMAN},\n"
    )
    csv(folder, "person.csv", text + people)


def found(intake: Intake) -> list[tuple[str, str, int | None]]:
    return [(problem.code, problem.file, problem.row) for problem in intake.problems]


def test_list_by_id_number_fills_the_person_who_has_it(tmp_path: Path) -> None:
    register(tmp_path)
    # A disability card is the ID number with kind and grade behind it.
    csv(tmp_path, "残联.csv", f"证号,残疾类别,姓名,慢病\n{WOMAN}43,肢体,李四,是\n")
    intake = read(tmp_path, DISABLED)
    assert rows(intake, "person", "person_id", "disabled", "chronic") == [
        ("p1", None, False),
        ("p2", True, True),
    ]
    assert codes(intake) == []
    assert intake.supplied["person"] >= {"disabled", "chronic"}


def test_list_never_adds_a_person_and_says_which_rows_it_could_not_place(tmp_path: Path) -> None:
    register(tmp_path, f"p3,h2,王五,{MAN},\n")
    text = f"证号,残疾类别,姓名\n{MAN},肢体,张三\n{number(7)},肢体,赵六\n,肢体,钱七\n合计,,\n{WOMAN},,李四\n"
    csv(tmp_path, "残联.csv", text + f"{WOMAN},听力,李四\n1.23E+17,肢体,孙八\n")
    intake = read(tmp_path, DISABLED)
    assert found(intake) == [
        ("TABLE-048", "残联.csv", 2),  # two people of the register have this number
        ("TABLE-045", "残联.csv", 3),  # nobody has it
        ("TABLE-040", "残联.csv", 4),
        ("TABLE-049", "残联.csv", 5),
        ("TABLE-042", "残联.csv", 7),  # the same person twice
        ("TABLE-041", "残联.csv", 8),
    ]
    assert intake.tables["person"].num_rows == 3
    assert intake.rows_listed == 6
    shown = " ".join(
        f"{problem.key} {problem.value} {problem.message}" for problem in intake.problems
    )
    assert MAN not in shown
    assert number(7) not in shown


def test_other_name_for_one_number_is_said_and_a_dot_is_no_other_name(tmp_path: Path) -> None:
    register(tmp_path, f"p3,h2,阿依古丽·买买提,{number(1)},\n")
    text = f"证号,残疾类别,姓名\n{MAN},肢体,张山\n{number(1)},肢体,阿依古丽•买买提\n{WOMAN},肢体,\n"
    csv(tmp_path, "残联.csv", text)
    intake = read(tmp_path, DISABLED)
    (problem,) = intake.problems
    assert (problem.code, problem.severity, problem.column) == ("TABLE-132", "remark", "姓名")
    assert "张山" in problem.message.zh
    assert "person.csv 第 2 行" in problem.message.zh
    assert rows(intake, "person", "disabled") == [(True,), (True,), (True,)]


def test_register_leads_and_both_places_are_named(tmp_path: Path) -> None:
    register(tmp_path)
    csv(tmp_path, "残联.csv", f"证号,残疾类别,慢病\n{MAN},肢体,是\n")
    intake = read(tmp_path, DISABLED)
    (problem,) = intake.problems
    assert (problem.code, problem.file, problem.key) == ("TABLE-073", "残联.csv", "p1")
    assert "person.csv 第 2 行" in problem.message.zh
    assert rows(intake, "person", "chronic")[0] == (False,)


def test_place_named_is_that_of_the_list_which_gave_the_fact(tmp_path: Path) -> None:
    register(tmp_path)
    csv(tmp_path, "a.csv", f"证号,残疾类别,慢病\n{WOMAN},肢体,是\n")
    csv(tmp_path, "b.csv", f"证号,种类,慢病\n{WOMAN},肢体,否\n")
    other = DISABLED.replace("disabled\n", "other\n", 1).replace("残疾类别", "种类")
    (problem,) = read(tmp_path, DISABLED, other).problems
    assert (problem.code, problem.file) == ("TABLE-073", "b.csv")
    assert "a.csv 第 2 行" in problem.message.zh


def test_household_is_found_by_any_of_its_members(tmp_path: Path) -> None:
    register(tmp_path)
    text = f"户主身份证号,户主姓名,鉴定,路\n{WOMAN},李四,D级,1.5\n{number(9)},赵六,A级,\n"
    csv(tmp_path, "住建.csv", text)
    intake = read(tmp_path, DWELLINGS)
    assert rows(intake, "household", "household_id", "unsafe", "road_km") == [
        ("h1", True, 150),
        ("h2", False, None),
    ]
    assert found(intake) == [("TABLE-045", "住建.csv", 3)]


def test_row_found_by_number_may_also_speak_of_the_household(tmp_path: Path) -> None:
    register(tmp_path)
    csv(tmp_path, "民政.csv", f"证号,残疾类别,户类型\n{WOMAN},肢体,脱贫户\n{MAN},肢体,\n")
    intake = read(tmp_path, DISABLED + "parent: {facts: {kind: 户类型}}\n")
    assert rows(intake, "household", "household_id", "kind") == [("h1", "exited"), ("h2", None)]
    assert codes(intake) == []


def test_two_people_with_one_number_in_one_household_are_one_household(tmp_path: Path) -> None:
    register(tmp_path, f"p3,h1,张三,{MAN}\n")
    csv(tmp_path, "住建.csv", f"户主身份证号,鉴定\n{MAN},D级\n")
    intake = read(tmp_path, DWELLINGS)
    assert rows(intake, "household", "unsafe")[0] == (True,)


def test_many_people_of_a_county_list_are_one_line_a_few_are_named(tmp_path: Path) -> None:
    register(tmp_path)
    few = "证号,残疾类别\n" + "".join(f"{number(one)},肢体\n" for one in range(20))
    csv(tmp_path, "残联.csv", few)
    assert codes(read(tmp_path, DISABLED)) == ["TABLE-045"] * 20
    csv(tmp_path, "残联.csv", f"{few}{MAN},肢体\n{number(200)},肢体\n")
    intake = read(tmp_path, DISABLED)
    (problem,) = intake.problems
    assert (problem.code, problem.severity, problem.row) == ("TABLE-130", "listed", None)
    assert (problem.rows, problem.spans) == (21, ((2, 21), (23, 23)))
    assert "22 行里有 21 行的证号" in problem.message.zh
    assert "2–21、23" in problem.message.zh
    assert (intake.rows_accepted, intake.rows_listed) == (2 + 2 + 1, 21)


def test_records_of_strangers_are_one_line_too_and_names_are_compared(tmp_path: Path) -> None:
    register(tmp_path)
    text = "身份证号,患者,金额\n" + "".join(f"{number(one)},某,1\n" for one in range(30))
    csv(tmp_path, "医保.csv", text + f"{MAN},张四,5\n")
    intake = read(tmp_path, BILLS)
    assert [(one.code, one.rows) for one in intake.problems] == [
        ("TABLE-130", 30),
        ("TABLE-132", 1),
    ]
    assert rows(intake, "bill", "person_id", "paid") == [("p1", 500)]


def test_alone_a_list_is_checked_as_it_stands(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "残联.csv",
        f"证号,残疾类别,慢病\n{MAN},肢体,是\n{WOMAN},肢体,也许\n{MAN},肢体,是\n",
    )
    bills = csv(tmp_path, "医保.csv", f"身份证号,金额\n{MAN},5\n{MAN},6\n")
    intake = read_files([path, bills], SCHEMA, profiles(DISABLED, BILLS), alone=True)
    assert [(one.code, one.file, one.row) for one in intake.problems] == [
        ("TABLE-133", "医保.csv", None),
        ("TABLE-133", "残联.csv", None),
        ("TABLE-060", "残联.csv", 3),
        ("TABLE-042", "残联.csv", 4),
    ]
    assert rows(intake, "person", "person_id", "chronic") == [
        ("残联.csv 2", True),
        ("残联.csv 3", None),
    ]
    assert rows(intake, "bill", "person_id") == [("医保.csv 2",), ("医保.csv 2",)]
    assert (intake.rows_in, intake.rows_accepted, intake.rows_listed) == (5, 4, 1)


def test_alone_has_no_effect_beside_a_register(tmp_path: Path) -> None:
    register(tmp_path)
    csv(tmp_path, "残联.csv", f"证号,残疾类别\n{number(5)},肢体\n")
    intake = read_files(sorted(tmp_path.iterdir()), SCHEMA, profiles(DISABLED), alone=True)
    assert [one.code for one in intake.problems] == ["TABLE-045"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (DISABLED.replace("match: id_number", "match: id_numbr"), "TABLE-010"),
        (DWELLINGS.replace("person.id_number", "bill.paid"), "TABLE-010"),
        (DWELLINGS.replace("person.id_number", "person.idnumber"), "TABLE-010"),
        (DISABLED.replace("match: id_number, ", ""), "TABLE-008"),
        (DISABLED.replace("labels: 证号, ", ""), "TABLE-008"),
        (DISABLED.replace("name: 姓名", "naem: 姓名"), "TABLE-005"),
    ],
)
def test_wrong_match_is_a_numbered_error(text: str, code: str) -> None:
    with pytest.raises(TablesError) as caught:
        check_profiles(profiles(text), SCHEMA)
    assert [one.code for one in caught.value.findings] == [code]


NUMBERS = [MAN, WOMAN, number(1), number(2), MAN.lower(), f"{WOMAN}43", f"{MAN}42B1"]
ODD = ["", "合计", "1.23E+17", "99010119", "　", "-", f"{MAN}x", "是", "肢体", "停用"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(NUMBERS + ODD), min_size=4, max_size=4), max_size=40),
    st.lists(st.sampled_from([MAN, WOMAN, number(1), "", "x"]), max_size=4),
    st.booleans(),
)
def test_rows_of_a_list_add_up_whatever_stands_in_it(
    lists: list[list[str]], people: list[str], alone: bool
) -> None:
    """Every row is accepted or listed, and the register keeps exactly its own rows."""
    said = DISABLED + "only: {labels: 状态, says: [是]}\n"
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        lines = ["证号,残疾类别,姓名,状态,慢病", *(",".join(row) for row in lists)]
        paths = [csv(folder, "残联.csv", "\n".join(lines) + "\n")]
        if people:
            text = "".join(f"p{at},h1,某人,{one}\n" for at, one in enumerate(people))
            paths.append(csv(folder, "household.csv", "household_id\nh1\n"))
            paths.append(
                csv(folder, "person.csv", "person_id,household_id,name,id_number\n" + text)
            )
        intake = read_files(paths, SCHEMA, profiles(said, BILLS, DWELLINGS), alone=alone)
    listed = [problem for problem in intake.problems if problem.severity == "listed"]
    assert intake.rows_in == intake.rows_accepted + intake.rows_listed
    assert sum(problem.rows for problem in listed) == intake.rows_listed
    assert all(sum(b - a + 1 for a, b in one.spans) == one.rows for one in listed if one.spans)
    if people:
        assert intake.tables["person"].num_rows == len(people)
    assert not any(MAN in f"{one.key} {one.value} {one.message}" for one in intake.problems)
