"""Undoing one action (撤销办理): by a new batch, while nothing later rests on it; what was known stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q

from mingbai.audit.actions import recording
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch
from mingbai.audit.records import Recorded
from mingbai.audit.tables import recorded_models
from mingbai.households.actions.contradicting import refuse_contradictions
from mingbai.households.draft import load_draft
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.indexing import index_households
from mingbai.households.models import Household, HouseholdLife, Membership, Person, Status
from mingbai.households.topics import TOPICS, topics_about
from mingbai.households.writing import end_rows

_BASE = (Household, Person)


def undo_action(*, actor: str, reason: str, batch_id: int) -> Batch:
    """Undo a single action: end what it began, begin again what it ended (撤销). Returns the undoing batch.

    Raises HOME-050 when later batches rest on it, HOME-051 when the register would then be wrong, HOME-052
    when there is nothing to undo.
    """
    if not reason.strip():
        raise error("HOME-029", action="households.action.undone")
    with recording(actor=actor, action="households.action.undone", reason=reason,
                   target=f"batch:{batch_id}") as back:  # fmt: skip
        batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
        rows = {} if batch is None else _rows_of(batch)
        done = Batch.objects.filter(undoes_id=batch_id, recorded_at__isnull=False)
        single = batch is not None and batch.kind in (BatchKind.ACTION, BatchKind.UNDO)
        if batch is None or batch.recorded_at is None or not rows or not single or done.exists():
            raise error("HOME-052", batch=batch_id)
        Batch.objects.filter(pk=back.pk).update(kind=BatchKind.UNDO, undoes=batch)
        homes, people = _subjects(rows)
        _hold(homes, people)
        before = load_draft(date.min, homes, people)
        _refuse_built_on(batch, rows)
        for model, (begun, ended) in rows.items():
            end_rows(back, model, begun)
            model.objects.bulk_create([_copy(model, row, back) for row in ended])
        refuse_contradictions(undone=batch_id, before=before.before, homes=homes, people=people)
        index_households(batch=back, household_ids=_indexed(homes, people))
        back.event_data.update(undone=batch_id, households=sorted(homes), persons=sorted(people))
    return back


Touched = dict[type[Recorded], tuple[list[Any], list[Any]]]


def _rows_of(batch: Batch) -> Touched:
    """Rows that the batch began and rows that it ended, by table."""
    found: Touched = {}
    for model in recorded_models():
        if model.derived:
            continue
        begun = list(model.objects.filter(begun_by=batch))
        ended = list(model.objects.filter(ended_by=batch).exclude(begun_by=batch))
        if begun or ended:
            found[model] = begun, ended
    return found


def _subjects(rows: Touched) -> tuple[set[int], set[int]]:
    homes: set[int] = set()
    people: set[int] = set()
    for model, parts in rows.items():
        for row in (*parts[0], *parts[1]):
            if model in _BASE:
                (homes if model is Household else people).add(row.pk)
            homes.update({row.household_id} if hasattr(row, "household_id") else ())
            people.update({row.person_id} if hasattr(row, "person_id") else ())
            if hasattr(row, "subject_id"):
                (homes if row.subject == Subject.HOUSEHOLD else people).add(row.subject_id)
    return homes, people


def _hold(homes: set[int], people: set[int]) -> None:
    for model, keys in ((Household, homes), (Person, people)):
        list(model.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def _refuse_built_on(batch: Batch, rows: Touched) -> None:
    """Raises HOME-050: rows of the batch were rewritten, or more is recorded of whom it registered."""
    later: Counter[int] = Counter()
    for model, (begun, ended) in rows.items():
        later.update(row.ended_by_id for row in begun if row.ended_by_id)
        if model in _BASE and ended:
            raise error(
                "HOME-052", batch=batch.pk
            )  # an undone registration: register again instead
    for base, subject in ((Household, Subject.HOUSEHOLD), (Person, Subject.PERSON)):
        new = [row.pk for row in rows.get(base, ([], []))[0]]
        for model in recorded_models() if new else ():
            about = _about(model, subject, new)
            if about is not None:
                later.update(about.exclude(begun_by=batch).values_list("begun_by_id", flat=True))
    for life in rows.get(HouseholdLife, ([], []))[0]:
        if life.valid_to is not None:
            later.update(_ended_with(life, batch))
    later.update(_cut_short(batch, rows))
    if later:
        named = ", ".join(str(key) for key in sorted(later)[:10])
        raise error("HOME-050", batch=batch.pk, count=sum(later.values()), later=named)


def _ended_with(life: Any, batch: Batch) -> Iterator[int]:
    """Batches that recorded something later which ends with the household: it would stay cut short."""
    home = life.household_id
    for topic in topics_about(Subject.HOUSEHOLD):
        rows = topic.model.objects.recorded().filter(household_id=home, valid_to=life.valid_to)
        yield from rows.filter(begun_by__gt=batch.pk).values_list("begun_by_id", flat=True)
    rows = Status.objects.recorded().filter(subject=Subject.HOUSEHOLD, subject_id=home)
    rows = rows.filter(valid_to=life.valid_to, begun_by__gt=batch.pk)
    yield from rows.values_list("begun_by_id", flat=True)


def _cut_short(batch: Batch, rows: Touched) -> Iterator[int]:
    """Batches that told later what lasts until the batch's own: it would end there, and nothing follow."""
    for topic in TOPICS.values():
        begun = rows.get(topic.model, ([], []))[0]
        if begun and not topic.many:
            subjects = {getattr(row, topic.subject_column) for row in begun}
            before = topic.model.objects.recorded().filter(
                **{f"{topic.subject_column}__in": subjects},
                valid_to__in={row.valid_from for row in begun},
                begun_by__gt=batch.pk,
            )
            yield from before.values_list("begun_by_id", flat=True)


def _about(model: type[Recorded], subject: Subject, keys: list[int]) -> Any:
    """What stands about these in a table; None: the table is not about such."""
    names = {field.column for field in model._meta.concrete_fields}
    if model.derived:
        return None
    if f"{subject.value}_id" in names:
        return model.objects.recorded().filter(**{f"{subject.value}_id__in": keys})
    if "subject_id" in names:
        return model.objects.recorded().filter(subject=subject, subject_id__in=keys)
    return None


def _copy(model: type[Recorded], row: Any, back: Batch) -> Any:
    skipped = {"id", "begun_by_id", "ended_by_id"}
    names = [f.attname for f in model._meta.concrete_fields if f.attname not in skipped]
    return model(begun_by=back, **{name: getattr(row, name) for name in names})


def _indexed(homes: set[int], people: set[int]) -> set[int]:
    where = Membership.objects.recorded().filter(Q(person_id__in=people))
    return homes | set(where.values_list("household_id", flat=True))
