"""Who looked at a record (谁看过): when, why, by which leave; for who answers for it and for who inspects.

A person may ask for it, so whoever hands persons their own data sees it; so does whoever reads the audit of
the place. Nobody else: who helps a household is no business of its neighbours' officers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.accounts.models import OutsideReading, User
from mingbai.accounts.roles import Permission
from mingbai.audit.access import HOUSEHOLD, PERSON, looks_at
from mingbai.audit.models import AccessLook
from mingbai.desk.access import screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.words import actor_names
from mingbai.desk.register.readers import read
from mingbai.households.access import (
    Reader,
    get_household_for,
    get_person_household_for,
    place_of,
)
from mingbai.households.models import SearchEntry
from mingbai.places.queries import names_on

#: Why somebody looked, by the code that the log keeps.
PURPOSES = {
    "page": noop("打开页面"), "export": noop("导出名单"), "own data": noop("导出本人资料"),
    "outside": noop("越权查阅"),
}  # fmt: skip
#: By what way.
WAYS = {
    "desk": noop("工作台"), "api": noop("接口"), "command": noop("命令行"), "export": noop("导出"),
}  # fmt: skip
#: Either of them lets somebody see who looked.
ALLOWING = (Permission.PERSONS_EXPORT, Permission.AUDIT_READ)
#: On the page of a person.
FEW = 5


@dataclass(frozen=True)
class LookLine:
    """One look in words (查阅一行)."""

    at: datetime
    who: str
    actor: str
    unit: str
    why: str
    way: str
    leave: str  # place and reason of the leave it rests on; blank: within the own scope
    subject: str
    subject_id: int


def lines_of(looks: Sequence[AccessLook]) -> list[LookLine]:
    """Looks in words. At most four queries, however many there are."""
    names = actor_names(one.actor for one in looks)
    units = _units(looks)
    leaves = _leaves(looks)
    return [
        LookLine(
            one.at, names[one.actor], one.actor, units.get(one.actor, ""),
            _(PURPOSES.get(one.purpose, one.purpose)), _(WAYS.get(one.via, one.via)),
            leaves.get(one.leave_id or 0, ""), one.subject, one.subject_id,
        )
        for one in looks
    ]  # fmt: skip


def _units(looks: Sequence[AccessLook]) -> dict[str, str]:
    keys = {int(one.actor[5:]) for one in looks if one.actor[:5] == "user:"}
    rows = User.objects.filter(pk__in=keys).values_list("pk", "unit")
    return {f"user:{key}": unit for key, unit in rows}


def _leaves(looks: Sequence[AccessLook]) -> dict[int, str]:
    found = OutsideReading.objects.in_bulk({one.leave_id for one in looks if one.leave_id})
    if not found:
        return {}
    day = max(one.from_at for one in found.values()).date()
    places = names_on({one.division_code for one in found.values()}, day)
    return {
        key: f"{places.get(one.division_code, one.division_code)}：{one.reason}"
        for key, one in found.items()
    }


def may_see_looks(reader: Reader, division_code: str, household_id: int) -> bool:
    """Whether one sees who looked at a household that lives there, and at its members."""
    return reader.leave_id is None and any(
        reader.may(one, division_code, household_id) for one in ALLOWING
    )


def latest_looks(person_id: int) -> list[LookLine]:
    """The newest looks at a person, for the page of the person."""
    return lines_of(list(looks_at(person_id)[:FEW]))


@screen(Permission.HOUSEHOLDS_READ)
def person_looks(request: HttpRequest, person_id: int) -> HttpResponse:
    """Every look at a person's record, newest first."""
    day = request.day
    reader, home = read(request, lambda one: get_person_household_for(one, person_id, day=day))
    return _page(request, reader, home.pk, PERSON, person_id, looks_at(person_id))


@screen(Permission.HOUSEHOLDS_READ)
def household_looks(request: HttpRequest, household_id: int) -> HttpResponse:
    """Every look at a household's record, newest first."""
    day = request.day
    reader, home = read(request, lambda one: get_household_for(one, household_id, day=day))
    return _page(
        request, reader, home.pk, HOUSEHOLD, household_id, looks_at(household_id=household_id)
    )


def _page(
    request: HttpRequest,
    reader: Reader,
    home: int,
    subject: str,
    key: int,
    found: QuerySet[AccessLook],
) -> HttpResponse:
    if not may_see_looks(reader, place_of(home, request.day)[0], home):
        raise Http404
    page = page_of(request, found.count())
    entries = SearchEntry.objects.recorded().filter(**{f"{subject}_id": key}, extra=False)
    said = {
        "name": entries.order_by("-left_on").values_list("name", flat=True).first() or str(key),
        "person": subject == PERSON, "key": key, "home": home, "page": page,
        "lines": lines_of(list(found[page.start : page.stop])),
    }  # fmt: skip
    return render(request, "register/templates/looks.html", said)
