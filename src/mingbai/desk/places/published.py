"""Published figures against the register (公布数对照): the table that the last background run has computed.

Only a demonstration has a report to be held against. The figures are of the whole place, so only who may read
all of it sees them; what the report does not say or the register does not keep is said, never shown as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.audit.actions import record
from mingbai.audit.following import newest_mark
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.parts import Tab, changed_query
from mingbai.desk.components.reaching import covers
from mingbai.desk.components.words import either
from mingbai.desk.places.exporting import XLSX
from mingbai.documents.as_shown import write_as_shown
from mingbai.documents.sheet_writing import Column
from mingbai.jobs.actions import start_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.places.queries import register

KIND = "places.published"
AGREES, DIFFERS, UNCLEAR, MASKED, ABSENT = "agrees", "differs", "unclear", "masked", "absent"
_OF_MARK = {"✔": AGREES, "✘": DIFFERS, "?": UNCLEAR, "–": MASKED, "": ABSENT}
_TONES = {AGREES: "ok", DIFFERS: "no", UNCLEAR: "un", MASKED: "na", ABSENT: "na"}


@dataclass(frozen=True)
class Row:
    """One published figure as the page shows it (一行)."""

    mechanism: str
    name: str
    day: str
    published: str
    computed: str
    standing: str  # agrees, differs, unclear, masked, absent
    definition: str
    address: str
    dated: bool  # the report says as of which day, and `day` is it

    @property
    def tone(self) -> str:
        return _TONES[self.standing]

    @property
    def word(self) -> str:
        return words()[self.standing]


@dataclass(frozen=True)
class Kept:
    """What the last run has computed (已算好的对照表)."""

    place: str
    source: str
    rows: list[Row]
    at: Any
    behind: int  # events recorded since


def words() -> dict[str, str]:
    """How a figure of the register stands to the published one."""
    return {
        AGREES: _("对得上"), DIFFERS: _("对不上"), UNCLEAR: _("原文有两种读法"),
        MASKED: _("报告未公布"), ABSENT: _("登记簿不存这类数据"),
    }  # fmt: skip


@screen(Permission.HOUSEHOLDS_READ)
def published(request: HttpRequest) -> HttpResponse:
    """The table of the last run, or how to have it computed."""
    _only_whole(request)
    kept = _kept()
    rows, wanted = _shown(request, kept)
    running = Job.objects.filter(kind=KIND, state__in=(JobState.QUEUED, JobState.RUNNING))
    return render(request, "places/templates/published.html", {
        "kept": kept, "rows": rows, "tabs": _tabs(request, kept, wanted) if kept else [],
        "running": running.order_by("-id").values_list("pk", flat=True).first(),
        "may_compute": covers(scope_for(request, Permission.EVALUATION_RUN), register().division_code),
        "may_export": bool(request.rights[Permission.EXPORT_MAKE]),
        "query": request.GET.urlencode(),
    })  # fmt: skip


@screen(Permission.EVALUATION_RUN, writes=True, reads=False)
def compute(request: HttpRequest) -> HttpResponse:
    """Let the worker compute the figures again."""
    _only_whole(request)
    made = start_job(
        kind=KIND, arguments={}, actor=request.user.actor, division_code=register().division_code
    )
    return redirect("jobs:job", made.pk)


@screen(Permission.EXPORT_MAKE, writes=True, reads=False)
def table(request: HttpRequest) -> HttpResponse:
    """The table as it is shown, as a workbook. Leaves an event."""
    _only_whole(request)
    kept = _kept()
    if kept is None:
        raise Http404
    rows, wanted = _shown(request, kept)
    title = _("{place} 公布数对照").format(place=kept.place)
    out = BytesIO()
    count = write_as_shown(
        out, title=title, columns=_columns(),
        head=[(_("来源"), kept.source), (_("算于"), f"{kept.at:%Y-%m-%d %H:%M}"),
              (_("只看"), words()[wanted] if wanted else _("全部"))],
        rows=[(one.name, one.mechanism, one.day, one.published, one.computed, one.word, one.definition)
              for one in rows],
    )  # fmt: skip
    with transaction.atomic():
        record(
            actor=request.user.actor, action="desk.table.exported", target="published",
            data={"show": wanted, "rows": count},
        )  # fmt: skip
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    return answer


def _columns() -> list[Column]:
    heads = [
        (_("公布的数"), 28), (_("机制"), 10), (_("截至"), 22), (_("公布数"), 16), (_("登记簿算出"), 18),
        (_("对照"), 18), (_("口径"), 60),
    ]  # fmt: skip
    return [Column(head, width) for head, width in heads]


def _only_whole(request: HttpRequest) -> None:
    """404 outside a demonstration, and for who may not read all of the place."""
    own = register()
    if not own.synthetic or not covers(request.scope, own.division_code):
        raise Http404


def _kept() -> Kept | None:
    """The last run that ended well. Two queries."""
    found = Job.objects.filter(kind=KIND, state=JobState.DONE).order_by("-id").first()
    if found is None or not found.result:
        return None
    told = found.result
    return Kept(
        told["place"], either(**told["source"]), [_row(one) for one in told["rows"]], found.ended_at,
        max(0, newest_mark().event - told["event"]),
    )  # fmt: skip


def _row(told: dict[str, Any]) -> Row:
    standing = _OF_MARK[told["mark"]]
    return Row(
        mechanism=told["mechanism"], name=either(told["zh"], told["en"]), day=_day(told, standing),
        published=either(**told["published"]),
        computed=_computed(told, standing), standing=standing, address=_address(told),
        definition=either(**told["definition"]) if told.get("definition") and standing != ABSENT else "",
        dated=told["date"] is not None,
    )  # fmt: skip


def _day(told: dict[str, Any], standing: str) -> str:
    if standing == MASKED:
        return ""
    if told["date"] is None:
        return _("年份未公布，按 {day} 算").format(day=told["computed_for"])
    return str(told["date"])


def _computed(told: dict[str, Any], standing: str) -> str:
    if standing in (MASKED, ABSENT):
        return ""
    shown = either(**told["computed"])
    parts = told.get("parts")
    return f"{shown} = {parts[0]} ÷ {parts[1]}" if parts and all(parts) else shown


def _address(told: dict[str, Any]) -> str:
    """The list of households behind a count; blank where there is none that counts the same."""
    behind = told.get("list")
    if not behind or "of" not in behind:  # a run of an older version
        return ""
    query = {name: behind[name] for name in ("kind", "on") if behind[name]}
    return f"{reverse('register:' + behind['of'])}?{urlencode(query)}"


def _shown(request: HttpRequest, kept: Kept | None) -> tuple[list[Row], str]:
    """The rows that the address asks for, and by which standing."""
    rows = kept.rows if kept else []
    wanted = request.GET.get("show", "")
    if wanted not in _TONES:
        return rows, ""
    return [one for one in rows if one.standing == wanted], wanted


def _tabs(request: HttpRequest, kept: Kept, wanted: str) -> list[Tab]:
    counts = {key: sum(one.standing == key for one in kept.rows) for key in _TONES}
    found = [Tab(_("全部"), changed_query(request.GET, {"show": None}), len(kept.rows), not wanted)]
    return found + [
        Tab(words()[key], changed_query(request.GET, {"show": key}), count, wanted == key, hot=key == DIFFERS)
        for key, count in counts.items()
        if count
    ]  # fmt: skip
