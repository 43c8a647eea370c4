"""Many users at the register at once, over loopback, while the worker evaluates the county.

python -m benchmarks.register_load FOLDER          300 users on PostgreSQL, 40 on SQLite, two minutes each
python -m benchmarks.register_load FOLDER --database sqlite --users 40 --seconds 30
python -m benchmarks.register_load FOLDER --database postgresql --keep KEPT     load once, measure a copy
python -m benchmarks.register_load DATA --keys FILE    a copy of a data folder on SQLite with a place in it

FOLDER is a place built by `mingbai places build`. Requests go to 127.0.0.1 alone: users × seconds / 10.
A user looks something up, opens the list, a household and a form, and saves it (one in five writes), one step
every ten seconds. A request counts from the moment it was due, so that waiting in line is not hidden. The
worker evaluates the county over and over meanwhile; an evaluation that fails is an error like any other.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.installation import (
    COMMAND,
    CpuSeconds,
    Installation,
    inside,
    installation,
    server,
)
from benchmarks.measure import ROOT
from benchmarks.suites import Bench, Report

USERS = {"postgresql": 300, "sqlite": 40}
SECONDS, BETWEEN, P99_MS = 120, 10.0, 500
THREADS = 64
CSRF = "b" * 32


class Form(HTMLParser):
    """The fields of the form of a page that holds a token, as a browser would send them back."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value if value is not None else "yes" for key, value in attrs}
        name = given.get("name", "")
        if tag == "input" and name:
            off = given.get("type") in ("radio", "checkbox") and "checked" not in given
            if not off:
                self.values[name] = given.get("value", "")
        elif tag == "textarea" and name:
            self.values[name] = ""
        elif tag == "select" and name:
            self._select = name
            self.choices[name] = []
        elif tag == "option" and self._select:
            self.choices[self._select].append(given.get("value", ""))
            if "selected" in given or self._select not in self.values:
                self.values[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def changed(self, day: str) -> dict[str, str]:
        """The form with one answer changed, and all that a save asks for."""
        values = dict(self.values)
        name = next(
            one
            for one, choices in self.choices.items()
            if one.startswith("c_") and len(choices) > 2
        )
        values[name] = next(one for one in self.choices[name] if one and one != values[name])
        source = next(one for one in self.choices["source"] if one)
        values.update(
            mode="changed", valid_from=day, observed_on=day, source=source, reason="load test",
            csrfmiddlewaretoken=CSRF,
        )  # fmt: skip
        return values


@dataclass
class Reader:
    """One user at a browser: five steps, round and round."""

    number: int
    about: dict[str, Any]
    turn: int = 0
    form: Form | None = None
    address: str = ""

    def step(self) -> tuple[str, str, str, str]:
        """Kind, method, address and body of the next request."""
        turn, self.turn = self.turn, self.turn + 1
        lap, at = divmod(turn + self.number, 5)
        household = self.about["households"][lap % len(self.about["households"])]
        if at == 0:
            return "search", "GET", f"/search/?q={quote(self._text(lap))}", ""
        if at == 1:
            return "list", "GET", "/households/", ""
        if at == 2 or (at == 4 and self.form is None):
            return "household", "GET", f"/households/{household}/", ""
        if at == 3:
            self.address = f"/households/{household}/topics/water/"
            return "form", "GET", self.address, ""
        assert self.form is not None
        form, self.form = self.form, None
        return "save", "POST", self.address, urlencode(form.changed(self.about["day"]))

    def _text(self, lap: int) -> str:
        """A name from its beginning, a whole name, or a household number."""
        name = self.about["names"][lap % len(self.about["names"])]
        return (name[:1], name, self.about["numbers"][lap % len(self.about["numbers"])])[lap % 3]

    def answered(self, kind: str, body: bytes) -> None:
        """Keep the form that came, to send it back."""
        if kind == "form":
            form = Form()
            form.feed(body.decode())
            self.form = form


@dataclass
class Load:
    """What was measured: milliseconds by kind, and what went wrong."""

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, milliseconds: float, error: str, sample: str) -> None:
        with self.lock:
            self.milliseconds.setdefault(kind, []).append(milliseconds)
            if error:
                self.errors[f"{kind} {error}"] += 1
                if len(self.samples) < 5:
                    self.samples.append(f"{kind} {error}: {sample}")

    def all(self) -> list[float]:
        return [one for kind in self.milliseconds.values() for one in kind]


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def put_load(port: int, users: list[dict[str, Any]], seconds: float) -> Load:
    """Send users × seconds / 10 requests, evenly; bounded in number and by a time-out each."""
    readers = [Reader(number, about) for number, about in enumerate(users)]
    found, due = Load(), queue.SimpleQueue[tuple[float, Reader] | None]()
    threads = [threading.Thread(target=_clerk, args=(port, due, found)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    began, gap = time.monotonic(), BETWEEN / len(readers)
    for number in range(int(seconds / gap)):
        at = began + number * gap
        time.sleep(max(0.0, at - time.monotonic()))
        due.put((at, readers[number % len(readers)]))
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    return found


def _clerk(port: int, due: queue.SimpleQueue[tuple[float, Reader] | None], found: Load) -> None:
    while (task := due.get()) is not None:
        at, reader = task
        kind, method, address, body = reader.step()
        error = sample = ""
        try:
            status, answer = _request(port, reader.about["session"], method, address, body)
            if status != (302 if method == "POST" else 200):
                error, sample = str(status), answer[:300].decode(errors="replace")
            else:
                reader.answered(kind, answer)
        except (OSError, http.client.HTTPException) as problem:
            error = type(problem).__name__
        found.note(kind, (time.monotonic() - at) * 1000, error, sample)


def _request(port: int, session: str, method: str, address: str, body: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Host": "localhost", "Cookie": f"sessionid={session}; csrftoken={CSRF}"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, address, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def measure(
    found: Installation, database: str, users: int, seconds: float, report: Report, port: int
) -> None:
    """One database with a place in it: evaluate it, sign in, serve, send, report.

    A county in service has been evaluated: the first evaluation of all writes every state and counts every
    village, and is measured elsewhere.
    """
    subprocess.run(
        [*COMMAND, "evaluate"],
        env=found.environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    readers = inside(found.environment, "users", str(users))
    with server(found.environment, port) as serving:
        cpu = CpuSeconds(found, serving)
        evaluating = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.register_users", "evaluate", str(seconds - 5)],
            env=found.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        load = put_load(port, readers, seconds)
        spent = cpu.spent()
        evaluated = json.loads(evaluating.communicate(timeout=300)[0].strip().splitlines()[-1])
    _report(report, database, users, seconds, load, evaluated["evaluations"])
    said = ", ".join(f"{name} {value:.0f}" for name, value in spent.items())
    print(f"  CPU seconds in {seconds:.0f} s on {os.cpu_count()} cores: {said}")


def _report(
    report: Report,
    database: str,
    users: int,
    seconds: float,
    found: Load,
    evaluations: list[dict[str, Any]],
) -> None:
    every = found.all()
    p50, p95, p99 = (percentile(every, share) for share in (0.50, 0.95, 0.99))
    failed = [one["error"] for one in evaluations if one["state"] != "done"]
    errors = sum(found.errors.values()) + len(failed)
    longest = max((one["seconds"] for one in evaluations), default=0.0)
    report.line(
        f"{users} users on {database}, {len(every)} requests in {seconds:.0f} s, "
        f"{len(evaluations)} evaluations of the county meanwhile (longest {longest:.0f} s)",
        f"no error, p99 ≤ {P99_MS} ms",
        f"{errors} errors, p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms",
        errors == 0 and p99 <= P99_MS and len(evaluations) > 0,
    )
    rows = [
        [
            kind,
            f"{len(values)}",
            *(f"{percentile(values, share):.0f}" for share in (0.5, 0.95, 0.99, 1.0)),
        ]
        for kind, values in sorted(found.milliseconds.items())
    ]
    report.table(
        f"{users} users on {database}",
        ["request", "times", "p50 ms", "p95 ms", "p99 ms", "longest ms"],
        rows,
    )
    for what, count in found.errors.most_common(5):
        print(f"  error: {what} × {count}")
    for sample in found.samples + failed:
        print(f"  sample: {sample}")


def load(bench: Bench, folder: Path) -> None:
    """Budgets of issue 5: 300 users on PostgreSQL and 40 on SQLite, while the worker evaluates."""
    for number, (database, users) in enumerate(USERS.items()):
        with installation(folder, database) as found:
            measure(found, database, users, SECONDS, bench.report, 18600 + number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database", choices=[*USERS], action="append")
    parser.add_argument("--users", type=int)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--port", type=int, default=18600)
    parser.add_argument("--keys", type=Path, help="of a data folder on SQLite with a place in it")
    parser.add_argument("--keep", type=Path, help="where a loaded PostgreSQL stays")
    given = parser.parse_args()
    report, folder = Report(), given.folder.resolve()
    print(f"  load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    for database in ["sqlite"] if given.keys else given.database or USERS:
        users = given.users or USERS[database]
        keep = given.keep if database == "postgresql" else None
        with installation(folder, database, keys=given.keys, keep=keep) as found:
            measure(found, database, users, given.seconds, report, given.port)
    for title, head, rows in report.tables:
        print(f"\n{title}")
        for row in [head, *rows]:
            print("  " + "".join(f"{cell:>12}" for cell in row))


if __name__ == "__main__":
    main()
