"""The database as a file and back (数据库导出与导入): SQLite by itself, PostgreSQL by its programs."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import psycopg
from django.db import connection

from mingbai.audit.checking import server_address, server_place
from mingbai.config.archives import error


@contextmanager
def dump_to(file: Path) -> Iterator[Any]:
    """Write the database to `file` as of one instant; yields a cursor that sees the same instant.

    Sessions stay out: whoever has the copy could enter as somebody who is signed in.
    """
    if connection.vendor == "sqlite":
        _copy_sqlite(Path(connection.settings_dict["NAME"]), file)
        with closing(sqlite3.connect(file)) as copy:
            copy.executescript(
                "PRAGMA journal_mode=DELETE; PRAGMA secure_delete=ON; DELETE FROM django_session"
            )
            yield copy.cursor()
        return
    with psycopg.connect(server_address()) as server:
        server.isolation_level, server.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        (snapshot,) = server.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        _run(
            "pg_dump", server.info.server_version,
            "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-sync",
            "--exclude-table-data=*.django_session", f"--snapshot={snapshot}", f"--file={file}",
        )  # fmt: skip
        yield server.cursor()


def load_from(file: Path, scratch: Path) -> None:
    """Put the dumped database into the place of the present one, all of it or nothing."""
    connection.close()
    if connection.vendor == "sqlite":
        target = Path(connection.settings_dict["NAME"])
        if target.exists():
            _copy_sqlite(file, target)  # a transaction: a kill leaves what was there
        else:
            file.chmod(0o600)
            file.replace(target)
        return
    with psycopg.connect(server_address()) as server:
        version = server.info.server_version
        (scratch / "before.sql").write_text("\n".join(_drops(server)), encoding="utf-8")
    script = scratch / "script.sql"
    _run(
        "pg_restore",
        version,
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        f"--file={script}",
        str(file),
    )
    _run(
        "psql", version, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
        f"--file={scratch / 'before.sql'}", f"--file={script}",
    )  # fmt: skip
    script.unlink()


def counts(cursor: Any, vendor: str) -> dict[str, int]:
    """Rows of every table."""
    if vendor == "sqlite":
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    else:
        cursor.execute(
            "SELECT table_name::text FROM information_schema.tables "
            "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
    found = {}
    for (table,) in sorted(cursor.fetchall()):
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 — a name the database gave
        found[table] = cursor.fetchone()[0]
    return found


def _copy_sqlite(source: Path, target: Path) -> None:
    """In one step: with WAL writers go on, and the copy is of one instant."""
    with (
        closing(sqlite3.connect(source, timeout=60)) as one,
        closing(sqlite3.connect(target, timeout=60)) as two,
    ):
        one.execute("PRAGMA busy_timeout=60000")
        one.backup(two)


def _drops(server: Any) -> Iterator[str]:
    """Statements that remove our tables and functions, whoever made them; extensions stay."""
    tables = server.execute(
        "SELECT format('DROP TABLE IF EXISTS %I.%I CASCADE;', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname = current_schema()"
    )
    functions = server.execute(
        "SELECT format('DROP FUNCTION IF EXISTS %s CASCADE;', p.oid::regprocedure) FROM pg_proc p "
        "WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS "
        "(SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    for (statement,) in [*tables, *functions]:
        yield statement


def _run(program: str, server_version: int, *arguments: str) -> None:
    """Run a program of PostgreSQL against our database; its password is no argument that others could see."""
    names = {"dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    place = server_place()
    environment = {names.get(key, f"PG{key.upper()}"): value for key, value in place.items()}
    command = [_find(program, server_version // 10_000), *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **environment, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line.lower()), "")
        raise error("DATA-007", program=program, detail=_without_values(first) or done.returncode)


def _without_values(line: str) -> str:
    """The first words of a message: what follows may quote a row."""
    return re.split(r"DETAIL|CONTEXT|\"", line)[0].strip()[:200]


def _find(program: str, version: int) -> str:
    """The oldest program that is new enough for the server. Raises DATA-001."""
    found = {
        int(path.parts[-3]): str(path) for path in _debian(program) if path.parts[-3].isdigit()
    }
    if fitting := [number for number in found if number >= version]:
        return found[min(fitting)]
    elsewhere = which(program)
    if elsewhere is None or _version(elsewhere) < version:
        raise error("DATA-001", program=program, version=version)
    return elsewhere


def _debian(program: str) -> Sequence[Path]:
    return list(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))


def _version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    match = re.search(r"\) (\d+)", said)
    return int(match.group(1)) if match else 0
