"""The check of the chain and of the rows finds each way of changing them behind the register's back."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction

from mingbai.audit import verifying
from mingbai.audit.actions import give_up, record
from mingbai.audit.batches import sweep
from mingbai.audit.digests import FIRST, event_digest
from mingbai.audit.guards import lift_guards
from mingbai.audit.models import Batch, Event
from mingbai.households.models import Dwelling, Person
from tests.audit.tampering import acted, checked, codes, corrected, history, imported, tamper

pytestmark = pytest.mark.database


def test_an_untouched_register_is_in_order():
    history()
    report = checked()
    assert report.findings == []
    assert report.events == Event.objects.count() == 5
    assert report.rows == Dwelling.objects.count() + Person.objects.count()
    assert report.uncovered == 0
    assert report.head == f"5:{Event.objects.last().digest}"


def test_an_empty_register_is_in_order():
    assert checked().as_json() == {
        "events": 0, "head": f"0:{FIRST}", "rows": 0, "uncovered": 0, "ok": True, "findings": [],
    }  # fmt: skip


def test_an_altered_event_is_found():
    history()
    assert (
        tamper("UPDATE audit_event SET actor = 'user:2' WHERE action = 'households.person.added'")
        == 1
    )
    assert codes(checked()) == ["AUD-101"]


def test_an_altered_event_with_a_new_digest_is_found():
    history()
    event = Event.objects.order_by("id")[1]
    event.actor = "user:2"
    new = event_digest(event.previous, vars(event))
    assert (
        tamper(
            "UPDATE audit_event SET actor = 'user:2', digest = '{new}' WHERE id = {id}",
            new=new,
            id=event.pk,
        )
        == 1
    )
    assert codes(checked()) == ["AUD-102"]


def test_a_dropped_event_is_found():
    history()
    assert tamper("DELETE FROM audit_event WHERE action = 'audit.batch.undone'") == 1
    found = codes(checked())
    assert found[:2] == ["AUD-102", "AUD-108"]


def test_events_that_changed_places_are_found():
    imported([1])
    first = Event.objects.get().pk
    second = acted("P1") and Event.objects.last().pk
    acted("P2")
    tamper(
        "UPDATE audit_event SET id = -1 WHERE id = {first}",
        "UPDATE audit_event SET id = {first} WHERE id = {second}",
        "UPDATE audit_event SET id = {second} WHERE id = -1",
        first=first,
        second=second,
    )
    assert set(codes(checked())) == {"AUD-102"}


def test_an_event_at_another_time_is_found():
    history()
    tamper(
        "UPDATE audit_event SET at = '2020-01-01 00:00:00+00:00' WHERE action = 'households.person.added'"
    )
    assert codes(checked()) == ["AUD-101"]


def test_an_altered_row_of_an_import_is_found():
    batches = history()
    assert tamper("UPDATE households_dwelling SET dwelling_grade = 'D' WHERE household_id = 7") == 1
    (finding,) = checked().findings
    assert (finding.code, finding.values["table"], finding.values["batch"]) == (
        "AUD-103", "households_dwelling", batches["import"].pk,
    )  # fmt: skip


def test_an_altered_row_of_an_action_is_found():
    history()
    assert tamper("UPDATE households_person SET number = 'P2'") == 1
    assert codes(checked()) == ["AUD-103"]


def test_a_value_moved_to_the_next_column_is_found():
    history()
    statement = "UPDATE households_dwelling SET source = dwelling_grade, dwelling_grade = source"
    assert tamper(f"{statement} WHERE household_id = 7") == 1
    assert codes(checked()) == ["AUD-103"]


def test_a_yes_that_became_unknown_is_found():
    history()
    assert (
        tamper("UPDATE households_dwelling SET dwelling_unsafe = NULL WHERE household_id = 8") == 1
    )
    assert codes(checked()) == ["AUD-103"]


def test_a_deleted_row_is_found():
    history()
    assert tamper("DELETE FROM households_dwelling WHERE household_id = 7") == 1
    assert codes(checked()) == ["AUD-104"]


@pytest.mark.parametrize("old", ["import", "action", "correction"])
def test_a_row_added_under_an_old_batch_is_found(old):
    batch = history()[old]
    Person.objects.create(number="P9", begun_by=batch)
    assert codes(checked()) == ["AUD-104"]


def test_a_row_under_no_batch_is_found():
    history()
    Person.objects.create(number="P9", begun_by_id=4711)
    (finding,) = checked().findings
    assert (finding.code, finding.values["batch"]) == ("AUD-106", 4711)


def test_a_row_under_a_swept_batch_is_found():
    batch = history()["open"]
    give_up(batch)
    sweep()
    assert codes(checked()) == []
    Person.objects.create(number="P9", begun_by=batch)
    assert codes(checked()) == ["AUD-106"]


def test_a_row_that_was_ended_by_hand_is_found():
    batches = history()
    Dwelling.objects.filter(household_id=8).update(ended_by=batches["action"])
    Dwelling.objects.filter(household_id=9).update(ended_by=4711)
    assert codes(checked()) == ["AUD-107", "AUD-105"] or codes(checked()) == ["AUD-105", "AUD-107"]


def test_another_row_ended_instead_is_found():
    batch = history()["correction"]
    Dwelling.objects.filter(ended_by=batch).update(ended_by=None)
    Dwelling.objects.filter(household_id=8).update(ended_by=batch)
    assert codes(checked()) == ["AUD-105"]


def test_a_recorded_batch_without_an_event_is_found():
    history()
    now = Batch.objects.exclude(recorded_at=None).last().recorded_at
    Batch.objects.create(kind="import", actor="command", started_at=now, recorded_at=now)
    assert codes(checked()) == ["AUD-108"]


def test_a_batch_recorded_at_another_time_is_found():
    batch = history()["import"]
    Batch.objects.filter(pk=batch.pk).update(recorded_at="2020-01-01 00:00:00+00:00")
    assert codes(checked()) == ["AUD-109"]


def test_a_batch_hidden_again_is_found():
    batch = history()["import"]
    Batch.objects.filter(pk=batch.pk).update(recorded_at=None)
    assert codes(checked()) == ["AUD-109"]


def test_missing_guards_are_found():
    lift_guards(connection)
    assert set(codes(checked())) == {"AUD-111"}


def test_a_cut_tail_is_found_by_the_noted_head_alone():
    history()
    head = checked().head
    person = Event.objects.last()
    tamper(
        "DELETE FROM audit_event WHERE id = {event}",
        "DELETE FROM households_person WHERE begun_by_id = {batch}",
        "DELETE FROM audit_batch WHERE id = {batch}",
        event=person.pk,
        batch=person.batch_id,
    )
    assert codes(checked()) == []
    assert codes(checked(head)) == ["AUD-110"]


def test_a_noted_head_stays_good_while_the_chain_grows():
    history()
    head = checked().head
    acted("P2")
    corrected(5)
    assert codes(checked(head)) == []


def test_an_event_that_cannot_be_read_is_reported_as_altered():
    acted("P1")
    tamper("UPDATE audit_event SET data = '[1'")
    assert "AUD-101" in codes(checked())


def test_a_column_added_later_breaks_no_old_digest():
    history()
    tamper("ALTER TABLE households_dwelling ADD COLUMN heated boolean NULL")
    assert codes(checked()) == []


def test_a_removed_column_is_named():
    history()
    tamper("ALTER TABLE households_dwelling DROP COLUMN built_year")
    assert codes(checked()) == ["AUD-112"]
    assert "built_year" in str(checked().findings[0])


def test_rows_of_an_event_without_digests_are_counted_as_uncovered():
    batch = acted("P1")
    tamper("DELETE FROM audit_event")
    with transaction.atomic():
        record(actor="command", action="audit.test.done", batch=batch)
    assert checked().uncovered == 1


@pytest.mark.django_db(transaction=True)
def test_it_runs_alone_without_django(tmp_path: Path):
    history()
    good = _alone(_address(tmp_path))
    assert (good.returncode, good.stderr) == (0, "")
    assert f"5:{Event.objects.last().digest}" in good.stdout
    tamper("UPDATE households_person SET number = 'P2'")
    bad = _alone(_address(tmp_path))
    assert bad.returncode == 1
    assert "AUD-103" in bad.stdout


def _alone(url: str) -> subprocess.CompletedProcess[str]:
    """Run the file in a Python that cannot import Django."""
    program = (
        "import runpy, sys; sys.modules['django'] = None; sys.argv = sys.argv[1:]; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-c", program, str(Path(verifying.__file__)), url]
    return subprocess.run(command, capture_output=True, text=True)


def _address(folder: Path) -> str:
    """Of the test's database; an SQLite in memory is copied to a file first."""
    place = connection.settings_dict
    if connection.vendor == "postgresql":
        return f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}"
    with sqlite3.connect(folder / "register.sqlite3") as file:
        connection.connection.backup(file)
    return f"sqlite:{folder / 'register.sqlite3'}"


def test_a_report_is_json():
    history()
    tamper("UPDATE households_person SET number = 'P2'")
    said = json.loads(json.dumps(checked().as_json()))
    assert (said["ok"], said["findings"][0]["code"]) == (False, "AUD-103")
