"""Runs as a list (评估列表): those that stand, each beside the one before, and what runs or failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.decisions.behind import restricted_in
from mingbai.decisions.models import Run
from mingbai.decisions.moves import Within, moves_between
from mingbai.decisions.queries import runs
from mingbai.desk.access import scope_for
from mingbai.desk.components.charts import Chart, Kind, Series
from mingbai.desk.jobs.words import step_words
from mingbai.desk.runs.words import short_hash
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job

LIVE = (JobState.QUEUED, JobState.RUNNING)
BROKEN = (JobState.FAILED, JobState.STOPPED)
#: The job that evaluates a register or a division.
KIND = "evaluate"
#: Evaluations without a result that are shown above the list; all are among the jobs.
MOST_BROKEN = 3


def visible(scope: Scope) -> QuerySet[Run]:
    """Recorded runs over any of a scope, the newest first."""
    found = runs().select_related("batch", "rule_set").defer("counts", "messages", "unsupplied")
    return found if scope.everything else found.filter(Q(division_code="") | scope.divisions())


def before(run: Run, among: Sequence[Run]) -> Run | None:
    """Of runs, the newest first, the one that a run is naturally compared with: before it, over its place."""
    earlier = [one for one in among if one.pk < run.pk]
    return next((one for one in earlier if one.division_code in ("", run.division_code)), None)


def pair_of(request: HttpRequest, earlier: int, later: int) -> tuple[Run, Run]:
    """Two runs in the order in which they were recorded. 404 unless both are in scope. One query."""
    found = {run.pk: run for run in visible(request.scope).filter(pk__in=(earlier, later))}
    if earlier >= later or len(found) != 2:
        raise Http404
    return found[earlier], found[later]


def within(request: HttpRequest, earlier: Run, later: Run, division_code: str = "") -> Within:
    """Who stands otherwise, as the one who asks may see it. Three queries, once a process."""
    health = scope_for(request, Permission.HEALTH_READ)
    closed = (
        frozenset() if request.scope.lies_in(health)
        else restricted_in(earlier) | restricted_in(later)
    )  # fmt: skip
    return moves_between(earlier, later).within(
        request.scope, health=health, closed=closed, division_code=division_code
    )


@dataclass(frozen=True)
class Line:
    """A run of the list (评估一行); `changed`: households otherwise than after the run before it."""

    run: Run
    actor: str
    seconds: int
    place: str
    changed: int | None
    address: str
    hash: str
    same_pack: bool


def lines_of(
    request: HttpRequest, found: Sequence[Run], earlier: dict[int, Run], names: dict[str, str],
    places: dict[str, Any],
) -> list[Line]:  # fmt: skip
    """Runs as rows."""
    return [_line(request, run, earlier.get(run.pk), names, places) for run in found]


def _line(
    request: HttpRequest, run: Run, past: Run | None, names: dict[str, str], places: dict[str, Any]
) -> Line:
    batch, place = run.batch, places.get(run.division_code)
    assert batch.recorded_at is not None
    changed = within(request, past, run, run.division_code).households if past else None
    return Line(
        run, names[batch.actor], round((batch.recorded_at - batch.started_at).total_seconds()),
        place.name if place else run.division_code, changed,
        comparison_of(past, run) if past else "", short_hash(run),
        past is None or past.pack_hash == run.pack_hash,
    )  # fmt: skip


def comparison_of(earlier: Run, later: Run) -> str:
    """The address of a comparison, within the place of the later run."""
    address = reverse("runs:comparison", args=[earlier.pk, later.pk])
    return f"{address}?place={later.division_code}" if later.division_code else address


def neighbours(scope: Scope, found: Sequence[Run]) -> dict[int, Run]:
    """Run → the run before it that covers its place. One query."""
    if not found:
        return {}
    wanted = {"", *(run.division_code for run in found)}
    last = min(run.pk for run in found)
    below = list(visible(scope).filter(pk__lt=last, division_code__in=wanted)[:LOOKED_BACK])
    every = [*found, *below]
    pairs = ((run, before(run, every)) for run in found)
    return {run.pk: past for run, past in pairs if past is not None}


#: Runs below a page among which the last one's neighbour is looked for.
LOOKED_BACK = 50


def under_way(request: HttpRequest) -> list[dict[str, Any]]:
    """Evaluations that wait or run, and the last ones that came to nothing since. One query."""
    scope = request.reach.own
    jobs = Job.objects.visible_to(
        actor=request.user.actor, ranges=scope.ranges, everything=scope.everything
    )
    found = list(jobs.filter(kind=KIND, state__in=(*LIVE, *BROKEN)).order_by("-id")[:20])
    live = [one for one in found if one.state in LIVE]
    broken = [one for one in found if one.state in BROKEN][:MOST_BROKEN]
    return [
        {"job": one, "live": one.state in LIVE, "step": step_words(one.step)}
        for one in [*live, *broken]
    ]


def chart_of(lines: Sequence[Line]) -> Chart | None:
    """Households changed by the runs of a page, the oldest first; none where there is one at most."""
    shown = [line for line in reversed(lines) if line.changed is not None]
    if len(shown) < 2:
        return None
    days = Counter(line.run.as_of for line in shown)
    return Chart(
        Kind.COLUMNS, _("每次评估变了多少户"), _("每次评估比上次变了多少户，点柱子看是谁"), _("户"),
        _("截至"), [_category(line, alone=days[line.run.as_of] == 1) for line in shown],
        [Series(_("比上次变了"), [line.changed for line in shown], [line.address for line in shown])],
        closed=True,
    )  # fmt: skip


def _category(line: Line, *, alone: bool) -> str:
    """A run by its day; by the time it was made as well where the day was evaluated again."""
    day = line.run.as_of.isoformat()
    at = line.run.batch.recorded_at
    return day if alone or at is None else f"{day} ({timezone.localtime(at):%m-%d %H:%M})"
