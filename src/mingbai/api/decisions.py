"""Runs and states with their reasons (评估接口)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from mingbai.accounts.roles import Permission
from mingbai.api.tokens import caller
from mingbai.api.types import MOST_ROWS, Code, Key, Name, Rows
from mingbai.decisions.enums import WORDS
from mingbai.decisions.models import Run
from mingbai.decisions.queries import HouseholdStates, households_with, runs, states_of

router = Router(tags=["decisions"])
#: Letter of a stored state by its word.
LETTERS = {word: letter for letter, word in WORDS.items()}
Word = Literal["met", "unmet", "unknown", "not_applicable"]
Start = Annotated[int, Field(ge=0, le=10_000_000)]


class RunsIn(Schema):
    """How many runs (条数)."""

    limit: Rows = 20


class StatesIn(Schema):
    """Which households (名单条件)."""

    rule: Name
    state: Word
    division: Code = ""
    start: Start = 0
    limit: Rows = MOST_ROWS


class RunOut(Schema):
    """One evaluation (评估): which rules, over which facts, as of which day."""

    id: int
    pack: str
    pack_hash: str
    as_of: date
    snapshot_hash: str
    division_code: str
    households: int
    persons: int
    counts: dict[str, dict[str, int]]


class StatesOut(Schema):
    """How a household stands (一户状态): a word a rule, the deciding clauses, the open facts."""

    household_id: int
    division_code: str
    pack: str
    since: datetime | None
    states: dict[str, str]
    reasons: dict[str, list[str]]
    causes: dict[str, list[str]]


class ListedOut(Schema):
    """A household of a list (名单中的一户)."""

    household_id: int
    division_code: str


class ListOut(Schema):
    """Part of a list and its length (名单)."""

    total: int
    rows: list[ListedOut]


@router.get("/runs", response=list[RunOut], summary="评估记录 Runs, the newest first")
def list_runs(request: HttpRequest, asked: Query[RunsIn]) -> list[Run]:
    """Runs name no household; whoever may read states sees them all."""
    caller(request).scope(Permission.EVALUATION_READ)
    return list(runs()[: asked.limit])


@router.get("/runs/{run_id}", response=RunOut, summary="一次评估 A run")
def read_run(request: HttpRequest, run_id: Path[Key]) -> Run:
    """One run by its id."""
    caller(request).scope(Permission.EVALUATION_READ)
    found = runs().filter(pk=run_id).first()
    if found is None:
        raise Http404
    return found


@router.get("/states", response=ListOut, summary="按规则和状态的名单 Households by rule and state")
def list_states(request: HttpRequest, asked: Query[StatesIn]) -> ListOut:
    """Households of the scope that stand so under a rule, by village."""
    scope = caller(request).scope(Permission.EVALUATION_READ)
    page = households_with(
        asked.rule, LETTERS[asked.state], division_code=asked.division, scope=scope,
        start=asked.start, stop=asked.start + asked.limit,
    )  # fmt: skip
    rows = [
        ListedOut(household_id=r.household_id, division_code=r.division_code) for r in page.rows
    ]
    return ListOut(total=page.total, rows=rows)


@router.get(
    "/states/{household_id}", response=StatesOut, summary="一户的状态和理由 States with reasons"
)
def read_states(request: HttpRequest, household_id: Path[Key]) -> StatesOut:
    """Every rule's state, the clauses that decided it and what an unknown waits for."""
    scope = caller(request).scope(Permission.EVALUATION_READ)
    found = states_of([household_id], scope=scope).get(household_id)
    if found is None:
        raise Http404
    return _spelled(found)


def _spelled(found: HouseholdStates) -> StatesOut:
    return StatesOut(
        household_id=found.household_id,
        division_code=found.division_code,
        pack=found.pack,
        since=found.since,
        states=found.words(),
        reasons={rule: list(clauses) for rule, clauses in found.reasons.items()},
        causes={rule: list(open_facts) for rule, open_facts in found.causes.items()},
    )
