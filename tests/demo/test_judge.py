"""The judge on a place small enough to score by hand, and that a spoiled product scores lower."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from mingbai.cli.judge import judge as command
from mingbai.demo.entitled import ENTITLEMENTS, RISKS
from mingbai.demo.judge import Judgement, Rate, as_json, as_text, judge, pack_of
from mingbai.demo.judge.seen import see
from mingbai.demo.observed.damage import DAMAGES
from mingbai.engine.errors import EngineError
from mingbai.engine.model.pack import Pack
from mingbai.tables.identity import check_sign
from tests.demo.unopened import unopened

DAY = date(2025, 6, 30)
HEADS = (
    "household_id,division_code,head_name,household_kind,watched_kind,watched_on,risk_cleared,"
    "income_per_capita_recorded,food_enough,drinking_water_safe,electricity"
)
# The line of Yunnan on the day is 8,700 yuan. h1 below it; h2 above, hit by an illness no file tells of; h3
# with a large bill, not poor; h4 watched; h5 poor on the register, owns a vehicle; h6 in no list of incomes.
HOUSEHOLDS = """
h1,530626,甲,exited,none,,,5000,是,是,是
h2,530626,乙,exited,none,,,12000,,是,乱
h3,530626,丙,general,none,,,,,是,怪
h4,530626,丁,exited,unstable,2025-01-10,否,5000,,是,是
h5,530626,戊,registered_poor,none,,,20000,,是,是
h6,530626,己,general,none,,,,,是,是
"""


def number(seat: int) -> str:
    """A valid number that is nobody's."""
    first = f"99062619700101{seat:03d}"
    return first + check_sign(first)


#: Person, household, number, disabled: by the files p1, p2 and p3 are.
PERSONS = [
    ("p1", "h1", number(1), "是,1"),
    ("p2", "h2", number(2), "是,1"),
    ("p3", "h3", number(3), "是,1"),
    ("p4", "h4", number(4), "否,"),
    ("p5", "h5", number(5), "否,"),
    ("p6", "h6", number(6), "否,"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    told = {
        "mark": "合成数据",
        "place": "tiny",
        "name": "小村",
        "seed": 7,
        "until": DAY.isoformat(),
    }
    (folder / "place.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    _write_files(folder / "observed")
    _write_truth(folder / "truth")
    return folder


def _write_files(folder: Path) -> None:
    folder.mkdir()
    persons = "".join(f"{key},{home},{one},1970-01-01,{ill}\n" for key, home, one, ill in PERSONS)
    files = {
        "household": HEADS + HOUSEHOLDS,
        "person": "person_id,household_id,id_number,birth_date,health_disabled,disability_grade\n" + persons,
        "bill": "person_id,paid_on,kind,policy_cost,paid_basic,paid_major,paid_aid,paid_supplement\n"
                "p3,2025-06-01,inpatient,20000,5000,0,0,0\n",
        "benefit": "person_id,paid_on,kind,amount\np1,2025-06-20,nursing_disabled,60\n",
        "asset": "person_id,since,kind,price\np4,2024-01-01,vehicle,20000\np5,2024-01-01,vehicle,20000\n",
    }  # fmt: skip
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text.replace("\n\n", "\n"), encoding="utf-8")


def _write_truth(folder: Path) -> None:
    folder.mkdir()
    low, sick, lost = (None, date(2025, 6, 10), date(2025, 3, 1))
    tables = {
        # The word of h2 is a slip that was made; that of h3 is not in the log: naming it is false.
        "damages": pa.table({
            "file": ["household.csv"] * 2, "sheet": ["household"] * 2, "row": [3, 7],
            "column": ["electricity", "food_enough"], "kind": ["broken_text", "blank"],
            "original": ["是", "是"],
        }).cast(DAMAGES),
        "risks": pa.table({
            "household_id": ["h1", "h2", "h4", "h6"], "kind": ["low", "illness", "job", "low"],
            "day": pa.array([low, sick, lost, low], pa.date32()),
            "after": [500_000] * 4, "line": [870_000] * 4,
        }).cast(RISKS),
        "shocks": pa.table({
            "household_id": ["h2", "h4"], "person_id": ["p2", "p4"],
            "day": pa.array([sick, lost], pa.date32()), "kind": ["illness", "job"], "loss": [1, 1],
        }),
        "welfare": pa.table({
            "household_id": ["h1", "h2", "h6"], "year": [2024] * 3, "welfare": [500_000] * 3,
            "poor": [True, False, True],
        }),
        "misjudged": pa.table({
            "household_id": ["h6", "h5", "h1"], "kind": ["missed", "wrong_in", "wrong_out"],
            "from_date": [DAY] * 3,
        }),
        "entitlements": pa.table({
            "person_id": ["p1", "p2", "p3", "p5"], "household_id": ["h1", "h2", "h3", "h5"],
            "kind": ["nursing_disabled"] * 4, "paid": [True, False, True, False],
        }).cast(ENTITLEMENTS),
    }  # fmt: skip
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")


@pytest.fixture(scope="module")
def judged(place: Path) -> Judgement:
    return judge(place)


def rates(judged: Judgement, section: str, line: str) -> dict[str, Rate]:
    lines = {one.id: one.rates for one in judged.sections if one.id == section for one in one.lines}
    return dict(lines[line])


def both(recall: tuple[int, int], precision: tuple[int, int]) -> dict[str, Rate]:
    return {"recall": Rate(*recall), "precision": Rate(*precision)}


def test_risks_are_scored_by_whom_the_rules_name(judged: Judgement) -> None:
    """True: h1 h2 h4 h6. Named: h1 by income, h3 by its bill. Known: h4. A file tells of h1 h2 h4."""
    assert rates(judged, "risks", "all") == both((2, 4), (1, 2))
    assert rates(judged, "risks", "told") == {"recall": Rate(2, 3)}
    assert rates(judged, "risks", "kind:low") == {"recall": Rate(1, 2)}
    assert rates(judged, "risks", "kind:illness") == {"recall": Rate(0, 1)}
    assert rates(judged, "risks", "days:30") == {"recall": Rate(0, 1)}
    assert rates(judged, "risks", "days:366") == {"recall": Rate(1, 1)}
    assert rates(judged, "risks", "rule:signal.illness") == {"precision": Rate(0, 1)}
    assert rates(judged, "risks", "rule:watch.unstable") == {"precision": Rate(1, 1)}


def test_problems_are_scored_by_the_rows_they_name(judged: Judgement) -> None:
    """Two slips, the odd word is named and the empty cell is not; two words are named, one rightly."""
    assert rates(judged, "problems", "all") == both((1, 2), (1, 2))
    assert rates(judged, "problems", "kind:broken_text") == {"recall": Rate(1, 1)}
    assert rates(judged, "problems", "kind:blank") == {"recall": Rate(0, 1)}
    assert rates(judged, "problems", "code:TABLE-060") == {"precision": Rate(1, 2)}


def test_entitlements_are_scored_by_who_is_truly_short(judged: Judgement) -> None:
    """Due and unpaid: p2 p5. Named: p2, and p3 whose payment no file tells of."""
    assert rates(judged, "rights", "nursing.missing") == both((1, 2), (1, 2))


def test_entries_and_exits_are_scored(judged: Judgement) -> None:
    """Missed h6; of ordinary households h3 is named. Vehicles at h4 and h5. Below the line h1 and h4."""
    assert rates(judged, "misjudged", "missed") == both((0, 1), (0, 1))
    assert rates(judged, "misjudged", "wrong_in") == both((1, 1), (1, 2))
    assert rates(judged, "misjudged", "wrong_out") == both((1, 1), (1, 2))


def test_lights_are_counted_against_truth(judged: Judgement) -> None:
    lights = [one.rates for one in judged.sections if one.id == "lights" for one in one.lines]
    assert sum(one["households"].part for one in lights) == 6
    assert sum(one["poor"].part for one in lights) == 2
    assert sum(one["at_risk"].part for one in lights) == 4


def test_unknowns_are_divided_by_what_settles_them(judged: Judgement) -> None:
    """Food is asked at five; nobody has clothes: one list; water is known without its four measurements."""

    def said(rule: str) -> list[int]:
        return [one.part for one in rates(judged, "unknowns", f"rule:{rule}").values()]

    assert said("basics.food") == [0, 0, 5]
    assert said("basics.clothing") == [0, 6, 0]
    assert "rule:basics.water" not in {
        one.id for one in judged.sections if one.id == "unknowns" for one in one.lines
    }
    every = rates(judged, "unknowns", "all")
    assert sum(one.part for one in every.values()) == every["asking"].whole


def test_interval_holds_the_share_and_stays_between_none_and_all() -> None:
    """Wilson, 95 %: of 10 one is 1.8 % to 40.4 %."""
    assert Rate(1, 10).interval == pytest.approx((0.0179, 0.4042), abs=1e-4)
    assert Rate(0, 5).interval == pytest.approx((0.0, 0.4345), abs=1e-4)
    assert Rate(0, 0).interval is None


def without(name: str) -> Pack:
    pack = pack_of()
    return replace(pack, rules=tuple(rule for rule in pack.rules if rule.id != name))


def test_product_without_a_rule_scores_lower(place: Path) -> None:
    spoiled = judge(place, pack=without("nursing.missing"))
    assert rates(spoiled, "rights", "nursing.missing") == both((0, 2), (0, 0))


def test_product_with_a_wrong_line_finds_fewer(place: Path, tmp_path: Path) -> None:
    local = tmp_path / "local.yaml"
    local.write_text(
        "parameters:\n  monitoring_line:\n    values:\n"
        '      - {from: 2025-01-01, region: "5306", value: 1000}\n', encoding="utf-8",
    )  # fmt: skip
    assert rates(judge(place, pack=pack_of(local)), "risks", "all")["recall"] == Rate(1, 4)


def test_screening_opens_nothing_of_the_truth(place: Path) -> None:
    with unopened(place / "truth") as opened:
        see(place, DAY, pack_of())
    assert opened == []
    with unopened(place / "truth") as opened:
        judge(place)
    assert opened


def test_command_prints_every_rate_with_its_two_numbers(place: Path, judged: Judgement) -> None:
    done = CliRunner().invoke(command, [str(place), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said == json.loads(json.dumps(as_json(judged)))
    assert said["synthetic"]
    shown = "\n".join(as_text(judged))
    assert "50.0%（2/4，" in shown
    assert "—（0/0）" in shown


def test_folder_that_is_no_place_or_lacks_its_truth_is_refused(place: Path, tmp_path: Path) -> None:
    refused = CliRunner().invoke(command, [str(tmp_path)])
    assert isinstance(refused.exception, EngineError)
    assert "RUN-021" in str(refused.exception)
    (tmp_path / "place.json").write_bytes((place / "place.json").read_bytes())
    (tmp_path / "observed").symlink_to(place / "observed")
    lacking = CliRunner().invoke(command, [str(tmp_path)])
    assert isinstance(lacking.exception, EngineError)
    assert "misjudged" in str(lacking.exception)
