"""A small register with a history, and somebody who changes it behind our back."""

from datetime import date
from typing import Any

from django.db import connection

from mingbai.audit.actions import open_batch, recording
from mingbai.audit.batches import record_batch, undo
from mingbai.audit.enums import BatchKind
from mingbai.audit.guards import lift_guards, put_guards
from mingbai.audit.models import Batch
from mingbai.audit.verifying import Check, Report
from mingbai.audit.writing import BatchWriter
from mingbai.households.models import Dwelling, Person

DAY = date(2026, 1, 1)
COLUMNS = ("household_id", "valid_from", "dwelling_grade", "dwelling_unsafe", "source", "changed")


def imported(keys: Any, grade: str = "C") -> Batch:
    """A recorded import of dwellings."""
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    rows = [(key, DAY, grade, key % 2 == 0, "village", "") for key in keys]
    BatchWriter(batch).insert(Dwelling, COLUMNS, rows)
    record_batch(batch, action="intake.batch.imported")
    return batch


def acted(number: str) -> Batch:
    """A recorded single action."""
    with recording(actor="user:1", action="households.person.added") as batch:
        Person.objects.create(number=number, begun_by=batch)
    return batch


def corrected(key: int) -> Batch:
    """A single action that ends a row and begins another."""
    with recording(actor="user:1", action="households.dwelling.corrected", reason="seen") as batch:
        Dwelling.objects.recorded().filter(household_id=key).update(ended_by=batch)
        Dwelling.objects.create(
            household_id=key, valid_from=DAY, dwelling_grade="D", source="visit", begun_by=batch
        )
    return batch


def history() -> dict[str, Batch]:
    """An import, an undone import, a correction, an action and an open batch."""
    batches = {"import": imported(range(1, 31))}
    batches["undone"] = imported(range(31, 41), "B")
    undo(batch=batches["undone"], actor="user:1", reason="wrong file", rebuild=lambda back: None)
    batches["correction"] = corrected(3)
    batches["action"] = acted("P1")
    batches["open"] = open_batch(actor="command", kind=BatchKind.IMPORT)
    BatchWriter(batches["open"]).insert(Dwelling, COLUMNS, [(99, DAY, "A", None, "village", "")])
    return batches


def tamper(*statements: str, **values: object) -> int:
    """Run statements that the guards would refuse; returns how many rows the last one touched."""
    lift_guards(connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(**values))
        touched = cursor.rowcount
    put_guards(connection)
    return touched


def checked(expect: str = "") -> Report:
    """The check, through the test's own connection and transaction."""
    connection.ensure_connection()
    with (
        connection.connection.cursor()
        if connection.vendor == "postgresql"
        else connection.cursor() as cursor
    ):
        return Check(getattr(cursor, "cursor", cursor), connection.vendor).run(expect)


def codes(report: Report) -> list[str]:
    """The numbers of what was found."""
    return [finding.code for finding in report.findings]
