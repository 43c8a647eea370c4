"""The rules over a county's register, measured: evaluating, storing, one changed fact, lists.

python -m benchmarks.register_decisions                    洞口县 on SQLite and PostgreSQL
python -m benchmarks.register_decisions --data out/dongkou a place that is built already
python -m benchmarks.register_decisions --here             the register of this environment
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT
from benchmarks.places import command
from benchmarks.register import DATABASES, _installation
from benchmarks.suites import Report

EVALUATE_SECONDS, CHANGE_SECONDS, LIST_MS, PAGE_MS = 10, 1.0, 50, 50
TIMES = 100
Line = tuple[str, str, str, bool]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    parser.add_argument("--place", default="dongkou")
    parser.add_argument("--data", type=Path, help="a built place")
    parser.add_argument("--here", action="store_true", help="a register that is loaded already")
    given = parser.parse_args()
    if given.here:
        for line in _measured():
            print(json.dumps(line, ensure_ascii=False), flush=True)
        return
    with tempfile.TemporaryDirectory(prefix="mingbai-bench-") as folder:
        data = given.data or Path(folder) / "place"
        if given.data is None:
            command("places", "build", given.place, "--out", str(data), "--damage", "0")
        for database in (given.database,) if given.database else DATABASES:
            _on(Report(), data.resolve(), database)


def _on(report: Report, data: Path, database: str) -> None:
    """Load the place into a new database of a kind, and measure in a process of its own."""
    with _installation(database) as environment:
        os.environ.update(environment)
        command("migrate")
        command("places", "load", "--data", str(data), "--json")
        inside = [sys.executable, "-m", "benchmarks.register_decisions", "--here"]
        done = subprocess.run(inside, cwd=ROOT, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            what, *rest = json.loads(line)
            report.line(f"{database}: {what}", *rest)


def _measured() -> Iterator[Line]:
    from mingbai.common.starting import start_django

    start_django()
    yield _evaluated("first")
    yield _evaluated("again, nothing changed")
    yield from _changed()
    yield from _read()


def _evaluated(which: str) -> Line:
    from mingbai.decisions.actions import evaluate
    from mingbai.places.queries import register, working_date

    steps: dict[str, float] = {}
    now = ["start", time.perf_counter()]

    def progress(step: str, done: int, total: int) -> None:
        at = time.perf_counter()
        steps[now[0]] = steps.get(now[0], 0) + at - now[1]
        now[:] = [step, at]

    started, used = time.perf_counter(), _cpu()
    run = evaluate(actor="command", pack=register().pack, as_of=working_date(), progress=progress)
    seconds = time.perf_counter() - started
    progress("end", 0, 0)
    parts = ", ".join(f"{step} {spent:.1f}" for step, spent in steps.items() if spent >= 0.05)
    return (
        f"snapshot, evaluate, store {run.persons:,} persons ({which})",
        f"≤ {EVALUATE_SECONDS} s",
        f"{seconds:.1f} s ({_cpu() - used:.1f} CPU s without the server; {parts})",
        seconds <= EVALUATE_SECONDS,
    )


def _cpu() -> float:
    """CPU seconds of this process and of those it started and waited for."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


def _changed() -> Iterator[Line]:
    """A fact is recorded by an action, then its household has new states."""
    from mingbai.audit.actions import recording
    from mingbai.decisions.actions import after_change
    from mingbai.decisions.models import State
    from mingbai.households.models import Water

    rng = random.Random(5)
    keys = list(State.objects.recorded().values_list("household_id", flat=True))

    def change() -> None:
        key = rng.choice(keys)
        with recording(actor="command", action="benchmark.water.changed") as batch:
            standing = Water.objects.recorded().filter(household_id=key)
            before = standing.values_list("drinking_water_safe", "valid_from").first()
            standing.update(ended_by=batch)
            safe, begun = before or (True, "2020-01-01")
            Water.objects.create(
                begun_by=batch, household_id=key, valid_from=begun, drinking_water_safe=not safe
            )
        assert after_change([key]) == [key]

    yield _timed("one changed fact to new states", CHANGE_SECONDS * 1000, change)


def _read() -> Iterator[Line]:
    from mingbai.decisions.contradictions import contradictions
    from mingbai.decisions.models import State
    from mingbai.decisions.queries import counts, households_with, states_of

    rng = random.Random(6)
    keys = list(State.objects.recorded().values_list("household_id", flat=True))
    found = counts()
    letters = {"unmet": "u", "unknown": "?"}
    asked = [(rule, state) for rule, row in found.items() for state in letters if row[state]]

    def page() -> Any:
        rule, state = rng.choice(asked)
        start = rng.randrange(max(1, found[rule][state]))
        return households_with(rule, letters[state], start=start, stop=start + 50)

    yield _timed("a page of 50 of a rule's list, anywhere in the county", LIST_MS, page)
    yield _timed("all states of a household", PAGE_MS, lambda: states_of([rng.choice(keys)]))
    yield _timed("counts of all rules in the county", LIST_MS, counts)
    yield _timed("the first 100 contradictions", 1000, lambda: contradictions(limit=100))


def _timed(what: str, budget_ms: float, work: Callable[[], Any]) -> Line:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    half, most = taken[TIMES // 2], taken[int(TIMES * 0.95)]
    said = f"p50 {half:.1f}, p95 {most:.1f} ms"
    return what, f"p95 ≤ {budget_ms:.0f} ms", said, most <= budget_ms


if __name__ == "__main__":
    main()
