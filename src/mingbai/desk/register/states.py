"""States as marks (状态标记): the indicators of a household, and whatever else asks somebody to act.

A state that rests on restricted facts (illness, disability) is shown only where those facts may be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.accounts.scopes import Scope
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import HouseholdStates, states_of
from mingbai.decisions.standings import standings
from mingbai.decisions.wording import RuleWords, worded
from mingbai.desk.components.words import document_words
from mingbai.documents.marks import NA_TONE, NO, OK, UN
from mingbai.documents.words import Words

#: What stands in the columns of the list, in this order, with its short name.
COLUMNS = {
    "basics.food": noop("吃"), "basics.clothing": noop("穿"), "basics.education": noop("教育"),
    "basics.medical": noop("医疗"), "basics.housing": noop("住房"), "basics.water": noop("饮水"),
    "income.above_monitoring_line": noop("收入"),
}  # fmt: skip
INDICATOR, CHECK = "indicator", "check"
#: Role of a rule → words of its good and of its other answer; others are met or unmet.
ANSWERS = {
    "signal": (noop("无风险"), noop("有风险")), "status": (noop("不符合"), noop("符合")),
    "readiness": (noop("具备"), noop("还不具备")), "entitlement": (noop("没有线索"), noop("有线索")),
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A state in colour, shape and word (标记). `because`: the clauses, or what an unknown waits for."""

    rule: str
    label: str
    tone: str
    word: str
    because: str = ""
    supplied: bool = True  # False: unknown for want of what the whole township lacks


@dataclass(frozen=True)
class Marked:
    """The states of a household (一户状态): the indicators, and what else is not in order."""

    indicators: tuple[Mark, ...]
    others: tuple[Mark, ...]
    since: datetime | None

    @property
    def acts(self) -> list[Mark]:
        """What beside the indicators asks somebody to act."""
        return [mark for mark in self.others if mark.tone == NO]

    @property
    def open_ones(self) -> list[Mark]:
        """What beside the indicators cannot be said yet, though a visit could tell."""
        return [mark for mark in self.others if mark.tone == UN and mark.supplied]

    @property
    def columns(self) -> list[Mark | None]:
        """The marks of the list's columns; None where a rule is not in the pack or not to be shown."""
        found = {mark.rule: mark for mark in self.indicators}
        return [found.get(rule) for rule in COLUMNS]


def marked(
    places: Mapping[int, str], as_of: date, *, scope: Scope, health: Scope
) -> dict[int, Marked]:
    """Marks of households (key → division code) that were evaluated. `health`: where illness may be read."""
    found, known = {}, standings()
    language = document_words()
    hashes: dict[str, str] = {}
    for key, states in states_of(places, scope=scope).items():
        if states.pack not in hashes:
            hashes[states.pack] = pack_named(states.pack).hash
        open_to = health.covers(places[key], key)
        lacks = known.unsupplied(places[key])
        about = states.pattern, hashes[states.pack], as_of, get_language() or "", open_to, lacks
        if about not in _alike:
            if len(_alike) >= _MOST_ALIKE:
                _alike.clear()
            shown = [one for one in worded(states, as_of) if open_to or not one.restricted]
            _alike[about] = _marks(shown, language, unsupplied_rules(states, lacks))
        found[key] = Marked(*_alike[about], states.since)
    return found


#: Marks by all that decides them. A county has some hundreds of patterns; lists show them again and again.
_alike: dict[
    tuple[str, str, date, str, bool, frozenset[str]], tuple[tuple[Mark, ...], tuple[Mark, ...]]
] = {}
_MOST_ALIKE = 5_000


def unsupplied_rules(states: HouseholdStates, lacks: frozenset[str]) -> frozenset[str]:
    """The rules that wait for what the household's township was not supplied with (资料未接入)."""
    return frozenset(rule for rule, causes in states.causes.items() if not lacks.isdisjoint(causes))


def _marks(
    shown: list[RuleWords], language: Words, unsupplied: frozenset[str]
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """The indicators, and what else is not in order."""
    indicators, others = [], []
    for one in shown:
        if one.role is None or one.role == CHECK:
            continue
        mark = _mark(one, language, supplied=one.rule not in unsupplied)
        if one.role == INDICATOR:
            indicators.append(mark)
        elif mark.tone in (NO, UN):
            others.append(mark)
    return tuple(indicators), tuple(others)


def _mark(one: RuleWords, language: Words, *, supplied: bool) -> Mark:
    why = one.causes if one.state == "unknown" else one.clauses
    because = language.listed(dict.fromkeys(language.of(text) for text in why))
    tone, word = look(one)
    supplied = supplied or tone != UN
    said = language.say(word) if supplied else _("资料未接入")
    return Mark(one.rule, language.of(one.label), tone, said, because, supplied)


def look(one: RuleWords) -> tuple[str, str]:
    """The tone of a state, which decides colour and shape, and its word."""
    if one.state == "unknown":
        return UN, "待核实"
    if one.state == "not_applicable":
        return NA_TONE, "不适用"
    good, other = ANSWERS.get(str(one.role), ("达标", "未达标"))
    if one.state == "met":
        return OK, good
    return (NA_TONE if one.role == "readiness" else NO), other
