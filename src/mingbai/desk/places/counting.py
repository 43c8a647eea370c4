"""Households and persons per village (户数和人数), as far as one's scope reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from mingbai.accounts.scopes import Scope
from mingbai.households.models import SearchEntry
from mingbai.places.queries import under


@dataclass(frozen=True)
class Counted:
    """Households and persons of a place (户数、人数)."""

    households: int
    persons: int


def counts_under(scope: Scope, day: date, code: str) -> dict[str, Counted]:
    """Village code → counts, for the villages under a code that the scope reaches. One query.

    One row a person, and the household's number stands at one of them. Search entries follow the
    register's present state: `day` only leaves out who had gone by then.
    """
    rows = SearchEntry.objects.recorded().filter(scope.rows(), under(code, "division_code"))
    here = rows.filter(Q(left_on=None) | Q(left_on__gt=day), extra=False)
    found = here.values("division_code").annotate(
        persons=Count("id"), households=Count("household_number")
    )
    return {
        row["division_code"]: Counted(row["households"], row["persons"])
        for row in found.order_by("division_code")
    }
