"""The search box's page (检索页面)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.register.words import code_words
from mingbai.households.search import LIMIT, Match, search
from mingbai.places.queries import names_on

LONGEST = 40
FOUND_BY = {
    Match.NAME: noop("姓名"), Match.PART: noop("姓名中间"), Match.INITIALS: noop("拼音首字母"),
    Match.DOCUMENT: noop("证件号码"), Match.DOCUMENT_TAIL: noop("证件尾号"),
    Match.PHONE_TAIL: noop("电话尾号"), Match.HOUSEHOLD: noop("户编号"),
}  # fmt: skip


@screen(Permission.HOUSEHOLDS_READ)
def find(request: HttpRequest) -> HttpResponse:
    """Whoever the text finds within one's scope, members before those who left."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    hits = search(text, request.scope, request.day) if text else []
    places = names_on({hit.division_code for hit in hits}, request.day)
    relations = code_words("relation")
    lines: list[dict[str, Any]] = [
        {
            "hit": hit,
            "relation": relations.get(hit.relation, hit.relation),
            "place": places.get(hit.division_code, hit.division_code),
            "by": _(FOUND_BY[hit.match]),
        }
        for hit in hits
    ]
    said = {"text": text, "lines": lines, "more": len(hits) >= LIMIT, "limit": LIMIT}
    return render(request, "register/templates/search.html", said)
