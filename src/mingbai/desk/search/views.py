"""The search's pages (检索页面): a list under the field as one types, and a page of results without script.

What was searched for is written down nowhere.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.components.paging import whole_number
from mingbai.desk.register.words import code_words
from mingbai.desk.search.finding import places_found, screens_found
from mingbai.households.search import LIMIT, Hit, Match, search
from mingbai.places.remembered import roster

LONGEST = 40
#: How far one may page through a search; beyond it another letter finds sooner.
FURTHEST = 9 * LIMIT
#: Lines of the list under the field: persons, places, screens.
FEW, FEW_PLACES, FEW_SCREENS, MORE = 7, 4, 3, 20
HEAD = "head"
FOUND_BY = {
    Match.NAME: noop("姓名"), Match.PART: noop("姓名中间"), Match.INITIALS: noop("拼音首字母"),
    Match.DOCUMENT: noop("证件号码"), Match.DOCUMENT_TAIL: noop("证件尾号"),
    Match.PHONE_TAIL: noop("电话尾号"), Match.HOUSEHOLD: noop("户编号"),
}  # fmt: skip


@screen(Permission.HOUSEHOLDS_READ)
def find(request: HttpRequest) -> HttpResponse:
    """Whoever and whatever the text finds within one's scope, members before those who left."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    start = whole_number(request.GET.get("start", ""), least=0, most=FURTHEST, otherwise=0)
    hits = search(text, request.scope, request.day, start + LIMIT + 1)[start:] if text else []
    shown, more = hits[:LIMIT], len(hits) > LIMIT
    said = {
        "text": text, "lines": _lines(request, shown), "more": more, "begun": start > 0,
        "first": start + 1, "last": start + len(shown),
        "further": start + LIMIT if more and start < FURTHEST else None,
        "places": places_found(text, request.scope, request, MORE) if text else [],
        "screens": screens_found(text, request.rights.permissions, MORE) if text else [],
    }  # fmt: skip
    return render(request, "search/templates/results.html", said)


@screen(Permission.HOUSEHOLDS_READ)
def suggest(request: HttpRequest) -> HttpResponse:
    """The first of each kind, for the list under the field; nothing for a single letter."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    if not text or (text.isascii() and len(text) < 2):
        return HttpResponse("")
    hits = search(text, request.scope, request.day, FEW + 1)
    said = {
        "text": text, "lines": _lines(request, hits[:FEW]), "more": len(hits) > FEW,
        "places": places_found(text, request.scope, request, FEW_PLACES),
        "screens": screens_found(text, request.rights.permissions, FEW_SCREENS),
    }  # fmt: skip
    return render(request, "search/templates/suggestions.html", said)


def _lines(request: HttpRequest, hits: list[Hit]) -> list[dict[str, Any]]:
    known = roster(request.day).places if hits else {}
    relations = code_words("relation") if hits else {}
    return [
        {
            "hit": hit,
            "relation": relations.get(hit.relation, hit.relation),
            "place": known[hit.division_code].name
            if hit.division_code in known
            else hit.division_code,
            "by": _(FOUND_BY[hit.match]),
            "address": _address(hit),
        }
        for hit in hits
    ]


def _address(hit: Hit) -> str:
    """A head leads to the household, anybody else to themselves."""
    if hit.relation == HEAD or hit.match is Match.HOUSEHOLD:
        return reverse("register:household", args=[hit.household_id])
    return reverse("register:person", args=[hit.person_id])
