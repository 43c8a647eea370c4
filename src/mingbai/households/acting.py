"""Carrying out a change (办理变更): lock, draft, look for what would be wrong, write, index, one audit event.

A dry run drafts and looks, and writes nothing. What a form was filled from is named by a token: when somebody
saved first, the second save is refused and nothing of either is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from mingbai.audit.actions import hold_chain, recording
from mingbai.audit.models import Batch
from mingbai.common.bulk import reserve_ids
from mingbai.households.closing import document_digests
from mingbai.households.draft import Draft, Effect, load_draft
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.indexing import index_households
from mingbai.households.kept import Kept
from mingbai.households.models import Household, Identity, Person
from mingbai.households.topics import Span, topic_of, topics_about
from mingbai.households.writing import checked, cut_values, end_rows, lock, set_values
from mingbai.places.access import refuse_real_documents
from mingbai.places.queries import working_date


@dataclass
class Outcome:
    """What an action did, or would do (办理结果)."""

    draft: Draft
    effects: list[Effect] = field(default_factory=list)
    batch_id: int | None = None  # none: a dry run, or everything stood already
    households: list[int] = field(default_factory=list)  # new ones, in the order they came
    persons: list[int] = field(default_factory=list)
    proposals: dict[str, Any] = field(
        default_factory=dict
    )  # what a person has to decide, with a proposal

    @property
    def household_id(self) -> int:
        """The household that the action made."""
        return self.households[0]

    @property
    def person_id(self) -> int:
        """The person that the action made."""
        return self.persons[0]


@contextmanager
def acting(
    *,
    action: str,
    actor: str,
    reason: str,
    on: date,
    households: Iterable[int] = (),
    persons: Iterable[int] = (),
    source: str = "",
    target: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Iterator[Outcome]:
    """The frame of every action on who lives where, as what: yields an outcome with its draft.

    `seen`: household → token that the form was filled from. Raises HOME-001, HOME-017, HOME-029, HOME-030 and
    whatever the draft refuses; then nothing is written, and no event either.
    """
    if not reason.strip():
        raise error("HOME-029", action=action)
    if on > working_date():
        raise error("HOME-030", day=on, today=working_date())
    homes, people = list(households), list(persons)
    if dry_run:
        outcome = _drafted(on, homes, people, seen)
        yield outcome
        _settle(outcome)
        return
    try:
        with recording(
            actor=actor, action=action, reason=reason, source=source, target=target
        ) as batch:
            lock(Subject.HOUSEHOLD, homes, batch)
            lock(Subject.PERSON, people, batch)
            outcome = _drafted(on, homes, people, seen)
            yield outcome
            _settle(outcome)
            if not write_draft(outcome.draft, batch, source=source, observed_on=on):
                raise _Nothing
            _name(outcome, batch)
            batch.event_data["effects"] = [effect.data() for effect in outcome.effects]
            batch.event_data["on"] = on.isoformat()
            batch.event_target = target or _target(outcome)
    except _Nothing:
        outcome.effects = []


class _Nothing(Exception):  # noqa: N818 — no error: everything stood already, so no batch and no event
    pass


def _name(outcome: Outcome, batch: Batch) -> None:
    """Stored keys in the place of the draft's."""
    keys = outcome.draft.keys
    outcome.batch_id = batch.pk
    outcome.households = [keys[key] for key in outcome.households]
    outcome.persons = [keys[key] for key in outcome.persons]
    outcome.effects = [_named(effect, keys) for effect in outcome.effects]


def _drafted(
    on: date, homes: list[int], people: list[int], seen: Mapping[int, str] | None
) -> Outcome:
    draft = load_draft(on, homes, people)
    for household, token in (seen or {}).items():
        if draft.token(household) != token:
            raise error("HOME-017", household=household)
    for stay in draft.stays:
        asked = stay.person_id in people and stay.until > on
        if homes and asked and stay.household_id not in homes:  # moved while we waited for the lock
            raise error("HOME-017", household=stay.household_id)
    return Outcome(draft)


def _settle(outcome: Outcome) -> None:
    draft = outcome.draft
    draft.refuse_new_problems()
    for fact in draft.facts:
        checked(topic_of(fact["topic"]), fact["values"])
    _refuse_taken_numbers(draft)
    outcome.effects = list(draft.effects)
    outcome.households = list(draft.new_households)
    outcome.persons = list(draft.new_persons)


def _refuse_taken_numbers(draft: Draft) -> None:
    """Raises HOME-028 and HOME-031: two may not go by one number, nor one person stand twice."""
    if draft.new_households or draft.new_persons:
        hold_chain_if_writing()
    for model, numbers in ((Household, draft.new_households), (Person, draft.new_persons)):
        given = [number for number in numbers.values() if number]
        taken = model.objects.recorded().filter(number__in=given).values_list("number", flat=True)
        twice = sorted({*taken, *(number for number in given if given.count(number) > 1)})
        if twice:
            raise error("HOME-028", number=twice[0])
    documents = [
        fact["values"]["id_number"]
        for fact in draft.facts
        if fact["topic"] == "identity" and fact["values"].get("id_number")
    ]
    for document in documents:
        refuse_document(document)


def refuse_document(document: str, *, except_for: int | None = None) -> None:
    """Raises HOME-031 for a document somebody has; in a synthetic database no real one is taken."""
    refuse_real_documents([document])
    same = Identity.objects.recorded().filter(id_digest=document_digests(document)["id_digest"])
    holder = same.exclude(person_id=except_for).values_list("person_id", flat=True).first()
    if holder is not None:
        raise error("HOME-031", person=holder)


def hold_chain_if_writing() -> None:
    """Let nobody else give out a number until the transaction ends; nothing to hold in a dry run."""
    if connection.in_atomic_block:
        hold_chain()


def write_draft(draft: Draft, batch: Batch, *, source: str, observed_on: date) -> bool:
    """The rows of a draft, under the batch; `draft.keys` then leads from our keys to the stored ones.

    Whether anything was written at all.
    """
    wrote = bool(draft.new_households or draft.new_persons)
    for model, numbers, letter in (
        (Household, draft.new_households, "L"),
        (Person, draft.new_persons, "P"),
    ):
        for key, number in numbers.items():
            (stored,) = reserve_ids(model, 1)
            own = number or f"{letter}{stored:09d}"
            model.objects.create(pk=stored, number=own, begun_by=batch)
            draft.keys[key] = stored
    for group in (draft.lives, draft.stays, draft.episodes):
        wrote |= _write_kept(group, batch, draft.keys)
    for fact in draft.facts:
        subject_id = draft.keys.get(fact["subject_id"], fact["subject_id"])
        written = set_values(batch=batch, source=source, observed_on=observed_on,
                             **{**fact, "subject_id": subject_id})  # fmt: skip
        wrote |= not written.nothing
    for ending in draft.cuts:
        for topic in topics_about(Subject.HOUSEHOLD):
            if topic.span == Span.LASTING:
                cut_values(batch=batch, topic=topic.key, **ending)
    touched = {draft.keys.get(key, key) for key in draft.households}
    if wrote:
        index_households(batch=batch, household_ids=sorted(touched))
    return wrote


def _write_kept(group: Iterable[Kept], batch: Batch, keys: Mapping[int, int]) -> bool:
    changed = [kept for kept in group if kept.changed]
    if not changed:
        return False
    model = changed[0].model
    stored = [kept.row for kept in changed if kept.row is not None]
    end_rows(batch, model, model.objects.filter(pk__in=stored))
    rows = []
    for kept in changed:
        if kept.gone:
            continue
        columns = kept.columns()
        for name in ("person_id", "household_id", "subject_id"):
            if name in columns:
                columns[name] = keys.get(columns[name], columns[name])
        rows.append(model(**columns, begun_by=batch))
    model.objects.bulk_create(rows)
    return True


def _named(effect: Effect, keys: Mapping[int, int]) -> Effect:
    """The effect with stored keys."""

    def stored(key: int | None) -> int | None:
        return None if key is None else keys.get(key, key)

    return Effect(
        effect.kind,
        effect.day,
        stored(effect.household_id),
        stored(effect.person_id),
        effect.details,
    )


def _target(outcome: Outcome) -> str:
    for effect in outcome.effects:
        if effect.household_id is not None:
            return f"household:{effect.household_id}"
        if effect.person_id is not None:
            return f"person:{effect.person_id}"
    return ""
