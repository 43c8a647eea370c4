"""Following the chain (跟踪登记): what was recorded since a look, for whatever is kept in memory.

An event is named by its number and its digest, so that a chain that was rolled back or restored is never
taken for the one before it. Numbers follow one another as the chain grows: who adds an event holds it until
it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from mingbai.audit.models import Event


@dataclass(frozen=True)
class Mark:
    """A place in the chain (链上位置): the number and digest of an event; 0: before the first."""

    event: int = 0
    digest: str = ""


def newest_mark() -> Mark:
    """The end of the chain. One query."""
    found = Event.objects.order_by("-id").values_list("id", "digest").first()
    return Mark(*found) if found else Mark()


def since(mark: Mark) -> tuple[Mark, list[int]] | None:
    """The end of the chain and the batches recorded after a mark; None: not of this chain. One query."""
    if not mark.event:
        return None
    rows = Event.objects.filter(id__gte=mark.event).order_by("id")
    found = list(rows.values_list("id", "digest", "batch_id"))
    if not found or Mark(*found[0][:2]) != mark:
        return None
    return Mark(*found[-1][:2]), [batch for _, _, batch in found[1:] if batch]


def recorded_after(event: int) -> set[int]:
    """Batches recorded after an event. One query."""
    rows = Event.objects.filter(id__gt=event).exclude(batch_id=None)
    return {batch for batch in rows.values_list("batch_id", flat=True) if batch}
