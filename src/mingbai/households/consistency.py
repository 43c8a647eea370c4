"""What a register may never show (登记的一致性): looked for before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any, Protocol

from mingbai.households.enums import StatusKind, Subject
from mingbai.households.kept import HEAD, Episode, Life, Stay

#: Number of the error, then its values.
Problem = tuple[Any, ...]


class Picture(Protocol):
    """What is known about some households and persons (拟定的户情)."""

    households: list[int]
    stays: list[Stay]
    lives: list[Life]
    episodes: list[Episode]
    births: dict[int, date]
    deaths: dict[int, date]


def problems(picture: Picture) -> Iterator[Problem]:
    """Everything that may not be: HOME-023 to HOME-027."""
    yield from _heads(picture)
    yield from _overlaps(picture)
    yield from _outside_life(picture)
    yield from _outside_lifetime(picture)
    yield from _episodes_twice(picture)


def _heads(picture: Picture) -> Iterator[Problem]:
    for household in picture.households:
        mine = [s for s in picture.stays if s.household_id == household and not s.gone]
        for day in sorted({stay.starts for stay in mine} | {stay.until for stay in mine}):
            here = [stay for stay in mine if stay.holds(day)]
            heads = sum(stay.relation == HEAD for stay in here)
            if here and heads != 1:
                yield _problem("HOME-023", household=household, day=day, heads=heads)


def _overlaps(picture: Picture) -> Iterator[Problem]:
    by_person: dict[int, list[Stay]] = {}
    for stay in picture.stays:
        if not stay.gone:
            by_person.setdefault(stay.person_id, []).append(stay)
    for person, mine in by_person.items():
        mine.sort(key=lambda stay: (stay.starts, stay.until))
        for one, other in pairwise(mine):
            if other.starts < one.until:
                yield _problem("HOME-024", person=person, day=other.starts, household=one.household_id,
                               other=other.household_id)  # fmt: skip


def _outside_life(picture: Picture) -> Iterator[Problem]:
    for household in picture.households:
        lives = [x for x in picture.lives if x.household_id == household and not x.gone]
        for stay in picture.stays:
            if stay.gone or stay.household_id != household:
                continue
            if not any(x.starts <= stay.starts and stay.until <= x.until for x in lives):
                yield _problem("HOME-025", household=household, person=stay.person_id,
                               starts=stay.starts, ends=stay.ends or "–")  # fmt: skip


def _outside_lifetime(picture: Picture) -> Iterator[Problem]:
    for stay in picture.stays:
        if stay.gone:
            continue
        born, died = picture.births.get(stay.person_id), picture.deaths.get(stay.person_id)
        if (died and stay.until > died) or (born and stay.starts < born):
            yield _problem("HOME-026", person=stay.person_id, household=stay.household_id,
                           starts=stay.starts, ends=stay.ends or "–")  # fmt: skip


def _episodes_twice(picture: Picture) -> Iterator[Problem]:
    kinds: dict[tuple[str, int, str], list[Episode]] = {}
    for episode in picture.episodes:
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


def _problem(code: str, **values: Any) -> Problem:
    return (code, *values.items())
