"""How Django knows this package (应用登记)."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "mingbai.jobs"
    label = "jobs"
