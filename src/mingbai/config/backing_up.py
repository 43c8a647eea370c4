"""Backing up (备份): database, attachments and received files into one file, while the register is in use."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from mingbai import __version__
from mingbai.audit.actions import record
from mingbai.audit.canary import check_keys
from mingbai.audit.digests import FIRST
from mingbai.common.keys import read_keys
from mingbai.config.archives import error, sha256, write_archive
from mingbai.config.dumps import counts, dump_to

#: Folders of the data folder that belong into a backup; the rest is made again.
FOLDERS = ("attachments", "intake", "local")
DATABASE = "database"

Say = Callable[[str], None]


def back_up(path: Path, *, now: datetime, say: Say) -> dict[str, Any]:
    """Write a backup to `path` (备份), which must not exist; returns its manifest.

    The database is copied as of one instant and first, so that every file it names is there afterwards.
    Raises DATA-001, DATA-007, DATA-008, KEY-….
    """
    if path.exists():
        raise error("DATA-008", path=path)
    check_keys()
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".backup-", dir=path.parent))
    try:
        say("复制数据库 / copying the database")
        dump = scratch / "dump"
        with dump_to(dump) as cursor:
            manifest = _manifest(cursor, now)
        parts = {DATABASE: dump, **_files()}
        say(f"打包 {len(parts)} 个文件 / packing {len(parts)} files")
        whole = write_archive(path, manifest, parts)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    said = {"head": manifest["audit"], "sha256": sha256(path), "size": path.stat().st_size}
    with transaction.atomic():
        record(actor="command", action="audit.backup.made", data=said)
    return whole


def _manifest(cursor: Any, now: datetime) -> dict[str, Any]:
    keys = read_keys(settings.MINGBAI_KEY_FILE)
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "version": __version__,
        "vendor": connection.vendor,
        "migrations": sorted(map(".".join, MigrationRecorder(connection).applied_migrations())),
        "keys": {str(version): keys.fingerprint(version) for version in sorted(keys.secrets)},
        "audit": head(cursor),
        "counts": counts(cursor, connection.vendor),
    }


def head(cursor: Any) -> str:
    """The head of the chain as `mingbai audit verify` prints it: count and last digest."""
    cursor.execute("SELECT count(*) FROM audit_event")
    (count,) = cursor.fetchone()
    cursor.execute("SELECT digest FROM audit_event ORDER BY id DESC LIMIT 1")
    return f"{count}:{(cursor.fetchone() or (FIRST,))[0]}"


def _files() -> dict[str, Path]:
    """Name inside → file, of the folders that belong into a backup; files are written once, never changed."""
    found = {}
    for folder in FOLDERS:
        for file in sorted((settings.MINGBAI_DATA / folder).rglob("*")):
            if file.is_file() and not file.is_symlink():
                found[f"files/{file.relative_to(settings.MINGBAI_DATA).as_posix()}"] = file
    return found
