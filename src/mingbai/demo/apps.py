"""The synthetic places as part of the site (示范地): their background work, no tables of their own."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "mingbai.demo"
    verbose_name = "示范地"
