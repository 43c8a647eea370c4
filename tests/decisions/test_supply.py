"""What a township was never supplied with is counted apart from what a visit can settle, and stays so."""

from __future__ import annotations

import pytest

from mingbai.accounts.scopes import EVERYTHING
from mingbai.decisions.actions import evaluate, reevaluate
from mingbai.decisions.models import State
from mingbai.decisions.queries import latest_run
from mingbai.decisions.standings import MET, UNKNOWN, UNSUPPLIED, standings
from mingbai.households.models import Household, HouseholdLife, Residence
from mingbai.households.topics import topic_of
from tests.decisions.filling import COLUMNS, DAY, Filler, make_register

pytestmark = pytest.mark.database
RULE, FACT = "basics.food", "food_enough"
HERE, THERE = "530101001001", "530101002001"


def fill(filler: Filler, village: str, households: int, *, fed: int = 0) -> list[int]:
    """Households of a village, of which so many have enough to eat and nobody knows of the rest."""
    keys = []
    for number in range(households):
        key = Household.objects.create(begun_by=filler.batch, number=f"{village}-{number}").pk
        filler.put(HouseholdLife, household_id=key)
        filler.put(Residence, household_id=key, division_code=village, group_number="1")
        keys.append(key)
    for key in keys[:fed]:
        told(filler, key)
    return keys


def told(filler: Filler, household: int) -> None:
    topic, column = COLUMNS["household"][FACT]
    filler.put(topic_of(topic).model, household_id=household, **{column: True})


def counts(division: str = "") -> dict[str, int]:
    known = standings()
    return {
        word: known.count(known.matching([RULE], word), EVERYTHING, division)
        for word in (MET, UNKNOWN, UNSUPPLIED)
    }


@pytest.fixture
def filler(db: None) -> Filler:
    make_register()
    return Filler()


def test_fact_that_nobody_has_is_not_asked_of_each(filler: Filler) -> None:
    fill(filler, HERE, 30)
    evaluate(actor="command", pack="cn", as_of=DAY)
    assert f"fact:household.{FACT}" in latest_run().unsupplied[HERE[:9]]
    assert counts() == {MET: 0, UNKNOWN: 0, UNSUPPLIED: 30}


def test_one_record_moves_its_own_household_alone(filler: Filler) -> None:
    """Before, one record brought every other household of the register into the unknown."""
    first, second, *_rest = fill(filler, HERE, 30)
    evaluate(actor="command", pack="cn", as_of=DAY)
    told(Filler(), first)
    reevaluate(household_ids=[first])
    assert counts() == {MET: 1, UNKNOWN: 0, UNSUPPLIED: 29}
    evaluate(actor="command", pack="cn", as_of=DAY)
    assert counts() == {MET: 1, UNKNOWN: 0, UNSUPPLIED: 29}
    told(Filler(), second)
    reevaluate(
        household_ids=[second]
    )  # one in fifteen has it: the next run says so, no single save
    assert counts() == {MET: 2, UNKNOWN: 0, UNSUPPLIED: 28}
    evaluate(actor="command", pack="cn", as_of=DAY)
    assert counts() == {MET: 2, UNKNOWN: 28, UNSUPPLIED: 0}


def test_each_township_stands_for_itself(filler: Filler) -> None:
    fill(filler, HERE, 30)
    fill(filler, THERE, 30, fed=20)
    evaluate(actor="command", pack="cn", as_of=DAY)
    assert counts(HERE) == {MET: 0, UNKNOWN: 0, UNSUPPLIED: 30}
    assert counts(THERE) == {MET: 20, UNKNOWN: 10, UNSUPPLIED: 0}
    assert counts() == {MET: 20, UNKNOWN: 10, UNSUPPLIED: 30}


def test_few_households_are_asked_one_by_one(filler: Filler) -> None:
    fill(filler, HERE, 19)
    evaluate(actor="command", pack="cn", as_of=DAY)
    assert counts() == {MET: 0, UNKNOWN: 19, UNSUPPLIED: 0}


def test_rows_are_those_that_are_counted(filler: Filler) -> None:
    """Households of one pattern in two townships: the query keeps them apart as the counts do."""
    fill(filler, HERE, 30)
    fill(filler, THERE, 30, fed=20)
    evaluate(actor="command", pack="cn", as_of=DAY)
    known = standings()
    for word, codes in ((UNKNOWN, {THERE}), (UNSUPPLIED, {HERE}), (MET, {THERE})):
        kinds = known.matching([RULE], word)
        rows = State.objects.recorded().filter(known.rows(kinds))
        assert rows.count() == known.count(kinds, EVERYTHING)
        assert set(rows.values_list("division_code", flat=True)) == codes
        narrowed = State.objects.recorded().filter(known.rows(kinds, [THERE]), division_code=THERE)
        assert narrowed.count() == known.count(kinds, EVERYTHING, THERE)


def test_policy_value_that_nobody_published_is_asked_of_nobody(filler: Filler) -> None:
    fill(filler, HERE, 3)
    evaluate(actor="command", pack="cn", as_of=DAY)
    causes = latest_run().unsupplied[HERE[:9]]
    assert causes
    assert all(cause.startswith("parameter:") for cause in causes)
