"""What-if: the twin in one query equals a run of its own with the parameter changed."""

from datetime import date
from pathlib import Path

import pytest

from mingbai.engine.compiling import compile_pack
from mingbai.engine.compiling.whatif import ALT, Trial, compile_whatif, parse_trial
from mingbai.engine.errors import RunError
from mingbai.engine.loading import load_pack, with_values
from mingbai.engine.running import run
from mingbai.screening.inputs import read_input
from mingbai.screening.whatif import try_out

EXAMPLE = Path(__file__).parents[2] / "examples" / "yunnan-2025"
AS_OF = date(2025, 6, 30)


@pytest.fixture(scope="module")
def pack():
    return load_pack("cn", with_cases=False)


@pytest.fixture(scope="module")
def intake(pack):
    return read_input(EXAMPLE, pack)


@pytest.mark.parametrize("value", [870001, 950000, 1, 9_999_999])
def test_twin_equals_a_run_with_the_value(pack, intake, value):
    whatif = compile_whatif(pack, AS_OF, (Trial("monitoring_line", value),))
    both = run(whatif.program, intake.tables)["household"].sort_by("household_id")
    changed = compile_pack(with_values(pack, {"monitoring_line": value}, "trial"), AS_OF)
    alone = run(changed, intake.tables)["household"].sort_by("household_id")
    plain = run(compile_pack(pack, AS_OF), intake.tables)["household"].sort_by("household_id")
    for name in whatif.reached:
        assert both.column(f"{name}{ALT}").to_pylist() == alone.column(name).to_pylist(), name
        assert both.column(name).to_pylist() == plain.column(name).to_pylist(), name


def test_only_rules_that_read_the_parameter_are_computed_twice(pack):
    whatif = compile_whatif(pack, AS_OF, (Trial("monitoring_line", 900000),))
    assert "income.above_monitoring_line" in whatif.reached
    assert "income.per_capita" not in whatif.reached
    assert "basics.water" not in whatif.reached


def test_result_says_who_moves_what_it_costs_and_who_is_near(pack, intake):
    trial = parse_trial(pack, "monitoring_line=9500")
    result = try_out(compile_whatif(pack, AS_OF, (trial,)), intake)
    moved = {(move.rule.id, move.before, move.after): len(move.keys) for move in result.moves}
    assert moved[("income.above_monitoring_line", "met", "unmet")] > 0
    assert [cost.rule.id for cost in result.costs] == ["income.shortfall"]
    assert result.costs[0].after > result.costs[0].before
    assert all(row.value < 950000 for row in result.below)
    assert all(row.value >= 950000 for row in result.above)
    assert [row.distance for row in result.below] == sorted(
        (row.distance for row in result.below), reverse=True
    )
    assert len(result.below) == 10


def test_money_without_a_line_before_is_unknown_and_not_nothing(pack, intake):
    """2022 has no published line of its own: what households lacked then nobody can say."""
    day = date(2022, 6, 30)
    (cost,) = try_out(
        compile_whatif(pack, day, (parse_trial(pack, "monitoring_line=9500"),)), intake
    ).costs
    (same,) = try_out(
        compile_whatif(pack, AS_OF, (parse_trial(pack, "monitoring_line=9500"),)), intake
    ).costs
    assert (cost.before, cost.difference) == (None, None)
    assert cost.after > same.after > 0  # the household of a province without a line counts as well


def test_a_trial_in_one_region_leaves_the_others(pack, intake):
    trial = parse_trial(pack, "monitoring_line@51=99999")
    result = try_out(compile_whatif(pack, AS_OF, (trial,)), intake)
    changed = {key for move in result.moves for key in move.keys}
    assert changed == {"995303020031"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("nothing=1", "RUN-001"), ("monitoring_line", "RUN-002"), ("monitoring_line=much", "RUN-002")],
)
def test_a_wrong_setting_is_a_numbered_error(pack, text, code):
    with pytest.raises(RunError) as error:
        parse_trial(pack, text)
    assert error.value.faults[0].code == code
