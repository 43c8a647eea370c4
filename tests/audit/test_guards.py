"""What the database itself refuses: changing or removing events, and looks before their time."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from mingbai.audit.access import forget_looks, log_look, log_looks, looks_at, looks_by
from mingbai.audit.actions import record
from mingbai.audit.guards import LOOKS_KEPT_YEARS, lift_guards, put_guards
from mingbai.audit.models import AccessLook, Event
from mingbai.common.errors import RegisterError

pytestmark = pytest.mark.database
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=366 * LOOKS_KEPT_YEARS)


def _event() -> Event:
    return record(actor="command", action="audit.test.done")


def _refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_event_cannot_be_changed():
    _event()
    _refused("UPDATE audit_event SET actor = 'nobody'")


def test_an_event_cannot_be_removed():
    event = _event()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.delete()
    assert Event.objects.get() == event


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_events_cannot_be_truncated():
    _refused("TRUNCATE audit_event")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can replace so")
def test_an_event_cannot_be_replaced():
    _event()
    _refused("INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such guard")
def test_guard_of_a_new_event_does_not_read_the_chain():
    """The trigger's question is put to the planner as it stands, with values for the new row's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_event_no_replace'")
        asked = cursor.fetchone()[0].partition(" WHEN ")[2].partition(" BEGIN ")[0]
        asked = asked.replace("NEW.id", "7").replace("NEW.digest", "'d'")
        cursor.execute(f"EXPLAIN QUERY PLAN SELECT {asked}")
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "SEARCH audit_event" in plan
    assert "SCAN audit_event" not in plan


def test_guards_can_be_put_again():
    lift_guards(connection)
    put_guards(connection)
    put_guards(connection)
    _event()
    _refused("DELETE FROM audit_event")


def test_a_look_is_found_by_record_and_by_actor():
    log_look(actor="user:1", person_id=7, via="desk")
    log_look(actor="user:2", household_id=7, via="api", purpose="detail")
    assert [look.actor for look in looks_at(7)] == ["user:1"]
    assert [look.actor for look in looks_at(household_id=7)] == ["user:2"]
    assert [look.subject_id for look in looks_by("user:2")] == [7]


def test_an_export_notes_every_record_it_shows():
    assert (
        log_looks(actor="user:1", via="desk", purpose="export", subject="person", keys=range(5))
        == 5
    )
    assert looks_at(4).get().at >= NOW


def test_a_recent_look_cannot_be_removed_nor_changed():
    log_look(actor="user:1", person_id=7, via="desk")
    _refused("DELETE FROM audit_look")
    _refused("UPDATE audit_look SET actor = 'user:2'")


def test_old_looks_are_forgotten_and_the_chain_says_so():
    AccessLook.objects.create(
        at=LONG_AGO - timedelta(days=5),
        actor="user:1",
        subject="person",
        subject_id=7,
        purpose="page",
        via="desk",
    )
    log_look(actor="user:1", person_id=7, via="desk")
    event = forget_looks(actor="command", before=LONG_AGO, now=NOW)
    assert '"count":1' in event.data
    assert looks_at(7).count() == 1


def test_recent_looks_are_not_forgotten():
    with pytest.raises(RegisterError, match="AUD-006"):
        forget_looks(actor="command", before=NOW - timedelta(days=30), now=NOW)


def test_a_look_is_at_one_record():
    with pytest.raises(ValueError, match="one person or one household"):
        log_look(actor="user:1", via="desk")
