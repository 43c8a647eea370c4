"""What an undo may not leave behind (撤销后的一致性): two records for one day, a household without a head.

What a batch ended stands again once it is undone; something recorded later may have filled the gap by then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django.db.models import Q

from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch
from mingbai.audit.tables import recorded_models
from mingbai.audit.writing import lots
from mingbai.households.consistency import Problem, problems
from mingbai.households.draft import load_draft
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.models import Household
from mingbai.households.topics import TOPICS
from mingbai.households.writing import NEVER

#: Households, and persons, that are looked at together.
_AT_ONCE = 500


def refuse_contradictions(
    *, undone: int, before: Collection[Problem], homes: set[int], people: set[int],
    within: Batch | None = None,
) -> None:  # fmt: skip
    """Raises HOME-051 when these would contradict themselves as they did not before."""
    alive = Household.objects.recorded(within=within).filter(pk__in=homes)
    draft = load_draft(date.min, alive.values_list("pk", flat=True), people, within=within)
    new = [problem for problem in problems(draft) if problem not in before]
    twice = _overlapping(homes, people, within)
    if new or twice:
        why = error(new[0][0], **dict(new[0][1:])).zh if new else twice
        raise error("HOME-051", batch=undone, why=why)


def _overlapping(homes: set[int], people: set[int], within: Batch | None) -> str:
    """The first topic that would have two records for one day, if any."""
    for topic in TOPICS.values():
        if topic.many:
            continue
        keys = homes if topic.subject == Subject.HOUSEHOLD else people
        rows = topic.model.objects.recorded(within=within)
        rows = rows.filter(**{f"{topic.subject_column}__in": keys})
        last: dict[int, date] = {}
        for key, starts, ends in rows.order_by("valid_from").values_list(
            topic.subject_column, "valid_from", "valid_to"
        ):
            if starts < last.get(key, date.min):
                return f"{topic.zh} {starts}"
            last[key] = ends or NEVER
    return ""


def refuse_filled_gaps(
    back: Batch, progress: Callable[[str, int, int], None] | None = None
) -> None:
    """Look at whom both an import and something later touched, with the open undo as if recorded.

    Raises HOME-051. Nobody else can contradict himself: he is again as he was before the import.
    """
    undone = back.undoes
    assert undone is not None
    later = Batch.objects.filter(recorded_at__gt=undone.recorded_at).exclude(pk=back.pk)
    ids = list(later.exclude(kind=BatchKind.EVALUATION).values_list("pk", flat=True))
    if not ids:
        return
    pairs = zip(_written_by(ids), _written_by([undone.pk]), strict=True)
    homes, people = (theirs & ours for theirs, ours in pairs)
    done, total = 0, len(homes) + len(people)
    for some, others in (
        *((set(few), set()) for few in lots(sorted(homes), _AT_ONCE)),
        *((set(), set(few)) for few in lots(sorted(people), _AT_ONCE)),
    ):
        if progress is not None:
            progress("check", done, total)
        before = load_draft(date.min, some, others).before
        refuse_contradictions(
            undone=undone.pk, before=before, homes=some, people=others, within=back
        )
        done += len(some) + len(others)


def _written_by(batches: list[int]) -> tuple[set[int], set[int]]:
    """Households and persons about whom these batches wrote or ended something."""
    homes: set[int] = set()
    people: set[int] = set()
    for model in recorded_models():
        if model.derived:
            continue
        names = {field.attname for field in model._meta.concrete_fields}
        for few in lots(batches):
            rows = model.objects.filter(Q(begun_by__in=few) | Q(ended_by__in=few))
            homes |= _subjects(rows, names, Subject.HOUSEHOLD)
            people |= _subjects(rows, names, Subject.PERSON)
    return homes, people


def _subjects(rows: Any, names: set[str], subject: Subject) -> set[int]:
    column = f"{subject.value}_id"
    if column in names:
        return set(rows.values_list(column, flat=True).distinct())
    if {"subject", "subject_id"} <= names:
        return set(rows.filter(subject=subject).values_list("subject_id", flat=True).distinct())
    return set()
