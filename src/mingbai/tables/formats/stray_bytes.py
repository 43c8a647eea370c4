"""Lines that are no text in the encoding of their file (混合编码): named, and offered if in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mingbai.tables.damage import common_signs
from mingbai.tables.formats.encodings import Encoding
from mingbai.tables.formats.sheet import FileRemark

_OTHER = {"utf-8": "gb18030", "gb18030": "utf-8", "big5": "utf-8"}
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5": "Big5"}
# Of a line in the other encoding nearly all signs are common ones; of noise few are.
_COMMON = 0.9
_SHOWN = 80
_SMALL = 8 << 20


def stray_bytes(path: Path, encoding: Encoding) -> list[FileRemark]:
    """One word for all lines that are in another encoding, and one for those that are in none."""
    if encoding.codec not in _OTHER or (encoding.whole and _is_sure(path, encoding.codec)):
        return []
    other = _OTHER[encoding.codec]
    foreign: list[int] = []
    broken: list[int] = []
    first = ""
    for number, line in _lines(path, encoding.codec):
        told = _in(line, other)
        if told is None:
            broken.append(number)
            continue
        first = first or told[:_SHOWN]
        foreign.append(number)
    names = {"encoding": _NAMES[encoding.codec], "other": _NAMES[other]}
    remarks = []
    if foreign:
        facts = {"count": len(foreign), "line": foreign[0], "text": first, **names}
        remarks.append(FileRemark("TABLE-105", None, facts))
    if broken:
        facts = {"count": len(broken), "line": broken[0], **names}
        remarks.append(FileRemark("TABLE-106", None, facts))
    return remarks


def _is_sure(path: Path, codec: str) -> bool:
    """Whether all bytes were looked at: of UTF-8 always, of others only some; a small file is soon read."""
    return codec == "utf-8" or path.stat().st_size > _SMALL


def _lines(path: Path, codec: str) -> Iterator[tuple[int, bytes]]:
    """The lines that are no text, with their numbers from 1."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.isascii():
                try:
                    line.decode(codec)
                except UnicodeDecodeError:
                    yield number, line


def _in(line: bytes, codec: str) -> str | None:
    """The line in another encoding, if that makes it a text of common characters."""
    try:
        told = line.decode(codec).strip()
    except UnicodeDecodeError:
        return None
    signs = [sign for sign in told if not sign.isascii()]
    common = sum(sign in common_signs() for sign in signs)
    return told if common >= _COMMON * len(signs) else None
