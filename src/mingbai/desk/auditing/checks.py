"""Checking the chain from a screen (核验页面): started here, done by the worker, the result kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.reaching import whole
from mingbai.desk.components.words import actor_names, refusal_words
from mingbai.jobs.actions import start_job, stop_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.jobs.queries import worker_is_silent

FOLDER = "auditing/templates/"
CHECK = "audit.verify"
LIVE = (JobState.QUEUED, JobState.RUNNING)
MOST = 20
_HEAD = re.compile(r"\d{1,18}:[0-9a-f]{64}")


def in_groups(head: str) -> str:
    """A head as it is noted down: the digest in groups of eight (链头)."""
    count, _colon, digest = head.partition(":")
    return f"{count}:" + "-".join(digest[at : at + 8] for at in range(0, len(digest), 8))


class ExpectForm(forms.Form):
    """A head that somebody noted down."""

    expect = forms.CharField(
        label=lazy("以前记下的链头"), max_length=120, required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=lazy("不填，就用上次核验无误时的链头。末尾被截掉，只有链头看得出来"),
    )  # fmt: skip

    def clean_expect(self) -> str:
        """Grouped by eights, so that no run of digits in it looks like somebody's number."""
        typed = re.sub(r"[\s-]", "", self.cleaned_data["expect"]).lower()
        if typed and not _HEAD.fullmatch(typed):
            raise forms.ValidationError(_("链头是事件数、冒号和 64 个十六进制字符"))
        return in_groups(typed) if typed else ""


@dataclass(frozen=True)
class Check:
    """One check in words (一次核验)."""

    number: int
    state: str
    live: bool
    at: datetime
    who: str
    ok: bool
    wrong: int
    events: int
    rows: int
    uncovered: int
    head: str
    findings: tuple[str, ...]
    error: str


def latest_check() -> Check | None:
    """The newest check that came to its end. Two queries."""
    job = Job.objects.filter(kind=CHECK, state=JobState.DONE).order_by("-id").first()
    return _check(job, actor_names([job.actor])) if job is not None else None


def _check(job: Job, names: dict[str, str]) -> Check:
    said: dict[str, Any] = job.result or {}
    wrong = int(said.get("wrong", 0))
    head = str(said.get("head", ""))
    return Check(
        job.pk, job.state, job.state in LIVE, job.ended_at or job.created_at, names.get(job.actor, job.actor),
        job.state == JobState.DONE and not wrong, wrong, int(said.get("events", 0)),
        int(said.get("rows", 0)), int(said.get("uncovered", 0)), in_groups(head) if head else "",
        tuple(refusal_words(one["said"]) for one in said.get("findings", ())), job.error,
    )  # fmt: skip


@screen(Permission.AUDIT_READ, writes=True)
def checks(request: HttpRequest) -> HttpResponse:
    """The checks so far; starting another."""
    if not whole(request.scope):
        raise Http404
    form = ExpectForm(given(request))
    if request.method == "POST" and form.is_valid():
        return redirect("auditing:check", _start(request, form.cleaned_data["expect"]).pk)
    jobs = list(Job.objects.filter(kind=CHECK).order_by("-id")[:MOST])
    names = actor_names(job.actor for job in jobs)
    said = {"form": form, "checks": [_check(job, names) for job in jobs]}
    return render(request, FOLDER + "checks.html", said, status=422 if form.errors else 200)


def _start(request: HttpRequest, expect: str) -> Job:
    """A check that waits or runs already is the one; two at a time tell nothing more."""
    running = Job.objects.filter(kind=CHECK, state__in=LIVE).order_by("id").first()
    if running is not None:
        return running
    last = latest_check()
    wanted = expect or (last.head if last is not None and last.ok else "")
    return start_job(kind=CHECK, arguments={"expect": wanted}, actor=request.user.actor)


@screen(Permission.AUDIT_READ)
def check(request: HttpRequest, job_id: int) -> HttpResponse:
    """One check: how far it is, or what it found."""
    job = _find(request, job_id)
    found = _check(job, actor_names([job.actor]))
    waiting = job.state == JobState.QUEUED and worker_is_silent()
    said = {"job": job, "check": found, "waiting": waiting}
    return render(request, FOLDER + "check.html", said)


@screen(Permission.AUDIT_READ, reads=False, writes=True)
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Stop a check; nothing of it is kept."""
    job = _find(request, job_id)
    try:
        stop_job(job=job, actor=request.user.actor)
    except RegisterError as refused:
        messages.error(request, words_of(refused))
    return redirect("auditing:check", job.pk)


def _find(request: HttpRequest, job_id: int) -> Job:
    found = Job.objects.filter(kind=CHECK, pk=job_id).first()
    if found is None or not whole(request.scope):
        raise Http404
    return found
