"""Checking the chain of this register in the background (后台核验): with progress, its result kept.

The check itself is `audit.verifying`, which knows neither Django nor jobs. What a check found is recorded in
the chain, so that a later one covers it; each expects the head that the last good one noted.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection, transaction

from mingbai.audit.actions import record
from mingbai.audit.verifying import Progress, verify

#: Findings that a result keeps; the count is of all.
MOST_KEPT = 200


def register_address() -> str:
    """The database as the stand-alone check takes it."""
    if connection.vendor == "sqlite":
        return f"sqlite:{connection.settings_dict['NAME']}"
    return server_address()


def server_place() -> dict[str, str]:
    """How libpq finds the database, where it is PostgreSQL."""
    place = connection.settings_dict
    given = {
        "host": place["HOST"], "port": str(place["PORT"] or ""), "user": place["USER"],
        "password": place["PASSWORD"], "dbname": place["NAME"],
        **{key: str(value) for key, value in place["OPTIONS"].items() if key.startswith("ssl")},
    }  # fmt: skip
    return {key: value for key, value in given.items() if value}


def server_address() -> str:
    """The same as one text."""
    return psycopg.conninfo.make_conninfo(**server_place())


def check_register(
    *, actor: str, expect: str = "", progress: Progress | None = None
) -> dict[str, Any]:
    """Check everything (核验) and record what came of it; `expect`: a head noted earlier."""
    report = verify(register_address(), expect, progress)
    found = [{"code": one.code, "said": str(one)} for one in report.findings[:MOST_KEPT]]
    result = {
        "events": report.events, "rows": report.rows, "uncovered": report.uncovered,
        "head": report.head, "expected": expect, "wrong": len(report.findings), "findings": found,
    }  # fmt: skip
    with transaction.atomic():
        said = {key: result[key] for key in ("events", "rows", "head", "wrong")}
        record(actor=actor, action="audit.chain.verified", data=said)
    return result
