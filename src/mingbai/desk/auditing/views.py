"""The audit chain as a list (审计事件页面): newest first, found by who, what and about whom."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingbai.accounts.roles import Permission
from mingbai.audit.models import Event
from mingbai.desk.access import screen
from mingbai.desk.auditing.words import action_words
from mingbai.desk.components.paging import SIZE
from mingbai.desk.components.words import actor_names

LATEST = 2**63 - 1
FILTERS = ("actor", "action", "target")


@screen(Permission.AUDIT_READ)
def events(request: HttpRequest) -> HttpResponse:
    """Events of the chain; the page goes on from an event's number, however long the chain is."""
    asked = {name: request.GET.get(name, "").strip()[:64] for name in FILTERS}
    before = request.GET.get("before", "")
    below = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else LATEST
    rows = list(_found(asked).filter(id__lt=below).order_by("-id")[: SIZE + 1])
    names = actor_names(row.actor for row in rows)
    shown = [
        {"event": row, "data": _pairs(row.data), "said": action_words(row.action), "actor": names[row.actor]}
        for row in rows[:SIZE]
    ]  # fmt: skip
    return render(
        request,
        "auditing/templates/events.html",
        {
            "rows": shown,
            "asked": asked,
            "filtered": any(asked.values()),
            "older": rows[SIZE - 1].pk if len(rows) > SIZE else None,
            "later": below != LATEST,
        },
    )


def _found(asked: dict[str, str]) -> QuerySet[Event]:
    found = Event.objects.all()
    for name, text in asked.items():
        if text:
            found = found.filter(**{f"{name}__startswith" if name == "action" else name: text})
    return found


def _pairs(data: str) -> list[tuple[str, Any]]:
    """What the event says, flat enough to read."""
    try:
        found = json.loads(data) if data else {}
    except ValueError:
        return [("data", data)]
    return [
        (key, value if isinstance(value, (str, int)) else json.dumps(value, ensure_ascii=False))
        for key, value in found.items()
    ]
