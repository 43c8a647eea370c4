"""How many households and persons on a day (某日户数人数): S1-04, S4-01, S4-02."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import models

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Membership, Residence, Status
from mingbai.households.queries.composing import fetch
from mingbai.places.enums import DIGITS, Level


class Standing(StrEnum):
    """Which households are counted (统计口径), by their statuses on the day."""

    ALL = "all"  # everybody in the register
    REGISTERED = "registered"  # 建档立卡, exited ones included
    POOR = "poor"  # 在册未脱贫: registered and not exited
    EXITED = "exited"  # 脱贫
    RETURNED = "returned"  # 返贫
    WATCHED = "watched"  # 监测对象 of any kind, not cleared
    CLEARED = "cleared"  # 风险消除
    DIBAO = "dibao"
    TEKUN = "tekun"
    FLOOR = "floor"


#: Standing → statuses of which one is open, and statuses of which none is.
KINDS: dict[Standing, tuple[tuple[StatusKind, ...], tuple[StatusKind, ...]]] = {
    Standing.ALL: ((), ()),
    Standing.REGISTERED: ((StatusKind.REGISTERED,), ()),
    Standing.POOR: ((StatusKind.REGISTERED,), (StatusKind.EXITED,)),
    Standing.EXITED: ((StatusKind.EXITED,), ()),
    Standing.RETURNED: ((StatusKind.RETURNED,), ()),
    Standing.WATCHED: (
        (StatusKind.WATCHED_UNSTABLE, StatusKind.WATCHED_MARGINAL, StatusKind.WATCHED_SUDDEN),
        (),
    ),
    Standing.CLEARED: ((StatusKind.CLEARED,), ()),
    Standing.DIBAO: ((StatusKind.DIBAO,), ()),
    Standing.TEKUN: ((StatusKind.TEKUN,), ()),
    Standing.FLOOR: ((StatusKind.FLOOR,), ()),
}


@dataclass(frozen=True)
class Count:
    """Households and persons of a division on a day (户数、人数). S3-20: the two are never mixed up."""

    code: str  # of the division, twelve digits
    households: int  # 户
    persons: int  # 人


_COUNTED = """
SELECT substr(place.division_code, 1, {digits}) AS code,
       count(DISTINCT place.household_id), count(stay.person_id)
FROM {{place}} AS place
LEFT JOIN {{stay}} AS stay ON stay.household_id = place.household_id
{filtered}
GROUP BY 1 ORDER BY 1
"""
_FILTER = "JOIN {kept} AS kept ON kept.subject_id = place.household_id"


def with_standing(standing: Standing, day: date, known_at: datetime | None = None) -> Any:
    """Households of a standing on a day, as a queryset of `subject_id`, each once."""
    wanted, without = KINDS[standing]
    rows = Status.objects.recorded(known_at).on(day).filter(subject=Subject.HOUSEHOLD)
    found = rows.filter(kind__in=wanted)
    if without:
        found = found.exclude(subject_id__in=rows.filter(kind__in=without).values("subject_id"))
    return found.values("subject_id").distinct()


def counts_on(
    day: date,
    *,
    standing: Standing = Standing.ALL,
    level: Level = Level.VILLAGE,
    scope: Scope = EVERYTHING,
    known_at: datetime | None = None,
) -> list[Count]:
    """Households and persons by division on a day, under the codes of that day. One query.

    `level`: what the counts are summed to. A division without any is not listed.
    """
    digits = DIGITS[level]
    place = Residence.objects.recorded(known_at).on(day).filter(scope.rows())
    parts = {
        "place": place.values("household_id", "division_code"),
        "stay": Membership.objects.recorded(known_at).on(day).values("household_id", "person_id"),
    }
    text = _COUNTED.format(digits=int(digits), filtered="" if standing == Standing.ALL else _FILTER)
    if standing != Standing.ALL:
        parts["kept"] = with_standing(standing, day, known_at)
    return [Count(code.ljust(12, "0"), homes, people) for code, homes, people in fetch(text, parts)]


def group_counts(division_code: str, day: date, *, scope: Scope = EVERYTHING) -> dict[str, int]:
    """Villagers' group of a village → its households on a day; blank where none is named. One query."""
    rows = Residence.objects.recorded().on(day).filter(scope.rows(), division_code=division_code)
    found = rows.values_list("group_number").annotate(models.Count("household_id", distinct=True))
    return {group or "": households for group, households in found.order_by("group_number")}


def count_totals(
    day: date,
    *,
    standing: Standing = Standing.ALL,
    scope: Scope = EVERYTHING,
    known_at: datetime | None = None,
) -> Count:
    """Households and persons of a scope on a day. One query."""
    rows = counts_on(day, standing=standing, level=Level.PROVINCE, scope=scope, known_at=known_at)
    return Count("", sum(one.households for one in rows), sum(one.persons for one in rows))
