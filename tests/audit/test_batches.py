"""Batches: slices nobody sees, one row that flips them, undo, and what a kill leaves behind."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from mingbai.audit import batches
from mingbai.audit.actions import give_up, open_batch, recording
from mingbai.audit.batches import record_batch, sweep, undo
from mingbai.audit.digests import FIRST
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch, Event, Span
from mingbai.audit.verifying import Check
from mingbai.audit.writing import BatchWriter
from mingbai.common.bulk import reserve_ids
from mingbai.common.errors import RegisterError
from mingbai.households.models import Dwelling, Household

pytestmark = pytest.mark.database
DAY = date(2026, 1, 1)
COLUMNS = ("household_id", "valid_from", "dwelling_grade", "source", "changed")


def _dwellings(batch: Batch, keys, grade="C") -> int:
    rows = [(key, DAY, grade, "village", "") for key in keys]
    return BatchWriter(batch).insert(Dwelling, COLUMNS, rows)


def _recorded(keys, grade="C") -> Batch:
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    _dwellings(batch, keys, grade)
    record_batch(batch, action="intake.batch.imported")
    return batch


def _undo(batch: Batch) -> Event:
    return undo(batch=batch, actor="user:1", reason="wrong file", rebuild=lambda back: None)


def test_rows_of_an_open_batch_are_not_seen_before_it_is_recorded():
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    _dwellings(batch, range(1, 1001))
    assert Dwelling.objects.count() == 1000
    assert Dwelling.objects.recorded().count() == 0
    assert Dwelling.objects.recorded(within=batch).count() == 1000
    event = record_batch(batch, action="intake.batch.imported")
    assert Dwelling.objects.recorded().count() == 1000
    assert event.batch_id == batch.pk
    assert Span.objects.get(batch=batch).begun == 1000


def test_planner_knows_a_table_that_grew_before_its_rows_are_seen(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's planner does without")
    monkeypatch.setattr(batches, "MANY_ROWS", 100)
    known = "SELECT count(*) FROM pg_stats WHERE tablename = 'households_dwelling'"
    with connection.cursor() as cursor:
        _recorded(range(1, 100))
        assert cursor.execute(known).fetchone() == (0,)
        _recorded(range(100, 200))
        assert cursor.execute(known).fetchone()[0] > 0


def test_rows_ended_by_an_open_batch_stand_until_it_is_recorded():
    _recorded([1, 2])
    old = list(Dwelling.objects.values_list("id", flat=True))
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    BatchWriter(batch).end(Dwelling, old)
    assert Dwelling.objects.recorded().count() == 2
    record_batch(batch, action="intake.batch.imported")
    assert Dwelling.objects.recorded().count() == 0


def test_reserved_keys_are_nobody_elses():
    first, second = reserve_ids(Household, 3), reserve_ids(Household, 2)
    single = Household.objects.create(number="1", begun_by_id=1)
    assert len({*first, *second, single.pk}) == 6


def test_undo_ends_what_began_and_begins_again_what_ended():
    first = _recorded([1, 2], "D")
    known = timezone.now()
    second = open_batch(actor="command", kind=BatchKind.IMPORT)
    BatchWriter(second).end(Dwelling, list(Dwelling.objects.values_list("id", flat=True)))
    _dwellings(second, [1, 2, 3], "B")
    record_batch(second, action="intake.batch.imported")
    between = timezone.now()
    _undo(second)
    standing = Dwelling.objects.recorded()
    assert sorted(standing.values_list("household_id", "dwelling_grade")) == [(1, "D"), (2, "D")]
    assert {row.begun_by_id for row in standing} == {Batch.objects.get(undoes=second).pk}
    assert Dwelling.objects.recorded(known).filter(dwelling_grade="D").count() == 2
    assert Dwelling.objects.recorded(between).filter(dwelling_grade="B").count() == 3
    assert Dwelling.objects.recorded(first.recorded_at - timedelta(seconds=1)).count() == 0


def test_undo_is_refused_when_later_rows_rest_on_it():
    batch = _recorded([1])
    with recording(actor="user:1", action="households.facts.corrected") as later:
        Dwelling.objects.recorded().update(ended_by=later)
        Dwelling.objects.create(household_id=1, valid_from=DAY, begun_by=later)
    with pytest.raises(RegisterError, match="AUD-002"):
        _undo(batch)
    assert Dwelling.objects.recorded().count() == 1


def test_undo_twice_is_refused():
    batch = _recorded([1])
    _undo(batch)
    with pytest.raises(RegisterError, match="AUD-003"):
        _undo(batch)


def test_what_somebody_changed_meanwhile_wins_over_the_batch():
    _recorded([1, 2])
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    writer = BatchWriter(batch)
    writer.end(Dwelling, list(Dwelling.objects.values_list("id", flat=True)))
    _dwellings(batch, [1, 2], "A")
    with recording(actor="user:1", action="households.facts.corrected") as form:
        Dwelling.objects.recorded().filter(household_id=1).update(ended_by=form)
        Dwelling.objects.create(household_id=1, valid_from=DAY, dwelling_grade="D", begun_by=form)
    event = record_batch(batch, action="intake.batch.imported")
    standing = Dwelling.objects.recorded().values_list("household_id", "dwelling_grade")
    assert sorted(standing) == [(1, "D"), (2, "A")]
    assert '"withdrawn":{"households_dwelling":1}' in event.data


@pytest.mark.parametrize("moment", ["read", "ended", "digested"])
def test_save_that_ends_what_a_batch_only_ends_speaks_for_itself(monkeypatch, moment):
    """Before the batch ends it, after that, and between its digest and its flip: the chain holds."""
    _recorded([1, 2])
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    keys = list(Dwelling.objects.values_list("id", flat=True))

    def save(at):
        if at == moment:
            with recording(actor="user:1", action="households.facts.corrected") as form:
                mine = Dwelling.objects.recorded().filter(household_id=1)
                mine.update(ended_by=form)
                Dwelling.objects.create(
                    household_id=1, valid_from=DAY, dwelling_grade="D", begun_by=form
                )

    def digested(*given, plain=batches._digest):
        monkeypatch.setattr(batches, "_digest", plain)
        found = plain(*given)
        save("digested")
        return found

    monkeypatch.setattr(batches, "_digest", digested)
    save("read")
    BatchWriter(batch).end(Dwelling, keys)
    save("ended")
    record_batch(batch, action="intake.batch.imported")
    standing = Dwelling.objects.recorded().values_list("household_id", "dwelling_grade")
    assert list(standing) == [(1, "D")]
    with connection.cursor() as cursor:
        assert Check(cursor, connection.vendor).run().findings == []


def test_ending_a_row_twice_is_refused():
    _recorded([1])
    keys = list(Dwelling.objects.values_list("id", flat=True))
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    BatchWriter(batch).end(Dwelling, keys)
    record_batch(batch, action="intake.batch.imported")
    with pytest.raises(RegisterError, match="AUD-004"):
        BatchWriter(open_batch(actor="command", kind=BatchKind.IMPORT)).end(Dwelling, keys)


def test_sweep_removes_what_a_killed_batch_left():
    _recorded([1, 2])
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    BatchWriter(batch).end(Dwelling, list(Dwelling.objects.values_list("id", flat=True)))
    _dwellings(batch, range(3, 503))
    assert sweep() == 0  # this process lives
    Batch.objects.filter(pk=batch.pk).update(owner="elsewhere/1", heartbeat_at=timezone.now())
    assert sweep() == 0  # another machine, not silent for long
    silent = timezone.now() - timedelta(minutes=10)
    Batch.objects.filter(pk=batch.pk).update(heartbeat_at=silent, started_at=silent)
    assert sweep() == 1
    assert Dwelling.objects.count() == Dwelling.objects.filter(ended_by=None).count() == 2
    assert sweep() == 0


def test_a_batch_that_was_given_up_takes_no_rows():
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    give_up(batch)
    with pytest.raises(RegisterError, match="AUD-001"):
        _dwellings(batch, [1])
    assert Dwelling.objects.count() == 0


class _BrokenError(Exception):
    pass


def _break_off():
    with recording(actor="user:1", action="x.made") as batch:
        Dwelling.objects.create(household_id=1, valid_from=DAY, begun_by=batch)
        raise _BrokenError


def test_a_change_and_its_event_fall_together():
    with pytest.raises(_BrokenError):
        _break_off()
    assert (Dwelling.objects.count(), Event.objects.count(), Batch.objects.count()) == (0, 0, 0)


def test_events_follow_one_another():
    with transaction.atomic():
        for number in range(3):
            with recording(actor="user:1", action="x.made", data={"n": number}):
                pass
    events = list(Event.objects.order_by("id"))
    assert [one.previous for one in events] == [FIRST, *(one.digest for one in events[:-1])]
