"""What one cell cannot tell: cut numbers of a register, the kind of document a number is of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from mingbai.tables import load_profiles, read_folder
from mingbai.tables.columns import RawColumn, from_arrow
from mingbai.tables.doubts import cut_lengths
from tests.tables.helpers import MAN, codes, csv, read, rows
from tests.tables.packs import POLICIES, schema_of

TWO = ("995301000000012000", "995301000000013000")


def households(folder: Path, keys: Sequence[str]) -> None:
    lines = "".join(f"{key},{number}\n" for number, key in enumerate(keys))
    csv(folder, "household.csv", f"household_id,工资性收入\n{lines}")


def test_two_households_are_never_made_one_by_a_cut_number(tmp_path: Path) -> None:
    """…012345 and …012678 both came as …012000 (C-19)."""
    households(tmp_path, [TWO[0], TWO[0], TWO[1]])
    csv(tmp_path, "person.csv", f"person_id,household_id,姓名\np1,{TWO[0]},甲\np2,{TWO[0]},乙\n")
    intake = read(tmp_path)
    assert codes(intake) == ["TABLE-051"] * 5
    assert rows(intake, "household", "household_id") == []
    assert "995" in intake.problems[0].message.en
    assert TWO[0] not in intake.problems[0].message.en


@pytest.mark.parametrize(
    "keys",
    [
        ["995301000000012000", *(f"9953010000000123{n}" for n in range(10, 40))],
        [f"99530100000001{n:02}" for n in range(10, 40)],
        ["9953010000000120", "9953010000000130"],
        ["995301000000", "995301000001000"],
        ["h1", "JD9953010000000120000"],
    ],
    ids=["one of many", "each its own", "a zero may be chance", "short ones", "letters"],
)
def test_numbers_that_end_in_zeros_by_themselves_are_used(
    tmp_path: Path, keys: Sequence[str]
) -> None:
    households(tmp_path, keys)
    assert codes(read(tmp_path)) == []


def test_numbers_of_a_long_register_end_in_zeros_as_often_as_chance_has_it(tmp_path: Path) -> None:
    households(tmp_path, [f"9953010000000{n:05}" for n in range(3_000)])
    assert codes(read(tmp_path)) == []


def test_a_part_of_a_column_that_was_cut_is_refused(tmp_path: Path) -> None:
    whole = [f"9953010000001{n:05}" for n in range(11, 911)]
    households(tmp_path, [*whole, *(f"9953010000{n:05}000" for n in range(100, 200))])
    intake = read(tmp_path)
    assert codes(intake) == ["TABLE-051"] * 100
    assert intake.rows_accepted == 900


@pytest.mark.parametrize("cells", [["９９５３０１０００００００１２０００"], [995301000000012000]])
def test_full_width_digits_and_whole_numbers_are_looked_at_too(cells: list[object]) -> None:
    plain = RawColumn(cells, pa.array([0], pa.int32()))
    assert cut_lengths(plain) == cut_lengths(from_arrow(pa.chunked_array([cells]))) == {18}


@pytest.mark.parametrize(
    ("kind", "number", "told"),
    [
        ("护照", "E12345678", []),
        ("港澳居民来往内地通行证", "H12345678", []),
        ("居民身份证", "E12345678", ["TABLE-065"]),
        ("身份证", MAN[:17] + "9", ["TABLE-065"]),
        ("残疾人证", MAN + "44", []),
        ("", "E12345678", ["TABLE-065"]),
        ("护照", "#REF!", ["TABLE-082"]),
    ],
)
def test_a_passport_is_not_held_to_be_a_wrong_id_number(
    tmp_path: Path, kind: str, number: str, told: list[str]
) -> None:
    text = f"户编号,人口编号,姓名,与户主关系,证件类型,证件号码\nh1,p1,甲,户主,{kind},{number}\n"
    csv(tmp_path, "p.csv", text)
    intake = read_folder(tmp_path, schema_of("cn"), load_profiles([POLICIES / "cn" / "profiles"]))
    assert codes(intake) == told
    assert rows(intake, "person", "id_number") == [(None if number == "#REF!" else number,)]
