"""The file of a backup (备份文件): a tar, packed by zstd, with its manifest in front; no Django.

`tar --zstd -tf FILE` lists it. The manifest says what is inside, how large and with which digest, the
fingerprints of the keys that open it, and the head of the audit chain. The key file itself is never inside.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from mingbai.common import keys as key_files
from mingbai.common.errors import RegisterError, error_from
from mingbai.common.keys import Keys

CATALOGUE: dict[str, tuple[str, str]] = {
    "DATA-001": (
        "找不到程序 {program}（要 {version} 版或更新），没有它不能备份或恢复 PostgreSQL。Debian：apt-get "
        "install postgresql-client",
        "the program {program} (version {version} or newer) is not there; PostgreSQL cannot be backed up "
        "or restored without it. On Debian: apt-get install postgresql-client",
    ),
    "DATA-002": (
        "{path} 不是明白的备份文件，或开头已损坏；没有改动任何数据。请换一份备份",
        "{path} is no backup of Mingbai, or its beginning is damaged; nothing was changed. Take another "
        "backup",
    ),
    "DATA-003": (
        "备份文件 {path} 里的 {part} 损坏或缺失；没有改动任何数据。请换一份备份",
        "{part} in the backup {path} is damaged or missing; nothing was changed. Take another backup",
    ),
    "DATA-004": (
        "备份是更新的版本 {version} 做的，这里的程序不认识它的表（{unknown}）；请先升级程序",
        "the backup was made by the newer version {version}, whose tables are unknown here ({unknown}); "
        "upgrade the program first",
    ),
    "DATA-005": (
        "备份来自 {theirs}，这里用的是 {ours}；备份只能恢复到同一种数据库。请改 DATABASE_URL",
        "the backup is of {theirs}, the database here is {ours}; a backup goes back into the same kind. "
        "Change DATABASE_URL",
    ),
    "DATA-006": (
        "这里已有数据（{what}）；没有改动。确定要用备份整个替换，请加 --replace，先停掉 serve 和 worker",
        "there is data here already ({what}); nothing was changed. To replace all of it by the backup "
        "add --replace, and stop serve and worker first",
    ),
    "DATA-007": (
        "{program} 失败：{detail}；没有留下半份结果",
        "{program} failed: {detail}; no half result is left",
    ),
    "DATA-008": (
        "{path} 已经存在；备份不覆盖旧文件，请换一个名字",
        "{path} exists already; a backup never overwrites a file, choose another name",
    ),
    "DATA-009": (
        "数据已恢复，但核验发现 {count} 处不符；请看 mingbai audit verify，在查清前不要使用",
        "the data are restored, but the check found {count} faults; see mingbai audit verify and do not "
        "use them before it is clear why",
    ),
}  # fmt: skip

FORMAT = 1
MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 64 * 1024 * 1024
_BLOCK = 1024 * 1024


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)


def write_archive(
    path: Path, manifest: Mapping[str, Any], parts: Mapping[str, Path]
) -> dict[str, Any]:
    """Write the archive beside `path` and move it there, mode 0600; returns the whole manifest.

    `parts` maps names inside to files, which must not change meanwhile.
    """
    listed = [
        {"name": name, "size": file.stat().st_size, "sha256": sha256(file)}
        for name, file in parts.items()
    ]
    whole = {
        "what": "Mingbai backup 明白备份; the key file is not inside",
        "format": FORMAT,
        **manifest,
        "parts": listed,
    }
    beside = path.with_name(f"{path.name}.partial-{secrets.token_hex(4)}")
    try:
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with pa.CompressedOutputStream(pa.OSFile(str(beside), "w"), "zstd") as packed:
                _fill(packed, json.dumps(whole, ensure_ascii=False, indent=1).encode(), parts)
            os.fsync(file)
        finally:
            os.close(file)
        try:
            path.hardlink_to(beside)  # unlike a rename it never takes the place of a file
        except FileExistsError:
            raise error("DATA-008", path=path) from None
    finally:
        beside.unlink(missing_ok=True)
    return whole


def _fill(packed: Any, manifest: bytes, parts: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_member(MANIFEST, len(manifest)), io.BytesIO(manifest))
        for name, file in parts.items():
            with file.open("rb") as content:
                tar.addfile(_member(name, file.stat().st_size), content)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    with (
        pa.OSFile(str(path)) as file,
        pa.CompressedInputStream(file, "zstd") as packed,
        tarfile.open(fileobj=packed, mode="r|") as tar,
    ):
        yield tar


def read_manifest(path: Path) -> dict[str, Any]:
    """What the backup says of itself. Raises DATA-002."""
    try:
        with _opened(path) as tar:
            member = tar.next()
            if member is None or member.name != MANIFEST or member.size > _LARGEST_MANIFEST:
                raise error("DATA-002", path=path)
            content = tar.extractfile(member)
            found = json.loads(content.read() if content else b"")
    except (tarfile.TarError, ValueError, OSError) as problem:
        if isinstance(problem, FileNotFoundError):
            raise
        raise error("DATA-002", path=path) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise error("DATA-002", path=path)
    return found


def unpack(path: Path, manifest: Mapping[str, Any], into: Path) -> None:
    """Unpack every part below `into`, comparing size and digest. Raises DATA-003; `into` is the caller's."""
    wanted = {part["name"]: part for part in manifest["parts"]}
    try:
        with _opened(path) as tar:
            for member in tar:
                if member.name != MANIFEST:
                    part = wanted.pop(member.name, None)
                    if part is None or not member.isfile() or not _stays_inside(member.name):
                        raise error("DATA-003", path=path, part=member.name)
                    _copy(tar, member, part, into / member.name, path)
    except (tarfile.TarError, OSError, ValueError) as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise  # our own disk, not the backup
        raise error("DATA-003", path=path, part=next(iter(wanted), "tar")) from None
    if wanted:
        raise error("DATA-003", path=path, part=next(iter(wanted)))


def _copy(
    tar: tarfile.TarFile, member: tarfile.TarInfo, part: Mapping[str, Any], to: Path, path: Path
) -> None:
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    content = tar.extractfile(member)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while content is not None and (block := content.read(_BLOCK)):
            digest.update(block)
            size += file.write(block)
    if (size, digest.hexdigest()) != (part["size"], part["sha256"]):
        raise error("DATA-003", path=path, part=part["name"])


def _stays_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_keys_of(manifest: Mapping[str, Any], path: Path) -> Keys:
    """The keys of `path`, if they open what the backup holds. Raises KEY-001, KEY-002, KEY-005."""
    keys = key_files.read_keys(path)
    for version, wanted in manifest["keys"].items():
        found = keys.fingerprint(int(version)) if int(version) in keys.secrets else "—"
        if found != wanted:
            raise error_from(key_files.CATALOGUE, "KEY-005", path=path, wanted=wanted, found=found)
    return keys
