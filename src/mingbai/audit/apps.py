"""How Django knows this package (应用登记)."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Audit."""

    name = "mingbai.audit"
    label = "audit"
