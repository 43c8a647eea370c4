"""Files kept as evidence (附件): judged by content, never by name; encrypted, outside every web root.

On disk stands one encrypted file for each content, named by chance; the row has the digest of the plain file,
which is compared whenever somebody opens it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import zipfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from mingbai.audit.actions import record, recording
from mingbai.households.closing import keys
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.models import Attachment
from mingbai.households.topics import topic_of
from mingbai.households.writing import end_rows, lock

LIMIT = 10 * 1024 * 1024  # bytes
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    _WORD: ".docx",
    _SHEET: ".xlsx",
}
#: Names of parts that run or reach out: macros, ActiveX, embedded programs.
_ACTIVE = re.compile(r"vbaproject|activex|oleobject|\.bin$|embeddings/", re.IGNORECASE)
_MOST_PARTS, _MOST_UNPACKED = 2_000, 200 * 1024 * 1024
#: What a PDF must not do by itself when somebody opens it.
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
_UNSAFE = re.compile(r"[^\w\u3400-\u9fff ()（）.-]+")


@dataclass(frozen=True)
class Opened:
    """A file that was opened (打开的附件), to be sent as a download with `nosniff`."""

    name: str
    media_type: str
    content: bytes


def judge(content: bytes) -> str:
    """The media type by content. Raises HOME-060 and HOME-061."""
    if len(content) > LIMIT:
        raise error("HOME-060", size=len(content), limit=LIMIT)
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:]:
        return "image/png"
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        if found := _ACTIVE_PDF.search(content):
            raise error("HOME-061", detail=f"pdf {found.group().decode()}")
        return "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _judge_package(content)
    raise error("HOME-061", detail="content")


def _judge_package(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise error("HOME-061", detail="size unpacked")
            types = (
                package.read("[Content_Types].xml")[: 1024 * 1024]
                if "[Content_Types].xml" in names
                else b""
            )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        raise error("HOME-061", detail="archive") from None
    if any(_ACTIVE.search(name) for name in names) or b"macroEnabled" in types:
        raise error("HOME-061", detail="macros")
    if "word/document.xml" in names:
        return _WORD
    if "xl/workbook.xml" in names:
        return _SHEET
    raise error("HOME-061", detail="archive")


def neutral_name(title: str, media_type: str) -> str:
    """A file name without a path, signs that mean something to a system, or a foreign ending."""
    last = re.split(r"[\\/]", title)[-1]
    stem = _UNSAFE.sub("_", last.rpartition(".")[0] or last).strip(" .-") or "附件"
    return stem[:80] + _SUFFIXES[media_type]


def folder() -> Path:
    """Where the files lie: in the data folder, which no server hands out."""
    return Path(settings.MINGBAI_DATA) / "attachments"


def add_attachment(
    *,
    actor: str,
    subject: Subject,
    subject_id: int,
    content: bytes,
    title: str,
    topic: str = "",
    reason: str = "",
) -> Attachment:
    """Keep a file as evidence (附件登记). Raises HOME-001, HOME-010, HOME-060, HOME-061.

    The file is written first: a crash leaves a file nobody knows, never a row without its file.
    """
    media_type = judge(content)
    if topic:
        topic_of(topic)
    stored_as = secrets.token_hex(16)
    _write(stored_as, content)
    try:
        with recording(actor=actor, action="households.attachment.added", reason=reason,
                       target=f"{subject.value}:{subject_id}") as batch:  # fmt: skip
            lock(subject, [subject_id], batch)
            made = Attachment.objects.create(
                begun_by=batch, subject=subject, subject_id=subject_id, topic=topic,
                title=neutral_name(title, media_type), media_type=media_type, size=len(content),
                digest=hashlib.sha256(content).hexdigest(), stored_as=stored_as,
            )  # fmt: skip
            batch.event_data.update(attachment=made.pk, size=made.size, digest=made.digest)
    except BaseException:
        (folder() / stored_as).unlink(missing_ok=True)
        raise
    return made


def withdraw_attachment(*, actor: str, attachment: Attachment, reason: str) -> None:
    """Take an attachment out of the register (撤回附件); the file stays, to answer what was known."""
    if not reason.strip():
        raise error("HOME-029", action="households.attachment.withdrawn")
    with recording(actor=actor, action="households.attachment.withdrawn", reason=reason,
                   target=f"{attachment.subject}:{attachment.subject_id}") as batch:  # fmt: skip
        end_rows(batch, Attachment, [attachment])
        batch.event_data.update(attachment=attachment.pk)


def attachments_of(subject: Subject, subject_id: int, readable: Q = Q()) -> QuerySet[Attachment]:  # noqa: B008
    """What is kept about somebody, the newest first; `readable` is `access.restricted_batches(…)`."""
    rows = Attachment.objects.recorded().filter(subject=subject, subject_id=subject_id)
    return rows.filter(readable).order_by("-id")


def open_attachment(*, actor: str, attachment: Attachment) -> Opened:
    """The file, proved by its digest; opening leaves an audit event (打开附件). Raises HOME-062."""
    try:
        closed = (folder() / attachment.stored_as).read_bytes()
        content = _cipher(closed[0]).decrypt(
            closed[1:13], closed[13:], attachment.stored_as.encode()
        )
    except (OSError, InvalidTag, IndexError, KeyError):
        raise error("HOME-062", attachment=attachment.pk) from None
    if hashlib.sha256(content).hexdigest() != attachment.digest:
        raise error("HOME-062", attachment=attachment.pk)
    with transaction.atomic():
        record(
            actor=actor, action="households.attachment.opened", target=f"attachment:{attachment.pk}"
        )
    return Opened(attachment.title, attachment.media_type, content)


def _cipher(version: int) -> AESGCM:
    return AESGCM(keys().derived("attachments", version))


def _write(name: str, content: bytes) -> None:
    """One byte of key version, 12 of nonce, then the closed file; its name is bound into it."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    version = keys().current
    nonce = os.urandom(12)
    closed = bytes((version,)) + nonce + _cipher(version).encrypt(nonce, content, name.encode())
    beside = folder() / f"{name}.part"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(closed)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder() / name)
