"""The list of households (户列表): as of a day, inside a scope, filtered, page by page.

A page is found from where the last one ended, so that page 4,000 costs what page 1 does. A rare status or
value drives the search; a frequent one is looked up along the list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from mingbai.accounts.scopes import Scope
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.errors import error
from mingbai.households.models import Household, Identity, Membership, Residence, Status
from mingbai.households.queries.counting import KINDS, Standing
from mingbai.households.topics import topic_of
from mingbai.places.codes import range_of

#: Up to so many households a status or value is rare enough to begin with.
RARE = 2_000
MOST = 200  # rows of a page
SORTS = {
    "place": ("division_code", "household_id"),
    "number": ("household__number", "household_id"),
}


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to (筛选条件)."""

    division_code: str = ""  # a division and all under it
    group_number: str = ""
    standing: Standing = Standing.ALL
    kinds: tuple[StatusKind, ...] = ()  # any of these is open
    topic: str = ""  # a topic of households that is not restricted …
    column: str = ""
    value: Any = None  # … and what the column holds on the day; None: unknown
    household_ids: frozenset[int] | None = None  # only these: a pasted list, a helper's
    villages: tuple[str, ...] | None = None  # codes the page lies in, where somebody has counted
    among: Any = None  # a queryset with a column `household_id`: only those who are in it


@dataclass(frozen=True)
class Row:
    """A line of the list (列表行)."""

    household_id: int
    number: str
    division_code: str
    group_number: str
    head_id: int | None
    head_name: str
    members: int
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class PersonRow:
    """A member of a listed household (名单中的人)."""

    person_id: int
    name: str
    sex: str
    birth_date: date | None
    relation: str


@dataclass(frozen=True)
class Page:
    """A page of the list (一页); `next`: hand it back for the one that follows, blank: the last."""

    rows: tuple[Row, ...] = field(default=())
    next: str = ""


def list_households(
    day: date,
    *,
    scope: Scope,
    filters: Filter = Filter(),
    sort: str = "place",
    after: str = "",
    limit: int = 50,
) -> Page:
    """A page of households as they were on a day. At most nine queries.

    `sort`: place or number, with a minus the other way round. Raises HOME-010, HOME-011, HOME-054.
    """
    backwards = sort.startswith("-")
    columns = SORTS.get(sort.lstrip("-"))
    if columns is None or not 0 < limit <= MOST:
        raise error("HOME-054", detail=f"sort={sort}, limit={limit}")
    rows, rare = _filtered(day, scope, filters)
    order = [F(name).desc() if backwards else F(name).asc() for name in columns]
    beyond = _beyond(columns, after, backwards=backwards) if after else Q()
    wanted = ("household_id", "household__number", "division_code", "group_number")
    if columns == SORTS["number"] and not rare and _width(scope, filters) > TOWNSHIP:
        found = _by_number(rows, beyond, order, limit, wanted)
    else:
        found = list(rows.filter(beyond).order_by(*order).values_list(*wanted)[: limit + 1])
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    edge = {"division_code": 2, "household__number": 1}[columns[0]]
    return Page(_described(page, day), "" if last is None else f"{last[edge]} {last[0]}")


def rows_of(household_ids: Collection[int], day: date, *, scope: Scope) -> dict[int, Row]:
    """Lines of the list for these households, those in scope on the day. Four queries."""
    rows = Residence.objects.recorded().on(day).filter(scope.rows(), household_id__in=household_ids)
    wanted = ("household_id", "household__number", "division_code", "group_number")
    return {row.household_id: row for row in _described(list(rows.values_list(*wanted)), day)}


def people_of(household_ids: Collection[int], day: date) -> dict[int, list[PersonRow]]:
    """Household → its members on a day, the head first, then by age. Two queries."""
    stays = Membership.objects.recorded().on(day).filter(household_id__in=household_ids)
    members = list(stays.values_list("household_id", "person_id", "relation"))
    known = Identity.objects.recorded().on(day).filter(person_id__in=[one for _, one, _ in members])
    said = {row[0]: row[1:] for row in known.values_list("person_id", "name", "sex", "birth_date")}
    found: dict[int, list[PersonRow]] = {}
    for home, person, relation in members:
        name, sex, born = said.get(person, ("", None, None))
        found.setdefault(home, []).append(PersonRow(person, name, sex or "", born, relation))
    for rows in found.values():
        rows.sort(
            key=lambda one: (one.relation != "head", one.birth_date or date.max, one.person_id)
        )
    return found


def count_people(day: date, *, scope: Scope, filters: Filter, most: int | None = None) -> int:
    """How many members the households have that the filters find, or `most`. At most two queries."""
    homes = households_found(day, scope=scope, filters=filters)
    stays = Membership.objects.recorded().on(day).filter(household_id__in=homes)
    return int(stays.count() if most is None else stays.values("pk")[:most].count())


def households_found(day: date, *, scope: Scope, filters: Filter) -> Any:
    """The households that the filters find, as a queryset of `household_id`."""
    rows, _ = _filtered(day, scope, filters)
    return rows.values("household_id")


def _by_number(
    rows: Any, beyond: Q, order: list[Any], limit: int, wanted: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """A page in the order of numbers without sorting a county: along the numbers, asking who is in it."""
    inside = rows.filter(household_id=OuterRef("pk"))
    homes = Household.objects.annotate(household_id=F("pk"), household__number=F("number"))
    homes = homes.filter(Exists(inside)).filter(beyond).order_by(*order)
    keys = list(homes.values_list("pk", flat=True)[: limit + 1])
    found = {row[0]: row for row in rows.filter(household_id__in=keys).values_list(*wanted)}
    return [found[key] for key in keys]


def count_households(
    day: date,
    *,
    scope: Scope,
    filters: Filter = Filter(),
    most: int | None = None,
) -> int:
    """How many households the filters find, or `most` when there are more. At most two queries."""
    rows, _ = _filtered(day, scope, filters)
    return int(rows.count() if most is None else rows.values("pk")[:most].count())


def _beyond(columns: tuple[str, str], after: str, *, backwards: bool) -> Q:
    first, _, key = after.rpartition(" ")
    if not (first and key.isdigit() and len(key) < 19):
        raise error("HOME-054", detail="after")
    edge, step = ("lte", "lt") if backwards else ("gte", "gt")
    tie = Q(**{f"{columns[0]}__{step}": first}) | Q(**{f"{columns[1]}__{step}": int(key)})
    return Q(**{f"{columns[0]}__{edge}": first}) & tie


def as_written(group: str) -> tuple[str, ...]:
    """A group's number as offices write it: who asks for 8, 08 or 8组 means 8, 08 and 008."""
    bare = group.removesuffix("组")
    if not bare.isdigit():
        return (group,)
    bare = bare.lstrip("0") or "0"
    return (bare, *(bare.zfill(n) for n in (2, 3)))


def _filtered(day: date, scope: Scope, filters: Filter) -> tuple[Any, bool]:
    """The residences of the day that are asked for, and whether they are few."""
    rows = Residence.objects.recorded().on(day).filter(scope.rows())
    if filters.division_code:
        rows = rows.filter(division_code__range=range_of(filters.division_code))
    if filters.group_number:
        rows = rows.filter(group_number__in=as_written(filters.group_number))
    width, rare = _width(scope, filters), filters.household_ids is not None
    if filters.household_ids is not None:
        rows = rows.filter(household_id__in=filters.household_ids)
    if filters.villages is not None:
        rows = rows.filter(division_code__in=filters.villages)
    if filters.among is not None:
        inside = filters.among.filter(household_id=OuterRef("household_id"))
        rows = rows.filter(Exists(inside))
    wanted, without = KINDS[filters.standing]
    for kinds in (wanted, filters.kinds):
        if kinds:
            spread = width > VILLAGE or len(filters.villages or ()) > 1
            few = _few(_with_kinds(day, kinds), "subject_id") if spread else None
            rows, rare = _among(rows, _with_kinds(day, kinds), "subject_id", few, rare)
    if without:
        rows = rows.exclude(
            Exists(_with_kinds(day, without).filter(subject_id=OuterRef("household_id")))
        )
    if filters.topic:
        having = _with_value(day, filters)
        few = _few(having, "household_id") if width > TOWNSHIP and not rare else None
        rows, rare = _among(rows, having, "household_id", few, rare)
    return rows, rare or width <= VILLAGE


#: Codes from the first to the last of a village and of a township.
VILLAGE, TOWNSHIP = 0, 999


def _width(scope: Scope, filters: Filter) -> int:
    """How wide the list reaches at most: the widest range of codes; of a list of households none."""
    if filters.villages is not None:
        return VILLAGE
    low, high = range_of(filters.division_code) if filters.division_code else ("0" * 12, "9" * 12)
    asked = int(high) - int(low)
    held = max((int(last) - int(first) for first, last in scope.ranges), default=0)
    return asked if scope.everything else min(asked, held + 1000 * (len(scope.ranges) > 50))


def _with_kinds(day: date, kinds: Collection[StatusKind]) -> Any:
    return Status.objects.recorded().on(day).filter(subject=Subject.HOUSEHOLD, kind__in=kinds)


def _with_value(day: date, filters: Filter) -> Any:
    topic = topic_of(filters.topic)
    if topic.restriction is not None or topic.subject != Subject.HOUSEHOLD:
        raise error("HOME-054", detail=f"topic={topic.key}")
    if filters.column not in topic.columns or filters.column in topic.encrypted:
        raise error("HOME-011", topic=topic.key, columns=filters.column)
    return topic.model.objects.recorded().on(day).filter(**{filters.column: filters.value})


def _few(having: Any, column: str) -> set[int] | None:
    """The households, if they are so few that a search begins with them."""
    keys = set(having.values_list(column, flat=True)[: RARE + 1])
    return keys if len(keys) <= RARE else None


def _among(
    rows: Any, having: Any, column: str, few: set[int] | None, rare: bool
) -> tuple[Any, bool]:
    if few is not None:
        return rows.filter(household_id__in=few), True
    return rows.filter(Exists(having.filter(**{column: OuterRef("household_id")}))), rare


def _described(found: list[tuple[Any, ...]], day: date) -> tuple[Row, ...]:
    keys = [row[0] for row in found]
    heads: dict[int, int] = {}
    members: Counter[int] = Counter()
    stays = Membership.objects.recorded().on(day).filter(household_id__in=keys)
    for home, person, relation in stays.values_list("household_id", "person_id", "relation"):
        members[home] += 1
        if relation == "head":
            heads[home] = person
    identities = Identity.objects.recorded().on(day).filter(person_id__in=heads.values())
    names = dict(identities.values_list("person_id", "name"))
    kinds: dict[int, list[str]] = defaultdict(list)
    statuses = (
        Status.objects.recorded().on(day).filter(subject=Subject.HOUSEHOLD, subject_id__in=keys)
    )
    for home, kind in statuses.order_by("valid_from", "id").values_list("subject_id", "kind"):
        kinds[home].append(kind)
    return tuple(
        Row(home, number, code, group or "", heads.get(home), names.get(heads.get(home, 0), ""),
            members[home], tuple(kinds[home]))
        for home, number, code, group in found
    )  # fmt: skip
