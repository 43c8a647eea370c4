"""Guards in the database (数据库防改): events are only added, looks only added and forgotten after years.

Triggers, so that not even a statement typed by hand changes the chain by accident. Whoever owns the database
can drop them; `mingbai audit verify` then says so, and the chain still shows what was changed. SQLite drops
triggers when a migration builds their table anew: `mingbai migrate` puts them back each time.
"""

from __future__ import annotations

from typing import Any

#: How long the log of looks is kept at least: records about handling personal information, PIPL article 56.
LOOKS_KEPT_YEARS = 3
#: Names of the triggers that have to be there.
TRIGGERS = (
    "audit_event_no_update", "audit_event_no_delete", "audit_event_no_replace",
    "audit_look_no_update", "audit_look_no_delete", "audit_look_no_replace",
)  # fmt: skip

_REFUSED = "the audit log is append-only"
_RECENT = f"OLD.at > datetime('now', '-{LOOKS_KEPT_YEARS} years')"


def _sqlite_trigger(name: str, when: str, table: str, condition: str = "") -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {when} ON {table} {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    )


# INSERT OR REPLACE deletes without firing a trigger on DELETE: it is refused before it begins.
_SQLITE = (
    _sqlite_trigger("audit_event_no_update", "UPDATE", "audit_event"),
    _sqlite_trigger("audit_event_no_delete", "DELETE", "audit_event"),
    _sqlite_trigger(
        "audit_event_no_replace", "INSERT", "audit_event",
        # Two questions: one with OR is answered by reading every event, each time one is added.
        "WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id) "
        "OR EXISTS (SELECT 1 FROM audit_event WHERE digest = NEW.digest)",
    ),
    _sqlite_trigger("audit_look_no_update", "UPDATE", "audit_look"),
    _sqlite_trigger("audit_look_no_delete", "DELETE", "audit_look", f"WHEN {_RECENT}"),
    _sqlite_trigger(
        "audit_look_no_replace", "INSERT", "audit_look",
        "WHEN EXISTS (SELECT 1 FROM audit_look WHERE id = NEW.id)",
    ),
)  # fmt: skip

_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$""",
    f"""CREATE OR REPLACE FUNCTION audit_refuse_recent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.at > now() - interval '{LOOKS_KEPT_YEARS} years' THEN RAISE EXCEPTION '{_REFUSED}'; END IF;
      RETURN OLD;
    END $$""",
    *(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {when} ON {table} {each} EXECUTE FUNCTION {function}()"
        for name, when, table, each, function in (
            ("audit_event_no_update", "UPDATE", "audit_event", "FOR EACH ROW", "audit_refuse"),
            ("audit_event_no_delete", "DELETE", "audit_event", "FOR EACH ROW", "audit_refuse"),
            ("audit_event_no_replace", "TRUNCATE", "audit_event", "", "audit_refuse"),
            ("audit_look_no_update", "UPDATE", "audit_look", "FOR EACH ROW", "audit_refuse"),
            ("audit_look_no_delete", "DELETE", "audit_look", "FOR EACH ROW", "audit_refuse_recent"),
            ("audit_look_no_replace", "TRUNCATE", "audit_look", "", "audit_refuse"),
        )
    ),
)


def put_guards(connection: Any) -> None:
    """Make the triggers where they are missing; safe to run again."""
    with connection.cursor() as cursor:
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def lift_guards(connection: Any) -> None:
    """Drop the triggers: for building the tables anew, never while the register is in use."""
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            on = "" if connection.vendor == "sqlite" else f" ON {name.rsplit('_no_')[0]}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
