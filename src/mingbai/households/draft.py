"""A change being prepared (拟办变更): who lives where, what would change, what would then be wrong.

Every action drafts first. A dry run stops there: the effects are what the screen shows before one confirms.
Only what a change makes wrong is refused: an old fault of the data keeps nobody from mending another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from mingbai.audit.models import Batch
from mingbai.households.consistency import Problem, problems
from mingbai.households.enums import HouseholdEnd, MembershipReason, StatusKind, Subject
from mingbai.households.errors import error
from mingbai.households.kept import HEAD, Episode, Life, Stay, cut, household_of
from mingbai.households.models import HouseholdLife, Identity, Membership, Status
from mingbai.households.states import OPENINGS


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
        """Registered as something from the day on, as long as the household or the person lives.

        What is told late lasts until a later decision that ends it, as if it had been told in time.
        """
        home = subject == Subject.HOUSEHOLD
        ends = self.life(key, self.on).ends if home else self.deaths.get(key)
        later = [
            one.starts for one in self.episodes
            if (one.subject, one.subject_id) == (subject.value, key) and not one.gone
            and one.starts > self.on and kind in OPENINGS[StatusKind(one.kind)].ends
        ]  # fmt: skip
        ends = min([day for day in (ends, *later) if day is not None], default=None)
        episode = Episode(
            self.on, ends, subject=subject.value, subject_id=key, kind=kind.value,
            cause=said.get("cause", ""), reason=said.get("reason", ""), case=said.get("case", ""),
        )  # fmt: skip
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

    def refuse_new_problems(self) -> None:
        """Raises the first of HOME-023 to HOME-027 that was no problem before."""
        found = [problem for problem in problems(self) if problem not in self.before]
        if found:
            code, *values = min(found, key=str)
            raise error(code, **dict(values))


def _about(subject: Subject, key: int, kind: str, day: date, details: Mapping[str, Any]) -> Effect:
    household, person = (key, None) if subject == Subject.HOUSEHOLD else (None, key)
    return Effect(kind, day, household, person, details)


def load_draft(
    on: date,
    households: Iterable[int] = (),
    persons: Iterable[int] = (),
    *,
    within: Batch | None = None,
) -> Draft:
    """What stands about these households, all who ever were in them, and these persons. Five queries.

    `within`: an open batch whose own writes are to be seen.
    """
    homes, people = sorted(set(households)), sorted(set(persons))
    about = Q(household_id__in=homes) | Q(person_id__in=people)
    members = Membership.objects.recorded(within=within).filter(household_id__in=homes)
    people = sorted({*people, *members.values_list("person_id", flat=True)})
    about = Q(household_id__in=homes) | Q(person_id__in=people)
    stays = [
        Stay.of(row)
        for row in Membership.objects.recorded(within=within).filter(about).order_by("id")
    ]
    lives = HouseholdLife.objects.recorded(within=within).filter(
        household_id__in={*homes, *(s.household_id for s in stays)}
    )
    whom = Q(subject=Subject.HOUSEHOLD, subject_id__in=homes) | Q(
        subject=Subject.PERSON, subject_id__in=people
    )
    draft = Draft(
        on, homes, people, stays,
        [Life.of(row) for row in lives.order_by("id")],
        [Episode.of(row) for row in Status.objects.recorded(within=within).filter(whom).order_by("id")],
    )  # fmt: skip
    who = (
        Identity.objects.recorded(within=within).filter(person_id__in=people).order_by("valid_from")
    )
    for person, born, died, sex in who.values_list("person_id", "birth_date", "died_on", "sex"):
        draft.births.update({person: born} if born else {})
        draft.deaths.update({person: died} if died else {})
        draft.sexes.update({person: sex} if sex else {})
    draft.before = frozenset(problems(draft))
    return draft
