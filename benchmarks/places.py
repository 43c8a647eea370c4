"""A synthetic county, measured: built with all its layers, and its files screened end to end.

python -m benchmarks.places                  洞口县, about 770,000 persons: minutes, 1 GB of disk
python -m benchmarks.places --place puxi     a township, seconds
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, ContenderError
from benchmarks.suites import Bench, Report

COMMAND = (sys.executable, "-c", "from mingbai.cli import main; main()")
BUILD_SECONDS, BUILD_MB, SCREEN_SECONDS, MOST_WITH_TASK = 180, 2048, 90, 0.10


@dataclass(frozen=True)
class Weighed:
    """One command: seconds on the clock, CPU seconds, peak memory, and what it printed."""

    wall: float
    cpu: float
    peak_mb: float
    printed: str


def place(bench: Bench, name: str = "dongkou") -> None:
    """Budgets of issue 4: building within 180 s and 2 GB, screening within 90 s, few tasks."""
    folder = bench.results / name
    built = command("places", "build", name, "--seed", "1", "--out", str(folder))
    bench.report.line(
        f"{name}: build with all layers, default damage",
        f"≤ {BUILD_SECONDS} s, ≤ 2 GB",
        f"{built.wall:.0f} s ({built.cpu:.0f} CPU s), {built.peak_mb:.0f} MB",
        built.wall <= BUILD_SECONDS and built.peak_mb <= BUILD_MB,
    )
    as_of = json.loads((folder / "place.json").read_text(encoding="utf-8"))["until"]
    options = ["--pack", "cn", "--as-of", as_of, "--out", str(bench.results / "out"), "--json"]
    screened = command("screen", str(folder / "observed"), *options)
    found: dict[str, Any] = json.loads(screened.printed)
    rows = f"{found['rows_in']:,} rows, {found['persons']:,} persons"
    bench.report.line(
        f"{name}: screen {rows}, files in, workbooks and report out",
        f"≤ {SCREEN_SECONDS} s",
        f"{screened.wall:.0f} s ({screened.cpu:.0f} CPU s), {screened.peak_mb:.0f} MB",
        screened.wall <= SCREEN_SECONDS,
    )
    share = found["tasks"] / found["households"]
    bench.report.line(
        f"{name}: households with a task from screening alone",
        f"≤ {MOST_WITH_TASK:.0%}",
        f"{found['tasks']:,} of {found['households']:,}, {share:.1%}",
        share <= MOST_WITH_TASK,
    )
    shutil.rmtree(folder)


def command(*arguments: str) -> Weighed:
    """Run a command of ours as a process of its own, and weigh it."""
    began = time.monotonic()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ContenderError(f"{' '.join(arguments)}: exit code {process.returncode}")
    wall = time.monotonic() - began
    return Weighed(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, printed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--place", default="dongkou")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="places-") as folder:
        place(Bench(Path(folder), Path(folder), 1, Report()), given.place)


if __name__ == "__main__":
    main()
