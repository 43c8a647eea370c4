"""沙口镇 as built: every published total, what turns red, another seed, and its cross-checks."""

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mingbai.demo.build import build
from mingbai.demo.check import RED, check_tables
from mingbai.demo.context import Context, valid_on
from mingbai.demo.cross import Cross, cross_checks
from mingbai.demo.place import load_place
from mingbai.demo.reports import Loaded

PLACE = load_place("沙口")


@pytest.fixture(scope="module")
def shakou() -> Context:
    return build(PLACE, seed=1)


def _red(tables: dict[str, pa.Table]) -> set[str]:
    return {line.total.id for line in check_tables(PLACE, tables) if line.red}


def test_every_published_total_is_met(shakou: Context) -> None:
    """S0-02 S0-03 S0-07 S0-12 S0-13 S0-14 S0-17 S0-18 S0-21 S0-25 S0-28 S0-40 S0-41 S0-49 S0-50 S0-64."""
    lines = check_tables(PLACE, shakou.tables)
    assert [line.as_json() for line in lines if line.mark == RED] == []


def test_another_seed_meets_the_totals_with_other_people(shakou: Context) -> None:
    other = build(PLACE, seed=2, until=date(2021, 12, 31))
    assert _red(other.tables) == set()
    for table in ("persons", "statuses", "incomes", "dwellings", "needs", "campaign_records"):
        assert not other.tables[table].equals(shakou.tables[table]), table


def _one_visit_less(context: Context) -> dict[str, pa.Table]:
    records = context.tables["campaign_records"]
    home = records.filter(pc.equal(records["kind"], "visit"))["household_id"][0]
    march = pc.equal(pc.month(records["day"]), 3)
    gone = pc.fill_null(pc.and_(pc.equal(records["household_id"], home), march), False)
    return {"campaign_records": records.filter(pc.invert(gone))}


def _a_yuan_more(context: Context) -> dict[str, pa.Table]:
    incomes = context.tables["incomes"]
    first = pa.array(range(incomes.num_rows))
    richer = pc.if_else(pc.equal(first, incomes.num_rows - 1), 100, 0)
    at = incomes.column_names.index("net")
    return {"incomes": incomes.set_column(at, "net", pc.add(incomes["net"], richer))}


def _a_purchase_less(context: Context) -> dict[str, pa.Table]:
    needs = context.tables["needs"]
    return {"needs": needs.filter(pc.not_equal(needs["need_id"], "B-union-00001"))}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_one_visit_less, {"S0-18.visits"}),
        (_a_yuan_more, {"S0-64.income_2020"}),
        (_a_purchase_less, {"S0-58.amount"}),
    ],
    ids=["visit", "yuan", "purchase"],
)
def test_what_is_missing_turns_its_total_red(
    shakou: Context, change: Callable[[Context], dict[str, pa.Table]], expected: set[str]
) -> None:
    assert _red(shakou.tables | change(shakou)) == expected


def test_houses_of_others_are_of_the_other_three_groups(shakou: Context) -> None:
    """S0-49: dibao, destitute, disabled, where not registered."""
    day = PLACE.as_of
    statuses = valid_on(shakou.tables["statuses"], day)
    of_kind = {
        kind: pc.unique(statuses.filter(pc.equal(statuses["kind"], kind))["subject_id"])
        for kind in ("registered", "dibao", "tekun")
    }
    ill = shakou.tables["healths"]
    disabled = ill.filter(pc.is_valid(ill["disability_grade"]))["person_id"]
    members = shakou.tables["memberships"]
    aided = pc.or_(
        pc.is_in(
            members["person_id"],
            value_set=pa.concat_arrays([of_kind["tekun"], disabled.combine_chunks()]),
        ),
        pc.is_in(members["household_id"], value_set=of_kind["dibao"]),
    )
    homes = shakou.tables["dwellings"]
    rebuilt = homes.filter(pc.is_valid(homes["renovated_on"]))["household_id"]
    others = rebuilt.filter(pc.invert(pc.is_in(rebuilt, value_set=of_kind["registered"])))
    assert len(others) == 167
    assert pc.all(pc.is_in(others, value_set=members.filter(aided)["household_id"])).as_py()


@pytest.fixture(scope="module")
def crossed(shakou: Context) -> dict[str, Cross]:
    return {one.id: one for one in cross_checks(PLACE, Loaded(shakou.tables))}


@pytest.mark.parametrize(
    ("name", "marks", "words"),
    [
        ("X18", "✔", "同一批 947 条记录的两种叫法，只算一次"),
        ("X19", "✔", "每人 2,000 元，一分不差"),
        ("X20", "✔", "户均 23,277 元和 12,108 元"),
        ("X21", "✘", "573.5 个学期，不是整数"),
        ("X23", "✔", "= 44.7445 万元"),
        ("X24", "✔ ?", "4.06 倍，五年平均每年增长 32.4%"),
    ],
)
def test_cross_checks_of_shakou(
    crossed: dict[str, Cross], name: str, marks: str, words: str
) -> None:
    """S0-41 S0-49 S0-57 S0-58 S0-59 S0-60 S0-61 S0-62 S0-64: each as stated."""
    found = crossed[name]
    assert " ".join(found.marks) == " ".join(found.stated) == marks
    assert words in "".join(one.zh for one in found.statements)
    assert all(one.en for one in found.statements)


def test_a_match_written_as_a_record_of_its_own_is_seen(shakou: Context) -> None:
    """X18: wishes entered once more as matches are no longer the same records."""
    needs = shakou.tables["needs"]
    again = needs.filter(pc.equal(needs["channel"], "social_platform")).slice(0, 3)
    for name, values in (("need_id", ["M1", "M2", "M3"]), ("kind", ["match"] * 3)):
        again = again.set_column(again.column_names.index(name), name, pa.array(values))
    found = cross_checks(PLACE, Loaded(shakou.tables | {"needs": pa.concat_tables([needs, again])}))
    assert {one.id for one in found if not one.as_stated} == {"X18"}
