"""The audit chain on screens (审计页面): newest first, found by who, what, whom, when; one event; a table.

The chain is of the whole register, so only who reads the audit of all of it sees it; who inspects a part sees
who looked at its records, on their own pages.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.audit.actions import record
from mingbai.audit.models import Batch, Event
from mingbai.desk.access import screen
from mingbai.desk.auditing.changes import changes_of
from mingbai.desk.auditing.checks import latest_check
from mingbai.desk.auditing.finding import LATEST, Asked, asked_of, page_of_events
from mingbai.desk.auditing.telling import (
    address_of,
    facts_of,
    named_targets,
    summary_of,
    target_words,
    touched_by,
)
from mingbai.desk.auditing.words import action_words
from mingbai.desk.components.reaching import whole
from mingbai.desk.components.words import actor_names, clauses
from mingbai.desk.register.lists import XLSX
from mingbai.documents.as_shown import write_as_shown
from mingbai.documents.sheet_writing import Column

FOLDER = "auditing/templates/"
#: Events of a workbook; what goes beyond is said in its head.
MOST_ROWS, LOT = 20_000, 1_000


def chain_of(request: HttpRequest) -> None:
    """404 for who reads the audit of a part of the register only."""
    if not whole(request.scope):
        raise Http404


@screen(Permission.AUDIT_READ)
def events(request: HttpRequest) -> HttpResponse:
    """Events of the chain; the page goes on from an event's number, however long the chain is."""
    chain_of(request)
    asked = asked_of(request)
    rows, older = page_of_events(asked)
    said = {
        "lines": lines_of(request, rows), "asked": asked, "older": older,
        "later": asked.before != LATEST, "check": latest_check(),
        "opens": Permission.HOUSEHOLDS_READ in request.rights.permissions,
    }  # fmt: skip
    return render(request, FOLDER + "events.html", said)


def lines_of(request: HttpRequest, rows: list[Event]) -> list[dict[str, Any]]:
    """Events in words. Two queries."""
    names = actor_names(row.actor for row in rows)
    targets = named_targets(row.target for row in rows)
    held = request.rights.permissions
    reads, manages = Permission.HOUSEHOLDS_READ in held, Permission.USERS_MANAGE in held
    return [
        {
            "event": row, "said": action_words(row.action), "actor": names[row.actor],
            "about": target_words(targets, row.target), "summary": summary_of(row),
            "address": address_of(row.target, reads=reads, manages=manages),
        }
        for row in rows
    ]  # fmt: skip


@screen(Permission.AUDIT_READ)
def event(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event: who, what, about whom, why, what stood before and after, and its place in the chain."""
    chain_of(request)
    found = Event.objects.filter(pk=event_id).first()
    if found is None:
        raise Http404
    (line,) = lines_of(request, [found])
    batch = Batch.objects.filter(pk=found.batch_id).first() if found.batch_id else None
    said = {
        **line, "facts": facts_of(found, request.day), "touched": touched_by(found), "batch": batch,
        "changes": changes_of(request, found), "earlier": _beside(found, "-"),
        "following": _beside(found, ""),
    }  # fmt: skip
    return render(request, FOLDER + "event.html", said)


def _beside(found: Event, way: str) -> int | None:
    """The number of the event before or after, about the same target where there is one. One query."""
    rows = Event.objects.filter(**{"id__lt" if way else "id__gt": found.pk})
    if found.target:
        rows = rows.filter(target=found.target)
    number: int | None = rows.order_by(f"{way}id").values_list("id", flat=True).first()
    return number


@screen(Permission.AUDIT_READ, reads=False, writes=True)
def sheet(request: HttpRequest) -> HttpResponse:
    """The events found, as a workbook; taking it along is an event itself."""
    chain_of(request)
    request.GET = request.POST  # the conditions of the list stand in the form
    asked = asked_of(request)
    with tempfile.TemporaryDirectory(prefix="mingbai-audit-") as folder:
        path = Path(folder) / "events.xlsx"
        count, content = _write(request, asked, path), path.read_bytes()
    with transaction.atomic():
        record(
            actor=request.user.actor, action="desk.events.exported", target="events:list",
            data={"rows": count},
        )  # fmt: skip
    name = quote(_("审计事件 {day}.xlsx").format(day=timezone.localdate()))
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


def _write(request: HttpRequest, asked: Asked, path: Path) -> int:
    narrowed = clauses(f"{one.label} {one.value}" for one in asked.chips)
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    head = [
        (_("条件"), narrowed or _("全部事件")), (_("链上最后一条"), str(last)),
        (_("最多"), _("{n} 条，新的在前；更多的请缩小条件").format(n=MOST_ROWS)),
        (_("导出人"), str(request.user)),
    ]  # fmt: skip
    columns = [
        Column(_("号"), 10, number=True), Column(_("时间"), 20), Column(_("谁"), 14),
        Column(_("做了什么"), 18), Column(_("对谁"), 18), Column(_("批次"), 10),
        Column(_("说明"), 30), Column(_("摘要"), 66),
    ]  # fmt: skip
    return write_as_shown(
        path, title=_("审计事件"), head=head, columns=columns, rows=_rows(request, asked)
    )


def _rows(request: HttpRequest, asked: Asked) -> Iterator[list[object]]:
    found = asked.found.filter(id__lt=asked.before).order_by("-id")[:MOST_ROWS].iterator(LOT)
    while lot := list(islice(found, LOT)):
        for line in lines_of(request, lot):
            one = line["event"]
            at = timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M:%S")
            yield [
                one.pk, at, line["actor"], line["said"], line["about"],
                "" if one.batch_id is None else str(one.batch_id), line["summary"], one.digest,
            ]  # fmt: skip
