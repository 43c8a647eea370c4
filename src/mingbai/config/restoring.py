"""Restoring (恢复): everything is checked before anything is touched, and checked again afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from mingbai.audit.actions import record
from mingbai.audit.checking import register_address
from mingbai.audit.findings import Report
from mingbai.audit.verifying import verify
from mingbai.config.archives import check_keys_of, error, read_manifest, unpack
from mingbai.config.backing_up import DATABASE, FOLDERS, Say
from mingbai.config.dumps import counts, load_from

_SCRATCH = ".restoring-"
_SIGNS_OF_USE = ("audit_event", "audit_batch", "accounts_user")


def restore(path: Path, *, replace: bool, say: Say) -> tuple[dict[str, Any], Report]:
    """Put a backup in the place of what is here (恢复); returns its manifest and the check afterwards.

    The order is: manifest, key, kind of database, whether there is data here, every part's digest; only then
    the database, in one transaction, and the files. Raises DATA-002…009, KEY-….
    """
    manifest = read_manifest(path)
    check_keys_of(manifest, settings.MINGBAI_KEY_FILE)
    current = _check_fits(manifest)
    if not replace and (what := _in_use()):
        raise error("DATA-006", what=what)
    for left in settings.MINGBAI_DATA.glob(f"{_SCRATCH}*"):  # of a restore that was killed
        shutil.rmtree(left)
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=settings.MINGBAI_DATA))
    try:
        say("解包并核对摘要 / unpacking and comparing digests")
        unpack(path, manifest, scratch)
        say("写入数据库 / loading the database")
        load_from(scratch / DATABASE, scratch)
        _place_files(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    say("核验审计链和各表 / checking the chain and the rows")
    report = verify(register_address(), expect=manifest["audit"])
    missing = _miscounted(manifest)
    if report.findings or missing:
        raise error("DATA-009", count=len(report.findings) + len(missing))
    if current:
        _note(manifest, path)
    return manifest, report


def _check_fits(manifest: Mapping[str, Any]) -> bool:
    """Whether its tables are of this very version; older ones `mingbai migrate` brings up to date."""
    if manifest["vendor"] != connection.vendor:
        raise error("DATA-005", theirs=manifest["vendor"], ours=connection.vendor)
    known = {
        ".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    }
    unknown = [name for name in manifest["migrations"] if name not in known]
    if unknown:
        raise error("DATA-004", version=manifest["version"], unknown=", ".join(unknown[:3]))
    return known == set(manifest["migrations"])


def _in_use() -> str:
    """What is here that a restore would replace; empty for a fresh place. Looking makes no database."""
    for folder in FOLDERS:
        if any((settings.MINGBAI_DATA / folder).glob("*")):
            return folder
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return ""
    for table in _SIGNS_OF_USE:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 — one of three names
                if cursor.fetchone()[0]:
                    return table
        except DatabaseError:  # no such table
            continue
    return ""


def _place_files(scratch: Path) -> None:
    """Move each folder in, and only then remove the one it replaces."""
    for folder in FOLDERS:
        here, new, old = (
            settings.MINGBAI_DATA / folder,
            scratch / "files" / folder,
            scratch / f"old-{folder}",
        )
        if here.exists():
            here.rename(old)
        if new.exists():
            new.rename(here)


def _miscounted(manifest: Mapping[str, Any]) -> list[str]:
    left_out = {"django_session"}
    with closing(connection.cursor()) as cursor:
        found = counts(cursor, connection.vendor)
    wanted = manifest["counts"]
    return [name for name in wanted if name not in left_out and found.get(name) != wanted[name]]


def _note(manifest: Mapping[str, Any], path: Path) -> None:
    """Say in the chain that this register came out of a backup."""
    data = {"made_at": manifest["made_at"], "head": manifest["audit"], "file": path.name}
    with transaction.atomic():
        record(actor="command", action="audit.backup.restored", data=data)
