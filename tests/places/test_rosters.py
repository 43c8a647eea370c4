"""The division tree: dated stretches, renames, re-codes, and what a roster does not say."""

from datetime import date
from pathlib import Path

import pytest

from mingbai.common.errors import RegisterError
from mingbai.places.rosters import COLUMNS, Stretch, read_lines, read_roster, tree

FIRST = date(2014, 1, 1)
BIG_CHANGE = 50


def _tree(*counties: str, within: str = "") -> list[Stretch]:
    return tree(read_roster(None, counties), FIRST, within)


def _on(found: list[Stretch], day: date, level: str = "village", kind: str = "") -> list[Stretch]:
    return [
        one
        for one in found
        if one.level == level
        and one.from_date <= day
        and (one.to_date is None or day < one.to_date)
        and kind in ("", one.kind)
    ]


def test_dongkou_has_its_villages_and_townships_in_every_year() -> None:
    found = _tree("430525")
    for year in range(2014, 2024):
        assert len(_on(found, date(year, 12, 31), kind="village")) == 334
        assert len(_on(found, date(year, 12, 31), "township")) == 24


def test_a_township_with_a_new_code_takes_its_villages_along() -> None:
    found = _tree("430525")
    old = {one.code: one for one in found if one.code.startswith("430525204")}
    assert old["430525204"].to_date == date(2018, 1, 1)
    villages = [one for one in old.values() if one.level == "village"]
    assert len(villages) > 10
    named = {one.code: one.name for one in found}
    for one in villages:
        assert one.successor is not None
        assert one.successor.startswith("430525113")
        assert named[one.successor] == one.name


def test_a_county_with_a_new_code_is_the_same_county() -> None:
    found = _tree("430221", "430212")
    day = date(2017, 12, 31)
    old = _on(found, day)
    assert {one.code[:6] for one in old} == {"430221"}
    assert {one.successor for one in old} == {f"430212{one.code[6:]}" for one in old}
    assert {one.code[:6] for one in _on(found, date(2018, 1, 1))} == {"430212"}


def test_a_merger_is_dated_and_does_not_guess_where_a_village_went() -> None:
    found = _tree("520621")
    before = _on(found, date(2018, 12, 31), kind="village")
    after = _on(found, date(2019, 1, 1), kind="village")
    assert (len(before), len(after)) == (144, 85)
    gone = [one for one in before if one.to_date and one.code not in {two.code for two in after}]
    assert len(gone) > BIG_CHANGE
    names = {two.code: two.name for two in _on(found, date(2019, 1, 1))}
    for one in gone:
        assert one.successor is None or names[one.successor][:1] == one.name[:1]
    assert any(one.successor is None for one in gone)


def test_shakou_lost_villages_in_2018() -> None:
    found = _tree("421083", within="421083110")
    assert len(_on(found, date(2017, 12, 31), kind="village")) == 23
    assert len(_on(found, date(2018, 1, 1), kind="village")) == 16
    renamed = [one for one in found if one.name == "蔡杨村"]
    assert [one.successor for one in renamed] == [renamed[0].code]


def test_only_the_spelling_of_the_office_is_no_change() -> None:
    found = _tree("430525")
    assert all(one.from_date == FIRST for one in found if one.name == "大桥村")


def _roster(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join((",".join(COLUMNS), *rows)), encoding="utf-8")
    return path


def test_the_roster_of_the_country_comes_from_a_file(tmp_path: Path) -> None:
    path = _roster(
        tmp_path / "roster.csv",
        [
            "2019,990001,甲县,990001101,乙镇,990001101201,丙村委会,village",
            "2020,990001,甲县,990001101,乙镇,990001101201,丙村委会,village",
            "2020,990001,甲县,990001101,乙镇,990001101202,丁村委会,village",
            "2020,990002,别县,990002101,戊镇,990002101201,己村委会,village",
        ],
    )
    found = tree(read_roster(path, ["990001"]), FIRST)
    assert [(one.name, one.from_date) for one in found if one.level == "village"] == [
        ("丙村", FIRST),
        ("丁村", date(2020, 1, 1)),
    ]


def test_a_roster_without_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("vintage,county_code\n2019,990001\n", encoding="utf-8")
    with pytest.raises(RegisterError, match=r"PLACE-022.*village_code"):
        read_roster(path, ["990001"])


def test_a_place_that_the_roster_lacks_is_refused() -> None:
    with pytest.raises(RegisterError, match="PLACE-023"):
        _tree("430525", within="430525999")


def test_lines_copied_from_a_sheet_become_a_tree() -> None:
    found = read_lines(
        "990101000000\t甲县\n990101100000，东镇\n\n990101100201 东一村委会\n990101100202 溪 畔 社区",
        FIRST,
    )
    assert [(one.code, one.name, one.level, one.kind, one.parent) for one in found] == [
        ("990101", "甲县", "county", "county", "9901"),
        ("990101100", "东镇", "township", "town", "990101"),
        ("990101100201", "东一村", "village", "village", "990101100"),
        ("990101100202", "溪畔社区", "village", "community", "990101100"),
    ]
    assert {one.from_date for one in found} == {FIRST}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("990101 甲县\n东镇", 2),
        ("990101 甲县\n990101100", 2),
        ("990101 甲县\n990101000000 甲县", 2),
        ("990101 甲县\n990101100201 东一村", 2),
        ("990101 甲县\n990102 乙县", 2),
        ("99 某省\n990101 甲县", 1),
        ("9901011 甲", 1),
        ("990000 某省", 1),
    ],
    ids=[
        "no code",
        "no name",
        "twice",
        "no township",
        "two counties",
        "province",
        "seven",
        "zeros",
    ],
)
def test_line_that_is_no_division_is_named(text: str, line: int) -> None:
    with pytest.raises(RegisterError, match=rf"PLACE-024.*第 {line} 行"):
        read_lines(text, FIRST)
