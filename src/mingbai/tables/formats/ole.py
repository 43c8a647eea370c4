"""The container of old office files (OLE 复合文档): streams by name, each sector followed once."""

from __future__ import annotations

import struct

from mingbai.tables.formats.sheet import UnreadableError

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_FREE = 0xFFFFFFFA  # from here on a sector number is a mark, not a place
_ENTRY = 128
_STORAGE, _STREAM, _ROOT = 1, 2, 5


class OleFile:
    """The entries of a container; `names` are all storages and streams, whatever their depth."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._open(raw)
        except (struct.error, IndexError, UnicodeError) as error:
            raise UnreadableError("TABLE-021") from error

    def _open(self, raw: bytes) -> None:
        self._raw = raw
        (power, small_power) = struct.unpack_from("<HH", raw, 30)
        if power not in (9, 12) or small_power != 6:
            raise UnreadableError("TABLE-021")
        self._size, self._small_size = 1 << power, 1 << small_power
        directory, _, self._cutoff, small_table = struct.unpack_from("<IIII", raw, 48)
        self._sectors = len(raw) // self._size
        self._next = self._table_sectors()
        self._small_next = _numbers(self._chain(small_table, self._next))
        self._entries: dict[str, tuple[int, int]] = {}
        self.names: set[str] = set()
        self._small = b""
        self._read_directory(self._chain(directory, self._next))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        piece = self._raw[start : start + self._size]
        if not piece:
            raise UnreadableError("TABLE-021")
        return piece

    def _table_sectors(self) -> list[int]:
        """The table of following sectors; its own sectors are named in the header, then in a chain."""
        places = list(struct.unpack_from("<109I", self._raw, 76))
        more, _ = struct.unpack_from("<II", self._raw, 68)
        seen: set[int] = set()
        while more < _FREE and more not in seen and len(seen) <= self._sectors:
            seen.add(more)
            numbers = _numbers(self._sector(more))
            places += numbers[:-1]
            more = numbers[-1]
        places = [place for place in places if place < _FREE]
        if len(places) > self._sectors:
            raise UnreadableError("TABLE-021")
        return _numbers(b"".join(map(self._sector, places)))

    def _chain(self, first: int, following: list[int], most: int | None = None) -> bytes:
        """The sectors from the first on; one that comes back to itself is damage."""
        pieces = []
        seen = 0
        while first < _FREE and (most is None or seen * self._size < most):
            seen += 1
            if first >= len(following) or seen > self._sectors:
                raise UnreadableError("TABLE-021")
            pieces.append(self._sector(first))
            first = following[first]
        return b"".join(pieces)

    def _read_directory(self, raw: bytes) -> None:
        """All names; streams only of the root: an embedded object may hold a workbook of its own."""
        top: list[int] = []
        for at in range(0, len(raw) - _ENTRY + 1, _ENTRY):
            name, kind = _entry(raw, at)
            if kind == _ROOT and not top:
                (child,) = struct.unpack_from("<I", raw, at + 76)
                top = _siblings(raw, child)
                first, size = struct.unpack_from("<II", raw, at + 116)
                self._small = self._chain(first, self._next, size)[:size]
            elif kind in (_STORAGE, _STREAM):
                self.names.add(name)
        for number in top:
            name, kind = _entry(raw, number * _ENTRY)
            if kind == _STREAM:
                first, size = struct.unpack_from("<II", raw, number * _ENTRY + 116)
                self._entries.setdefault(name.casefold(), (first, size))

    def has(self, name: str) -> bool:
        return name.casefold() in self._entries

    def stream(self, name: str) -> bytes:
        """A stream's bytes; one that ends before its stated size is damage."""
        first, size = self._entries[name.casefold()]
        large = size >= self._cutoff
        raw = self._chain(first, self._next, size) if large else self._small_chain(first, size)
        if len(raw) < size:
            raise UnreadableError("TABLE-021")
        return raw[:size]

    def _small_chain(self, first: int, size: int) -> bytes:
        pieces: list[bytes] = []
        while first < _FREE and len(pieces) * self._small_size < size:
            if first >= len(self._small_next):
                raise UnreadableError("TABLE-021")
            start = first * self._small_size
            pieces.append(self._small[start : start + self._small_size])
            first = self._small_next[first]
        return b"".join(pieces)


def _numbers(raw: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))


def _entry(raw: bytes, at: int) -> tuple[str, int]:
    """Name and kind of a directory entry."""
    length, kind = struct.unpack_from("<HB", raw, at + 64)
    return raw[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace"), kind


def _siblings(raw: bytes, first: int) -> list[int]:
    """The entries beside one another in a storage: a tree of left and right, walked without depth."""
    found: list[int] = []
    seen: set[int] = set()
    waiting = [first]
    while waiting:
        number = waiting.pop()
        if number in seen or (number + 1) * _ENTRY > len(raw):
            continue
        seen.add(number)
        found.append(number)
        waiting += struct.unpack_from("<II", raw, number * _ENTRY + 68)
    return found
