"""The Costa Rican survey: 9,557 real persons, nobody dropped (issue 2, item 6a)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mingbai.cli.stats_columns import Columns
from mingbai.tables import Intake, load_profiles, read_folder
from tests.tables.packs import POLICIES, ROOT, schema_of

SURVEY = ROOT.parent / "shared" / "data" / "households" / "costa_rica"
needs_survey = pytest.mark.skipif(
    not (SURVEY / "persons.parquet").is_file(),
    reason="the survey (terms: evaluation only) is not beside this clone",
)
PROFILES = load_profiles([POLICIES / "cr" / "profiles"])


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read_folder(SURVEY, schema_of("cr"), PROFILES)


@needs_survey
def test_all_persons_and_households_are_accepted(intake: Intake) -> None:
    assert (intake.rows_in, intake.rows_accepted, intake.rows_listed) == (9557, 9557, 0)
    assert intake.tables["person"].num_rows == 9557
    assert intake.tables["household"].num_rows == 2988


@needs_survey
def test_contradictory_and_headless_households_stand_as_remarks(intake: Intake) -> None:
    found = Counter((problem.code, problem.entity) for problem in intake.problems)
    assert found == {("TABLE-070", "household"): 85, ("TABLE-071", "household"): 15}
    assert {p.column for p in intake.problems if p.code == "TABLE-070"} == {"Target"}
    assert len({problem.key for problem in intake.problems}) == 100


@needs_survey
def test_published_identities_of_the_survey(intake: Intake) -> None:
    """Entry CR-DQ of ../shared/data/checks.json: what is odd in the survey, counted by the product."""
    entries = json.loads((SURVEY.parents[1] / "checks.json").read_text(encoding="utf-8"))
    (wanted,) = (entry["expected"] for entry in entries if entry["id"] == "CR-DQ")
    columns = Columns(SURVEY / "persons.parquet", ["Target", "rez_esc", "v2a1"], None, None)
    codes = Counter(problem.code for problem in intake.problems)
    assert wanted == {
        "households": intake.tables["household"].num_rows,
        "with_inconsistent_label": codes["TABLE-070"],
        "without_head": codes["TABLE-071"],
        "label_rows": dict(Counter(columns.groups("Target").tolist())),
        "rez_esc_missing": int(np.isnan(columns.numbers("rez_esc")).sum()),
        "v2a1_missing": int(np.isnan(columns.numbers("v2a1")).sum()),
    }


@needs_survey
def test_household_facts_hold_against_the_rows_they_come_from(intake: Intake) -> None:
    raw = pq.read_table(SURVEY / "persons.parquet").to_pylist()
    households = {row["household_id"]: row for row in intake.tables["household"].to_pylist()}
    levels = {1: "extreme", 2: "moderate", 3: "vulnerable", 4: "none"}
    for person in raw:
        household = households[person["idhogar"]]
        assert household["rooms"] == person["rooms"]
        assert (household["water_provision"] == "inside") == bool(person["abastaguadentro"])
        assert (household["toilet"] in ("sewer", "septic")) == bool(
            person["sanitario2"] or person["sanitario3"]
        )
        if person["parentesco1"]:
            assert household["poverty_level"] == levels[person["Target"]]
    without = [row for row in households.values() if row["poverty_level"] is None]
    assert without == []


@needs_survey
def test_overcrowding_by_rooms_is_the_surveys_own_flag() -> None:
    """policies/cr/SOURCES.md says so; here it is counted."""
    table = pq.read_table(SURVEY / "persons.parquet", columns=["hacapo", "tamviv", "rooms"])
    rows = table.to_pylist()
    assert all(bool(row["hacapo"]) == (row["tamviv"] > 2 * row["rooms"]) for row in rows)


def survey_row(**over: object) -> dict[str, object]:
    """A hand-typed row with every column the profile reads."""
    columns = {label for source in PROFILES[0].sources for label in source.labels}
    row: dict[str, object] = dict.fromkeys(sorted(columns), 0)
    row |= {"Id": "p1", "idhogar": "5e7506413", "age": 40, "rooms": 3, "tamviv": 2, "hhsize": 2}
    row |= {"male": 1, "parentesco1": 1, "tipovivi3": 1, "v2a1": 100000.0, "Target": 4}
    row |= {"rez_esc": None, "sanitario3": 1, "abastaguadentro": 1}
    return {**row, **over}


def test_profile_reads_hand_typed_rows(tmp_path: Path) -> None:
    rows = [survey_row(), survey_row(Id="p2", parentesco1=0, parentesco3=1, age=9, rez_esc=2.0)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "persons.parquet")
    intake = read_folder(tmp_path, schema_of("cr"), PROFILES)
    assert intake.problems == []
    household = intake.tables["household"].to_pylist()[0]
    assert (household["household_id"], household["tenure"]) == ("5e7506413", "rented")
    assert (household["monthly_payment"], household["toilet"]) == (10_000_000, "septic")
    assert (household["power"], household["poverty_level"]) == (None, "none")
    assert intake.tables["person"]["school_gap"].to_pylist() == [None, 2]
