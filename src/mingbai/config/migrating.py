"""Bringing the database up to date (更新数据库): safe to run twice, and at any start."""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mingbai.audit.batches import sweep
from mingbai.audit.canary import check_keys, keep_canaries
from mingbai.audit.guards import put_guards
from mingbai.audit.models import Canary
from mingbai.common.keys import read_keys

#: The name of the lock under which tables are built on PostgreSQL.
_LOCK = 7_301_043

Say = Callable[[str], None]


def migrate(say: Say) -> dict[str, Any]:
    """Build missing tables, put the guards, check the keys, sweep what was given up (更新数据库).

    Of two at once the second waits and finds nothing to do. Raises KEY-005 before anything is changed.
    """
    with _alone():
        check_keys()
        built = _build(say)
        put_guards(connection)
        first = not Canary.objects.exists()
        closed = keep_canaries()
    if closed and first:
        explain_keys(say)
    swept = sweep()
    if swept:
        say(f"清理了 {swept} 个中断的批次 / swept {swept} batches that were cut off")
    if not built and not swept:
        say("数据库已是最新 / the database is up to date")
    return {"migrations": built, "canaries": closed, "swept": swept}


def explain_keys(say: Say) -> None:
    """What a lost key means, said before it is lost."""
    path = settings.MINGBAI_KEY_FILE
    keys = read_keys(path)
    say(f"密钥文件：{path}（指纹 {keys.fingerprint(keys.current)}）。任何备份都不含它。")
    say(
        "它丢了，证件号码、电话和银行账号永远打不开，谁也帮不了。请现在抄一份，放在与数据、备份都不同的地方。"
    )
    say(
        f"The key file is {path} (fingerprint {keys.fingerprint(keys.current)}). No backup holds it."
    )
    say(
        "Without it ID numbers, phones and accounts stay closed for good and nobody can help. Put a copy now"
    )
    say("where neither the data nor the backups are.")


def _build(say: Say) -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    names = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    if names:
        call_command("migrate", verbosity=0, interactive=False)
        for app, count in Counter(migration.app_label for migration, _ in plan).items():
            say(f"  {app} {count}")
        say(f"完成 {len(names)} 项表结构变更 / {len(names)} migrations applied")
    return names


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        return
    with (settings.MINGBAI_DATA / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
