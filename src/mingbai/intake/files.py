"""Files that come in (收文件): checked by content, limited in size, kept encrypted; never plain on disk."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mingbai.audit.actions import record
from mingbai.common.keys import read_keys
from mingbai.intake.errors import error
from mingbai.intake.models import StoredFile
from mingbai.intake.sealing import seal, unseal
from mingbai.tables.formats.guard import check_sizes
from mingbai.tables.formats.packages import kind_of
from mingbai.tables.formats.sheet import UnreadableError

MOST_BYTES = 200 << 20
_CHUNK = 1 << 20
_NAME = 200
#: First bytes of what is never a table, and what people call it.
_NEVER = {
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
    b"%PDF-": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
    b"SQLite format 3": "SQLite",
    b"#!": "script",
}
_OLE, _ZIP, _PARQUET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"PAR1"


class Upload(Protocol):
    """What a web form or a command hands over: a name and the content in pieces."""

    name: str

    def chunks(self) -> Iterable[bytes]: ...


class FileUpload:
    """A file of the user's own disk, as an upload (本机文件)."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.path = path

    def chunks(self) -> Iterator[bytes]:
        """The content in pieces."""
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def accept(upload: Upload, *, actor: str) -> StoredFile:
    """Take a file in (收下文件): the same content again is the file that is there already.

    Raises INTAKE-001 to INTAKE-004. The plain content stays in memory and goes to disk closed.
    """
    digest = hashlib.sha256()
    plain = io.BytesIO()
    for chunk in upload.chunks():
        if plain.tell() + len(chunk) > MOST_BYTES:
            size = (plain.tell() + len(chunk)) >> 20
            raise error("INTAKE-001", size=f"> {size}", limit=MOST_BYTES >> 20)
        digest.update(chunk)
        plain.write(chunk)
    media_type = _checked(plain)
    known = StoredFile.objects.filter(digest=digest.hexdigest()).first()
    if known is not None and folder().joinpath(known.stored_as).is_file():
        return known
    return _keep(plain, upload.name, digest.hexdigest(), media_type, actor)


def _keep(plain: io.BytesIO, name: str, digest: str, media_type: str, actor: str) -> StoredFile:
    stored_as = f"{digest[:32]}.sealed"
    plain.seek(0)
    size = plain.getbuffer().nbytes
    seal(
        iter(lambda: plain.read(_CHUNK), b""),
        folder() / stored_as,
        read_keys(settings.MINGBAI_KEY_FILE),
    )
    with transaction.atomic():
        stored, made = StoredFile.objects.get_or_create(
            digest=digest,
            defaults={
                "name": plain_name(name), "size": size, "media_type": media_type,
                "stored_as": stored_as, "received_by": actor, "received_at": timezone.now(),
            },
        )  # fmt: skip
        if made:
            data = {"digest": digest, "size": size}
            record(
                actor=actor, action="intake.file.accepted", target=f"file:{stored.pk}", data=data
            )
    return stored


def folder() -> Path:
    """Where accepted files lie, closed."""
    path = Path(settings.MINGBAI_DATA) / "intake"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def plain_name(name: str) -> str:
    """The name without folders and control signs; the ending stays when it is cut."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable()).strip(". ") or "file"
    stem, dot, ending = shown.rpartition(".")
    return shown if len(shown) <= _NAME else f"{stem[: _NAME - len(ending) - 1]}{dot}{ending}"


def _checked(plain: IO[bytes]) -> str:
    """What the content is. Raises INTAKE-002 to INTAKE-004."""
    plain.seek(0)
    start = plain.read(8192)
    if not start:
        raise error("INTAKE-004")
    found = next((kind for mark, kind in _NEVER.items() if start.startswith(mark)), None)
    if found:
        raise error("INTAKE-002", found=found)
    if start.startswith(_ZIP):
        return _package(plain)
    if start.startswith(_OLE):
        return "ole"
    if start.startswith(_PARQUET):
        return "parquet"
    if start.startswith(b"PK"):
        raise error("INTAKE-002", found="zip")
    zeros = start.count(b"\x00")
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff")) or 0.3 < zeros / len(start) <= 0.5
    if zeros and not wide and not start.startswith(b"\x09"):
        raise error("INTAKE-002", found="binary")
    return "text"


def _package(plain: IO[bytes]) -> str:
    """An office file in a zip, by its parts; sizes as the archive says them, before anything unpacks."""
    try:
        with zipfile.ZipFile(plain) as archive:
            check_sizes(archive)
            return kind_of(archive)
    except UnreadableError as problem:
        if problem.code == "TABLE-024":
            raise error("INTAKE-003") from None
        raise error("INTAKE-002", found="zip") from None
    except (zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, EOFError, KeyError):
        raise error("INTAKE-002", found="zip") from None


@contextmanager
def opened(stored: StoredFile) -> Iterator[Path]:
    """The plain file under its own name while the block runs, in memory where the system can do that."""
    pieces = unseal(folder() / stored.stored_as, read_keys(settings.MINGBAI_KEY_FILE))
    with held(stored.name or "file", pieces) as path:
        yield path


@contextmanager
def held(name: str, pieces: Iterable[bytes]) -> Iterator[Path]:
    """Content as a file of this name while the block runs, in memory where the system can do that."""
    with tempfile.TemporaryDirectory(prefix="mingbai-", dir=folder()) as scratch:
        path = Path(scratch) / name
        if hasattr(os, "memfd_create"):
            with os.fdopen(os.memfd_create("mingbai"), "wb") as memory:
                for piece in pieces:
                    memory.write(piece)
                memory.flush()
                path.symlink_to(f"/proc/{os.getpid()}/fd/{memory.fileno()}")
                yield path
            return
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                file.write(piece)
        yield path


def stored_file(key: int) -> StoredFile:
    """An accepted file. Raises INTAKE-014."""
    found = StoredFile.objects.filter(pk=key).first()
    if found is None:
        raise error("INTAKE-014", file=key)
    return found
