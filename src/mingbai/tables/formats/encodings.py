"""Encodings of text files (文字编码): found from all bytes, and refused where two fit equally."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mingbai.tables.damage import common_signs, first_level
from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.texts import simplified

CHUNK = 1 << 22
# So much of the bytes that are not ASCII is looked at before two encodings are compared.
_EVIDENCE = 1 << 19
# UTF-8 with more broken signs among its Chinese ones than this is something else.
_MOST_BROKEN = 0.02
# The better encoding must have this much more of common characters.
_MARGIN = 0.08
# Noise has a quarter of common characters; a short text may have few of its own.
_LEAST = 0.3
_WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True)
class Encoding:
    """A codec, and whether every byte of the file is text in it."""

    codec: str
    whole: bool = True


def find_encoding(path: Path) -> list[Encoding]:
    """The encodings a file may have: one, or two that fit equally well (GB 18030 and Big5)."""
    with path.open("rb") as file:
        return choose(iter(lambda: file.read(CHUNK), b""))


def decode(raw: bytes) -> str:
    """Bytes as text, in the encoding that fits; raises `UnreadableError` when two or none do."""
    found = choose([raw])
    if len(found) > 1:
        raise toss_up(raw, found)
    if not found[0].whole:
        raise UnreadableError("TABLE-027")
    return raw.decode(found[0].codec)


def toss_up(start: bytes, found: Iterable[Encoding]) -> UnreadableError:
    """The refusal of a file that two encodings fit, with the beginning read in both."""
    line = next((line for line in start.splitlines() if not line.isascii()), start)[:60]
    one, other = (line.decode(each.codec, "ignore") for each in found)
    return UnreadableError("TABLE-039", one=one, other=other)


def choose(chunks: Iterable[bytes]) -> list[Encoding]:
    """As `find_encoding`, from the bytes in pieces; reads on only as far as it must."""
    pieces = iter(chunks)
    first = next(pieces, b"")
    for mark, codec in _WIDE:
        if first.startswith(mark):
            return [Encoding(codec)]
    if wide := _without_mark(first):
        return [Encoding(wide)]
    evidence: list[bytes] = []
    if _is_utf8(_noting(first, pieces, evidence)):
        return [Encoding("utf-8")]
    for piece in pieces:
        _note(piece, evidence)
        if sum(map(len, evidence)) >= _EVIDENCE:
            break
    return _best(b"".join(evidence))


def _noting(first: bytes, rest: Iterator[bytes], evidence: list[bytes]) -> Iterator[bytes]:
    """The pieces as they come, remembering the lines that are not ASCII."""
    _note(first, evidence)
    yield first
    for piece in rest:
        _note(piece, evidence)
        yield piece


def _note(piece: bytes, evidence: list[bytes]) -> None:
    """Whole lines only: a sign cut in two would look like damage."""
    if piece.isascii() or sum(map(len, evidence)) >= _EVIDENCE:
        return
    lines = piece[:_EVIDENCE].splitlines(keepends=True)
    evidence += lines if len(lines) < 3 else lines[1 if evidence else 0 : -1]


def _is_utf8(pieces: Iterator[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces:
            if not piece.isascii() or decoder.getstate()[0]:
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(start: bytes) -> str | None:
    """UTF-16 without a BOM: every ASCII sign has a zero byte before or behind it."""
    head = start[:4096]
    low, high = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 8 or 8 * max(low, high) < len(head) or 10 * min(low, high) > max(low, high):
        return None
    codec = "utf-16-be" if low > high else "utf-16-le"
    try:
        text = head[: len(head) // 2 * 2].decode(codec, "strict" if len(head) < 4096 else "ignore")
    except UnicodeDecodeError:
        return None
    return codec if any(sign in text for sign in ",\t;|") else None


def _best(sample: bytes) -> list[Encoding]:
    """UTF-8 with a few bytes that are no text, else whichever has more common characters."""
    told = sample.decode("utf-8", "replace")
    broken, signs = told.count("\ufffd"), sum(not sign.isascii() for sign in told)
    if broken <= max(_MOST_BROKEN * signs, 1) and signs >= 20 * broken:
        return [Encoding("utf-8", whole=False)]
    scores = {codec: _commonness(sample, codec) for codec in ("gb18030", "big5")}
    high, low = sorted(scores, key=lambda codec: -scores[codec][0])
    if scores[high][0] <= (_LEAST if len(sample) > 100 else 0):
        raise UnreadableError("TABLE-027")
    found = [Encoding(codec, scores[codec][1]) for codec in (high, low)]
    sure = scores[high][0] - scores[low][0] >= _MARGIN or (scores[high][1] and not scores[low][1])
    return found[:1] if sure else found


def _commonness(sample: bytes, codec: str) -> tuple[float, bool]:
    """The share of common characters among those that are not ASCII, and whether all is text.

    Broken signs count against it; more than one in twenty, and it is not this encoding.
    """
    text = sample.decode(codec, "replace")
    signs = [sign for sign in text if not sign.isascii()]
    broken = text.count("\ufffd")
    if not signs or broken * 20 > len(signs):
        return -1.0, False
    common = sum(sign in _usual(codec) for sign in signs)
    return (common - 2 * broken) / len(signs), broken == 0


@cache
def _usual(codec: str) -> frozenset[str]:
    """The common characters that a text in the encoding would be made of.

    Those of Big5 are the traditional forms of common ones: half of what GB 18030 bytes say in Big5 is
    in its own first level, but few of it is in use.
    """
    own = "gb2312" if codec == "gb18030" else codec
    return frozenset(
        sign
        for sign in common_signs()
        if _writes(sign, own) and (sign < "\u3400" or simplified(sign) in first_level())
    )


def _writes(sign: str, codec: str) -> bool:
    try:
        sign.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
