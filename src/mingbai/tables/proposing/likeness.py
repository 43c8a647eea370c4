"""How alike two headers are (表头相似度): equal, the same in other words, one inside the other."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import cache
from importlib import resources

import yaml

from mingbai.tables.texts import fold

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_UNITS = {"万元": Decimal(10_000), "千元": Decimal(1_000), "百元": Decimal(100)}
_UNIT = re.compile(r"[(（\[【:：/]?\s*(?:单位[:：])?(万元|千元|百元)\s*[)）\]】]?$")
# How sure each kind of likeness is, before the content is looked at.
_SAME, _OTHER_WORDS, _CORE = 1.0, 0.95, 0.88
# Whose number it is decides everything: 户编号 and 人口编号 have nothing else in common.
_BARE = "编号"


@cache
def _words() -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Words with what they are replaced by, longest first, and words that may stand around."""
    source = resources.files("mingbai.tables").joinpath("data/label_words.yaml")
    raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    pairs = [(fold(word), fold(group[0])) for group in raw["same"] for word in group[1:]]
    pairs += [(fold(group[0]), fold(group[0])) for group in raw["same"]]
    pairs.sort(key=lambda pair: -len(pair[0]))
    return tuple(pairs), tuple(sorted(map(fold, raw["around"]), key=len, reverse=True))


@cache
def _replacer() -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = dict(_words()[0])
    return re.compile("|".join(map(re.escape, pairs))), pairs


@cache
def plain_words(label: str) -> str:
    """A folded label in the first word of each group, without what stands in brackets."""
    pattern, pairs = _replacer()
    bare = _BRACKETS.sub("", label) or label
    return pattern.sub(lambda match: pairs[match.group()], bare)


@cache
def core(label: str) -> str:
    """What is left without the words around it; never nothing."""
    text, before = plain_words(label), ""
    whole = set(_replacer()[1].values())
    while text != before:
        before = text
        for word in _words()[1]:
            for cut in (str.removeprefix, str.removesuffix):
                shorter = cut(text, word)
                if shorter != _BARE and (len(shorter) >= 2 or shorter in whole):
                    text = shorter
    return text


@cache
def _grams(text: str) -> Counter[str]:
    pairs = [text[place : place + 2] for place in range(len(text) - 1)]
    return Counter([*text, *pairs, *pairs])


@cache
def alike(one: str, other: str) -> float:
    """From 0 to 1, of two folded labels."""
    if one == other:
        return _SAME
    if plain_words(one) == plain_words(other):
        return _OTHER_WORDS
    left, right = core(one), core(other)
    if left == right:
        return _CORE
    inside = max(_inside(left, right), _inside(plain_words(one), plain_words(other)))
    shared, whole = _grams(left) & _grams(right), _grams(left) + _grams(right)
    dice = 2 * sum(shared.values()) / max(sum(whole.values()), 1)
    return max(inside, 0.85 * dice)


def _inside(one: str, other: str) -> float:
    """How much of the longer the shorter is, when it stands in it."""
    short, long = sorted((one, other), key=len)
    return 0.5 + 0.35 * len(short) / len(long) if len(short) >= 2 and short in long else 0.0


def factor_of(label: str) -> Decimal | None:
    """What the unit in a header multiplies by: 工资（万元） is 10000."""
    match = _UNIT.search(fold(label))
    return _UNITS[match[1]] if match else None
