"""Screens of places (地方页面): the tree of divisions of the working date, as far as one's scope goes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.desk.access import screen
from mingbai.desk.places.counting import Counted, counts_under
from mingbai.places.codes import LENGTH, range_of
from mingbai.places.models import Division
from mingbai.places.queries import children, path, register

NONE = Counted(0, 0)


@screen(Permission.HOUSEHOLDS_READ)
def places(request: HttpRequest) -> HttpResponse:
    """The register's own division and what lies right under it."""
    return _page(request, register().division_code)


@screen(Permission.HOUSEHOLDS_READ)
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One division, if any of it is in scope."""
    if not (code.isascii() and code.isdigit() and len(code) == LENGTH):
        raise Http404
    return _page(request, code)


def _page(request: HttpRequest, code: str) -> HttpResponse:
    above = path(code, request.day)
    if not above or above[-1].code != code:
        raise Http404
    below = [one for one in children(code, request.day) if reaches(request.scope, one.code)]
    counted = counts_under(request.scope, request.day, code)
    if not reaches(request.scope, code) and not counted:
        raise Http404
    rows = [_row(division, counted) for division in below]
    said: dict[str, Any] = {
        "above": above[:-1], "here": above[-1], "rows": rows, "own": _sum(counted, code),
        "families": any(row["counted"].households for row in rows),
    }  # fmt: skip
    return render(request, "places/templates/place.html", said)


def reaches(scope: Scope, code: str) -> bool:
    """Whether any of a division lies in the scope: itself, what is under it, or what it is part of."""
    low, high = range_of(code)
    return scope.everything or any(first <= high and low <= last for first, last in scope.ranges)


def _row(division: Division, counted: dict[str, Counted]) -> dict[str, Any]:
    return {"division": division, "counted": _sum(counted, division.code)}


def _sum(counted: dict[str, Counted], code: str) -> Counted:
    low, high = range_of(code)
    found = [one for village, one in counted.items() if low <= village <= high]
    return Counted(sum(one.households for one in found), sum(one.persons for one in found))
