"""Keys (密钥): one file outside the data folder, versioned; encryption of ID numbers, phones and accounts.

Every key of the file is 32 random bytes; what is used is derived from it by purpose (HKDF-SHA-256). Values
are AES-256-GCM with the key version in front and the column as associated data; look-ups compare digests.

Rotation adds a version and makes it current. What stands closed keeps its version: rows are append-only and
digested, so nothing is closed again in place; a value that is recorded anew is closed with the new version.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mingbai.common.errors import error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "KEY-001": (
        "密钥文件 {path} 读不了：{detail}。没有它，证件号码、电话和账号再也解不开；请从单独保管的副本放回"
        "原处",
        "the key file {path} cannot be read: {detail}. Without it ID numbers, phones and accounts stay "
        "closed "
        "for good; put back the copy that is kept apart",
    ),
    "KEY-002": (
        "密钥文件 {path} 别人也能读（{mode}）；请执行 chmod 600",
        "others can read the key file {path} ({mode}); run chmod 600 on it",
    ),
    "KEY-003": (
        "这一项是用第 {version} 版密钥加密的，密钥文件里没有这一版；请放回含有它的密钥文件",
        "this value was encrypted with key version {version}, which the key file lacks; put back the "
        "file "
        "that holds it",
    ),
    "KEY-004": (
        "加密内容和它所在的栏对不上，或被改动过；没有显示任何内容",
        "an encrypted value does not belong to its column or was altered; nothing is shown",
    ),
    "KEY-005": (
        "密钥文件 {path} 打不开这个数据库：数据库用的密钥指纹是 {wanted}，这个文件里的是 {found}。证件号"
        "码、电话和"
        "账号会读不出，新写的也会混用两把密钥，所以没有继续。请把单独保管的那份密钥文件放回 {path}（权限 "
        "600）再运行；"
        "现有的文件先改名留着，不要删除",
        "the key file {path} does not open this database: it was closed with key {wanted}, the file "
        "holds {found}. "
        "ID numbers, phones and accounts would stay closed and two keys would be mixed, so nothing was "
        "done. Put "
        "the copy that is kept apart back to {path} (mode 600) and run again; rename the present file, "
        "do not "
        "delete it",
    ),
    "KEY-006": (
        "密钥文件 {path} 已有 255 个版本，不能再加",
        "the key file {path} holds 255 versions already; no more can be added",
    ),
    "KEY-007": (
        "密钥文件 {path} 放在数据文件夹 {folder} 里：拷走数据的人会连密钥一起拷走。请把它移到别处，并设 "
        "MINGBAI_KEY_FILE",
        "the key file {path} lies inside the data folder {folder}: who copies the data copies the key. "
        "Move it "
        "elsewhere and set MINGBAI_KEY_FILE",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Keys:
    """The keys of one installation (密钥). `current` encrypts; every version decrypts."""

    secrets: dict[int, bytes]
    current: int
    path: Path = field(default=Path())

    def derived(self, purpose: str, version: int | None = None) -> bytes:
        """32 bytes for one purpose. Digests and sessions rest on version 1, so that rotation keeps them."""
        secret = self.secrets[1 if version is None else version]
        return HKDF(SHA256(), 32, None, purpose.encode()).derive(secret)

    @cached_property
    def _ciphers(self) -> dict[int, AESGCM]:
        return {version: AESGCM(self.derived("columns", version)) for version in self.secrets}

    @cached_property
    def _digest_key(self) -> bytes:
        return self.derived("digests")

    def encrypt(self, text: str, column: str) -> bytes:
        """One byte of key version, 12 of nonce, then the closed value; `column` is bound into it."""
        nonce = os.urandom(12)
        closed = self._ciphers[self.current].encrypt(nonce, text.encode(), column.encode())
        return bytes((self.current,)) + nonce + closed

    def decrypt(self, value: bytes, column: str) -> str:
        """The text. Raises KEY-003 for an unknown version and KEY-004 for an altered value."""
        value = bytes(value)
        cipher = self._ciphers.get(value[0]) if value else None
        if cipher is None:
            raise error_from(CATALOGUE, "KEY-003", version=value[0] if value else "?")
        try:
            return cipher.decrypt(value[1:13], value[13:], column.encode()).decode()
        except Exception:
            raise error_from(CATALOGUE, "KEY-004") from None

    def fingerprint(self, version: int) -> str:
        """Names a key without saying anything about it (指纹), so that people can tell copies apart."""
        return self.derived("fingerprint", version)[:6].hex()

    def digest(self, text: str, purpose: str) -> bytes:
        """16 bytes that are equal for equal texts of one purpose, and say nothing without the key."""
        return hmac.digest(self._digest_key, f"{purpose}\x1f{text}".encode(), "sha256")[:16]


def load_or_make_keys(path: Path, unless: Path | None = None) -> Keys:
    """The keys of `path`; made there, mode 0600, when the file is absent. Raises KEY-001, KEY-002.

    Nothing is made when `unless` exists: a database without its key needs the old file back, not a new one.
    """
    if not path.exists() and (unless is None or not unless.exists()):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, {1: secrets.token_bytes(32)}, 1, first=True)
    return read_keys(path)


@lru_cache(maxsize=8)
def _parsed(path: Path, stamp: tuple[int, int]) -> Keys:
    found = json.loads(path.read_text(encoding="utf-8"))
    keys = {
        int(number): base64.b64decode(text, validate=True) for number, text in found["keys"].items()
    }
    if not {1, found["current"]} <= set(keys) or {len(key) for key in keys.values()} != {32}:
        raise ValueError("damaged")
    return Keys(keys, found["current"], path)


def read_keys(path: Path) -> Keys:
    """The keys of an existing file. Raises KEY-001, KEY-002."""
    try:
        status = path.stat()
        if status.st_mode & 0o077:
            raise error_from(CATALOGUE, "KEY-002", path=path, mode=oct(status.st_mode & 0o777))
        return _parsed(path, (status.st_mtime_ns, status.st_ino))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise error_from(CATALOGUE, "KEY-001", path=path, detail=type(problem).__name__) from None


def rotate(path: Path) -> int:
    """Add a key version and make it current; the old ones stay, to read what they closed. Returns it."""
    keys = read_keys(path)
    version = max(keys.secrets) + 1
    if version > 255:  # one byte in front of each value
        raise error_from(CATALOGUE, "KEY-006", path=path)
    _write(path, {**keys.secrets, version: secrets.token_bytes(32)}, version, first=False)
    return version


def _write(path: Path, keys: dict[int, bytes], current: int, *, first: bool) -> None:
    """Write beside and rename: a power cut leaves the old file or the new one, never half of it.

    Of two processes that start at once only one makes the first file: a link fails where a file is.
    """
    text = json.dumps(
        {
            "what": "Mingbai keys 明白密钥: keep a copy apart from the backups; without it nothing opens",
            "current": current,
            "keys": {str(version): base64.b64encode(key).decode() for version, key in keys.items()},
        },
        ensure_ascii=False,
        indent=1,
    )
    beside = path.with_name(path.name + f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if not first:
        beside.replace(path)
        return
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
