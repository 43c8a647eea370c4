"""Screens of background work (后台任务页面): what runs, how far it is, stop it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.reaching import covers, whole
from mingbai.desk.jobs.words import kind_words, step_words
from mingbai.jobs.actions import start_job, stop_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.jobs.queries import find_job, worker_is_silent
from mingbai.places.queries import register

TEMPLATES = "jobs/templates/"
LIVE = (JobState.QUEUED, JobState.RUNNING)


def _reach(request: HttpRequest) -> dict[str, Any]:
    """What the one who asks may see of other people's jobs: no leave to read outside opens them."""
    scope = request.reach.own
    return {
        "actor": request.user.actor, "ranges": scope.ranges, "everything": scope.everything,
    }  # fmt: skip


def _line(job: Job) -> dict[str, Any]:
    return {
        "job": job, "kind": kind_words(job.kind), "live": job.state in LIVE, "step": step_words(job.step),
    }  # fmt: skip


@screen(Permission.HOUSEHOLDS_READ)
def jobs(request: HttpRequest) -> HttpResponse:
    """Jobs of one's own and of one's places, newest first."""
    found = Job.objects.visible_to(**_reach(request)).order_by("-id")
    page = page_of(request, found.count())
    lines = [_line(job) for job in found[page.start : page.stop]]
    running = any(line["live"] for line in lines)
    return render(
        request,
        TEMPLATES + "jobs.html",
        {
            "page": page,
            "lines": lines,
            "running": running,
            "waiting": running and worker_is_silent(),
            "may_evaluate": whole(scope_for(request, Permission.EVALUATION_RUN)),
        },
    )


@screen(Permission.EVALUATION_RUN, reads=False, writes=True)
def evaluate(request: HttpRequest) -> HttpResponse:
    """Let the worker hold the rules against the whole register, as of the working date."""
    if not whole(request.scope):
        raise Http404
    wanted = {"pack": register().pack, "as_of": request.day.isoformat(), "division_code": ""}
    made = start_job(
        kind="evaluate", arguments=wanted, actor=request.user.actor,
        division_code=register().division_code,
    )  # fmt: skip
    return redirect("jobs:job", made.pk)


@screen(Permission.HOUSEHOLDS_READ)
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job with its bar; the page asks again by itself while it runs."""
    found = _find(request, job_id)
    line = _line(found)
    waiting = found.state == JobState.QUEUED and worker_is_silent()
    return render(request, TEMPLATES + "job.html", {**line, "waiting": waiting})


@screen(Permission.HOUSEHOLDS_READ, reads=False, writes=True)
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask a job to stop: one's own, or where one may start such work."""
    found = _find(request, job_id)
    if found.actor != request.user.actor and not _may_stop(request, found):
        raise Http404
    stop_job(job=found, actor=request.user.actor)
    messages.success(request, _("已经叫它停下。写了一半的内容不会留下。"))
    return redirect("jobs:job", job_id)


def _may_stop(request: HttpRequest, found: Job) -> bool:
    """Not a line department, whose lists are of its own topics only."""
    if request.rights.topics(Permission.HOUSEHOLDS_IMPORT) is not None:
        return False
    needed = (Permission.HOUSEHOLDS_IMPORT, Permission.EVALUATION_RUN)
    scopes = [scope_for(request, permission) for permission in needed]
    code = found.division_code
    return any(covers(scope, code) if code else whole(scope) for scope in scopes)


def _find(request: HttpRequest, job_id: int) -> Job:
    found = find_job(job_id, **_reach(request))
    if found is None:
        raise Http404
    return found
