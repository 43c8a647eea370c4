"""Reading the register's place (区划查询): divisions as of a day, their lineage, profiles and statuses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q

from mingbai.places.codes import level_of, pad, parent_of, range_of
from mingbai.places.enums import Level, VillageStatusKind
from mingbai.places.errors import error
from mingbai.places.lineage import Lineage, Step
from mingbai.places.models import (
    Division,
    Group,
    Register,
    Succession,
    VillageProfile,
    VillageStatus,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def register() -> Register:
    """The register of this database (登记库). Raises PLACE-001 when there is none. One query."""
    found = Register.objects.first()
    if found is None:
        raise error("PLACE-001")
    return found


def is_synthetic() -> bool:
    """Whether all persons of this database are invented; false before a register is made. One query."""
    return Register.objects.filter(synthetic=True).exists()


def today() -> date:
    """The local date in Asia/Shanghai, for a register that works today."""
    return datetime.now(SHANGHAI).date()


def working_date() -> date:
    """The day the register works on (工作日期): its own where it is synthetic, else today. One query."""
    set_day = Register.objects.values_list("working_date", flat=True).first()
    return set_day or today()


def lineage(day: date) -> Lineage:
    """What became of every code, and which of the codes left are in use on the day. One query."""
    alive = Division.objects.recorded().on(day).filter(code=OuterRef("old_code"))
    found = Succession.objects.recorded().annotate(alive=Exists(alive))
    named = found.values_list("happened_on", "old_code", "new_code", "alive")
    rows = list(named.order_by("happened_on", "id"))
    steps = tuple(Step(*row[:3]) for row in rows)
    return _worked_out(steps, frozenset(row[1] for row in rows if row[3]), day)


@lru_cache(maxsize=8)
def _worked_out(steps: tuple[Step, ...], alive: frozenset[str], day: date) -> Lineage:
    """The same rows read again need not be followed again; other rows, or another day, are another key."""
    return Lineage(steps, alive)


def under(code: str, field: str = "code") -> Q:
    """Rows whose code lies in a division, itself included; all rows for no code."""
    if not code:
        return Q()
    low, high = range_of(code)
    return Q(**{f"{field}__gte": low, f"{field}__lte": high})


def division_on(code: str, day: date) -> Division | None:
    """The division that bears the code on the day. One query."""
    return Division.objects.recorded().on(day).filter(code=pad(code)).first()


def last_bearer(code: str, day: date) -> Division | None:
    """The division that bears a code on the day, or bore it last. One query."""
    rows = Division.objects.recorded().filter(code=pad(code), valid_from__lte=day)
    return rows.order_by("-valid_from", "-id").first()


def names_on(codes: Iterable[str], day: date) -> dict[str, str]:
    """Code → its name on the day, else the last one before; unknown codes stay away. One query."""
    wanted = {pad(code) for code in codes if code}
    rows = Division.objects.recorded().filter(code__in=wanted, valid_from__lte=day)
    return dict(rows.order_by("valid_from").values_list("code", "name"))


def name_on(code: str, day: date) -> str:
    """What a division was called on the day; the code itself where nothing is known. One query."""
    return names_on([code], day).get(pad(code), code)


def path(code: str, day: date) -> list[Division]:
    """The divisions above a code and itself, large to small, as far as the register has them. One query."""
    codes = [pad(code)]
    while above := parent_of(codes[-1]):
        codes.append(above)
    found = Division.objects.recorded().on(day).filter(code__in=codes)
    return sorted(found, key=lambda one: codes.index(one.code), reverse=True)


def children(code: str, day: date) -> list[Division]:
    """What lies right under a division on the day, by code. One query."""
    found = Division.objects.recorded().on(day).filter(parent_code=pad(code))
    return list(found.order_by("code"))


def counts(day: date, code: str = "") -> dict[Level, int]:
    """How many divisions of each level there are on a day. One query."""
    rows = Division.objects.recorded().on(day).filter(under(code)).values("level")
    return {Level(row["level"]): row["count"] for row in rows.annotate(count=Count("id"))}


@dataclass(frozen=True)
class Node:
    """A division with what lies under it (区划树结点). `counts`: level → how many below, itself left out."""

    division: Division
    counts: dict[Level, int]
    children: tuple[Node, ...]


def tree(day: date, code: str = "") -> tuple[Node, ...]:
    """The divisions of a day as trees; from `code` on where one is given. One query."""
    rows = list(Division.objects.recorded().on(day).filter(under(code)).order_by("code"))
    known = {row.code for row in rows}
    below: dict[str, list[Division]] = defaultdict(list)
    for row in rows:
        below[row.parent_code if row.parent_code in known else ""].append(row)
    return tuple(_node(row, below) for row in below[""])


def _node(division: Division, below: dict[str, list[Division]]) -> Node:
    nodes = tuple(_node(row, below) for row in below[division.code])
    found: Counter[Level] = Counter()
    for node in nodes:
        found[Level(node.division.level)] += 1
        found.update(node.counts)
    return Node(division, dict(found), nodes)


def successors(code: str, since: date, until: date) -> frozenset[str]:
    """What the division that bore a code on the day `since` is called on the day `until`. Two queries."""
    return lineage(until).follow(code, since, until)


def predecessors(code: str) -> list[Succession]:
    """What a code came from, step by step backwards, newest first. One query."""
    into: dict[str, list[Succession]] = defaultdict(list)
    for row in Succession.objects.recorded().order_by("-happened_on", "id"):
        into[row.new_code].append(row)
    found: list[Succession] = []
    todo = [(pad(code), date.max)]
    while todo:
        current, before = todo.pop(0)
        steps = [row for row in into[current] if row.happened_on < before]
        found += steps
        todo += [(row.old_code, row.happened_on) for row in steps]
    return found


def ended_without_successor(day: date, code: str = "") -> list[Division]:
    """Divisions that ended by the day and of which nothing says what became; somebody must. Two queries.

    A roster of codes does not tell where a merged village went. Until the county says so
    (`places.actions.link_succession`), its households stay where they are: under the old code.
    """
    ended = Division.objects.recorded().filter(under(code), valid_to__lte=day)
    told = Succession.objects.recorded().values("old_code")
    still = Division.objects.recorded().on(day).values("code")
    found = ended.exclude(code__in=told).exclude(code__in=still)
    return list(found.order_by("code", "valid_from"))


def profile(code: str, year: int) -> VillageProfile | None:
    """How a village stood in a year (村情), with who said which column. One query."""
    found = VillageProfile.objects.recorded().on(date(year, 12, 31))
    return found.filter(division_code=pad(code)).first()


def profiles_of(code: str, day: date) -> list[VillageProfile]:
    """The profiles of a village for the years up to a day, the oldest first. One query."""
    rows = VillageProfile.objects.recorded().filter(division_code=pad(code), valid_from__lte=day)
    return list(rows.order_by("valid_from", "id"))


def profile_values(row: VillageProfile) -> dict[str, Any]:
    """The columns of a profile by name; None is unknown."""
    return {name: getattr(row, name) for name in PROFILE_COLUMNS}


#: What a village profile holds; the rest of the row says of which village, year and source.
PROFILE_COLUMNS: tuple[str, ...] = tuple(
    field.attname
    for field in VillageProfile._meta.concrete_fields
    if field.null and field.attname not in ("ended_by_id", "valid_to", "observed_on", "said_by")
)


def village_statuses(code: str, day: date) -> list[VillageStatus]:
    """What a village is registered as on the day. One query."""
    found = VillageStatus.objects.recorded().on(day).filter(division_code=pad(code))
    return list(found.order_by("kind"))


def villages_with(kind: VillageStatusKind, day: date, code: str = "") -> list[str]:
    """Codes of the villages registered as something on the day. One query."""
    found = VillageStatus.objects.recorded().on(day).filter(under(code, "division_code"), kind=kind)
    return list(found.order_by("division_code").values_list("division_code", flat=True))


def groups(code: str, day: date) -> list[Group]:
    """The villagers' groups of a village on the day, by number. One query."""
    found = Group.objects.recorded().on(day).filter(village_code=pad(code))
    return sorted(found, key=lambda one: (len(one.number), one.number))


def level_name(code: str) -> str:
    """The Chinese name of the level a code stands for."""
    return str(level_of(code).label)
