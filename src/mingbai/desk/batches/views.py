"""Screens of acts of recording (登记批次页面): who recorded what, when; and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch
from mingbai.decisions.actions import after_change
from mingbai.decisions.changes import households_touched
from mingbai.desk.access import scope_for, screen
from mingbai.desk.batches.reach import Target, may_undo, target_of, visible
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.reaching import whole
from mingbai.desk.components.words import actor_names
from mingbai.desk.register.words import source_words, table_words
from mingbai.households.actions import undo_action
from mingbai.intake.actions import undo_import
from mingbai.intake.following import states_job
from mingbai.intake.undo_orders import order_undo, undo_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.queries import worker_is_silent

TEMPLATES = "batches/templates/"
#: Rows of an import that are taken back while somebody waits: a second. More is for the worker.
MOST_WAITED_FOR = 2_000


@screen(Permission.HOUSEHOLDS_READ)
def batches(request: HttpRequest) -> HttpResponse:
    """One's own batches; those of the whole register for whoever may undo anywhere in it."""
    undoing = scope_for(request, Permission.BATCHES_UNDO)
    found = visible(request.user.actor, undoing)
    page = page_of(request, found.count())
    rows = list(found.select_related("undone_by")[page.start : page.stop])
    names = actor_names(one.actor for one in rows)
    lines = [
        {"batch": one, "actor": names[one.actor], "undone": _undone_by(one) is not None}
        for one in rows
    ]
    said = {"page": page, "rows": lines, "everything": whole(undoing)}
    return render(request, TEMPLATES + "batches.html", said)


@screen(Permission.HOUSEHOLDS_READ)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch: what it wrote, about whom, whether it was taken back."""
    found, subject, undoing = _find(request, batch_id)
    undone = _undone_by(found)
    states, undoing_job = states_job(found.pk), undo_job(found.pk)
    waiting = [
        one for one in (states, undoing_job) if one is not None and one.state == JobState.QUEUED
    ]
    said = {
        "states": states, "undo_job": undoing_job, "waiting": bool(waiting) and worker_is_silent(),
        "batch": found, "actor": actor_names([found.actor])[found.actor], "undone": undone,
        "source": source_words(found.source) if found.source else "", "subject": subject,
        "may_undo": undone is None and undoing_job is None and may_undo(found, undoing, subject),
        "tables": [(table_words(one.table), one.begun, one.ended) for one in found.spans.order_by("table")],
    }  # fmt: skip
    return render(request, TEMPLATES + "batch.html", said)


@screen(Permission.BATCHES_UNDO, reads=False, writes=True)
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take a batch back: a single action at once, an import in the background."""
    found, subject, undoing = _find(request, batch_id)
    if not may_undo(found, undoing, subject):
        raise Http404
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        messages.error(request, _("没有撤销：请写明为什么。"))
        return redirect("batches:batch", batch_id)
    if found.kind == BatchKind.IMPORT:
        return _undo_import(request, found, reason)
    back = undo_action(actor=request.user.actor, reason=reason, batch_id=batch_id)
    after_change(households_touched([back.pk]), actor=request.user.actor)
    messages.success(request, _("已撤销。改前的样子都回来了。"))
    return redirect("batches:batch", back.pk)


def _undo_import(request: HttpRequest, found: Batch, reason: str) -> HttpResponse:
    """A short list while one waits; a long one by the worker, who shows how far it is and can be stopped."""
    said: Any = {"actor": request.user.actor, "batch_id": found.pk, "reason": reason}
    if _rows(found) > MOST_WAITED_FOR:
        return redirect("jobs:job", order_undo(**said).pk)
    undo_import(**said)
    messages.success(request, _("导入已整批撤销。"))
    return redirect("batches:batch", found.pk)


def _rows(found: Batch) -> int:
    """How many rows a batch began and ended. One query."""
    return sum(one.begun + one.ended for one in found.spans.all())


def _find(request: HttpRequest, batch_id: int) -> tuple[Batch, Target | None, Scope]:
    """A recorded batch that is one's own, or about what one may undo; with its subject and that scope."""
    undoing = scope_for(request, Permission.BATCHES_UNDO)
    found = Batch.objects.filter(pk=batch_id, recorded_at__isnull=False).first()
    if found is None:
        raise Http404
    subject = target_of(found, request.scope)
    theirs = found.actor != request.user.actor and not whole(undoing)
    if theirs and (target_of(found, undoing) is None):
        raise Http404
    return found, subject, undoing


def _undone_by(found: Batch) -> Batch | None:
    back = getattr(found, "undone_by", None)
    return back if back is not None and back.recorded_at is not None else None
