"""How Django knows this package (应用登记)."""

from __future__ import annotations

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """Decisions."""

    name = "mingbai.decisions"
    label = "decisions"
