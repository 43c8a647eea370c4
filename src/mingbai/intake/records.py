"""Dated records of a list beside the register's (逐笔记录比对): bills, benefits, measures, incidents, terms.

A record has no key of its own: it is known again by its day and everything it says. Of equal records as many
are kept as the fullest list has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.households.models import Schooling
from mingbai.households.topics import TOPICS
from mingbai.intake.choices import Choices
from mingbai.intake.difference import PLACE, Cell, Listed, Records, Term, TermDifference
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.standing import standing_rows

#: Entity of the pack → topic of the register, and the fact that is the day.
TOPIC_OF = {
    "bill": ("bill", "paid_on"),
    "benefit": ("benefit", "paid_on"),
    "measure": ("measure", "started_on"),
    "incident": ("household_incident", "occurred_on"),
}
TERM, TERM_DAY, TERM_FACTS = "enrolment", "enrolled_on", ("stage", "full_time", "roll_state")
_EARLIEST = date(1900, 1, 1)


def compare_records(entity: str, claims: pa.Table, source: str) -> Records:
    """Which records of a list the register does not have. `claims`: number, id, day, columns, place."""
    key, day = TOPIC_OF[entity]
    topic = TOPICS[key]
    columns = [name for name in claims.column_names if name in topic.columns]
    claims = claims.filter(pc.is_valid(claims[day]))
    known = _known(topic, claims["id"].drop_null().unique().to_pylist(), columns)
    fresh, seen = [], Counter[tuple[Any, ...]]()
    at = 0
    for batch in claims.select(["id", day, *columns]).to_batches(max_chunksize=20_000):
        for said in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            seen[said] += 1
            if said[0] is None or seen[said] > known.get(said, 0):
                fresh.append(at)
            at += 1
    new = claims.take(pa.array(fresh, pa.int64()))
    return Records(topic, new, source, claims.num_rows - new.num_rows)


def _known(topic: Any, subjects: list[int], columns: list[str]) -> Counter[tuple[Any, ...]]:
    """Standing records of the subjects by everything they say, with how many there are of each."""
    found: Counter[tuple[Any, ...]] = Counter()
    names = (topic.subject_column, "valid_from", *columns)
    for rows in standing_rows(topic.model, topic.subject_column, subjects, _EARLIEST, None):
        found.update(rows.values_list(*names).iterator(chunk_size=10_000))
    return found


def compare_terms(claims: pa.Table, source: str, choices: Choices) -> TermDifference:
    """Enrolments (学籍): one begins a record on its first day; the same day again changes that record."""
    found = TermDifference(source=source)
    claims = claims.filter(pc.is_valid(claims[TERM_DAY]))
    told = [name for name in TERM_FACTS if name in claims.column_names]
    standing = _terms(claims["id"].drop_null().unique().to_pylist(), told)
    done: dict[tuple[str, date], dict[str, Any]] = {}
    names = ["number", "id", TERM_DAY, *told, *PLACE]
    for batch in claims.select(names).to_batches(max_chunksize=20_000):
        for said in batch.to_pylist():
            values = {name: said[name] for name in told if said[name] is not None}
            at = (said["number"], said[TERM_DAY])
            if values and done.setdefault(at, values) is values:
                _term(said, values, standing.get(said["id"], {}), found, choices)
    return found


def _terms(subjects: list[int], told: list[str]) -> dict[int, dict[date, tuple[Any, ...]]]:
    """Standing records of schooling by person and first day."""
    found: dict[int, dict[date, tuple[Any, ...]]] = defaultdict(dict)
    names = ("person_id", "valid_from", "valid_to", *told)
    for rows in standing_rows(Schooling, "person_id", subjects, _EARLIEST, None):
        for person, starts, *said in rows.values_list(*names):
            found[person][starts] = (said[0], dict(zip(told, said[1:], strict=True)))
    return found


def _term(
    said: dict[str, Any],
    values: dict[str, Any],
    standing: dict[date, tuple[Any, ...]],
    found: TermDifference,
    choices: Choices,
) -> None:
    starts = said[TERM_DAY]
    term = Term(said["number"], starts, values)
    if starts not in standing:
        found.begun.append(term)
        return
    ends, now = standing[starts]
    differing = {name: value for name, value in values.items() if now[name] != value}
    if not differing:
        found.unchanged += 1
        return
    cells = [
        Cell("schooling", name, said["number"], now[name], value, file=said["_file"] or "",
             row=said["_row"])
        for name, value in differing.items()
    ]  # fmt: skip
    kept = [cell for cell in cells if not choices.leaves(cell)]
    found.changed += kept
    if kept:
        told = {cell.column: cell.after for cell in kept}
        found.updates.append((said["id"], Term(said["number"], starts, told), ends))


def listed_without_day(claims: pa.Table, day: str, topic: str) -> list[Listed]:
    """Records that do not say when: nothing can be kept of them."""
    rows = claims.filter(pc.is_null(claims[day])).select(["number", *PLACE]).to_pylist()
    return [
        Listed(
            DiscrepancyKind.AMBIGUOUS,
            Cell(topic, day, row["number"], None, None, file=row["_file"] or "", row=row["_row"]),
        )
        for row in rows
    ]
