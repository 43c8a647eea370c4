"""Whether the key file belongs to this database (密钥试样): a known text, closed with each key version.

Without it a wrong key file would be noticed only when somebody needs a number, and by then new values would
be closed with another key than the old ones.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from mingbai.audit.actions import record
from mingbai.audit.models import Canary
from mingbai.common import keys as key_files
from mingbai.common.errors import RegisterError, error_from
from mingbai.common.keys import CATALOGUE, Keys, read_keys

_COLUMN, _TEXT = "canary.value", "明白"


def check_keys() -> None:
    """Refuse a key file that is not this database's (核对密钥); costs a query.

    Raises KEY-001, KEY-002, KEY-005 and KEY-007. A database without tables yet belongs to any key.
    """
    path, folder = Path(settings.MINGBAI_KEY_FILE), Path(settings.MINGBAI_DATA)
    if folder.resolve() in path.resolve().parents:
        raise error_from(CATALOGUE, "KEY-007", path=path, folder=folder)
    keys = read_keys(path)
    for canary in _canaries():
        if not _opens(keys, canary):
            found = keys.fingerprint(canary.version) if canary.version in keys.secrets else "—"
            raise error_from(
                CATALOGUE, "KEY-005", path=path, wanted=canary.fingerprint, found=found
            )


def keep_canaries() -> list[int]:
    """Make the canaries that are missing; returns their key versions. Call `check_keys` first."""
    keys = read_keys(settings.MINGBAI_KEY_FILE)
    there = set(Canary.objects.values_list("version", flat=True))
    made = [version for version in sorted(keys.secrets) if version not in there]
    for version in made:
        value = Keys(keys.secrets, version).encrypt(_TEXT, _COLUMN)
        Canary.objects.create(
            version=version,
            value=value,
            fingerprint=keys.fingerprint(version),
            made_at=timezone.now(),
        )
    return made


def rotate(*, actor: str) -> int:
    """Add a key version that closes new values from now on (轮换密钥), and say so in the chain."""
    check_keys()
    version = key_files.rotate(settings.MINGBAI_KEY_FILE)
    with transaction.atomic():
        keep_canaries()
        record(actor=actor, action="audit.key.rotated", data={"version": version})
    return version


def _canaries() -> list[Canary]:
    # A savepoint where a transaction is open already, for the query may fail; outside one it would be a
    # transaction of its own, which on SQLite waits for the writer: this is asked by every look at readiness.
    guard = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with guard:
            return list(Canary.objects.order_by("version"))
    except DatabaseError:  # no tables yet
        return []


def _opens(keys: Keys, canary: Canary) -> bool:
    try:
        return keys.decrypt(canary.value, _COLUMN) == _TEXT
    except RegisterError:
        return False
