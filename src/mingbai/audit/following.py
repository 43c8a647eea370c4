"""Following the chain (跟踪登记): what was recorded since a look, for whatever is kept in memory.

An event is named by its number and its digest, so that a chain that was rolled back or restored is never
taken for the one before it. Numbers follow one another as the chain grows: who adds an event holds it until
it is seen.

A page asks several memories, and each of them looks first. Inside `one_look` the end of the chain is looked
for once: what is read for one page may stand as of one moment, and nothing of it outlives the page.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from mingbai.audit.models import Event

Read = TypeVar("Read")


@dataclass(frozen=True)
class Mark:
    """A place in the chain (链上位置): the number and digest of an event; 0: before the first."""

    event: int = 0
    digest: str = ""


#: The ends of the chain that were seen since this page began; none outside a page.
_seen: ContextVar[frozenset[Mark] | None] = ContextVar("seen", default=None)
#: What was read for this page, by whatever names it; none outside a page.
_read: ContextVar[dict[Hashable, Any] | None] = ContextVar("read", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Look once for what was recorded since (一次查看): for a request that records nothing itself."""
    token, read = _seen.set(frozenset()), _read.set({})
    try:
        yield
    finally:
        _seen.reset(token)
        _read.reset(read)


def once_a_look(name: Hashable, read: Callable[[], Read]) -> Read:
    """What `read` gives, read once for a page (一页只读一次); outside a look each time."""
    found = _read.get()
    if found is None:
        return read()
    if name not in found:
        found[name] = read()
    known: Read = found[name]
    return known


def newest_mark() -> Mark:
    """The end of the chain. One query."""
    found = Event.objects.order_by("-id").values_list("id", "digest").first()
    return Mark(*found) if found else Mark()


def since(mark: Mark) -> tuple[Mark, list[int]] | None:
    """The end of the chain and the batches recorded after a mark; None: not of this chain.

    One query; none for a mark that was seen in this look.
    """
    if not mark.event:
        return None
    seen = _seen.get()
    if seen and mark in seen:
        return mark, []
    rows = Event.objects.filter(id__gte=mark.event).order_by("id")
    found = list(rows.values_list("id", "digest", "batch_id"))
    if not found or Mark(*found[0][:2]) != mark:
        return None
    end = Mark(*found[-1][:2])
    if seen is not None:
        _seen.set(seen | {end})
    return end, [batch for _, _, batch in found[1:] if batch]


def recorded_after(event: int) -> set[int]:
    """Batches recorded after an event. One query."""
    rows = Event.objects.filter(id__gt=event).exclude(batch_id=None)
    return {batch for batch in rows.values_list("batch_id", flat=True) if batch}
