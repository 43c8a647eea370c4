"""A corrected table that is sent again: its rows are recognised, and what was mended is counted."""

import json
from datetime import date

import pytest

from mingbai.engine.loading import load_pack
from mingbai.screening.recheck import Recheck, compare, is_memory, own_name, remember
from mingbai.screening.table_check import check_tables

HEAD = "户编号,人口编号,姓名,与户主关系,证件号码,务工时间（月）"
DAY = date(2026, 6, 30)
NUMBER = "990101198001010012"


@pytest.fixture(scope="module")
def pack():
    return load_pack("cn", with_cases=False)


@pytest.fixture
def check(pack, tmp_path):
    def run(*rows, name="成员.csv"):
        path = tmp_path / name
        path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        return check_tables([path], pack, DAY)

    return run


def compared(earlier, now):
    kept = json.loads(json.dumps(remember(earlier.problems)))
    return compare(kept, now.problems, now.intake)


FIRST = ("H1,P1,甲,户主,,十二", "H1,P2,乙,配偶,,99", "H2,P3,丙,户主,,六")


def test_mended_cells_are_recognised_wherever_their_rows_stand_now(check):
    now = check("H2,P3,丙,户主,,六", "H1,P2,乙,配偶,,9", "H1,P1,甲,户主,,12")
    assert compared(check(*FIRST), now) == Recheck(mended=2, still=1, gone=0, new=0)


def test_a_row_that_was_deleted_is_not_counted_as_mended(check):
    now = check("H1,P1,甲,户主,,12", "H2,P3,丙,户主,,六")
    assert compared(check(*FIRST), now) == Recheck(mended=1, still=1, gone=1, new=0)


def test_what_the_correction_broke_is_new(check):
    now = check("H1,P1,甲,户主,,12", "H1,P2,乙,夫妻,,9", "H2,P3,丙,户主,,6")
    assert compared(check(*FIRST), now) == Recheck(mended=3, still=0, gone=0, new=1)


def test_a_row_without_number_is_recognised_by_its_place(check):
    earlier = check("H1,P1,甲,户主,,1", "H1,1.23E+17,乙,配偶,,9")
    assert [one.severity for one in earlier.problems] == ["listed"]
    now = check("H1,P1,甲,户主,,1", "H1,P2,乙,配偶,,9")
    assert compared(earlier, now) == Recheck(mended=1, still=0, gone=0, new=0)
    shorter = check("H1,P1,甲,户主,,1")
    assert compared(earlier, shorter) == Recheck(mended=0, still=0, gone=1, new=0)


def test_files_that_were_not_sent_again_are_left_out(check):
    other = check("H1,P1,甲,户主,,一", name="别的.csv")
    assert compared(check(*FIRST), other) == Recheck(mended=0, still=0, gone=0, new=1)


def test_what_is_kept_holds_no_names_and_no_numbers(check):
    kept = json.dumps(
        remember(check(f"H1,P1,周全,户主,{NUMBER},十二").problems), ensure_ascii=False
    )
    assert "周全" not in kept
    assert NUMBER not in kept
    assert "P1" not in kept


@pytest.mark.parametrize(
    ("name", "own"),
    [("名单.xlsx", "名单.xlsx"), ("名单.csv.xlsx", "名单.csv"), ("2.1版.xlsx", "2.1版.xlsx")],
)
def test_a_returned_copy_is_known_by_the_senders_name(name, own):
    assert own_name(name) == own


def test_only_what_remember_has_made_is_an_earlier_check(check):
    kept = json.loads(json.dumps(remember(check(*FIRST).problems)))
    assert is_memory(kept)
    for wrong in ({}, {**kept, "format": 99}, {**kept, "salt": 1}, {**kept, "problems": [{}]}):
        assert not is_memory(wrong)
