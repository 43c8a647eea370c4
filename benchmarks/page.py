"""The page docs/benchmarks.md: what was measured, where, and what the budget was."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.suites import Report

PACKAGES = ("duckdb", "sqlglot", "pyarrow", "numpy", "openfisca-core")

HEAD = """# Benchmarks

Written by `make bench` (`python -m benchmarks`); do not edit by hand.

{when}, {machine}. Python {python}, {packages}.

The work: `benchmarks/pack`, 50 variables (13 of persons, 12 aggregates, 25 of households), 33 outputs
for each household, 12 household rules with reasons. Its rules and values are invented; so are the
persons, with 27 columns, and the households, with 29, about 3 % unknown in each. Every contender
reads Parquet and writes Parquet, runs as a process of its own, and gives the same outputs
(0 differences, checked before it is timed). Contenders take turns; figures are medians.

CPU seconds (user and system) are the figure to trust: the machine's cores are shared, so wall time
says little. *Query* is the work itself, from the first row read to the last one written. *Process* is
all that the process used, with start, imports, loading and compiling the pack. Ratios of *query* judge
the compiled SQL; absolute budgets are held against the whole process.

## Budgets

| what | budget | measured | kept |
| --- | --- | --- | --- |
"""

NOTES = """
## How to read it

* The scan floor reads the columns that the work needs and adds them up once. It keeps the
  hand-written SQL honest: a slow yardstick flatters.
* The hand-written SQL (`benchmarks/hand.sql`) keeps unknown and bounds exactly as the pack format
  says; without bounds it would be a quarter cheaper and would leave more households unknown.
* OpenFisca-core (AGPL-3.0, in the extra `bench` only) has no unknown: it gets data in which every
  value is known, and households in which nobody lives are left out of the comparison. Its bare
  arithmetic in memory is faster than any SQL engine's grouping; what is compared is the way from file
  to file.
* The Python loop is measured on 100,000 persons and extrapolated.
* What-if is held against one run of the same rules with one set of parameters.
* The rows for policies/cn are drawn from its fact dictionary, every kind of record included, without
  regard to what they mean; *variables* are the rules with a role and all the rules that they need.
* What the shape of the SQL costs, step by step: `benchmarks/NOTES.md`.
"""


def write_page(report: Report, path: Path | None, *, quick: bool) -> None:
    """Print the page, and write it where a path is given."""
    text = render(report, quick=quick)
    print("\n" + text)
    if path is not None:
        path.write_text(text, encoding="utf-8")


def render(report: Report, *, quick: bool) -> str:
    text = HEAD.format(
        when=datetime.now(UTC).date().isoformat(),
        machine=machine(),
        python=platform.python_version(),
        packages=", ".join(f"{name} {_version(name)}" for name in PACKAGES),
    )
    for line in report.lines:
        kept = {True: "yes", False: "**no**", None: "–"}[line.kept]
        text += f"| {line.what} | {line.budget} | {line.measured} | {kept} |\n"
    if quick:
        text += "\nQuick run: nothing above 1 M persons was measured.\n"
    text += "\n## All figures\n"
    for title, head, rows in report.tables:
        text += f"\n{title}\n\n" + _table(head, rows)
    return text + NOTES


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Cores, processor and memory; no name."""
    cores, model = os.cpu_count() or 1, platform.machine()
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores ({model}), {memory:.0f} GiB memory, {platform.system()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"
