"""One outcome in two readings (一个结果两种读法): told to the household, and laid out to be checked.

Both come from one trace, as plain values that a page draws as it likes: what is told cannot differ from
what is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mingbai.documents.family import (
    NOT_APPLICABLE,
    UNKNOWN,
    Family,
    Missing,
    Outcome,
    Used,
    state_of,
)
from mingbai.documents.marks import Look, look_of, truth
from mingbai.documents.reasoning import in_short, phrase, result_of, value_of
from mingbai.documents.rows import spoken
from mingbai.documents.values import shown
from mingbai.documents.words import Words
from mingbai.engine.explaining.counterfactual import Change
from mingbai.engine.explaining.trace import Input, Node, ParameterInput
from mingbai.engine.model.pack import CaseRow
from mingbai.engine.model.values import NA, Value

_GROUPS = ("all", "any", "none")
_MOST_CHANGES = 6
_MOST_ROWS = 12


@dataclass(frozen=True)
class FactRead:
    """A fact that a step reads (所用事实): whose, which, its value; `key`: of the row."""

    entity: str
    fact: str
    key: str
    who: str
    label: str
    value: Value
    said: str
    is_open: bool
    restricted: bool

    @property
    def is_asked_of_nobody(self) -> bool:
        """Whether the question does not arise: the months of a rent where nothing is rented."""
        return self.value is NA


@dataclass(frozen=True)
class PolicyRead:
    """A value of policy that a step reads (所用参数), with its first day and source."""

    name: str
    label: str
    said: str  # blank: none in force there on that day
    region: str
    since: date | None
    source: str
    is_local: bool


@dataclass(frozen=True)
class StepRead:
    """A step of the derivation (推导步骤). `again`: its own steps stand further up."""

    depth: int
    label: str
    clause: str
    text: str
    look: Look | None  # of a step that holds or not
    result: str  # of a step that is a number or a code
    is_open: bool
    facts: tuple[FactRead, ...]
    policy: tuple[PolicyRead, ...]
    assumed: tuple[str, ...]
    again: bool = False


@dataclass(frozen=True)
class OpenFact:
    """Something an unknown comes from (缺的一件): what, how it is asked for, who may know it."""

    kind: str  # fact, relation, parameter
    entity: str
    fact: str
    key: str
    said: str
    ask: str
    owner: str
    restricted: bool


@dataclass(frozen=True)
class ChangeRead:
    """One fact changed alone, and what comes out then (会改变结果的一件); for staff only."""

    what: str
    old: str
    new: str
    look: Look
    is_open: bool  # whether it is what an unknown waits for
    restricted: bool


@dataclass(frozen=True)
class Reading:
    """One outcome laid out (一个结果的依据)."""

    outcome: Outcome
    label: str
    who: str
    sentence: str
    look: Look
    short: str
    basis: str
    since: date
    steps: tuple[StepRead, ...]
    missing: tuple[OpenFact, ...]
    changes: tuple[ChangeRead, ...]

    @property
    def rule(self) -> str:
        return self.outcome.rule.id

    @property
    def is_unknown(self) -> bool:
        return self.outcome.state == UNKNOWN

    @property
    def applies(self) -> bool:
        return self.outcome.state != NOT_APPLICABLE


def readings(family: Family, say: Words) -> list[Reading]:
    """Every outcome of a family, laid out; steps that were given before are only named again."""
    drawer = _Drawer(family, say)
    return [drawer.reading(outcome) for outcome in family.outcomes]


class _Drawer:
    def __init__(self, family: Family, say: Words) -> None:
        self.family, self.say = family, say
        self.given: set[tuple[str, str]] = set()

    def reading(self, outcome: Outcome) -> Reading:
        rule, say = outcome.rule, self.say
        source = f"{rule.source.doc} {rule.source.clause}".strip()
        return Reading(
            outcome=outcome,
            label=say.of(rule.label),
            who=spoken(outcome.row, say),
            sentence=say.of(rule.sentence),
            look=look_of(rule, outcome.state, say),
            short=in_short(outcome, self.family, say),
            basis=source,
            since=rule.period.starts_on,
            steps=tuple(self.steps(outcome.node, outcome.path, 0)),
            missing=tuple(self.open_fact(item) for item in outcome.missing),
            changes=tuple(self.changes(outcome)),
        )

    def steps(self, node: Node, path: str, depth: int) -> Iterator[StepRead]:
        path = f"{path}{node.id}." if node.kind == "row" else path
        again = node.kind == "rule" and (path, node.id) in self.given
        yield self.step(node, path, depth, again=again)
        if again:
            return
        if node.kind == "rule":
            self.given.add((path, node.id))
        rows = 0
        for child in node.children:
            rows += child.kind == "row"
            if child.kind != "row" or rows <= _MOST_ROWS:
                yield from self.steps(child, path, depth + 1)
        if rows > _MOST_ROWS:
            yield self.rest(rows - _MOST_ROWS, depth + 1)

    def rest(self, count: int, depth: int) -> StepRead:
        """Rows that are only counted: the bills of a year, of which each says the same."""
        label = self.say.count("另有 {n} 行", count)
        return StepRead(depth, label, "", "", None, "", False, (), (), ())

    def step(self, node: Node, path: str, depth: int, *, again: bool) -> StepRead:
        row = self.family.rows.get(path) if node.kind == "row" else None
        is_truth = isinstance(node.value, bool) or node.value is NA
        bare = node.value is None and node.low is None and node.high is None
        return StepRead(
            depth=depth,
            label=spoken(row, self.say) if row else self.say.of(node.label),
            clause="" if node.kind == "row" else node.id,
            text="" if node.text in _GROUPS else node.text,
            look=truth(node.value, self.say) if is_truth or bare else None,
            result="" if is_truth or bare else result_of(node, self.family, self.say),
            is_open=node.value is None,
            facts=() if again else tuple(self.fact(item) for item in node.inputs),
            policy=() if again else tuple(self.policy(item) for item in node.parameters),
            assumed=tuple(node.assumed),
            again=again,
        )

    def fact(self, item: Input) -> FactRead:
        used: Used = self.family.used_by(item)
        return FactRead(
            entity=used.row.entity.id,
            fact=item.fact.id,
            key="" if used.row.is_household else item.row.key,
            who=spoken(used.row, self.say),
            label=self.say.of(item.fact.label),
            value=item.value,
            said=value_of(used, self.family, self.say),
            is_open=item.value is None,
            restricted=item.fact.restricted,
        )

    def policy(self, item: ParameterInput) -> PolicyRead:
        label, value = self.say.of(item.label), item.value
        if value is None:
            return PolicyRead(item.name, label, "", "", None, "", is_local=False)
        return PolicyRead(
            name=item.name,
            label=label,
            said=shown(value.value, item.type, self.family.pack, self.say),
            region=value.region or self.say.say("各地"),
            since=value.period.starts_on,
            source=value.source,
            is_local=value.local or self.family.pack.parameters[item.name].local,
        )

    def open_fact(self, item: Missing) -> OpenFact:
        fact = item.fact
        return OpenFact(
            kind=item.kind,
            entity=item.row.entity.id if item.row else "",
            fact=fact.id if fact else item.path.rpartition(".")[2],
            key=_key_at(self.family.household, item.path),
            said=phrase(item, self.family, self.say),
            ask=self.say.of(fact.ask) if fact else "",
            owner=self.say.of(fact.owner) if fact else "",
            restricted=item.is_restricted,
        )

    def changes(self, outcome: Outcome) -> Iterator[ChangeRead]:
        """What is open first: it is what somebody can find out."""
        waits = {item.path for item in outcome.missing}
        found = sorted(outcome.changes, key=lambda one: one.path not in waits)
        for change in found[:_MOST_CHANGES]:
            yield self.change(change, outcome, is_open=change.path in waits)

    def change(self, change: Change, outcome: Outcome, *, is_open: bool) -> ChangeRead:
        say, kind, unit = self.say, change.fact.type, self.say.of(change.fact.unit)
        who, what = spoken(self.family.row_at(change.path), say), say.of(change.fact.label)
        return ChangeRead(
            what=say.say("{who}的{what}", who=who, what=what) if who else what,
            old=shown(change.old, kind, self.family.pack, say, unit=unit),
            new=shown(change.new, kind, self.family.pack, say, unit=unit),
            look=look_of(outcome.rule, state_of(outcome.rule, change.outcome), say),
            is_open=is_open,
            restricted=change.fact.restricted,
        )


def _key_at(household: CaseRow, path: str) -> str:
    """The key of the row that a path lies in; nothing for the household itself and for a value of policy."""
    row, parts = household, path.split(".")
    while len(parts) > 2 and parts[1].isdigit():
        rows = row.below.get(parts[0], ())
        if int(parts[1]) >= len(rows):
            return ""
        row, parts = rows[int(parts[1])], parts[2:]
    return "" if row is household else row.key
