"""Checks under way and their results (进行中的检查): a folder in memory each, gone after two minutes."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from mingbai.desk.bench.keeping import LOOKED_AT, MOST_SECONDS
from mingbai.intake.files import Upload, plain_name

KEEPER = "mingbai.desk.bench.keeping"
_PREFIX = "mingbai-bench-"
_TICKET = re.compile(r"[0-9a-f]{32}")
#: Checks at a time, results that are looked at included.
MOST_AT_ONCE = 6
#: Seconds after which a folder is left over from something that was killed.
_LEFT_OVER = MOST_SECONDS + LOOKED_AT + 60


_keepers: list[subprocess.Popen[bytes]] = []


class BusyError(Exception):
    """As many checks as the machine bears are under way (正忙)."""


def start(uploads: Iterable[Upload], *, pack: str, day: date, language: str) -> str:
    """Begin a check in a process of its own; returns its ticket. Raises BusyError."""
    if _sweep() >= MOST_AT_ONCE:
        raise BusyError
    ticket = secrets.token_hex(16)
    folder = _place() / f"{_PREFIX}{ticket}"
    (folder / "in").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    for number, upload in enumerate(uploads):
        name = plain_name(upload.name)
        path = folder / "in" / name
        if path.exists():
            path = path.with_stem(f"{path.stem} ({number})")
        with path.open("wb") as file:
            file.writelines(upload.chunks())
    _keepers[:] = [one for one in _keepers if one.poll() is None]  # takes leave of those that ended
    _keepers.append(
        subprocess.Popen(
            [sys.executable, "-m", KEEPER, str(folder), pack, day.isoformat(), language],
            start_new_session=True, close_fds=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    )  # fmt: skip
    return ticket


def result_of(ticket: str) -> dict[str, Any] | None:
    """What a check found; none while it is under way. Raises FileNotFoundError for one that is gone."""
    folder = _folder(ticket)
    try:
        found: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        if folder.is_dir():
            return None
        raise
    return found


def returned_table(ticket: str, number: int) -> tuple[str, bytes]:
    """Name and content of a marked table. Raises FileNotFoundError."""
    found = result_of(ticket)
    names = found.get("returned", []) if found else []
    if number >= len(names):
        raise FileNotFoundError
    return names[number], (_folder(ticket) / "out" / "returned" / names[number]).read_bytes()


def forget(ticket: str) -> None:
    """Delete everything of a check now."""
    shutil.rmtree(_folder(ticket), ignore_errors=True)


def _folder(ticket: str) -> Path:
    if not _TICKET.fullmatch(ticket):
        raise FileNotFoundError
    return _place() / f"{_PREFIX}{ticket}"


def _place() -> Path:
    """In memory where the system has such a place."""
    memory = Path("/dev/shm")  # noqa: S108 — folders of our own are made in it, mode 0700
    return memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())


def _sweep() -> int:
    """Delete what was left over; how many are under way or looked at."""
    living = 0
    for folder in _place().glob(f"{_PREFIX}*"):
        if time.time() - folder.stat().st_mtime > _LEFT_OVER:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            living += 1
    return living
