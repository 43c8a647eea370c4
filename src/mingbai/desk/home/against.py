"""Where states speak against what people decided (与人工决定不一致): counts by question, with lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.decisions.contradictions import Against, Contradiction, against
from mingbai.decisions.enums import Reason
from mingbai.decisions.models import Run
from mingbai.desk.components.paging import Page, page_of
from mingbai.desk.components.words import listed, of
from mingbai.desk.home.work import Board
from mingbai.desk.register.words import status_words
from mingbai.households.queries import rows_of
from mingbai.places.remembered import roster

TAB = "against"


@dataclass(frozen=True)
class Line:
    """A question and how many households it finds (不一致行)."""

    head: str
    households: int
    address: str
    current: bool


@dataclass(frozen=True)
class Shown:
    """What speaks against decisions, ready to be shown (不一致)."""

    lines: list[Line]
    total: int  # households may stand under two questions: lines of the list
    page: Page | None
    rows: list[dict[str, Any]]


def board_of_against(request: HttpRequest, board: Board, run: Run) -> Shown:
    """What speaks against decisions in the places of the one who asks. At most nine queries."""
    every = against(run, day=board.day, scope=board.scope, health=board.health)
    found = [one for one in every if one.total]
    asked = request.GET.get("reason", "")
    chosen = [one for one in found if one.reason == asked] or found
    lines = [
        Line(_(Reason(one.reason).label), one.total, f"?tab={TAB}&reason={one.reason}",
             one.reason == asked)
        for one in found
    ]  # fmt: skip
    page = None
    if request.GET.get("tab") == TAB:
        page = page_of(request, sum(one.total for one in chosen))
    rows = _rows(board, _listed(chosen, page.start, page.stop)) if page else []
    return Shown(lines, sum(one.total for one in found), page, rows)


def _listed(chosen: list[Against], start: int, stop: int) -> list[Contradiction]:
    """Part of the questions' lists, one after the other."""
    found: list[Contradiction] = []
    for one in chosen:
        if start < one.total and stop > 0:
            found += one.listed(max(start, 0), min(stop, one.total))
        start, stop = start - one.total, stop - one.total
    return found


def _rows(board: Board, found: list[Contradiction]) -> list[dict[str, Any]]:
    keys = [one.household_id for one in found]
    rows, known = rows_of(keys, board.day, scope=board.scope), roster(board.day).places
    return [
        {
            "address": reverse("register:household", args=[one.household_id]),
            "name": row.head_name if (row := rows.get(one.household_id)) else "",
            "number": row.number if row else "",
            "place": known[one.division_code].name
            if one.division_code in known else one.division_code,
            "group": row.group_number.lstrip("0") if row else "",
            "decision": status_words(one.decision), "since": one.since,
            "reason": _(Reason(one.reason).label),
            "rules": listed(of(board.teller.matter(rule)) for rule in one.rules),
        }
        for one in found
    ]  # fmt: skip
