"""States in the words of the pack."""

import pytest

from mingbai.decisions.queries import HouseholdStates, states_of
from mingbai.decisions.wording import cause_label, restricted_rules, worded
from tests.decisions.filling import DAY, cn

pytestmark = pytest.mark.database


def test_states_are_worded_in_their_order(evaluated):
    filler, _ = evaluated
    found = states_of(filler.households.values())
    said = {key: worded(one, DAY) for key, one in found.items()}
    assert all([one.rule for one in said[key]] == list(found[key].letters) for key in said)
    every = [one for rules in said.values() for one in rules]
    assert {one.state for one in every} == {"met", "unmet", "unknown", "not_applicable"}
    assert any(clause.zh == "有人能干活" for one in every for clause in one.clauses)
    assert any(cause.zh == "农村低保标准" for one in every for cause in one.causes)
    assert not any(cause.zh.isascii() for one in every for cause in one.causes)


def test_rules_that_rest_on_health_are_marked():
    closed = restricted_rules("cn", cn().hash, DAY)
    assert {"signal.illness", "signal.disability", "nursing.missing"} <= closed
    assert not {"basics.food", "basics.water", "signal.dropout"} & closed


def test_rule_that_is_gone_bears_its_id():
    old = HouseholdStates(1, "", "cn", {"gone.rule": "u"}, {"gone.rule": ["x"]}, {})
    (one,) = worded(old, DAY)
    assert (one.label.zh, one.state, one.clauses[0].zh) == ("gone.rule", "unmet", "x")


@pytest.mark.parametrize(
    ("cause", "label"),
    [
        ("fact:household.food_enough", "平常吃得饱"),
        ("relation:enrolment.enrolments", "学籍（按学期）"),
        ("parameter:dibao_line", "农村低保标准"),
        ("fact:household.gone", "household.gone"),
    ],
)
def test_causes_bear_their_labels(cause, label):
    assert cause_label(cn(), cause).zh == label
