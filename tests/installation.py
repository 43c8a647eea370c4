"""A whole installation apart from the test's own database: data folder, keys, migrated database, processes.

For what only real processes show: kills, several workers, a server. On PostgreSQL it has its own database
in the cluster of the run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

ROOT = Path(__file__).parents[1]
#: Seconds after which what has not come never will. A machine may be busy with much else: only a test that
#: fails waits so long.
PATIENCE = 180


@dataclass
class Installation:
    """Where it lies, and the processes started for it."""

    folder: Path
    database_url: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes see; the test's own database never."""
        kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        return {
            **kept,
            "MINGBAI_DATA": str(self.folder / "data"),
            "MINGBAI_KEY_FILE": str(self.folder / "keys" / "keys.json"),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "mingbai.config.settings",
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
        }

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run Python to its end."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, capture_output=True, text=True,
            timeout=PATIENCE,
        )  # fmt: skip
        if check and done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start Python in a process group of its own; what it prints goes to a file."""
        with self._log(len(self.processes)).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], env=self.environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def said(self, process: subprocess.Popen[bytes] | None = None) -> str:
        """What one process, or all, printed so far."""
        numbers = [n for n, one in enumerate(self.processes) if process in (None, one)]
        return "\n".join(self._log(number).read_text(encoding="utf-8") for number in numbers)

    def _log(self, number: int) -> Path:
        return self.folder / f"process-{number}.log"

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """One statement on a connection of its own, committed."""
        if self.database_url:
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                cursor = connection.execute(statement)
                return cursor.fetchall() if cursor.description else []
        connection = sqlite3.connect(self.folder / "data" / "register.sqlite3", timeout=PATIENCE)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def wait(self, statement: str, enough: Callable[[Any], bool]) -> Any:
        """The first value of a query as soon as it is enough; fails when patience ends."""
        value = None

        def seen() -> bool:
            nonlocal value
            rows = self.sql(statement)
            value = rows[0][0] if rows else None
            return enough(value)

        if not comes(seen):
            raise AssertionError(f"{statement}: still {value!r}; {self.said()}")
        return value

    def stop(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            kill(process)


def comes(there: Callable[[], object]) -> bool:
    """Whether something is there before patience ends; asked again and again."""
    until = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def kill(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """Kill a process and what it started, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    process.wait(timeout=PATIENCE)


def make_template(folder: Path) -> Installation:
    """A migrated installation to copy: migrating takes seconds, copying does not."""
    base, url = os.environ.get("DATABASE_URL", ""), ""
    if os.environ.get("MINGBAI_TEST_DATABASE") == "postgresql":
        url = _create_database(base)
    made = Installation(folder, url)
    made.run("-m", "django", "migrate", "-v", "0")
    return made


def copy_of(template: Installation, folder: Path) -> Installation:
    """An installation of one's own."""
    shutil.copytree(template.folder, folder, dirs_exist_ok=True)
    if not template.database_url:
        return Installation(folder)
    name = urlsplit(template.database_url).path.lstrip("/")
    return Installation(folder, _create_database(template.database_url, template=name))


def drop(installation: Installation) -> None:
    """Remove its database; the folder is the caller's."""
    if installation.database_url:
        name = urlsplit(installation.database_url).path.lstrip("/")
        _administer(installation.database_url, [f'DROP DATABASE "{name}" WITH (FORCE)'])


def _create_database(url: str, template: str = "template0") -> str:
    name = f"installation_{uuid.uuid4().hex[:12]}"
    _administer(url, [f'CREATE DATABASE "{name}" TEMPLATE "{template}"'])
    return _named(url, name)


def _administer(url: str, statements: Sequence[str]) -> None:
    with psycopg.connect(_named(url, "postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Migrated once a run."""
    made = make_template(tmp_path_factory.mktemp("template"))
    yield made
    drop(made)


@pytest.fixture
def installation(template: Installation, tmp_path: Path) -> Iterator[Installation]:
    """One's own; whatever it started is killed at the end."""
    made = copy_of(template, tmp_path)
    yield made
    made.stop()
    drop(made)
