"""What an import would do (差异): new, changed, gone, conflicting, refused; nothing is written yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from mingbai.households.topics import Topic
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.standing import Standing
from mingbai.tables import Intake

#: Where a row stood, behind the columns of every table of claims.
PLACE = ("_file", "_sheet", "_row")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a list beside the value of the register (一栏差异). Values are plain, of the fact's type."""

    topic: str
    column: str
    subject: str  # number of the household or person
    before: Any
    after: Any
    source: str = ""  # who said what stands
    day: date | None = None  # and when it was observed
    file: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Something that is not written but listed for a person to look at (差异待核)."""

    kind: DiscrepancyKind
    cell: Cell
    household: str = ""
    person: str = ""


@dataclass
class Update:
    """Columns of one subject that change, over a period (改动)."""

    starts: date
    ends: date | None
    values: dict[str, Any]
    source: str


@dataclass
class TopicDifference:
    """The records of one topic (一个主题的差异). `new` has a column `number` and the plain columns."""

    topic: Topic
    columns: tuple[str, ...]
    starts: date
    ends: date | None
    new: pa.Table
    source: str
    updates: dict[int, Update] = field(default_factory=dict)  # subject id → what changes
    changed: list[Cell] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    unchanged: int = 0


@dataclass
class People:
    """Households, persons and who lives with whom (户、人、成员的差异), by the offices' numbers."""

    households: list[str] = field(default_factory=list)  # new
    persons: list[str] = field(default_factory=list)  # new
    memberships: list[tuple[str, str, str]] = field(
        default_factory=list
    )  # person, household, relation
    relations: dict[str, str] = field(default_factory=dict)  # person → new relation
    changed: list[Cell] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    unchanged: int = 0


@dataclass
class Gone:
    """In the register and absent from a list that claims to be whole (名单里没有的)."""

    households: list[tuple[int, str]] = field(default_factory=list)
    persons: list[tuple[int, str, str]] = field(default_factory=list)  # id, number, household


@dataclass(frozen=True, slots=True)
class Episode:
    """A status to begin, or the end of one that stands (身份起止)."""

    household: str
    kind: str
    starts: date
    ends: date | None = None
    cause: str = ""
    reason: str = ""


@dataclass
class Statuses:
    """Episodes of households (身份的差异). `closed`: id of a standing row → the row that takes its place."""

    begun: list[Episode] = field(default_factory=list)
    closed: dict[int, Episode | None] = field(default_factory=dict)
    changed: list[Cell] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    unchanged: int = 0


@dataclass
class Records:
    """Dated records of one kind: bills, benefits, measures, incidents (逐笔记录的差异)."""

    topic: Topic
    new: pa.Table
    source: str
    unchanged: int = 0


@dataclass
class Difference:
    """Everything an import would do, and what it would not (导入差异)."""

    as_of: date
    intake: Intake
    standing: Standing
    people: People
    topics: list[TopicDifference]
    statuses: Statuses
    records: list[Records]
    terms: TermDifference
    gone: Gone
    listed: list[Listed]
    refused: list[Refusal]
    not_kept: dict[str, int]
    warnings: list[Mapping[str, str]]
    left: int = 0  # ticked off by a person
    taken: int = 0  # taken against the register's own value, by a person

    def changed(self) -> Iterable[Cell]:
        """Every value that changes."""
        yield from self.people.changed
        yield from self.statuses.changed
        yield from self.terms.changed
        for topic in self.topics:
            yield from topic.changed

    def conflicts(self) -> Iterable[Listed]:
        """Everything that is listed and not written."""
        yield from self.listed
        yield from self.people.listed
        yield from self.statuses.listed
        yield from self.terms.listed
        for topic in self.topics:
            yield from topic.listed

    def counts(self) -> dict[str, Any]:
        """The difference in figures."""
        conflicts = Counter(one.kind.value for one in self.conflicts())
        changed = Counter(f"{one.topic}.{one.column}" for one in self.changed())
        parts: list[TopicDifference | Records] = [*self.topics, *self.records]
        new_records = {one.topic.key: one.new.num_rows for one in parts}
        new_records["schooling"] = new_records.get("schooling", 0) + self.terms.new
        return {
            "rows_in": self.intake.rows_in,
            "rows_accepted": self.intake.rows_accepted - len(self.refused),
            "rows_refused": self.intake.rows_listed + len(self.refused),
            "remarks": self.intake.remarks,
            "new": {
                "households": len(self.people.households),
                "persons": len(self.people.persons),
                "memberships": len(self.people.memberships),
                "statuses": len(self.statuses.begun),
                **{key: count for key, count in new_records.items() if count},
            },
            "changed": dict(changed.most_common()),
            "gone": {"households": len(self.gone.households), "persons": len(self.gone.persons)},
            "conflicts": dict(conflicts.most_common()),
            "unchanged": self.unchanged(),
            "not_kept": self.not_kept,
            "left": self.left,
            "taken": self.taken,
        }

    def unchanged(self) -> int:
        """Records of the lists that say what the register says."""
        own = self.people.unchanged + self.statuses.unchanged + self.terms.unchanged
        parts: list[TopicDifference | Records] = [*self.topics, *self.records]
        return own + sum(part.unchanged for part in parts)

    @property
    def nothing(self) -> bool:
        """Whether applying it would write nothing but its own trace."""
        return not (
            self.people.households
            or self.people.persons
            or self.people.memberships
            or self.people.relations
            or self.statuses.begun
            or self.statuses.closed
            or self.terms.new
            or self.terms.updates
            or any(one.new.num_rows or one.updates for one in self.topics)
            or any(one.new.num_rows for one in self.records)
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row the register itself refuses, with its number and words (拒收的行)."""

    code: str
    zh: str
    en: str
    file: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Term:
    """An enrolment of a term (学籍): begins on its first day and holds until the next one."""

    person: str
    starts: date
    values: dict[str, Any]


@dataclass
class TermDifference:
    """Enrolments that are new, by person, and those whose values change (学籍的差异)."""

    begun: list[Term] = field(default_factory=list)
    updates: list[tuple[int, Term, date | None]] = field(default_factory=list)  # person id, until
    source: str = ""
    changed: list[Cell] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    unchanged: int = 0

    @property
    def new(self) -> int:
        return len(self.begun)
