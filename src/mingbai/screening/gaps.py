"""What is missing for a whole input, list or place (整批缺项): one message, not a task each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.compiling import Cause, Program
from mingbai.engine.model.values import Text
from mingbai.screening.result import Gap
from mingbai.screening.states import RuleStates
from mingbai.tables import Intake


@dataclass(frozen=True)
class Lacks:
    """Facts that nobody has (缺项): in the whole input, in one list of households, or in one place."""

    everywhere: frozenset[Cause]
    in_list: frozenset[tuple[Cause, str]]
    in_place: frozenset[tuple[Cause, str]]

    def covers(self, cause: Cause, file: str, place: str) -> bool:
        """Whether a question about this fact here would be the same for everybody."""
        return (
            cause in self.everywhere
            or (cause, file) in self.in_list
            or (cause, place) in self.in_place
        )


def lacks_of(program: Program, intake: Intake, files: list[str], places: list[str]) -> Lacks:
    """Which facts of the program nobody has: over the input, by list and by the smallest place."""
    everywhere: set[Cause] = set()
    in_list: set[tuple[Cause, str]] = set()
    in_place: set[tuple[Cause, str]] = set()
    by_list, by_place = _Area(program, intake, files), _Area(program, intake, places)
    for cause in program.causes:
        if cause.kind != "fact":
            if cause.kind == "relation" and not _has_rows(intake, cause.entity):
                everywhere.add(cause)
            continue
        table = intake.tables.get(cause.entity)
        if table is None or cause.name not in intake.supplied.get(cause.entity, frozenset()):
            everywhere.add(cause)
            continue
        column = table.column(cause.name)
        if len(column) > 1 and column.null_count == len(column):
            everywhere.add(cause)
        elif column.null_count:
            in_list |= {(cause, name) for name in _empty(column, by_list.of(cause.entity))}
            in_place |= {(cause, name) for name in _empty(column, by_place.of(cause.entity))}
    return Lacks(frozenset(everywhere), frozenset(in_list), frozenset(in_place))


def _has_rows(intake: Intake, entity: str) -> bool:
    table = intake.tables.get(entity)
    return table is not None and table.num_rows > 0


class _Area:
    """A division of the households, by list or by place, and of the rows directly below them."""

    def __init__(self, program: Program, intake: Intake, names: list[str]) -> None:
        top = program.pack.top
        self.program, self.intake = program, intake
        self.keys = intake.tables[top.id].column(top.key or "").combine_chunks()
        self.rows = {top.id: pa.array(names, pa.string())}

    def of(self, entity: str) -> pa.Array | None:
        """The name for each row of an entity; none where it is not directly below the household."""
        if entity not in self.rows:
            item, top = self.program.pack.entities[entity], self.program.pack.top.id
            if item.parent != top:
                return None
            links = self.intake.tables[entity].column(item.link or "").combine_chunks()
            self.rows[entity] = self.rows[top].take(pc.index_in(links, value_set=self.keys))
        return self.rows[entity]


def _empty(column: pa.ChunkedArray, names: pa.Array | None) -> Iterator[str]:
    """Names with more than one row, none of which has the fact."""
    if names is None:
        return
    counted = (
        pa.table({"name": names, "value": column})
        .group_by("name")
        .aggregate([("value", "count"), ([], "count_all")])
    )
    for row in counted.to_pylist():
        if row["name"] and row["count_all"] > 1 and row["value_count"] == 0:
            yield row["name"]


@dataclass(frozen=True)
class OpenMasks:
    """What leaves households unknown (待核实来由): per rule and word the masks of the rows."""

    program: Program
    by_rule: tuple[tuple[str, int, pa.ChunkedArray], ...]

    @classmethod
    def of(
        cls,
        program: Program,
        states: Iterable[RuleStates],
        results: Mapping[str, pa.Table],
        homes: Callable[[str], list[int]],
    ) -> OpenMasks:
        """The masks of all rules with a role; those of rows below are joined into their household.

        ``homes`` gives for an entity below the position of each row's household (-1: none).
        """
        top = program.pack.top.id
        size = results[top].num_rows
        found = []
        for item in states:
            entity = item.rule.entity
            for word, column in program.lowered.rules[item.rule.id].why:
                masks = pc.if_else(item.unknown, results[entity].column(column), 0)
                if entity != top:
                    masks = _joined_rows(masks, homes(entity), size)
                found.append((item.rule.id, word, masks))
        return cls(program, tuple(found))

    def alike(self) -> Iterator[tuple[tuple[int, ...], list[int]]]:
        """The masks of all rules together, and the rows that have just these; rows in order."""
        if not self.by_rule:
            return
        names = [str(number) for number in range(len(self.by_rule))]
        table = pa.table(dict(zip(names, (column for *_, column in self.by_rule), strict=True)))
        table = table.append_column("row", pa.array(range(table.num_rows), pa.int64()))
        grouped = table.group_by(names, use_threads=False).aggregate([("row", "list")])
        masks = zip(*(grouped[name].to_pylist() for name in names), strict=True)
        yield from zip(masks, grouped["row_list"].to_pylist(), strict=True)

    def joined(self) -> dict[int, pa.ChunkedArray]:
        """Per word the union over all rules."""
        found: dict[int, pa.ChunkedArray] = {}
        for _, word, masks in self.by_rule:
            found[word] = pc.bit_wise_or(found[word], masks) if word in found else masks
        return found

    def rules(self) -> dict[Cause, list[str]]:
        """Per cause the rules it leaves unknown somewhere."""
        found: dict[Cause, list[str]] = {}
        for name, word, masks in self.by_rule:
            union = 0
            for mask in pc.unique(masks).to_pylist():
                union |= mask
            for cause in self.program.causes_in(word, union):
                found.setdefault(cause, []).append(name)
        return found


def _joined_rows(masks: pa.ChunkedArray, homes: list[int], size: int) -> pa.ChunkedArray:
    """Masks of rows below, united per household."""
    united = [0] * size
    for mask, rows in rows_by_mask(masks):
        for row in rows:
            if homes[row] >= 0:
                united[homes[row]] |= mask
    return pa.chunked_array([pa.array(united, pa.int64())])


def gaps_of(
    masks: OpenMasks,
    lacks: Lacks,
    files: list[str],
    places: list[str],
    regions: list[tuple[str, str]],
) -> tuple[Gap, ...]:
    """The messages of a run: facts, relations and parameters, with what they leave unknown."""
    program, counted = masks.program, Counter[tuple[Cause, str]]()
    local = {cause for cause, _ in lacks.in_list | lacks.in_place}
    for word, joined in masks.joined().items():
        for mask, rows in rows_by_mask(joined):
            for cause in program.causes_in(word, mask):
                if cause.kind == "parameter":
                    counted.update((cause, _where(program, cause, regions[row])) for row in rows)
                elif cause in lacks.everywhere:
                    counted[cause, ""] += len(rows)
                elif cause in local:
                    counted.update(_where_lacking(lacks, cause, files, places, rows))
    rules = masks.rules()
    gaps = [
        Gap(
            cause.kind,
            cause.name,
            _label(program, cause),
            where,
            number,
            tuple(program.rule(name) for name in rules.get(cause, ())),
        )
        for (cause, where), number in counted.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: (gap.kind != "parameter", -gap.households, gap.name)))


def _where_lacking(
    lacks: Lacks, cause: Cause, files: list[str], places: list[str], rows: list[int]
) -> Iterator[tuple[Cause, str]]:
    """For each row the list, else the place, in which nobody has the fact."""
    for row in rows:
        if (cause, files[row]) in lacks.in_list:
            yield cause, files[row]
        elif (cause, places[row]) in lacks.in_place:
            yield cause, places[row]


def rows_by_mask(masks: pa.ChunkedArray) -> Iterator[tuple[int, list[int]]]:
    """The rows of each mask that is not zero."""
    rows = pc.indices_nonzero(masks)
    groups: dict[int, list[int]] = {}
    values = masks.take(rows).to_pylist()
    for row, mask in zip(rows.to_pylist(), values, strict=True):
        groups.setdefault(mask, []).append(row)
    yield from groups.items()


def _where(program: Program, cause: Cause, region: tuple[str, str]) -> str:
    """The region a parameter lacks a value for, at the length its values are given for."""
    lengths = [len(value.region) for value in program.pack.parameters[cause.name].values]
    code, name = region
    if not any(lengths):
        return ""
    head = code[: max(2, min(length for length in lengths if length))]
    return f"{name}（{head}）" if name and head else head or name or "?"


def _label(program: Program, cause: Cause) -> Text:
    pack = program.pack
    if cause.kind == "parameter":
        return pack.parameters[cause.name].label
    if cause.kind == "relation":
        return pack.entities[cause.entity].label
    return pack.facts[cause.entity][cause.name].label
