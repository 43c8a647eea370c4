"""Households that somebody changed while an evaluation ran (其间变动)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from mingbai.audit.models import Batch, Event
from mingbai.audit.tables import recorded_models
from mingbai.audit.writing import lots
from mingbai.decisions.models import Tally
from mingbai.households.enums import Subject
from mingbai.households.models import Membership, SearchEntry, Status
from mingbai.intake.models import Discrepancy

#: Made from other rows, or no fact that a rule reads.
_SILENT = (SearchEntry, Tally, Discrepancy)


def recorded_since(batch: Batch) -> list[int]:
    """Batches that others recorded since this one was opened."""
    later = Event.objects.filter(id__gt=batch.after_event).exclude(batch_id=None)
    return list(later.exclude(batch_id=batch.pk).values_list("batch_id", flat=True))


def households_touched(batches: Iterable[int]) -> list[int]:
    """Households about which, or about whose members, these batches wrote or ended anything."""
    households: set[int] = set()
    persons: set[int] = set()
    for keys in lots(batches):
        written = Q(begun_by__in=keys) | Q(ended_by__in=keys)
        for model in recorded_models():
            names = {field.attname for field in model._meta.concrete_fields}
            if model in _SILENT or not names & {"household_id", "person_id", "subject_id"}:
                continue
            rows = model.objects.filter(written)
            if "household_id" in names:
                households.update(rows.values_list("household_id", flat=True))
            elif "person_id" in names:
                persons.update(rows.values_list("person_id", flat=True))
            if model is Status:
                found = rows.values_list("subject", "subject_id")
                households.update(key for subject, key in found if subject == Subject.HOUSEHOLD)
                persons.update(key for subject, key in found if subject == Subject.PERSON)
    for some in lots(persons):
        members = Membership.objects.recorded().filter(person_id__in=some)
        households.update(members.values_list("household_id", flat=True))
    return sorted(households)
