"""Several years of one household in one table: the latest is read, the earlier ones are listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.tables import TablesError
from mingbai.tables.fit import check_profiles
from tests.tables.helpers import SCHEMA, csv, profiles, read, rows

YEARLY = """
profile: yearly
title: {zh: 年度表, en: yearly}
recognise: {all: [户编号, 年度]}
entity: household
key: 户编号
year: [年度, 年份]
facts: {wage: 工资, kind: 户类型}
"""


def test_latest_year_is_read_and_earlier_ones_have_their_own_reason(tmp_path: Path) -> None:
    text = (
        "户编号,年度,工资\nh1,2022,1\nh2,2022,2\nh1,2023,3\nh2,2023年度,4\nh3,2021,5\nh1,2021,6\n"
    )
    intake = read(csv(tmp_path, "户.csv", text).parent, YEARLY)
    assert rows(intake, "household", "household_id", "wage") == [("h1", 300), ("h2", 400)]
    told = [(one.code, one.row, one.rows, one.spans, one.column) for one in intake.problems]
    assert told == [
        ("TABLE-131", None, 2, ((2, 3),), "年度"),
        ("TABLE-131", None, 2, ((6, 7),), "年度"),
    ]
    assert "年度为“2022”的 2 行" in intake.problems[0].message.zh
    assert "“2023”" in intake.problems[0].message.zh


@pytest.mark.parametrize(("first", "second"), [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_years_in_two_files_do_not_depend_on_their_order(
    tmp_path: Path, first: str, second: str
) -> None:
    csv(tmp_path, first, "户编号,年度,工资\nh1,2022,1\n")
    csv(tmp_path, second, "户编号,年度,工资\nh1,2023,3\n")
    intake = read(tmp_path, YEARLY)
    assert rows(intake, "household", "household_id", "wage") == [("h1", 300)]
    assert [(one.code, one.file) for one in intake.problems] == [("TABLE-131", first)]


def test_row_without_a_readable_year_stays(tmp_path: Path) -> None:
    text = "户编号,年度,工资\nh1,,1\nh2,去年,2\nh3,2023,3\nh4,23,4\n"
    intake = read(csv(tmp_path, "户.csv", text).parent, YEARLY)
    assert [row[0] for row in rows(intake, "household", "household_id")] == ["h1", "h2", "h3", "h4"]
    assert [(one.code, one.row) for one in intake.problems] == [("TABLE-061", 3), ("TABLE-064", 5)]


def test_year_is_optional_in_the_sheet_and_repeats_within_a_year_stay_repeats(
    tmp_path: Path,
) -> None:
    yearly = YEARLY.replace("[户编号, 年度]", "户编号")
    csv(tmp_path, "a.csv", "户编号,工资\nh1,1\n")
    assert rows(read(tmp_path, yearly), "household", "wage") == [(100,)]
    csv(tmp_path, "a.csv", "户编号,年度,工资\nh1,2023,1\nh1,2023,1\n")
    assert [one.code for one in read(tmp_path, yearly).problems] == ["TABLE-042"]


def test_year_belongs_to_the_columns_a_profile_reads() -> None:
    (profile,) = profiles(YEARLY)
    assert profile.year is not None
    assert profile.year.labels == ("年度", "年份")
    assert profile.year in profile.sources


STAGED = """
profile: staged
title: {zh: 收支, en: budget}
recognise: {all: [户编号, 处理类型]}
entity: household
key: 户编号
stage: {labels: 处理类型, order: [识别, 消除]}
facts: {wage: 工资}
"""


def test_of_two_moments_the_later_one_is_read_whatever_their_order(tmp_path: Path) -> None:
    text = "h1,风险消除时,2\nh1,识别时,1\nh2,识别时,3\nh3,识别时,4\nh3,风险消除时,5\nh4,,6\n"
    intake = read(csv(tmp_path, "a.csv", "户编号,处理类型,工资\n" + text).parent, STAGED)
    assert rows(intake, "household", "household_id", "wage") == [
        ("h1", 200),
        ("h2", 300),
        ("h3", 500),
        ("h4", 600),
    ]
    (problem,) = intake.problems
    assert (problem.code, problem.rows, problem.spans) == ("TABLE-131", 2, ((3, 3), (5, 5)))
    assert "“识别时”" in problem.message.zh
    assert "“风险消除时”" in problem.message.zh


def test_moment_that_is_not_in_the_order_decides_nothing(tmp_path: Path) -> None:
    text = "户编号,处理类型,工资\nh1,其他,1\nh1,识别时,2\n"
    intake = read(csv(tmp_path, "a.csv", text).parent, STAGED)
    assert rows(intake, "household", "wage") == [(100,)]
    assert [one.code for one in intake.problems] == ["TABLE-043"]


def test_wrong_stage_is_a_numbered_error() -> None:
    with pytest.raises(TablesError) as caught:
        profiles(STAGED.replace("order:", "ordr:"))
    assert [one.code for one in caught.value.findings] == ["TABLE-005", "TABLE-008"]
    bills = STAGED.replace("entity: household\nkey: 户编号", "entity: bill\nlink: 人").replace(
        "wage", "paid"
    )
    with pytest.raises(TablesError) as caught:
        check_profiles(profiles(bills), SCHEMA)
    assert [one.code for one in caught.value.findings] == ["TABLE-008"]
