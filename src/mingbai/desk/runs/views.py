"""Screens of runs (评估页面): which there are, what is under way, and two of them side by side."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mingbai.accounts.roles import Permission
from mingbai.decisions.models import Run
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.reaching import whole
from mingbai.desk.components.words import actor_names
from mingbai.desk.runs.comparing import asked_of, by_place, by_rule, chips, lines_of
from mingbai.desk.runs.listing import comparison_of, neighbours, under_way, visible
from mingbai.desk.runs.listing import lines_of as run_lines
from mingbai.desk.runs.words import short_hash
from mingbai.jobs.queries import worker_is_silent
from mingbai.places.remembered import roster

FOLDER = "runs/templates/"
RUNS_A_PAGE = 20
NAMES_A_PAGE = 30


@screen(Permission.EVALUATION_READ)
def runs(request: HttpRequest) -> HttpResponse:
    """Recorded runs over one's scope, each beside the one before it; above them what is under way."""
    found = visible(request.scope)
    page = page_of(request, found.count(), RUNS_A_PAGE)
    rows = list(found[page.start : page.stop])
    names = actor_names(one.batch.actor for one in rows)
    places = roster(request.day).places
    jobs = under_way(request)
    live = any(one["live"] for one in jobs)
    said = {
        "page": page, "jobs": jobs, "running": live, "waiting": live and worker_is_silent(),
        "lines": run_lines(request, rows, neighbours(request.scope, rows), names, places),
        "may_evaluate": whole(scope_for(request, Permission.EVALUATION_RUN)),
    }  # fmt: skip
    return render(request, FOLDER + "runs.html", said)


@screen(Permission.EVALUATION_READ)
def compare(request: HttpRequest) -> HttpResponse:
    """Two runs picked from the list: to their comparison, the earlier one first."""
    keys = sorted({_key(request.GET.get(name, "")) for name in ("one", "other")})
    if len(keys) != 2:
        return redirect("runs:runs")
    earlier, later = _pair(request, *keys)
    return redirect(comparison_of(earlier, later))


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _pair(request: HttpRequest, earlier: int, later: int) -> tuple[Run, Run]:
    """Two runs in the order in which they were recorded. 404 unless both are in scope. One query."""
    found = {run.pk: run for run in visible(request.scope).filter(pk__in=(earlier, later))}
    if earlier >= later or len(found) != 2:
        raise Http404
    return found[earlier], found[later]


@screen(Permission.EVALUATION_READ)
def comparison(request: HttpRequest, earlier: int, later: int) -> HttpResponse:
    """Who stands otherwise after the later run: by rule, by place, and by name with the reason."""
    first, last = _pair(request, earlier, later)
    asked = asked_of(request, first, last)
    rows = asked.rows
    page = page_of(request, len(rows), NAMES_A_PAGE)
    names = actor_names(one.batch.actor for one in (first, last))
    said = {
        "asked": asked, "page": page,
        "both": [(one, names[one.batch.actor], short_hash(one)) for one in (first, last)],
        "households": asked.found.households, "rules": by_rule(asked),
        "places": by_place(asked, rows), "chips": list(chips(asked)),
        "lines": lines_of(asked, rows[page.start : page.stop].tolist()),
        "same_pack": first.pack_hash == last.pack_hash,
        "same_facts": first.snapshot_hash == last.snapshot_hash,
    }  # fmt: skip
    return render(request, FOLDER + "comparison.html", said)
