"""Reads damaged files in a process of its own, with bounds on memory and time; says how each ended."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from mingbai.tables import Intake, TablesError, read_folder
from tests.fuzz.corpus import PASSWORD, corpus, kept
from tests.fuzz.mutations import mutate
from tests.tables.helpers import SCHEMA

MEMORY = 3 << 30
SECONDS = 30
_GOOD = "household_id,kind\nh1,exited\n"
_SUFFIXES = (".xls", ".xlsx", ".csv", ".et", ".docx", "")


class TooSlowError(Exception):
    """A file that takes longer than any office table of its size."""


def _too_slow(*_: object) -> None:
    raise TooSlowError


def ending(name: str, raw: bytes) -> str:
    """Read one file beside a good one: how it ended, or "failed:" and why."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "household.csv").write_text(_GOOD, "utf-8")
        (Path(home) / name).write_bytes(raw)
        signal.alarm(SECONDS)
        try:
            intake = read_folder(Path(home), SCHEMA, (), password=PASSWORD)
        except TablesError as error:
            return f"failed: the good file was lost ({error.code})"
        except BaseException:  # whatever it is: nothing may come out of reading
            return "failed: " + traceback.format_exc(limit=-4).replace("\n", " | ")
        finally:
            signal.alarm(0)
    return _judge(intake, name)


def _judge(intake: Intake, name: str) -> str:
    """Rows in are rows accepted and rows listed; an unexpected error was caught, but is one."""
    listed = sum(problem.rows for problem in intake.problems if problem.severity == "listed")
    if intake.rows_in != intake.rows_accepted + intake.rows_listed or listed != intake.rows_listed:
        return f"failed: {intake.rows_in} in, {intake.rows_accepted} accepted, {listed} listed"
    kept_rows = sum(table.num_rows for table in intake.tables.values())
    if kept_rows < intake.rows_accepted and not intake.tables:
        return "failed: accepted rows are in no table"
    ends = [report.code or "read" for report in intake.files if report.name == name]
    if "TABLE-030" in ends:
        reasons = [
            report.reason.en
            for report in intake.files
            if report.code == "TABLE-030" and report.reason
        ]
        return "failed: " + reasons[0]
    return "read" if "read" in ends else min(ends, default="failed: not mentioned")


def damaged(number: int) -> tuple[str, str, bytes]:
    """The file of a number, always the same: what it was made of, its name, its content."""
    chance = random.Random(number)
    files = {**corpus_once(), **kept_once()}
    source = chance.choice(list(files))
    raw = mutate(files[source], chance, list(files.values()))
    suffix = chance.choice(_SUFFIXES) if chance.random() < 0.2 else Path(source).suffix
    return source, "坏" + suffix, raw


_CACHE: dict[str, dict[str, bytes]] = {}


def corpus_once() -> dict[str, bytes]:
    if "corpus" not in _CACHE:
        _CACHE["corpus"] = corpus()
    return _CACHE["corpus"]


def kept_once() -> dict[str, bytes]:
    if "kept" not in _CACHE:
        _CACHE["kept"] = kept()
    return _CACHE["kept"]


def main() -> None:
    """Numbers come in by line; the answer goes out by line, the source and seconds before it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, _too_slow)
    abort_at = os.environ.get("MINGBAI_FUZZ_ABORT_AT")  # so that a test can see this noticed
    for line in sys.stdin:
        if line.strip() == abort_at:
            os.abort()
        source, name, raw = damaged(int(line))
        began = time.monotonic()
        ended = ending(name, raw)
        sys.stdout.write(f"{source}\t{ended}\t{time.monotonic() - began:.2f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
