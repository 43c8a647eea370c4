"""Social assistance (低保、特困供养): which households and persons are on it, from when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mingbai.demo.context import Context
from mingbai.demo.registered import put_episodes
from mingbai.demo.society import EXITED, GENERAL, OPEN, Flags, Ints32, Society, ages
from mingbai.demo.traits import Traits


@dataclass
class Support:
    """Households on dibao since a day (OPEN: never), persons on tekun."""

    dibao: Ints32
    tekun: Flags


def draw(context: Context, society: Society, traits: Traits) -> Support:
    """The poorest of each class; old people and the disabled who live alone are destitute instead (特困)."""
    rng, houses, given = context.rng("support"), society.households, society.settings["dibao"]
    rate = np.where(houses.klass == GENERAL, given["general"], given["left"])
    rate = np.where(houses.klass == EXITED, given["exited"], rate)
    alive = houses.end > society.anchor
    tekun = _destitute(society, traits, alive, rng)
    destitute = np.zeros(houses.count, dtype=bool)
    destitute[society.memberships.household[tekun[society.memberships.person]]] = True
    # Within a class the poorer half is three times as likely as the other.
    middle = np.where(houses.klass == GENERAL, 0.25, np.where(houses.klass == EXITED, -1.0, -2.0))
    lean = np.where(traits.welfare < middle, 1.5, 0.5)
    chosen = alive & ~destitute & (rng.random(houses.count) < rate * lean)
    since = society.base + rng.integers(-200, 1000, houses.count)
    return Support(np.where(chosen, since, OPEN).astype(np.int32), tekun)


def _destitute(society: Society, traits: Traits, alive: Flags, rng: np.random.Generator) -> Flags:
    members, houses = society.memberships, society.households
    rows = members.on(society.anchor)
    alone = society.sizes(society.anchor) == 1
    age = ages(society.persons.birth[members.person[rows]], society.anchor)
    able = (age >= 60) | (traits.disability_grade[members.person[rows]] > 0)
    home = members.household[rows]
    chance = np.where(houses.klass[home] == GENERAL, 0.05, 0.34)
    chosen = alone[home] & alive[home] & able & (rng.random(rows.size) < chance)
    result = np.zeros(society.persons.count, dtype=bool)
    result[members.person[rows[chosen]]] = True
    return result


def put(context: Context, society: Society, support: Support) -> None:
    rows = np.flatnonzero(support.dibao < OPEN)
    put_episodes(
        context, "household", society.household_ids, "dibao", rows, support.dibao[rows],
        society.households.end[rows],
    )  # fmt: skip
    persons = np.flatnonzero(support.tekun)
    put_episodes(
        context, "person", society.person_ids, "tekun", persons, np.full(persons.size, society.base + 100),
        society.persons.died[persons],
    )  # fmt: skip
