"""The stand-alone check of the audit chain and of the stored rows (审计核验).

It needs Python, this folder and, for PostgreSQL, psycopg; no settings, no key and no Django:

    python verifying.py sqlite:/path/to/register.sqlite3 [--expect HEAD]
    python verifying.py postgresql://user@host/name

It walks the chain, reads every recorded row once, and compares what stands with what the events said when it
was written. A chain cannot tell that its newest events were cut off: note the head it prints for next time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from mingbai.audit.digests import (
    ENDED,
    FIRST,
    POSTGRESQL,
    SQLITE,
    event_digest,
    instant_text,
    row_expression,
    table_columns,
)
from mingbai.audit.findings import Report
from mingbai.audit.guards import TRIGGERS

Progress = Callable[[str, int, int], None]
_SLICE = 20_000
_BEFORE_ALL = -(2**63)
_EVENTS = "SELECT id, at, actor, action, target, batch_id, data, previous, digest FROM audit_event"
_EVENT = ("id", "at", "actor", "action", "target", "batch_id", "data", "previous", "digest")


class Check:
    """One check through one cursor (一次核验); the caller gives it a transaction that sees one state."""

    def __init__(self, cursor: Any, vendor: str, progress: Progress | None = None) -> None:
        self.cursor, self.vendor = cursor, vendor
        self.report = Report()
        self._progress, self._read_so_far, self._total = progress, 0, 0
        self._claims: dict[
            str, dict[int, tuple[int, dict[str, Any]]]
        ] = {}  # table → batch → event, claim
        self._said: dict[
            int, tuple[int, str]
        ] = {}  # batch → event, recorded at; of events with digests
        self._named: set[int] = set()  # batches with an event
        self._batches: dict[int, tuple[Any, Any]] = {}  # recorded at, swept at

    def run(self, expect: str = "") -> Report:
        """Check everything; `expect` is a head noted earlier."""
        tables = self._tables()
        if self._progress is not None:
            self._total = sum(map(self._count, ("audit_event", "audit_batch", *tables)))
        self._chain(expect)
        self._recorded()
        self._guards()
        for table in sorted({*tables, *self._claims}):
            self._rows(table)
        return self.report

    def _chain(self, expect: str) -> None:
        report, before, met = self.report, 0, expect in ("", f"0:{FIRST}")
        for row in self._slices(_EVENTS):
            event = dict(zip(_EVENT, row, strict=True))
            if event_digest(event["previous"], event) != event["digest"]:
                report.add("AUD-101", event=event["id"])
            if event["previous"] != report.digest:
                report.add("AUD-102", event=event["id"], before=before)
            report.events, report.digest, before = report.events + 1, event["digest"], event["id"]
            met = met or report.head == expect
            self._note(event)
        if not met:
            report.add("AUD-110", head=expect)

    def _note(self, event: dict[str, Any]) -> None:
        """Keep what the event says of its batch; what cannot be read was reported as altered."""
        if (batch := event["batch_id"]) is None:
            return
        self._named.add(batch)
        try:
            said = json.loads(event["data"] or "{}")
            if "tables" in said:
                self._said[batch] = event["id"], said.get("recorded_at", "")
                for table, claimed in said["tables"].items():
                    self._claims.setdefault(table, {})[batch] = event["id"], dict(claimed)
        except (ValueError, TypeError, AttributeError):
            return

    def _recorded(self) -> None:
        for batch, recorded, swept in self._slices(
            "SELECT id, recorded_at, swept_at FROM audit_batch"
        ):
            self._batches[batch] = recorded, swept
            if recorded and batch not in self._named:
                self.report.add("AUD-108", batch=batch)
        for batch, (event, then) in self._said.items():
            recorded, _ = self._batches.get(batch, (None, None))
            if not recorded or (then and instant_text(recorded) != then):
                self.report.add("AUD-109", batch=batch, event=event)

    def _guards(self) -> None:
        if self.vendor == SQLITE:
            self.cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            self.cursor.execute("SELECT tgname::text FROM pg_trigger WHERE tgenabled <> 'D'")
        there = {name for (name,) in self.cursor.fetchall()}
        for name in TRIGGERS:
            if name not in there:
                self.report.add("AUD-111", name=name)

    def _tables(self) -> list[str]:
        """Every table with recorded rows."""
        self.cursor.execute(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND c.name = 'begun_by_id'"
            if self.vendor == SQLITE
            else "SELECT table_name::text FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND column_name = 'begun_by_id'"
        )
        return [name for (name,) in self.cursor.fetchall()]

    def _rows(self, table: str) -> None:
        """Read the table once for each list of columns that events name: one, until a column is added."""
        kinds = table_columns(self.cursor, self.vendor, table)
        claims = self._claims.get(table, {})
        lists = {tuple(claimed.get("columns", kinds)) for _, claimed in claims.values()}
        for columns in sorted(lists):
            if missing := [name for name in columns if name not in kinds]:
                self.report.add("AUD-112", table=table, columns=", ".join(missing))
                lists.remove(columns)
        tallies: tuple[Any, Any] = {}, {}
        for columns in sorted(lists) or ([("id",)] if kinds else []):
            tallies = self._read(table, {name: kinds[name] for name in columns})
            mine = {b: c for b, c in claims.items() if tuple(c[1].get("columns", kinds)) == columns}
            self._compare(table, mine, *tallies)
        self._strangers(table, set(claims), *tallies)

    def _read(self, table: str, columns: dict[str, str]) -> tuple[dict[int, Any], dict[int, Any]]:
        """For each batch the number and the digest of the rows it began and of the keys it ended."""
        text = row_expression(self.vendor, columns)
        rows = f"SELECT id, begun_by_id, {text} AS said FROM {table}"  # noqa: S608 — the names were checked
        keys = f"SELECT id, {ENDED}, id AS said FROM {table} WHERE {ENDED} IS NOT NULL"  # noqa: S608
        return self._tally(rows), self._tally(f"SELECT * FROM ({keys}) AS e")  # noqa: S608

    def _tally(self, select: str) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for batch, group in groupby(self._slices(select), key=itemgetter(1)):
            texts = [f"{text}\n" for _, _, text in group]
            tally = found.setdefault(batch, [0, hashlib.sha256()])
            tally[0] += len(texts)
            tally[1].update("".join(texts).encode("utf-8", "surrogatepass"))
        return found

    def _compare(self, table: str, claims: dict[int, Any], begun: Any, ended: Any) -> None:
        nothing = (0, hashlib.sha256())
        for batch, (event, claimed) in claims.items():
            where = {"table": table, "batch": batch, "event": event}
            now, digest = begun.get(batch, nothing)
            if now != claimed["begun"]:
                self.report.add("AUD-104", **where, then=claimed["begun"], now=now)
            elif digest.hexdigest() != claimed["digest"]:
                self.report.add("AUD-103", **where, now=now)
            now, digest = ended.get(batch, nothing)
            if now != claimed["ended"] or digest.hexdigest() != claimed["ended_digest"]:
                self.report.add("AUD-105", **where, then=claimed["ended"], now=now)

    def _strangers(self, table: str, claimed: set[int], begun: Any, ended: Any) -> None:
        """Rows that no event speaks of. Those of an open batch are not seen by anybody yet."""
        self.report.rows += sum(count for count, _ in begun.values())
        for tally, unknown, changed in (
            (begun, "AUD-106", "AUD-104"),
            (ended, "AUD-107", "AUD-105"),
        ):
            for batch in sorted(set(tally) - claimed):
                now, (recorded, swept) = tally[batch][0], self._batches.get(batch, (None, True))
                if not recorded and swept:
                    self.report.add(unknown, table=table, batch=batch, now=now)
                elif recorded and batch in self._said:
                    event = self._said[batch][0]
                    self.report.add(changed, table=table, batch=batch, event=event, then=0, now=now)
                elif recorded:
                    self.report.uncovered += now

    def _slices(self, select: str) -> Iterator[Any]:
        """Every row in the order of ids, which stand first."""
        last = _BEFORE_ALL
        while True:
            self.cursor.execute(f"{select} WHERE id > {last} ORDER BY id LIMIT {_SLICE}")
            rows = self.cursor.fetchall()
            yield from rows
            self._say(len(rows))
            if len(rows) < _SLICE:
                return
            last = rows[-1][0]

    def _count(self, table: str) -> int:
        self.cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 — a name the database gave
        return int(self.cursor.fetchone()[0])

    def _say(self, rows: int) -> None:
        """How far it is; what is read a second time is not counted beyond the whole."""
        if self._progress is not None:
            self._read_so_far = min(self._read_so_far + rows, self._total)
            self._progress("verify", self._read_so_far, self._total)


def verify(url: str, expect: str = "", progress: Progress | None = None) -> Report:
    """Check the register at `sqlite:FILE` or `postgresql://…`, reading only, as it stands at this instant.

    `progress` is told what it does, how many rows it has read and how many there are; what it raises ends
    the check.
    """
    if url.startswith("sqlite:"):
        path = quote(url.removeprefix("sqlite:"))
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            file.text_factory = lambda value: value.decode(errors="surrogateescape")
            file.execute("BEGIN")
            return Check(file.cursor(), SQLITE, progress).run(expect)
    import psycopg

    with psycopg.connect(url) as server:
        server.isolation_level, server.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        return Check(server.cursor(), POSTGRESQL, progress).run(expect)


def main() -> int:
    """The command of this file."""
    parser = argparse.ArgumentParser(
        description="审计核验 / check the audit chain and the stored rows"
    )
    parser.add_argument("url", help="sqlite:FILE | postgresql://…")
    parser.add_argument(
        "--expect", default="", metavar="HEAD", help="以前记下的链头 / a head noted earlier"
    )
    given = parser.parse_args()
    report = verify(given.url, given.expect)
    counted = f"{report.events} 事件 / events, {report.rows} 行 / rows"
    lines = [*map(str, report.findings), counted, f"链头 / head {report.head}"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
