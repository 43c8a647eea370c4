"""States of a household in the words of the pack (状态用语), for pages and the API."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from mingbai.decisions.behind import facts_behind
from mingbai.decisions.enums import WORDS
from mingbai.decisions.programs import pack_named, state_program
from mingbai.decisions.queries import HouseholdStates
from mingbai.decisions.versions import pack_at
from mingbai.engine.model.pack import Pack, Role, Rule
from mingbai.engine.model.values import Text


@dataclass(frozen=True)
class RuleWords:
    """How a household stands under one rule, in words (一条规则的说法)."""

    rule: str
    role: Role | None
    label: Text
    sentence: Text
    state: str  # met, unmet, unknown, not_applicable
    clauses: tuple[Text, ...]  # that made it unmet, raised or ready
    causes: tuple[Text, ...]  # what an unknown waits for
    restricted: bool  # rests on restricted facts (health): not to be shown without their permission
    entity: str = ""
    gap: str | None = None  # of an entitlement: missing, undue
    owner: Text | None = None
    since: date | None = None  # from which day the rule is in force


@dataclass(frozen=True)
class Question:
    """A fact that unknown states wait for (要问的事): how it is asked, who may know it, what it decides."""

    cause: str
    label: Text
    ask: Text | None
    owner: Text | None
    rules: tuple[str, ...]
    restricted: bool


def questions_of(states: HouseholdStates, rules: Collection[str]) -> list[Question]:
    """What is to be asked so that these rules are known, what decides most first; no value of policy."""
    pack = pack_named(states.pack)
    waiting: dict[str, list[str]] = {}
    for rule, causes in states.causes.items():
        for cause in causes if rule in rules else ():
            if not cause.startswith("parameter:"):
                waiting.setdefault(cause, []).append(rule)
    found = [_question(pack, cause, names) for cause, names in waiting.items()]
    return sorted(found, key=lambda one: (one.ask is None, -len(one.rules)))


def _question(pack: Pack, cause: str, rules: Iterable[str]) -> Question:
    kind, _, path = cause.partition(":")
    entity, _, name = path.partition(".")
    fact = pack.facts.get(entity, {}).get(name) if kind == "fact" else None
    label = cause_label(pack, cause)
    if fact is None:
        return Question(cause, label, None, None, tuple(rules), restricted=False)
    return Question(cause, label, fact.ask, fact.owner, tuple(rules), fact.restricted)


def worded(states: HouseholdStates, as_of: date) -> list[RuleWords]:
    """The states in reading order. `as_of` is the day of the run; a rule that is gone bears its id."""
    pack = pack_named(states.pack)
    rules, closed = pack.rules_on(as_of), restricted_rules(states.pack, pack.hash, as_of)
    return [
        _worded(pack, rules.get(name), name, WORDS[letter], states, closed)
        for name, letter in states.letters.items()
    ]


def _worded(
    pack: Pack,
    rule: Rule | None,
    name: str,
    state: str,
    states: HouseholdStates,
    closed: frozenset[str],
) -> RuleWords:
    plain = Text(name, name)
    labels: Mapping[str, Text] = {
        key: clause.label for key, clause in (rule.clauses() if rule else ())
    }
    return RuleWords(
        rule=name,
        role=rule.role if rule else None,
        label=rule.label if rule else plain,
        sentence=rule.sentence if rule else plain,
        state=state,
        clauses=tuple(labels.get(key, Text(key, key)) for key in states.reasons.get(name, ())),
        causes=tuple(cause_label(pack, cause) for cause in states.causes.get(name, ())),
        restricted=name in closed,
        entity=rule.entity if rule else "",
        gap=rule.gap if rule else None,
        owner=rule.owner if rule else None,
        since=rule.period.starts_on if rule else None,
    )


def cause_label(pack: Pack, cause: str) -> Text:
    """What a cause (`judging.spelled`) is called: a fact, records, or a value of policy."""
    kind, _, path = cause.partition(":")
    entity, _, name = path.partition(".")
    if kind == "fact" and name in pack.facts.get(entity, {}):
        return pack.facts[entity][name].label
    if kind == "relation" and entity in pack.entities:
        return pack.entities[entity].label
    if kind == "parameter" and path in pack.parameters:
        return pack.parameters[path].label
    return Text(path, path)


@lru_cache(maxsize=16)
def restricted_rules(pack: str, digest: str, as_of: date) -> frozenset[str]:
    """The rules that read a restricted fact, themselves or by another. `digest`: the pack's, to ask anew."""
    program = state_program(pack_at(pack, digest), as_of, ())
    return frozenset(
        name
        for name in program.outputs
        if any(fact.restricted for _entity, fact in facts_behind(program, name))
    )
