"""Whose batches one sees and may take back (批次的准入): one's own, and those about what one answers for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from mingbai.accounts.scopes import Scope
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch, Event
from mingbai.desk.components.reaching import covers, whole
from mingbai.households.models import SearchEntry
from mingbai.intake.models import Import


@dataclass(frozen=True)
class Target:
    """The household or person a batch is about (批次对象)."""

    name: str
    address: str


def visible(actor: str, undoing: Scope) -> Any:
    """Recorded batches, newest first: all for who may undo anywhere, else one's own."""
    found = Batch.objects.filter(recorded_at__isnull=False).order_by("-id")
    return found if whole(undoing) else found.filter(actor=actor)


def target_of(batch: Batch, scope: Scope) -> Target | None:
    """Whom a batch of one action is about, if that lies in the scope. Two queries."""
    said = Event.objects.filter(batch_id=batch.pk).values_list("target", flat=True).first() or ""
    kind, _colon, key = said.partition(":")
    if kind not in ("household", "person") or not key.isdigit():
        return None
    rows = SearchEntry.objects.recorded().filter(scope.rows(), **{f"{kind}_id": int(key)})
    entry = rows.order_by("-household_number", "extra", "id").first()
    if entry is None:
        return None
    return Target(entry.name, reverse(f"register:{kind}", args=[int(key)]))


def may_undo(batch: Batch, undoing: Scope, subject: Target | None) -> bool:
    """Whether one may take a batch back: it lies within the scope of that power. At most two queries."""
    if undoing.empty:
        return False
    if batch.kind == BatchKind.IMPORT:
        code = Import.objects.filter(batch=batch).values_list("division_code", flat=True).first()
        return bool(code and covers(undoing, code)) or whole(undoing)
    return batch.kind == BatchKind.ACTION and (subject is not None or whole(undoing))
