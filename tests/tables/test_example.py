"""The example folder: two invented villages in the layouts of the national system."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from examples import build
from mingbai.tables import Intake, load_profiles, read_folder
from mingbai.tables.identity import id18
from tests.tables.packs import POLICIES, ROOT, schema_of

FOLDER = ROOT / "examples" / "yunnan-2025"


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read_folder(FOLDER, schema_of("cn"), load_profiles([POLICIES / "cn" / "profiles"]))


def by_key(intake: Intake, entity: str, key: str) -> dict[str, dict[str, object]]:
    return {str(row[key]): row for row in intake.tables[entity].to_pylist()}


def test_every_file_is_read_by_its_layout(intake: Intake) -> None:
    found = {report.name: (report.profile, report.header_row) for report in intake.files}
    assert found == {
        "一卡通发放.csv": ("cn-benefit-payments", 1),
        "入户核查补充.csv": ("generic-household", 1),
        "医保结算_2025上半年.csv": ("cn-medical-bills", 1),
        "学籍名单_2025春季.csv": ("cn-school-enrolments", 1),
        "帮扶措施.csv": ("generic-measure", 1),
        "成员信息导出.xlsx": ("cn-person-export", 2),
        "户信息导出.xlsx": ("cn-household-export", 2),
        "控辍保学核查.csv": ("generic-person", 1),
        "脱贫户和监测对象名单.xlsx": ("cn-compact-list", 2),
        "说明.txt": (None, None),
        "风险情况登记.csv": ("generic-incident", 1),
    }


def test_rows_add_up_and_each_defect_is_found_once(intake: Intake) -> None:
    assert (intake.rows_in, intake.rows_accepted, intake.rows_listed) == (260, 254, 6)
    assert intake.tables["household"].num_rows == 31
    assert intake.tables["person"].num_rows == 95
    assert Counter(problem.code for problem in intake.problems) == {
        "TABLE-049": 1,  # the row of totals
        "TABLE-041": 1,  # a household number cut short
        "TABLE-042": 1,  # a household exported twice
        "TABLE-043": 1,  # the same household with another wage
        "TABLE-045": 2,  # a person without a household, a patient who is not in the register
        "TABLE-060": 1,  # 媳妇
        "TABLE-061": 1,  # 约3万
        "TABLE-062": 1,  # an ID number cut short
        "TABLE-063": 1,  # 31 February
        "TABLE-067": 1,  # a phone of four digits
        "TABLE-068": 1,  # 高血压
        "TABLE-070": 2,  # members of one household disagree
        "TABLE-073": 1,  # two lists disagree
    }


def test_the_first_household_as_typed(intake: Intake) -> None:
    row = by_key(intake, "household", "household_id")["995301010001"]
    assert (row["division_code"], row["county"], row["head_name"]) == ("53", "松岭县", "王学军")
    assert (row["income_wage"], row["expense_business"]) == (4_200_000, 260_000)
    assert (row["household_kind"], row["watched_kind"]) == ("exited", "none")
    assert (row["dwelling_unsafe"], row["dwelling_grade"]) == (False, "A")
    assert (row["water_litres"], row["identified_on"]) == (60, date(2014, 1, 1))
    assert (row["_file"], row["_sheet"], row["_row"]) == ("户信息导出.xlsx", "Sheet1", 3)


def test_members_as_typed(intake: Intake) -> None:
    persons = by_key(intake, "person", "person_id")
    child = persons["99530101000103"]
    assert (child["relation"], child["school_state"], child["education"]) == (
        "daughter",
        "grade_7",
        None,
    )
    assert persons["99530101000101"]["school_state"] == "not_in_school"
    disabled = persons["99530104001201"]
    assert (disabled["disability_type"], disabled["disability_grade"]) == ("4", "1")
    assert (disabled["health_disabled"], disabled["health_major"]) == (True, False)
    assert persons["99530103000603"]["work_months"] is None


def test_lists_by_id_number_reach_the_right_people(intake: Intake) -> None:
    persons = by_key(intake, "person", "person_id")
    first = intake.tables["bill"].to_pylist()[0]
    assert (first["self_paid"], first["kind"], first["in_county"]) == (735020, "inpatient", True)
    assert persons[str(first["person_id"])]["relation"] == "spouse"
    stages = Counter(row["stage"] for row in intake.tables["enrolment"].to_pylist())
    assert stages == {"secondary_vocational": 2, "higher_vocational": 1, "bachelor": 1}


def test_every_kind_of_household_occurs(intake: Intake) -> None:
    households = intake.tables["household"]
    assert set(households["watched_kind"].to_pylist()) == {"none", "unstable", "marginal", "sudden"}
    assert set(households["division_code"].to_pylist()) == {"53", "51"}
    assert len(set(households["village"].to_pylist())) == 3


def test_nobody_in_the_example_is_real(intake: Intake) -> None:
    """Every number lies under the prefix 99, which no province has, and carries its right sign."""
    numbers = [str(value) for value in intake.tables["person"]["id_number"].to_pylist() if value]
    assert len(numbers) == 95
    assert all((id18(number) or "").startswith("99") for number in numbers)
    assert not any(problem.code == "TABLE-065" for problem in intake.problems)
    for problem in intake.problems:
        text = f"{problem.value} {problem.message}"
        assert not re.search(r"99\d{16}|1\d{10}(?!\d)", text.replace(problem.key or "-", ""))


def test_the_folder_is_what_the_script_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "TARGET", tmp_path)
    build.main()
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built == {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert "合成数据" in built["说明.txt"].decode()
