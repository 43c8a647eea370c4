"""Writing dated records (按时段登记): the update of a record that is true for a time and known since a time.

`set_values` sets columns over a period. Records that reach beyond it are split; what was known stays:
old rows are ended by the batch, new ones begun. Every new row names the one it follows, and what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from mingbai.audit.errors import error as audit_error
from mingbai.audit.models import Batch
from mingbai.audit.records import Recorded
from mingbai.households.closing import close_columns, open_column
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.models import Household, Person
from mingbai.households.topics import DIGESTS, Span, Topic, topic_of

#: A day after every day that is asked for; stands for "still" in comparisons.
NEVER = date.max
EARLIEST = date(1900, 1, 1)


@dataclass
class Written:
    """What a write did (写入结果). `nothing` when every value stood already."""

    begun: list[int] = field(default_factory=list)  # keys of new rows
    ended: list[int] = field(default_factory=list)  # keys of rows that no longer stand
    changed: dict[str, tuple[Any, Any]] = field(
        default_factory=dict
    )  # column → before, after; plain

    @property
    def nothing(self) -> bool:
        return not (self.begun or self.ended)

    def add(self, other: Written) -> None:
        """What another write did beside it."""
        self.begun.extend(other.begun)
        self.ended.extend(other.ended)
        self.changed.update(other.changed)


def standing(model: type[Recorded], batch: Batch | None = None) -> Any:
    """Rows that stand for somebody who writes under `batch`: what is recorded, and what it wrote itself."""
    return model.objects.recorded(within=batch)


def lock(subject: Subject, keys: Iterable[int], batch: Batch | None = None) -> None:
    """Let nobody else change these subjects until the transaction ends. Raises HOME-001 for an absent one.

    Two writers that both split one record would otherwise each begin the same half.
    """
    model = Person if subject == Subject.PERSON else Household
    wanted = sorted(set(keys))
    held = list(
        model.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk")
    )
    here = set(standing(model, batch).filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := [key for key in wanted if key not in here]:
        raise error("HOME-001", subject=subject.label, key=missing[0])
    assert len(held) == len(wanted)


def set_values(
    *,
    batch: Batch,
    topic: str,
    subject_id: int,
    valid_from: date,
    valid_to: date | None,
    values: Mapping[str, Any],
    source: str = "",
    observed_on: date | None = None,
    correcting: bool = False,
) -> Written:
    """Set columns of a topic over [`valid_from`, `valid_to`); the other columns are carried over.

    Values are plain: the columns that are stored encrypted are closed here. Where nothing stood, a record
    begins. Inside the caller's transaction. Raises HOME-001 and HOME-010 to HOME-015.
    """
    kind = topic_of(topic)
    lock(kind.subject, [subject_id], batch)
    plan = plan_values(
        kind, subject_id, valid_from=valid_from, valid_to=valid_to, values=values, source=source,
        observed_on=observed_on, correcting=correcting, batch=batch,
    )  # fmt: skip
    return write(batch, kind, subject_id, plan)


@dataclass
class Rewriting:
    """Rows to end and columns of rows to begin (改写方案)."""

    ended: list[Any] = field(default_factory=list)
    begun: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def plan_values(
    topic: Topic,
    subject_id: int,
    *,
    valid_from: date,
    valid_to: date | None,
    values: Mapping[str, Any],
    source: str = "",
    observed_on: date | None = None,
    correcting: bool = False,
    batch: Batch | None = None,
) -> Rewriting:
    """What `set_values` would do. Raises HOME-011 to HOME-015."""
    if topic.many:
        raise error("HOME-012", topic=topic.key)
    check_period(valid_from, valid_to)
    plain = checked(topic, values)
    rows = standing(topic.model, batch).filter(**{topic.subject_column: subject_id})
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
    if valid_to is not None:
        rows = rows.filter(valid_from__lt=valid_to)
    said = {"source": source, "observed_on": observed_on}
    plan = sequenced(topic, list(rows.order_by("valid_from", "id")), valid_from, valid_to, plain, said,
                     correcting=correcting)  # fmt: skip
    _refuse_incomplete(topic, subject_id, plan.begun)
    return plan


def sequenced(
    topic: Topic,
    rows: Sequence[Any],
    valid_from: date,
    valid_to: date | None,
    plain: Mapping[str, Any],
    said: Mapping[str, Any],
    *,
    correcting: bool = False,
) -> Rewriting:
    """How standing rows change when columns get values over a period. `rows` are in order and overlap it."""
    plan = Rewriting()
    stored: dict[str, Any] = {}
    reached, end = valid_from, valid_to or NEVER

    def begin(starts: date, ends: date, columns: Mapping[str, Any]) -> None:
        period = {"valid_from": starts, "valid_to": None if ends == NEVER else ends}
        plan.begun.append({**columns, **period})

    def closed(names: Iterable[str]) -> dict[str, Any]:
        if not stored:
            stored.update(close_columns(topic, plain))
        return {name: stored[name] for name in with_digests(topic, names)}

    def fill(starts: date, ends: date) -> None:
        given = [name for name, value in plain.items() if value is not None]
        if starts < ends and given:
            plan.changed.update({name: (None, plain[name]) for name in given})
            begin(starts, ends, {**closed(given), **said})

    for row in rows:
        starts, ends = max(row.valid_from, valid_from), min(row.valid_to or NEVER, end)
        fill(reached, starts)
        reached = max(reached, ends)
        before = {name: open_column(topic, name, getattr(row, name)) for name in plain}
        differing = [name for name in plain if before[name] != plain[name]]
        if not differing:
            continue
        plan.ended.append(row)
        plan.changed.update({name: (before[name], plain[name]) for name in differing})
        carried = carry(topic, row)
        if row.valid_from < starts:
            begin(row.valid_from, starts, carried)
        new = {**carried, **closed(differing), **said, "changed": " ".join(sorted(differing))}
        begin(starts, ends, {**new, "corrects": row.pk if correcting else None})
        if ends < (row.valid_to or NEVER):
            begin(ends, row.valid_to or NEVER, carried)
    fill(reached, end)
    return plan


def with_digests(topic: Topic, names: Iterable[str]) -> list[str]:
    """Columns and the digests that stand beside them."""
    found: list[str] = []
    for name in names:
        found.extend((name, *(DIGESTS.get(name, ()) if name in topic.encrypted else ())))
    return found


def carry(topic: Topic, row: Any) -> dict[str, Any]:
    """The columns of a row that goes on in another: who said it stays, and `follows` leads back to it."""
    said = {"source": row.source, "observed_on": row.observed_on, "follows": row.pk}
    return {**{name: getattr(row, name) for name in topic.stored}, **said}


def write(batch: Batch, topic: Topic, subject_id: int, plan: Rewriting) -> Written:
    """End and begin the rows of a plan under the batch."""
    ended = end_rows(batch, topic.model, plan.ended)
    made = [topic.model(**{topic.subject_column: subject_id}, **columns, begun_by=batch)
            for columns in plan.begun]  # fmt: skip
    begun = [row.pk for row in topic.model.objects.bulk_create(made)]
    return Written(begun, ended, plan.changed)


def end_rows(batch: Batch, model: type[Recorded], rows: Iterable[Any]) -> list[int]:
    """End rows by the batch. What the batch itself began nobody has seen: that goes. Raises AUD-004."""
    rows = list(rows)
    own = [row.pk for row in rows if row.begun_by_id == batch.pk]
    keys = [row.pk for row in rows if row.begun_by_id != batch.pk]
    if own:
        model.objects.filter(pk__in=own, begun_by=batch).delete()
    done = standing(model, batch).filter(pk__in=keys).update(ended_by=batch) if keys else 0
    if done != len(keys):
        raise audit_error("AUD-004", table=model._meta.db_table, count=len(keys) - done)
    return keys


def until_next_word(
    topic: Topic, subject_id: int, on: date, columns: Iterable[str], batch: Batch | None = None
) -> dict[date | None, list[str]]:
    """How far values told for a day on reach: each column until somebody has said something newer about it.

    A fact told late does not undo what was recorded for later. Day (None: no end) → columns. Two queries.
    """
    about = {topic.subject_column: subject_id}
    rows = standing(topic.model, batch).filter(**about, valid_from__gt=on)
    every = {row.pk: row for row in topic.model.objects.filter(**about)}
    later = [(row.valid_from, *told_on(row, every)) for row in rows.order_by("valid_from", "id")]
    found: dict[date | None, list[str]] = {}
    for column in columns:
        words = (day for day, whole, names in later if whole or column in names)
        found.setdefault(next(words, None), []).append(column)
    return found


def told_on(row: Any, every: Mapping[int, Any]) -> tuple[bool, set[str]]:
    """What was said for the day on which `row` begins: all of it where it began there, else which columns.

    A record that a later change rewrote goes on in a new row, and still begins with what was said then.
    """
    names = set(row.changed.split())
    while row.follows in every and every[row.follows].valid_from == row.valid_from:
        row = every[row.follows]
        names |= set(row.changed.split())
    return row.follows is None, names


def add_record(
    *,
    batch: Batch,
    topic: str,
    subject_id: int,
    valid_from: date,
    valid_to: date | None = None,
    values: Mapping[str, Any],
    source: str = "",
    observed_on: date | None = None,
) -> int:
    """Add one record beside the others: a payment, a bill, a line of the ledger. Returns its key.

    Of a point in time, `valid_to` is the day after. Raises HOME-001 and HOME-010 to HOME-015.
    """
    kind = topic_of(topic)
    if not kind.many:
        raise error("HOME-012", topic=topic)
    ends = valid_from + timedelta(days=1) if kind.span == Span.POINT else valid_to
    check_period(valid_from, ends)
    lock(kind.subject, [subject_id], batch)
    columns = {
        **close_columns(kind, checked(kind, values)),
        "valid_from": valid_from, "valid_to": ends, "source": source, "observed_on": observed_on,
    }  # fmt: skip
    _refuse_incomplete(kind, subject_id, [columns])
    return write(batch, kind, subject_id, Rewriting(begun=[columns])).begun[0]


def correct_record(
    *,
    batch: Batch,
    topic: str,
    record_id: int,
    values: Mapping[str, Any],
    source: str = "",
    observed_on: date | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Written:
    """Put a corrected record in the place of one that stands; a new period only for records beside others.

    Raises HOME-001, HOME-011, HOME-013 to HOME-016.
    """
    kind = topic_of(topic)
    row = _standing_record(kind, record_id, batch)
    subject_id = getattr(row, kind.subject_column)
    lock(kind.subject, [subject_id], batch)
    row = _standing_record(kind, record_id, batch)
    plain = checked(kind, values)
    before = {name: open_column(kind, name, getattr(row, name)) for name in plain}
    differing = [name for name in plain if before[name] != plain[name]]
    period = {"valid_from": row.valid_from, "valid_to": row.valid_to}
    if kind.many and valid_from is not None:
        ends = valid_from + timedelta(days=1) if kind.span == Span.POINT else valid_to
        check_period(valid_from, ends)
        period = {"valid_from": valid_from, "valid_to": ends}
    moved = [name for name, day in period.items() if day != getattr(row, name)]
    if not (differing or moved):
        return Written()
    stored = close_columns(kind, {name: plain[name] for name in differing})
    new = {**carry(kind, row), **stored, **period, "source": source, "observed_on": observed_on,
           "corrects": row.pk, "changed": " ".join(sorted([*differing, *moved]))}  # fmt: skip
    _refuse_incomplete(kind, subject_id, [new])
    changed = {name: (before[name], plain[name]) for name in differing}
    changed.update({name: (getattr(row, name), period[name]) for name in moved})
    return write(batch, kind, subject_id, Rewriting([row], [new], changed))


def end_record(*, batch: Batch, topic: str, record_id: int) -> None:
    """Take back a record that should never have been written. Raises HOME-016 when it no longer stands."""
    kind = topic_of(topic)
    row = _standing_record(kind, record_id, batch)
    lock(kind.subject, [getattr(row, kind.subject_column)], batch)
    end_rows(batch, kind.model, [_standing_record(kind, record_id, batch)])


def cut_values(*, batch: Batch, topic: str, subject_id: int, day: date) -> Written:
    """Let the records of a topic reach no further than a day: the household has ended."""
    kind = topic_of(topic)
    lock(kind.subject, [subject_id], batch)
    rows = standing(kind.model, batch).filter(**{kind.subject_column: subject_id})
    plan = Rewriting(list(rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))))
    for row in plan.ended:
        if row.valid_from < day:
            plan.begun.append({**carry(kind, row), "valid_from": row.valid_from, "valid_to": day})
    return write(batch, kind, subject_id, plan)


def _standing_record(topic: Topic, record_id: int, batch: Batch | None) -> Any:
    row = topic.model.objects.filter(pk=record_id).first()
    if row is None:
        raise error("HOME-001", subject=topic.zh, key=record_id)
    if not standing(topic.model, batch).filter(pk=record_id).exists():
        raise error("HOME-016", topic=topic.key, record=record_id, batch=row.ended_by_id or 0)
    return row


def check_period(starts: date, ends: date | None) -> None:
    """Raises HOME-013 unless it is a period in living memory."""
    if starts < EARLIEST or (ends is not None and ends <= starts):
        raise error("HOME-013", starts=starts, ends=ends or "–")


def checked(topic: Topic, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in the types of their columns. Raises HOME-011 and HOME-015."""
    if unknown := sorted(set(values) - set(topic.columns)):
        raise error("HOME-011", topic=topic.key, columns=", ".join(unknown))
    return {name: _typed(topic, name, value) for name, value in values.items()}


def _typed(topic: Topic, column: str, value: Any) -> Any:
    model_field = topic.model._meta.get_field(column)
    if value is None or value == "":
        return None if model_field.null or not model_field.blank else ""
    if column in topic.encrypted:
        if not isinstance(value, str) or len(value) > 400:
            raise error("HOME-015", topic=topic.key, column=column, detail="text, ≤ 400")
        return value
    try:
        typed = model_field.to_python(value)
        model_field.run_validators(typed)
    except ValidationError as refused:
        said = ", ".join(one.code or "type" for one in refused.error_list)
        raise error("HOME-015", topic=topic.key, column=column, detail=said) from None
    return typed


def _refuse_incomplete(topic: Topic, subject_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
    for columns in rows:
        missing = [name for name in topic.required if columns.get(name) in (None, "")]
        if missing:
            raise error(
                "HOME-014", subject=topic.subject.label, key=subject_id, day=columns["valid_from"],
                topic=topic.zh, columns=", ".join(missing),
            )  # fmt: skip
