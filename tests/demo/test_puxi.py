"""蒲溪镇 as built: every published total, what turns red when something is missing, seeds, cross-checks."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from mingbai.demo.build import MARK, build, write_tables
from mingbai.demo.check import RED, UNCLEAR, check_tables, check_tables_of
from mingbai.demo.context import Context, valid_on
from mingbai.demo.cross import Cross, cross_checks
from mingbai.demo.place import load_place
from mingbai.demo.reports import Files, Loaded, Reports

PLACE = load_place("puxi")
END = date(2018, 12, 31)
STOCKS = ("identified", "added", "natural_increase", "natural_decrease", "removed")


def _red(tables: dict[str, pa.Table]) -> set[str]:
    return {line.total.id for line in check_tables(PLACE, tables) if line.red}


def test_every_published_total_is_met_from_the_files(puxi_files: Path) -> None:
    """S1-01 S1-02 S1-03 S1-04 S1-05 S1-21 S1-27 S1-43 S1-44 S1-46 S1-48 S1-55 S1-56."""
    lines = check_tables_of(PLACE, Files(puxi_files))
    assert [line.as_json() for line in lines if line.mark == RED] == []
    assert {line.total.id for line in lines if line.mark == UNCLEAR} == {"S1-44.households"}


def _without(table: pa.Table, column: str, value: Any) -> pa.Table:
    return table.filter(pc.invert(pc.equal(table[column], pa.scalar(value, table[column].type))))


def _poor_household(context: Context) -> str:
    asked = Reports(Loaded(context.tables), PLACE.code, PLACE.totals.sets)
    open_ = pc.invert(pc.is_in(asked.ids("registered", END), value_set=asked.ids("exited", END)))
    return asked.ids("registered", END).filter(open_)[0].as_py()


def _without_household(context: Context) -> dict[str, pa.Table]:
    gone = _poor_household(context)
    parts = {"households": "household_id", "memberships": "household_id", "statuses": "subject_id"}
    return {name: _without(context.tables[name], column, gone) for name, column in parts.items()}


def _without_payment(context: Context) -> dict[str, pa.Table]:
    paid = context.tables["payments"]
    aided = paid.filter(pc.equal(paid["programme"], "education_aid"))
    return {"payments": _without(paid, "payment_id", aided["payment_id"][0].as_py())}


def _without_membership(context: Context) -> dict[str, pa.Table]:
    gone = _poor_household(context)
    held = valid_on(context.tables["memberships"], END)
    person = held.filter(pc.equal(held["household_id"], gone))["person_id"][0].as_py()
    return {"memberships": _without(context.tables["memberships"], "person_id", person)}


@pytest.mark.parametrize(
    ("remove", "expected"),
    [
        (_without_household, {"S1-01.households", "S1-01.persons", "S1-05.persons_2018"}),
        (_without_payment, {"S1-47.helped"}),
        (_without_membership, {"S1-01.persons", "S1-05.persons_2018", "S1-27.persons"}),
    ],
    ids=["household", "payment", "membership"],
)
def test_what_is_missing_turns_its_totals_red(
    puxi: Context, remove: Callable[[Context], dict[str, pa.Table]], expected: set[str]
) -> None:
    assert _red(puxi.tables) == set()
    assert expected <= _red(puxi.tables | remove(puxi))


def test_the_check_reads_the_files_and_not_the_table_of_totals(
    puxi_files: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "place"
    shutil.copytree(puxi_files, folder)
    path = folder / "register" / "crops.parquet"
    crops = pq.read_table(path)
    more = pc.add(crops["quantity"], 1)
    pq.write_table(crops.set_column(crops.column_names.index("quantity"), "quantity", more), path)
    assert {line.total.id for line in check_tables_of(PLACE, Files(folder)) if line.red} == {
        "S1-43.tea",
        "S1-43.fungus",
        "S1-43.maize",
    }


def _bytes(folder: Path) -> dict[str, bytes]:
    paths = sorted(one for one in folder.rglob("*") if one.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_same_seed_gives_the_same_bytes(puxi_files: Path, tmp_path: Path) -> None:
    write_tables(build(PLACE, seed=1), tmp_path)
    assert _bytes(tmp_path) == _bytes(puxi_files)


def test_another_seed_meets_the_totals_with_other_people(puxi: Context) -> None:
    other = build(PLACE, seed=2)
    assert _red(other.tables) == set()
    for table in ("persons", "memberships", "statuses", "incomes", "dwellings", "denominators"):
        assert not other.tables[table].equals(puxi.tables[table]), table


def test_a_later_day_leaves_the_published_totals_true() -> None:
    later = build(PLACE, seed=1, until=date(2026, 6, 30))
    assert _red(later.tables) == set()
    assert {one.name for one in later.villages(later.until)} > {"溪畔社区", "天星村"}
    watched = pc.starts_with(later.tables["statuses"]["kind"], "watched")
    assert pc.sum(watched).as_py() > 0


def test_the_log_balances_to_every_dated_stock(puxi: Context) -> None:
    """S1-02 S1-04: registered persons on a day = what the log of events adds up to."""
    asked = Reports(Loaded(puxi.tables), PLACE.code, PLACE.totals.sets)
    logged = {"sum": "events.persons", "where": {"kind": list(STOCKS)}, "until": "day"}
    living = {
        "distinct": "memberships.person_id",
        "where": {"household_id": {"in": "registered"}},
        "at": True,
    }
    days = [date(year, 12, 31) for year in range(2014, 2019)] + [date(2018, 6, 30)]
    found = [(asked.figure(logged, day), asked.figure(living, day)) for day in days]
    assert [pair for pair in found if pair[0] != pair[1]] == []
    assert found[0] == (4869, 4869)


def test_everything_says_that_it_is_synthetic(puxi_files: Path) -> None:
    assert json.loads((puxi_files / "place.json").read_text(encoding="utf-8"))["mark"] == MARK
    for path in puxi_files.rglob("*.parquet"):
        assert pq.read_schema(path).metadata[b"mark"].decode() == MARK


@pytest.fixture(scope="session")
def crossed(puxi_files: Path) -> dict[str, Cross]:
    return {one.id: one for one in cross_checks(PLACE, Files(puxi_files))}


@pytest.mark.parametrize(
    ("name", "marks", "words"),
    [
        ("X09", "✘", "每人 5.09 户、13.95 人"),
        ("X10", "✘ ≈", "按总人口 29,544 算是 16.5%（公布 17.8%）和 4.7%（公布 5.2%）"),
        ("X11", "≈", "半年减少 867 人"),
        ("X12", "✘", "联镇县领导 5 名，只列出 4 个名字"),
        ("X13", "✘", "有 1 个村空缺"),
        ("X14", "✔", "站点 13 = 12 个村 + 1 个居委会"),
        ("X15", "?", "要问，不能猜"),
        ("X16", "✔", "结对 1,578 户不多于 2014 年底数 1,727 户"),
    ],
)
def test_cross_checks_of_puxi(crossed: dict[str, Cross], name: str, marks: str, words: str) -> None:
    """S1-02 S1-04 S1-05 S1-23 S1-25 S1-26 S1-27 S1-44 S1-55: X09 to X16 come out as stated."""
    found = crossed[name]
    assert " ".join(found.marks) == " ".join(found.stated) == marks
    assert words in "".join(one.zh for one in found.statements)
    assert all(one.en for one in found.statements)
