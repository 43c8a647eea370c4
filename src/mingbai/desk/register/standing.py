"""How a household stands, on its page (页面上的状态): each state with its reason, what is due, what to ask.

A state that rests on facts somebody may not read is not there for her, nor is its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.decisions.behind import topics_behind
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import HouseholdStates, latest_runs, run_over, states_of
from mingbai.decisions.standings import standings
from mingbai.decisions.wording import Question, RuleWords, questions_of, worded
from mingbai.desk.access import scope_for
from mingbai.desk.components.words import document_words, listed, of
from mingbai.desk.register.states import CHECK, look, unsupplied_rules
from mingbai.documents.marks import NO, UN
from mingbai.households.access import Reader
from mingbai.households.topics import Restriction

TOP = "household"
INDICATOR, ENTITLEMENT = "indicator", "entitlement"
#: Questions that stand beside the next step; the rest is counted.
FEW = 4


@dataclass(frozen=True)
class StateLine:
    """One state of the page (状态行): what, how it stands, why, and where its reason is laid out."""

    rule: str
    label: str
    tone: str
    word: str
    because: str
    owner: str
    address: str
    gap: str | None = None
    opened: bool = False
    supplied: bool = True  # False: unknown for want of what the whole township lacks

    @property
    def needs_somebody(self) -> bool:
        return self.tone in (NO, UN)


@dataclass(frozen=True)
class Standing:
    """All states that somebody may see (一户状态)."""

    as_of: date
    since: datetime | None
    indicators: tuple[StateLine, ...]
    signals: tuple[StateLine, ...]  # signals, proposed statuses, readiness: those that call
    open_signals: tuple[StateLine, ...]  # the same, as far as nobody can say yet
    due: tuple[StateLine, ...]  # entitlements where help and rules differ
    open_due: tuple[StateLine, ...]
    questions: tuple[Question, ...] = field(default=())

    @property
    def met(self) -> int:
        return sum(one.tone == "ok" for one in self.indicators)

    @property
    def unmet(self) -> int:
        return sum(one.tone == NO for one in self.indicators)

    @property
    def unknown(self) -> int:
        return sum(one.tone == UN and one.supplied for one in self.indicators)

    @property
    def unsupplied(self) -> int:
        return sum(one.tone == UN and not one.supplied for one in self.indicators)

    @property
    def called(self) -> tuple[StateLine, ...]:
        """What a person has to see about, the guarantees first."""
        return tuple(
            one
            for group in (self.indicators, self.signals, self.due)
            for one in group
            if one.tone == NO
        )

    @property
    def more_questions(self) -> int:
        return max(0, len(self.questions) - FEW)


def run_for(code: str) -> Any:
    """The run whose states a place has, or None. One query."""
    return run_over(latest_runs(), code)


def states_for(request: HttpRequest, household_id: int) -> HouseholdStates | None:
    """The stored states, as far as evaluations may be read there. One query."""
    scope = scope_for(request, Permission.EVALUATION_READ) | request.reach.outside
    return states_of([household_id], scope=scope).get(household_id)


def visible(
    rules: Iterable[RuleWords], reader: Reader, code: str, household_id: int, pack: str, as_of: date
) -> list[RuleWords]:
    """The rules that tell of nothing the reader may not read. No query."""
    health = Restriction.HEALTH in reader.restrictions(code, household_id)
    topics = reader.topics_at(code, household_id)
    digest = pack_named(pack).hash
    return [
        one
        for one in rules
        if (health or not one.restricted)
        and (topics is None or topics_behind(pack, digest, as_of, one.rule) <= topics)
    ]


def standing_of(
    request: HttpRequest, reader: Reader, household_id: int, code: str, run: Any
) -> Standing | None:
    """How a household stands now; None before the first evaluation over it. Two queries."""
    states = states_for(request, household_id) if run is not None else None
    if states is None:
        return None
    shown = visible(worded(states, run.as_of), reader, code, household_id, states.pack, run.as_of)
    lacking = unsupplied_rules(states, standings().unsupplied(code))
    lines = {
        one.rule: _line(one, household_id, supplied=one.rule not in lacking)
        for one in shown
        if one.role not in (None, CHECK)
    }
    mine = [one for one in shown if one.rule in lines]
    first = [one for one in mine if one.role == INDICATOR and _is_told(one)]
    due = [lines[one.rule] for one in mine if one.role == ENTITLEMENT]
    rest = [lines[one.rule] for one in mine if one.role not in (INDICATOR, ENTITLEMENT)]
    asked = {one.rule for one in first} | {one.rule for one in due}
    health = Restriction.HEALTH in reader.restrictions(code, household_id)
    questions = [
        one for one in questions_of(states, asked) if one.ask and (health or not one.restricted)
    ]
    return Standing(
        run.as_of, states.since, tuple(_first_open([lines[one.rule] for one in first])),
        tuple(one for one in rest if one.tone == NO), tuple(one for one in rest if one.tone == UN),
        tuple(one for one in due if one.tone == NO), tuple(one for one in due if one.tone == UN),
        tuple(questions),
    )  # fmt: skip


def _is_told(one: RuleWords) -> bool:
    """What is asked of a member stands beside the household's own only where it is not in order."""
    return one.entity == TOP or one.state == "unmet"


def _line(one: RuleWords, household_id: int, *, supplied: bool) -> StateLine:
    tone, word = look(one)
    supplied = supplied or tone != UN
    why = one.causes if one.state == "unknown" else one.clauses
    names = list(dict.fromkeys(of(text) for text in why))
    because = listed(names[:FEW]) + ("…" if len(names) > FEW else "")
    return StateLine(
        one.rule, of(one.label), tone,
        document_words().say(word) if supplied else _("资料未接入"), because, of(one.owner),
        reverse("register:why", args=[household_id, one.rule]), one.gap, supplied=supplied,
    )  # fmt: skip


def _first_open(lines: list[StateLine]) -> list[StateLine]:
    """The first that is unmet, else the first that can be asked for here, stands open by itself."""
    order = sorted(
        (one for one in lines if one.needs_somebody),
        key=lambda one: (one.tone != NO, not one.supplied),
    )
    rule = order[0].rule if order else ""
    return [replace(one, opened=one.rule == rule) for one in lines]
