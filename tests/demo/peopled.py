"""The people of a place built and asked in SQL; each place once for a test process."""

from datetime import date
from functools import cache

import duckdb
import pyarrow.compute as pc

from mingbai.demo import frame, population
from mingbai.demo.context import Context
from mingbai.demo.place import load_place

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
