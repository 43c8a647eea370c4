"""A private PostgreSQL for the tests: system binaries, a temporary folder, a unix socket, no fsync."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
_SETTINGS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=",
    "max_connections=100", "shared_buffers=256MB", "work_mem=32MB", "maintenance_work_mem=128MB",
)  # fmt: skip


@dataclass(frozen=True)
class Cluster:
    """A running server and where it lies."""

    folder: Path
    binaries: Path
    kept: bool = False  # in a folder of the caller's, who wants it again

    @property
    def process(self) -> int:
        """The number of the process that all others of the server are children of."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])

    def url(self, name: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://mingbai@/{name}?host={self.folder}"

    def stop(self) -> None:
        """Stop the server and, unless it is kept, remove its folder."""
        control, data = str(self.binaries / "pg_ctl"), str(self.folder / "data")
        _run([control, "-D", data, "-m", "fast" if self.kept else "immediate", "stop"])
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


def find_binaries() -> Path | None:
    """The folder of the newest installed server, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found and (initdb := shutil.which("initdb")):
        found = [Path(initdb).parent]
    return max(
        found,
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
        default=None,
    )


def start_cluster(settings: Sequence[str] = (), kept: Path | None = None) -> Cluster:
    """Make and start a server that only this run reaches. PostgreSQL refuses root: it runs as nobody.

    `kept`: its folder, where it is made the first time and stays.
    """
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is absent. On Debian: apt-get install -y postgresql")
    folder = kept or Path(
        tempfile.mkdtemp(prefix="mingbai-pg-", dir="/tmp")
    )  # a socket's path must be short
    folder.mkdir(exist_ok=True)
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    cluster = Cluster(folder, binaries, kept=kept is not None)
    data = str(folder / "data")
    if not (folder / "data").exists():
        _run([str(binaries / "initdb"), "-D", data, "-U", "mingbai", "-A", "trust", "-E", "UTF8",
              "--locale=C.UTF-8", "--no-sync"], check=True)  # fmt: skip
    options = " ".join(
        f"-c {one}" for one in (*_SETTINGS, f"unix_socket_directories={folder}", *settings)
    )
    _run([str(binaries / "pg_ctl"), "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start"],
         check=True)  # fmt: skip
    return cluster


def _run(command: list[str], *, check: bool = False) -> None:
    prefix = _AS_NOBODY if os.getuid() == 0 else ()
    done = subprocess.run(
        [*prefix, *command],
        capture_output=True,
        text=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if check and done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
