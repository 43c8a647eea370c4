"""Texts in traditional characters (繁体字): made from the simplified ones, never written twice.

OpenCC changes the characters. Words stay those of the policy they come from (项目, 对象, 程序); only
what is said otherwise of a computer is replaced, by the list beside the catalogue. Names of people and
places are data and are shown as they were recorded.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

import opencc


@lru_cache(maxsize=8192)
def traditional(text: str) -> str:
    """A text in traditional characters, with the words of the list."""
    if text.isascii():
        return text
    pattern, words = _replaced()
    parts = pattern.split(text)  # what is between the words of the list, and the words
    return "".join(
        words[part] if at % 2 else _converter().convert(part) for at, part in enumerate(parts)
    )


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")


@cache
def _replaced() -> tuple[re.Pattern[str], dict[str, str]]:
    """The words of the list, longest first, so that a longer one is never cut by a shorter."""
    listed = resources.files("mingbai").joinpath("locale", "zh_Hant", "words.tsv")
    lines = listed.read_text(encoding="utf-8").splitlines()
    words = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    longest = sorted(words, key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, longest)) + ")"), words
