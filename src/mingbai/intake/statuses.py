"""What a list says a household is registered as, beside the episodes of the register (身份比对).

`registered` stays open while `exited` lies over it; a watch ends on the day `cleared` begins. A day that no
list tells is the day of the list and says so. Steps back (an exited household that is poor again, a watch
that vanished) go through a procedure: they are listed, not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Status
from mingbai.intake.choices import Choices
from mingbai.intake.difference import PLACE, Cell, Episode, Listed, Statuses
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.standing import standing_rows

#: Facts of the pack that come from episodes.
FACTS = (
    "household_kind", "identified_on", "watched_kind", "watched_on", "risk_cleared", "cleared_on",
    "poverty_cause", "dibao_marginal",
)  # fmt: skip
UNKNOWN_DAY = "起始日期不详"
WATCHED = {
    "unstable": StatusKind.WATCHED_UNSTABLE,
    "marginal": StatusKind.WATCHED_MARGINAL,
    "sudden": StatusKind.WATCHED_SUDDEN,
}
_POOR = (StatusKind.REGISTERED, StatusKind.RETURNED)
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Row:
    """A standing episode of the register."""

    id: int
    kind: str
    starts: date
    ends: date | None
    cause: str
    reason: str

    def on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or self.ends > day)

    @property
    def told_day(self) -> date | None:
        """The day it began, unless no list ever told it."""
        return None if self.reason == UNKNOWN_DAY else self.starts


@dataclass(frozen=True)
class Registered:
    """What the episodes of a household say on a day, as the facts of the pack (身份)."""

    facts: Mapping[str, Any]
    rows: Mapping[str, Row]  # what each fact stands on


def read_episodes(rows: list[Row], day: date) -> Registered:
    """The facts of one household from its episodes; one that is over counts where it says since when."""
    now = {row.kind: row for row in sorted(rows, key=lambda row: row.starts) if row.on(day)}
    facts: dict[str, Any] = dict.fromkeys(FACTS)
    on: dict[str, Row] = {}
    poor = next((now[kind] for kind in reversed(_POOR) if kind in now), None)
    exited = now.get(StatusKind.EXITED)
    facts["household_kind"] = "exited" if exited else "registered_poor" if poor else "general"
    base = now.get(StatusKind.REGISTERED) or poor
    if base:
        facts["identified_on"], facts["poverty_cause"] = base.told_day, base.cause or None
        on["registered"] = base
    if exited:
        on["exited"] = exited
    watch = next((now[kind] for kind in reversed(list(now)) if kind in WATCHED.values()), None)
    cleared = now.get(StatusKind.CLEARED)
    if watch is None and cleared is not None:
        before = [row for row in rows if row.kind in WATCHED.values() and row.starts <= day]
        watch = max(before, key=lambda row: row.starts, default=None)
        facts["risk_cleared"], facts["cleared_on"] = True, cleared.told_day
        on["cleared"] = cleared
    elif watch is not None:
        facts["risk_cleared"] = False
    facts["watched_kind"] = next(
        (code for code, kind in WATCHED.items() if watch and watch.kind == kind), "none"
    )
    if watch:
        facts["watched_on"] = watch.told_day
        facts["poverty_cause"] = facts["poverty_cause"] or watch.cause or None
        on["watched"] = watch
    facts["dibao_marginal"] = StatusKind.DIBAO_MARGINAL in now
    return Registered(facts, on)


def compare_statuses(claims: pa.Table, as_of: date, choices: Choices) -> Statuses:
    """The episodes a list of households asks for. `claims` has number, id and the facts it tells."""
    found = Statuses()
    told = [name for name in FACTS if name in claims.column_names]
    if not told:
        return found
    says = pa.chunked_array([pa.repeat(pa.scalar(False), claims.num_rows)])
    for name in told:
        says = pc.or_(says, pc.is_valid(claims[name]))
    claims = claims.filter(says)
    standing = _standing(claims["id"].drop_null().to_pylist())
    nothing: list[Row] = []
    names = ["number", "id", *told, *PLACE]
    for batch in claims.select(names).to_batches(max_chunksize=20_000):
        for said in batch.to_pylist():
            rows = standing.get(said["id"], nothing) if said["id"] is not None else nothing
            mine = Statuses()
            _one(said, rows, as_of, mine)
            _join(found, mine, choices)
    return found


def _join(found: Statuses, mine: Statuses, choices: Choices) -> None:
    """Add what one household asks for. Its episodes hang together: who leaves one change leaves them all."""
    found.listed += mine.listed
    if sum(map(choices.leaves, mine.changed)):
        return
    found.begun += mine.begun
    found.closed.update(mine.closed)
    found.changed += mine.changed
    found.unchanged += mine.unchanged


def _standing(subjects: list[int]) -> dict[int, list[Row]]:
    """Every standing episode of these households, over or not."""
    found: dict[int, list[Row]] = {}
    names = ("subject_id", "id", "kind", "valid_from", "valid_to", "cause", "reason")
    for rows in standing_rows(Status, "subject_id", subjects, _EARLIEST, None):
        for subject, *row in rows.filter(subject=Subject.HOUSEHOLD).values_list(*names):
            found.setdefault(subject, []).append(Row(*row))
    return found


@dataclass
class _Household:
    """One household under comparison: what the list says, what stands, and the day of the list."""

    said: Mapping[str, Any]
    now: Registered
    as_of: date
    found: Statuses
    changes: int = 0

    def cell(self, column: str) -> Cell:
        row = self.said["_row"]
        return Cell("status", column, self.said["number"], self.now.facts[column], self.said[column],
                    file=self.said["_file"] or "", row=row)  # fmt: skip

    def differs(self, column: str) -> bool:
        said = self.said.get(column)
        return said is not None and said != self.now.facts[column]

    def change(self, column: str) -> None:
        if self.said.get(column) is not None:
            if self.said["id"] is not None:
                self.found.changed.append(self.cell(column))
            self.changes += 1

    def refuse(self, column: str, kind: DiscrepancyKind = DiscrepancyKind.STATUS_BACK) -> None:
        number = self.said["number"]
        self.found.listed.append(Listed(kind, self.cell(column), household=number))
        self.changes += 1

    def begin(
        self, kind: str, starts: date | None, ends: date | None = None, cause: str = ""
    ) -> None:
        """An episode from the day the list tells, else from the day of the list."""
        day = starts or self.as_of
        if ends is not None and day >= ends:
            day = ends - timedelta(days=1)
            starts = None
        reason = "" if starts else UNKNOWN_DAY
        self.found.begun.append(Episode(self.said["number"], kind, day, ends, cause, reason))

    def replace(self, row: Row, *, starts: date | None = None, ends: date | None = None,
                cause: str | None = None) -> None:  # fmt: skip
        """Let a standing row make room for one with another day or cause."""
        known = starts or row.told_day
        self.found.closed[row.id] = Episode(
            self.said["number"], row.kind, starts or row.starts, ends or row.ends,
            row.cause if cause is None else cause, "" if known else UNKNOWN_DAY,
        )  # fmt: skip


def _one(said: Mapping[str, Any], rows: list[Row], as_of: date, found: Statuses) -> None:
    days = (said.get(name) for name in ("identified_on", "watched_on", "cleared_on"))
    day = max(
        [as_of, *(one for one in days if one is not None)]
    )  # a list may be newer than it says
    home = _Household(said, read_episodes(rows, day), as_of, found)
    later = [row for row in rows if row.starts > day and row.kind != StatusKind.DIBAO]
    asked = [name for name in FACTS if name in said and home.differs(name)]
    if not asked:
        found.unchanged += 1
        return
    if later:
        for name in asked:
            home.refuse(name, DiscrepancyKind.NEWER)
        return
    _registration(home)
    _watch(home)
    _marginal(home)
    found.unchanged += not home.changes


def _registration(home: _Household) -> None:
    """Registered, exited: forward only."""
    said, now = home.said, home.now
    kind, cause = said.get("household_kind"), said.get("poverty_cause") or ""
    base = now.rows.get("registered")
    if home.differs("household_kind"):
        before = now.facts["household_kind"]
        if before == "exited" or kind == "general":
            home.refuse("household_kind")
            return
        home.change("household_kind")
        if base is None:
            since = said.get("identified_on")
            if kind == "registered_poor" or since:
                home.begin(StatusKind.REGISTERED, since, cause=cause)
        if kind == "exited":
            home.begin(StatusKind.EXITED, None)
    if base is None:
        if home.differs("identified_on") and now.facts["household_kind"] == "exited":
            home.change("identified_on")
            home.begin(StatusKind.REGISTERED, said["identified_on"], cause=cause)
        return
    since, why = home.differs("identified_on"), bool(cause) and cause != base.cause
    exited = now.rows.get("exited")
    if since and exited and said["identified_on"] > exited.starts:
        home.refuse("identified_on")
        since = False
    for name, differs in (("identified_on", since), ("poverty_cause", why)):
        if differs:
            home.change(name)
    if since or why:
        starts = said["identified_on"] if since else None
        home.replace(base, starts=starts, cause=cause or None)


def _watch(home: _Household) -> None:
    """Watched and cleared: forward only."""
    said, now = home.said, home.now
    kind = said.get("watched_kind")
    if kind is None or (kind == "none" and now.facts["watched_kind"] == "none"):
        return
    if kind == "none" or now.facts["watched_kind"] not in ("none", kind):
        home.refuse("watched_kind")
        return
    watch, cleared = now.rows.get("watched"), bool(said.get("risk_cleared"))
    over = said.get("cleared_on") or home.as_of
    # Of a registered household the cause is that of its registration.
    poor = "registered" in now.rows or said.get("household_kind") in ("exited", "registered_poor")
    cause = "" if poor else said.get("poverty_cause") or ""
    if watch is None:
        home.change("watched_kind")
        home.begin(WATCHED[kind], said.get("watched_on"), over if cleared else None, cause)
        if cleared:
            home.begin(StatusKind.CLEARED, said.get("cleared_on"))
        return
    _cleared(home, watch, cleared, over)


def _cleared(home: _Household, watch: Row, cleared: bool, over: date) -> None:
    said, now = home.said, home.now
    starts = said["watched_on"] if home.differs("watched_on") else None
    was = now.rows.get("cleared")
    if was is not None and said.get("risk_cleared") is False:
        home.refuse("risk_cleared")
        return
    until = over if cleared else watch.ends
    if until is not None and until <= (starts or watch.starts):
        home.refuse("cleared_on" if cleared else "watched_on")
        return
    if starts:
        home.change("watched_on")
    if cleared and was is None:
        home.change("risk_cleared")
        home.replace(watch, starts=starts, ends=over)
        home.begin(StatusKind.CLEARED, said.get("cleared_on"))
    elif was is not None and home.differs("cleared_on"):
        home.change("cleared_on")
        home.replace(watch, starts=starts, ends=over)
        home.replace(was, starts=over)
    elif starts:
        home.replace(watch, starts=starts)


def _marginal(home: _Household) -> None:
    """Just above the minimum living allowance (低保边缘)."""
    if not home.differs("dibao_marginal"):
        return
    if home.said["dibao_marginal"]:
        home.change("dibao_marginal")
        home.begin(StatusKind.DIBAO_MARGINAL, None)
    else:
        home.refuse("dibao_marginal")
