"""Run a contender as a process of its own and weigh it.

The parent stays small on purpose (standard library only): Linux lets a child inherit the peak
memory of the process that started it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """One run: CPU seconds (user + system) and peak memory of the process, and its own report."""

    cpu: float
    peak_mb: float
    report: dict[str, Any]


class ContenderError(Exception):
    """A contender ended with an error; the text is its last line."""


def run(name: str, **options: Any) -> Run:
    """Start `python -m benchmarks.contenders NAME …` and wait for it."""
    command = [sys.executable, "-m", "benchmarks.contenders", name]
    for key, value in options.items():
        flag = "--" + key.replace("_", "-")
        if value is True:
            command.append(flag)
        elif isinstance(value, list | tuple):
            command += [flag, *map(str, value)]
        elif value is not None:
            command += [flag, str(value)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    printed = process.stdout.read()
    errors = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = errors.strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
        raise ContenderError(f"{name}: {last[0]}")
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, json.loads(printed))


def alternate(times: int, **contenders: dict[str, Any]) -> dict[str, list[Run]]:
    """Each contender several times, in turns, so that a busy moment hits all alike.

    The key is what the contender is called in the result; `name` says which one to run.
    """
    runs: dict[str, list[Run]] = {key: [] for key in contenders}
    for _ in range(times):
        for key, options in contenders.items():
            wanted = dict(options)
            runs[key].append(run(wanted.pop("name", key), **wanted))
    return runs


def cpu(runs: list[Run]) -> float:
    """Median CPU seconds of the whole process."""
    return median(item.cpu for item in runs)


def peak(runs: list[Run]) -> float:
    """Largest peak memory, in MB."""
    return max(item.peak_mb for item in runs)


def phase(runs: list[Run], name: str = "query") -> float:
    """Median CPU seconds of a phase."""
    return median(item.report[name] for item in runs)


def ratio(runs: list[Run], base: list[Run], name: str | None = "query") -> float:
    """Median of the ratios of runs that followed one another; of the process without a phase."""
    pairs = zip(runs, base, strict=True)
    if name is None:
        return median(one.cpu / other.cpu for one, other in pairs)
    return median(one.report[name] / other.report[name] for one, other in pairs)
