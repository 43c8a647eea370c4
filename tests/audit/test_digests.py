"""Digests: one text of a row on both databases, and events whose digest covers every field."""

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import connection

from mingbai.audit.digests import (
    FIRST,
    digest_ended,
    digest_rows,
    event_digest,
    instant_text,
    row_expression,
    table_columns,
)
from mingbai.audit.tables import recorded_tables
from mingbai.households.models import Residence

EVENT = {
    "at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "actor": "user:1", "action": "a.b.c", "target": "t:1",
    "batch_id": 1, "data": "{}",
}  # fmt: skip
ROW_COLUMNS = {
    "id": "int", "household_id": "int", "valid_from": "date", "valid_to": "date", "division_code": "text",
    "address": "text", "group_number": "text", "phone": "bytes", "phone_tail4": "bytes",
}  # fmt: skip


def _residence(**values: object) -> Residence:
    given = {
        "household_id": 7,
        "valid_from": date(2026, 1, 2),
        "division_code": "990101101201",
        "begun_by_id": 3,
    }
    return Residence.objects.create(
        **given, source="village", address="明白 1", phone=b"\x01\xab", **values
    )


@pytest.mark.database
def test_a_row_has_one_text_on_both_databases():
    row = _residence()
    text = "\x1f".join(
        [
            str(row.pk),
            "7",
            "2026-01-02",
            "\\N",
            "12:990101101201",
            "8:明白 1",
            ":\\N",
            "01AB",
            "\\N",
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {row_expression(connection.vendor, ROW_COLUMNS)} FROM households_residence"  # noqa: S608
        )
        assert cursor.fetchone() == (text,)
        found = digest_rows(
            cursor, connection.vendor, "households_residence", ROW_COLUMNS, 3, row.pk, row.pk
        )
    assert found == (1, hashlib.sha256(f"{text}\n".encode()).hexdigest())


@pytest.mark.database
def test_only_rows_of_the_batch_within_the_span_are_digested():
    rows = [_residence(ended_by_id=5) for _ in range(4)]
    Residence.objects.filter(pk=rows[1].pk).update(begun_by_id=4)
    with connection.cursor() as cursor:
        within = (rows[0].pk, rows[2].pk)
        count, _ = digest_rows(
            cursor, connection.vendor, "households_residence", {"id": "int"}, 3, *within
        )
        ended, digest = digest_ended(cursor, connection.vendor, "households_residence", 5)
    assert (count, ended) == (2, 4)
    assert digest == hashlib.sha256("".join(f"{row.pk}\n" for row in rows).encode()).hexdigest()


@pytest.mark.database
@pytest.mark.parametrize("table", recorded_tables())
def test_every_recorded_table_can_be_digested(table):
    with connection.cursor() as cursor:
        columns = table_columns(cursor, connection.vendor, table)
        cursor.execute(f"SELECT {row_expression(connection.vendor, columns)} FROM {table}")  # noqa: S608
    assert {"id", "begun_by_id"} <= set(columns)
    assert "ended_by_id" not in columns


@pytest.mark.parametrize("field", EVENT)
def test_the_digest_of_an_event_covers_each_field(field):
    other = {**EVENT, field: EVENT[field] + timedelta(microseconds=1) if field == "at" else 2}
    assert event_digest(FIRST, EVENT) != event_digest(FIRST, other)


def test_the_digest_of_an_event_covers_the_event_before():
    assert event_digest(FIRST, EVENT) != event_digest("1" * 64, EVENT)


def test_an_instant_has_one_text_whatever_its_offset():
    shanghai = timezone(timedelta(hours=8))
    texts = {
        instant_text(datetime(2026, 1, 2, 8, 0, tzinfo=shanghai)),
        instant_text("2026-01-02 00:00:00"),
        instant_text("2026-01-02 00:00:00.000000+00:00"),
    }
    assert texts == {"2026-01-02T00:00:00.000000Z"}


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a name"):
        row_expression("sqlite", {"id; DROP TABLE audit_event": "int"})
