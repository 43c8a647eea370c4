"""Damage as it happens to files and as someone would do it on purpose: bytes, records, parts, tags."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Sequence

_NUMBERS = (b"0", b"-1", b"1", b"255", b"65535", b"65536", b"1048577", b"99999999", b"2147483648",
            b"18446744073709551616", b"1e309", b"NaN", b"", b"x")  # fmt: skip
_INTEGERS = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
_TAG = re.compile(rb"<[^<>]{1,200}>")
_ATTRIBUTE = re.compile(rb"""(=\s*["'])([^"'<>]{0,60})(["'])""")
_ELEMENT = re.compile(
    rb"<([A-Za-z:]+)(?:\s[^<>]*)?(?:/>|>(?:(?!<\1[\s>]).){0,600}?</\1>)", re.DOTALL
)
_BETWEEN = re.compile(rb">([^<>]{1,80})<")
_TEXTS = ("户编号".encode(), b"#REF!", b"2024-02-30", b"PT99H99M99S", b"1899-12-31T00:00:00", b"&lt;a&gt;",
          b"&#10;", b" " * 500, b"9" * 400, "㑇𦰡​".encode(), b"=1+1", b"true")  # fmt: skip
_PIECES = (b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"&#0;", b"&#x110000;", b"<![CDATA[", b"]]>", b"<!--",
           b"<table>", b"<tr>", b"<td colspan=9999 rowspan=9999>", b"</table>", b"\x00", b"\xff\xfe",
           "户编号".encode(), "编号".encode("utf-16-le"), b'="1"', b'"', b"\r", b"\x1a")  # fmt: skip

Mutation = Callable[[bytes, random.Random], bytes]


def mutate(raw: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """One to six kinds of damage; a container is taken apart before, more often than not."""
    if raw.startswith(b"PK") and chance.random() < 0.8:
        return _zip(raw, chance, others)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        if chance.random() < 0.08:
            raw = _splice(raw, chance.choice(others), chance)
        else:
            raw = chance.choice(_for(raw))(raw, chance)
    return raw


def _for(raw: bytes) -> Sequence[Mutation]:
    if raw[:5].lstrip().startswith(b"<"):
        # Mostly well-formed damage: the parser refuses the rest before anything of ours is asked.
        return (*_BYTES, *_TAGS, *_WELL_FORMED * 8)
    return (
        (*_BYTES, _records, _records, _records) if raw[:2] in (b"\xd0\xcf", b"\x09\x08") else _BYTES
    )


def _zip(raw: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Damage within a part, a part less, or one under another name."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        likely = [
            name for name in names if re.search(r"sheet|content|document|shared|book|style", name)
        ]
        victim = chance.choice(likely or names)
        for name in names:
            data = old.read(name)
            if name == victim:
                way = chance.random()
                if way < 0.04:
                    continue
                data = mutate(data, chance, others)
                name = chance.choice(names) + "x" if way > 0.98 else name
            new.writestr(name, data)
    return out.getvalue()


def _flip(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw or b"\0")
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _integer(raw: bytes, chance: random.Random) -> bytes:
    """A count or a place that lies."""
    size, form = chance.choice(((1, "<B"), (2, "<H"), (4, "<I")))
    at = chance.randrange(max(len(raw) - size, 1))
    value = chance.choice(_INTEGERS) & ((1 << 8 * size) - 1)
    return raw[:at] + struct.pack(form, value) + raw[at + size :]


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _drop(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + raw[at + chance.choice((1, 2, 16, 512)) :]


def _repeat(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    piece = raw[at : at + chance.choice((1, 4, 64, 512))]
    return raw[:at] + piece * chance.choice((2, 3, 50)) + raw[at:]


def _insert(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    piece = chance.choice((*_PIECES, chance.randbytes(chance.choice((1, 4, 200)))))
    return raw[:at] + piece + raw[at:]


def _splice(raw: bytes, other: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other) + 1) :]


def _number(raw: bytes, chance: random.Random) -> bytes:
    """Another value for one attribute."""
    found = list(_ATTRIBUTE.finditer(raw))
    if not found:
        return _flip(raw, chance)
    one = chance.choice(found)
    return raw[: one.start(2)] + chance.choice(_NUMBERS) + raw[one.end(2) :]


def _element(raw: bytes, chance: random.Random) -> bytes:
    """An element doubled, many times over, moved into another or gone; what is inside stays whole."""
    found = list(_ELEMENT.finditer(raw))
    if not found:
        return _flip(raw, chance)
    one = chance.choice(found)
    again = one[0] * chance.choice((0, 2, 2, 3, 200))
    if chance.random() < 0.3:
        at = chance.choice(found).end()
        return raw[:at] + one[0] + raw[at:]
    return raw[: one.start()] + again + raw[one.end() :]


def _text(raw: bytes, chance: random.Random) -> bytes:
    """Another text between two tags."""
    found = list(_BETWEEN.finditer(raw))
    if not found:
        return _flip(raw, chance)
    one = chance.choice(found)
    said = chance.choice((*_NUMBERS, *_TEXTS))
    return raw[: one.start(1)] + said + raw[one.end(1) :]


def _tag(raw: bytes, chance: random.Random) -> bytes:
    """A tag moved, doubled many times, or gone."""
    found = _TAG.findall(raw)
    if not found:
        return _flip(raw, chance)
    one, other = chance.choice(found), chance.choice(found)
    again = chance.choice((b"", other, one + other, one * 300))
    return raw.replace(one, again, 1)


def _records(raw: bytes, chance: random.Random) -> bytes:
    """One record of an old workbook with another kind, length or content."""
    start = max(raw.find(b"\x09\x08"), 0)
    places = []
    at = start
    while at + 4 <= len(raw) and len(places) < 500:
        places.append(at)
        at += 4 + struct.unpack_from("<H", raw, at + 2)[0]
    if not places:
        return _flip(raw, chance)
    at = chance.choice(places)
    (size,) = struct.unpack_from("<H", raw, at + 2)
    way = chance.randrange(4)
    if way == 0:
        kind = chance.choice(
            (0x06, 0x3C, 0x0A, 0x809, 0xFC, 0xFD, 0xBD, 0xE5, 0x85, 0x207, 0x204, 0x2F)
        )
        return raw[:at] + struct.pack("<H", kind) + raw[at + 2 :]
    if way == 1:
        return raw[: at + 2] + struct.pack("<H", chance.choice(_INTEGERS) & 0xFFFF) + raw[at + 4 :]
    if way == 2:
        other = chance.choice(places)
        (length,) = struct.unpack_from("<H", raw, other + 2)
        return raw[:at] + raw[other : other + 4 + length] + raw[at + 4 + size :]
    inside = at + 4 + chance.randrange(max(size, 1))
    return raw[:inside] + struct.pack("<I", chance.choice(_INTEGERS)) + raw[inside + 4 :]


_BYTES: tuple[Mutation, ...] = (_flip, _integer, _cut, _drop, _repeat, _insert)
_TAGS: tuple[Mutation, ...] = (_tag, _insert)
_WELL_FORMED: tuple[Mutation, ...] = (_number, _element, _text)
