"""The list of households (户列表页面): filters in the address, as of a day, with marks once a run exists."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.parts import changed_query, picked
from mingbai.desk.register.list_asking import (
    GROUPS,
    MOST_PASTED,
    PASTED,
    Asked,
    asked_of,
    chips,
    lacking_here,
)
from mingbai.desk.register.list_export import export
from mingbai.desk.register.list_reading import (
    HEADS,
    capped,
    heads_of,
    page_of_list,
    tabs_of,
    total_of,
)
from mingbai.desk.register.list_rows import columns_chosen, lines_of
from mingbai.households.queries import Pasted, match_pasted
from mingbai.households.queries.listing import rows_of
from mingbai.places.queries import names_on

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 200_000


@screen(Permission.HOUSEHOLDS_READ)
def households(request: HttpRequest) -> HttpResponse:
    """A page of households of one's scope."""
    form, asked = asked_of(request, request.GET)
    after = request.GET.get("after", "")[:60]
    page = page_of_list(asked, after)
    total = total_of(asked)
    columns = columns_chosen(request, evaluated=asked.run is not None)
    said = {
        "form": form, "asked": asked, "day": asked.day, "today": asked.today, "run": asked.run,
        "lines": lines_of(asked, page.rows, columns), "total": total, "capped": capped(asked, total),
        "chips": chips(asked), "tabs": tabs_of(asked, total), "columns": columns,
        "lacking": lacking_here(asked), "heads": _heads(asked, total), "first": not after,
        "next": changed_query(request.GET, {"after": page.next}) if page.next else "",
        "start": changed_query(request.GET, {}), "people": changed_query(request.GET, {"columns": None}),
        "kept": [(name, value) for name, value in request.GET.items() if name != "after" and value],
        "may_export": bool(scope_for(request, Permission.EXPORT_MAKE)),
    }  # fmt: skip
    return render(request, "register/templates/households.html", said)


def _heads(asked: Asked, total: int) -> list[dict[str, Any]]:
    """The heads of the state columns, each count with the address of the list behind it."""
    counts, query = heads_of(asked, total), asked.request.GET
    return [
        {
            "name": _(name), "counted": key in counts,
            **counts.get(key, {}),
            **{
                f"to_{word}": changed_query(query, {"state": f"{key}:{word}"}) for word in HEADS
            },
        }
        for key, (name, _rules) in GROUPS.items()
    ]  # fmt: skip


class PasteForm(forms.Form):
    """A block pasted from a spreadsheet."""

    block = forms.CharField(max_length=LONGEST, widget=forms.Textarea({"rows": 8}))


@screen(Permission.HOUSEHOLDS_READ, writes=True)
def paste(request: HttpRequest) -> HttpResponse:
    """A pasted block as a filter; what was not found, or is several, is said line by line."""
    form = PasteForm(given(request))
    said: dict[str, Any] = {"form": form, "found": None}
    status = 200
    if form.is_bound and form.is_valid():
        found = match_pasted(form.cleaned_data["block"], scope=request.scope, day=request.day)
        said |= {"found": found, "several": _several(request, found)}
        if found.household_ids:
            said["address"] = f"{reverse('register:households')}?pasted={_keep(request, found)}"
    elif form.is_bound:
        status = 422
    return render(request, "register/templates/paste.html", said, status=status)


def _keep(request: HttpRequest, found: Pasted) -> str:
    """Keep the households with the session, under a name for the address; no name of a person."""
    kept = dict(request.session.get(PASTED, {}))
    while len(kept) >= MOST_PASTED:
        del kept[next(iter(kept))]
    name = secrets.token_hex(4)
    lines = len(found.found) + len(found.several) + len(found.missing) + found.dropped
    kept[name] = {"ids": found.household_ids, "lines": lines}
    request.session[PASTED] = kept
    return name


def _several(request: HttpRequest, found: Pasted) -> list[dict[str, Any]]:
    """Names that several households have, with where each of them lives."""
    keys = [key for _line, some in found.several for key in some]
    rows = rows_of(keys, request.day, scope=request.scope)
    places = names_on({row.division_code for row in rows.values()}, request.day)
    return [
        {
            "line": line,
            "rows": [
                (rows[key], places.get(rows[key].division_code, "")) for key in some if key in rows
            ],
        }
        for line, some in found.several
    ]


@screen(Permission.EXPORT_MAKE, writes=True, reads=False)
def sheet(request: HttpRequest) -> Any:
    """The list as a workbook, as it is shown: same filter, order and columns. Leaves an event."""
    chosen = picked(request.POST)
    if not chosen:
        raise Http404
    request.GET = request.POST  # the filters of the list stand in the form
    _form, asked = asked_of(request, request.POST)
    with tempfile.TemporaryDirectory(prefix="mingbai-list-") as folder:
        path = Path(folder) / "list.xlsx"
        title = export(asked, path, None if chosen.everything else frozenset(chosen.ids))
        file = path.open("rb")  # the folder goes, the open file stays readable
    return FileResponse(
        file, as_attachment=True, filename=f"{title} {asked.day}.xlsx", content_type=XLSX
    )
