"""An installation of its own for a load: a place in a database, a server, and what each process costs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.measure import ROOT
from tests.postgres import Cluster, start_cluster

COMMAND = (sys.executable, "-c", "from mingbai.cli import main; main()")
#: A production server: nothing is left to luck.
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=512MB")
#: The database that a place is loaded into, and the copy of it that a run writes to.
LOADED, COPY = "county", "run"


@dataclass(frozen=True)
class Installation:
    """Where it is (环境变量) and, on PostgreSQL, its server."""

    environment: dict[str, str]
    cluster: Cluster | None = None


@contextmanager
def installation(
    folder: Path, database: str, *, keys: Path | None = None, keep: Path | None = None
) -> Iterator[Installation]:
    """A built place in a fresh register, gone afterwards.

    `keys`: `folder` is the data folder of a register on SQLite, and a copy of it is taken. `keep`: where the
    loaded register stays on PostgreSQL, so that the next run begins with a copy of it.
    """
    if keep is not None:
        with _kept(folder, keep) as found:
            yield found
        return
    with tempfile.TemporaryDirectory(prefix="mingbai-load-") as own:
        if keys is not None:
            shutil.copytree(folder, f"{own}/data")
            Path(f"{own}/keys").mkdir(mode=0o700)
            shutil.copy2(keys, f"{own}/keys/keys.json")
        cluster = start_cluster(DURABLE) if database == "postgresql" else None
        try:
            found = Installation(
                _environment(Path(own), cluster.url("postgres") if cluster else ""), cluster
            )
            _fill(found, None if keys else folder)
            yield found
        finally:
            if cluster is not None:
                cluster.stop()


@contextmanager
def _kept(folder: Path, keep: Path) -> Iterator[Installation]:
    keep.mkdir(parents=True, exist_ok=True)
    cluster = start_cluster(DURABLE, keep / "server")
    loaded = keep / "loaded"
    try:
        if not loaded.exists():
            _run_sql(cluster, f"DROP DATABASE IF EXISTS {LOADED}", f"CREATE DATABASE {LOADED}")
            _fill(Installation(_environment(keep, cluster.url(LOADED)), cluster), folder)
            loaded.touch()
        _run_sql(
            cluster, f"DROP DATABASE IF EXISTS {COPY}",
            f"CREATE DATABASE {COPY} TEMPLATE {LOADED} STRATEGY file_copy", "CHECKPOINT",
        )  # fmt: skip
        found = Installation(_environment(keep, cluster.url(COPY)), cluster)
        _migrate(found)
        yield found
    finally:
        cluster.stop()


def _run_sql(cluster: Cluster, *statements: str) -> None:
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _environment(folder: Path, url: str) -> dict[str, str]:
    found = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    found |= {
        "MINGBAI_DATA": f"{folder}/data", "MINGBAI_KEY_FILE": f"{folder}/keys/keys.json",
        "DJANGO_SETTINGS_MODULE": "mingbai.config.settings", "MINGBAI_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    return found | ({"DATABASE_URL": url} if url else {})


def _migrate(found: Installation) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v", "0"],
        env=found.environment, cwd=ROOT, check=True,
    )  # fmt: skip


def _fill(found: Installation, folder: Path | None) -> None:
    _migrate(found)
    if folder is not None:
        loaded = inside(found.environment, "load", str(folder))
        print(f"  {loaded['rows']:,} rows loaded in {loaded['seconds']:.0f} s", flush=True)


def inside(environment: dict[str, str], *arguments: str) -> Any:
    """Run benchmarks.register_users there."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.register_users", *arguments],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[int]:
    """`mingbai serve --with-worker`, ready; yields its process."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port), "--with-worker"], env=environment
    )
    try:
        for _ in range(300):
            time.sleep(0.1)
            if _is_ready(port):
                break
        else:
            raise RuntimeError("the server did not become ready")
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _is_ready(port: int) -> bool:
    """Whether pages and the worker are there."""
    address = f"http://127.0.0.1:{port}/health/ready/"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return json.loads(answer.read())["worker_seen_seconds_ago"] is not None
    except (OSError, urllib.error.HTTPError):
        return False


class CpuSeconds:
    """What processes take of the processor (处理器时间), from /proc, since this was made."""

    def __init__(self, found: Installation, serving: int) -> None:
        self._found, self._serving = found, serving
        self._before = self._now()

    def spent(self) -> dict[str, float]:
        """CPU seconds by what they were spent on."""
        return {name: value - self._before[name] for name, value in self._now().items()}

    def _now(self) -> dict[str, float]:
        tree = _processes()
        found = {"web": 0.0, "worker": 0.0}
        for process in _below(tree, self._serving):
            is_worker = b"--with-parent" in Path(f"/proc/{process}/cmdline").read_bytes()
            found["worker" if is_worker else "web"] += tree[process][1]
        if self._found.cluster is not None:
            found["PostgreSQL"] = sum(
                tree[one][1] for one in _below(tree, self._found.cluster.process)
            )
        own = os.times()
        return {**found, "load": own.user + own.system}


def _processes() -> dict[int, tuple[int, float]]:
    """Process → its parent, and the CPU seconds of it and of its children that have ended."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        ticks = sum(map(int, fields[11:15]))
        found[int(path.parent.name)] = (int(fields[1]), ticks / os.sysconf("SC_CLK_TCK"))
    return found


def _below(tree: dict[int, tuple[int, float]], top: int) -> list[int]:
    """A process and all that it started."""
    found = [top]
    for one in found:
        found += [process for process, (parent, _) in tree.items() if parent == one]
    return found
