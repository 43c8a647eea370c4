"""Codes of divisions (区划代码): twelve digits, zeros to the right; below one lies a range of codes."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from mingbai.places.enums import DIGITS, Level

LENGTH = 12


def pad(code: str) -> str:
    """The twelve-digit form of a shorter code (补足十二位).

    >>> pad("430212"), pad("430212100201")
    ('430212000000', '430212100201')
    """
    return code.ljust(LENGTH, "0")


@lru_cache(maxsize=100_000)  # a county has some hundred codes, asked again for every scope
def level_of(code: str) -> Level:
    """The level that a code stands for, by the zeros at its end.

    >>> [level_of(one).value for one in ("430000000000", "430212", "430212100", "430212100201")]
    ['province', 'county', 'township', 'village']
    """
    code = pad(code)
    for level, digits in DIGITS.items():
        if not code[digits:].strip("0"):
            return level
    return Level.VILLAGE


def prefix_of(code: str) -> str:
    """The digits that everything under a code begins with."""
    return pad(code)[: DIGITS[level_of(code)]]


def range_of(code: str) -> tuple[str, str]:
    """The first and the last code under a division, both included.

    >>> range_of("430212100")
    ('430212100000', '430212100999')
    """
    prefix = prefix_of(code)
    return prefix.ljust(LENGTH, "0"), prefix.ljust(LENGTH, "9")


def parent_of(code: str) -> str:
    """The code one level up by its digits; of a province: nothing.

    >>> parent_of("430212100201"), parent_of("430000")
    ('430212100000', '')
    """
    level = level_of(code)
    for above, below in pairwise(DIGITS):
        if below == level:
            return pad(pad(code)[: DIGITS[above]])
    return ""


def is_code(text: str) -> bool:
    """Twelve digits, the first not a zero."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and text[0] != "0"
