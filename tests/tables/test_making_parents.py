"""Rows that make households of their own beside an export (公安户籍名单)."""

from pathlib import Path

import pytest

from mingbai.tables import TablesError, load_profiles, read_folder
from tests.tables.packs import POLICIES, schema_of

EXPORT = "户编号,户主姓名,家庭人口数\nH1,张一,1\n"
MEMBERS = "人口编号,户编号,姓名,与户主关系\nP1,H1,张一,户主\nP2,H9,李二,户主\n"
POLICE = (
    "户号,人员编号,姓名,与户主关系,性别,出生日期,公民身份号码,户主姓名,省,村\n"
    "J1,Q1,王三,户主,男,19610203,,王三,云南省,上村\nJ1,Q2,赵四,配偶,女,19650203,,王三,云南省,上村\n"
)


def test_people_of_the_police_register_make_households_beside_an_export(tmp_path: Path) -> None:
    for name, text in (("户", EXPORT), ("人", MEMBERS), ("公安", POLICE)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    intake = read_folder(tmp_path, schema_of("cn"), load_profiles([POLICIES / "cn" / "profiles"]))
    households = {row["household_id"]: row for row in intake.tables["household"].to_pylist()}
    assert sorted(households) == ["H1", "J1"]  # H9 is named by a member alone and stays out
    assert households["J1"]["household_kind"] == "general"
    assert households["J1"]["watched_kind"] == "none"
    assert households["J1"]["head_name"] == "王三"
    assert households["H1"]["household_kind"] is None
    assert intake.rows_listed == 1
    assert intake.tables["person"]["person_id"].to_pylist() == ["P1", "Q1", "Q2"]


def test_an_addition_cannot_say_that_rows_make_parents(tmp_path: Path) -> None:
    profile = (POLICIES / "cn" / "profiles" / "police-households.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(profile, encoding="utf-8")
    more = "adds_to: cn-police-households\nparent: {facts: {phone: 电话}, adds: true}\n"
    (tmp_path / "b.yaml").write_text(more, encoding="utf-8")
    with pytest.raises(TablesError) as caught:
        load_profiles([tmp_path])
    assert "TABLE-007" in {one.code for one in caught.value.findings}
