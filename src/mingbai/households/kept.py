"""Dated rows as they would stand (拟定的登记行): what a change is drafted with before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from mingbai.audit.records import Recorded
from mingbai.households.enums import Subject
from mingbai.households.models import HouseholdLife, Membership, Status

NEVER = date.max
HEAD = "head"


@dataclass
class Kept:
    """A dated row as it would stand (拟定的登记行). `row`: the key of the stored one, if there is one."""

    starts: date
    ends: date | None = None
    row: int | None = None
    gone: bool = False
    stored: tuple[Any, ...] | None = None  # what the row holds now

    model: ClassVar[type[Recorded]]
    names: ClassVar[tuple[str, ...]]  # columns beside the period, as attributes here

    def columns(self) -> dict[str, Any]:
        """Columns of the table."""
        rest = {name: getattr(self, name) for name in self.names}
        return {"valid_from": self.starts, "valid_to": self.ends, **rest}

    @property
    def until(self) -> date:
        """The first day it no longer holds, or a day that never comes."""
        return self.ends or NEVER

    def holds(self, day: date) -> bool:
        """Whether it is true on a day."""
        return not self.gone and self.starts <= day < self.until

    @property
    def changed(self) -> bool:
        """Whether it differs from what is stored."""
        if self.row is None:
            return not self.gone
        return self.gone or tuple(self.columns().values()) != self.stored

    @classmethod
    def of(cls, row: Any) -> Any:
        """From a stored row."""
        made = cls(row.valid_from, row.valid_to, row.pk)
        for name in cls.names:
            setattr(made, name, getattr(row, name))
        made.stored = tuple(made.columns().values())
        return made


@dataclass
class Stay(Kept):
    """A person in a household (成员关系)."""

    person_id: int = 0
    household_id: int = 0
    relation: str = ""
    reason_in: str = ""
    reason_out: str = ""

    model = Membership
    names = ("person_id", "household_id", "relation", "reason_in", "reason_out")


@dataclass
class Life(Kept):
    """When a household lived (存续期)."""

    household_id: int = 0
    ended_because: str = ""

    model = HouseholdLife
    names = ("household_id", "ended_because")


@dataclass
class Episode(Kept):
    """Being registered as something (身份)."""

    subject: str = Subject.HOUSEHOLD.value
    subject_id: int = 0
    kind: str = ""
    cause: str = ""
    reason: str = ""
    case: str = ""

    model = Status
    names = ("subject", "subject_id", "kind", "cause", "reason", "case")


def cut(kept: Kept, day: date) -> None:
    """Let it end on a day; what would begin then or later never holds."""
    if day <= kept.starts:
        kept.gone = True
    elif day < kept.until:
        kept.ends = day


def household_of(kept: Kept) -> int | None:
    """The household a row is about, if it is about one."""
    if isinstance(kept, Episode):
        return kept.subject_id if kept.subject == Subject.HOUSEHOLD.value else None
    return getattr(kept, "household_id", None)
