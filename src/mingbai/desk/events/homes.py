"""The household an event is about (变动的户): found only where one may write, with who lives there now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.register.readers import ABSENT, own_reader
from mingbai.desk.register.words import code_words
from mingbai.households.access import get_household_for, place_of
from mingbai.households.models import Household, HouseholdLife, Membership, SearchEntry, Status
from mingbai.households.queries.asof import state_token


@dataclass(frozen=True)
class Person:
    """A member as a form names her (成员)."""

    id: int
    name: str
    relation: str

    @property
    def relation_words(self) -> str:
        return code_words("relation").get(self.relation, self.relation)


@dataclass(frozen=True)
class Home:
    """A household with its members and statuses of today (变动的户). `token`: what a form is filled from."""

    id: int
    number: str
    code: str
    lives: bool
    people: tuple[Person, ...]
    statuses: tuple[str, ...]
    token: str

    @property
    def head(self) -> Person | None:
        return next((one for one in self.people if one.relation == "head"), None)

    @property
    def name(self) -> str:
        return self.head.name if self.head else self.number

    def person(self, key: int) -> Person | None:
        return next((one for one in self.people if one.id == key), None)


def home_for(request: HttpRequest, household_id: int) -> Home:
    """A household whose members one may change; absent, out of scope and not allowed are one answer."""
    reader: Any = own_reader(request)
    day: date = request.day
    try:
        found = get_household_for(
            reader, household_id, day=day, permission=Permission.HOUSEHOLDS_WRITE
        )
    except RegisterError as refused:
        raise (Http404() if refused.code == ABSENT else refused) from refused
    code, _until = place_of(household_id, day)
    if reader.topics_at(code, household_id) is not None:
        raise Http404  # a line department records its topics, not who lives where
    return _home(found, code, day)


def home_numbered(request: HttpRequest, number: str) -> Home | None:
    """Another household, by its number, if one may change its members too."""
    key = Household.objects.recorded().filter(number=number).values_list("pk", flat=True).first()
    if key is None:
        return None
    try:
        return home_for(request, key)
    except Http404:
        return None


def _home(found: Household, code: str, day: date) -> Home:
    stays = list(Membership.objects.recorded().on(day).filter(household_id=found.pk))
    names = names_of(stay.person_id for stay in stays)
    stays.sort(key=lambda one: (one.relation != "head", one.valid_from, one.person_id))
    people = tuple(
        Person(stay.person_id, names.get(stay.person_id, ""), stay.relation) for stay in stays
    )
    kinds = Status.objects.recorded().on(day).filter(subject="household", subject_id=found.pk)
    lives = HouseholdLife.objects.recorded().on(day).filter(household_id=found.pk).exists()
    return Home(
        found.pk, found.number, code, lives, people,
        tuple(kinds.order_by("valid_from").values_list("kind", flat=True)), state_token(found.pk),
    )  # fmt: skip


def names_of(persons: Iterable[int]) -> dict[int, str]:
    """Names of persons by key. One query."""
    rows = SearchEntry.objects.recorded().filter(person_id__in=set(persons), extra=False)
    return dict(rows.order_by("-left_on", "id").values_list("person_id", "name"))
