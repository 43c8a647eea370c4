"""What a whole area lacks (整批缺项): one message for the run, not an open question for each household.

The same reading as `mingbai.screening.gaps`, counted over patterns and villages instead of households.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.decisions.judging import Judged, keys_in_text, spelled
from mingbai.decisions.picking import Keys
from mingbai.decisions.snapshot import Snapshot
from mingbai.engine.compiling import Cause, Program


@dataclass(frozen=True)
class Message:
    """Something lacking (缺项): a fact, records, a value of policy; everywhere, in a village or a region."""

    cause: str  # as `judging.spelled` writes it
    where: str  # "": in the whole area; else a village's code, or the digits of a region
    households: int  # whom it leaves unknown somewhere
    rules: tuple[str, ...]


def messages_of(judged: Judged, snapshot: Snapshot) -> list[dict[str, object]]:
    """The messages of a run, those about most households first; values of policy before facts."""
    counter = _Counter(judged)
    found = [
        Message(spelled(cause), where, count, counter.rules(cause))
        for cause in judged.program.causes
        for where, count in counter.lacking(cause, _villages_without(judged, snapshot, cause))
        if count
    ]
    found.sort(key=lambda one: (not one.cause.startswith("parameter:"), -one.households, one.cause))
    return [asdict(one) for one in found]


class _Counter:
    """Households by pattern and village (计数)."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.table = np.zeros((len(judged.standings), len(judged.villages)), np.int64)
        np.add.at(self.table, (judged.standing, judged.village), 1)
        self.open: dict[str, dict[str, list[int]]] = {}
        for number, standing in enumerate(judged.standings):
            for rule, causes in standing.causes.items():
                for cause in causes:
                    self.open.setdefault(cause, {}).setdefault(rule, []).append(number)

    def rules(self, cause: Cause) -> tuple[str, ...]:
        waiting = self.open.get(spelled(cause), {})
        return tuple(name for name in self.judged.rules if name in waiting)

    def lacking(self, cause: Cause, villages: npt.NDArray[np.bool_]) -> Iterator[tuple[str, int]]:
        waiting = self.open.get(spelled(cause), {})
        rows = sorted({number for numbers in waiting.values() for number in numbers})
        counts = self.table[rows].sum(axis=0)
        if cause.kind == "parameter":
            yield from self._by_region(cause, counts)
        elif villages.all():
            yield "", int(counts.sum())
        else:
            for place in np.flatnonzero(villages & (counts > 0)).tolist():
                yield self.judged.villages[place], int(counts[place])

    def _by_region(self, cause: Cause, counts: Keys) -> Iterator[tuple[str, int]]:
        """A value of policy is lacking for a region, at the length its values are given for."""
        values = self.judged.program.pack.parameters[cause.name].values
        lengths = [len(value.region) for value in values if value.region]
        digits = max(2, min(lengths)) if lengths else 0
        found: dict[str, int] = {}
        for code, count in zip(self.judged.villages, counts.tolist(), strict=True):
            found[code[:digits]] = found.get(code[:digits], 0) + count
        yield from sorted(found.items())


def _villages_without(judged: Judged, snapshot: Snapshot, cause: Cause) -> npt.NDArray[np.bool_]:
    """For each village whether nobody there has the fact; all true where the area lacks it."""
    size = len(judged.villages)
    table = snapshot.tables.get(cause.entity)
    if cause.kind == "relation":
        return np.full(size, table is None or table.num_rows == 0)
    if cause.kind == "parameter":
        return np.zeros(size, np.bool_)
    if table is None or cause.name not in snapshot.supplied.get(cause.entity, frozenset()):
        return np.ones(size, np.bool_)
    column = table.column(cause.name)
    if len(column) > 1 and column.null_count == len(column):
        return np.ones(size, np.bool_)
    homes = _home_rows(judged.program, judged.keys, table, cause.entity)
    if homes is None or not column.null_count:
        return np.zeros(size, np.bool_)
    village = judged.village[homes]
    known = pc.is_valid(column).to_numpy()
    rows = np.bincount(village, minlength=size)
    named = np.array([bool(code) for code in judged.villages])
    return named & (rows > 1) & (np.bincount(village[known], minlength=size) == 0)


def _home_rows(program: Program, keys: Keys, table: pa.Table, entity: str) -> Keys | None:
    """For each row of the household or of an entity directly below it the household's row."""
    item, top = program.pack.entities[entity], program.pack.top
    if item.parent is None:
        return np.arange(len(keys))
    if item.parent != top.id:
        return None
    found: Keys = np.searchsorted(keys, keys_in_text(table, item.link or ""))
    return found
