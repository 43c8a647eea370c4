"""Addresses for whoever watches the server (健康检查): without sign-in, without anything personal."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mingbai.config.readiness import look


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is looked at. One that does not should be started again."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether pages can be answered: 200, or 503 with what is missing."""
    found = look()
    body = {
        "ready": found.ready,
        "database": found.database,
        "migrations": found.migrations,
        "keys": found.keys,
        "worker_seen_seconds_ago": found.worker_seen_seconds_ago,
    }
    return JsonResponse(body, status=200 if found.ready else 503)
