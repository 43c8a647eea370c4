"""Why a state is what it is (依据页): beside the state, as a page of its own, and as two sheets of paper.

The household's half never says what would change the outcome: that is for those who go there.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from mingbai.accounts.roles import Permission
from mingbai.decisions.queries import runs_over
from mingbai.decisions.versions import held_of
from mingbai.desk.access import screen
from mingbai.desk.components.words import document_words, listed
from mingbai.desk.register.forms import DayForm
from mingbai.desk.register.neighbours import list_query
from mingbai.desk.register.reasons import (
    Explained,
    explain,
    facts_used,
    questions,
    readings_of,
    together,
    told_to,
)
from mingbai.desk.register.steps import step_rows
from mingbai.desk.register.words import group_words
from mingbai.documents.readings import Reading
from mingbai.documents.report_bar import drawn
from mingbai.households.access import place_of
from mingbai.households.topics import Restriction

NARROW = 320.0
#: Former evaluations that the page of a reason offers.
MOST_RUNS = 6
#: How far the trace of all rules goes in; the page of one rule goes all the way.
DEEPEST = 2


@screen(Permission.HOUSEHOLDS_READ)
def why(request: HttpRequest, household_id: int, rule: str) -> HttpResponse:
    """One state in two readings, what is missing and may be noted down, and what would change it."""
    found = explain(
        request, household_id, rules=[rule], **_when(request, household_id), with_changes=True
    )
    laid = readings_of(found)
    called = [one for one in laid if one.is_unknown or one.outcome.is_called]
    first = (called or laid)[0]
    said = {
        **_about(found), "rule": rule, "first": first, "readings": [_laid(found, one) for one in laid],
        "others": max(0, len(laid) - 1), "told": told_to(found), "facts": facts_used(found, laid),
        "shared": together(facts_used(found, laid)),
        "bars": _bars(found, rule), "asks": questions(request, found, first),
        "changes": _changes(found, first), "list": list_query(request),
        "earlier": list(runs_over(found.code).values_list("id", "as_of", "batch__recorded_at")[:MOST_RUNS]),
    }  # fmt: skip
    panel = request.GET.get("panel") == "1" and "HX-Request" in request.headers
    name = "panel" if panel else "why"
    return render(request, f"register/templates/{name}.html", said)


@screen(Permission.HOUSEHOLDS_READ)
def sheet(request: HttpRequest, household_id: int) -> HttpResponse:
    """The sheet for the household (明白单): plain words in large type; nothing that needs a permission."""
    found = explain(request, household_id, rules=None, **_when(request, household_id))
    laid = readings_of(found, "indicator")
    said = {**_about(found), "told": told_to(found), "facts": together(facts_used(found, laid))}
    return render(request, "register/templates/sheet.html", said)


@screen(Permission.HOUSEHOLDS_READ)
def trace(request: HttpRequest, household_id: int) -> HttpResponse:
    """Every rule with steps, inputs, sources, bounds and versions (审核推导), to be checked and printed."""
    found = explain(request, household_id, rules=None, **_when(request, household_id))
    laid = [one for one in readings_of(found) if one.applies]
    loud = [one for one in laid if one.is_unknown or one.outcome.is_called]
    quiet = [one for one in laid if one not in loud]
    said = {
        **_about(found), "readings": [_laid(found, one, deepest=DEEPEST) for one in loud],
        "quiet": [_laid(found, one, deepest=DEEPEST) for one in quiet if not one.who],
        "calm": _calm(quiet),
    }  # fmt: skip
    return render(request, "register/templates/trace.html", said)


def _calm(quiet: list[Reading]) -> list[tuple[str, str, str]]:
    """Rules about members that call for nobody, a line each: label, word, names."""
    names: dict[tuple[str, str], list[str]] = {}
    for one in quiet:
        if one.who:
            names.setdefault((one.label, one.look.word), []).append(one.who)
    return [(label, word, listed(who)) for (label, word), who in names.items()]


def _when(request: HttpRequest, household_id: int) -> dict[str, Any]:
    """By what the household is explained: a former run of the address, a day of it, or the latest run."""
    asked = request.GET.get("run", "")
    if not asked:
        return {"on": _day(request)}
    code, _until = place_of(household_id, request.day)
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    found = runs_over(code).filter(pk=number).select_related("batch").first()
    if found is None:
        raise Http404
    return {"former": found}


def _day(request: HttpRequest) -> date | None:
    """The day of the address, if it names one that is not today."""
    today: date = request.day
    form = DayForm(request.GET or None, today=today)
    day = form.cleaned_data["on"] if form.is_valid() else None
    return day if day and day != today else None


def _about(found: Explained) -> dict[str, Any]:
    run, former = found.explanation.run, found.explanation.former
    return {
        "former": former, "held": held_of(former) if former else None,
        "former_query": f"?run={former.pk}" if former else "",
        "view": found.view, "pack": found.pack, "as_of": found.as_of, "run": run,
        "name": found.view.head.name if found.view.head else found.view.number,
        "places": [group_words(one) for one in found.family.places], "day": found.view.day,
    }  # fmt: skip


def _laid(found: Explained, reading: Reading, *, deepest: int = 99) -> dict[str, Any]:
    """A reading with its steps, each fact with its source; steps further inside are only counted."""
    shown = [one for one in reading.steps if one.depth <= deepest]
    return {
        "reading": reading,
        "rows": step_rows(found.view, shown),
        "inside": len(reading.steps) - len(shown),
    }


def _bars(found: Explained, rule: str) -> dict[str, Any]:
    """The amount against the line, wide and narrow; the builder escapes every text where it enters."""
    bar = found.family.bars.get(rule)
    if bar is None:
        return {}
    words = document_words()
    return {
        "wide": mark_safe(drawn(bar, words)),  # noqa: S308  # escaped by the builder
        "narrow": mark_safe(drawn(bar, words, right=NARROW)),  # noqa: S308  # as above
    }


def _changes(found: Explained, reading: Reading) -> list[Any]:
    """What would change the outcome, as far as the facts are open to the reader."""
    health = Restriction.HEALTH in found.reader.restrictions(found.code, found.view.id)
    return [one for one in reading.changes if health or not one.restricted]
