"""Whom a number of a list means in the register (编号对应的户和人): a name and a page, within one's scope."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from mingbai.accounts.scopes import Scope
from mingbai.households.models import Household, Person, SearchEntry


@dataclass(frozen=True)
class Subject:
    """A household, by its head's name, or a person (户或人)."""

    name: str
    address: str


def subjects_of(numbers: Collection[str], scope: Scope) -> dict[str, Subject]:
    """Names and pages of offices' numbers; what lies outside the scope has none. Four queries."""
    if not numbers:
        return {}
    homes = dict(
        Household.objects.recorded().filter(number__in=numbers).values_list("pk", "number")
    )
    people = dict(Person.objects.recorded().filter(number__in=numbers).values_list("pk", "number"))
    entries = SearchEntry.objects.recorded().filter(scope.rows(), extra=False)
    found = {
        people[row.person_id]: Subject(row.name, reverse("register:person", args=[row.person_id]))
        for row in entries.filter(person_id__in=people)
    }
    heads = entries.filter(household_id__in=homes, relation="head", left_on=None)
    for row in heads:
        address = reverse("register:household", args=[row.household_id])
        found[homes[row.household_id]] = Subject(row.name, address)
    return found
