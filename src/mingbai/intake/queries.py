"""Reading imports and what they listed (导入查询)."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet

from mingbai.accounts.scopes import Scope
from mingbai.households.closing import keys
from mingbai.intake.errors import error
from mingbai.intake.listing import SAID
from mingbai.intake.models import Discrepancy, Import


def imports() -> QuerySet[Import]:
    """Recorded imports, newest first (导入批次)."""
    found = Import.objects.filter(batch__recorded_at__isnull=False)
    return found.select_related("batch", "batch__undone_by").order_by("-batch_id")


def import_of(batch_id: int) -> Import:
    """One recorded import. Raises INTAKE-007."""
    found = imports().filter(batch_id=batch_id).first()
    if found is None:
        raise error("INTAKE-007", batch=batch_id)
    return found


def discrepancies(
    scope: Scope, *, kind: str = "", batch_id: int | None = None
) -> QuerySet[Discrepancy]:
    """What was listed and still stands, within a scope, newest first (待核差异)."""
    found = Discrepancy.objects.recorded().filter(scope.rows())
    if kind:
        found = found.filter(kind=kind)
    if batch_id is not None:
        found = found.filter(begun_by_id=batch_id)
    return found.order_by("-id")


def said(one: Discrepancy) -> dict[str, Any]:
    """What was said on both sides: personal, for who may see the household (差异内容)."""
    if one.said is None:
        return {}
    found: dict[str, Any] = json.loads(keys().decrypt(bytes(one.said), SAID))
    return found
