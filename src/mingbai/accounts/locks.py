"""Accounts that are shut for a while after wrong passwords (锁定): which ones, and opening one at once.

django-axes counts the failures of an account from an address; that is its only meaning here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum

from mingbai.accounts.models import User
from mingbai.audit.actions import record


def locked_until(now: datetime, usernames: list[str] | None = None) -> dict[str, datetime]:
    """Account as typed → until when it is shut from some address; none: all that are. One query."""
    cooling = timedelta(hours=settings.AXES_COOLOFF_TIME)
    tries = AccessAttempt.objects.filter(attempt_time__gt=now - cooling)
    if usernames is not None:
        tries = tries.filter(username__in=usernames)
    counted = tries.order_by().values("username", "ip_address")
    counted = counted.annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    found: dict[str, datetime] = {}
    for one in counted.filter(failures__gte=settings.AXES_FAILURE_LIMIT):
        until = one["last"] + cooling
        found[one["username"]] = max(until, found.get(one["username"], until))
    return found


def unlock(*, actor: str, user: User) -> bool:
    """Open a shut account before its time (解锁); says whether there was anything to forget."""
    with transaction.atomic():
        if not reset(username=user.username):
            return False
        record(actor=actor, action="accounts.user.unlocked", target=user.actor)
    return True
