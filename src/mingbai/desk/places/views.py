"""Screens of places (地方页面): what lies below one side by side, years, villages, and a workbook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.components import parts
from mingbai.desk.components.paging import Page, page_of
from mingbai.desk.components.tags import thousands
from mingbai.desk.places.asking import WATCH, Asked, asked_of
from mingbai.desk.places.counting import Counted
from mingbai.desk.places.drawing import shares_chart, years_chart
from mingbai.desk.places.exporting import workbook
from mingbai.desk.places.reaching import covers, home, reached_below, reaches
from mingbai.desk.places.standing import (
    STATE_OF,
    Evaluated,
    cells,
    evaluated,
    head_of,
    rows_by_rule,
)
from mingbai.desk.places.tables import heading, tabs, words_of
from mingbai.desk.places.village import came_from, group_lines, profile_table, status_words
from mingbai.desk.places.watching import KEYS, Comparison, Line, compare, ordered, trend_days
from mingbai.desk.places.years import years_of, years_words
from mingbai.households.queries.daily import year_ends
from mingbai.places.codes import LENGTH, range_of
from mingbai.places.enums import Level
from mingbai.places.queries import last_bearer, names_on, register, successors
from mingbai.places.remembered import Place, roster

DEFAULT_SORT = "-share"
#: Rows of a page; the villages of a county take several.
MOST_ROWS = 30
#: What stays of the address when another day is asked for.
KEPT = ("view", "rows", "sort")


@screen(Permission.HOUSEHOLDS_READ)
def places(request: HttpRequest) -> HttpResponse:
    """The smallest division that all of one's scope lies in, and what lies right under it."""
    root = register().division_code
    return _page(request, home(request.scope, roster(request.day), root))


@screen(Permission.HOUSEHOLDS_READ)
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One division, if any of it is in scope."""
    if not (code.isascii() and code.isdigit() and len(code) == LENGTH):
        raise Http404
    return _page(request, code)


@screen(Permission.EXPORT_MAKE, writes=True, reads=False)
def table(request: HttpRequest, code: str) -> HttpResponse:
    """The table of a place as a workbook, as it is shown: same rows, order and day. Leaves an event."""
    asked = asked_of(request, code)
    if asked is None:
        raise Http404
    counted, below = counted_of(asked)
    found = evaluated(asked)
    compared = compare(asked, below or [asked.place], counted, found)
    return workbook(asked, compared, found, _ordered(asked, compared, found))


def _page(request: HttpRequest, code: str) -> HttpResponse:
    asked = asked_of(request, code)
    if asked is None:
        return _gone(request, code)
    counted, below = counted_of(asked)
    if not below:
        return _village(asked, counted)
    rows = shown_rows(asked, counted, below)
    found, lines = rows.found, rows.lines
    said = {
        **_common(asked, rows.compared), **_years(asked, counted), "heading": heading(asked),
        "lines": lines, "page": rows.page, "tabs": tabs(asked, found), "found": found,
        "levels": asked.place.level == Level.COUNTY,
        "matrix": _matrix(asked, found, lines) if found and asked.view != WATCH else None,
        "shares": shares_chart(asked, rows.compared, lines) if asked.view == WATCH else None,
    }  # fmt: skip
    return render(request, "places/templates/place.html", said)


@dataclass(frozen=True)
class Rows:
    """The rows of a page (一页的地方) and what they are compared in."""

    compared: Comparison
    found: Evaluated | None
    page: Page
    lines: list[Line]


def shown_rows(asked: Asked, counted: Counted, below: list[Place]) -> Rows:
    """The places of a page in the order of the address."""
    found = evaluated(asked)
    compared = compare(asked, below, counted, found)
    every = _ordered(asked, compared, found)
    page = page_of(asked.request, len(every), MOST_ROWS)
    return Rows(compared, found, page, every[page.start : page.stop])


def counted_of(asked: Asked) -> tuple[Counted, list[Place]]:
    """The counts a page needs (各地户数), and the places that are its rows. 404 where none is in scope."""
    days = {
        *trend_days(asked.day),
        *year_ends(asked.day),
        *([asked.against] if asked.against else []),
    }
    counted = Counted(asked.scope, asked.place.code, asked.day, days)
    held = counted.held
    if not reaches(asked.scope, asked.place.code) and not held:
        raise Http404
    if not asked.villages or asked.place.level == Level.VILLAGE:
        return counted, reached_below(asked.scope, asked.roster, asked.place.code, held)
    low, high = range_of(asked.place.code)
    return counted, [
        one
        for code, one in asked.roster.places.items()
        if low <= code <= high and one.level == Level.VILLAGE
        and (reaches(asked.scope, code) or code in held)
    ]  # fmt: skip


def _common(asked: Asked, compared: Comparison) -> dict[str, Any]:
    """What every page of a place shows."""
    own = register()
    above, root = asked.roster.path(asked.place.code)[:-1], own.division_code
    siblings = [
        one for one in asked.roster.under(asked.place.parent) if reaches(asked.scope, one.code)
    ]
    at = siblings.index(asked.place) if asked.place in siblings else 0
    return {
        "asked": asked, "here": asked.place, "compared": compared,
        "above": [(one.name, asked.page_of(one.code)) for one in above if one.code >= root],
        "previous": _step(asked, siblings[at - 1]) if at else None,
        "following": _step(asked, siblings[at + 1]) if at + 1 < len(siblings) else None,
        "may_export": bool(asked.request.rights[Permission.EXPORT_MAKE]),
        "has_report": own.synthetic and asked.place.code == root and asked.whole,
        "query": asked.request.GET.urlencode(), **words_of(asked, compared),
        "kept": [(name, asked.request.GET[name]) for name in KEPT if asked.request.GET.get(name)],
    }  # fmt: skip


def _step(asked: Asked, neighbour: Place) -> tuple[str, str]:
    return neighbour.name, asked.page_of(neighbour.code)


def _years(asked: Asked, counted: Counted) -> dict[str, Any]:
    found = years_of(asked, counted, year_ends(asked.day))
    return {
        "years": found, "years_words": years_words(found), "years_chart": years_chart(asked, found),
        "based": any(one.base for one in found),
    }  # fmt: skip


def _matrix(asked: Asked, found: Evaluated, lines: list[Line]) -> dict[str, Any]:
    """Rules across, places down; in the order of a rule where the address says so."""
    rules = found.shown(asked.view)
    return {
        "heads": [
            (head_of(one), thousands(found.count("", one.rule, STATE_OF[asked.view])))
            for one in rules
        ],
        "rows": [(line, cells(asked, found, line.place.code, asked.view)) for line in lines],
        "sums": cells(asked, found, "", asked.view),
    }


def _ordered(asked: Asked, compared: Comparison, found: Evaluated | None) -> list[Line]:
    """The rows as the address orders them: by a column, in the views of states also by a rule."""
    rules = [one.rule for one in found.shown(asked.view)] if found and asked.view != WATCH else []
    key, down = parts.sort_of(asked.request, [*KEYS, *rules], DEFAULT_SORT)
    if found is None or key not in rules:
        return ordered(compared.lines, key, down=down)
    state = STATE_OF[asked.view]
    return sorted(
        ordered(compared.lines, "name", down=False), reverse=down,
        key=lambda line: found.count(line.place.code, key, state),
    )  # fmt: skip


def _village(asked: Asked, counted: Counted) -> HttpResponse:
    """A village: beside its township, how it stands, its groups and its years."""
    found = evaluated(asked)
    parent = asked.roster.places.get(asked.place.parent)
    beside = replace(asked, place=parent) if parent and covers(asked.scope, parent.code) else None
    if beside is not None:
        around = Counted(asked.scope, beside.place.code, asked.day, counted.days)
        compared = compare(beside, [asked.place], around, evaluated(beside))
    else:
        compared = compare(asked, [asked.place], counted, found)
    said = {
        **_common(asked, compared), **_years(asked, counted), "found": found,
        "line": compared.lines[0], "lines": compared.lines, "in_village": True, "alone": beside is None,
        "rules": rows_by_rule(asked, found) if found else [],
        "groups": group_lines(asked), "profile": profile_table(asked),
        "registered_as": status_words(asked), "before": came_from(asked),
    }  # fmt: skip
    return render(asked.request, "places/templates/village.html", said)


def _gone(request: HttpRequest, code: str) -> HttpResponse:
    """A code that names nothing any more: what became of it. 404 where it is not in scope or never was."""
    last = last_bearer(code, request.day) if reaches(request.scope, code) else None
    if last is None or last.valid_to is None:
        raise Http404
    heirs = successors(code, last.valid_to - timedelta(days=1), request.day) - {code}
    names = names_on(heirs, request.day)
    said = {
        "last": last, "heirs": [(one, names.get(one, one)) for one in sorted(heirs)],
        "listed": f"{reverse('register:households')}?"
        + urlencode({"place": code, "on": (last.valid_to - timedelta(days=1)).isoformat()}),
    }  # fmt: skip
    return render(request, "places/templates/gone.html", said)
