"""Registering households and persons (登记户和人)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mingbai.households.acting import Outcome, acting
from mingbai.households.draft import Draft
from mingbai.households.enums import MembershipReason, Subject
from mingbai.households.errors import error


@dataclass(frozen=True)
class Newcomer:
    """Somebody who enters the register (新登记人员): relation to the head, columns of `identity`."""

    relation: str
    identity: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""


def register_household(
    *,
    actor: str,
    reason: str,
    on: date,
    residence: Mapping[str, Any],
    members: Sequence[Newcomer],
    number: str = "",
    source: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Register a household with its members (登记新户); one is the head. Without a number it gets our own.

    `residence`: columns of that topic, `division_code` at least. Raises HOME-014, HOME-023, HOME-028 to 034.
    """
    with acting(action="households.household.registered", actor=actor, reason=reason, on=on,
                source=source, dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        if not members:
            raise error("HOME-033")
        household = draft.begin_household(number)
        draft.set_facts("residence", Subject.HOUSEHOLD, household, residence)
        for one in members:
            enter(draft, household, one, MembershipReason.INITIAL)
    return outcome


def register_person_into(
    *,
    actor: str,
    reason: str,
    on: date,
    household_id: int,
    person: Newcomer,
    why: MembershipReason = MembershipReason.MOVE,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Register somebody into a household (登记成员): moved in, adopted, or left out before.

    Raises HOME-001, HOME-017, HOME-021, HOME-023, HOME-026, HOME-028 to HOME-031, HOME-034.
    """
    with acting(action="households.person.registered", actor=actor, reason=reason, on=on,
                households=[household_id], source=source, seen=seen, dry_run=dry_run) as outcome:  # fmt: skip
        enter(outcome.draft, household_id, person, why)
    return outcome


def enter(draft: Draft, household_id: int, person: Newcomer, why: MembershipReason) -> int:
    """A person nobody has registered yet becomes a member; returns the draft's key. Raises HOME-034."""
    if not str(person.identity.get("name") or "").strip():
        raise error("HOME-034")
    key = draft.begin_person(person.number)
    born = person.identity.get("birth_date")
    if isinstance(born, date):
        draft.births[key] = born
    if person.identity.get("sex"):
        draft.sexes[key] = person.identity["sex"]
    draft.set_facts("identity", Subject.PERSON, key, person.identity, starts=born or draft.on)
    draft.join(key, household_id, person.relation, why.value)
    return key
