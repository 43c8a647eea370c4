"""The first page after signing in (首页): a work list of one's own places, not a wall of charts.

What somebody may not act on does not stand here: who records facts works a list off, who approves or inspects
sees where what is late, who keeps accounts or reads the audit sees what waits for them.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.decisions.models import Run
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.worklist import Teller, is_counted, open_work
from mingbai.desk.access import SIGNED_IN, register_of, screen, working_date_of
from mingbai.desk.components import navigation
from mingbai.desk.components.frame import Frame
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.parts import Tab, changed_query
from mingbai.desk.components.rights import Rights
from mingbai.desk.home import words, work
from mingbai.desk.home.against import TAB as AGAINST
from mingbai.desk.home.against import board_of_against
from mingbai.desk.home.asking import to_ask
from mingbai.desk.home.department import clauses_of
from mingbai.desk.home.turning import board_of_turns
from mingbai.desk.home.waiting import waiting_for, waiting_for_others
from mingbai.desk.home.work import LATE, TODAY, Board, board_of, grouped, wanted_of
from mingbai.households.models import Household
from mingbai.places.codes import is_code, pad
from mingbai.places.remembered import roster

TEMPLATE = "home/templates/home.html"
OPEN, WAITING, TURNED = "open", "waiting", "turned"
BY_DAY, BY_PLACE, BY_MATTER = "day", "place", "matter"


@screen(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """What one has to do today; somebody without a post is told so."""
    request.day = getattr(request, "day", None) or working_date_of(request)
    if getattr(request, "rights", None) is None:
        request.rights = Rights(request.user, request.day)
    if not request.rights.posts:
        return render(request, "components/templates/nothing.html")
    board = _board(request)
    if board is None and _nobody_is_registered(request):
        return redirect("start:first_table")
    waits = waiting_for(request)
    turns = board_of_turns(request, board, timezone.now()) if board else None
    against = board_of_against(request, board, board.run) if board else None
    others = waiting_for_others(request)
    tab = _tab(request, board)
    said: dict[str, Any] = {
        "board": board, "waits": waits, "turns": turns, "tab": tab, "where": _where(request),
        "against": against, "tabs": _tabs(request, board, tab, len(waits), turns, against),
        "by": _by(request, board),
        "others": others, "to_ask": to_ask(board) if board else [],
        "evaluated": board is not None or _evaluated(request),
        "by_words": _by_words(request, _by(request, board)),
        "department": clauses_of(request), "may_evaluate": _may_evaluate(request),
    }  # fmt: skip
    if board is not None and tab in (OPEN, LATE, TODAY):
        said |= _listed(request, board, tab)
    return render(request, TEMPLATE, said)


def _nobody_is_registered(request: HttpRequest) -> bool:
    """An office that has just begun, and somebody who may bring its first table in."""
    may = Permission.HOUSEHOLDS_IMPORT in request.rights.permissions
    return may and not Household.objects.exists()


def _board(request: HttpRequest) -> Board | None:
    """The work list of somebody with households; none before the first evaluation of their places."""
    scope = request.rights[Permission.EVALUATION_READ]
    if scope.empty or request.rights.topics(Permission.EVALUATION_READ) is not None:
        return None
    run = _run(request)
    if run is None or not is_counted(scope):
        return None
    return board_of(request, run, Teller(run.pack, run.as_of, run.messages))


def _run(request: HttpRequest) -> Run | None:
    register = register_of(request)
    code = register.division_code if register is not None else ""
    found = latest_runs()
    run = run_over(found, code) or (found[0] if found else None)
    if run is not None:
        run.refresh_from_db(fields=["messages"])
    return run


def _evaluated(request: HttpRequest) -> bool:
    """Whether there is nothing to say of an evaluation: there was one, or no household is one's own."""
    scope = request.rights[Permission.EVALUATION_READ]
    return scope.empty or is_counted(scope)


def _may_evaluate(request: HttpRequest) -> bool:
    return Permission.EVALUATION_RUN in request.rights.permissions


def _tab(request: HttpRequest, board: Board | None) -> str:
    asked = request.GET.get("tab", "")
    if board is None:
        return WAITING
    return asked if asked in (LATE, TODAY, WAITING, TURNED, AGAINST) else OPEN


def _by(request: HttpRequest, board: Board | None) -> str:
    """How the list is put together; who only looks sees places first."""
    asked = request.GET.get("by", "")
    if asked in (BY_DAY, BY_PLACE, BY_MATTER):
        return asked
    narrowed = request.GET.get("place") or request.GET.get("matter")
    looks_on = board is not None and not board.records and not board.scope.household_ids
    return BY_PLACE if looks_on and not narrowed else BY_DAY


def _by_words(request: HttpRequest, by: str) -> list[Tab]:
    return [
        Tab(one, changed_query(request.GET, {"by": key, "page": None}), current=key == by)
        for key, one in (
            (BY_DAY, _("按期限")), (BY_PLACE, _("按地方")), (BY_MATTER, _("按事项")),
        )
    ]  # fmt: skip


def _tabs(
    request: HttpRequest, board: Board | None, tab: str, waits: int, turns: Any, against: Any
) -> list[Tab]:
    def one(key: str, said: str, count: int, *, hot: bool = False) -> Tab:
        address = changed_query(
            request.GET, {"tab": None if key == OPEN else key, "page": None, "reason": None}
        )
        return Tab(said, address, count, current=key == tab, hot=hot)

    found = []
    if board is not None:
        totals = board.totals()
        found = [
            one(OPEN, _("要办"), totals.total()),
            one(LATE, _("逾期"), totals[LATE], hot=True),
            one(TODAY, _("今天"), totals[TODAY]),
        ]
    found.append(one(WAITING, _("等我"), waits))
    if turns is not None:
        found.append(one(TURNED, _("变动"), len(turns.turned)))
    if against is not None and (against.total or tab == AGAINST):
        found.append(one(AGAINST, _("不一致"), against.total))
    return found


def _listed(request: HttpRequest, board: Board, tab: str) -> dict[str, Any]:
    """The list under a tab: shares of places or matters, or a page of households."""
    place, matter = _place(request), request.GET.get("matter", "")[:64]
    if matter and not board.shown_matter(matter):
        matter = ""
    wanted = wanted_of(tab, board.day, place, matter)
    said: dict[str, Any] = {"narrowed": _narrowed(request, board, place, matter)}
    by = _by(request, board)
    total = sum(one.households for one in board.taken(wanted))
    if by == BY_PLACE:
        said["shares"] = work.shares_by_place(board, wanted, place or _root(board))
    elif by == BY_MATTER:
        said["shares"] = work.shares_by_matter(board, wanted)
    else:
        page = page_of(request, total)
        lines = board.lines(wanted, page.start, page.stop) if total else []
        said |= {"page": page, "groups": grouped(board, wanted, lines)}
    said |= {"total": total, "heads": [work.group_words(one)[0] for one in work.GROUPS]}
    if not total:
        said["next_due"] = _next_due(board)
    return said


def _next_due(board: Board) -> str:
    """When the next thing is due, for a list that is empty."""
    days = [one.due_on for one in board.counted if one.due_on and one.due_on >= board.day]
    return words.due_words(min(days), board.day) if days else ""


def _place(request: HttpRequest) -> str:
    code = pad(request.GET.get("place", "")[:12])
    return code if is_code(code) else ""


def _root(board: Board) -> str:
    """The smallest place that holds all of the list."""
    known = roster(board.day)
    villages = {one.village_code for one in board.counted if one.village_code}
    paths = [[place.code for place in known.path(code)] for code in sorted(villages)]
    common = [level[0] for level in zip(*paths, strict=False) if len(set(level)) == 1]
    return common[-1] if common else ""


def _narrowed(request: HttpRequest, board: Board, place: str, matter: str) -> list[Any]:
    """What the list is narrowed to, each with the address of the list without it."""
    from mingbai.desk.components.parts import Chip
    from mingbai.desk.components.words import of

    found = []
    if place:
        known = roster(board.day).places
        name = known[place].name if place in known else place
        without = changed_query(request.GET, {"place": None, "page": None})
        found.append(Chip(_("地方"), name, without))
    if matter:
        without = changed_query(request.GET, {"matter": None, "page": None})
        found.append(Chip(_("事项"), of(board.teller.matter(matter)), without))
    return found


def _where(request: HttpRequest) -> list[str]:
    """The name of the place that one's posts are for."""
    known = roster(request.day).places
    codes = dict.fromkeys((post.deputy_for or post).division_code for post in request.rights.posts)
    return [known[code].name for code in codes if code in known]


@navigation.counts("home")
def open_count(request: HttpRequest) -> navigation.Count | None:
    """The red number of the rail: what is to be done by who records facts. One query."""
    frame = Frame(request)
    rights = getattr(request, "rights", None)
    if rights is None or Permission.HOUSEHOLDS_WRITE not in frame.permissions:
        return None
    scope = rights[Permission.EVALUATION_READ]
    if scope.empty or rights.topics(Permission.EVALUATION_READ) is not None:
        return None
    known = getattr(request, "work_open", None)  # home itself has counted already
    if known is None:
        known = open_work(scope, health=rights[Permission.HEALTH_READ])
    return navigation.Count(known, hot=True)
