"""Files behind a password (加密文件): decrypted in memory; the password is never kept or shown."""

from __future__ import annotations

import io
import logging
import re
import struct
from collections.abc import Callable

from mingbai.tables.formats.ole import OleFile
from mingbai.tables.formats.sheet import UnreadableError

# The programs themselves encrypt read-only workbooks with this one, and open them without asking.
_PROGRAMS_OWN = "VelvetSweatshop"
_ROUNDS = re.compile(rb'spinCount="([0-9]+)"')
_MAX_ROUNDS = 10_000_000
_BOF, _FILEPASS, _BOUNDSHEET = 0x809, 0x2F, 0x85
# Records that stay clear: where streams begin, who has the file open, the interface.
_CLEAR = frozenset((_BOF, _FILEPASS, 0x194, 0x195, 0xE1, 0x196, 0x138))
_XOR, _RC4 = 0, 1
_BLOCK = 1024

# What an attempt comes to: the content, none when the password is wrong.
_Attempt = Callable[[str], bytes | None]


class _UnknownWayError(Exception):
    """A way of encrypting that is not known; it carries nothing of the file."""


def unlock_package(raw: bytes, ole: OleFile, password: str | None) -> bytes:
    """A new office file (xlsx, docx) without its encryption.

    TABLE-022: it asks for a password and none is given. TABLE-031: the password is wrong. TABLE-032:
    a way of encrypting that is not known, or one that would keep the machine busy for hours.
    """
    info = ole.stream("EncryptionInfo") if ole.has("EncryptionInfo") else b""
    if any(len(said) > 8 or int(said) > _MAX_ROUNDS for said in _ROUNDS.findall(info)):
        raise UnreadableError("TABLE-032")
    return _unlock(lambda word: _package(raw, word), password)


def unlock_workbook(stream: bytes, password: str | None) -> bytes:
    """The Workbook stream of an old workbook without its encryption; the same numbers."""
    return _unlock(lambda word: _workbook(stream, word), password)


def _unlock(attempt: _Attempt, password: str | None) -> bytes:
    # At the level of debugging the library writes keys, and the password itself, into the log.
    logging.getLogger("msoffcrypto").setLevel(logging.WARNING)
    for word in (_PROGRAMS_OWN, password):
        if word is None:
            continue
        unknown = False
        found = None
        try:
            found = attempt(word)
        except Exception:  # the library raises whatever its parts do
            unknown = True
        # Raised outside the handler: an error that carried the library's own on its back would carry
        # its frames too, and the password in them.
        if unknown:
            raise UnreadableError("TABLE-032")
        if found is not None:
            return found
    raise UnreadableError("TABLE-022" if password is None else "TABLE-031")


def _package(raw: bytes, password: str) -> bytes | None:
    # Here and below, because it brings a cryptography library that few folders need.
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    out = io.BytesIO()
    file = msoffcrypto.OfficeFile(io.BytesIO(raw))
    try:
        file.load_key(password=password)
        file.decrypt(out)
    except InvalidKeyError:
        return None
    return out.getvalue()


def _workbook(stream: bytes, password: str) -> bytes | None:
    """Taken apart here: the library stumbles over padded streams, and writes what it finds to disk."""
    from msoffcrypto.method.rc4 import DocumentRC4
    from msoffcrypto.method.rc4_cryptoapi import DocumentRC4CryptoAPI
    from msoffcrypto.method.xor_obfuscation import DocumentXOR

    covered, marks, info = _cover(stream)
    (way,) = struct.unpack_from("<H", info)
    if way == _XOR:
        (verifier,) = struct.unpack_from("<H", info, 4)
        if not 1 <= len(password) <= 15 or not DocumentXOR.verifypw(password, verifier):
            return None
        clear = DocumentXOR.decrypt(password, io.BytesIO(covered), marks, [], 10)
    elif way == _RC4 and info[2:6] == b"\x01\x00\x01\x00":
        salt, said, check = info[6:22], info[22:38], info[38:54]
        if not DocumentRC4.verifypw(password, salt, said, check):
            return None
        clear = DocumentRC4.decrypt(password, salt, io.BytesIO(covered), blocksize=_BLOCK)
    elif way == _RC4:
        size, salt, said, check = _crypto_api(info)
        if not DocumentRC4CryptoAPI.verifypw(password, salt, size, said, check):
            return None
        clear = DocumentRC4CryptoAPI.decrypt(
            password, salt, size, io.BytesIO(covered), blocksize=_BLOCK
        )
    else:
        raise _UnknownWayError
    return bytes(
        turned if mark < 0 else mark for turned, mark in zip(clear.read(), marks, strict=True)
    )


def _crypto_api(info: bytes) -> tuple[int, bytes, bytes, bytes]:
    """Key length in bits, salt, verifier and its hash, as the second version of RC4 writes them."""
    major, minor, _, header = struct.unpack_from("<HHII", info, 2)
    if major not in (2, 3, 4) or minor != 2:
        raise _UnknownWayError
    (size,) = struct.unpack_from("<I", info, 14 + 16)
    at = 14 + header + 4
    return size or 40, info[at : at + 16], info[at + 16 : at + 32], info[at + 36 : at + 56]


def _cover(stream: bytes) -> tuple[bytes, list[int], bytes]:
    """The stream up to its last whole record with clear bytes as zeros; marks; the FILEPASS record.

    A mark is the clear byte of that place, or negative where it is encrypted. FILEPASS itself becomes
    a record of kind 0, so that the result says nothing of a password.
    """
    covered = bytearray()
    marks: list[int] = []
    info = b""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        content = stream[at + 4 : at + 4 + size]
        if len(content) < size:
            break
        clear = size if kind in _CLEAR else 4 if kind == _BOUNDSHEET else 0
        clear = min(clear, size)
        if kind == _FILEPASS:
            info = info or content
            marks += [0, 0, *struct.pack("<H", size), *bytes(size)]
        else:
            # The old method counts where a run of encrypted bytes begins, and how it begins.
            mark = -2 if kind == _BOUNDSHEET else -1
            marks += [*stream[at : at + 4], *content[:clear], *[mark] * (size - clear)]
        covered += bytes(4 + clear) + content[clear:]
        at += 4 + size
    return bytes(covered), marks, info
