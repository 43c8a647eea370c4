"""What a village's page has beside figures (村页面): groups, how it stands by year, what it was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.desk.components.tags import thousands, yuan
from mingbai.desk.components.words import aside, listed
from mingbai.desk.places.asking import Asked
from mingbai.households.queries.counting import group_counts
from mingbai.places.models import Succession, VillageProfile
from mingbai.places.queries import (
    PROFILE_COLUMNS,
    groups,
    names_on,
    predecessors,
    profiles_of,
    village_statuses,
)

#: Years of the profile that are shown, the last ones.
MOST_YEARS = 6
MONEY = "collective_income"
#: Column of the profile → its words.
WORDS = {
    "road_to_village": lazy("通村路硬化"), "groups_with_road": lazy("通硬化路的组"),
    "group_count": lazy("村民小组"),
    "broadband": lazy("通宽带"), "parcel_point": lazy("快递服务点"), "clinic": lazy("标准化卫生室"),
    "clinic_doctors": lazy("村医（人）"), "primary_school": lazy("小学"), "kindergarten": lazy("幼儿园"),
    "service_place": lazy("综合服务场所"), "service_centres": lazy("便民服务中心（个）"),
    "service_rooms": lazy("服务站室（个）"), "water_supply": lazy("集中供水"),
    "waste_collected": lazy("垃圾收运"),
    "sewage_treated": lazy("污水处理"), "homes_improved": lazy("人居环境改善（户）"),
    "weak_organisation": lazy("党组织软弱涣散"), MONEY: lazy("集体经济收入（元）"),
}  # fmt: skip


@dataclass(frozen=True)
class GroupLine:
    """A villagers' group with its households (村民小组)."""

    number: str
    name: str
    households: int
    address: str


def group_lines(asked: Asked) -> list[GroupLine]:
    """The groups that the register knows or that households name. Two queries."""
    code = asked.place.code
    counted = group_counts(code, asked.day, scope=asked.scope)
    names = {one.number: one.name for one in groups(code, asked.day)}
    numbers = sorted({*counted, *names} - {""}, key=lambda one: (len(one), one))
    found = [
        GroupLine(
            number, names.get(number, ""), counted.get(number, 0), asked.list_of(code, group=number)
        )
        for number in numbers
    ]
    if counted.get(""):
        found.append(GroupLine("", "", counted[""], asked.list_of(code)))
    return found


@dataclass(frozen=True)
class Profile:
    """How a village stands by year (村情): rows of (words, values), and who said so."""

    years: tuple[int, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    sources: tuple[str, ...]


def profile_table(asked: Asked) -> Profile | None:
    """The last years of the profile, columns that anybody ever told. One query."""
    found = profiles_of(asked.place.code, asked.day)[-MOST_YEARS:]
    if not found:
        return None
    told = [
        name for name in PROFILE_COLUMNS if any(getattr(one, name) is not None for one in found)
    ]
    rows = tuple(
        (str(WORDS[name]), tuple(_value(name, getattr(one, name)) for one in found))
        for name in told
    )
    years = tuple(one.valid_from.year for one in found)
    return Profile(years, rows, tuple(_sources(one) for one in found))


def _value(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("有") if value else _("没有")
    return yuan(value) if name == MONEY else thousands(value)


def _sources(row: VillageProfile) -> str:
    """Who said the columns of a year, and when it was seen."""
    said = (row.said_by or {}).values() or [[row.source, None]]
    known = {(source, on) for source, on in said if source}
    return listed(aside(source, on) if on else source for source, on in sorted(known, key=str))


def status_words(asked: Asked) -> list[tuple[str, date]]:
    """What the village is registered as, and since when. One query."""
    return [
        (_(one.get_kind_display()), one.valid_from)
        for one in village_statuses(asked.place.code, asked.day)
    ]


@dataclass(frozen=True)
class Change:
    """A step in the history of a code (区划沿革)."""

    day: date
    words: str
    name: str
    code: str


def came_from(asked: Asked) -> list[Change]:
    """What a place was before, the newest step first. Two queries."""
    steps = [one for one in predecessors(asked.place.code) if one.happened_on <= asked.day]
    return _changes(steps, [one.old_code for one in steps])


def _changes(steps: Iterable[Succession], codes: list[str]) -> list[Change]:
    known = list(steps)
    if not known:
        return []
    names = names_on(codes, max(one.happened_on for one in known) - timedelta(days=1))
    return [
        Change(one.happened_on, _(one.get_kind_display()), names.get(code, code), code)
        for one, code in zip(known, codes, strict=True)
    ]
