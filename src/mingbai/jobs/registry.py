"""Kinds of background work (任务种类): each named once, in the `tasks.py` of its package."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from mingbai.jobs.errors import error

if TYPE_CHECKING:
    from mingbai.jobs.handle import JobHandle

Work = Callable[..., "dict[str, Any]"]
_KINDS: dict[str, Work] = {}

#: Mobile numbers have 11 digits, ID numbers and accounts 15 and more; division codes have 12.
_PERSONAL_DIGITS = re.compile(r"(?<!\d)(\d{11}|\d{13,})(?!\d)")


def job(kind: str) -> Callable[[Work], Work]:
    """Register `work(handle: JobHandle, **arguments) -> dict` under a name; the job keeps its result."""

    def register(work: Work) -> Work:
        if kind in _KINDS:
            raise ValueError(f"two jobs are called {kind}")
        _KINDS[kind] = work
        return work

    return register


@cache
def _discover() -> None:
    """Import every package's `tasks.py`: late, since they bring the engine with them."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("tasks")


def work_of(kind: str) -> Work:
    """The work behind a name. Raises JOB-001."""
    if kind not in _KINDS:
        _discover()
    try:
        return _KINDS[kind]
    except KeyError:
        raise error("JOB-001", kind=kind) from None


def run(kind: str, handle: JobHandle, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Do the work of a kind; a work that returns nothing has an empty result."""
    return work_of(kind)(handle, **arguments) or {}


def personal_argument(arguments: Mapping[str, Any]) -> str | None:
    """The first argument that may hold a name, a phone or an ID number, or None.

    Payloads lie in the open in the queue, in backups and in logs: they hold keys (household, batch, file), so
    that letters outside ASCII and long runs of digits have no place in them.
    """
    for name, value in arguments.items():
        if any(not text.isascii() or _PERSONAL_DIGITS.search(text) for text in _texts(value)):
            return name
    return None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in _texts(part)]
    return []
