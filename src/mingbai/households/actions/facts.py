"""Recording and correcting facts (登记与更正): a change holds from a day, a correction mends a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from mingbai.audit.actions import recording
from mingbai.audit.models import Batch
from mingbai.households.acting import refuse_document
from mingbai.households.closing import open_column
from mingbai.households.draft import load_draft
from mingbai.households.enums import Subject
from mingbai.households.errors import changed_meanwhile, error
from mingbai.households.indexing import index_households
from mingbai.households.models import Attachment, HouseholdLife, IncomeYear, Membership
from mingbai.households.topics import Topic, topic_of
from mingbai.households.writing import (
    Written,
    add_record,
    check_period,
    checked,
    correct_record,
    end_record,
    lock,
    plan_values,
    set_values,
    until_next_word,
    write,
)

#: Topics whose columns search looks at.
_SEARCHED = frozenset({"identity", "residence"})
#: Items of the income ledger: columns of the income of a year that are sums of lines.
INCOME_ITEMS = tuple(
    field.attname
    for field in IncomeYear._meta.concrete_fields
    if field.attname.startswith(("income_", "expense_", "insurance_"))
    and "per_capita" not in field.attname
)


@dataclass(frozen=True)
class Said:
    """Who said a fact, and when it was seen (来源)."""

    source: str = ""
    observed_on: date | None = None
    #: key of the record the form was filled from, 0 for none; None: not asked
    seen: int | None = None

    def data(self) -> dict[str, Any]:
        return {"source": self.source, "observed_on": self.observed_on}


@dataclass
class Saved(Written):
    """What saving facts did (保存结果); a dry run has no batch."""

    batch_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def record_facts(
    *,
    actor: str,
    topic: str,
    subject_id: int,
    on: date,
    values: Mapping[str, Any],
    until: date | None = None,
    reason: str = "",
    said: Said = Said(),
    dry_run: bool = False,
) -> Saved:
    """Facts as they are from a day on (登记变化), or over a year or term with `until`; other columns stay.

    Without `until` a value holds until somebody has recorded something newer about its column. The same
    values again write nothing, and no event. Raises HOME-010 to HOME-016, HOME-021, HOME-047.
    """
    kind = topic_of(topic)
    _refuse_special(kind, subject_id, values)
    if dry_run:
        shown = Saved()
        for part in _parts(kind, subject_id, on, until, values):
            plan = plan_values(kind, subject_id, **part, **said.data())
            shown.add(Written([], [row.pk for row in plan.ended], plan.changed))
        return shown
    with _saving("households.facts.recorded", actor, reason, kind, subject_id, said) as (
        batch,
        saved,
    ):
        _refuse_changed(kind, subject_id, on, values, said.seen)
        for part in _parts(kind, subject_id, on, until, values):
            plan = plan_values(kind, subject_id, **part, **said.data(), batch=batch)
            saved.add(write(batch, kind, subject_id, plan))
    return saved


def _parts(
    topic: Topic, subject_id: int, on: date, until: date | None, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Columns by how far they reach: to `until`, to the next word about them, or to the household's end."""
    if topic.many:
        raise error("HOME-012", topic=topic.key)
    last = _within_life(topic, subject_id, on, until)
    reach = {until: list(values)} if until else until_next_word(topic, subject_id, on, values)
    found = []
    for day, columns in reach.items():
        ends = min((one for one in (day, last) if one is not None), default=None)
        part = {name: values[name] for name in columns}
        found.append({"valid_from": on, "valid_to": ends, "values": part})
    return found


def correct_facts(
    *,
    actor: str,
    reason: str,
    topic: str,
    subject_id: int,
    on: date,
    values: Mapping[str, Any],
    said: Said = Said(),
    dry_run: bool = False,
) -> Saved:
    """Mend the record that holds on a day, for as long as it holds (更正); what stood stays as known then.

    The subject's own request (PIPL 46) has the source ``person``. Raises HOME-010 to HOME-016, HOME-029,
    HOME-046, HOME-047.
    """
    if not reason.strip():
        raise error("HOME-029", action="households.facts.corrected")
    kind = topic_of(topic)
    _refuse_special(kind, subject_id, values)
    if dry_run:
        plan = plan_values(kind, subject_id, values=values, correcting=True, **said.data(),
                           **_period(_holding(kind, subject_id, on)))  # fmt: skip
        return Saved([], [row.pk for row in plan.ended], plan.changed)
    with _saving("households.facts.corrected", actor, reason, kind, subject_id, said) as (
        batch,
        saved,
    ):
        _refuse_changed(kind, subject_id, on, values, said.seen)
        row = _holding(kind, subject_id, on)
        saved.add(
            set_values(batch=batch, topic=topic, subject_id=subject_id, values=values, correcting=True,
                       **_period(row), **said.data())
        )  # fmt: skip
    return saved


def add_entry(
    *,
    actor: str,
    topic: str,
    subject_id: int,
    on: date,
    values: Mapping[str, Any],
    until: date | None = None,
    reason: str = "",
    said: Said = Said(),
) -> Saved:
    """Add a payment, bill, measure or incident (逐笔登记) beside the others. Raises HOME-010 to HOME-015."""
    kind = topic_of(topic)
    with _saving("households.entry.added", actor, reason, kind, subject_id, said) as (batch, saved):
        key = add_record(batch=batch, topic=topic, subject_id=subject_id, valid_from=on, valid_to=until,
                         values=values, **said.data())  # fmt: skip
        saved.add(Written([key], [], {name: (None, value) for name, value in values.items()}))
    return saved


def correct_entry(
    *,
    actor: str,
    reason: str,
    topic: str,
    record_id: int,
    values: Mapping[str, Any],
    on: date | None = None,
    said: Said = Said(),
) -> Saved:
    """Mend one entry (更正一笔). Raises HOME-001, HOME-011, HOME-015, HOME-016, HOME-029."""
    if not reason.strip():
        raise error("HOME-029", action="households.entry.corrected")
    kind = topic_of(topic)
    subject_id = _subject_of(kind, record_id)
    with _saving("households.entry.corrected", actor, reason, kind, subject_id, said) as (
        batch,
        saved,
    ):
        saved.add(
            correct_record(batch=batch, topic=topic, record_id=record_id, values=values, valid_from=on,
                           **said.data())
        )  # fmt: skip
    return saved


def withdraw_entry(*, actor: str, reason: str, topic: str, record_id: int) -> Saved:
    """Take back an entry that should never have been made (撤回一笔). Raises HOME-001, HOME-016, HOME-029."""
    if not reason.strip():
        raise error("HOME-029", action="households.entry.withdrawn")
    kind = topic_of(topic)
    subject_id = _subject_of(kind, record_id)
    with _saving("households.entry.withdrawn", actor, reason, kind, subject_id, Said()) as (
        batch,
        saved,
    ):
        end_record(batch=batch, topic=topic, record_id=record_id)
        saved.add(Written([], [record_id], {}))
    return saved


def add_income_entry(
    *,
    actor: str,
    household_id: int,
    year: int,
    item: str,
    amount: int,
    stated_by: str,
    statement: str = "",
    attachment_id: int | None = None,
    said: Said = Said(),
) -> Saved:
    """A line of the income ledger (收入台账): the raw statement behind an item of an accounting year, in fen.

    The income of the year is not touched: `queries.income_differences` lists where the two disagree.
    Raises HOME-048 for an unknown item or a foreign attachment.
    """
    evidence = Attachment.objects.recorded().filter(
        pk=attachment_id, subject=Subject.HOUSEHOLD, subject_id=household_id
    )
    if (
        item not in INCOME_ITEMS
        or amount < 0
        or (attachment_id is not None and not evidence.exists())
    ):
        raise error("HOME-048", item=item, amount=amount, attachment=attachment_id or "–")
    return add_entry(
        actor=actor, topic="income_entry", subject_id=household_id, on=date(year, 1, 1),
        until=date(year + 1, 1, 1), said=said,
        values={"item": item, "amount": amount, "stated_by": stated_by, "statement": statement,
                "attachment_id": attachment_id},
    )  # fmt: skip


@contextmanager
def _saving(
    action: str, actor: str, reason: str, topic: Topic, subject_id: int, said: Said
) -> Iterator[tuple[Batch, Saved]]:
    """Lock, write, look for impossible dates, index, one event; nothing at all where nothing changed."""
    saved = Saved()
    try:
        with recording(actor=actor, action=action, reason=reason, source=said.source,
                       target=f"{topic.subject.value}:{subject_id}") as batch:  # fmt: skip
            lock(topic.subject, [subject_id], batch)
            dated = topic.key == "identity"
            before = load_draft(date.min, persons=[subject_id]).before if dated else frozenset()
            yield batch, saved
            if saved.nothing:
                raise _Nothing
            if dated:
                draft = load_draft(date.min, persons=[subject_id])
                draft.before = before
                draft.refuse_new_problems()
            if topic.key in _SEARCHED:
                index_households(batch=batch, household_ids=_homes(topic.subject, subject_id))
            # A later part of one save may have rewritten a row of an earlier one.
            saved.begun = sorted(
                topic.model.objects.filter(begun_by=batch).values_list("pk", flat=True)
            )
            saved.batch_id = batch.pk
            # Columns and keys only: the values stand in the rows.
            batch.event_data.update(topic=topic.key, columns=sorted(saved.changed), begun=saved.begun,
                                    ended=saved.ended)  # fmt: skip
    except _Nothing:
        pass


class _Nothing(Exception):  # noqa: N818 — no error: the batch of a save that changed nothing is rolled back
    pass


def _homes(subject: Subject, key: int) -> list[int]:
    if subject == Subject.HOUSEHOLD:
        return [key]
    found = Membership.objects.recorded().filter(person_id=key)
    return sorted(set(found.values_list("household_id", flat=True)))


def _refuse_special(topic: Topic, subject_id: int, values: Mapping[str, Any]) -> None:
    """A death has an action of its own; a document belongs to one person."""
    if topic.key == "identity" and "died_on" in values:
        raise error("HOME-047", column="died_on")
    if topic.key == "identity" and values.get("id_number"):
        refuse_document(values["id_number"], except_for=subject_id)


def _within_life(topic: Topic, subject_id: int, on: date, until: date | None) -> date | None:
    """The end of a period, no later than the household's. Raises HOME-013 and HOME-021."""
    check_period(on, until)
    if topic.subject == Subject.PERSON:
        return until
    life = HouseholdLife.objects.recorded().filter(household_id=subject_id)
    life = life.filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("valid_from").first()
    if life is None or (until is not None and life.valid_from >= until):
        raise error("HOME-021", household=subject_id, day=on)
    days = [day for day in (until, life.valid_to) if day is not None]
    return min(days) if days else None


def _holding(topic: Topic, subject_id: int, on: date) -> Any:
    rows = topic.model.objects.recorded().on(on).filter(**{topic.subject_column: subject_id})
    row = rows.first()
    if row is None:
        raise error("HOME-046", subject=topic.subject.label, key=subject_id, topic=topic.zh, day=on)
    return row


def _period(row: Any) -> dict[str, Any]:
    return {"valid_from": row.valid_from, "valid_to": row.valid_to}


def _subject_of(topic: Topic, record_id: int) -> int:
    row = topic.model.objects.filter(pk=record_id).first()
    if row is None:
        raise error("HOME-001", subject=topic.zh, key=record_id)
    return int(getattr(row, topic.subject_column))


def _refuse_changed(
    topic: Topic, subject_id: int, on: date, values: Mapping[str, Any], seen: int | None
) -> None:
    """Raises HOME-016 with both values when the form was filled from a record that no longer stands."""
    if seen is None:
        return
    rows = topic.model.objects.recorded().on(on).filter(**{topic.subject_column: subject_id})
    now = rows.first()
    if (now.pk if now else 0) == seen:
        return
    read = topic.model.objects.filter(pk=seen, **{topic.subject_column: subject_id}).first()
    plain = checked(topic, values)
    conflicts = {
        name: {
            "read": _shown(topic, name, read),
            "stands": _shown(topic, name, now),
            "meant": meant,
        }
        for name, meant in plain.items()
    }
    raise changed_meanwhile(
        conflicts, topic=topic.zh, record=seen, batch=now.begun_by_id if now else read.ended_by_id
    )


def _shown(topic: Topic, column: str, row: Any) -> Any:
    return None if row is None else open_column(topic, column, getattr(row, column))
