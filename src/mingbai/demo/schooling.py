"""Schooling (在校情况): where each child and student is by term, following age and a path drawn once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mingbai.demo.context import Context
from mingbai.demo.exact import InexactError, Ints
from mingbai.demo.registered import constant, days
from mingbai.demo.rows import sum_of
from mingbai.demo.society import Codes, Flags, Society, ages, date_of, day_of
from mingbai.demo.traits import Traits

STAGES = (
    "", "preschool", "primary", "junior", "senior", "secondary_vocational", "technician",
    "higher_vocational", "bachelor", "postgraduate",
)  # fmt: skip
STAGE = {name: at for at, name in enumerate(STAGES)}
COMPULSORY = (STAGE["primary"], STAGE["junior"])
#: What students' schools are called, by stage; the earlier stages have schools by village and town.
UPPER = (
    "", "", "", "", "县高级中学", "县中等职业学校", "技工学校", "高等职业学校", "高等学校", "高等学校",
)  # fmt: skip
STATES = ("enrolled", "elsewhere", "dropout", "home")


def school_year(day: int) -> int:
    """The year in which the school year of a day began, on 1 September."""
    at = date_of(day)
    return at.year if at.month >= 9 else at.year - 1


def stage_of(society: Society, traits: Traits, persons: Ints, year: int) -> tuple[Codes, Codes]:
    """Stage and grade of each person in the school year that begins in `year`; 0: not in school."""
    age = ages(society.persons.birth[persons], day_of(date(year, 8, 31)))
    path = traits.path[persons]
    given = society.settings["schools"]
    stage = np.zeros(persons.size, dtype=np.int8)
    grade = np.zeros(persons.size, dtype=np.int8)

    def put(name: str, first: int, count: int, chosen: Flags) -> None:
        rows = chosen & (age >= first) & (age < first + count)
        stage[rows] = STAGE[name]
        grade[rows] = age[rows] - first + 1

    everybody = np.ones(persons.size, dtype=bool)
    put("preschool", 3, 3, path > 0.06)
    put("primary", 6, 6, everybody)
    put("junior", 12, 3, everybody)
    # One number a person decides how far: the best go to senior middle school and on to a bachelor.
    senior, vocational = given["senior"], given["senior"] + given["vocational"]
    put("senior", 15, 3, path < senior)
    put("secondary_vocational", 15, 3, (path >= senior) & (path < vocational))
    put("bachelor", 18, 4, path < given["bachelor"])
    put("postgraduate", 22, 3, path < 0.012)
    college = (path >= given["bachelor"]) & (path < given["bachelor"] + given["college"])
    put("higher_vocational", 18, 3, college | ((path >= senior) & (path < senior + 0.05)))
    put("technician", 18, 4, (path >= senior + 0.05) & (path < senior + 0.065))
    # Higher stages are left by those whom a severe disability keeps at home.
    severe = (traits.disability_grade[persons] == 1) & (stage > STAGE["junior"])
    stage[severe], grade[severe] = 0, 0
    return stage, grade


def build(context: Context, society: Society, traits: Traits) -> None:
    """Terms since 2015 for those ever registered, the term of the report day and of `until` for all."""
    report = day_of(context.place.as_of)
    wanted = [
        (year, half, False)
        for year in range(2015, school_year(society.until) + 1)
        for half in (1, 2)
    ]
    full = {_term(report), _term(society.until), _term(society.anchor)}
    for year, half, _ in wanted:
        start, end = _bounds(year, half)
        if start > society.until:
            continue
        _put_term(context, society, traits, (year, half, start, end), (year, half) in full)


def _term(day: int) -> tuple[int, int]:
    return school_year(day), 1 if date_of(day).month >= 9 or date_of(day).month < 3 else 2


def _bounds(year: int, half: int) -> tuple[int, int]:
    first, second, third = date(year, 9, 1), date(year + 1, 3, 1), date(year + 1, 9, 1)
    return (day_of(first), day_of(second)) if half == 1 else (day_of(second), day_of(third))


def _put_term(
    context: Context, society: Society, traits: Traits, term: tuple[int, int, int, int], full: bool
) -> None:
    year, half, start, end = term
    middle = min(
        end - 1, max(start, society.until if start <= society.until < end else start + 121)
    )
    if start <= society.anchor < end:
        middle = society.anchor
    persons, homes = society.members(middle)
    if not full:
        kept = traits.registered[persons]
        persons, homes = persons[kept], homes[kept]
    stage, grade = stage_of(society, traits, persons, year)
    rows = np.flatnonzero(stage > 0)
    persons, homes, stage, grade = persons[rows], homes[rows], stage[rows], grade[rows]
    rng = context.rng(f"schooling.{year}.{half}")
    state = _states(society, traits, persons, homes, stage, middle, rng)
    if full and start <= society.anchor < end and "pupils" in society.local:
        _meet_pupils(context, society, stage, state, rng)
    _append(context, society, term, persons, homes, stage, grade, state)


def _states(
    society: Society, traits: Traits, persons: Ints, homes: Ints, stage: Codes, day: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:  # fmt: skip
    """Compulsory pupils: at school here, elsewhere with their parents, at home, or (others) out of school."""
    given = society.settings["schools"]
    compulsory = np.isin(stage, COMPULSORY)
    severe = (traits.disability_grade[persons] > 0) & (traits.disability_grade[persons] <= 2)
    state = np.zeros(persons.size, dtype=np.int64)
    outside = (
        traits.path[persons] * 7 % 1 < given["elsewhere"]
    )  # a child's own lot, the same every term
    state[compulsory & outside] = STATES.index("elsewhere")
    on_register = society.households.on_register(day)[homes]
    dropped = (
        compulsory
        & ~on_register
        & (stage == STAGE["junior"])
        & (rng.random(persons.size) < given["dropout"])
    )
    state[dropped] = STATES.index("dropout")
    state[compulsory & severe & (traits.vigour[persons] < 0.5)] = STATES.index("home")
    return state


def _meet_pupils(
    context: Context,
    society: Society,
    stage: Codes,
    state: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    """As many compulsory pupils at the schools of the place as published; the rest learn elsewhere."""
    wanted = sum_of(context, society.local["pupils"])
    compulsory = np.isin(stage, COMPULSORY)
    here = np.flatnonzero(compulsory & (state == 0))
    away = np.flatnonzero(compulsory & (state == STATES.index("elsewhere")))
    surplus = here.size - wanted
    if surplus < -away.size:
        raise InexactError(f"{wanted} pupils where {here.size + away.size} children are")
    if surplus > 0:
        state[rng.permutation(here)[:surplus]] = STATES.index("elsewhere")
    else:
        state[rng.permutation(away)[:-surplus]] = 0


def _append(
    context: Context, society: Society, term: tuple[int, int, int, int], persons: Ints, homes: Ints,
    stage: Codes, grade: Codes, state: NDArray[np.int64],
) -> None:  # fmt: skip
    year, half, start, end = term
    count = persons.size
    towns = sorted({one.township for one in society.villages})
    village = society.households.village[homes]
    town = np.array([towns.index(one.township) for one in society.villages])[village]
    # Small children learn in the village, pupils in the town, students in the county or beyond.
    known = context.tables["divisions"]
    named = dict(zip(known["code"].to_pylist(), known["name"].to_pylist(), strict=True))
    texts = [f"{named[one.township]}{one.name}学校" for one in society.villages]
    texts += [f"{named[one]}初级中学" for one in towns] + list(UPPER) + ["外地"]
    upper = len(society.villages) + len(towns) + stage.astype(np.int64)
    school = np.where(
        stage <= STAGE["primary"],
        village,
        np.where(stage == STAGE["junior"], len(society.villages) + town, upper),
    )
    school = np.where(state == STATES.index("elsewhere"), len(texts) - 1, school)
    blank = np.isin(state, [STATES.index("dropout")])
    context.append("schoolings", pa.table({
        "person_id": society.person_ids.take(pa.array(persons)),
        "term": constant(f"{year}-{year + 1}-{half}", count),
        "from_date": days(np.full(count, start)),
        "to_date": days(np.full(count, end)),
        "stage": pa.array(STAGES).take(pa.array(stage)),
        "grade": grade.astype(np.int64),
        "school": pa.array(texts).take(pa.array(school, mask=blank)),
        "state": pa.array(STATES).take(pa.array(state)),
        "exempt": state == STATES.index("home"),
    }))  # fmt: skip
