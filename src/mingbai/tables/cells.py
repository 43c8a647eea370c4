"""Cells (单元格): what a raw value of a sheet is before a fact's type is asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mingbai.tables.damage import is_error_value, is_lost, original
from mingbai.tables.identity import masked
from mingbai.tables.texts import BLANKS, shown

# What offices and programs write into a cell that has nothing to say.
_BLANK_MARKS = frozenset(
    ("-", "--", "—", "——", "－", "/", "／", "null", "nan", "n/a", "\\n", "<na>", "nat")
)
_WRAPPED = re.compile(r'="((?:[^"]|"")*)"')


@dataclass(frozen=True, slots=True)
class Issue:
    """Why a cell gives no value, or gives one that needs a remark; `source` is its column."""

    code: str
    value: str
    source: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a cell, none when unknown, and what there is to say about it."""

    value: object = None
    issue: Issue | None = None


BLANK = Reading()


class Unreadable:
    """Stands in for a cell whose content has no form in a table (nested lists, raw bytes)."""

    def __repr__(self) -> str:
        return "\ufffd"


UNREADABLE = Unreadable()


def broken(code: str, raw: object, *, source: int = 0, **facts: str) -> Reading:
    """An unknown value with its reason; the shown value hides ID numbers and phones.

    When something happened to the cell's text, that is the reason: it says more than `code`.
    """
    harm = harmed(raw)
    if harm is not None:
        code, facts = harm
    return Reading(None, Issue(code, masked(shown(raw)), source, facts))


def harmed(raw: object) -> tuple[str, dict[str, str]] | None:
    """The number of what happened to a text, with its facts: a failed formula, lost or wrong signs."""
    if not isinstance(raw, str):
        return None
    if is_error_value(raw):
        return "TABLE-082", {}
    if is_lost(raw):
        return "TABLE-080", {}
    if raw.isascii():
        return None
    told = original(raw)
    return None if told is None else ("TABLE-081", {"original": masked(told)})


def tidy(raw: object) -> object:
    """The cell without the blanks around it; none for an empty one.

    ="…" and a leading ' are how spreadsheets keep long numbers as text in csv: signs of writing,
    not part of the value.
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, float):
        return None if math.isnan(raw) else raw
    if not isinstance(raw, str):
        return raw
    text = raw.strip(BLANKS)
    wrapped = _WRAPPED.fullmatch(text) if text.startswith("=") else None
    if wrapped:
        text = wrapped[1].replace('""', '"').strip()
    elif text.startswith("'"):
        text = text[1:].strip()
    return None if not text or text.casefold() in _BLANK_MARKS else text
