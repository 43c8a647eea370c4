"""The tables that hold recorded rows (登记表清单), and by which columns they name their subjects."""

from __future__ import annotations

from functools import cache

from django.apps import apps

from mingbai.audit.records import Recorded

#: Columns by which a row says whom it is about; the first that a table has is its subject.
_SUBJECTS = ("person_id", "household_id", "subject_id", "division_code")


@cache
def recorded_models() -> tuple[type[Recorded], ...]:
    """Every table of recorded rows."""
    return tuple(model for model in apps.get_models() if issubclass(model, Recorded))


@cache
def recorded_tables() -> tuple[str, ...]:
    """The names of their tables."""
    return tuple(model._meta.db_table for model in recorded_models())


@cache
def recorded_model(table: str) -> type[Recorded]:
    """The model of a table. Raises ``KeyError`` for an unknown one."""
    return {model._meta.db_table: model for model in recorded_models()}[table]


def subject_columns(model: type[Recorded]) -> tuple[str, ...]:
    """The columns that together name the subject of a row; empty for base rows and divisions."""
    names = {field.column for field in model._meta.concrete_fields}
    found = [name for name in _SUBJECTS if name in names][:1]
    return ("subject", *found) if "subject" in names and found else tuple(found)
