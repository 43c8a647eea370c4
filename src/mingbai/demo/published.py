"""Published figures against the register (公布数对照): each computed from the database for the figure's day.

What is kept of one run stands in the result of its job: the page only shows it, and says up to which event of
the chain it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from mingbai.accounts.scopes import EVERYTHING
from mingbai.audit.following import newest_mark
from mingbai.decisions.reading import reading
from mingbai.demo import figures, kept
from mingbai.demo.check import Line, check_total
from mingbai.demo.defining import definition
from mingbai.demo.errors import PlaceError
from mingbai.demo.place import Place, load_place
from mingbai.demo.reports import Reports
from mingbai.demo.totals import MASKED, Total
from mingbai.households.queries.counting import Standing, count_totals
from mingbai.places.codes import prefix_of
from mingbai.places.queries import register

Say = Callable[[str, int, int], None]


def place_loaded() -> Place | None:
    """The place whose published figures the register should print; none for any other register."""
    own = register()
    if not own.synthetic:
        return None
    try:
        return load_place(prefix_of(own.division_code))
    except PlaceError:
        return None


def compute(say: Say) -> dict[str, Any]:
    """All published figures of the place in the register, as a table to be shown; empty for no such place."""
    place = place_loaded()
    if place is None:
        return {}
    mark = newest_mark()
    rows: list[dict[str, Any]] = []
    with reading() as reader:
        asked = Reports(kept.Kept(reader), place.code, place.totals.sets)
        for done, total in enumerate(place.totals.by_id.values()):
            say("published", done, len(place.totals.by_id))
            rows += _rows(total, place, asked)
    source = place.totals.source
    return {
        "place": place.name, "source": {"zh": source[0], "en": source[1]}, "rows": rows,
        "event": mark.event, "names": place.totals.labels,
    }  # fmt: skip


def _rows(total: Total, place: Place, asked: Reports) -> list[dict[str, Any]]:
    queries = [one.query for one in total.readings] or [total.query]
    absent = {one for query in queries for one in kept.lacking(query, place.totals.sets)}
    if total.status != MASKED and absent:
        return [_row(Line(total, None, ""), place, asked, absent=sorted(absent))]
    return [_row(line, place, asked) for line in check_total(total, asked)]


def _row(
    line: Line, place: Place, asked: Reports, absent: list[str] | None = None
) -> dict[str, Any]:
    """One figure as the page shows it; `absent` names what the register does not keep."""
    total = line.total
    query = line.reading.query if line.reading else total.query
    row = {**line.as_json(), "absent": absent or []}
    if query and not absent:
        zh, en = definition(query, place.totals.sets)
        row["definition"] = {"zh": zh, "en": en}
    if absent:
        row["computed"] = None
    elif "ratio" in query:
        row["parts"] = _parts(query["ratio"], asked, total.date)
    elif line.computed is not None:
        row["list"] = _list(query, total.date, line.computed)
    return row


def _parts(ratio: Mapping[str, Any], asked: Reports, day: date) -> list[str]:
    """Numerator and denominator of a rate."""
    whole = (
        asked.figure(ratio["whole"], day)
        if "whole" in ratio
        else asked.denominator(ratio["base"], day, ratio.get("code"))
    )
    part = asked.figure(ratio["part"], day)
    return ["" if one is None else figures.number(Fraction(one)) for one in (part, whole)]


#: Sets of households that everybody is in: they narrow nothing.
_EVERYBODY = {"homes", "people"}


def _list(query: Mapping[str, Any], day: date, figure: Any) -> dict[str, str] | None:
    """The list of households behind a count; only one that counts the very same."""
    standing = _standing(query)
    if standing is None:
        return None
    counted = count_totals(day, standing=standing, scope=EVERYTHING)
    of = "persons" if query.get("distinct") == "memberships.person_id" else "households"
    if figure != getattr(counted, of):
        return None
    kind = "" if standing == Standing.ALL else standing.value
    return {"of": of, "kind": kind, "on": day.isoformat()}


def _standing(query: Mapping[str, Any]) -> Standing | None:
    """The standing that a count of households or members is of, where it is of nothing else."""
    measure = query.get("distinct") or query.get("count")
    if query.get("at") is not True or set(query) - {"distinct", "count", "where", "at"}:
        return None
    where = query.get("where", {})
    if measure == "households":
        return Standing.ALL if not where else None
    if measure == "memberships.person_id" and set(where) <= {"household_id", "person_id"}:
        names = [where.get("household_id", {}), where.get("person_id", {})]
        return _of_sets(names, "")
    of_homes = measure == "statuses.subject_id" and where.get("subject") == "household"
    if of_homes and set(where) <= {"subject", "kind", "subject_id"}:
        return _of_sets([where.get("subject_id", {})], str(where.get("kind")))
    return None


def _of_sets(conditions: list[Mapping[str, Any]], kind: str) -> Standing | None:
    """By the names that the sets of all places share: registered, exited."""
    inside, outside = {kind} - {""}, set[str]()
    for one in conditions:
        if set(one) - {"in", "also_in", "not_in"}:
            return None
        inside |= {one[key] for key in ("in", "also_in") if key in one}
        outside |= {one["not_in"]} if "not_in" in one else set()
    known = {
        (frozenset(), frozenset()): Standing.ALL,
        (frozenset({"registered"}), frozenset()): Standing.REGISTERED,
        (frozenset({"registered"}), frozenset({"exited"})): Standing.POOR,
        (frozenset({"registered", "exited"}), frozenset()): Standing.EXITED,
        (frozenset({"exited"}), frozenset()): Standing.EXITED,
    }
    return known.get((frozenset(inside - _EVERYBODY), frozenset(outside)))
