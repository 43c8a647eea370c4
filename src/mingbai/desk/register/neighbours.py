"""The household before and after, in the list somebody came from (上一户、下一户).

The address carries the query of that list (`list=`) with all that narrows and orders it; without one the
order of the village is taken. Which household it is, is looked up when somebody goes there, so that a page
costs nothing for it.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.register.list_asking import Asked, asked_of, with_states
from mingbai.households.access import place_of
from mingbai.households.models import Household
from mingbai.households.queries import list_households

LONGEST = 300
BEFORE, AFTER = "before", "after"
NUMBER = "number"


def list_query(request: HttpRequest) -> str:
    """The query of the list that somebody came from."""
    return request.GET.get("list", "")[:LONGEST]


@screen(Permission.HOUSEHOLDS_READ)
def beside(request: HttpRequest, household_id: int, way: str) -> HttpResponse:
    """Goes on to the household beside this one; at the end of the list back to it, with a word."""
    if way not in (BEFORE, AFTER):
        raise Http404
    query = list_query(request)
    code, _until = place_of(household_id, request.day)
    if not request.scope.covers(code, household_id):
        raise Http404
    listed = query or urlencode({"place": code})
    _form, asked = asked_of(request, QueryDict(listed))
    found = _beside(asked, household_id, code, before=way == BEFORE)
    if found is None:
        messages.info(request, _("已经到头了，这是全部名单。"))
        return redirect(reverse("register:households") + f"?{listed}")
    kept = f"?{urlencode({'list': query})}" if query else ""
    return redirect(reverse("register:household", args=[found]) + kept)


def _beside(asked: Asked, household_id: int, code: str, *, before: bool) -> int | None:
    """The household before or after one in the order of the list, be that one still in it or not."""
    by_number = asked.sort.lstrip("-") == NUMBER
    backwards = asked.sort.startswith("-") != before
    if asked.chosen is not None and not by_number:
        return asked.chosen.beside(code, household_id, before=backwards)
    edge = (
        Household.objects.get(pk=household_id).number if by_number else _place(asked, household_id)
    )
    sort = asked.sort.lstrip("-")
    page = list_households(
        asked.day, scope=asked.request.scope, filters=with_states(asked),
        sort=f"-{sort}" if backwards else sort, after=f"{edge} {household_id}", limit=1,
    )  # fmt: skip
    return page.rows[0].household_id if page.rows else None


def _place(asked: Asked, household_id: int) -> str:
    return place_of(household_id, asked.day)[0]
