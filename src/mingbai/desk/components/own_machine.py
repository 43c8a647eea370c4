"""Whether somebody sits at the machine that serves (是否本机): then nobody else reaches what he puts up."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


def on_own_machine(request: Any) -> bool:
    """The site answers this machine alone, and the request comes from it: by no proxy."""
    if not set(settings.ALLOWED_HOSTS) <= LOCAL_NAMES or "HTTP_X_FORWARDED_FOR" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
