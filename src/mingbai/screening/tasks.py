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
from mingbai.engine.model.pack import Rule
from mingbai.engine.model.values import Text
from mingbai.screening.gaps import Lacks, OpenMasks, rows_by_mask
from mingbai.screening.people import Below
from mingbai.screening.reasons import Reasons
from mingbai.screening.result import Ask, Finding, Question, Task
from mingbai.screening.states import RuleStates, indices


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
        self._asked: dict[tuple[str, ...], Question] = {}

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
                stake=_stake(found),
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
        said = {
            inner[0]
            for item in findings
            if item.state != "ready" and (inner := self._inner(item.rule)) is not None
        }
        return [item for item in findings if item.rule.id not in said]

    def _inner(self, rule: Rule) -> tuple[str, bool] | None:
        return self.reasons.members(rule.id, not rule.met_when)

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
        """Row → what to ask there, that which decides most first."""
        decides: dict[int, dict[Cause, list[Rule]]] = {}
        for name, word, column in masks.by_rule:
            rule = self.program.rule(name)
            for mask, rows in rows_by_mask(column):
                causes = [
                    cause
                    for cause in self.program.causes_in(word, mask)
                    if cause.kind != "parameter" and cause not in self.lacks.everywhere
                ]
                for row in rows if causes else ():
                    here = decides.setdefault(row, {})
                    for cause in causes:
                        here.setdefault(cause, []).append(rule)
        return {
            row: questions
            for row, causes in sorted(decides.items())
            if (questions := self._worded(causes, keys[row], row))
        }

    def _worded(self, causes: dict[Cause, list[Rule]], key: str, row: int) -> list[Question]:
        place = self.places[row][-1] if self.places[row] else ""
        ordered = sorted(causes.items(), key=lambda item: (-len(item[1]), item[0].name))
        return [
            self._question(cause, tuple(rules), key)
            for cause, rules in ordered
            if not self.lacks.covers(cause, self.files[row], place)
        ]

    def _question(self, cause: Cause, rules: tuple[Rule, ...], key: str) -> Question:
        about: tuple[str, ...] = ()
        if cause.kind != "relation" and cause.entity != self.top:
            about = tuple(self._missing(cause.entity, cause.name).get(key, ()))
        if about:
            return self._new_question(cause, rules, about)
        # A county asks the same few questions millions of times over.
        same = (cause.kind, cause.entity, cause.name, *(rule.id for rule in rules))
        if same not in self._asked:
            self._asked[same] = self._new_question(cause, rules, about)
        return self._asked[same]

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


def _stake(findings: list[Finding]) -> tuple[int, ...]:
    """The most urgent priority, how often, then the next."""
    priorities = sorted(finding.rule.priority for finding in findings)
    return (priorities[0], -priorities.count(priorities[0]), -len(priorities))
