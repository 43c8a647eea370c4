"""Versions of a pack that were used here (规则包版本): kept whole in the database, found by their hash.

A version is its files and the lists laid over them, packed by LZMA: some thirty kilobytes. It is read from
there again as it was, so that a former run explains itself by the rules and values of its day.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from mingbai.common.errors import RegisterError
from mingbai.decisions.errors import error
from mingbai.decisions.models import PackVersion, ParameterProposal, Run
from mingbai.decisions.programs import layered, local_list, pack_named, published_lists
from mingbai.engine.loading import hash_of_files, load_pack
from mingbai.engine.model.pack import Pack

#: Former versions that a process holds; a desk looks at one or two.
_MOST = 8
_former: dict[tuple[str, str], Pack] = {}
NOT_KEPT = "DEC-008"
_FILES, _LOCAL, _PUBLISHED = "files/", "local.yaml", "published/"


def pack_of(run: Run) -> Pack:
    """The rules a run was made with; those in force where it is older than the keeping of versions.

    Raises DEC-009, ``PackError``.
    """
    try:
        return pack_at(run.pack, run.pack_hash)
    except RegisterError as refused:
        if refused.code != NOT_KEPT:
            raise
        return pack_named(run.pack)


def pack_at(name: str, digest: str) -> Pack:
    """A version of a pack by its hash: the one in force, or a kept one. Raises DEC-008, as `pack_of`."""
    current = pack_named(name)
    if current.hash == digest:
        return current
    key = (current.id, digest)
    if key not in _former:
        found = PackVersion.objects.filter(pack=current.id, digest=digest).first()
        if found is None:
            raise error(NOT_KEPT, pack=current.id, digest=digest)
        if len(_former) >= _MOST:
            _former.clear()
        _former[key] = read_version(found)
    return _former[key]


def keep_version(pack: Pack, *, actor: str) -> None:
    """Keep the version in force, if it is not kept yet. Raises DEC-010 where its files change meanwhile."""
    if PackVersion.objects.filter(pack=pack.id, digest=pack.hash).exists():
        return
    parts = dict(_parts(pack))
    files = [
        (name.removeprefix(_FILES), hashlib.sha256(text).hexdigest())
        for name, text in parts.items()
        if name.startswith(_FILES)
    ]
    if hash_of_files(files) != pack.hash.partition("+")[0]:
        raise error("DEC-010", pack=pack.id)
    PackVersion.objects.get_or_create(
        pack=pack.id, digest=pack.hash,
        defaults={
            "version": pack.version, "content": _packed(parts.items()),
            "kept_at": timezone.now(), "kept_by": actor,
        },
    )  # fmt: skip


def _parts(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """The files that decide, by pack and name, and the lists laid over them."""
    for folder in map(Path, pack.folders):
        inside = [folder / "pack.yaml", folder / "clauses.yaml"]
        for section in ("facts", "parameters", "rules"):
            inside += sorted((folder / section).glob("*.yaml"))
        for path in inside:
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                yield f"{_FILES}{folder.name}/{name}", path.read_bytes()
    local = local_list(pack.id)
    if local is not None:
        yield _LOCAL, local
    for number, text in enumerate(published_lists(pack.id)):
        yield f"{_PUBLISHED}{number:04d}.yaml", text.encode()


def _packed(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """The same parts give the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        for name, text in sorted(parts):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    return packed.getvalue()


def read_version(version: PackVersion) -> Pack:
    """A kept version as it was. Raises DEC-009 where what comes out is another one."""
    with tempfile.TemporaryDirectory(prefix="rules-", dir=settings.MINGBAI_DATA) as scratch:
        folder = Path(scratch)
        with tarfile.open(fileobj=io.BytesIO(bytes(version.content)), mode="r:xz") as archive:
            archive.extractall(folder, filter="data")
        local = folder / _LOCAL
        published = [
            path.read_text(encoding="utf-8")
            for path in sorted((folder / _PUBLISHED).glob("*.yaml"))
        ]
        pack = layered(
            load_pack(folder / _FILES / version.pack, with_cases=False),
            local.read_bytes() if local.is_file() else None, published,
        )  # fmt: skip
    if pack.hash != version.digest:
        raise error("DEC-009", pack=version.pack, digest=version.digest)
    return pack


@dataclass(frozen=True)
class Held:
    """A version and when it held here (版本与时段)."""

    version: PackVersion
    until: datetime | None  # when the next one was kept; none: still in force
    proposal: ParameterProposal | None  # what it was published by, if it was


def held_of(run: Run) -> Held | None:
    """The version a run was made with and when it held; None where it is not kept. Three queries."""
    held = versions_of(Path(run.pack).name)
    return next((one for one in held if one.version.digest == run.pack_hash), None)


def versions_of(pack: str) -> list[Held]:
    """The versions of a pack that were used here, the newest first. Two queries."""
    kept = list(PackVersion.objects.filter(pack=pack).defer("content").order_by("-kept_at", "-id"))
    published = ParameterProposal.objects.filter(pack=pack).exclude(published_hash="")
    by_hash = {one.published_hash: one for one in published}
    ends: list[datetime | None] = [None, *(one.kept_at for one in kept)]
    return [
        Held(one, until, by_hash.get(one.digest)) for one, until in zip(kept, ends, strict=False)
    ]
