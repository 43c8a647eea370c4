"""Screens of runs (评估页面): which there are, what is under way, and two of them side by side."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.charts import taken
from mingbai.desk.components.paging import Page, page_of
from mingbai.desk.components.reaching import whole
from mingbai.desk.components.words import actor_names
from mingbai.desk.runs.comparing import (
    asked_of,
    by_place,
    by_rule,
    chips,
    lines_of,
    versions_address,
)
from mingbai.desk.runs.listing import (
    Line,
    chart_of,
    comparison_of,
    neighbours,
    pair_of,
    under_way,
    visible,
)
from mingbai.desk.runs.listing import lines_of as run_lines
from mingbai.desk.runs.why import why_of
from mingbai.desk.runs.words import short_hash
from mingbai.jobs.queries import worker_is_silent
from mingbai.places.remembered import roster

FOLDER = "runs/templates/"
RUNS_A_PAGE = 20
NAMES_A_PAGE = 30


@screen(Permission.EVALUATION_READ)
def runs(request: HttpRequest) -> HttpResponse:
    """Recorded runs over one's scope, each beside the one before it; above them what is under way."""
    page, lines = _listed(request)
    jobs = under_way(request)
    live = any(one["live"] for one in jobs)
    drawn = chart_of(lines)
    if drawn is not None and request.rights[Permission.EXPORT_MAKE]:
        drawn = replace(drawn, xlsx=f"{reverse('runs:figures')}?page={page.number}")
    said = {
        "page": page, "jobs": jobs, "running": live, "waiting": live and worker_is_silent(),
        "lines": lines, "chart": drawn,
        "may_evaluate": whole(scope_for(request, Permission.EVALUATION_RUN)),
    }  # fmt: skip
    return render(request, FOLDER + "runs.html", said)


def _listed(request: HttpRequest) -> tuple[Page, list[Line]]:
    """The runs of a page. Four queries, and three a run once a process."""
    found = visible(request.scope)
    page = page_of(request, found.count(), RUNS_A_PAGE)
    rows = list(found[page.start : page.stop])
    names = actor_names(one.batch.actor for one in rows)
    places = roster(request.day).places
    return page, run_lines(request, rows, neighbours(request.scope, rows), names, places)


@screen(Permission.EXPORT_MAKE, writes=True, reads=False)
def figures(request: HttpRequest) -> HttpResponse:
    """How many changed by each run of a page, as a workbook. 404 where there is nothing to draw."""
    drawn = chart_of(_listed(request)[1])
    if drawn is None:
        raise Http404
    return taken(request, drawn, [(_("截至"), request.day.isoformat())], "runs:figures")


@screen(Permission.EVALUATION_READ)
def compare(request: HttpRequest) -> HttpResponse:
    """Two runs picked from the list: to their comparison, the earlier one first."""
    keys = sorted({_key(request.GET.get(name, "")) for name in ("one", "other")})
    if len(keys) != 2:
        return redirect("runs:runs")
    earlier, later = pair_of(request, *keys)
    return redirect(comparison_of(earlier, later))


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@screen(Permission.EVALUATION_READ)
def comparison(request: HttpRequest, earlier: int, later: int) -> HttpResponse:
    """Who stands otherwise after the later run: by rule, by place, and by name with the reason."""
    first, last = pair_of(request, earlier, later)
    asked = asked_of(request, first, last)
    rows = asked.rows
    page = page_of(request, len(rows), NAMES_A_PAGE)
    names = actor_names(one.batch.actor for one in (first, last))
    said = {
        "asked": asked, "page": page,
        "both": [(one, names[one.batch.actor], short_hash(one)) for one in (first, last)],
        "may_export": bool(request.rights[Permission.EXPORT_MAKE]), "query": request.GET.urlencode(),
        "households": asked.found.households, "rules": by_rule(asked),
        "places": by_place(asked, rows), "chips": list(chips(asked)),
        "lines": lines_of(asked, rows[page.start : page.stop].tolist()),
        "versions": versions_address(asked), "same_pack": first.pack_hash == last.pack_hash,
        "same_facts": first.snapshot_hash == last.snapshot_hash,
    }  # fmt: skip
    return render(request, FOLDER + "comparison.html", said)


@screen(Permission.HOUSEHOLDS_READ)
def why(request: HttpRequest, earlier: int, later: int, household_id: int) -> HttpResponse:
    """What one household's change rests on: facts then and now with their source, and values of the pack."""
    asked = asked_of(request, *pair_of(request, earlier, later))
    said = {"asked": asked, "why": why_of(asked, household_id), "versions": versions_address(asked)}
    return render(request, FOLDER + "why.html", said)
