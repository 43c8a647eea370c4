"""What a screening gives (筛查结果), as plain values that documents and the command print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from mingbai.engine.compiling import Program
from mingbai.engine.model.pack import Rule
from mingbai.engine.model.values import Text
from mingbai.tables import Intake

STATES = ("met", "unmet", "unknown", "not_applicable")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of an entity are in each state (四种状态的数目); the four add up to all rows."""

    rule: Rule
    met: int
    unmet: int
    unknown: int
    not_applicable: int

    def as_dict(self) -> dict[str, int]:
        """The four counts."""
        return {state: getattr(self, state) for state in STATES}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that calls for a person (触发项) in one household, with the clauses that decided.

    ``state`` is ``unmet`` (a guarantee, an entitlement), ``raised`` (a signal, a status) or ``ready``
    (a procedure may begin).
    """

    rule: Rule
    state: str
    clauses: tuple[Text, ...]
    about: tuple[str, ...] = ()  # names of the members concerned


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for (待核实的事): who it is about, how to ask, who else may know it."""

    entity: str
    fact: str
    label: Text
    ask: Text | None
    owner: Text | None
    about: tuple[str, ...]  # names of the members concerned; empty for the household itself
    decides: tuple[Rule, ...]  # the rules that are unknown because of it


@dataclass(frozen=True, slots=True)
class Task:
    """One household to see (核查任务), by a day, because of findings and open questions."""

    key: str
    name: str
    places: tuple[str, ...]
    people: int | None
    due_on: date | None
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    stake: tuple[int, ...]  # sort key: what is most at stake first

    @property
    def order(self) -> tuple[object, ...]:
        """How tasks are ordered: what is at stake, then place, then key."""
        return (self.stake, self.places, self.key)


@dataclass(frozen=True, slots=True)
class Ask:
    """Questions that ride along on the next visit (随访补充); no due date, no alarm."""

    key: str
    name: str
    places: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One message for the run (整批缺项) instead of a task per household.

    ``kind``: ``fact`` (a fact nobody in the input, or nobody in one place, has), ``relation`` (no rows of
    an entity), ``parameter`` (no value published for a region on the day).
    """

    kind: str
    name: str
    label: Text
    where: str  # "" for the whole input, else the place or the region
    households: int  # how many households it leaves unknown somewhere
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """A rule against a survey's own label (与标签比对), over households that have both."""

    title: Text
    rule: Rule
    label: str
    both: int  # rule true, label positive
    only_rule: int
    only_label: int
    neither: int
    undecided: int  # rule unknown or not applicable, or label missing

    @property
    def precision(self) -> float | None:
        """Share of the households the rule finds that the label confirms."""
        found = self.both + self.only_rule
        return self.both / found if found else None

    @property
    def recall(self) -> float | None:
        """Share of the households the label names that the rule finds."""
        positive = self.both + self.only_label
        return self.both / positive if positive else None


@dataclass(frozen=True)
class Screening:
    """A whole screening (一次筛查)."""

    program: Program
    intake: Intake
    results: Mapping[
        str, pa.Table
    ]  # by entity: key, rule columns of the engine (see Program.columns)
    counts: Mapping[str, Counts]  # by rule id, in the order of the pack; rules with a role
    tasks: tuple[Task, ...]
    asks: tuple[Ask, ...]
    gaps: tuple[Gap, ...]
    confusions: tuple[Confusion, ...]

    @property
    def households(self) -> int:
        """Number of households (户)."""
        return self.results[self.program.pack.top.id].num_rows

    @property
    def persons(self) -> int:
        """Number of rows of the first entity below the household (人)."""
        below = self.program.pack.below(self.program.pack.top.id)
        table = self.intake.tables.get(below[0].id) if below else None
        return table.num_rows if table is not None else 0
