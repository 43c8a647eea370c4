"""Imports as real processes: killed at any moment, beside a clerk who saves, in the worker."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from signal import SIGINT, SIGKILL

import pytest

from mingbai.engine.model.pack import Pack
from tests.installation import PATIENCE, Installation, copy_of, drop
from tests.intake.making import Office, home, member

pytestmark = pytest.mark.database

#: Households of a list.
LONG = 100
COMMAND = "from mingbai.cli.main import main; main()"
#: The same command with a signal at a moment that is chosen from inside: at the beginning of a batch, in the
#: transaction of a slice, or after the first slice of a table.
SIGNALLED = """
import os, django
django.setup()
from mingbai.audit.writing import BatchWriter

def before(name, moment):
    plain, calls = getattr(BatchWriter, name), [0]
    def signalled(writer, *given, **named):
        calls[0] += 1
        if moment(calls[0], *given):
            os.kill(os.getpid(), {signal:d})
        return plain(writer, *given, **named)
    setattr(BatchWriter, name, signalled)

before({name!r}, lambda call, *given: {moment})
"""
OPENED = ("__init__", "True")
IN_A_SLICE = ("_note", "call == {call}")
WRITTEN = ("_adapt", "given[0] == 'households_{table}'")
#: Slices of such a list at least: a table that has rows makes one.
SLICES = 8
STANDING = (
    "SELECT count(*) FROM {table} t JOIN audit_batch b ON b.id = t.begun_by_id "
    "LEFT JOIN audit_batch e ON e.id = t.ended_by_id "
    "WHERE b.recorded_at IS NOT NULL AND e.recorded_at IS NULL"
)
#: Saves that were recorded while the second import wrote: in one transaction it would let none in.
BESIDE = (
    "SELECT count(*) FROM audit_batch s JOIN audit_batch i ON i.kind = 'import' AND i.actor <> 'user:7' "
    "AND i.id > 1 WHERE s.actor = 'user:7' AND s.recorded_at > i.started_at AND s.recorded_at < i.recorded_at"
)
#: Further readings and parts of a name stand in rows of their own.
ENTRIES = "(SELECT * FROM households_searchentry WHERE NOT extra)"
TABLES = (
    "households_household",
    "households_membership",
    "households_identity",
    ENTRIES,
)


def many(office: Office, first: int, count: int) -> list[Path]:
    """Two lists of so many households of two."""
    numbers = range(first, first + count)
    homes = [home(f"H{n}", 户主姓名=f"肖{n}") for n in numbers]
    people = [
        member(f"P{n}-{at}", f"H{n}", at, 姓名=f"肖{n}{at}", 证件号码="", 与户主关系=relation)
        for n in numbers
        for at, relation in enumerate(("户主", "配偶"))
    ]
    return [office.list(homes, f"homes-{first}.csv"), office.list(people, f"people-{first}.csv")]


def arguments(paths: list[Path]) -> list[str]:
    return ["-c", COMMAND, "import", *map(str, paths), "--as-of", "2025-06-30", "--json"]


def counts(installation: Installation) -> list[int]:
    return [installation.sql(STANDING.format(table=table))[0][0] for table in TABLES]


def whole(households: int) -> list[int]:
    return [households, households * 2, households * 2, households * 2]


@pytest.fixture
def writer(tmp_path: Path, pack: Pack) -> Office:
    """Writes lists; the import is another process."""
    folder = tmp_path / "lists"
    folder.mkdir()
    return Office(folder, pack)


@pytest.fixture(scope="module")
def ten_once(
    template: Installation, tmp_path_factory: pytest.TempPathFactory, pack: Pack
) -> Iterator[Installation]:
    """An installation with ten households, imported once; every test has a copy."""
    made = copy_of(template, tmp_path_factory.mktemp("ten"))
    made.run(*arguments(many(Office(tmp_path_factory.mktemp("lists"), pack), 0, 10)))
    yield made
    drop(made)


@pytest.fixture
def ten(ten_once: Installation, tmp_path: Path) -> Iterator[Installation]:
    made = copy_of(ten_once, tmp_path / "ten")
    yield made
    made.stop()
    drop(made)


def signalled(ten: Installation, paths: list[Path], how: tuple[str, str], signal: int) -> int:
    """Import with a signal at that moment; the code it ended with."""
    code = SIGNALLED.format(name=how[0], moment=how[1], signal=signal) + COMMAND
    process = ten.start("-c", code, *arguments(paths)[2:])
    return process.wait(timeout=PATIENCE)


@pytest.mark.parametrize("moment", ["open", "slice", "household", "identity", "searchentry"])
def test_killed_import_leaves_the_register_as_before(
    ten: Installation, writer: Office, moment: str
) -> None:
    """SIGKILL in the middle: nothing is seen; the next import sweeps and works."""
    lists = many(writer, 1000, LONG)
    call = random.randint(1, SLICES)
    hows = {"open": OPENED, "slice": (IN_A_SLICE[0], IN_A_SLICE[1].format(call=call))}
    how = hows.get(moment, (WRITTEN[0], WRITTEN[1].format(table=moment)))
    assert signalled(ten, lists, how, SIGKILL) == -SIGKILL, (call, ten.said())
    assert counts(ten) == whole(10)
    ten.run(*arguments(lists))
    assert counts(ten) == whole(10 + LONG)
    left = "SELECT count(*) FROM audit_batch WHERE recorded_at IS NULL AND swept_at IS NULL"
    assert ten.sql(left) == [(0,)]
    assert ten.sql("SELECT count(*) FROM households_membership") == [(2 * (10 + LONG),)]


def test_clerk_saves_while_a_long_list_is_written(
    ten: Installation, writer: Office, tmp_path: Path
) -> None:
    """Slices let every form through: none fails, and saves come in between all along."""
    lists = many(writer, 1000, 6000)
    stop, report = tmp_path / "stop", tmp_path / "report.json"
    clerk = ten.start("-m", "tests.intake.saving", str(stop), str(report))
    ten.wait("SELECT count(*) FROM audit_batch WHERE actor = 'user:7'", bool)
    ten.run(*arguments(lists))
    stop.touch()
    assert clerk.wait(timeout=PATIENCE) == 0, ten.said(clerk)
    assert json.loads(report.read_text())["failed"] == []
    assert ten.sql(BESIDE)[0][0] >= 3
    assert counts(ten) == whole(6010)


def test_stopped_import_is_given_up(ten: Installation, writer: Office) -> None:
    """Ctrl-C ends with 130, and nothing half is left to see."""
    how = (WRITTEN[0], WRITTEN[1].format(table="household"))
    assert signalled(ten, many(writer, 1000, LONG), how, SIGINT) == 130, ten.said()
    assert counts(ten) == whole(10)
    assert ten.sql("SELECT count(*) FROM audit_batch WHERE given_up_at IS NOT NULL") == [(1,)]


def test_undo_beside_nobody_takes_it_all_back(ten: Installation) -> None:
    done = ten.run("-c", COMMAND, "batches", "undo", "1", "--reason", "wrong file", "--json")
    (job,) = ten.sql("SELECT id FROM jobs_job WHERE kind = 'decisions.follow' AND id > 1")
    assert json.loads(done.stdout) == {"undone": 1, "batch": 2, "states_job": job[0]}
    assert counts(ten) == [0, 0, 0, 0]


def test_command_says_what_it_did(ten: Installation, writer: Office, tmp_path: Path) -> None:
    """Dry run, difference.xlsx, list of batches, export: as the command prints them."""
    lists = many(writer, 20, 2)
    command = ["-c", COMMAND, "import", *map(str, lists), "--as-of", "2025-06-30"]
    dry: subprocess.CompletedProcess[str] = ten.run(
        *command, "--dry-run", "--out", str(tmp_path / "out")
    )
    assert "新增 2 户 4 人" in dry.stdout
    assert (tmp_path / "out" / "difference.xlsx").is_file()
    assert counts(ten) == whole(10)
    assert "batches undo 2" in ten.run(*command).stdout
    assert "--again" in ten.run(*command).stdout
    assert "2025-06-30" in ten.run("-c", COMMAND, "batches", "list").stdout
    out = tmp_path / "户.xlsx"
    said = ten.run(
        "-c",
        COMMAND,
        "export",
        "--as",
        "household-export",
        "--as-of",
        "2025-06-30",
        "--out",
        str(out),
    )
    assert "12 行" in said.stdout
