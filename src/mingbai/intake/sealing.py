"""Files kept closed (文件加密保存): read and written in pieces, so that 200 MB need no 200 MB of memory.

A sealed file is a head (mark, key version, eight random bytes) and pieces of a megabyte under AES-256-GCM.
Number and "last" are bound into each piece: none can be left out, moved or put in from elsewhere.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mingbai.common.keys import Keys
from mingbai.intake.errors import error

_MARK, _PIECE = b"MBF1", 1 << 20
_PURPOSE = "intake files"


def seal(chunks: Iterable[bytes], path: Path, keys: Keys) -> None:
    """Write the chunks closed to `path`, beside it first: no half file is ever found there."""
    head = _MARK + bytes((keys.current,)) + os.urandom(8)
    cipher = AESGCM(keys.derived(_PURPOSE, keys.current))
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(head)
            for number, (piece, last) in enumerate(_pieces(chunks)):
                closed = cipher.encrypt(_nonce(head, number), piece, _bound(head, number, last))
                file.write(struct.pack(">I?", len(closed), last) + closed)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def unseal(path: Path, keys: Keys) -> Iterator[bytes]:
    """The plain pieces of a sealed file. Raises INTAKE-005 when it is damaged or cut."""
    try:
        with path.open("rb") as file:
            yield from _opened(file, keys)
    except (OSError, struct.error, KeyError, InvalidTag):
        raise error("INTAKE-005", file=path.name[:12]) from None


def _opened(file: IO[bytes], keys: Keys) -> Iterator[bytes]:
    head = file.read(13)
    if len(head) != 13 or not head.startswith(_MARK) or head[4] not in keys.secrets:
        raise KeyError
    cipher = AESGCM(keys.derived(_PURPOSE, head[4]))
    number, last = 0, False
    while not last:
        size, last = struct.unpack(">I?", file.read(5))
        piece = file.read(min(size, _PIECE + 16))
        yield cipher.decrypt(_nonce(head, number), piece, _bound(head, number, last))
        number += 1


def _pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces of a megabyte and which is the last; an empty file is one empty piece."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        while len(rest) > _PIECE:
            yield rest[:_PIECE], False
            rest = rest[_PIECE:]
    yield rest, True


def _nonce(head: bytes, number: int) -> bytes:
    return head[5:13] + struct.pack(">I", number)


def _bound(head: bytes, number: int, last: bool) -> bytes:
    return head + struct.pack(">I?", number, last)
