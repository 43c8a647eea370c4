"""What a person ticked off or decided row by row (逐行取舍), and how a row is known again when it is written.

A row is known by a keyed digest: the list is compared anew when it is written, and what was said of a row
must meet the same row. To leave something out the same place is enough; to take a value against the
register's own, both values must still be what the person saw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.households.closing import keys
from mingbai.households.topics import TOPICS
from mingbai.intake.enums import DiscrepancyKind, Verdict

if TYPE_CHECKING:
    from mingbai.intake.difference import Cell

_PURPOSE = "import choice"
_TAKEABLE = (DiscrepancyKind.NEWER, DiscrepancyKind.CORRECTED)
_OWNERS = (("household", "household_id"), ("person", "person_id"))


@dataclass
class Choices:
    """What is left out and what is taken against the register (取舍); `left` and `taken` count what met."""

    leaving: frozenset[bytes] = frozenset()
    taking: frozenset[bytes] = frozenset()
    left: int = field(default=0, compare=False)
    taken: int = field(default=0, compare=False)

    @classmethod
    def of(cls, said: Iterable[tuple[str, bytes]]) -> Choices:
        """Verdicts with the marks of their rows."""
        every = [(verdict, bytes(mark)) for verdict, mark in said]
        return cls(
            frozenset(mark for verdict, mark in every if verdict == Verdict.LEAVE),
            frozenset(mark for verdict, mark in every if verdict == Verdict.TAKE),
        )

    def leaves(self, cell: Cell) -> bool:
        """Whether a change is not to be written."""
        found = bool(self.leaving) and leave_mark(cell) in self.leaving
        self.left += found
        return found

    def takes(self, kind: DiscrepancyKind, cell: Cell) -> bool:
        """Whether the list's value is taken although the register's is newer or was corrected."""
        found = bool(self.taking) and takeable(kind, cell) and take_mark(kind, cell) in self.taking
        self.taken += found
        return found

    def without_left(self, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
        """The lists without the new households and persons that are left out, and all they say of them."""
        if not self.leaving:
            return tables
        for entity, column in _OWNERS:
            numbers = tables[entity][column].unique().to_pylist()
            out = [one for one in numbers if one and new_mark(entity, one) in self.leaving]
            self.left += len(out)
            if out:
                gone = pa.array(out, pa.string())
                tables = {name: _without(table, column, gone) for name, table in tables.items()}
        return tables

    def digest(self, layouts: Iterable[int] = ()) -> str:
        """By which an import is known to have been made with these choices; empty without any."""
        said = [mark.hex() for mark in sorted(self.leaving | self.taking)]
        said += [str(one) for one in sorted(layouts)]
        return hashlib.sha256(" ".join(said).encode()).hexdigest() if said else ""


def _without(table: pa.Table, column: str, gone: pa.Array) -> pa.Table:
    if column not in table.column_names:
        return table
    return table.filter(pc.invert(pc.is_in(table[column], value_set=gone)))


def takeable(kind: DiscrepancyKind, cell: Cell) -> bool:
    """Whether a person may say that the list is right: values alone, and none that is not shown."""
    topic = TOPICS.get(cell.topic)
    return kind in _TAKEABLE and topic is not None and topic.restriction is None


def leave_mark(cell: Cell) -> bytes:
    """A change by its place in the register and in the list."""
    return keys().digest(
        f"leave {cell.topic}.{cell.column} {cell.subject} {cell.file} {cell.row}", _PURPOSE
    )


def take_mark(kind: DiscrepancyKind, cell: Cell) -> bytes:
    """A conflict by its place and by both values, with who said the register's and when."""
    place = f"{cell.topic}.{cell.column} {cell.subject} {cell.file} {cell.row}"
    said = f"{cell.before} {cell.after} {cell.source} {cell.day}"
    return keys().digest(f"take {kind.value} {place} {said}", _PURPOSE)


def new_mark(entity: str, number: str) -> bytes:
    """A new household or person by its number."""
    return keys().digest(f"new {entity} {number}", _PURPOSE)
