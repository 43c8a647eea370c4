"""Who stands otherwise after a run than after an earlier one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingbai.accounts.scopes import EVERYTHING, NOTHING, Scope
from mingbai.decisions.actions import after_change, evaluate
from mingbai.decisions.behind import restricted_in
from mingbai.decisions.moves import (
    ABSENT,
    HOUSEHOLD,
    PRESENT,
    Move,
    moves_between,
)
from mingbai.decisions.queries import states_of
from mingbai.decisions.wording import restricted_rules
from mingbai.households.models import HouseholdLife, Membership, Residence
from tests.decisions.filling import DAY
from tests.decisions.test_actions import change

pytestmark = pytest.mark.database


def seen(earlier, later, health=EVERYTHING, closed=(), scope=EVERYTHING):
    return moves_between(earlier, later).within(scope, health=health, closed=closed)


def test_it_says_what_two_readings_of_all_states_say(evaluated):
    filler, first = evaluated
    keys = list(filler.households.values())
    for key in keys[:5]:
        change(key, food_enough=False)
    after_change(keys[:3])  # a save between the runs counts like a run
    change(keys[5], clothes_enough=False)
    second = evaluate(actor="command", pack="cn", as_of=DAY)
    was, now = (states_of(keys, known_at=run.batch.recorded_at) for run in (first, second))
    expected = {
        (key, Move(rule, was[key].letters[rule], letter))
        for key in keys
        for rule, letter in now[key].letters.items()
        if was[key].letters[rule] != letter
    }
    found = seen(first, second)
    listed = found.listed(found.chosen().tolist())
    assert {(one.household_id, move) for one in listed for move in one.moves} == expected
    assert len(expected) > 5
    for kind, count in found.counts.items():
        assert count == len([1 for _, move in expected if move == kind]) == len(found.chosen(*kind))
    assert listed == sorted(listed, key=lambda one: (one.division_code, one.household_id))
    assert sum(found.by_division(12).values()) == found.households == len(listed)


def test_there_and_back_is_no_change(evaluated):
    filler, first = evaluated
    states = states_of(filler.households.values())
    key = next(key for key, one in states.items() if one.letters["basics.food"] == "?")
    change(key, food_enough=False)
    second = evaluate(actor="command", pack="cn", as_of=DAY)
    change(key, food_enough=None)
    third = evaluate(actor="command", pack="cn", as_of=DAY)
    assert seen(first, second).households == seen(second, third).households == 1
    assert (seen(first, third).households, seen(first, third).counts) == (0, {})


def test_who_is_gone_is_said_once(evaluated):
    filler, first = evaluated
    key = next(iter(filler.households.values()))
    for model in (HouseholdLife, Residence, Membership):
        model.objects.filter(household_id=key).update(valid_to=DAY)
    second = evaluate(actor="command", pack="cn", as_of=DAY)
    found = seen(first, second)
    assert found.counts == {Move(HOUSEHOLD, PRESENT, ABSENT): 1}
    assert [one.household_id for one in found.listed(found.chosen())] == [key]


def test_a_closed_rule_moves_nobody_where_it_may_not_be_told(evaluated):
    filler, first = evaluated
    key, beside = list(filler.households.values())[:2]
    change(key, food_enough=False)
    change(beside, clothes_enough=False)
    second = evaluate(actor="command", pack="cn", as_of=DAY)
    rule = "basics.food"
    home = next(one for one in seen(first, second).listed([0, 1]) if one.household_id == key)
    here = Scope(((home.division_code, home.division_code),))
    assert rule in {move.rule for move in home.moves}
    shut = seen(first, second, health=NOTHING, closed={move.rule for move in home.moves})
    assert rule not in {kind.rule for kind in shut.counts}
    assert key not in [one.household_id for one in shut.listed(shut.chosen())]
    assert shut.chosen(rule).tolist() == []
    opened = seen(first, second, health=here, closed={rule})
    assert opened.counts == seen(first, second).counts
    assert seen(first, second, scope=Scope((), frozenset({beside}))).households == 1


def test_restricted_rules_are_those_of_the_words(evaluated):
    _filler, run = evaluated
    told = set(run.rule_set.rules)
    assert restricted_in(run) & told == restricted_rules("cn", run.pack_hash, DAY) & told != set()


def test_it_is_read_once(evaluated):
    _filler, first = evaluated
    second = evaluate(actor="command", pack="cn", as_of=DAY)
    moves_between(first, second)
    with CaptureQueriesContext(connection) as caught:
        seen(first, second)
    assert len(caught) == 0
