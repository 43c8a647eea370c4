"""江口县: all published totals, what was stripped, its merger and its people; built once, 240,000 persons."""

from collections import Counter
from datetime import date

import pyarrow.compute as pc
import pytest

from mingbai.demo.build import build
from mingbai.demo.check import MASK, RED, check_tables
from mingbai.demo.context import Context
from mingbai.demo.cross import cross_checks
from mingbai.demo.frame import build as build_frame
from mingbai.demo.place import load_place
from mingbai.demo.reports import Loaded

PLACE = load_place("江口")


@pytest.fixture(scope="module")
def jiangkou() -> Context:
    return build(PLACE, 2)


def test_every_published_total_is_met(jiangkou: Context) -> None:
    """S2-01 S2-02 S2-03 S2-06 S2-07 S2-11 S2-19 S2-24 S2-30 S2-32 S2-37 S2-40 S2-42 S2-43 S2-46 S2-52."""
    lines = check_tables(PLACE, jiangkou.tables)
    assert [line.as_json() for line in lines if line.mark == RED] == []
    assert len(lines) == 45


def test_what_was_stripped_is_not_published_and_never_zero(jiangkou: Context) -> None:
    """S2-02 S2-15 S2-40 S2-42 S2-43 S2-44 S2-45 S2-50: section C of the mechanisms."""
    masked = [one.as_json() for one in check_tables(PLACE, jiangkou.tables) if one.mark == MASK]
    assert len(masked) == 16
    for one in masked:
        assert one["published"] == one["computed"] == {"zh": "未公布", "en": "not published"}
        assert one["value"] is None
        assert one["reason"] == {"zh": "原文的数字被抹去", "en": "stripped from the report"}


def test_a_stripped_year_is_no_date() -> None:
    """S2-02 S2-43: the figures survived, their year did not."""
    undated = {name for name, one in PLACE.totals.by_id.items() if one.undated}
    assert {"S2-02.persons", "S2-02.rate", "S2-43.rate_before", "S2-42.rate"} <= undated


def test_base_of_the_rate_is_not_the_whole_county(jiangkou: Context) -> None:
    """X17."""
    (found,) = cross_checks(PLACE, Loaded(jiangkou.tables))
    assert (found.id, found.marks, found.as_stated) == ("X17", ("✔", "✘"), True)
    assert "43,000 ÷ 19.85% = 216,625" in found.statements[0].zh
    assert "17.9%，不是 19.85%" in found.statements[1].zh


def test_ethnic_groups_follow_the_census(jiangkou: Context) -> None:
    groups = Counter(jiangkou.tables["persons"]["ethnicity"].to_pylist())
    shares = {name: 100 * count / groups.total() for name, count in groups.items()}
    wanted = {"土家族": 39.7, "汉族": 38.5, "苗族": 12.1, "侗族": 8.7}
    assert {name: round(shares[name]) for name in wanted} == {
        name: round(share) for name, share in wanted.items()
    }
    assert all(abs(shares[name] - share) < 1 for name, share in wanted.items())


def test_numbers_bear_the_county_code_of_the_birth(jiangkou: Context) -> None:
    """Until November 2011 the county was 522222."""
    persons = jiangkou.tables["persons"]
    old = pc.less(persons["birth_date"], date(2011, 11, 22))
    heads = pc.utf8_slice_codeunits(persons["id_number"], 0, 6)
    assert set(pc.filter(heads, old).to_pylist()) == {"992222"}
    assert set(pc.filter(heads, pc.invert(old)).to_pylist()) == {"990621"}


def test_every_village_of_2018_became_one_of_2019() -> None:
    """144 villages, then 85: the roster says who went and who came, the parameters who became what."""
    context = Context(PLACE, 1, PLACE.as_of)
    build_frame(context)
    rows = context.tables["divisions"].to_pylist()
    villages = [one for one in rows if one["level"] == "village"]
    day = date(2019, 1, 1)

    def standing(kind: str, at: date) -> set[str]:
        return {
            one["code"]
            for one in villages
            if one["kind"] == kind
            and one["from_date"] <= at
            and (one["to_date"] is None or one["to_date"] > at)
        }

    assert len(standing("village", PLACE.as_of)) == 144
    assert len(standing("village", day)) == 85
    ended = [one for one in villages if one["to_date"] == day]
    after = standing("village", day) | standing("community", day)
    assert {one["successor"] for one in ended} <= after
    # Only the community for those who were relocated stands on no older village.
    new = after - standing("village", PLACE.as_of) - standing("community", PLACE.as_of)
    assert new - {one["successor"] for one in ended} == {"520621002003"}
