"""What was not known (待核实), and what settles it: the rules' own bounds, a record, or asking the family."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo.judge.figures import Line, Rate, Section
from mingbai.demo.judge.seen import Seen
from mingbai.engine.compiling import Cause, compile_bound
from mingbai.engine.model.values import Text
from mingbai.screening.gaps import Lacks, OpenMasks, lacks_of, rows_by_mask
from mingbai.screening.people import Below

Flags = npt.NDArray[np.bool_]


def unknown_section(seen: Seen) -> Section:
    """Household × rule where a fact that the rule reads is lacking, by what settles it."""
    settled, asked = 0, 0
    records = 0
    lacking = Lacking(seen)
    opened = Opened(seen)
    lines = []
    for name, item in seen.states.items():
        if item.rule.entity != seen.screening.program.pack.top.id:
            continue
        missing = lacking.of(name)
        unknown = _flags(item.unknown)
        own = int((missing & ~unknown).sum())
        by_record, by_asking = opened.of(name)
        settled, records, asked = settled + own, records + by_record, asked + by_asking
        if by_record + by_asking:
            lines.append(Line(f"rule:{name}", item.rule.label, _rates(own, by_record, by_asking)))
    every = Line("all", Text("所有户的所有规则", "all rules at all households"),
                 _rates(settled, records, asked))  # fmt: skip
    return Section(
        "unknowns", Text("待核实怎么解决", "What settles an unknown"),
        Text(
            "缺事实的“户×规则”：有的不管那件事是什么结果都一样，或者那件事不适用（自己就定了）；有的等一份名单或一个公布值（整批缺）；其余的要上门问。",
            "Household by rule, where a fact is lacking: settled by itself, for the outcome is the same "
            "whatever the fact is, or it does not apply; waiting for a list or a published value that a "
            "whole area lacks; and the rest, which has to be asked at the door.",
        ),
        {
            "bounds": Text("规则自己定了", "settled by the rule's bounds"),
            "records": Text("等名单或公布值", "by a record"),
            "asking": Text("要问", "by asking"),
        },
        (every, *lines),
    )  # fmt: skip


def _rates(bounds: int, records: int, asking: int) -> dict[str, Rate]:
    whole = bounds + records + asking
    return {
        "bounds": Rate(bounds, whole), "records": Rate(records, whole), "asking": Rate(asking, whole),
    }  # fmt: skip


def _flags(mask: pa.ChunkedArray) -> Flags:
    found: Flags = pc.fill_null(mask, False).to_numpy()
    return found


class Lacking:
    """Households in which a fact that a rule reads stands empty (缺事实)."""

    def __init__(self, seen: Seen) -> None:
        self.program, self.tables = seen.screening.program, seen.screening.intake.tables
        self.below = Below(self.program.pack, self.tables, seen.screening.results)
        self.size = seen.screening.households
        self._known: dict[tuple[str, str], Flags] = {}
        self._homes: dict[str, npt.NDArray[np.int64]] = {}

    def of(self, name: str) -> Flags:
        """The households for a rule, whatever its outcome."""
        plans = compile_bound(self.program.bound, outputs=[name], bounds=False).lowered.plans
        facts = {(entity, fact) for entity, plan in plans.items() for fact in plan.facts}
        facts |= {one for plan in plans.values() for one in plan.above}
        missing = np.zeros(self.size, np.bool_)
        for entity, fact in facts:
            missing |= self._missing(entity, fact)
        return missing

    def _missing(self, entity: str, fact: str) -> Flags:
        if (entity, fact) not in self._known:
            table = self.tables.get(entity)
            if table is None or fact not in table.column_names:
                found = np.ones(self.size, np.bool_)
            else:
                rows = np.flatnonzero(_flags(pc.is_null(table.column(fact))))
                found = np.zeros(self.size, np.bool_)
                homes = self._rows(entity)[rows]
                found[homes[homes >= 0]] = True
            self._known[entity, fact] = found
        return self._known[entity, fact]

    def _rows(self, entity: str) -> npt.NDArray[np.int64]:
        """For each row the place of its household."""
        if entity not in self._homes:
            top = entity == self.program.pack.top.id
            homes = np.arange(self.size) if top else np.array(self.below.homes(entity), np.int64)
            self._homes[entity] = homes.astype(np.int64)
        return self._homes[entity]


class Opened:
    """Which unknown outcomes wait only for what a whole area lacks (整批缺), and which for people."""

    def __init__(self, seen: Seen) -> None:
        screening = seen.screening
        self.program = screening.program
        table = seen.households
        self.files = [name or "" for name in table["_file"].to_pylist()]
        self.places = [name or "" for name in table[self.program.pack.top.places[-1]].to_pylist()]
        self.lacks: Lacks = lacks_of(self.program, screening.intake, self.files, self.places)
        below = Below(self.program.pack, screening.intake.tables, screening.results)
        results = dict(screening.results)
        masks = OpenMasks.of(self.program, seen.states.values(), results, below.homes)
        self.masks: dict[str, list[tuple[int, pa.ChunkedArray]]] = {}
        for name, word, mask in masks.by_rule:
            self.masks.setdefault(name, []).append((word, mask))
        self.size = screening.households

    def of(self, name: str) -> tuple[int, int]:
        """By a record, by asking."""
        unknown, asking = np.zeros(self.size, np.bool_), np.zeros(self.size, np.bool_)
        for word, mask in self.masks.get(name, ()):
            for one, rows in rows_by_mask(mask):
                causes = list(self.program.causes_in(word, one))
                unknown[rows] = True
                asking[list(self._asked(causes, rows))] = True
        both = int(asking.sum())
        return int(unknown.sum()) - both, both

    def _asked(self, causes: list[Cause], rows: list[int]) -> Iterator[int]:
        """The rows where something else is lacking too than what a list or a published value brings."""
        open_ = [
            one for one in causes if one.kind != "parameter" and one not in self.lacks.everywhere
        ]
        local = {cause for cause, _ in self.lacks.in_list | self.lacks.in_place}
        if any(one not in local for one in open_):
            yield from rows
        elif open_:
            for row in rows:
                here = self.files[row], self.places[row]
                if not all(self.lacks.covers(one, *here) for one in open_):
                    yield row
