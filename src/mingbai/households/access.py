"""Who may read what (查阅的准入): one gate for a household, one for a person; absent and forbidden are one.

A household is in a scope on a day if it lived there on that day: list and page cannot disagree. Whoever had
it once sees how it was then, and not what became of it elsewhere. Restricted topics need a permission of
their own where the household lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from mingbai.accounts.models import Token, User
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import EVERYTHING, NOTHING, Scope, Scopes
from mingbai.audit.access import log_look
from mingbai.audit.actions import record
from mingbai.audit.following import once_a_look
from mingbai.households.closing import open_column
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.models import Household, Membership, Residence
from mingbai.households.queries import (
    Happening,
    HouseholdView,
    RecordView,
    household_as_of,
    person_records,
    timeline,
)
from mingbai.households.topics import TOPICS, Restriction, topic_of

#: What opens a restricted topic, to read and to write.
READS = {
    Restriction.HEALTH: Permission.HEALTH_READ,
    Restriction.CONVICTION: Permission.CONVICTION_READ,
    Restriction.BANK_ACCOUNT: Permission.BANK_READ,
}
WRITES = {
    Restriction.HEALTH: Permission.HEALTH_WRITE,
    Restriction.CONVICTION: Permission.CONVICTION_WRITE,
    Restriction.BANK_ACCOUNT: Permission.BANK_WRITE,
}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads (查阅人), and where each right holds on the working day."""

    actor: str
    via: str  # desk, api, command
    scopes: Mapping[Permission, Scope]
    topics: frozenset[str] | None = (
        None  # a line department sees the topics its post names; None: all
    )
    leave_id: int | None = (
        None  # of the leave to read outside one's scope, if the scope rests on it
    )

    @property
    def scope(self) -> Scope:
        """Where households may be read."""
        return self.scopes.get(Permission.HOUSEHOLDS_READ, NOTHING)

    #: Topics open to the reader at a household, where that differs from place to place.
    topics_there: Callable[[str, int], frozenset[str] | None] | None = None

    def topics_at(self, division_code: str, household_id: int) -> frozenset[str] | None:
        """The topics open for a household that lives there; None: all."""
        if self.topics_there is None:
            return self.topics
        return _with_frame(self.topics_there(division_code, household_id))

    def may(self, permission: Permission, division_code: str, household_id: int) -> bool:
        """Whether a right holds for a household that lives there."""
        return self.scopes.get(permission, NOTHING).covers(division_code, household_id)

    def restrictions(self, division_code: str, household_id: int) -> frozenset[Restriction]:
        """The restricted topics that are open to the reader there."""
        return frozenset(
            one
            for one, permission in READS.items()
            if self.may(permission, division_code, household_id)
        )


_NEEDED = (
    Permission.HOUSEHOLDS_READ, Permission.HOUSEHOLDS_WRITE, Permission.NUMBERS_READ,
    Permission.PERSONS_EXPORT, *READS.values(), *WRITES.values(),
)  # fmt: skip


def reader_of(user: User, day: date, *, via: str = "desk") -> Reader:
    """The rights of a user on a day. At most four queries."""
    return _reader(user.actor, via, Scopes(user, day))


def reader_of_token(token: Token, day: date) -> Reader:
    """The rights of a program's key on a day: those of its post, less what it does not carry."""
    return _reader(f"token:{token.pk}", "api", Scopes.of_token(token, day))


def _reader(actor: str, via: str, scopes: Scopes) -> Reader:
    found = {permission: scopes.of(permission) for permission in _NEEDED}
    there = partial(scopes.topics_at, Permission.HOUSEHOLDS_READ)
    return Reader(actor, via, found, topics_there=there)


def command_reader() -> Reader:
    """Whoever has the machine: everything; each look is logged all the same."""
    return Reader("command", "command", dict.fromkeys(_NEEDED, EVERYTHING))


def _with_frame(topics: frozenset[str] | None) -> frozenset[str] | None:
    """Who a person is and where a household lives comes with every topic."""
    return None if topics is None else topics | {"identity", "residence"}


def place_of(household_id: int, day: date) -> tuple[str, date | None]:
    """The division a household is in on a day (else the last, or first), and until when. One query."""
    lives = Residence.objects.recorded().filter(household_id=household_id).order_by("valid_from")
    wanted = lives.values_list("division_code", "valid_from", "valid_to")
    rows = once_a_look(("place", household_id), lambda: list(wanted))
    for code, starts, ends in rows:
        if starts <= day and (ends is None or day < ends):
            return code, ends
    before = [code for code, starts, _ in rows if starts <= day]
    return (before[-1], None) if before else (rows[0][0] if rows else "", None)


def get_household_for(
    reader: Reader,
    household_id: int,
    *,
    day: date,
    permission: Permission = Permission.HOUSEHOLDS_READ,
) -> Household:
    """A household that the reader may open on a day, or write with another `permission`.

    Raises HOME-001 for one that is absent and for one that is not in the scope. Two queries.
    """
    return _reached(reader, household_id, day, permission)[0]


def _reached(
    reader: Reader, household_id: int, day: date, permission: Permission
) -> tuple[Household, str]:
    """The household and where it is on the day. Raises HOME-001 without the permission there."""
    found = Household.objects.recorded().filter(pk=household_id).first()
    code = place_of(household_id, day)[0] if found is not None else ""
    if found is None or not reader.may(permission, code, household_id):
        raise error("HOME-001", subject=Subject.HOUSEHOLD.label, key=household_id)
    return found, code


def get_person_household_for(
    reader: Reader,
    person_id: int,
    *,
    day: date,
    permission: Permission = Permission.HOUSEHOLDS_READ,
) -> Household:
    """The household through which the reader may open a person on a day: where she lives, or lived last.

    Raises HOME-001 as `get_household_for` does. Three queries.
    """
    stays = Membership.objects.recorded().filter(person_id=person_id, valid_from__lte=day)
    stay = stays.order_by("-valid_from", "-id").first()
    if stay is None:
        raise error("HOME-001", subject=Subject.PERSON.label, key=person_id)
    until = stay.valid_to
    seen_on = day if until is None or day < until else _day_before(until)
    try:
        return get_household_for(reader, stay.household_id, day=seen_on, permission=permission)
    except Exception as refused:
        raise error("HOME-001", subject=Subject.PERSON.label, key=person_id) from refused


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def may_write_topic(reader: Reader, household_id: int, topic: str, *, day: date) -> bool:
    """Whether the reader may record a topic for a household; a restricted one with its own right."""
    code = place_of(household_id, day)[0]
    if not reader.may(Permission.HOUSEHOLDS_WRITE, code, household_id):
        return False
    restriction = topic_of(topic).restriction
    opened = reader.topics_at(code, household_id)
    named = opened is None or topic in opened
    return named and (restriction is None or reader.may(WRITES[restriction], code, household_id))


def household_for(
    reader: Reader, household_id: int, *, day: date, known_at: datetime | None = None
) -> HouseholdView:
    """A household as the reader may see it on a day; the look is logged. Raises HOME-001."""
    _, code = _reached(reader, household_id, day, Permission.HOUSEHOLDS_READ)
    found = household_as_of(
        household_id, day, known_at, topics=reader.topics_at(code, household_id),
        restrictions=reader.restrictions(code, household_id),
    )  # fmt: skip
    log_look(
        actor=reader.actor, via=reader.via, household_id=household_id, leave_id=reader.leave_id
    )
    return found


def timeline_for(reader: Reader, household_id: int, *, day: date) -> list[Happening]:
    """What happened to a household, up to the day it moved out of the reader's scope. Raises HOME-001."""
    get_household_for(reader, household_id, day=day)
    code, until = place_of(household_id, day)
    if until is not None and reader.may(
        Permission.HOUSEHOLDS_READ, place_of(household_id, until)[0], household_id
    ):
        until = None
    return timeline(
        household_id,
        restrictions=reader.restrictions(code, household_id),
        topics=reader.topics_at(code, household_id),
        until=until,
    )


def person_for(
    reader: Reader, person_id: int, *, day: date
) -> Mapping[str, tuple[RecordView, ...]]:
    """Topic → records of a person as the reader may see them; the look is logged. Raises HOME-001."""
    home = get_person_household_for(reader, person_id, day=day)
    code, _ = place_of(home.pk, day)
    found = person_records(
        person_id,
        day,
        topics=reader.topics_at(code, home.pk),
        restrictions=reader.restrictions(code, home.pk),
    )
    log_look(actor=reader.actor, via=reader.via, person_id=person_id, leave_id=reader.leave_id)
    return found


def show_numbers(
    reader: Reader, household_id: int, *, day: date, reason: str
) -> dict[str, dict[int, str]]:
    """The full document and phone numbers of a household's members, and its phone (显示完整号码).

    "id_number" and "phone" → person → number; "household_phone" → household → number. Needs permission and
    a reason; leaves an audit event, whatever becomes of the page. Raises HOME-001, HOME-029.
    """
    get_household_for(reader, household_id, day=day, permission=Permission.NUMBERS_READ)
    if not reason.strip():
        raise error("HOME-029", action="households.numbers.shown")
    stays = Membership.objects.recorded().on(day).filter(household_id=household_id)
    people = list(stays.values_list("person_id", flat=True))
    with transaction.atomic():
        record(actor=reader.actor, action="households.numbers.shown", target=f"household:{household_id}",
               data={"persons": people, "reason": reason, "via": reader.via})  # fmt: skip
    found: dict[str, dict[int, str]] = {"id_number": {}, "phone": {}, "household_phone": {}}
    topic = TOPICS["identity"]
    for row in topic.model.objects.recorded().on(day).filter(person_id__in=people):
        for column in topic.encrypted:
            plain = open_column(topic, column, getattr(row, column))
            if plain:
                found[column][row.person_id] = plain
    home = TOPICS["residence"]
    for row in home.model.objects.recorded().on(day).filter(household_id=household_id):
        if phone := open_column(home, "phone", row.phone):
            found["household_phone"][household_id] = phone
    return found


def show_account(reader: Reader, household_id: int, *, day: date, reason: str) -> str:
    """The full bank account of a household (显示完整账号), with its own permission; leaves an audit event."""
    get_household_for(reader, household_id, day=day, permission=Permission.BANK_READ)
    if not reason.strip():
        raise error("HOME-029", action="households.account.shown")
    with transaction.atomic():
        record(actor=reader.actor, action="households.account.shown", target=f"household:{household_id}",
               data={"reason": reason, "via": reader.via})  # fmt: skip
    topic = TOPICS["bank_account"]
    row: Any = topic.model.objects.recorded().on(day).filter(household_id=household_id).first()
    return str(open_column(topic, "account", row.account) or "") if row else ""


def restricted_batches(reader: Reader, household_id: int, *, day: date) -> Q:
    """Rows of attachments that the reader may list: a restricted topic's only with its right."""
    code = place_of(household_id, day)[0]
    open_ones = reader.restrictions(code, household_id)
    closed = [t.key for t in TOPICS.values() if t.restriction and t.restriction not in open_ones]
    return ~Q(topic__in=closed)
