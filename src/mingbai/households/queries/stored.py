"""Stored rows of many tables by one statement (一次读取): a household's page costs two, whatever it shows.

Asked topic by topic through the ORM a household of five took forty statements and most of the page's time.
Every row ever stored comes, ended ones too, with the batches: what stands, what stood at an instant and
where a value comes from are then told without asking again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.db import connection, models

from mingbai.audit.following import once_a_look
from mingbai.audit.models import Batch
from mingbai.households.enums import Subject
from mingbai.households.models import Household, HouseholdLife, Membership, Person, Status
from mingbai.households.topics import TOPICS

#: A stored row: attributes named as the model's columns, with `pk`.
Row = Any
_UNSEEN = "unseen"
_PEOPLE = "SELECT person_id FROM households_membership WHERE household_id = {key}"  # ever members
_OPEN = "SELECT '{label}', {array} FROM audit_batch WHERE recorded_at IS NULL AND swept_at IS NULL"


@dataclass(frozen=True)
class Stored:
    """Rows by table or topic, ended ones too, by key (登记原始行)."""

    rows: Mapping[str, list[Row]]
    batches: Mapping[int, Batch]
    unseen: frozenset[int]  # batches that are not recorded: what they began or ended is not seen

    def of(self, name: str) -> list[Row]:
        """Every row of a table or topic, whether it stands or not."""
        return self.rows.get(name, [])

    def standing(self, name: str, known_at: datetime | None = None) -> list[Row]:
        """The rows that stand: now, or as the register knew them at an instant."""
        return [row for row in self.of(name) if self.stands(row, known_at)]

    def stands(self, row: Row, known_at: datetime | None = None) -> bool:
        """As `RecordedQuerySet.recorded` says it."""
        if known_at is None:
            ended = row.ended_by_id is not None and row.ended_by_id not in self.unseen
            return row.begun_by_id not in self.unseen and not ended
        return self._recorded(row.begun_by_id, known_at) and not self._recorded(
            row.ended_by_id, known_at
        )

    def _recorded(self, batch_id: int | None, known_at: datetime) -> bool:
        batch = self.batches.get(batch_id or 0)
        return bool(batch and batch.recorded_at and batch.recorded_at <= known_at)


def on(rows: Sequence[Row], day: date) -> list[Row]:
    """Rows true on a day: `valid_from` included, `valid_to` excluded."""
    return [r for r in rows if r.valid_from <= day and (r.valid_to is None or r.valid_to > day)]


def read_household(household_id: int, topics: Collection[str]) -> Stored:
    """All that is stored of a household and of everybody who ever lived in it. Two statements."""
    text = _household_text(frozenset(topics), connection.vendor)
    return once_a_look((text, household_id), lambda: _read(text, household_id))


def read_person(person_id: int, topics: Collection[str]) -> Stored:
    """All that is stored of a person in these topics. Two statements."""
    text = _person_text(frozenset(topics), connection.vendor)
    return once_a_look((text, person_id), lambda: _read(text, person_id))


def _read(statement: str, key: int) -> Stored:
    rows: dict[str, list[Row]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{key}", str(int(key))))
        for label, text in cursor.fetchall():
            rows.setdefault(label, []).append(json.loads(text))
    unseen = frozenset(one[0] for one in rows.pop(_UNSEEN, ()))
    found = {label: _made(label, values) for label, values in rows.items()}
    named = {key for some in found.values() for row in some for key in _batches(row) if key}
    return Stored(found, Batch.objects.in_bulk(named), unseen)


def _batches(row: Row) -> tuple[int | None, int | None]:
    return row.begun_by_id, row.ended_by_id


@cache
def _household_text(topics: frozenset[str], vendor: str) -> str:
    arms = [
        _arm(Household.__name__, "id = {key}", vendor),
        _arm(HouseholdLife.__name__, "household_id = {key}", vendor),
        _arm(Membership.__name__, "household_id = {key}", vendor),
        _arm(Person.__name__, f"id IN ({_PEOPLE})", vendor),
        _arm(Status.__name__, f"subject = '{Subject.HOUSEHOLD.value}' AND subject_id = {{key}}",
             vendor),
        _arm(Status.__name__, f"subject = '{Subject.PERSON.value}' AND subject_id IN ({_PEOPLE})",
             vendor),
    ]  # fmt: skip
    for key in sorted(topics):
        mine = TOPICS[key].subject == Subject.HOUSEHOLD
        arms.append(
            _arm(key, "household_id = {key}" if mine else f"person_id IN ({_PEOPLE})", vendor)
        )
    return _united(arms, vendor)


@cache
def _person_text(topics: frozenset[str], vendor: str) -> str:
    arms = [_arm(Person.__name__, "id = {key}", vendor)]
    arms += [_arm(key, "person_id = {key}", vendor) for key in sorted(topics)]
    return _united(arms, vendor)


def _united(arms: Sequence[str], vendor: str) -> str:
    unseen = _OPEN.format(label=_UNSEEN, array=_array(["id"], vendor))
    return " UNION ALL ".join([unseen, *arms])


def _arm(label: str, condition: str, vendor: str) -> str:
    """One table of the statement. Names and conditions are ours; the key goes in as a number."""
    model = _model(label)
    values = [_written(column, vendor) for column in model._meta.concrete_fields]
    text = f"SELECT '{label}', {_array(values, vendor)} FROM {model._meta.db_table}"  # noqa: S608
    return f"{text} WHERE {condition}"


def _array(values: Sequence[str], vendor: str) -> str:
    made = ", ".join(values)
    return f"json_build_array({made})::text" if vendor == "postgresql" else f"json_array({made})"


def _written(column: models.Field[Any, Any], vendor: str) -> str:
    """A column as JSON takes it: bytes as hexadecimal."""
    name = f'"{column.column}"'
    if not isinstance(column, models.BinaryField):
        return name
    return f"encode({name}, 'hex')" if vendor == "postgresql" else (
        f"CASE WHEN {name} IS NULL THEN NULL ELSE hex({name}) END"
    )  # fmt: skip


def _model(label: str) -> type[models.Model]:
    tables = {
        model.__name__: model for model in (Household, HouseholdLife, Membership, Person, Status)
    }
    return tables[label] if label in tables else TOPICS[label].model


@cache
def _shape(label: str) -> tuple[tuple[str, ...], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """Names of a row's values, and what JSON has no type for."""
    fields = _model(label)._meta.concrete_fields
    read: list[tuple[int, Callable[[Any], Any]]] = []
    for at, column in enumerate(fields):
        if isinstance(column, models.DateField):
            read.append((at, date.fromisoformat))
        elif isinstance(column, models.BooleanField):
            read.append((at, bool))
        elif isinstance(column, models.BinaryField):
            read.append((at, bytes.fromhex))
    return tuple(str(column.attname) for column in fields), tuple(read)


def _made(label: str, found: list[list[Any]]) -> list[Row]:
    """The rows with the types of their columns, by key."""
    names, read = _shape(label)
    made = []
    for values in found:
        for at, make in read:
            if values[at] is not None:
                values[at] = make(values[at])
        row = SimpleNamespace(**dict(zip(names, values, strict=True)))
        row.pk = row.id
        made.append(row)
    return sorted(made, key=lambda row: int(row.pk))
