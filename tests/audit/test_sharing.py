"""Who else has the SQLite file open: long work makes room only where somebody may want to write."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mingbai.audit.sharing import _holders, others_have_open

HOLDING = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM t').fetchall();"
    "print('open', flush=True); sys.stdin.read()"
)
ALONE = (
    "import sqlite3, sys; from pathlib import Path; from mingbai.audit.sharing import others_have_open;"
    "c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM t').fetchall();"
    "print(others_have_open(Path(sys.argv[1])))"
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "register.sqlite3"
    kept = sqlite3.connect(path)
    kept.execute("PRAGMA journal_mode = WAL")
    kept.execute("CREATE TABLE t (a)")
    kept.commit()
    kept.close()
    return path


def _asked(path: Path) -> str:
    """What a process of one thread, which has it open, is told."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux says who holds what")
def test_only_process_is_alone_until_another_opens_the_file(database: Path) -> None:
    assert _asked(database) == "False"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == b"open\n"
    assert _asked(database) == "True"
    other.communicate()
    assert _asked(database) == "False"


def test_second_thread_may_want_to_write(database: Path) -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert others_have_open(database)
    finally:
        over.set()
        thread.join()


def test_file_that_nobody_has_open_in_wal_mode_is_taken_for_shared(tmp_path: Path) -> None:
    """No file of locks, as in rollback mode: nobody can say, so there is room."""
    assert others_have_open(tmp_path / "absent.sqlite3")


def test_locks_of_other_files_bytes_and_kinds_do_not_count() -> None:
    told = "\n".join(
        (
            "1: POSIX  ADVISORY  WRITE 11 fe:00:77 120 120",
            "2: POSIX  ADVISORY  READ 12 fe:00:77 127 128",
            "3: POSIX  ADVISORY  READ 13 fe:00:177 128 128",
            "4: FLOCK  ADVISORY  WRITE 14 fe:00:77 0 EOF",
            "5: POSIX  ADVISORY  READ 15 fe:00:77 0 EOF",
            f"6: POSIX  ADVISORY  READ {os.getpid()} fe:00:77 128 128",
            "7: -> POSIX  ADVISORY  WRITE 16 fe:00:77 128 128",
        )
    )
    assert _holders(told, 77) == {12, 15, os.getpid()}
