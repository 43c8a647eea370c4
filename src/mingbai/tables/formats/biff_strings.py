"""Texts of old workbooks (BIFF 字符串): one or two bytes a sign, cut in the middle by long records."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from mingbai.tables.formats.sheet import UnreadableError

_WIDE, _PHONETIC, _RICH = 1, 4, 8
# Code pages that name no Python codec by their number.
_PAGES = {
    1200: "utf-16-le",
    10000: "mac-roman",
    10008: "gb18030",
    32768: "mac-roman",
    32769: "cp1252",
}
_CHINESE_PAGE = 936


def codec(page: int) -> str:
    """The codec of a code page; what is unknown is read as Chinese offices write."""
    if page in (0, _CHINESE_PAGE):
        return "gb18030"
    name = _PAGES.get(page, f"cp{page}")
    try:
        b"".decode(name)
    except LookupError:
        return "gb18030"
    return name


def text(raw: bytes, at: int, count_size: int) -> str:
    """A text within one record: its length in one or two bytes, its flags, its signs."""
    count = raw[at] if count_size == 1 else struct.unpack_from("<H", raw, at)[0]
    flags = raw[at + count_size]
    at += count_size + 1
    at += 2 if flags & _RICH else 0
    at += 4 if flags & _PHONETIC else 0
    end = at + (2 * count if flags & _WIDE else count)
    if end > len(raw):
        raise UnreadableError("TABLE-021")
    return raw[at:end].decode("utf-16-le" if flags & _WIDE else "latin-1", "replace")


class Shared:
    """The table of shared texts: a record and its continuations, read as one."""

    def __init__(self, blocks: Sequence[bytes]) -> None:
        self._blocks = blocks
        self._block = 0
        self._at = 0

    def texts(self) -> list[str]:
        """All texts; as many as are there, whatever the record claims."""
        (_, count) = struct.unpack("<II", self._take(8))
        found: list[str] = []
        while len(found) < count and not self._at_end():
            found.append(self._text())
        return found

    def _at_end(self) -> bool:
        while self._block < len(self._blocks) and self._at >= len(self._blocks[self._block]):
            self._block += 1
            self._at = 0
        return self._block >= len(self._blocks)

    def _take(self, size: int) -> bytes:
        """Bytes that may run on in the next block."""
        pieces = []
        while size:
            if self._at_end():
                raise UnreadableError("TABLE-021")
            piece = self._blocks[self._block][self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def _text(self) -> str:
        count, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", self._take(4))[0] if flags & _PHONETIC else 0
        found = self._signs(count, flags & _WIDE)
        self._take(4 * runs + extra)
        return found

    def _signs(self, count: int, wide: int) -> str:
        """The signs; where a block ends among them, the next one begins with their width anew."""
        pieces = []
        while True:
            block = self._blocks[self._block] if self._block < len(self._blocks) else b""
            width = 2 if wide else 1
            size = min(count, (len(block) - self._at) // width)
            raw = block[self._at : self._at + size * width]
            pieces.append(raw.decode("utf-16-le" if wide else "latin-1", "surrogatepass"))
            self._at += size * width
            count -= size
            if not count:
                break
            self._block += 1
            if self._block >= len(self._blocks) or not self._blocks[self._block]:
                raise UnreadableError("TABLE-021")
            wide = self._blocks[self._block][0] & _WIDE
            self._at = 1
        return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
