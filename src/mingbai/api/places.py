"""Divisions of the scope (区划接口)."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.api.tokens import caller
from mingbai.api.types import Code, Day
from mingbai.places.codes import pad
from mingbai.places.queries import children, division_on, path

router = Router(tags=["divisions"])


class DivisionOut(Schema):
    """A division as it stands on a day (区划)."""

    code: str
    name: str
    level: str
    kind: str
    parent_code: str
    valid_from: date
    valid_to: date | None


class DivisionPage(Schema):
    """A division, what it lies in and what lies in it (区划上下级)."""

    division: DivisionOut
    path: list[DivisionOut]
    children: list[DivisionOut]


@router.get("/{code}", response=DivisionPage, summary="一个区划和它的上下级 A division")
def read_division(request: HttpRequest, code: Code, day: Query[Day | None] = None) -> DivisionPage:
    """What lies outside the scope is left out of the children and answers 404 as the division itself."""
    asking = caller(request)
    scope = asking.scope(Permission.HOUSEHOLDS_READ)
    on = day or asking.day
    division = division_on(pad(code), on)
    if division is None or not _touches(scope, division.code):
        raise Http404
    below = [one for one in children(division.code, on) if _touches(scope, one.code)]
    return DivisionPage(
        division=DivisionOut.from_orm(division),
        path=[DivisionOut.from_orm(one) for one in path(division.code, on)],
        children=[DivisionOut.from_orm(one) for one in below],
    )


def _touches(scope: Scope, code: str) -> bool:
    """Whether it is in the scope or holds some of it: the way down to one's own village is no secret."""
    if scope.covers(code):
        return True
    start = code.rstrip("0")
    low, high = start.ljust(12, "0"), start.ljust(12, "9")
    return any(low <= last and first <= high for first, last in scope.ranges)
