"""Texts for people and the folding of labels, so that one header is found however it is typed."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Text(NamedTuple):
    """A sentence in Chinese and in English."""

    zh: str
    en: str


# Blanks a person cannot see: ASCII ones, the ideographic space, no-break space, BOM, zero width.
BLANKS = " \t\r\n\x0b\x0c\u3000\u00a0\ufeff\u200b"
# Full-width ASCII and the ideographic space: the same sign typed with another key.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width letters, digits and signs (全角字符) as plain ones; nothing else changes."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def fold(label: str) -> str:
    """A header or code label reduced to what tells it apart: no blanks, no width, no case."""
    folded = unicodedata.normalize("NFKC", label).casefold()
    folded = "".join(folded.split())
    return folded.strip("*\ufeff\u200b")


def shown(value: object, limit: int = 60) -> str:
    """A cell as the user sees it, cut where it would flood a list."""
    if isinstance(value, bool):
        text = "TRUE" if value else "FALSE"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15G}"
    else:
        text = str(value)
    text = " ".join(text[: 2 * limit].split())
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"
