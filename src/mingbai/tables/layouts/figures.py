"""Figures of statistical tables (统计数字): a printed cell as an exact number, or why it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from mingbai.tables.texts import BLANKS, half_width, shown

# blank counts as nothing when sums are checked; unknown says that nobody knows, so no sum is;
# odd is text with a digit in it where a number should stand; words are any other text.
State = Literal["blank", "number", "unknown", "odd", "words"]

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+)(\.\d+)?")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
# Footnote marks behind a number: 1234¹ or 1234*.
_MARKS = re.compile(r"[\u00b9\u00b2\u00b3\u2070-\u209f\u1d43-\u1d6a\u2460-\u2473*†‡#]+$")
_RANGE = re.compile(r"\d+\s*[-~～–—－]\s*\d*|\d+\s*\+|[<>≥≤]\s*=?\s*\d+|\d+(?:-\d+)+")
_BREAK = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*[\r\n]+\s*(?=[\u3000-\u9fff\uff00-\uffef])"
)
_NOTHING = frozenset(("-", "--", "—", "——", "－", "–", "/", "／", "\\", "、", "."))
_UNKNOWN = frozenset(
    ("…", "……", "...", "..", "na", "n/a", "n.a.", "nd", "#n/a", "x", "×", "缺", "不详")
)
# What a program computed prints 12 digits or more, and is true to seven if it kept single floats.
_EXACT_DIGITS = 12
_DIGITS_KEPT = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell as a number: its state, its exact value, and half of its last printed digit.

    A `computed` one has more digits than anybody rounds to, and the last of them are noise.
    """

    state: State
    value: Decimal | None = None
    half: Decimal = Decimal(0)
    computed: bool = False

    @property
    def whole(self) -> bool:
        return self.value is not None and self.value == self.value.to_integral_value()


BLANK = Figure("blank")
_ODD, _WORDS, _NOT_KNOWN = Figure("odd"), Figure("words"), Figure("unknown")


def figure(raw: object) -> Figure:
    """The figure a cell prints; 1,234 and １２３４ and 12.5% are numbers, 1C is odd."""
    if raw is None or raw == "":
        return BLANK
    if isinstance(raw, str):
        return _of_text(raw)
    if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        return _WORDS
    if isinstance(raw, float):
        whole = raw.is_integer() and abs(raw) < 1e15
        return _of_text(str(int(raw)) if whole else repr(raw))
    return _of_text(str(raw))


@lru_cache(maxsize=50_000)
def _of_text(raw: str) -> Figure:
    text = half_width(raw).strip(BLANKS)
    if not text or text in _NOTHING:
        return BLANK
    if text.casefold() in _UNKNOWN:
        return _NOT_KNOWN
    bare = _MARKS.sub("", text).removesuffix("%").strip()
    bare = bare.removesuffix(".") if bare.count(".") > 1 else bare
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "").replace(" ", "")
    if len(bare) <= _DIGITS_KEPT and _PLAIN.fullmatch(bare):
        return _number(bare)
    return _ODD if _looks_misread(text) else _WORDS


def _looks_misread(text: str) -> bool:
    """Whether a text is a number with a slip in it, as 1C or 2(; ages such as 0-4 and 65+ are not."""
    digits = sum(sign.isdigit() for sign in text)
    if len(text) > 24 or 2 * digits < len(text) or _RANGE.fullmatch(text):
        return False
    return not any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _number(text: str) -> Figure:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return _ODD
    digits = value.as_tuple()
    if len(digits.digits) > _EXACT_DIGITS and int(digits.exponent) < 0:
        return Figure("number", value, abs(value) * Decimal("5e-7"), True)
    return Figure("number", value, Decimal(5).scaleb(min(int(digits.exponent), 0) - 1))


def clean(raw: object) -> str:
    """A label as read: no line breaks, no wide blanks, no footnote marks."""
    text = "" if raw is None else shown(_unbroken(raw) if isinstance(raw, str) else raw, 300)
    text = text.replace("\u3000", " ").strip(BLANKS)
    text = _MARKS.sub("", text).strip() if not text.isdigit() else text
    return " ".join(text.split())


def _unbroken(text: str) -> str:
    """Chinese text runs on over a line break; other text keeps a blank there."""
    return _BREAK.sub("", text) if "\n" in text or "\r" in text else text


def squeezed(label: str) -> str:
    """A label without any blank, to compare by: 总 计 is 总计."""
    return "".join(half_width(label).split()).casefold()
