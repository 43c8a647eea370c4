"""Starting Django (启动站点) from a command, before it imports a model."""

from __future__ import annotations

import os
from functools import cache


@cache
def start_django() -> None:
    """Name the settings and set Django up, once a process; help and the packs' verbs never pay for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.config.settings")
    import django

    django.setup()
