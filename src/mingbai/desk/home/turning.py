"""What changed, in words (变动说法): a line for each kind, with the list behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from mingbai.audit.enums import BatchKind
from mingbai.desk.components.paging import Page, page_of
from mingbai.desk.components.words import aside, listed, of
from mingbai.desk.home.turns import (
    DONE,
    KINDS,
    MET,
    UNKNOWN,
    UNMET,
    Bulk,
    Turned,
    Turns,
    since_when,
    turns_since,
)
from mingbai.desk.home.work import Board
from mingbai.households.queries import rows_of
from mingbai.places.queries import SHANGHAI
from mingbai.places.remembered import roster

TONES = {UNMET: "no", UNKNOWN: "un", MET: "ok", DONE: "ok"}
HEADS = {
    UNMET: noop("新未达标"),
    UNKNOWN: noop("新待核实"),
    MET: noop("转达标"),
    DONE: noop("不用再看"),
}
HAPPENED = {
    "born": noop("出生 {n}"), "died": noop("死亡 {n}"), "married": noop("婚嫁 {n}"),
    "divorced": noop("离婚 {n}"), "moved": noop("迁移 {n}"), "split": noop("分户 {n}"),
    "merged": noop("并户 {n}"), "ended": noop("销户 {n}"), "registered": noop("新登记户 {n}"),
    "joined": noop("登记入户 {n}"), "left": noop("离户 {n}"), "status": noop("身份变动 {n}"),
}  # fmt: skip
#: How many rules a line names, and how many bulk changes are named.
MOST_RULES, MOST_BULKS = 3, 3


@dataclass(frozen=True)
class Line:
    """A kind of turn (变动行): how many households, by which rules."""

    kind: str
    tone: str
    head: str
    households: int
    rules: str
    address: str
    current: bool


@dataclass(frozen=True)
class Shown:
    """What changed, ready to be shown (变动)."""

    since: str
    lines: list[Line]
    people: str
    bulks: list[tuple[str, str]]  # words, address
    too_many: bool
    turned: list[Turned]  # of the kind asked for, or all
    page: Page | None
    rows: list[dict[str, Any]]

    @property
    def empty(self) -> bool:
        """Whether nothing at all changed."""
        return not (self.lines or self.people or self.bulks or self.too_many)


def board_of_turns(request: HttpRequest, board: Board, now: datetime) -> Shown:
    """What changed for the one who asks since the working day before."""
    closed = frozenset(filter(board.teller.is_restricted, board.teller.rules))
    found = turns_since(since_when(now), board.scope, closed, board.health)
    asked = request.GET.get("kind", "")
    kind = asked if asked in KINDS else ""
    here = request.GET.get("tab") == "turned"
    turned = found.of(kind) if kind else found.turned
    page = page_of(request, len(turned)) if here else None
    rows = _rows(board, turned[page.start : page.stop], kind) if page else []
    return Shown(
        found.since.astimezone(SHANGHAI).strftime("%m-%d"),
        [one for one in (_line(request, board, found, key, kind) for key in KINDS) if one],
        listed(_(HAPPENED[key]).format(n=count) for key, count in found.happenings.most_common()),
        [_bulk(one) for one in found.bulks[:MOST_BULKS]],
        found.too_many,
        found.turned,
        page,
        rows,
    )


def _line(request: HttpRequest, board: Board, found: Turns, key: str, kind: str) -> Line | None:
    households = found.of(key)
    if not households:
        return None
    rules = found.rules(key).most_common()
    named = [
        ngettext("{rule} {n} 户", "{rule} {n} 户", count).format(
            rule=of(board.teller.matter(rule)), n=count
        )
        for rule, count in rules[:MOST_RULES]
    ]
    if len(rules) > MOST_RULES:
        named.append(_("等 {n} 项").format(n=len(rules)))
    address = f"?tab=turned&kind={key}"
    return Line(
        key, TONES[key], _(HEADS[key]), len(households), listed(named), address, key == kind
    )


def _bulk(one: Bulk) -> tuple[str, str]:
    at = one.recorded_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
    address = reverse("batches:batch", args=[one.batch_id])
    if one.households is not None:
        words = ngettext(
            "{at} 整批评估：写下 {n} 户的状态，不逐户列",
            "{at} 整批评估：写下 {n} 户的状态，不逐户列", one.households,
        )  # fmt: skip
        return words.format(at=at, n=f"{one.households:,}"), address
    said = {BatchKind.IMPORT: _("{at} 导入一批表格"), BatchKind.LOAD: _("{at} 装载登记册")}
    return said.get(BatchKind(one.kind), _("{at} 整批登记")).format(at=at), address


def _rows(board: Board, turned: list[Turned], kind: str) -> list[dict[str, Any]]:
    keys = [one.household_id for one in turned]
    rows = rows_of(keys, board.day, scope=board.scope)
    known = roster(board.day).places
    found = []
    for one in turned:
        row, place = rows.get(one.household_id), known.get(one.division_code)
        kinds = [kind] if kind else [key for key in KINDS if key in one.rules]
        found.append(
            {
                "address": reverse("register:household", args=[one.household_id]),
                "name": row.head_name if row else "",
                "number": row.number if row else "",
                "place": place.name if place else one.division_code,
                "group": row.group_number.lstrip("0") if row else "",
                "turns": [
                    (TONES[key], aside(_(HEADS[key]), listed(
                        of(board.teller.matter(rule)) for rule in one.rules[key]
                    )))
                    for key in kinds
                ],
            }
        )  # fmt: skip
    return found
