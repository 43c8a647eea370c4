"""The list of households (户列表页面): filters in the address, as of a day, with marks once a run exists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.words import aside
from mingbai.desk.register.forms import FilterForm
from mingbai.desk.register.states import COLUMNS, Marked, marked
from mingbai.desk.register.words import standing_words, status_words
from mingbai.households.queries import Filter, Row, Standing, count_households, list_households
from mingbai.places.codes import level_of
from mingbai.places.queries import names_on

SIZE = 50
#: A longer list is counted no further: the count would cost more than the page.
MOST = 100_000


@screen(Permission.HOUSEHOLDS_READ)
def households(request: HttpRequest) -> HttpResponse:
    """A page of households of one's scope."""
    form = FilterForm(request.GET or None, today=request.day)
    data = form.cleaned_data if form.is_valid() else {}
    day = data.get("on") or request.day
    filters = Filter(
        division_code=data.get("place", ""), group_number=data.get("group", ""),
        standing=Standing(data.get("kind") or Standing.ALL),
    )  # fmt: skip
    after = request.GET.get("after", "")[:60]
    page = list_households(day, scope=request.scope, filters=filters, after=after, limit=SIZE)
    total = count_households(day, scope=request.scope, filters=filters, most=MOST)
    run = run_of(filters.division_code)
    said = {
        "form": form, "day": day, "rows": _lines(request, page.rows, day, run), "total": total,
        "most": MOST, "chips": _chips(request, data), "first": not after, "after": page.next,
        "query": urlencode(_kept(request)), "columns": [_(short) for short in COLUMNS.values()],
        "run": run, "today": day == request.day,
    }  # fmt: skip
    return render(request, "register/templates/households.html", said)


def marks_for(request: HttpRequest, places: Mapping[int, str], run: Any) -> dict[int, Marked]:
    """The marks that the one who asks may see of households; none before the first evaluation."""
    if run is None:
        return {}
    scope = scope_for(request, Permission.EVALUATION_READ) | request.reach.outside
    return marked(places, run.as_of, scope=scope, health=scope_for(request, Permission.HEALTH_READ))


def _lines(
    request: HttpRequest, rows: tuple[Row, ...], day: date, run: Any
) -> list[dict[str, Any]]:
    places = names_on({row.division_code for row in rows}, day)
    places_of = {row.household_id: row.division_code for row in rows}
    marks = marks_for(request, places_of, run)
    return [
        {
            "row": row,
            "place": places.get(row.division_code, row.division_code),
            "kinds": "、".join(status_words(kind) for kind in row.kinds),
            "marks": marks.get(row.household_id),
        }
        for row in rows
    ]


def run_of(division_code: str) -> Any:
    """The run that the marks come from: over the place asked for, else the newest. One query."""
    found = latest_runs()
    return run_over(found, division_code) if division_code else (found[0] if found else None)


def _kept(request: HttpRequest, *, without: str = "") -> list[tuple[str, str]]:
    """The filters of the address, but one; never the place in the list."""
    names = [name for name in FilterForm.base_fields if name != without]
    return [(name, request.GET[name]) for name in names if request.GET.get(name)]


def _chips(request: HttpRequest, data: dict[str, Any]) -> list[dict[str, str]]:
    """The filters that narrow the list, each with the address of the list without it."""
    shown = []
    if data.get("place"):
        code = data["place"].ljust(12, "0")
        name = names_on([code], request.day).get(code, data["place"])
        shown.append(("place", _("地方"), aside(name, _(level_of(code).label))))
    if data.get("kind") and data["kind"] != Standing.ALL:
        shown.append(("kind", _("身份"), standing_words(data["kind"])))
    if data.get("group"):
        shown.append(("group", _("组"), data["group"]))
    if data.get("on") and data["on"] != request.day:
        shown.append(("on", _("截至"), data["on"].isoformat()))
    return [
        {"label": label, "value": value, "without": urlencode(_kept(request, without=name))}
        for name, label, value in shown
    ]
