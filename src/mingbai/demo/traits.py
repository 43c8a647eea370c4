"""What stays with a person (个人特征): disability, illness, schooling path; and with a household: welfare.

Illness and disability grow with age and are likelier among the registered; everything later (labour, work,
bills, causes, income) follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingbai.demo.context import Context
from mingbai.demo.exact import Floats, InexactError, Ints
from mingbai.demo.rows import sum_of
from mingbai.demo.sizes import pick
from mingbai.demo.society import (
    EXITED,
    FLOOR,
    GENERAL,
    LEFT,
    OPEN,
    Codes,
    Flags,
    Ints32,
    Society,
    ages,
)

CHRONIC = ("", "hypertension", "diabetes", "mental", "tuberculosis", "other")
FOUR = 4  # positions 1 to 4: the four diseases with a contract of the family doctor (四类慢病)
MAJOR = ("", "cancer", "renal_failure", "stroke", "heart_disease", "other")
_CHRONIC_SHARES = np.array([0.56, 0.19, 0.055, 0.012, 0.183])
_MAJOR_SHARES = np.array([0.3, 0.1, 0.25, 0.2, 0.15])
_TYPE_SHARES = np.array([0.13, 0.12, 0.02, 0.48, 0.10, 0.10, 0.05])
_GRADE_SHARES = np.array([0.15, 0.24, 0.30, 0.31])
# Poorest first: standard deviations of the households not registered.
_WELFARE = {GENERAL: (0.25, 0.85), EXITED: (-1.0, 0.5), LEFT: (-2.0, 0.35), FLOOR: (-2.3, 0.3)}


@dataclass
class Traits:
    """By person, but `welfare` by household (0: the middle of those not registered)."""

    disability_type: Codes  # 0: none, else the code
    disability_grade: Codes
    certified: Ints32
    chronic: Codes
    major: Codes
    ill_since: Ints32
    path: Floats  # how far a child goes in school, 0 to 1
    vigour: Floats  # who works when able, 0 to 1
    registered: Flags  # was ever on the register
    welfare: Floats


def draw(context: Context, society: Society) -> Traits:
    """Traits for everybody, those of registered persons more often."""
    rng, persons, houses = context.rng("traits"), society.persons, society.households
    count = persons.count
    registered = np.zeros(count, dtype=bool)
    home = np.zeros(count, dtype=np.int64)
    home[society.memberships.person] = society.memberships.household
    registered[:] = houses.listed[home] < OPEN
    age = ages(persons.birth, society.anchor).clip(0, 105)
    given = society.settings["disability"]
    rate = np.where(registered, given["registered"], given["general"])
    rate = np.where(houses.klass[home] >= LEFT, rate * 2.0, rate)
    disabled = rng.random(count) < rate * (0.35 + given["age"] * age / 100)
    kind = np.where(disabled, pick(_TYPE_SHARES, count, rng) + 1, 0)
    grade = np.where(disabled, pick(_GRADE_SHARES, count, rng) + 1, 0)
    chronic, major = _illness(society, registered, age, rng)
    certified = society.anchor - rng.integers(100, 3600, count)
    traits = Traits(
        disability_type=kind.astype(np.int8),
        disability_grade=grade.astype(np.int8),
        certified=np.maximum(certified, persons.birth + 400).astype(np.int32),
        chronic=chronic,
        major=major,
        ill_since=np.maximum(society.anchor - rng.integers(30, 2500, count), persons.birth).astype(
            np.int32
        ),
        path=rng.random(count),
        vigour=rng.random(count),
        registered=registered,
        welfare=_welfare(society, rng),
    )
    traits.certified = np.minimum(traits.certified, society.anchor - 5).astype(np.int32)
    _meet_patients(context, society, traits, rng)
    _causes(society, traits, home, context.rng("traits.causes"))
    return traits


def _illness(
    society: Society, registered: Flags, age: Ints, rng: np.random.Generator
) -> tuple[Codes, Codes]:
    given, severe = society.settings["chronic"], society.settings["major"]
    rate = (
        given["general"]
        * np.exp(given["rise"] * age)
        * np.where(registered, given["registered"], 1.0)
    )
    rate = np.where(age < 14, rate * 0.1, rate).clip(0, given["most"])
    ill = rng.random(age.size) < rate
    chronic = np.where(ill, pick(_CHRONIC_SHARES, age.size, rng) + 1, 0)
    rate = np.where(registered, severe["registered"], severe["general"]) * (0.2 + age / 50)
    bad = rng.random(age.size) < rate
    major = np.where(bad, pick(_MAJOR_SHARES, age.size, rng) + 1, 0)
    return chronic.astype(np.int8), major.astype(np.int8)


def _welfare(society: Society, rng: np.random.Generator) -> NDArray[np.float64]:
    houses = society.households
    values = rng.normal(size=houses.count)
    result = np.zeros(houses.count)
    for klass, (mean, spread) in _WELFARE.items():
        rows = houses.klass == klass
        result[rows] = mean + spread * values[rows]
    return result


def _meet_patients(
    context: Context, society: Society, traits: Traits, rng: np.random.Generator
) -> None:
    """Exactly as many registered patients of the four diseases as published, where it is published."""
    if "patients" not in society.local:
        return
    wanted = sum_of(context, society.local["patients"])
    on_register = society.households.on_register(society.anchor)
    persons, _ = society.members(society.anchor, on_register)
    sick = (traits.chronic[persons] > 0) & (traits.chronic[persons] <= FOUR)
    surplus = int(sick.sum()) - wanted
    if surplus > 0:
        traits.chronic[rng.permutation(persons[sick])[:surplus]] = CHRONIC.index("other")
        return
    age = ages(society.persons.birth[persons], society.anchor)
    pool = rng.permutation(persons[~sick & (age >= 45)])
    if pool.size < -surplus:
        raise InexactError(f"{wanted} patients among {persons.size} registered persons")
    traits.chronic[pool[: -surplus or None]] = CHRONIC.index("hypertension") if surplus else 0


def _causes(society: Society, traits: Traits, home: Ints, rng: np.random.Generator) -> None:
    """The main cause of poverty, among those the household has (致贫原因)."""
    names, houses = list(society.settings["causes"]), society.households
    age = ages(society.persons.birth, society.base)
    having = {
        "illness": (traits.chronic > 0) | (traits.major > 0),
        "disability": traits.disability_grade > 0,
        "schooling": (age >= 13) & (age <= 20),
        "labour": (age >= 66),
    }
    weights = np.tile(np.array(list(society.settings["causes"].values()), float), (houses.count, 1))
    for name, flags in having.items():
        held = np.bincount(home[flags], minlength=houses.count) > 0
        weights[:, names.index(name)] *= np.where(held, 3.0, 0.0)
    edges = np.cumsum(weights, axis=1)
    edges /= edges[:, -1:]
    houses.cause = (edges < rng.random((houses.count, 1))).sum(axis=1).astype(np.int8)


def grow(society: Society, traits: Traits, rng: np.random.Generator) -> None:
    """Traits of persons who came after the report day; most are born, some marry in."""
    more = society.persons.count - traits.path.size
    homes = society.memberships.household[np.argsort(society.memberships.person, kind="stable")]
    newest = np.zeros(society.persons.count, dtype=np.int64)
    newest[np.sort(society.memberships.person)] = homes
    zero = np.zeros(more, dtype=np.int8)
    disabled = rng.random(more) < 0.006
    fresh = {
        "disability_type": np.where(disabled, 4, 0), "disability_grade": np.where(disabled, 3, 0),
        "certified": np.full(more, society.until - 400), "chronic": zero, "major": zero,
        "ill_since": np.full(more, society.until), "path": rng.random(more), "vigour": rng.random(more),
        "registered": society.households.listed[newest[-more:] if more else newest[:0]] < OPEN,
    }  # fmt: skip
    for name, values in fresh.items():
        old = getattr(traits, name)
        setattr(traits, name, np.concatenate([old, np.asarray(values).astype(old.dtype)]))
    young = np.arange(traits.path.size) >= traits.path.size - more
    late = young & (society.persons.birth > society.until - 1200)
    traits.disability_grade[late] = 0
    traits.disability_type[late] = 0
