"""Texts for people and the folding of labels, so that one header is found however it is typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import opencc


class Text(NamedTuple):
    """A sentence in Chinese and in English."""

    zh: str
    en: str

    def then(self, advice: Text) -> Text:
        """This sentence and the advice after it; the English ones of the catalogue end without a stop."""
        stop = "" if self.en.endswith(".") or not advice.en else "."
        return Text(f"{self.zh}{advice.zh}", f"{self.en}{stop} {advice.en}".strip())


# Signs that carry no content and cannot be seen: zero width, direction marks, soft hyphen, BOM.
# Joiners (U+200C, U+200D, U+180E) are not among them: Mongolian and Uyghur are spelled with them.
INVISIBLE = (
    "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
# Blanks a person cannot see: ASCII ones, the ideographic space, no-break space, and the above.
BLANKS = " \t\r\n\x0b\x0c\u3000\u00a0" + INVISIBLE
# Full-width ASCII and the ideographic space: the same sign typed with another key.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width letters, digits and signs (全角字符) as plain ones; nothing else changes."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def fold(label: str) -> str:
    """A header or code label reduced to what tells it apart: no blanks, no width, no case.

    Traditional characters (繁体) are compared as simplified ones, sign by sign, so that 戶編號 is
    户编号. Only labels are folded; names and free text stay as written.
    """
    folded = unicodedata.normalize("NFKC", label).casefold()
    folded = "".join(folded.split())
    if not folded.isascii():
        folded = simplified(folded.translate(_UNSEEN))
    return folded.strip("*")


_UNSEEN = dict.fromkeys(map(ord, INVISIBLE))


def simplified(text: str) -> str:
    """Traditional characters as simplified ones; what GB 2312 can write already is left alone."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return text.translate(_simplified_signs())
    return text


@cache
def _simplified_signs() -> Mapping[int, str]:
    """Each traditional character with its simplified one; loaded when first met."""
    signs = [chr(code) for code in range(0x4E00, 0xA000)]
    told = opencc.OpenCC("t2s").convert("\n".join(signs)).split("\n")
    return {ord(sign): plain for sign, plain in zip(signs, told, strict=True) if sign != plain}


def shown(value: object, limit: int = 60) -> str:
    """A cell as the user sees it, cut where it would flood a list."""
    if isinstance(value, bool):
        text = "TRUE" if value else "FALSE"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15G}"
    else:
        text = str(value)
    text = " ".join(text[: 2 * limit].split())
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"
