"""One task a household (一户一任务): findings, and the unknown that could change a decision.

An unknown becomes part of a dated task only where something calls for a person already; elsewhere it
rides along on the next visit; where everybody lacks it, it is one message for the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache

import pyarrow as pa

from mingbai.engine.compiling import Cause, Program
from mingbai.engine.model.pack import Role, Rule
from mingbai.engine.model.values import Text
from mingbai.screening.gaps import Lacks, OpenMasks
from mingbai.screening.people import Below
from mingbai.screening.reasons import Reasons
from mingbai.screening.result import Ask, Finding, Question, Task
from mingbai.screening.states import RuleStates, indices

#: A question, and the members of each household it may be about.
_Asked = tuple[Question, Mapping[str, list[str]]]


class TaskBuilder:
    """Builds tasks and questions for all households (任务生成)."""

    def __init__(
        self,
        program: Program,
        below: Below,
        lacks: Lacks,
        files: list[str],
        places: list[tuple[str, ...]],
    ) -> None:
        self.program, self.below, self.lacks = program, below, lacks
        self.files, self.places = files, places
        self.reasons = Reasons(program)
        self._missing = cache(below.missing)
        self._homes = cache(below.homes)
        self.top = program.pack.top.id

    def build(
        self,
        table: pa.Table,
        results: Mapping[str, pa.Table],
        states: Iterable[RuleStates],
        masks: OpenMasks,
    ) -> tuple[tuple[Task, ...], tuple[Ask, ...]]:
        """Tasks in order of what is at stake, and asks in order of place."""
        top = self.program.pack.top
        keys = table.column(top.key or "").to_pylist()
        names = table.column(top.name).to_pylist() if top.name else [""] * len(keys)
        codes = table.column(top.region).to_pylist() if top.region else [None] * len(keys)
        findings = self._findings(results, list(states), keys)
        questions = self._questions(masks, keys)
        tasks = [
            Task(
                key=keys[row],
                name=names[row] or "",
                places=self.places[row],
                people=self.below.sizes.get(keys[row]),
                due_on=self._due_on(codes[row]),
                findings=tuple(found),
                questions=tuple(questions.get(row, ())),
                stake=stake_of(finding.rule for finding in found),
            )
            for row, found in findings.items()
        ]
        asks = [
            Ask(keys[row], names[row] or "", self.places[row], tuple(found))
            for row, found in questions.items()
            if row not in findings
        ]
        tasks.sort(key=lambda task: task.order)
        asks.sort(key=lambda ask: (ask.places, ask.key))
        return tuple(tasks), tuple(asks)

    def _findings(
        self, results: Mapping[str, pa.Table], states: list[RuleStates], keys: list[str]
    ) -> dict[int, list[Finding]]:
        """Row → what calls for a person there, the most urgent first."""
        found: dict[int, list[Finding]] = {}
        for item in sorted(states, key=lambda state: state.rule.priority):
            rule = item.rule
            value = rule.met_when if item.word == "ready" else not rule.met_when
            rows = indices(item.called)
            column, result = f"{rule.id}@reasons", results[rule.entity]
            codes = [0] * len(rows)
            if column in result.column_names:
                codes = result.column(column).take(pa.array(rows, pa.int64())).to_pylist()
            reasons = [self.reasons.clauses(rule.id, value, code) for code in codes]
            if rule.entity == self.program.pack.top.id:
                about = self._about(rule.id, value)
                for row, clauses in zip(rows, reasons, strict=True):
                    names = tuple(about.get(keys[row], ()))
                    found.setdefault(row, []).append(Finding(rule, item.word, clauses, names))
            else:
                for row, finding in self._joined(rule, item.word, rows, reasons):
                    found.setdefault(row, []).append(finding)
        return {row: self._folded(parts) for row, parts in found.items()}

    def _folded(self, findings: list[Finding]) -> list[Finding]:
        """Without what a finding about the household already says of a member."""
        said = said_twice([item.rule for item in findings], self.reasons)
        return [item for item in findings if item.rule.id not in said]

    def _joined(
        self, rule: Rule, word: str, rows: list[int], reasons: list[tuple[Text, ...]]
    ) -> Iterator[tuple[int, Finding]]:
        """Findings about rows below, one per household, naming whom they are about."""
        homes, located = self._homes(rule.entity), self.below.located(rule.entity)
        names: dict[int, dict[str, None]] = {}
        clauses: dict[int, dict[Text, None]] = {}
        for row, texts in zip(rows, reasons, strict=True):
            if homes[row] >= 0:
                names.setdefault(homes[row], {})[located[row][1]] = None
                clauses.setdefault(homes[row], {}).update(dict.fromkeys(texts))
        for home, people in names.items():
            yield home, Finding(rule, word, tuple(clauses[home]), tuple(filter(None, people)))

    def _about(self, name: str, value: bool) -> dict[str, list[str]]:
        """Household → members for whom the deciding rule holds."""
        inner = self.reasons.members(name, value)
        if inner is None:
            return {}
        return self.below.holding(self.program.rule(inner[0]).entity, inner[0], inner[1])

    def _questions(self, masks: OpenMasks, keys: list[str]) -> dict[int, list[Question]]:
        """Row → what to ask there, that which decides most first.

        A county has few ways of not knowing: rows with the same open masks are gone through once.
        """
        found: dict[int, list[Question]] = {}
        for open_masks, rows in masks.alike():
            causes = self._decides(masks, open_masks)
            asked: dict[tuple[str, str], list[_Asked]] = {}
            for row in rows if causes else ():
                here = self.files[row], self.places[row][-1] if self.places[row] else ""
                if here not in asked:
                    asked[here] = self._worded(causes, *here)
                if asked[here]:
                    found[row] = [self._about_whom(keys[row], *one) for one in asked[here]]
        return found

    def _decides(self, masks: OpenMasks, open_masks: tuple[int, ...]) -> dict[Cause, list[Rule]]:
        """What is unknown there, and the rules it leaves open."""
        decides: dict[Cause, list[Rule]] = {}
        for (name, word, _), mask in zip(masks.by_rule, open_masks, strict=True):
            for cause in self.program.causes_in(word, mask) if mask else ():
                if cause.kind != "parameter" and cause not in self.lacks.everywhere:
                    decides.setdefault(cause, []).append(self.program.rule(name))
        return decides

    def _worded(self, causes: dict[Cause, list[Rule]], file: str, place: str) -> list[_Asked]:
        """Questions about the household itself, each with whom of its members it may be about."""
        ordered = sorted(causes.items(), key=lambda item: (-len(item[1]), item[0].name))
        return [
            (self._new_question(cause, tuple(rules), ()), self._members_of(cause))
            for cause, rules in ordered
            if not self.lacks.covers(cause, file, place)
        ]

    def _members_of(self, cause: Cause) -> Mapping[str, list[str]]:
        """Household → members without the fact; nobody where it is one of the household."""
        if cause.kind == "relation" or cause.entity == self.top:
            return {}
        return self._missing(cause.entity, cause.name)

    def _about_whom(self, key: str, question: Question, names: Mapping[str, list[str]]) -> Question:
        about = names.get(key)
        if not about:
            return question
        one = question  # written out, for `replace` takes most of the time of a county's questions
        return Question(
            one.entity, one.fact, one.label, one.ask, one.owner, tuple(about), one.decides
        )

    def _new_question(
        self, cause: Cause, rules: tuple[Rule, ...], about: tuple[str, ...]
    ) -> Question:
        pack = self.program.pack
        if cause.kind == "relation":
            entity = pack.entities[cause.entity]
            ask = Text(f"这一户有哪些{entity.label.zh}？", f"Which {entity.label.en}s are there?")
            return Question(cause.entity, cause.name, entity.label, ask, None, (), rules)
        fact = pack.facts[cause.entity][cause.name]
        return Question(cause.entity, fact.id, fact.label, fact.ask, fact.owner, about, rules)

    def _due_on(self, region: str | None) -> date | None:
        """As-of day plus the pack's days for a task in that region."""
        name = self.program.pack.task_due
        if name is None:
            return None
        value = self._due_days(name, region)
        room = (date.max - self.program.as_of).days
        if value is None or not 0 <= value <= room:
            return None
        return self.program.as_of + timedelta(days=value)

    @cache  # noqa: B019  # one builder lives as long as one screening
    def _due_days(self, name: str, region: str | None) -> int | None:
        value = self.program.pack.parameters[name].value_for(self.program.as_of, region)
        return value.value if value is not None and isinstance(value.value, int) else None


def said_twice(rules: Iterable[Rule], reasons: Reasons) -> set[str]:
    """Of rules that call for a person in one household those of which another of them tells already."""
    return {
        inner[0]
        for rule in rules
        if rule.role is not Role.READINESS
        and (inner := reasons.members(rule.id, not rule.met_when)) is not None
    }


def stake_of(rules: Iterable[Rule]) -> tuple[int, int, int]:
    """What is at stake where these rules call: the most urgent priority, how often, how many in all."""
    priorities = sorted(rule.priority for rule in rules)
    return (priorities[0], -priorities.count(priorities[0]), -len(priorities))
