"""Reading the offices' tables, measured: a million rows of csv, a workbook, and the whole command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import ROOT, alternate, cpu, peak, phase, ratio
from benchmarks.suites import Bench

_MOST = {"utf-8": "UTF-8", "gb18030": "GB18030"}


def tables(bench: Bench) -> None:
    """The compact layout with a tenth of its rows damaged, and a workbook of sixty columns."""
    folders = {codec: _made(bench, f"list-{codec}", "--encoding", codec) for codec in _MOST}
    runs = alternate(
        min(3, bench.times),
        floor={"name": "list_floor", "tables": folders["utf-8"]},
        **{codec: {"name": "list_read", "tables": folders[codec]} for codec in _MOST},
        check={"name": "list_check", "tables": folders["utf-8"]},
    )
    for codec, name in _MOST.items():
        wall, used, weight = phase(runs[codec], "query_wall"), phase(runs[codec]), peak(runs[codec])
        found = runs[codec][0].report
        bench.report.line(
            f"{found['rows']:,} rows × 30 columns of csv, {name}, read with all cell and table checks",
            "≤ 11 s, ≤ 900 MB",
            f"{wall:.1f} s ({used:.1f} CPU s), {weight:.0f} MB; {found['problems']:,} problems",
            wall <= 11 and weight <= 900,
        )
    more = ratio(runs["utf-8"], runs["floor"])
    bench.report.line(
        "the same against Arrow's csv reader and one dictionary a column, CPU",
        "–",
        f"{more:.1f} ×",
        None,
    )
    wall, weight = phase(runs["check"], "query_wall"), peak(runs["check"])
    bench.report.line(
        "the same with the checks of records, as `tables check` does, imports included",
        "≤ 15 s, ≤ 1 GB",
        f"{wall:.1f} s ({cpu(runs['check']):.1f} CPU s), {weight:.0f} MB; "
        f"{runs['check'][0].report['problems']:,} problems",
        wall <= 15 and weight <= 1000,
    )
    _workbook(bench)


def _workbook(bench: Bench) -> None:
    folder = _made(bench, "list-book", "--book", "--rows", "30000", "--columns", "60")
    runs = alternate(min(3, bench.times), book={"name": "list_read", "tables": folder})["book"]
    wall = phase(runs, "query_wall")
    bench.report.line(
        "30,000 rows × 60 columns of xlsx, read with all cell and table checks",
        "≤ 6 s",
        f"{wall:.1f} s ({phase(runs):.1f} CPU s), {peak(runs):.0f} MB",
        wall <= 6,
    )


def _made(bench: Bench, name: str, *arguments: str) -> Path:
    """A folder with one list in it, generated once; what marks it as complete lies beside it."""
    folder = bench.data / name
    done = bench.data / f"{name}.complete"
    if not done.exists():
        print(f"generating {name} ...", flush=True)
        command = [sys.executable, "-m", "benchmarks.table_data", "--out", str(folder), *arguments]
        subprocess.run(command, cwd=ROOT, check=True)
        done.touch()
    return folder
