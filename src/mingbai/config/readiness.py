"""Whether the site can do its work (就绪): database, tables, keys, and when a worker was last alive."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from mingbai.audit.canary import check_keys
from mingbai.common.errors import RegisterError
from mingbai.jobs.queries import worker_seen_at

#: Once every migration was there it stays so while this process lives: looking costs 100 ms.
_complete = False


@dataclass(frozen=True)
class Readiness:
    """What was found (就绪情况); a number of an error, never its text or a path."""

    database: str = "ok"
    migrations: str = "ok"
    keys: str = "ok"
    worker_seen_seconds_ago: float | None = None

    @property
    def ready(self) -> bool:
        """Pages can be answered. A worker away delays work and is told, but takes no page out of service."""
        return (self.database, self.migrations, self.keys) == ("ok", "ok", "ok")


def missing_migrations() -> int:
    """How many migrations the database lacks."""
    global _complete
    if _complete:
        return 0
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _complete = not plan
    return len(plan)


def look() -> Readiness:
    """Look once; a few small reads."""
    try:
        missing = missing_migrations()
        if missing:
            return Readiness(migrations=f"{missing} missing")
        seen_at, now = worker_seen_at()
        age = round((now - seen_at).total_seconds(), 1) if seen_at else None
    except Error:
        return Readiness(database="unreachable", migrations="unknown", keys="unknown")
    return Readiness(keys=_keys(), worker_seen_seconds_ago=age)


def _keys() -> str:
    try:
        check_keys()
    except RegisterError as refusal:
        return refusal.code
    return "ok"
