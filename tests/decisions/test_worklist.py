"""The work list: the tasks of `mingbai screen`, kept as the register changes."""

from collections import Counter
from datetime import date, timedelta

import pytest

from mingbai.accounts.scopes import EVERYTHING, NOTHING, Scope
from mingbai.decisions.actions import after_change, evaluate
from mingbai.decisions.models import WorkItem, WorkTally
from mingbai.decisions.queries import latest_run
from mingbai.decisions.wording import cause_label
from mingbai.decisions.worklist import (
    Teller,
    Wanted,
    by_day,
    counted_work,
    is_counted,
    items_of,
    items_of_households,
    open_work,
)
from mingbai.households.models import HouseholdLife, Membership, Residence
from mingbai.places.models import Register
from mingbai.screening.screen import screen
from tests.decisions.filling import DAY, EXAMPLE, cn
from tests.decisions.test_actions import change

pytestmark = pytest.mark.database
HOME = "995301010001"


def listed(scope=EVERYTHING, wanted=None, **page):
    wanted = wanted or Wanted()
    dated = sum(
        one.households
        for one in counted_work(scope)
        if one.due_on is not None and wanted.takes(one)
    )
    return items_of(scope, wanted, dated=dated, **page)


def teller():
    run = latest_run()
    return Teller(run.pack, run.as_of, run.messages)


def tallied_from_rows():
    found = Counter()
    for one in WorkItem.objects.recorded():
        found[one.division_code, one.due_on, one.matter] += 1
    return found


def tallied():
    return Counter(
        {
            (one.village_code, one.due_on, one.matter): one.households
            for one in counted_work(EVERYTHING)
        }
    )


@pytest.fixture
def set_working_date():
    return lambda day: Register.objects.update(working_date=day)


@pytest.fixture
def screened():
    return screen(EXAMPLE, cn(), DAY)


def said_of_its_village(item):
    """What nobody in a village has is one message. A screening goes by its name, and two may bear one."""
    open_here = {cause for causes in item.causes.values() for cause in causes}
    return {
        cause_label(cn(), one["cause"]).zh
        for one in latest_run().messages
        if one["where"] == item.division_code and one["cause"] in open_here
    }


def test_items_are_the_tasks_of_a_screening(evaluated, screened):
    filler, _ = evaluated
    numbers = {key: number for number, key in filler.households.items()}
    tell = teller()
    found = {}
    for item in listed(stop=100):
        told = tell.tell(item, health=True)
        found[numbers[item.household_id]] = (
            item.due_on,
            [(one.rule.id, {text.zh for text in one.clauses}) for one in told.callings],
            {text.zh for text in told.unknowns} | said_of_its_village(item),
        )
    expected = {
        task.key: (
            task.due_on,
            [(one.rule.id, {text.zh for text in one.clauses}) for one in task.findings],
            {one.label.zh for one in task.questions},
        )
        for task in screened.tasks
    }
    assert len(expected) > 5
    assert found == expected


def test_items_come_in_the_order_of_a_screening(evaluated, screened):
    filler, _ = evaluated
    place = {key: number for number, key in filler.households.items()}
    stakes = {task.key: task.stake for task in screened.tasks}
    ordered = [stakes[place[item.household_id]] for item in listed(stop=100)]
    assert ordered == sorted(stakes.values())
    assert len(set(ordered)) > 2


def test_unknown_alone_is_no_item(evaluated, screened):
    filler, _ = evaluated
    asked = {filler.households[ask.key] for ask in screened.asks}
    assert asked
    assert not asked & {item.household_id for item in listed(stop=100)}


@pytest.mark.parametrize("size", [1, 3, 50])
def test_pages_hold_everybody_once(evaluated, size):
    total = open_work(EVERYTHING)
    pages = [listed(start=at, stop=at + size) for at in range(0, total + size, size)]
    found = [item.household_id for page in pages for item in page]
    assert found == [item.household_id for item in listed(stop=total)]
    assert len(found) == len(set(found)) == total


def test_list_and_counts_stay_in_scope(evaluated):
    every = listed(stop=100)
    code = every[0].division_code
    inside = [one.household_id for one in every if one.division_code == code]
    village, one_home = Scope(((code, code),)), Scope((), frozenset({every[-1].household_id}))
    assert 0 < len(inside) < len(every)
    assert [one.household_id for one in listed(village, stop=100)] == inside
    assert (open_work(village), open_work(one_home)) == (len(inside), 1)
    assert listed(one_home, stop=100) == every[-1:]
    assert (open_work(NOTHING), listed(NOTHING, stop=100)) == (0, [])
    outside = next(one.household_id for one in every if one.division_code != code)
    assert items_of_households([outside], village) == {}


def test_tallies_are_the_items_counted(evaluated):
    assert tallied() == tallied_from_rows()
    assert sum(tallied().values()) == open_work(EVERYTHING) == len(listed(stop=1000))


def test_village_without_items_is_counted_too(evaluated):
    villages = set(Residence.objects.values_list("division_code", flat=True))
    assert set(WorkTally.objects.values_list("village_code", flat=True)) == villages
    assert is_counted(EVERYTHING)
    assert not is_counted(Scope((("110000000000", "119999999999"),)))


def test_second_run_leaves_items_and_their_days(evaluated):
    before = set(WorkItem.objects.values_list("pk", "due_on"))
    evaluate(actor="command", pack="cn", as_of=DAY + timedelta(days=20))
    after = set(WorkItem.objects.recorded().values_list("pk", "due_on"))
    kept = before & after
    assert len(kept) > len(before) / 2


def test_new_state_is_an_item_at_once(evaluated, screened):
    filler, _ = evaluated
    key = next(filler.households[ask.key] for ask in screened.asks)
    change(key, food_enough=False)
    after_change([key])
    item = items_of_households([key], EVERYTHING)[key]
    assert (item.matter, item.due_on) == ("basics.food", DAY + timedelta(days=10))
    assert tallied() == tallied_from_rows()


def test_late_item_stays_late_when_something_else_turns(evaluated, set_working_date):
    filler, _ = evaluated
    key = filler.households[HOME]
    change(key, food_enough=False)
    after_change([key])
    due = items_of_households([key], EVERYTHING)[key].due_on
    set_working_date(DAY + timedelta(days=30))
    change(key, food_enough=False, clothes_enough=False)
    after_change([key])
    item = items_of_households([key], EVERYTHING)[key]
    assert item.due_on == due < DAY + timedelta(days=30)
    assert item.since["basics.food"] == DAY
    assert item.since["basics.clothing"] == DAY + timedelta(days=30)
    assert tallied() == tallied_from_rows()


def test_item_is_due_by_what_still_calls(evaluated, set_working_date):
    filler, _ = evaluated
    key = filler.households[HOME]
    change(key, food_enough=False)
    after_change([key])
    set_working_date(DAY + timedelta(days=30))
    change(key, food_enough=False, clothes_enough=False)
    after_change([key])
    change(key, food_enough=True, clothes_enough=False)
    after_change([key])
    item = items_of_households([key], EVERYTHING)[key]
    assert item.due_on == DAY + timedelta(days=40)


def test_item_of_a_household_that_ended_is_gone(evaluated):
    key = listed(stop=1)[0].household_id
    total = open_work(EVERYTHING)
    HouseholdLife.objects.filter(household_id=key).update(valid_to=date(2025, 6, 1))
    Membership.objects.filter(household_id=key).update(valid_to=date(2025, 6, 1))
    after_change([key])
    assert open_work(EVERYTHING) == total - 1
    assert items_of_households([key], EVERYTHING) == {}
    assert tallied() == tallied_from_rows()


def test_wanted_takes_a_part(evaluated):
    everything = listed(stop=100)
    matter = everything[0].matter
    due = everything[0].due_on
    some = listed(wanted=Wanted(matter=matter), stop=100)
    assert [one for one in everything if one.matter == matter] == some
    assert listed(wanted=Wanted(due_to=due - timedelta(days=1)), stop=100) == []
    assert listed(wanted=Wanted(due_from=due, due_to=due), stop=100) == everything
    assert listed(wanted=Wanted(without_day=True), stop=100) == []
    assert by_day(counted_work(EVERYTHING)) == {due: len(everything)}


def test_what_rests_on_illness_is_withheld(evaluated):
    tell = teller()
    ill = [
        one
        for one in listed(stop=100)
        if "signal.illness" in tell.tell(one, health=True).__repr__()
    ]
    assert ill
    told = tell.tell(ill[0], health=False)
    assert len(told.callings) < len(tell.tell(ill[0], health=True).callings)
    assert "signal.illness" not in [one.rule.id for one in told.callings]


def test_counts_and_pages_cost_the_same_for_one_or_many(evaluated, django_assert_num_queries):
    items_of(EVERYTHING, dated=5)  # lists of rules are read once a process
    with django_assert_num_queries(1):
        open_work(EVERYTHING)
    for size in (1, 50):
        with django_assert_num_queries(1):
            items_of(EVERYTHING, stop=size, dated=100)
