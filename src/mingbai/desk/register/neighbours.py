"""The household before and after, in the list somebody came from (上一户、下一户).

The address carries the query of that list (`list=`); without one the order of the village is taken. Which
household it is, is looked up when somebody goes there, so that a page costs nothing for it.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.households.access import place_of
from mingbai.households.queries import Filter, Standing, list_households
from mingbai.places.codes import is_code

LONGEST = 300
WAYS = {"before": "-place", "after": "place"}


def list_query(request: HttpRequest) -> str:
    """The query of the list that somebody came from."""
    return request.GET.get("list", "")[:LONGEST]


@screen(Permission.HOUSEHOLDS_READ)
def beside(request: HttpRequest, household_id: int, way: str) -> HttpResponse:
    """Goes on to the household beside this one; at the end of the list back to it, with a word."""
    if way not in WAYS:
        raise Http404
    query = list_query(request)
    code, _until = place_of(household_id, request.day)
    if not request.scope.covers(code, household_id):
        raise Http404
    filters = _filters(query, code)
    page = list_households(
        _day(query, request.day), scope=request.scope, filters=filters, sort=WAYS[way],
        after=f"{code} {household_id}", limit=1,
    )  # fmt: skip
    if not page.rows:
        messages.info(request, _("已经到头了，这是全部名单。"))
        return redirect(reverse("register:households") + f"?{query or f'place={code}'}")
    kept = f"?{urlencode({'list': query})}" if query else ""
    return redirect(reverse("register:household", args=[page.rows[0].household_id]) + kept)


def _filters(query: str, code: str) -> Filter:
    """The filters of the list's address; anything else in it is not ours."""
    asked = dict(parse_qsl(query))
    place, kind = asked.get("place", ""), asked.get("kind", "")
    return Filter(
        division_code=place if is_code(place) else ("" if query else code),
        group_number=asked.get("group", ""),
        standing=Standing(kind) if kind in {one.value for one in Standing} else Standing.ALL,
    )


def _day(query: str, today: date) -> date:
    try:
        asked = date.fromisoformat(dict(parse_qsl(query)).get("on", ""))
    except ValueError:
        return today
    return min(asked, today)
