"""Lists, counts, histories and contradictions."""

from datetime import date

import pytest
from django.utils import timezone

from mingbai.accounts.scopes import NOTHING, Scope
from mingbai.common.errors import RegisterError
from mingbai.decisions.actions import after_change, evaluate
from mingbai.decisions.contradictions import contradictions
from mingbai.decisions.queries import (
    counts,
    counts_by_division,
    households_with,
    latest_run,
    states_of,
)
from mingbai.households.models import Dwelling, Status
from tests.decisions.filling import DAY
from tests.decisions.test_actions import change

pytestmark = pytest.mark.database


def standing(filler, rule, letter):
    found = states_of(filler.households.values())
    return {key for key, one in found.items() if one.letters[rule] == letter}


@pytest.mark.parametrize(
    ("rule", "letter"), [("basics.housing", "u"), ("basics.food", "?"), ("edu.child", "-")]
)
@pytest.mark.parametrize("size", [1, 4, 50])
def test_pages_hold_everybody_once(evaluated, rule, letter, size):
    filler, _ = evaluated
    expected = standing(filler, rule, letter)
    pages = [
        households_with(rule, letter, start=start, stop=start + size)
        for start in range(0, 40, size)
    ]
    listed = [row for page in pages for row in page.rows]
    assert {page.total for page in pages} == {len(expected)}
    assert sorted(row.household_id for row in listed) == sorted(expected)
    assert listed == sorted(listed, key=lambda row: (row.division_code, row.household_id))


def test_list_stays_in_scope(evaluated):
    _filler, _ = evaluated
    every = households_with("basics.food", "?", stop=100).rows
    code = every[0].division_code
    inside = [row for row in every if row.division_code == code]
    by_range = households_with("basics.food", "?", scope=Scope(((code, code),)))
    by_list = households_with(
        "basics.food", "?", scope=Scope((), frozenset({every[-1].household_id}))
    )
    assert 0 < len(inside) < len(every)
    assert (list(by_range.rows), by_range.total) == (inside, len(inside))
    assert (by_list.rows, by_list.total) == ((every[-1],), 1)
    assert households_with("basics.food", "?", scope=NOTHING).total == 0
    assert households_with("basics.food", "?", division_code=code).rows == by_range.rows
    assert states_of([every[-1].household_id], scope=Scope(((code, code),))) == {}


def test_list_looks_only_at_the_villages_of_its_page(evaluated, django_assert_num_queries):
    with django_assert_num_queries(4):
        households_with("basics.food", "?", start=5, stop=10)
    with django_assert_num_queries(1):
        states_of([1, 2, 3])
    with django_assert_num_queries(2):
        counts()


def test_unknown_rule_is_refused(evaluated):
    with pytest.raises(RegisterError, match="DEC-003"):
        households_with("no.such", "u")


def test_nothing_evaluated_is_said(example_register):
    with pytest.raises(RegisterError, match="DEC-001"):
        latest_run()


def test_counts_by_division_add_up(evaluated):
    by_county = counts_by_division("basics.food", 6)
    total = counts()["basics.food"]
    assert len(by_county) > 1
    assert {word: sum(one[word] for one in by_county.values()) for word in total} == total


def test_states_as_they_were_known(evaluated):
    filler, _ = evaluated
    key = min(standing(filler, "basics.food", "?"))
    before = timezone.now()
    change(key, food_enough=False)
    after_change([key])
    then, now = (states_of([key], known_at=known)[key] for known in (before, None))
    assert (then.letters["basics.food"], now.letters["basics.food"]) == ("?", "u")
    assert "basics.food" not in now.causes
    assert then.causes["basics.food"] == ["fact:household.food_enough"]


def decide(filler, key, kind, since=date(2024, 1, 1)):
    filler.put(Status, since, subject="household", subject_id=key, kind=kind)


def test_decisions_the_rules_see_otherwise_are_listed(evaluated):
    filler, _run = evaluated
    bad = next(iter(standing(filler, "basics.housing", "u")))
    decide(filler, bad, "exited")
    decide(filler, bad, "cleared")
    found = {one.reason: one for one in contradictions() if one.household_id == bad}
    assert {"exited_unmet", "cleared_at_risk"} <= set(found)
    assert "basics.housing" in found["exited_unmet"].rules
    assert found["exited_unmet"].since <= DAY


def test_removed_household_that_is_proposed_again_is_listed(evaluated):
    filler, _ = evaluated
    proposed = next(iter(standing(filler, "watch.unstable", "u")))
    decide(filler, proposed, "removed")
    assert [one.rules for one in contradictions() if one.reason == "removed_in_need"] == [
        tuple(
            rule
            for rule, letter in states_of([proposed])[proposed].letters.items()
            if letter == "u" and (rule.startswith("watch.") or rule == "light.red")
        )
    ]


def test_contradictions_stay_in_scope_and_need_few_statements(
    evaluated, django_assert_max_num_queries
):
    _filler, _ = evaluated
    Dwelling.objects.update(dwelling_grade="D", dwelling_unsafe=True, dwelling_accepted=None)
    evaluate(actor="command", pack="cn", as_of=DAY)
    contradictions()  # reads the columns of states
    with django_assert_max_num_queries(12):
        every = contradictions()
    code = every[0].division_code
    assert contradictions(scope=NOTHING) == []
    assert len({one.household_id for one in every}) > 3
    assert {one.division_code for one in contradictions(division_code=code)} == {code}
    assert len(contradictions(limit=2)) == 2
