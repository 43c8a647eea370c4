"""The main job on the example: every count adds up, one task a household, gaps said once."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from mingbai.engine.compiling import compile_pack
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.loading import apply_local, load_pack
from mingbai.screening.inputs import household_row, pack_for
from mingbai.screening.parquet import households_table
from mingbai.screening.screen import screen
from mingbai.screening.summary import as_json, headline

EXAMPLE = Path(__file__).parents[2] / "examples" / "yunnan-2025"
AS_OF = date(2025, 6, 30)


@pytest.fixture(scope="module")
def pack():
    return load_pack("cn", with_cases=False)


@pytest.fixture(scope="module")
def screening(pack):
    return screen(EXAMPLE, pack, AS_OF)


def test_four_counts_add_up_to_the_rows_of_the_entity(screening):
    """Five-item status per household, each with evidence and owner (S0-04)."""
    sizes = {name: table.num_rows for name, table in screening.results.items()}
    off = {
        name: counts
        for name, counts in screening.counts.items()
        if sum(counts.as_dict().values()) != sizes[counts.rule.entity]
    }
    assert off == {}
    assert {"basics.housing", "basics.water", "basics.medical", "basics.education"} <= set(
        screening.counts
    )


def test_rows_in_are_accepted_plus_listed(screening):
    intake = screening.intake
    assert intake.rows_in == intake.rows_accepted + intake.rows_listed
    assert intake.rows_listed == sum(item.severity == "listed" for item in intake.problems)


def test_one_task_a_household_and_never_both(screening):
    """One task per household instead of many warnings (design 2.2, T-08)."""
    tasks = [task.key for task in screening.tasks]
    asks = [ask.key for ask in screening.asks]
    assert len(set(tasks)) == len(tasks) > 0
    assert set(tasks) & set(asks) == set()
    assert all(task.findings for task in screening.tasks)
    assert all(ask.questions for ask in screening.asks)


def test_tasks_are_due_after_the_days_of_the_pack(screening, pack):
    days = pack.parameters["task_days"].value_for(AS_OF, "53").value
    assert {task.due_on for task in screening.tasks} == {AS_OF + timedelta(days=days)}


def test_tasks_come_by_what_is_at_stake(screening):
    urgency = [min(item.rule.priority for item in task.findings) for task in screening.tasks]
    assert urgency == sorted(urgency)


def test_every_member_named_in_a_finding_lives_there(screening, pack):
    for task in screening.tasks:
        household = household_row(pack, screening.intake.tables, task.key)
        names = {row.facts["name"] for row in household.below["members"]}
        assert {name for item in task.findings for name in item.about} <= names


def test_masks_name_the_same_causes_as_the_trace(screening, pack):
    """What a whole county is asked for is what the explanation of one household says."""
    program = screening.program
    tracer = Tracer(compile_pack(program.pack, AS_OF))
    top = pack.top
    for position, key in enumerate(screening.results[top.id].column(top.key).to_pylist()):
        evaluated = tracer.evaluate(household_row(pack, screening.intake.tables, key))
        for name in program.outputs_of(top.id):
            named = {path.split(".")[-1] for path in tracer.because(evaluated, name)}
            masked = {
                cause.name
                for word, column in program.lowered.rules[name].why
                for cause in program.causes_in(
                    word, screening.results[top.id].column(column)[position].as_py()
                )
            }
            assert masked == named, (key, name)


def test_an_unpublished_line_is_said_once_with_its_region(screening):
    """A parameter without a value makes its rules unknown there, counted once (S1-05 wants dates)."""
    lines = [gap for gap in screening.gaps if gap.name == "monitoring_line"]
    assert [(gap.kind, gap.where, gap.households) for gap in lines] == [
        ("parameter", "四川省（51）", 1)
    ]


def test_a_local_list_fills_an_unpublished_line(pack, tmp_path):
    local = tmp_path / "local.yaml"
    local.write_text(
        "parameters:\n  monitoring_line:\n    values:\n"
        '      - {from: 2025-01-01, region: "51", value: 8000, source: 本县}\n'
    )
    filled = screen(EXAMPLE, apply_local(pack, local), AS_OF)
    assert [gap for gap in filled.gaps if gap.name == "monitoring_line"] == []
    value = filled.program.pack.parameters["monitoring_line"].value_for(AS_OF, "510105")
    assert value.local
    assert value.value == 800000


def test_lists_that_were_not_handed_in_are_unknown_not_none(pack, tmp_path):
    """No list of payments is not a list without payments: no false alarm, one message for the run."""
    for path in EXAMPLE.glob("*.xlsx"):
        shutil.copy(path, tmp_path)
    partial = screen(tmp_path, pack, AS_OF)
    assert partial.counts["help.missing"].unmet == 0
    assert partial.counts["nursing.missing"].unmet == 0
    gaps = {gap.name: gap.households for gap in partial.gaps if gap.kind == "relation"}
    assert gaps["bills"] > 0
    assert {"benefits", "measures"} <= set(gaps)


def test_a_fact_nobody_has_is_one_message_not_a_question_each(pack, tmp_path):
    """A fact that a whole file lacks is one message for the run (design 2.2)."""
    for path in EXAMPLE.iterdir():
        if path.name != "入户核查补充.csv":
            shutil.copy(path, tmp_path)
    partial = screen(tmp_path, pack, AS_OF)
    asked = {question.fact for ask in partial.asks for question in ask.questions}
    asked |= {question.fact for task in partial.tasks for question in task.questions}
    lacking = {gap.name for gap in partial.gaps if gap.kind == "fact" and not gap.where}
    assert "food_enough" in lacking
    assert asked & lacking == set()


def test_households_table_says_states_in_words(screening):
    table = households_table(screening)
    assert set(table.column("basics.housing").to_pylist()) == {"met", "unmet"}
    assert table.num_rows == screening.households
    assert table.schema.metadata[b"pack_hash"].decode() == screening.program.pack.hash


def test_two_runs_are_equal(screening, pack):
    again = screen(EXAMPLE, pack, AS_OF)
    assert as_json(again) == as_json(screening)
    assert again.tasks == screening.tasks


def test_headline_counts_what_is_in_the_lists(screening):
    text = headline(screening)
    assert f"{len(screening.tasks)} 户要去看" in text.zh
    assert f"→ {len(screening.tasks)} households to see" in text.en


def test_before_the_regime_there_are_no_watched_kinds(pack):
    """No watched kinds before 2020-03, two from then, three from 2021-05 (time axis)."""
    statuses = {
        day: {
            name
            for name, rule in pack.rules_on(day).items()
            if rule.role == "status" and name.startswith("watch.")
        }
        for day in (date(2020, 3, 19), date(2020, 3, 20), date(2021, 5, 1))
    }
    assert [len(names) for names in statuses.values()] == [0, 2, 3]


def test_pack_for_changes_nothing_when_every_list_came(screening, pack):
    assert pack_for(pack, screening.intake).entities == pack.entities


def test_a_missing_division_code_is_asked_for_not_called_unpublished(pack, tmp_path):
    """What is missing there is the code of the place, which somebody can give."""
    (tmp_path / "household.csv").write_text(
        "household_id,division_code,head_name,income_per_capita_recorded,member_count_registered\n"
        "h1,530102,张三,5000,2\nh2,,李四,5000,2\n",
        encoding="utf-8",
    )
    found = screen(tmp_path, pack, AS_OF)
    lines = [gap for gap in found.gaps if gap.name == "monitoring_line"]
    asked = {question.fact for ask in found.asks for question in ask.questions}
    asked |= {question.fact for task in found.tasks for question in task.questions}
    assert lines == []
    assert "division_code" in asked
