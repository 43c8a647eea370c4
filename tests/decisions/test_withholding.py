"""Who may not see illness sees no household, count or day that only illness explains."""

from collections import Counter
from datetime import timedelta

import pytest

from mingbai.accounts.scopes import EVERYTHING, NOTHING, Scope
from mingbai.decisions import withholding
from mingbai.decisions.actions import after_change, evaluate
from mingbai.decisions.models import WorkItem
from mingbai.decisions.queries import latest_run
from mingbai.decisions.worklist import Teller, Wanted, counted_work, items_of, open_work
from mingbai.places.models import Register
from tests.decisions.filling import DAY
from tests.decisions.test_actions import change

pytestmark = pytest.mark.database
MOST = 200
EVERYBODY = Wanted()


def listed(scope=EVERYTHING, health=NOTHING, wanted=EVERYBODY):
    return items_of(scope, wanted, stop=MOST, dated=MOST, health=health)


def by_household(items):
    return {one.household_id: one for one in items}


def teller():
    run = latest_run()
    return Teller(run.pack, run.as_of, run.messages)


@pytest.fixture
def split_up(evaluated):
    """Households to be seen only for a restricted reason, and those with another reason beside."""
    tell = teller()
    hidden, beside = [], []
    for one in listed(health=EVERYTHING):
        called = [each.rule.id for each in tell.tell(one, health=True).callings]
        closed = [rule for rule in called if tell.is_restricted(rule)]
        (hidden if called == closed else beside if closed else []).append(one)
    assert hidden
    assert beside
    return hidden, beside


def test_a_household_with_nothing_but_illness_is_not_there(split_up):
    hidden, beside = split_up
    every, told = by_household(listed(health=EVERYTHING)), by_household(listed())
    assert set(told) == set(every) - {one.household_id for one in hidden}
    assert {one.household_id for one in beside} <= set(told)
    assert open_work(EVERYTHING, health=NOTHING) == len(told)
    for one in hidden:
        alone = Scope((), frozenset({one.household_id}))
        assert (listed(alone), counted_work(alone, health=NOTHING)) == ([], [])
        assert [item.household_id for item in listed(alone, alone)] == [one.household_id]


def test_the_matter_shown_is_one_that_may_be_told(split_up):
    tell = teller()
    for one in listed():
        called = tell.tell(one, health=False).callings
        assert called[0].rule.id == one.matter
        assert not tell.is_restricted(one.matter)
    matters = {one.matter for one in counted_work(EVERYTHING, health=NOTHING)}
    assert not [one for one in matters if tell.is_restricted(one)]
    for one in [one for one in tell.rules if tell.is_restricted(one)]:
        assert listed(wanted=Wanted(matter=one)) == []


def test_permission_for_the_next_village_opens_nothing(split_up):
    hidden, _beside = split_up
    code = hidden[0].division_code
    here, next_door = Scope(((code, code),)), Scope((("995301020199", "995301020199"),))
    mine = {one.household_id for one in hidden if one.division_code == code}
    assert mine <= set(by_household(listed(health=here)))
    assert not mine & set(by_household(listed(health=next_door)))
    elsewhere = {one.household_id for one in hidden} - mine
    assert not elsewhere & set(by_household(listed(health=here)))
    assert counted_work(here, health=here) == counted_work(here)
    assert listed(here, here) == listed(here, EVERYTHING)


def test_due_day_is_not_set_by_illness(split_up):
    key = split_up[0][0].household_id
    Register.objects.update(working_date=DAY + timedelta(days=30))
    change(key, food_enough=False)
    after_change([key])
    whole, told = by_household(listed(health=EVERYTHING))[key], by_household(listed())[key]
    assert whole.due_on == DAY + timedelta(days=10)
    assert (told.due_on, told.matter) == (DAY + timedelta(days=40), "basics.food")
    change(key, food_enough=True)
    after_change([key])
    assert key not in by_household(listed())
    assert key in by_household(listed(health=EVERYTHING))


@pytest.mark.parametrize("health", [NOTHING, Scope((), frozenset({1})), Scope((("99", "99"),))])
def test_counts_are_those_of_the_list(split_up, health):
    found = Counter((one.division_code, one.due_on, one.matter) for one in listed(health=health))
    counted = {
        (one.village_code, one.due_on, one.matter): one.households
        for one in counted_work(EVERYTHING, health=health)
    }
    assert found == counted
    code = listed()[0].division_code
    assert counted_work(EVERYTHING, code, health=health) == counted_work(
        Scope(((code, code),)), health=health
    )


def test_memory_follows_a_save_and_a_run(split_up, django_assert_num_queries):
    key = split_up[0][0].household_id
    change(key, food_enough=False)
    after_change([key])
    evaluate(actor="command", pack="cn", as_of=DAY + timedelta(days=5))
    followed = [(one.household_id, one.due_on, one.matter) for one in listed()]
    withholding._memory = withholding._Memory()
    assert followed == [(one.household_id, one.due_on, one.matter) for one in listed()]
    with django_assert_num_queries(1):
        open_work(EVERYTHING, health=NOTHING)
    with django_assert_num_queries(2):
        items_of(EVERYTHING, stop=50, health=NOTHING)
    assert WorkItem.objects.recorded().count() == len(listed(health=EVERYTHING))
