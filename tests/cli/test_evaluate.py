"""``mingbai evaluate`` and ``mingbai states``."""

import json

import pytest
from click.testing import CliRunner

from mingbai.cli.evaluate import evaluate, states
from tests.decisions.filling import fill_example, make_register

pytestmark = pytest.mark.database


def call(command, *arguments):
    found = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture
def register(db):
    make_register()
    return fill_example()


def test_evaluate_uses_the_registers_pack_and_day(register):
    told = json.loads(call(evaluate, "--json"))
    assert (told["pack"], told["as_of"], told["households"]) == ("cn", "2025-06-30", 31)
    assert "31 户" in call(evaluate)


def test_states_counts_lists_and_explains(register):
    call(evaluate)
    assert "basics.housing" in call(states)
    listed = json.loads(call(states, "--rule", "basics.housing", "--json"))
    assert listed["total"] == len(listed["households"]) == 2
    number = listed["households"][0]["household"]
    assert number in call(states, "--rule", "basics.housing")
    assert number in call(states, "--household", number)
    assert json.loads(call(states, "--household", number, "--json"))
    assert json.loads(call(states, "--json"))["households"]["basics.housing"]["unmet"] == 2


def test_contradictions_are_listed(register):
    call(evaluate)
    told = json.loads(call(states, "--contradictions", "--json"))["contradictions"]
    assert {"exited_unmet"} <= {one["reason"] for one in told}
    assert "已脱贫，但有保障未达标" in call(states, "--contradictions")
