"""Which rows a snapshot is made of (快照所需): named before the first is read, so that reading runs ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from mingbai.audit.enums import BatchKind
from mingbai.decisions.columns import FILLED, FROM_PLACES, LAST_YEAR_SPEAKS, column_of, is_known
from mingbai.decisions.reading import Request
from mingbai.decisions.registrations import registration_requests
from mingbai.engine.compiling import Program
from mingbai.engine.model.pack import Entity
from mingbai.households.models import HouseholdLife, Membership, Residence
from mingbai.households.topics import topic_of
from mingbai.places.codes import range_of
from mingbai.places.models import Division

#: Entities that are subjects of topics; all others are dated records of one of them.
SUBJECTS = ("household", "person")


@dataclass(frozen=True)
class Scope:
    """Which households to read (读取范围): a division with all below it, some by key, or all."""

    day: date
    division_code: str = ""
    household_ids: tuple[int, ...] | None = None
    known_at: datetime | None = None  # as it was known then; none: as it is known

    def households(self) -> Any:
        """Keys or a sub-query of keys; none for all."""
        if self.household_ids is not None:
            return list(self.household_ids)
        if not self.division_code:
            return None
        low, high = range_of(self.division_code)
        lives = Residence.objects.recorded(self.known_at).on(self.day)
        return lives.filter(division_code__range=(low, high)).values("household_id")

    def persons(self) -> Any:
        """A sub-query of the keys of who lives there; none for all."""
        inside = self.households()
        if inside is None:
            return None
        members = Membership.objects.recorded(self.known_at).on(self.day)
        return members.filter(household_id__in=inside).values("person_id")


def facts_read(program: Program, entity: Entity) -> list[str]:
    """The facts of an entity that the rules read, also from rows below, and what places a household."""
    plans = program.lowered.plans
    names = dict.fromkeys(plans[entity.id].facts if entity.id in plans else ())
    names |= {name: None for plan in plans.values() for up, name in plan.above if up == entity.id}
    if entity.parent is None:
        names |= dict.fromkeys([*entity.places, *([entity.region] if entity.region else [])])
    return _shown(entity, names)


def _shown(entity: Entity, names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in (entity.key, entity.link, entity.name)]


class Requests:
    """The rows that the rules of a program ask for, of the households in a scope (读取清单)."""

    def __init__(self, program: Program, scope: Scope, *, everything: bool = False) -> None:
        self.pack, self.day, self.known_at = program.pack, scope.day, scope.known_at
        self.inside = {"household": scope.households(), "person": scope.persons()}
        self.facts = {
            entity.id: self._known(entity) if everything else facts_read(program, entity)
            for entity in self.pack.entities.values()
        }
        self._made: dict[tuple[str, ...], Request] = {}

    def _once(self, make: Callable[[], Request], *name: str) -> Request:
        """A request that is named when it is asked for and when its answer is wanted, made once."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def _known(self, entity: Entity) -> list[str]:
        names = _shown(entity, self.pack.facts.get(entity.id, {}))
        return [name for name in names if is_known(entity.id, name)]

    def all(self) -> Iterator[Request]:
        """Every request, in the order in which the answers are wanted."""
        yield self.lives()
        yield self.members()
        yield from self.registrations()
        for entity in self.pack.entities.values():
            if entity.id in SUBJECTS:
                for topic, columns in self.topics(entity.id).items():
                    yield self.topic(topic, entity.id, columns.values())
                if any(name in FROM_PLACES for name in self.facts[entity.id]):
                    yield self.divisions()
            elif self.has_records(entity):
                yield self.records(entity)

    def lives(self) -> Request:
        return self._once(
            lambda: Request(self._rows(HouseholdLife, "household"), ("household_id",)), "lives"
        )

    def members(self) -> Request:
        columns = ("id", "person_id", "household_id", "relation", "valid_from")
        return self._once(lambda: Request(self._rows(Membership, "household"), columns), "members")

    @cached_property
    def _registrations(self) -> tuple[Request, ...]:
        return registration_requests(
            self.day, self.inside["household"], self.inside["person"], known_at=self.known_at
        )

    def registrations(self) -> tuple[Request, ...]:
        return self._registrations

    def divisions(self) -> Request:
        rows = Division.objects.recorded(self.known_at).on(self.day)
        whole = "" if self.known_at else f"divisions {self.day}"
        return self._once(lambda: Request(rows, ("code", "name"), whole), "divisions")

    def topics(self, subject: str) -> dict[str, dict[str, str]]:
        """Topic → fact → column, of the facts that are asked for."""
        wanted: dict[str, dict[str, str]] = {}
        for name in self.facts[subject]:
            column = column_of(subject, name)
            if column is not None:
                wanted.setdefault(column.topic, {})[name] = column.column
        return wanted

    def topic(self, key: str, subject: str, columns: Iterable[str]) -> Request:
        """The records of a topic of which one has the last word."""
        return self._once(lambda: self._topic(key, subject, columns), key, subject)

    def _topic(self, key: str, subject: str, columns: Iterable[str]) -> Request:
        outlives = key in LAST_YEAR_SPEAKS
        rows = self._rows(topic_of(key).model, subject, standing=not outlives)
        if outlives:
            rows = rows.filter(
                Q(valid_to__lte=self.day)
                | Q(observed_on__lte=self.day)
                | Q(observed_on=None, begun_by__kind=BatchKind.ACTION)
            )
        return Request(rows, ("id", "valid_from", f"{subject}_id", *columns))

    def has_records(self, entity: Entity) -> bool:
        """Whether the register keeps such records, and they are asked for."""
        asked = any(column_of(entity.id, name) for name in self.facts[entity.id])
        return entity.parent in SUBJECTS and asked

    def records(self, entity: Entity) -> Request:
        """Dated records of an entity below a household or a person."""
        return self._once(lambda: self._records(entity), entity.id)

    def _records(self, entity: Entity) -> Request:
        columns = [column_of(entity.id, name) for name in self.facts[entity.id]]
        known = [column for column in columns if column is not None]
        rows = self._rows(topic_of(known[0].topic).model, str(entity.parent), standing=False)
        if entity.id in FILLED:
            filled = [Q(**{f"{name}__isnull": False}) for name in FILLED[entity.id]]
            rows = rows.filter(reduce(or_, filled))
        read = dict.fromkeys(column.column for column in known)
        return Request(rows, (f"{entity.parent}_id", *read))

    def _rows(self, model: Any, subject: str, *, standing: bool = True) -> QuerySet[Any]:
        rows = model.objects.recorded(self.known_at)
        rows = rows.on(self.day) if standing else rows.filter(valid_from__lte=self.day)
        ids = self.inside[subject]
        return rows if ids is None else rows.filter(**{f"{subject}_id__in": ids})
