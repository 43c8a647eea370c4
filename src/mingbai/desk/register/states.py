"""States as marks (状态标记): the indicators of a household, and whatever else asks somebody to act."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mingbai.accounts.scopes import Scope
from mingbai.decisions.enums import WORDS
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import HouseholdStates, states_of
from mingbai.desk.components.words import english
from mingbai.documents.marks import look_of
from mingbai.documents.words import words

INDICATOR = "indicator"
#: What stands in the columns of the list, in this order; the rest is counted.
COLUMNS = (
    "basics.food", "basics.clothing", "basics.education", "basics.medical", "basics.housing",
    "basics.water", "income.above_monitoring_line",
)  # fmt: skip
SHORT = {
    "basics.food": "吃", "basics.clothing": "穿", "basics.education": "教育",
    "basics.medical": "医疗", "basics.housing": "住房", "basics.water": "饮水",
    "income.above_monitoring_line": "收入",
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A state in colour, shape and word (标记). Tones: ok, no, un, na."""

    rule: str
    label: str
    tone: str
    word: str
    sentence: str = ""


@dataclass(frozen=True)
class Marked:
    """The states of a household (一户状态): the indicators, and what else is not in order."""

    indicators: tuple[Mark, ...]
    others: tuple[Mark, ...]
    since: datetime | None

    @property
    def acts(self) -> list[Mark]:
        """What beside the indicators asks somebody to act."""
        return [mark for mark in self.others if mark.tone == "no"]

    @property
    def open_ones(self) -> list[Mark]:
        """What beside the indicators cannot be said yet."""
        return [mark for mark in self.others if mark.tone == "un"]

    @property
    def columns(self) -> list[Mark | None]:
        """The marks of the list's columns; None where a rule is not in the pack."""
        found = {mark.rule: mark for mark in self.indicators}
        return [found.get(rule) for rule in COLUMNS]


def marked(household_ids: Collection[int], scope: Scope) -> dict[int, Marked]:
    """Marks of households that were evaluated. One query."""
    found = states_of(household_ids, scope=scope)
    return {key: _marked(states) for key, states in found.items()}


def _marked(states: HouseholdStates) -> Marked:
    language = words("en" if english() else "zh")
    indicators, others = [], []
    for rule in _rules(states.pack):
        letter = states.letters.get(rule.id)
        if letter is None:
            continue
        look = look_of(rule, WORDS[letter], language)
        mark = Mark(
            rule.id, language.of(rule.label), look.tone, look.word, language.of(rule.sentence)
        )
        if rule.role == INDICATOR:
            indicators.append(mark)
        elif look.tone in ("no", "un"):
            others.append(mark)
    return Marked(tuple(indicators), tuple(others), states.since)


def _rules(pack: str) -> Sequence[Any]:
    """The household's rules that have a role, each id once: the version that holds now stands last."""
    found = {}
    for rule in pack_named(pack).rules:
        if rule.role is not None and rule.role != "check" and rule.entity == "household":
            found[rule.id] = rule
    return list(found.values())
