"""Writing a difference (执行导入): slices under one open batch, made seen by one row at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from django.db.models import Q

from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter, lots
from mingbai.common.bulk import reserve_ids
from mingbai.households.enums import HouseholdEnd, MembershipReason, Subject
from mingbai.households.models import Household, HouseholdLife, Membership, Person, Status
from mingbai.households.search import index_households
from mingbai.intake.difference import Difference, Episode, TopicDifference
from mingbai.intake.listing import Sealed, write_discrepancies
from mingbai.intake.records import TOPIC_OF
from mingbai.intake.rewriting import rewrite
from mingbai.intake.search_rows import write_new_entries
from mingbai.intake.work import SUBJECTS, Applying, Progress
from mingbai.intake.writing_rows import record_rows, topic_columns, topic_rows
from mingbai.intake.writing_terms import SCHOOLING, write_schooling

_HEAD = "head"
_INDEXED = 500  # households whose search entries are made at a time
_MEMBERSHIP = (
    "person_id", "household_id", "relation", "valid_from", "valid_to", "reason_in", "reason_out",
)  # fmt: skip
_STATUS = (
    "subject", "subject_id", "kind", "valid_from", "valid_to", "cause", "reason", "case",
)  # fmt: skip


def apply_difference(
    batch: Batch,
    difference: Difference,
    listed: Sequence[Sealed],
    *,
    apply_gone: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write what the difference proposes under an open batch; nobody sees it before it is recorded."""
    work = Applying(batch, difference, BatchWriter(batch, progress))
    _write_people(work)
    for part in difference.topics:
        if part.topic is not SCHOOLING:
            _write_topic(work, part)
    write_schooling(work)
    _write_statuses(work)
    _write_records(work)
    if apply_gone:
        _end_gone(work)
    write_discrepancies(work, listed)
    write_new_entries(work)
    _index(work, progress)


def _write_people(work: Applying) -> None:
    people, standing = work.difference.people, work.difference.standing
    for subject, model, numbers, known in (
        (Subject.HOUSEHOLD, Household, people.households, standing.households),
        (Subject.PERSON, Person, people.persons, standing.persons),
    ):
        ids = list(reserve_ids(model, len(numbers)))
        fresh = [pa.array(ids, pa.int64()), pa.array(numbers, pa.string())]
        table = pa.table(fresh, names=["id", "number"])
        work.ids[subject] = pa.concat_tables([known.select(["id", "number"]), table])
        work.writer.insert(model, ("id", "number"), zip(ids, numbers, strict=True), total=len(ids))
        if subject == Subject.HOUSEHOLD:
            rows = ((key, work.day, None, "") for key in ids)
            columns = ("household_id", "valid_from", "valid_to", "ended_because")
            work.writer.insert(HouseholdLife, columns, rows, total=len(ids))
    _write_memberships(work)
    _write_relations(work)


def _write_memberships(work: Applying) -> None:
    said = work.difference.people.memberships
    persons = work.keys(Subject.PERSON, [one[0] for one in said]).to_pylist()
    homes = work.keys(Subject.HOUSEHOLD, [one[1] for one in said]).to_pylist()
    work.touched.update(homes)
    rows = (
        (person, home, one[2], work.day, None, MembershipReason.INITIAL.value, "")
        for person, home, one in zip(persons, homes, said, strict=True)
    )
    work.writer.insert(Membership, _MEMBERSHIP, rows, total=len(persons))


def _write_relations(work: Applying) -> None:
    """Another relation to the head, from the day of the list on."""
    relations = work.difference.people.relations
    persons = work.keys(Subject.PERSON, list(relations)).to_pylist()
    new = dict(zip(persons, relations.values(), strict=True))
    for few in lots(sorted(new), SUBJECTS):
        ended, begun = [], []
        rows = Membership.objects.recorded(within=work.batch).on(work.day).filter(person_id__in=few)
        for row in rows:
            said, home = new[row.person_id], (row.person_id, row.household_id)
            reason = "headship" if _HEAD in (said, row.relation) else "other"
            ended.append(row.pk)
            work.touched.add(row.household_id)
            if row.valid_from < work.day:
                begun.append((*home, row.relation, row.valid_from, work.day, row.reason_in, reason))
            begun.append((*home, said, work.day, row.valid_to, reason, row.reason_out))
        work.writer.end(Membership, ended)
        work.writer.insert(Membership, _MEMBERSHIP, begun)


def _write_topic(work: Applying, part: TopicDifference) -> None:
    """New records as they come, changed ones by the register's own sequenced update."""
    subjects = work.keys(part.topic.subject, part.new["number"])
    columns = topic_columns(part.topic, part.columns)
    rows = topic_rows(part, subjects, work.day)
    work.writer.insert(part.topic.model, columns, rows, total=part.new.num_rows)
    rewrite(work, part.topic, part.updates)
    if part.topic.key == "residence":
        work.touched.update(part.updates, subjects.to_pylist())
    elif part.topic.key == "identity":
        work.touch_homes(part.updates)


def _write_statuses(work: Applying) -> None:
    statuses = work.difference.statuses
    work.writer.end(Status, list(statuses.closed))
    every = [*statuses.begun, *(one for one in statuses.closed.values() if one is not None)]
    homes = work.keys(Subject.HOUSEHOLD, [one.household for one in every]).to_pylist()
    rows = (_status(home, one) for home, one in zip(homes, every, strict=True))
    work.writer.insert(Status, _STATUS, rows, total=len(every))


def _status(home: int, one: Episode) -> tuple[Any, ...]:
    period = (str(one.kind), one.starts, one.ends)
    return (Subject.HOUSEHOLD.value, home, *period, one.cause, one.reason, "")


def _write_records(work: Applying) -> None:
    days = dict(TOPIC_OF.values())
    for part in work.difference.records:
        columns = [name for name in part.new.column_names if name in part.topic.columns]
        subjects = work.keys(part.topic.subject, part.new["number"])
        said = (part.source, work.day)
        rows = record_rows(part.topic, columns, days[part.topic.key], part.new, subjects, said)
        names = topic_columns(part.topic, columns)
        work.writer.insert(part.topic.model, names, rows, total=part.new.num_rows)


def _end_gone(work: Applying) -> None:
    """End the memberships and households that a whole list no longer has, on the day of the list."""
    gone = work.difference.gone
    left = {"reason_out": MembershipReason.OTHER.value}
    for few in lots(sorted({one[0] for one in gone.persons}), SUBJECTS):
        _cut(work, Membership, Q(person_id__in=few), left)
    for few in lots(sorted(one[0] for one in gone.households), SUBJECTS):
        _cut(work, Membership, Q(household_id__in=few), left)
        _cut(
            work,
            HouseholdLife,
            Q(household_id__in=few),
            {"ended_because": HouseholdEnd.OTHER.value},
        )
        _cut(work, Status, Q(subject=Subject.HOUSEHOLD, subject_id__in=few), {})


def _cut(work: Applying, model: Any, which: Q, said: Mapping[str, Any]) -> None:
    """Let standing rows end on the day."""
    names = [one.attname for one in model._meta.concrete_fields]
    names = [name for name in names if name not in ("id", "begun_by_id", "ended_by_id")]
    rows = list(model.objects.recorded(within=work.batch).on(work.day).filter(which))
    begun = []
    for row in rows:
        work.touched.update({row.household_id} if "household_id" in names else ())
        values = {**{name: getattr(row, name) for name in names}, **said, "valid_to": work.day}
        if row.valid_from < work.day:
            begun.append(tuple(values[name] for name in names))
    work.writer.end(model, [row.pk for row in rows])
    work.writer.insert(model, names, begun)


def _index(work: Applying, progress: Progress | None) -> None:
    """Search entries of households that stood before, by the register's own making."""
    fresh = set(work.keys(Subject.HOUSEHOLD, work.difference.people.households).to_pylist())
    rest = sorted(work.touched - fresh)
    done = 0
    for few in lots(rest, _INDEXED):
        index_households(batch=work.batch, household_ids=few)
        done += len(few)
        if progress is not None:
            progress("search", done, len(rest))
