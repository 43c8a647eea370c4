"""Reading outside one's scope (越权查阅): a reason, a place, eight hours at most, every look logged."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from mingbai.accounts.errors import error
from mingbai.accounts.models import OutsideReading, User
from mingbai.accounts.roles import OUTSIDE, Permission
from mingbai.accounts.scopes import NOTHING, Scope, permissions_of
from mingbai.audit.access import log_look
from mingbai.audit.actions import record
from mingbai.audit.models import AccessLook
from mingbai.places.codes import pad, range_of
from mingbai.places.queries import division_on

LONGEST = timedelta(hours=8)
SHORTEST_REASON = 5  # characters; a word is no reason


def open_outside_reading(
    *, user: User, division_code: str, reason: str, lasting: timedelta, now: datetime, day: date
) -> OutsideReading:
    """Take leave to read a division outside the own scope (开启越权查阅). Raises ACC-012."""
    if Permission.OUTSIDE_READ not in permissions_of(user, day):
        raise error(
            "ACC-012", detail_zh="您的任职没有这项权力", detail_en="no post of yours has this power"
        )
    if len(reason.strip()) < SHORTEST_REASON:
        raise error("ACC-012", detail_zh="请写明理由", detail_en="say why")
    if not timedelta(0) < lasting <= LONGEST:
        raise error("ACC-012", detail_zh="最多 8 小时", detail_en="eight hours at most")
    if division_on(division_code, day) is None:
        raise error("ACC-012", detail_zh="没有这个区划", detail_en="there is no such division")
    with transaction.atomic():
        found = OutsideReading.objects.create(
            user=user, division_code=pad(division_code), reason=reason.strip(),
            from_at=now, until_at=now + lasting,
        )  # fmt: skip
        said = {
            "division": found.division_code,
            "reason": found.reason,
            "until": found.until_at.isoformat(),
        }
        target = f"outside_reading:{found.pk}"
        record(actor=user.actor, action="accounts.outside_reading.opened", target=target, data=said)
    return found


def end_outside_reading(*, actor: str, reading: OutsideReading, now: datetime) -> OutsideReading:
    """End it before its time (结束越权查阅); a second time changes nothing."""
    with transaction.atomic():
        if OutsideReading.objects.filter(pk=reading.pk, ended_at=None).update(ended_at=now):
            target = f"outside_reading:{reading.pk}"
            record(actor=actor, action="accounts.outside_reading.ended", target=target)
    reading.refresh_from_db()
    return reading


def readings_at(user: User, now: datetime) -> list[OutsideReading]:
    """The leaves that run at the instant. One query."""
    found = OutsideReading.objects.filter(user_id=user.pk, ended_at=None, until_at__gt=now)
    return [one for one in found.order_by("id") if one.runs_at(now)]


def outside_scope(user: User, permission: Permission, day: date, now: datetime) -> Scope:
    """What running leaves open for a permission the user has; never a restricted topic, never a write.

    At most two queries. Whoever shows a record that lies only here calls `log_outside_look`.
    """
    if permission not in OUTSIDE or not user.is_active:
        return NOTHING
    running = readings_at(user, now)
    held = permissions_of(user, day) if running else frozenset()
    if not {permission, Permission.OUTSIDE_READ} <= held:
        return NOTHING
    return Scope(tuple(sorted(range_of(one.division_code) for one in running)))


def log_outside_look(
    *,
    user: User,
    division_code: str,
    now: datetime,
    via: str,
    person_id: int | None = None,
    household_id: int | None = None,
) -> AccessLook:
    """Note that a record was seen under a leave (越权查阅留痕). Raises ACC-012 when none opens the place."""
    code = pad(division_code)
    for one in readings_at(user, now):
        low, high = range_of(one.division_code)
        if low <= code <= high:
            return log_look(
                actor=user.actor, via=via, purpose="outside", person_id=person_id,
                household_id=household_id, leave_id=one.pk,
            )  # fmt: skip
    raise error(
        "ACC-012", detail_zh="没有开着的越权查阅", detail_en="no leave is running for this place"
    )
