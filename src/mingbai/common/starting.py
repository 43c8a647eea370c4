"""Starting Django (启动站点): commands call it before they import a model; settings come from the environment."""

from __future__ import annotations

import os
from functools import cache


@cache
def start_django() -> None:
    """Name the settings and set Django up, once a process; a second call does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.config.settings")
    import django  # noqa: PLC0415 — help and the packs' verbs run without Django

    django.setup()
