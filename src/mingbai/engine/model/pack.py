"""The pack (规则包) and what it holds: entities, facts, parameters, rules and cases, as frozen values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from mingbai.engine.errors import Place
from mingbai.engine.model.values import Period, Text, Type, Value


@dataclass(frozen=True, slots=True)
class Source:
    """An expression as written (表达式原文), and where."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Replacement:
    """Why an entry takes the place of one of the base pack (替换说明)."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of row (实体): the household at the top, persons and dated records below."""

    id: str
    label: Text
    key: str | None
    parent: str | None
    link: str | None
    relation: str | None
    date: str | None
    empty_is_unknown: bool
    region: str | None
    name: str | None
    places: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fact:
    """An entry of the fact dictionary (事实字典). ``minimum`` and ``maximum`` are scaled integers."""

    entity: str
    id: str
    type: Type
    label: Text
    minimum: int | None
    maximum: int | None
    applies_when: Source | None
    fixed: bool
    restricted: bool
    judge: bool
    ask: Text | None
    owner: Text | None
    unit: Text | None
    place: Place
    replaces: Replacement | None = None


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A value of a parameter (参数值) for a period and a region (a beginning of a division code)."""

    period: Period
    region: str
    value: bool | int | str | date
    source: str
    local: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated and regional policy value (政策参数)."""

    id: str
    type: Type
    label: Text
    unit: Text | None
    local: bool
    values: tuple[ParameterValue, ...]
    place: Place
    replaces: Replacement | None = None
    minimum: int | None = None  # scaled, as the values
    maximum: int | None = None

    def allows(self, value: bool | int | str | date) -> bool:
        """Whether a value lies within the bounds that the pack declares."""
        if not isinstance(value, int) or isinstance(value, bool):
            return True
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)

    def values_on(self, day: date) -> tuple[ParameterValue, ...]:
        """The values in force on a day, the longest region first."""
        found = [value for value in self.values if value.period.contains(day)]
        return tuple(sorted(found, key=lambda value: -len(value.region)))

    def value_for(self, day: date, region: str | None) -> ParameterValue | None:
        """The value for a day and a division code; ``None`` when none is published there."""
        values = self.values_on(day)
        if region is None and any(value.region for value in values):
            return None
        for value in values:
            if not value.region or (region or "").startswith(value.region):
                return value
        return None


class Role(StrEnum):
    """What a rule is for (规则的用途)."""

    INDICATOR = "indicator"
    STATUS = "status"
    SIGNAL = "signal"
    ENTITLEMENT = "entitlement"
    READINESS = "readiness"
    CHECK = "check"


#: How serious a finding of a check is (核对的轻重), the most serious first.
SEVERITIES = ("error", "warning", "hint")


@dataclass(frozen=True, slots=True)
class CheckTexts:
    """What a check of records says (核对提示): blanks such as ``{income_wage}`` hold the row's own values."""

    severity: str  # one of SEVERITIES
    message: Text
    advice: Text
    place: Place
    about: tuple[str, ...] = ()  # facts to look at first; by default those the expression names

    @property
    def blanks(self) -> tuple[str, ...]:
        """The names in braces, each once."""
        texts = (self.message.zh, self.message.en, self.advice.zh, self.advice.en)
        return tuple(dict.fromkeys(name for text in texts for name in blanks_in(text)))


def blanks_in(text: str) -> list[str]:
    """The names in the braces of a text."""
    return BLANK.findall(text)


BLANK = re.compile(r"{([^{}]*)}")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a rule (条款): one expression, or a group ``all``, ``any`` or ``none``."""

    id: str
    label: Text
    kind: str
    expr: Source | None
    items: tuple[Clause, ...]
    place: Place

    def flat(self, prefix: str = "") -> Iterator[tuple[str, Clause]]:
        """The clause and those inside, each with its full id (``fetch.piped``)."""
        name = f"{prefix}{self.id}"
        yield name, self
        for item in self.items:
            yield from item.flat(f"{name}.")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a decision table (决策表的一行)."""

    id: str
    label: Text | None
    cells: tuple[Source, ...]
    then: Source


@dataclass(frozen=True, slots=True)
class Form:
    """How a rule is written (规则写法): one of expression, clauses, choice or decision table."""

    kind: str  # expr | all | any | none | when | table
    expr: Source | None = None
    clauses: tuple[Clause, ...] = ()
    then: Source | None = None
    otherwise: Source | None = None
    inputs: tuple[Source, ...] = ()
    rows: tuple[TableRow, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalSource:
    """Where a rule comes from (依据): document, clause, and the key of SOURCES.md."""

    doc: str
    clause: str
    ref: str

    def __str__(self) -> str:
        tail = f"（{self.ref}）" if self.ref else ""
        return f"{self.doc} {self.clause}".strip() + tail


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule (规则): a plain sentence, its source, its period, and one form."""

    id: str
    entity: str
    type: Type
    role: Role | None
    met_when: bool
    label: Text
    sentence: Text
    source: LegalSource
    period: Period
    applies_when: Source | None
    priority: int
    owner: Text | None
    form: Form
    place: Place
    replaces: Replacement | None = None
    cost: bool = False  # a household amount that a what-if adds up
    gap: str | None = None  # entitlements: "missing" 应享未享, "undue" 不应享而享
    check: CheckTexts | None = None  # checks of records, and only these

    def clauses(self) -> Iterator[tuple[str, Clause]]:
        """All clauses with their full ids, nested ones after their group."""
        for clause in self.form.clauses:
            yield from clause.flat()


@dataclass(frozen=True, slots=True)
class Agreement:
    """A rule held against a label of a survey (与标签比对), which is never an input."""

    rule: str
    label: str
    positive: tuple[str, ...]
    title: Text
    place: Place


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A row of a case (案例中的一行): facts, and the rows below by relation."""

    facts: Mapping[str, Value]
    below: Mapping[str, tuple[CaseRow, ...]]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case of a pack (案例): a household on a day, the expected outcomes and reasons."""

    name: Text
    as_of: date
    household: CaseRow
    expect: Mapping[str, object]
    reasons: Mapping[str, Mapping[str, object]]
    because: Mapping[str, tuple[str, ...]]
    covers: Mapping[str, tuple[str, ...]]
    place: Place


@dataclass(frozen=True, slots=True)
class Pack:
    """A policy pack (规则包), complete with what it extends; ``hash`` names exactly this content."""

    id: str
    version: str
    title: Text
    extends: tuple[str, ...]
    folders: tuple[str, ...]
    hash: str
    currency: tuple[str, Text]
    calendar_start: date
    task_due: str | None
    entities: Mapping[str, Entity]
    codes: Mapping[str, Mapping[str, Text]]
    facts: Mapping[str, Mapping[str, Fact]]
    parameters: Mapping[str, Parameter]
    rules: tuple[Rule, ...]
    register: Mapping[str, tuple[str, ...]]
    agreements: tuple[Agreement, ...]
    contact: Text | None = None
    cases: tuple[Case, ...] = field(repr=False, default=())

    @property
    def top(self) -> Entity:
        """The entity without a parent: the household."""
        return next(entity for entity in self.entities.values() if entity.parent is None)

    def below(self, entity: str) -> tuple[Entity, ...]:
        """The entities directly below."""
        return tuple(item for item in self.entities.values() if item.parent == entity)

    def above(self, entity: str) -> tuple[Entity, ...]:
        """The entities above, the nearest first."""
        found: list[Entity] = []
        parent = self.entities[entity].parent
        while parent is not None:
            found.append(self.entities[parent])
            parent = self.entities[parent].parent
        return tuple(found)

    def rules_on(self, day: date) -> dict[str, Rule]:
        """The rules in force on a day, by id."""
        return {rule.id: rule for rule in self.rules if rule.period.contains(day)}

    def without_checks(self) -> Pack:
        """The pack without its checks of records, which are no part of a screening."""
        rules = tuple(rule for rule in self.rules if rule.role is not Role.CHECK)
        return self if len(rules) == len(self.rules) else replace(self, rules=rules)

    def in_reading_order(self, names: Iterable[str]) -> list[str]:
        """Rule ids as people read them: guarantees first, then by urgency, then as in the pack."""
        first = {rule.id: rule for rule in reversed(self.rules)}
        position = {
            name: number for number, name in enumerate(dict.fromkeys(r.id for r in self.rules))
        }
        roles = [None, *Role]

        def key(name: str) -> tuple[int, int, int]:
            return roles.index(first[name].role), first[name].priority, position[name]

        return sorted(names, key=key)

    def label_of(self, rule_id: str) -> Text:
        """The label of a rule, in whatever period."""
        return next(rule.label for rule in self.rules if rule.id == rule_id)
