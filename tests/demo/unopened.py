"""Watches a folder (文件访问): nothing in it is opened while something runs, by whatever library or process.

Tables are read by native code that no hook of Python sees, so the kernel is asked (inotify).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPENED, READ = 0x20, 0x1  # IN_OPEN, IN_ACCESS
_NOW, _DIRECTORY = os.O_NONBLOCK, 0x40000000


@contextmanager
def unopened(folder: Path) -> Iterator[list[int]]:
    """Gives a list that is empty as long as no file of the folder was opened or read; filled at the end."""
    library = ctypes.CDLL(None, use_errno=True)
    handle = library.inotify_init1(_NOW)
    assert handle >= 0
    seen: list[int] = []
    try:
        assert library.inotify_add_watch(handle, os.fsencode(folder), OPENED | READ) >= 0
        yield seen
        seen += [event for event in _events(handle) if not event & _DIRECTORY]
    finally:
        os.close(handle)


def _events(handle: int) -> Iterator[int]:
    try:
        read = os.read(handle, 1 << 16)
    except BlockingIOError:
        return
    at = 0
    while at < len(read):
        yield int.from_bytes(read[at + 4 : at + 8], "little")
        at += 16 + int.from_bytes(read[at + 12 : at + 16], "little")
