"""The people of a place built and asked in SQL; each place once for a test process."""

from datetime import date
from functools import cache

import duckdb
import pyarrow.compute as pc

from mingbai.demo import frame, population, surroundings
from mingbai.demo.context import Context
from mingbai.demo.place import Place, load_place


def reduced(place: Place, seed: int, left_out: int) -> Context:
    """The place in full but for so many of its other residents; the published bases stand as they are."""
    context = Context(place, seed, place.as_of)
    frame.build(context)
    bases = context.tables["denominators"]
    at = bases.column_names.index("value")
    fewer = pc.subtract(bases["value"], left_out)
    context.put("denominators", bases.set_column(at, "value", fewer))
    population.build(context)
    context.put("denominators", bases)
    surroundings.build(context)
    return context


LEFT_OUT = 560_000  # other residents of 洞口; its register stands in full


def people_of(name: str, seed: int, until: date | None = None) -> Context:
    place = load_place(name)
    context = Context(place, seed, until or place.as_of)
    frame.build(context)
    if name == "dongkou":
        bases = context.tables["denominators"]
        at = bases.column_names.index("value")
        fewer = pc.subtract(bases["value"], LEFT_OUT)
        context.put("denominators", bases.set_column(at, "value", fewer))
    population.build(context)
    return context


@cache
def asked_about(name: str, until: date | None = None) -> duckdb.DuckDBPyConnection:
    """Tables by name, truth as `truth_…`, and `m`: the members of the last day with their person."""
    context = people_of(name, 1, until)
    made = duckdb.connect()
    for table, rows in context.tables.items():
        made.register(table, rows)
    for table, rows in context.truth.items():
        made.register(f"truth_{table}", rows)
    made.execute(
        "create table m as select memberships.*, sex, birth_date, died_on, village_code,"
        " date_diff('day', birth_date, ?) / 365.2425 age"
        " from memberships join persons using (person_id) join households h using (household_id)"
        " where memberships.from_date <= ? and coalesce(memberships.to_date > ?, true)",
        [context.until] * 3,
    )
    return made
