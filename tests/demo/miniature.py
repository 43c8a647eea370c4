"""A small consistent stand-in for the households of a place, so that what is around them can be tested alone.

Registered households are as many as published, the other residents fewer; nobody has a name.
"""

from datetime import date

import numpy as np

from mingbai.demo import frame
from mingbai.demo.context import Context
from mingbai.demo.exact import choose, spread
from mingbai.demo.place import load_place
from mingbai.demo.rows import add, numbered

SHAPES = {  # registered households and persons, households in all, exited, relocated, estates
    "puxi": (1578, 4325, 9678, 1100, (430, 1200), 3),
    "dongkou": (28797, 102087, 140000, 26248, (3624, 13212), 24),
}
START = date(2014, 1, 1)


def make(name: str, seed: int = 1, until: date | None = None) -> Context:
    """The frame of a place, and households that stand in for its people."""
    place = load_place(name)
    context = Context(place, seed, until or place.as_of)
    frame.build(context)
    listed, persons, count, exited, relocated, estates = SHAPES[name]
    rng = context.rng("miniature")
    sizes = np.concatenate([spread(persons, listed, 1, 8, rng), rng.integers(1, 7, count - listed)])
    ids = numbered("H{:06d}", count)
    codes = np.array([each.code for each in context.villages(place.as_of)], dtype=object)
    villages = codes[rng.integers(0, codes.size, count)]
    add(context, "households", count, household_id=ids, village_code=villages, from_date=START)
    _people(context, ids, sizes, rng)
    _statuses(context, ids[:listed], exited)
    _facts(context, ids[:listed], sizes[:listed], relocated, estates)
    return context


def _people(context: Context, ids: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> None:
    count = int(sizes.sum())
    persons = numbered("N{:07d}", count)
    births = np.datetime64("1935-01-01", "D") + rng.integers(0, 84 * 365, count) * 1
    add(context, "persons", count, person_id=persons, birth_date=births)
    add(
        context, "memberships", count, person_id=persons, household_id=np.repeat(ids, sizes),
        relation="member", from_date=START,
    )  # fmt: skip
    pupils = np.flatnonzero(births > np.datetime64("1998-01-01"))
    for year in (2017, 2018, 2019):
        add(
            context, "schoolings", pupils.size, person_id=persons[pupils],
            term=f"{year}-{year + 1}-1", from_date=date(year, 9, 1), to_date=date(year + 1, 2, 1),
            stage=np.where(pupils % 2, "primary", "secondary_vocational").astype(object),
            state="enrolled",
        )  # fmt: skip
    elders = np.flatnonzero(births < np.datetime64("1950-01-01"))[::9]
    add(
        context, "statuses", elders.size, subject="person", subject_id=persons[elders],
        kind="tekun", from_date=date(2016, 1, 1),
    )  # fmt: skip


def _statuses(context: Context, listed: np.ndarray, exited: int) -> None:
    for kind, ids, day in (
        ("registered", listed, date(2014, 6, 1)),
        ("exited", listed[:exited], date(2017, 12, 1)),
    ):
        add(
            context, "statuses", ids.size, subject="household", subject_id=ids, kind=kind,
            from_date=day,
        )  # fmt: skip


def _facts(
    context: Context, listed: np.ndarray, sizes: np.ndarray, moved: tuple[int, int], estates: int
) -> None:
    rng = context.rng("miniature.facts")
    which = choose(sizes, *moved, rng)
    estate = np.array([f"E{context.place.code}-{at % estates + 1:02d}" for at in range(which.size)])
    add(
        context, "dwellings", which.size, household_id=listed[which], kind="resettled",
        estate_id=estate.astype(object), relocated_on=date(2018, 11, 1), from_date=date(2018, 11, 1),
    )  # fmt: skip
    others = np.setdiff1d(np.arange(listed.size), which)[:1000]
    add(
        context, "dwellings", others.size, household_id=listed[others], kind="brick",
        renovated_on=date(2018, 5, 1), subsidy=2_500_000, from_date=date(2018, 5, 1),
    )  # fmt: skip
    add(
        context, "lands", 642, household_id=listed[:642], year=2018,
        compensated_forest=spread(4_039_200, 642, 100, 30_000, rng),
    )  # fmt: skip
