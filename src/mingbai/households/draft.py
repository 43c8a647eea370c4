"""A change being prepared (拟办变更): who lives where, what would change, what would then be wrong.

Every action drafts first. A dry run stops there: the effects are what the screen shows before one confirms.
Only what a change makes wrong is refused: an old fault of the data keeps nobody from mending another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar

from django.db.models import Q

from mingbai.audit.records import Recorded
from mingbai.households.enums import HouseholdEnd, MembershipReason, StatusKind, Subject
from mingbai.households.errors import error
from mingbai.households.models import HouseholdLife, Identity, Membership, Status

NEVER = date.max
HEAD = "head"


@dataclass
class Kept:
    """A dated row as it would stand (拟定的登记行). `row`: the key of the stored one, if there is one."""

    starts: date
    ends: date | None = None
    row: int | None = None
    gone: bool = False
    stored: tuple[Any, ...] | None = None  # what the row holds now

    model: ClassVar[type[Recorded]]
    names: ClassVar[tuple[str, ...]]  # columns beside the period, as attributes here

    def columns(self) -> dict[str, Any]:
        """Columns of the table."""
        rest = {name: getattr(self, name) for name in self.names}
        return {"valid_from": self.starts, "valid_to": self.ends, **rest}

    @property
    def until(self) -> date:
        """The first day it no longer holds, or a day that never comes."""
        return self.ends or NEVER

    def holds(self, day: date) -> bool:
        """Whether it is true on a day."""
        return not self.gone and self.starts <= day < self.until

    @property
    def changed(self) -> bool:
        """Whether it differs from what is stored."""
        if self.row is None:
            return not self.gone
        return self.gone or tuple(self.columns().values()) != self.stored

    @classmethod
    def of(cls, row: Any) -> Any:
        """From a stored row."""
        made = cls(row.valid_from, row.valid_to, row.pk)
        for name in cls.names:
            setattr(made, name, getattr(row, name))
        made.stored = tuple(made.columns().values())
        return made


@dataclass
class Stay(Kept):
    """A person in a household (成员关系)."""

    person_id: int = 0
    household_id: int = 0
    relation: str = ""
    reason_in: str = ""
    reason_out: str = ""

    model = Membership
    names = ("person_id", "household_id", "relation", "reason_in", "reason_out")


@dataclass
class Life(Kept):
    """When a household lived (存续期)."""

    household_id: int = 0
    ended_because: str = ""

    model = HouseholdLife
    names = ("household_id", "ended_because")


@dataclass
class Episode(Kept):
    """Being registered as something (身份)."""

    subject: str = Subject.HOUSEHOLD.value
    subject_id: int = 0
    kind: str = ""
    cause: str = ""
    reason: str = ""
    case: str = ""

    model = Status
    names = ("subject", "subject_id", "kind", "cause", "reason", "case")


@dataclass(frozen=True)
class Effect:
    """One thing an action would do (变更效果): what happens to whom from which day. Keys and codes only."""

    kind: str
    day: date
    household_id: int | None = None
    person_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """As plain data, for the audit event and for screens."""
        who = {"household": self.household_id, "person": self.person_id}
        named = {name: key for name, key in who.items() if key is not None}
        return {"kind": self.kind, "day": self.day.isoformat(), **named, **self.details}


Problem = tuple[Any, ...]  # number of the error, then its values


@dataclass
class Draft:
    """What stands about some households and persons, and what would change (拟办变更)."""

    on: date
    households: list[int]
    persons: list[int]
    stays: list[Stay] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    deaths: dict[int, date] = field(default_factory=dict)
    births: dict[int, date] = field(default_factory=dict)
    sexes: dict[int, str] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    new_households: dict[int, str] = field(default_factory=dict)  # our key → number, blank: own
    new_persons: dict[int, str] = field(default_factory=dict)
    facts: list[dict[str, Any]] = field(default_factory=list)  # arguments of writing.set_values
    cuts: list[dict[str, Any]] = field(default_factory=list)  # arguments of writing.cut_values
    before: frozenset[Problem] = frozenset()
    batch_id: int | None = None
    keys: dict[int, int] = field(default_factory=dict)  # our key → stored key, once written

    # What stands

    def members(self, household_id: int, day: date) -> list[Stay]:
        """Who is in a household on a day, the head first."""
        found = [s for s in self.stays if s.household_id == household_id and s.holds(day)]
        return sorted(found, key=lambda stay: (stay.relation != HEAD, stay.starts, stay.person_id))

    def head(self, household_id: int, day: date) -> Stay | None:
        """The head of a household on a day."""
        return next((s for s in self.members(household_id, day) if s.relation == HEAD), None)

    def stay(self, person_id: int, day: date, household_id: int | None = None) -> Stay:
        """Where a person is on a day. Raises HOME-020."""
        for stay in self.stays:
            here = household_id is None or stay.household_id == household_id
            if stay.person_id == person_id and here and stay.holds(day):
                return stay
        raise error("HOME-020", person=person_id, household=household_id or "–", day=day)

    def life(self, household_id: int, day: date) -> Life:
        """The life of a household on a day. Raises HOME-021."""
        for life in self.lives:
            if life.household_id == household_id and life.holds(day):
                return life
        raise error("HOME-021", household=household_id, day=day)

    def open_episodes(self, subject: Subject, key: int, day: date) -> list[Episode]:
        """What somebody is registered as on a day."""
        mine = (e for e in self.episodes if (e.subject, e.subject_id) == (subject.value, key))
        return [episode for episode in mine if episode.holds(day)]

    def token(self, household_id: int) -> str:
        """Changes whenever a row about who lives there, as what, changes: what a form was filled from."""
        rows = [
            f"{kept.model.__name__}{kept.row}"
            for kept in (*self.lives, *self.stays, *self.episodes)
            if kept.row is not None and household_of(kept) == household_id
        ]
        return hashlib.sha256(" ".join(sorted(rows)).encode()).hexdigest()[:16]

    # What would change

    def begin_household(self, number: str = "") -> int:
        """A household from the day on; returns its key for the rest of the draft."""
        key = -1 - len(self.new_households) - len(self.new_persons)
        self.new_households[key] = number
        self.households.append(key)
        self.lives.append(Life(self.on, household_id=key))
        self.effects.append(Effect("household.begins", self.on, key, details={"number": number}))
        return key

    def begin_person(self, number: str = "") -> int:
        """A person nobody has registered yet."""
        key = -1 - len(self.new_households) - len(self.new_persons)
        self.new_persons[key] = number
        self.persons.append(key)
        self.effects.append(Effect("person.begins", self.on, person_id=key))
        return key

    def join(
        self,
        person_id: int,
        household_id: int,
        relation: str,
        reason: str,
        *,
        like: Stay | None = None,
    ) -> Stay:
        """From the day on a member; until what `like` would have lasted. Raises HOME-021."""
        self.life(household_id, self.on)
        stay = Stay(self.on, None, person_id=person_id, household_id=household_id, relation=relation,
                    reason_in=reason)  # fmt: skip
        if like is not None:
            stay.ends, stay.reason_out = like.ends, like.reason_out
        self.stays.append(stay)
        self.effects.append(Effect("member.joins", self.on, household_id, person_id,
                                   {"relation": relation, "reason": reason}))  # fmt: skip
        return stay

    def leave(self, stay: Stay, reason: str) -> Stay:
        """No longer a member from the day on; returns the stay as it was."""
        self.refuse_later(stay)
        was = Stay(**{**vars(stay), "row": None, "stored": None})
        self.effects.append(Effect("member.leaves", self.on, stay.household_id, stay.person_id,
                                   {"relation": stay.relation, "reason": reason}))  # fmt: skip
        cut(stay, self.on)
        if not stay.gone:
            stay.reason_out = reason
        return was

    def relate(self, stay: Stay, relation: str) -> None:
        """Another relation to the head from the day on: nobody comes, nobody goes."""
        if stay.relation == relation:
            return
        self.refuse_later(stay)
        self.effects.append(Effect("member.relation", self.on, stay.household_id, stay.person_id,
                                   {"before": stay.relation, "after": relation}))  # fmt: skip
        if stay.starts == self.on:
            stay.relation = relation
            return
        new = Stay(**{**vars(stay), "row": None, "stored": None, "starts": self.on,
                      "relation": relation, "reason_in": MembershipReason.HEADSHIP.value})  # fmt: skip
        cut(stay, self.on)
        stay.reason_out = MembershipReason.HEADSHIP.value
        self.stays.append(new)

    def refuse_later(self, stay: Stay) -> None:
        """Raises HOME-022 when something later is recorded of the person: to be undone first."""
        later = [s.starts for s in self.stays if s.person_id == stay.person_id and not s.gone
                 and s.starts > self.on]  # fmt: skip
        if later:
            raise error("HOME-022", person=stay.person_id, day=self.on, later=min(later))

    def correct_stay(
        self, stay: Stay, starts: date, ends: date | None, relation: str, household_id: int
    ) -> None:
        """Other days, another relation or household for a stay that was recorded wrongly."""
        stay.starts, stay.ends = starts, ends
        stay.relation, stay.household_id = relation, household_id
        if ends is None:
            stay.reason_out = ""
        details = {"ends": ends.isoformat() if ends else None, "relation": relation}
        self.effects.append(
            Effect("member.corrected", starts, household_id, stay.person_id, details)
        )

    def end_household(self, household_id: int, because: HouseholdEnd) -> None:
        """The household ends on the day, with its statuses and its records; nobody may be left in it."""
        life = self.life(household_id, self.on)
        self.effects.append(Effect("household.ends", self.on, household_id,
                                   details={"because": because.value}))  # fmt: skip
        cut(life, self.on)
        life.ended_because = because.value
        self.end_episodes(Subject.HOUSEHOLD, household_id)
        self.cuts.append({"subject_id": household_id, "day": self.on})

    def begin_episode(self, subject: Subject, key: int, kind: StatusKind, **said: str) -> Episode:
        """Registered as something from the day on, as long as the household or the person lives."""
        home = subject == Subject.HOUSEHOLD
        ends = self.life(key, self.on).ends if home else self.deaths.get(key)
        episode = Episode(
            self.on, ends, subject=subject.value, subject_id=key, kind=kind.value, **said
        )
        self.episodes.append(episode)
        self.effects.append(_about(subject, key, "status.begins", self.on, {"status": kind.value}))
        return episode

    def end_episodes(self, subject: Subject, key: int) -> None:
        """Registered as nothing from the day on: what was recorded for later goes too."""
        for episode in self.episodes:
            mine = (episode.subject, episode.subject_id) == (subject.value, key)
            if mine and not episode.gone and episode.until > self.on:
                self.end_episode(episode)

    def end_episode(self, episode: Episode) -> None:
        """No longer registered so from the day on."""
        subject = Subject(episode.subject)
        details = {"status": episode.kind}
        self.effects.append(_about(subject, episode.subject_id, "status.ends", self.on, details))
        cut(episode, self.on)

    def set_facts(
        self, topic: str, subject: Subject, key: int, values: Mapping[str, Any],
        *, starts: date | None = None, ends: date | None = None,
    ) -> None:  # fmt: skip
        """Columns of a topic from a day on (the day of the draft, if none is given)."""
        from_day = starts or self.on
        self.facts.append({"topic": topic, "subject_id": key, "valid_from": from_day, "valid_to": ends,
                           "values": dict(values)})  # fmt: skip
        details = {"topic": topic, "columns": sorted(values)}
        self.effects.append(_about(subject, key, "facts.set", from_day, details))

    # What would be wrong

    def problems(self) -> Iterator[Problem]:
        """Everything that may not be, in the rows as they would stand."""
        yield from self._heads()
        yield from self._overlaps()
        yield from self._outside_life()
        yield from self._outside_lifetime()
        yield from self._episodes_twice()

    def refuse_new_problems(self) -> None:
        """Raises the first of HOME-023 to HOME-028 that was no problem before."""
        found = [problem for problem in self.problems() if problem not in self.before]
        if found:
            code, *values = min(found, key=str)
            raise error(code, **dict(values))

    def _heads(self) -> Iterator[Problem]:
        for household in self.households:
            mine = [s for s in self.stays if s.household_id == household and not s.gone]
            for day in sorted({stay.starts for stay in mine} | {stay.until for stay in mine}):
                here = [stay for stay in mine if stay.holds(day)]
                heads = sum(stay.relation == HEAD for stay in here)
                if here and heads != 1:
                    yield _problem("HOME-023", household=household, day=day, heads=heads)

    def _overlaps(self) -> Iterator[Problem]:
        by_person: dict[int, list[Stay]] = {}
        for stay in self.stays:
            if not stay.gone:
                by_person.setdefault(stay.person_id, []).append(stay)
        for person, mine in by_person.items():
            mine.sort(key=lambda stay: (stay.starts, stay.until))
            for one, other in pairwise(mine):
                if other.starts < one.until:
                    yield _problem("HOME-024", person=person, day=other.starts, household=one.household_id,
                                   other=other.household_id)  # fmt: skip

    def _outside_life(self) -> Iterator[Problem]:
        for household in self.households:
            lives = [x for x in self.lives if x.household_id == household and not x.gone]
            for stay in self.stays:
                if stay.gone or stay.household_id != household:
                    continue
                if not any(x.starts <= stay.starts and stay.until <= x.until for x in lives):
                    yield _problem("HOME-025", household=household, person=stay.person_id,
                                   starts=stay.starts, ends=stay.ends or "–")  # fmt: skip

    def _outside_lifetime(self) -> Iterator[Problem]:
        for stay in self.stays:
            if stay.gone:
                continue
            born, died = self.births.get(stay.person_id), self.deaths.get(stay.person_id)
            if (died and stay.until > died) or (born and stay.starts < born):
                yield _problem("HOME-026", person=stay.person_id, household=stay.household_id,
                               starts=stay.starts, ends=stay.ends or "–")  # fmt: skip

    def _episodes_twice(self) -> Iterator[Problem]:
        kinds: dict[tuple[str, int, str], list[Episode]] = {}
        for episode in self.episodes:
            if not episode.gone:
                kinds.setdefault((episode.subject, episode.subject_id, episode.kind), []).append(
                    episode
                )
        for (subject, key, kind), mine in kinds.items():
            mine.sort(key=lambda episode: (episode.starts, episode.until))
            for one, other in pairwise(mine):
                if other.starts < one.until:
                    yield _problem("HOME-027", subject=Subject(subject).label, key=key,
                                   status=StatusKind(kind).label, day=other.starts)  # fmt: skip


def household_of(kept: Kept) -> int | None:
    """The household a row is about, if it is about one."""
    if isinstance(kept, Episode):
        return kept.subject_id if kept.subject == Subject.HOUSEHOLD.value else None
    return getattr(kept, "household_id", None)


def cut(kept: Kept, day: date) -> None:
    """Let it end on a day; what would begin then or later never holds."""
    if day <= kept.starts:
        kept.gone = True
    elif day < kept.until:
        kept.ends = day


def _about(subject: Subject, key: int, kind: str, day: date, details: Mapping[str, Any]) -> Effect:
    household, person = (key, None) if subject == Subject.HOUSEHOLD else (None, key)
    return Effect(kind, day, household, person, details)


def _problem(code: str, **values: Any) -> Problem:
    return (code, *values.items())


def load_draft(on: date, households: Iterable[int] = (), persons: Iterable[int] = ()) -> Draft:
    """What stands about these households, all who ever were in them, and these persons. Five queries."""
    homes, people = sorted(set(households)), sorted(set(persons))
    about = Q(household_id__in=homes) | Q(person_id__in=people)
    members = Membership.objects.recorded().filter(household_id__in=homes)
    people = sorted({*people, *members.values_list("person_id", flat=True)})
    about = Q(household_id__in=homes) | Q(person_id__in=people)
    stays = [Stay.of(row) for row in Membership.objects.recorded().filter(about).order_by("id")]
    lives = HouseholdLife.objects.recorded().filter(
        household_id__in={*homes, *(s.household_id for s in stays)}
    )
    whom = Q(subject=Subject.HOUSEHOLD, subject_id__in=homes) | Q(
        subject=Subject.PERSON, subject_id__in=people
    )
    draft = Draft(
        on, homes, people, stays,
        [Life.of(row) for row in lives.order_by("id")],
        [Episode.of(row) for row in Status.objects.recorded().filter(whom).order_by("id")],
    )  # fmt: skip
    who = Identity.objects.recorded().filter(person_id__in=people).order_by("valid_from")
    for person, born, died, sex in who.values_list("person_id", "birth_date", "died_on", "sex"):
        draft.births.update({person: born} if born else {})
        draft.deaths.update({person: died} if died else {})
        draft.sexes.update({person: sex} if sex else {})
    draft.before = frozenset(draft.problems())
    return draft
