"""What is measured: each function runs one comparison and adds its lines to the report."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, ContenderError, Run, alternate, cpu, peak, phase, ratio, run

Files = dict[str, list[Path]]


@dataclass
class Line:
    """A budget and what was measured against it."""

    what: str
    budget: str
    measured: str
    kept: bool | None  # None: no budget was set, or it could not be measured


@dataclass
class Report:
    """Lines against budgets, and tables with all figures."""

    lines: list[Line] = field(default_factory=list)
    tables: list[tuple[str, list[str], list[list[str]]]] = field(default_factory=list)

    def line(self, what: str, budget: str, measured: str, kept: bool | None) -> None:
        self.lines.append(Line(what, budget, measured, kept))
        print(f"  {what}: {measured} (budget {budget})", flush=True)

    def failed(self, what: str, budget: str, error: object) -> None:
        self.line(what, budget, f"not measured: {error}", None)

    def table(self, title: str, head: list[str], rows: list[list[str]]) -> None:
        self.tables.append((title, head, rows))


HEAD = [
    "contender",
    "query CPU s",
    "process CPU s",
    "peak MB",
    "query, of hand",
    "process, of hand",
]


@dataclass
class Bench:
    """Where data and results lie, and how often each contender runs."""

    data: Path
    results: Path
    times: int
    report: Report

    def out(self, name: str) -> Path:
        return self.results / f"{name}.parquet"

    def make(self, folder: str, *arguments: str) -> Path:
        """Generate a folder of files, once."""
        target = self.data / folder
        done = target / "complete"
        if not done.exists():
            print(f"generating {folder} ...", flush=True)
            subprocess.run(
                [sys.executable, "-m", "benchmarks.generate", "--out", str(target), *arguments],
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            done.touch()
        return target

    def files(self, folder: Path, count: int | None = None) -> Files:
        found = {
            name: sorted(folder.glob(f"{name}-*.parquet"))[:count]
            for name in ("person", "household")
        }
        assert found["person"]
        assert len(found["person"]) == len(found["household"])
        return found

    def equal(self, one: str, other: str, **options: Any) -> int:
        """Compare two results; the number of households. Raises ``ContenderError`` on a difference."""
        checked = run("check", out=self.out(one), other=self.out(other), **options).report
        if checked["differences"]:
            raise ContenderError(f"{one} and {other} differ in {checked['differences']} households")
        return int(checked["rows"])


def against_hand(bench: Bench, files: Files, size: str, memory: str, times: int) -> None:
    """Scan floor, hand-written SQL, compiled, compiled with masks."""
    names = ("floor", "hand", "compiled", "masks")
    options = {name: {**files, "out": bench.out(name), "memory": memory} for name in names}
    for name in names[1:]:
        run(name, **options[name])
    households = bench.equal("hand", "compiled")
    bench.equal("hand", "masks")
    runs = alternate(times, **options)
    title = f"{size} persons, {households:,} households, {times} alternating runs, median"
    rows = [_row(name, runs[name], runs["hand"]) for name in names]
    bench.report.table(title, HEAD, rows)
    line = bench.report.line
    scan = ratio(runs["hand"], runs["floor"])
    line(f"hand-written SQL against the scan floor, {size}", "≤ 8 ×", f"{scan:.1f} ×", scan <= 8)
    part = ratio(runs["compiled"], runs["hand"])
    whole = ratio(runs["compiled"], runs["hand"], None)
    line(
        f"compiled against hand-written SQL, CPU, {size}",
        "≤ 1.2 ×",
        f"{part:.2f} × (whole process {whole:.2f} ×)",
        part <= 1.2,
    )
    more = ratio(runs["masks"], runs["compiled"]) - 1
    line(f"reason masks for every row, CPU, {size}", "≤ +25 %", f"{more:+.0%}", more <= 0.25)
    if size == "1 M":
        used, weight = cpu(runs["compiled"]), peak(runs["compiled"])
        line(
            "1 M persons, 50 variables, Parquet to Parquet, process with start and compiling",
            "≤ 1.6 CPU s, ≤ 400 MB",
            f"{used:.2f} CPU s, {weight:.0f} MB",
            used <= 1.6 and weight <= 400,
        )
        parts = ", ".join(
            f"{name} {phase(runs['compiled'], name) * 1000:.0f} ms"
            for name in ("load", "compile", "open", "print")
        )
        line("of that, before the query begins", "–", parts, None)


def _row(name: str, runs: list[Run], base: list[Run]) -> list[str]:
    return [
        _TITLES[name],
        f"{phase(runs):.2f}",
        f"{cpu(runs):.2f}",
        f"{peak(runs):.0f}",
        f"{ratio(runs, base):.2f} ×",
        f"{ratio(runs, base, None):.2f} ×",
    ]


_TITLES = {
    "floor": "scan floor",
    "hand": "hand-written SQL",
    "compiled": "**compiled from the pack**",
    "masks": "compiled, with reason masks",
    "openfisca": "OpenFisca-core",
    "loop": "plain Python loop",
}


def against_openfisca(bench: Bench, files: Files, size: str, memory: str, times: int) -> None:
    """OpenFisca-core, hand-written and compiled on data without unknowns."""
    names = ("hand", "compiled", "openfisca")
    options: dict[str, Any] = {
        name: {**files, "out": bench.out(name), "memory": memory} for name in names
    }
    for name in names:
        run(name, **options[name])
    bench.equal("hand", "compiled")
    households = bench.equal("hand", "openfisca", no_empty=True)
    runs = alternate(times, **options)
    title = f"{size} persons without unknowns, {households:,} households compared, {times} runs"
    bench.report.table(title, HEAD, [_row(name, runs[name], runs["hand"]) for name in names])
    whole = ratio(runs["openfisca"], runs["compiled"], None)
    work = ratio(runs["openfisca"], runs["compiled"], "work")
    memory_share = peak(runs["compiled"]) / peak(runs["openfisca"])
    bench.report.line(
        f"OpenFisca-core against compiled, end to end, CPU, {size}",
        "≥ 1.3 × at ≤ half its memory",
        f"{whole:.2f} × (without start and imports {work:.2f} ×), memory {memory_share:.2f} of its",
        whole >= 1.3 and memory_share <= 0.5,
    )


def against_loop(bench: Bench, files: Files) -> None:
    """The plain Python loop on a tenth, extrapolated."""
    options = {name: {**files, "out": bench.out(name)} for name in ("hand", "loop", "compiled")}
    for name in ("hand", "loop"):
        run(name, **options[name])
    bench.equal("hand", "loop")
    runs = alternate(3, loop=options["loop"], compiled=options["compiled"])
    used = phase(runs["loop"])
    bench.report.table(
        "Plain Python loop, 100,000 persons, reading and writing included, 3 runs",
        ["contender", "CPU s", "peak MB", "1 M persons, extrapolated"],
        [[_TITLES["loop"], f"{used:.2f}", f"{peak(runs['loop']):.0f}", f"{used * 10:.0f} CPU s"]],
    )
    bench.report.line(
        "plain Python loop, 1 M persons (extrapolated from 100,000)",
        "–",
        f"{used * 10:.0f} CPU s",
        None,
    )


def what_if(bench: Bench, files: Files) -> None:
    """A changed parameter beside the pack as it is, against one run of the same rules."""
    runs = alternate(
        bench.times,
        reached={**files, "out": bench.out("reached")},
        whatif={**files, "out": bench.out("whatif")},
        compiled={**files, "out": bench.out("compiled")},
    )
    same, full = ratio(runs["whatif"], runs["reached"]), ratio(runs["whatif"], runs["compiled"])
    rules = runs["whatif"][0].report["rules"]
    bench.report.line(
        f"what-if on the monitoring line ({rules} rules twice), 1 M",
        "≤ 1.3 × one run",
        f"{same:.2f} × one run of these rules ({phase(runs['whatif']):.2f} CPU s; {full:.2f} × the "
        "whole pack)",
        same <= 1.3,
    )


def changed_share(bench: Bench, files: Files) -> None:
    """One per cent of the households changed: computed alone, equal to a full run."""
    new = bench.make("changed", "--persons", "1000000", "--seed", "1", "--changed", "0.01")
    after = bench.files(new)
    changed = new / "changed.parquet"
    run("compiled", **files, out=bench.out("before"))
    run("compiled", **after, out=bench.out("after"))
    part = bench.out("part")
    options = {**after, "changed": changed}
    run("incremental", **options, out=part)
    checked = run(
        "check_merged", out=bench.out("after"), other=part, old=bench.out("before"), changed=changed
    ).report
    if checked["differences"]:
        raise ContenderError(f"{checked['differences']} rows differ from a full run")
    runs = alternate(bench.times, incremental={**options, "out": part})["incremental"]
    used = phase(runs)
    wall = phase(runs, "query_wall")
    bench.report.line(
        f"1 % changed ({runs[0].report['households']:,} households of 1 M persons), from Parquet",
        "≤ 0.25 s, equal to a full run",
        f"{used:.2f} CPU s, {wall:.2f} s wall; 0 rows differ",
        used <= 0.25,
    )


def explanation(bench: Bench, files: Files) -> None:
    """One household at a time: all variables, and the trace."""
    runs = alternate(min(3, bench.times), explain=files)["explain"]
    count = runs[0].report["households"]
    spent = {
        name: phase(runs, name) / count * 1000 for name in ("evaluate", "trace_one", "trace_all")
    }
    bench.report.line(
        "one household: 50 variables and the trace of one decision (candidate for monitoring)",
        "≤ 0.3 ms",
        f"{spent['trace_one']:.2f} ms (variables alone {spent['evaluate']:.2f} ms, with the traces "
        f"of all {runs[0].report['traced']} rules that have clauses {spent['trace_all']:.2f} ms)",
        spent["trace_one"] <= 0.3,
    )


def national(bench: Bench, times: int) -> None:
    """policies/cn on a million synthetic persons."""
    folder = bench.data / "cn"
    if not (folder / "complete").exists():
        print("generating rows for policies/cn ...", flush=True)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.pack_data", "cn", str(folder)], cwd=ROOT, check=True
        )
        (folder / "complete").touch()
    options = {"tables": folder, "out": bench.out("cn"), "memory": "1GB"}
    runs = alternate(times, cn=options)["cn"]
    report = runs[0].report
    for name in ("query", "both"):
        rules, used = report[f"{name}_rules"], phase(runs, name)
        each = used / rules * 1000
        bench.report.line(
            f"policies/cn, 1 M persons, results of {report[f'{name}_entities']}: {rules} rules "
            f"computed, {report[f'{name}_outputs']} put out",
            "≤ 30 CPU ms per variable",
            f"{each:.1f} CPU ms ({used:.2f} CPU s; {peak(runs):.0f} MB)",
            each <= 30,
        )


def in_partitions(bench: Bench, folder: Path) -> None:
    """A hundred million persons, file after file, in one process."""
    files = bench.files(folder)
    done = run("partitions", **files, out=bench.results / "partitions", memory="400MB")
    bench.report.line(
        f"100 M persons from {done.report['files']} different files: read, evaluated and written",
        "≤ 200 CPU s, ≤ 1 GB",
        f"{done.cpu:.0f} CPU s, {done.peak_mb:.0f} MB ({done.report['query_wall']:.0f} s wall), "
        "one run",
        done.cpu <= 200 and done.peak_mb <= 1000,
    )


def guarded(report: Report, what: str, suite: Callable[[], None]) -> None:
    """Run a suite; a contender that fails is a line of the report, not the end of it."""
    print(what, flush=True)
    try:
        suite()
    except (ContenderError, subprocess.CalledProcessError, json.JSONDecodeError, KeyError) as error:
        report.failed(what, "–", error)
