"""Lists against the register, topic by topic (比对): whole columns at a time, subjects in blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.households.topics import Span, Topic
from mingbai.intake.choices import Choices
from mingbai.intake.difference import PLACE, Cell, Listed, TopicDifference, Update
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.origins import Origin, origins
from mingbai.intake.standing import open_values, standing_rows

_PERIOD = ("id", "subject", "valid_from", "valid_to")


@dataclass(frozen=True)
class Question:
    """What is compared (比对项): claims of one topic, over which period, observed when, said by whom.

    `claims` has `number`, `id` (null: not in the register), the columns, and where the row stood.
    """

    topic: Topic
    columns: tuple[str, ...]
    claims: pa.Table
    starts: date
    ends: date | None
    as_of: date
    sources: Mapping[str, str]
    source: str
    choices: Choices = field(default_factory=Choices)


def compare(question: Question) -> TopicDifference:
    """The difference of one topic. One query a block of subjects; origins only of what differs."""
    claims = _telling(question.claims, question.columns)
    known = pc.is_valid(claims["id"])
    fresh = [claims.filter(pc.invert(known))]
    topic = question.topic
    found = TopicDifference(
        topic, question.columns, question.starts, question.ends, claims.slice(0, 0), question.source
    )
    mine = claims.filter(known)
    differing: list[_Differing] = []
    seen: list[pa.Array] = []
    reading = standing_rows(
        topic.model, topic.subject_column, mine["id"].to_pylist(), question.starts, question.ends
    )
    for rows in reading:
        current = _current(question, rows)
        block = mine.filter(pc.is_in(mine["id"], value_set=current["subject"].combine_chunks()))
        seen.append(block["id"].combine_chunks())
        differing += _differing(question, block, current)
        found.unchanged += block.num_rows
    told = pa.concat_arrays(seen) if seen else pa.array([], pa.int64())
    fresh.append(mine.filter(pc.invert(pc.is_in(mine["id"], value_set=told))))
    found.new = pa.concat_tables(fresh)
    _judge(question, differing, found)
    return found


def _telling(claims: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The rows that say anything in these columns."""
    says = pa.chunked_array([pa.repeat(pa.scalar(False), claims.num_rows)])
    for name in columns:
        says = pc.or_(says, pc.is_valid(claims[name]))
    return claims.filter(says)


def _current(question: Question, rows: Any) -> pa.Table:
    """Of each subject the record of the day, or the last one of the period where none covers the day."""
    topic = question.topic
    names = ("id", topic.subject_column, "valid_from", "valid_to", *question.columns)
    values = list(zip(*rows.values_list(*names), strict=True)) or [()] * len(names)
    kinds = [pa.int64(), pa.int64(), pa.date32(), pa.date32()]
    kinds += [question.claims.schema.field(name).type for name in question.columns]
    columns = [
        pa.array(open_values(topic, name, column), kind)
        for name, column, kind in zip(names, values, kinds, strict=True)
    ]
    table = pa.table(columns, names=[*_PERIOD, *question.columns])
    if pc.count_distinct(table["subject"]).as_py() == table.num_rows:
        return table
    covers = pc.and_kleene(
        pc.less_equal(table["valid_from"], question.as_of),
        pc.fill_null(pc.greater(table["valid_to"], question.as_of), True),
    )
    keys = [("subject", "ascending"), ("covers", "ascending"), ("valid_from", "ascending")]
    ordered = table.append_column("covers", covers).sort_by(keys)
    subjects = ordered["subject"].to_pylist()
    last = [
        at for at, one in enumerate(subjects) if at + 1 == len(subjects) or subjects[at + 1] != one
    ]
    return ordered.take(pa.array(last, pa.int64())).drop_columns(["covers"])


@dataclass(frozen=True, slots=True)
class _Differing:
    """A cell that differs: the record, its period, and both values."""

    subject: int
    record: int
    valid_from: date
    valid_to: date | None
    cell: Cell


def _differing(question: Question, block: pa.Table, current: pa.Table) -> list[_Differing]:
    where = pc.index_in(block["id"], value_set=current["subject"].combine_chunks())
    found = []
    for name in question.columns:
        mine, theirs = block[name], current[name].take(where)
        differs = pc.fill_null(pc.not_equal(mine, theirs), True)
        places = pc.indices_nonzero(pc.and_(pc.is_valid(mine), differs))
        if not len(places):
            continue
        rows = block.take(places)
        records = current.take(where.combine_chunks().take(places)).select(_PERIOD)
        cells = zip(
            rows["number"].to_pylist(), rows["id"].to_pylist(), rows[name].to_pylist(),
            theirs.take(places).to_pylist(), *(rows[one].to_pylist() for one in (PLACE[0], PLACE[2])),
            *(records[one].to_pylist() for one in ("id", "valid_from", "valid_to")), strict=True,
        )  # fmt: skip
        key = question.topic.key
        for number, subject, after, before, file, row, record, starts, ends in cells:
            cell = Cell(key, name, number, before, after, file=file or "", row=row)
            found.append(_Differing(subject, record, starts, ends, cell))
    return found


def _judge(question: Question, differing: list[_Differing], found: TopicDifference) -> None:
    """Which differences are changes and which are conflicts; a blank of the register is filled."""
    said = [(one.record, one.cell.column) for one in differing if one.cell.before is not None]
    known = origins(question.topic, said)
    changed = {one.subject for one in differing}
    found.unchanged -= len(changed)
    for one in differing:
        origin = known.get((one.record, one.cell.column))
        cell = _with_origin(one.cell, origin)
        kind = _conflict(question, one, origin)
        if kind is not None and not question.choices.takes(kind, cell):
            found.listed.append(_listed(question.topic, kind, cell))
            continue
        if kind is None and question.choices.leaves(cell):
            continue
        found.changed.append(cell)
        update = found.updates.get(one.subject)
        if update is None:
            source = question.sources.get(cell.column, question.source)
            update = found.updates[one.subject] = Update(*_period(question, one), {}, source)
        update.values[cell.column] = cell.after


def _with_origin(cell: Cell, origin: Origin | None) -> Cell:
    if origin is None:
        return cell
    day = origin.observed_on or origin.valid_from
    return Cell(
        cell.topic, cell.column, cell.subject, cell.before, cell.after, origin.source, day,
        cell.file, cell.row,
    )  # fmt: skip


def _conflict(question: Question, one: _Differing, origin: Origin | None) -> DiscrepancyKind | None:
    if origin is None:  # nothing stands in this column
        return None
    if origin.corrected:
        return DiscrepancyKind.CORRECTED
    lasting = question.topic.span == Span.LASTING
    later = lasting and one.valid_from > question.as_of
    if later or (origin.observed_on is not None and origin.observed_on > question.as_of):
        return DiscrepancyKind.NEWER
    return None


def _period(question: Question, one: _Differing) -> tuple[date, date | None]:
    """Over which days a change holds: from the day of the list, or the whole period of the record."""
    if question.topic.span == Span.PERIOD:
        return one.valid_from, one.valid_to
    if one.valid_from > question.as_of:
        return question.starts, question.ends
    return question.starts, one.valid_to


def _listed(topic: Topic, kind: DiscrepancyKind, cell: Cell) -> Listed:
    if topic.subject.value == "person":
        return Listed(kind, cell, person=cell.subject)
    return Listed(kind, cell, household=cell.subject)
