"""How values look (取值的写法): figures, ranges, dates and names, the same in every document."""

from __future__ import annotations

import re
from datetime import date

from mingbai.documents.words import Words
from mingbai.engine.model.pack import Pack
from mingbai.engine.model.values import NA, Kind, Type, Value, unscaled

_BLANK = re.compile(r"\{\w+\}")
MINUS = "\N{MINUS SIGN}"


def figure(value: int, scale: int = 0) -> str:
    """A number with separators and a true minus."""
    return unscaled(value, scale).replace("-", MINUS)


def shown(value: Value, kind: Type, pack: Pack, words: Words, *, unit: str = "") -> str:
    """A value in words: an unknown is never a blank or a zero."""
    if value is None:
        return words.say("待核实")
    if value is NA:
        return words.say("不适用")
    if isinstance(value, bool):
        return words.say("是") if value else words.say("否")
    if isinstance(value, int):
        tail = unit or (words.of(pack.currency[1]) if kind.money else "")
        return f"{figure(value, kind.scale)} {tail}".rstrip()
    if isinstance(value, date):
        return value.isoformat()
    if kind.kind is Kind.CODE:
        label = pack.codes.get(kind.codes or "", {}).get(str(value))
        return words.of(label) if label else clipped(str(value))
    return clipped(str(value))


def span(low: int | None, high: int | None, kind: Type, words: Words) -> str:
    """A number between bounds: ``3,446 – 10,646``; an open end is said in words."""
    if low is None and high is None:
        return words.say("上下都没有数")
    if low is None or high is None:
        known = figure(low if low is not None else high or 0, kind.scale)
        return words.say("{n} 起", n=known) if high is None else words.say("至多 {n}", n=known)
    if low == high:
        return figure(low, kind.scale)
    return f"{figure(low, kind.scale)} – {figure(high, kind.scale)}"


def clipped(text: str, width: int = 40) -> str:
    """A text that may come from a table, cut so that it cannot fill a page."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def place_words(place: str, say: Words) -> str:
    """A place as people say it: a bare number is that of a group, 010 is 10组."""
    return say.say("{group}组", group=int(place)) if place.isascii() and place.isdigit() else place


def masked(name: str) -> str:
    """A name of which only the beginning is shown: 陈某某, J…"""
    name = name.strip()
    if not name:
        return ""
    if name[0] > "\u2e7f":
        return name[0] + "某" * min(max(len(name) - 1, 1), 2)
    return name[0] + "…"


def without_blanks(text: str) -> str:
    """A sentence of a catalogue with its blanks left open."""
    return _BLANK.sub("…", text)
