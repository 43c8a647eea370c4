"""What offices send of a built place: readable as it is, damaged at its rates, every slip written down."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from python_calamine import CalamineWorkbook

from mingbai.demo import observed
from mingbai.demo.build import build
from mingbai.demo.context import Context, valid_on
from mingbai.demo.errors import PlaceError
from mingbai.demo.observed.building import rates_at
from mingbai.demo.observed.damage import Log, damaged
from mingbai.demo.observed.sheets import MARK, Sheet
from mingbai.demo.place import load_place
from mingbai.engine.loading import load_pack
from mingbai.screening.inputs import read_input
from mingbai.screening.screen import screen
from mingbai.tables import Intake

PACK = load_pack("cn", with_cases=False)
CHECKS = load_pack("cn-checks", with_cases=False)
Rows = list[list[str]]


@pytest.fixture(scope="module")
def puxi() -> Context:
    return build(load_place("蒲溪镇"), 1)


def sent(context: Context, folder: Path, damage: int) -> Path:
    observed.build(context, folder, damage)
    return folder / "observed"


@pytest.fixture(scope="module")
def whole(puxi: Context, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sent(puxi, tmp_path_factory.mktemp("whole"), 0)


@pytest.fixture(scope="module")
def worn(puxi: Context, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pa.Table]:
    folder = sent(puxi, tmp_path_factory.mktemp("worn"), 1)
    return folder, puxi.truth["damages"]


@pytest.fixture(scope="module")
def intake(whole: Path) -> Intake:
    return read_input(whole, CHECKS)


def test_undamaged_files_are_read_without_a_word(intake: Intake) -> None:
    said = [(one.code, one.file, one.message.en) for one in intake.problems]
    assert said == []
    assert intake.rows_listed == 0
    skipped = [one.name for one in intake.files if one.what == "skipped"]
    assert skipped == ["说明.txt"]


def test_undamaged_files_say_of_people_what_the_register_holds(
    intake: Intake, puxi: Context
) -> None:
    members = valid_on(puxi.tables["memberships"], puxi.until)
    persons = puxi.tables["persons"]
    at = pc.index_in(members["person_id"], value_set=persons["person_id"].combine_chunks())
    mine = persons.take(at).append_column("relation", members["relation"])
    mine = mine.append_column("household_id", members["household_id"])
    names = ["person_id", "household_id", "name", "sex", "birth_date", "relation"]
    there = intake.tables["person"].select(names)
    order = [("person_id", "ascending")]
    assert (
        mine.select(names)
        .sort_by(order)
        .equals(there.sort_by(order).cast(mine.select(names).schema))
    )
    numbers = intake.tables["person"].select(["person_id", "id_number"]).sort_by(order)
    cards = [text[:18] for text in numbers["id_number"].to_pylist()]
    assert cards == mine.sort_by(order)["id_number"].to_pylist()
    assert all(card.startswith("99") for card in cards)


def test_undamaged_files_say_of_households_what_the_register_holds(
    intake: Intake, puxi: Context
) -> None:
    read = {row["household_id"]: row for row in intake.tables["household"].to_pylist()}
    assert len(read) == puxi.total("S1-01.households")
    year = puxi.until.year
    mine = puxi.tables["incomes"].filter(pc.equal(puxi.tables["incomes"]["year"], year)).to_pylist()
    listed = [row for row in mine if read[row["household_id"]]["household_kind"] != "general"]
    assert len(listed) > 1000
    for row in listed:
        said = read[row["household_id"]]
        assert (said["income_wage"], said["income_pension"]) == (row["wage"], row["pension"])
        assert said["income_per_capita_recorded"] == row["per_capita"]
    kinds = Counter(row["household_kind"] for row in read.values())
    poor = puxi.total("S1-05.persons_2018")
    left = {key for key, row in read.items() if row["household_kind"] == "registered_poor"}
    members = intake.tables["person"]["household_id"].to_pylist()
    assert sum(home in left for home in members) == poor
    assert kinds["general"] + kinds["exited"] + kinds["registered_poor"] == len(read)


def read_rows(path: Path) -> dict[str, Rows]:
    """Every sheet as text, one row a list."""
    if path.suffix == ".csv":
        with path.open(encoding="gb18030", newline="") as file:
            return {"": list(csv.reader(file))}
    book = CalamineWorkbook.from_path(str(path))
    return {
        name: [
            [as_text(cell) for cell in row]
            for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        ]
        for name in book.sheet_names
    }


def as_text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def healed(rows: Rows, head: int, slips: list[dict[str, Any]]) -> Rows:
    """The records as they were, by the log read backwards: cells set back, copies taken out."""
    heads, gone = rows[head], set()
    for slip in reversed(slips):
        if slip["kind"] in ("duplicated", "elsewhere"):
            gone.add(slip["row"])
        elif slip["column"] is not None:
            cells = (
                slip["original"].split("\t") if slip["kind"] == "shifted" else [slip["original"]]
            )
            at = heads.index(slip["column"])
            rows[slip["row"] - 1][at : at + len(cells)] = cells
    return [line for at, line in enumerate(rows[head + 1 :], head + 2) if at not in gone]


def tidy(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    return text if len(text) > 15 or text.startswith("0") else as_text(number)


def test_every_difference_of_a_damaged_file_stands_in_the_log(
    whole: Path, worn: tuple[Path, pa.Table]
) -> None:
    folder, log = worn[0], worn[1].to_pylist()
    assert {one.name for one in folder.iterdir()} == {one.name for one in whole.iterdir()}
    for path in sorted(folder.glob("*.[xc]*")):
        before, after = read_rows(whole / path.name), read_rows(path)
        for name, rows in after.items():
            slips = [one for one in log if one["file"] == path.name and name in ("", one["sheet"])]
            merged = any(one["kind"] == "merged_head" for one in slips)
            top = next(at for at, row in enumerate(before[name]) if row.count("") < len(row) - 1)
            left_out = sum(one["kind"] == "omitted" for one in slips)
            expected = Counter(tuple(map(tidy, row)) for row in before[name][top + 1 :])
            found = Counter(tuple(map(tidy, row)) for row in healed(rows, top + merged, slips))
            assert found.total() + left_out == expected.total(), (path.name, name)
            assert not found - expected, (path.name, name)


def test_damage_comes_at_the_stated_rates(worn: tuple[Path, pa.Table], whole: Path) -> None:
    log, rates = worn[1], rates_at(1)
    police = "常住人口名单_合成数据.csv"
    rows = len(read_rows(whole / police)[""]) - 1
    mine = Counter(log.filter(pc.equal(log["file"], police))["kind"].to_pylist())
    for kind in ("omitted", "duplicated", "id_digit", "name"):
        assert mine[kind] == pytest.approx(rates[kind] * rows, rel=0.08), kind
    more = {"stale", "heaped", "typo", "disagrees", "merged_head", "shifted", "old_id", "elsewhere"}
    assert more | {"broken_text", "wide", "blank"} <= set(log["kind"].to_pylist())


def test_level_two_doubles_and_an_unknown_level_is_refused() -> None:
    assert rates_at(2)["name"] == 2 * rates_at(1)["name"]
    assert not any(rates_at(0).values())
    with pytest.raises(PlaceError):
        rates_at(3)


def test_same_seed_gives_the_same_bytes_and_another_seed_other_slips(
    puxi: Context, worn: tuple[Path, pa.Table], tmp_path: Path
) -> None:
    again = sent(replace(puxi, truth={}), tmp_path / "again", 1)
    other = sent(replace(puxi, truth={}, seed=2), tmp_path / "other", 1)
    for path in sorted(worn[0].iterdir()):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name
        assert (other / path.name).read_bytes() != path.read_bytes(), path.name


def test_every_file_says_that_it_is_synthetic(whole: Path) -> None:
    for path in whole.iterdir():
        assert MARK in path.name or MARK in path.read_text(encoding="utf-8")


def test_at_most_a_tenth_of_all_households_gets_a_task(
    puxi: Context, worn: tuple[Path, pa.Table]
) -> None:
    done = screen(worn[0], PACK, puxi.until)
    assert done.households > 9000
    assert 0 < len(done.tasks) <= done.households // 10


def test_a_sheet_without_rows_is_left_alone() -> None:
    sheet = Sheet("a.csv", "a", ("姓名",), (np.empty(0, dtype=object),))
    assert damaged(sheet, rates_at(2), np.random.default_rng(1), Log()).rows == 0


def test_watched_households_of_the_present_regime_stand_in_the_list(tmp_path: Path) -> None:
    day = date(2026, 6, 30)
    context = build(load_place("puxi"), 1, day)
    read = read_input(sent(context, tmp_path, 0), PACK)
    assert (read.rows_listed, read.remarks) == (0, 0)
    households = read.tables["household"]
    kept = households.filter(pc.not_equal(households["watched_kind"], "none"))
    found = Counter((row["watched_kind"], row["risk_cleared"]) for row in kept.to_pylist())
    assert {kind for kind, _ in found} == {"unstable", "marginal", "sudden"}
    now = valid_on(context.tables["statuses"], day)
    for kind in ("unstable", "marginal", "sudden"):
        assert found[kind, False] == pc.sum(pc.equal(now["kind"], f"watched_{kind}")).as_py()
    cleared = {
        row["household_id"]: row["cleared_on"] for row in kept.to_pylist() if row["risk_cleared"]
    }
    over = now.filter(pc.equal(now["kind"], "cleared")).to_pylist()
    assert cleared.items() <= {row["subject_id"]: row["from_date"] for row in over}.items()
    assert len(cleared) > 100
