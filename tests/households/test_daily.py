"""Counts of many days at once: those of the database and of the model, whatever was recorded or undone."""

import os
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.audit.actions import open_batch
from mingbai.audit.batches import record_batch, undo
from mingbai.audit.enums import BatchKind
from mingbai.audit.writing import BatchWriter
from mingbai.households.actions import open_status, record_birth
from mingbai.households.actions.keeping import days_kept, keep_day_counts
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import DayCount, Residence
from mingbai.households.queries import daily
from mingbai.households.queries.counting import Standing, counts_on
from mingbai.places.intervals import join
from tests.households.making import BY, OTHER_VILLAGE, START, VILLAGE, household, somebody
from tests.households.register_machine import Register
from tests.households.register_model import DAYS

pytestmark = pytest.mark.database
POSTGRESQL = os.environ.get("MINGBAI_TEST_DATABASE") == "postgresql"
DAY = date(2020, 5, 1)
SOME = DAYS[::5]


@pytest.fixture(autouse=True)
def forgotten():
    """A process that has just started."""
    daily._memory.mark = daily.Mark()
    daily._memory.days = {}


class Counted(Register):
    """Everybody who writes, while somebody asks for counts after every step."""

    @rule()
    def keep(self):
        keep_day_counts(today=DAYS[-1])

    @rule()
    def start_again(self):
        daily._memory.mark = daily.Mark()
        daily._memory.days = {}

    @invariant()
    def day_counts_agree(self):
        found = daily.village_counts(SOME)
        for day in SOME:
            on = DAYS.index(day)
            assert of(found[day], Standing.ALL) == self.model.counts_on(on)
            assert of(found[day], Standing.REGISTERED) == self.model.counts_on(on, "registered")
            poor = self.model.counts_on(on, "registered", "exited")
            assert of(found[day], Standing.POOR) == poor


def of(villages, standing):
    counted = {code: daily.standing_of(counts, standing) for code, counts in villages.items()}
    return {code: pair for code, pair in counted.items() if pair[0]}


def by_database(day, standing):
    return {one.code: (one.households, one.persons) for one in counts_on(day, standing=standing)}


def test_counts_follow_whatever_is_recorded():
    examples = int(os.environ.get("MINGBAI_EXAMPLES", "4" if POSTGRESQL else "10"))
    drawn = settings(
        max_examples=examples, stateful_step_count=20, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Counted, settings=drawn)


def status(home, kind, on):
    return open_status(**BY, on=on, subject=Subject.HOUSEHOLD, subject_id=home, kind=kind)


def some_households():
    one, _ = household()
    two, _ = household([somebody("head")])
    three, _ = household([somebody("head")], village=OTHER_VILLAGE)
    for home, kinds in (
        (one, [StatusKind.REGISTERED, StatusKind.EXITED, StatusKind.WATCHED_UNSTABLE]),
        (two, [StatusKind.REGISTERED]),
        (three, [StatusKind.WATCHED_SUDDEN, StatusKind.DIBAO]),
    ):
        for at, kind in enumerate(kinds):
            status(home, kind, date(2015 + at, 1, 1))
    return one, two, three


@pytest.mark.parametrize("standing", list(Standing))
def test_every_standing_is_counted_as_the_database_counts_it(standing):
    some_households()
    days = [START, date(2015, 1, 1), date(2016, 6, 1), DAY]
    found = daily.village_counts(days)
    assert {day: of(found[day], standing) for day in days} == {
        day: by_database(day, standing) for day in days
    }


def test_a_change_is_seen_at_once_and_costs_few_queries():
    one, *_ = some_households()
    daily.village_counts([DAY])
    with CaptureQueriesContext(connection) as seen:
        daily.village_counts([DAY])
    assert len(seen) == 1
    record_birth(
        **BY, on=date(2019, 1, 1), household_id=one, child=somebody("grandson", birth=None)
    )
    with CaptureQueriesContext(connection) as seen:
        found = daily.village_counts([DAY])[DAY]
    assert of(found, Standing.ALL)[VILLAGE] == (2, 6)
    assert len(seen) <= 12


def test_kept_counts_hold_after_a_restart_and_take_in_what_came_later():
    one, *_ = some_households()
    kept = keep_day_counts(today=DAY)
    assert kept == DayCount.objects.count() == len(days_kept(DAY))
    status(one, StatusKind.CLEARED, date(2020, 4, 1))
    with CaptureQueriesContext(connection) as seen:
        found = daily.village_counts([DAY, date(2019, 12, 31)])
    assert of(found[DAY], Standing.WATCHED) == {OTHER_VILLAGE: (1, 1)}
    assert of(found[date(2019, 12, 31)], Standing.WATCHED) == {
        VILLAGE: (1, 4),
        OTHER_VILLAGE: (1, 1),
    }
    assert len(seen) <= 13
    assert found == {day: daily.count_everybody([day])[day] for day in found}


def test_counts_of_another_chain_are_never_used():
    some_households()
    keep_day_counts(today=DAY)
    DayCount.objects.update(event_digest="0" * 64, villages={VILLAGE: [9] * 20})
    assert of(daily.village_counts([DAY])[DAY], Standing.ALL) == by_database(DAY, Standing.ALL)


def test_what_is_rolled_back_is_forgotten():
    some_households()
    before = daily.village_counts([DAY])[DAY]
    with transaction.atomic():
        household()
        assert daily.village_counts([DAY])[DAY] != before
        transaction.set_rollback(True)
    assert daily.village_counts([DAY])[DAY] == before


def moved_by_a_long_batch(home):
    """A batch that moves a household, written and not yet recorded."""
    batch = open_batch(actor="command", kind=BatchKind.LOAD)
    writer = BatchWriter(batch)
    stood = Residence.objects.recorded().get(household_id=home)
    writer.insert(
        Residence, ["household_id", "division_code", "valid_from", "source", "changed"],
        [(home, OTHER_VILLAGE, stood.valid_from, "", "")],
    )  # fmt: skip
    writer.end(Residence, [stood.pk])
    return batch


def test_a_long_batch_is_counted_when_it_is_recorded_and_not_before():
    one, *_ = some_households()
    before = daily.village_counts([DAY])[DAY]
    batch = moved_by_a_long_batch(one)
    household()  # recorded meanwhile
    assert of(daily.village_counts([DAY])[DAY], Standing.ALL)[VILLAGE] == (3, 9)
    record_batch(batch, action="test.moved")
    after = daily.village_counts([DAY])[DAY]
    assert of(after, Standing.ALL) == {VILLAGE: (2, 5), OTHER_VILLAGE: (2, 5)}
    undo(batch=batch, actor="command", reason="测试", rebuild=lambda back: None)
    assert of(daily.village_counts([DAY])[DAY], Standing.ALL)[VILLAGE] == (3, 9)
    assert before != after


def test_so_many_changes_that_everybody_is_counted(monkeypatch):
    some_households()
    daily.village_counts([DAY])
    monkeypatch.setattr(daily, "MOST_TOUCHED", 0)
    household()
    assert of(daily.village_counts([DAY])[DAY], Standing.ALL) == by_database(DAY, Standing.ALL)


def test_memory_is_bounded(monkeypatch):
    some_households()
    monkeypatch.setattr(daily, "MOST_DAYS", 2)
    for month in range(1, 6):
        daily.village_counts([date(2019, month, 1)])
    assert len(daily._memory.days) <= 2


def test_a_register_without_anything_has_no_counts():
    assert daily.village_counts([DAY]) == {DAY: {}}


def test_a_scope_of_villages_and_of_households():
    one, _, three = some_households()
    counts = daily.village_counts([DAY])
    here = Scope(tuple(join([(VILLAGE, VILLAGE)])))
    listed = Scope((), frozenset({one, three}))
    assert daily.in_scope(counts, EVERYTHING) == counts
    assert of(daily.in_scope(counts, here)[DAY], Standing.ALL) == {VILLAGE: (2, 5)}
    assert of(daily.in_scope(counts, listed)[DAY], Standing.ALL) == {
        VILLAGE: (1, 4),
        OTHER_VILLAGE: (1, 1),
    }
    both = of(daily.in_scope(counts, here | listed)[DAY], Standing.ALL)
    assert both == {VILLAGE: (2, 5), OTHER_VILLAGE: (1, 1)}
    assert daily.added(counts[DAY].values())[:2] == (3, 6)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 3, 31), [date(2020, 2, 29), date(2020, 3, 31)]),
        (date(2020, 3, 30), [date(2020, 1, 31), date(2020, 2, 29)]),
        (date(2020, 1, 1), [date(2019, 11, 30), date(2019, 12, 31)]),
    ],
)
def test_month_ends(day, expected):
    assert daily.month_ends(day, 2) == expected
