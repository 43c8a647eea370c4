"""Which facts a township was never supplied with (资料未接入): to be loaded for all, not asked of each.

Decided by a run over many households and kept with it, so that one record moves its own household alone. Of
the households that a fact concerns some have it and some wait for it; where hardly any have it, the list that
it comes from was not loaded. A value of policy that nobody published is asked of no household either.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from mingbai.decisions.judging import Judged, keys_in_text, spelled
from mingbai.decisions.picking import Keys
from mingbai.decisions.snapshot import Snapshot
from mingbai.engine.compiling import Cause
from mingbai.places.enums import DIGITS, Level

#: Fewer than one in so many households have it: the list was not loaded, whoever has it was asked.
ONE_IN = 20
#: Where fewer wait than this, or than one in `ONE_IN` of the township, they are asked one by one.
LEAST = 20

#: Township → causes, as `judging.spelled` writes them.
Unsupplied = Mapping[str, list[str]]


def unsupplied_of(judged: Judged, snapshot: Snapshot) -> dict[str, list[str]]:
    """Township (nine digits) → what hardly any household there has; those that lack nothing are not named."""
    supply = _Supply(judged, snapshot)
    found: dict[str, list[str]] = {}
    for cause in judged.program.causes:
        waiting = supply.waiting(cause)
        if waiting.any():
            lacks = waiting > 0 if cause.kind == "parameter" else supply.lacks(cause, waiting)
            for place in np.flatnonzero(lacks).tolist():
                found.setdefault(supply.townships[place], []).append(spelled(cause))
    found.pop("", None)
    return found


class _Supply:
    """Households by township (各乡镇户数): who waits for a fact, and who has it."""

    def __init__(self, judged: Judged, snapshot: Snapshot) -> None:
        self.judged, self.snapshot = judged, snapshot
        digits = DIGITS[Level.TOWNSHIP]
        self.townships = sorted({code[:digits] for code in judged.villages})
        of_village = np.array([self.townships.index(code[:digits]) for code in judged.villages])
        self.township = of_village[judged.village]
        self.by_pattern = np.zeros((len(judged.standings), len(self.townships)), np.int64)
        np.add.at(self.by_pattern, (judged.standing, self.township), 1)
        self.open: dict[str, set[int]] = {}
        for number, standing in enumerate(judged.standings):
            for causes in standing.causes.values():
                for cause in causes:
                    self.open.setdefault(cause, set()).add(number)
        self.homes: dict[str, Keys | None] = {
            judged.program.pack.top.id: np.arange(len(judged.keys))
        }

    def waiting(self, cause: Cause) -> Keys:
        """Households of each township that are unknown somewhere for want of it."""
        found: Keys = self.by_pattern[sorted(self.open.get(spelled(cause), ()))].sum(axis=0)
        return found

    def lacks(self, cause: Cause, waiting: Keys) -> npt.NDArray[np.bool_]:
        """For each township whether hardly any of those whom it concerns have it."""
        has, everybody = self._having(cause), self.by_pattern.sum(axis=0)
        many = (waiting >= LEAST) & (waiting * ONE_IN >= everybody)
        lacks: npt.NDArray[np.bool_] = many & (has * ONE_IN < waiting + has)
        return lacks

    def _having(self, cause: Cause) -> Keys:
        """Households of each township with a row that has the fact; of a relation with a row."""
        having = np.zeros(len(self.judged.keys), np.bool_)
        table, homes = self.snapshot.tables.get(cause.entity), self._homes(cause.entity)
        if table is not None and homes is not None:
            if cause.kind == "relation":
                having[homes] = True
            elif cause.name in table.column_names:
                having[homes[pc.is_valid(table.column(cause.name)).to_numpy()]] = True
        found: Keys = np.bincount(self.township[having], minlength=len(self.townships))
        return found

    def _homes(self, entity: str) -> Keys | None:
        """For each row of an entity the place of its household; None where the register has none."""
        if entity not in self.homes:
            item, table = (
                self.judged.program.pack.entities[entity],
                self.snapshot.tables.get(entity),
            )
            above = self._homes(item.parent) if item.parent else None
            if table is None or above is None or item.parent is None:
                self.homes[entity] = None
            else:
                link = keys_in_text(table, item.link or "")
                self.homes[entity] = above[np.searchsorted(self._keys(item.parent), link)]
        return self.homes[entity]

    def _keys(self, entity: str) -> Keys:
        """The keys of an entity's rows, which lie by key."""
        item = self.judged.program.pack.entities[entity]
        if item.parent is None:
            return self.judged.keys
        return keys_in_text(self.snapshot.tables[entity], item.key or "")
