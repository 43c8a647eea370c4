"""Writing schooling (写入就学): terms of the school rolls, and what lists say of pupils on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from mingbai.audit.writing import lots
from mingbai.households.enums import Subject
from mingbai.households.models import Schooling
from mingbai.households.topics import TOPICS
from mingbai.intake.difference import Term, TopicDifference, Update
from mingbai.intake.rewriting import rewrite
from mingbai.intake.work import SUBJECTS, Applying

SCHOOLING = TOPICS["schooling"]
_COLUMNS = (
    "person_id", *SCHOOLING.columns, "valid_from", "valid_to", "source", "observed_on", "follows", "changed",
)  # fmt: skip
Said = tuple[dict[str, Any], str]


def write_schooling(work: Applying) -> None:
    """New terms begin records; what is said of a pupil on the day goes into the term of that day."""
    part = next((one for one in work.difference.topics if one.topic is SCHOOLING), None)
    terms = work.difference.terms
    begun: dict[int, list[Term]] = defaultdict(list)
    persons = work.keys(Subject.PERSON, [one.person for one in terms.begun]).to_pylist()
    for person, term in zip(persons, terms.begun, strict=True):
        begun[person].append(term)
    said = _pupils(work, part)
    fresh = set(work.keys(Subject.PERSON, work.difference.people.persons).to_pylist())
    for few in lots(sorted(begun.keys() | said.keys()), SUBJECTS):
        standing = _standing(one for one in few if one not in fresh)
        ended: list[int] = []
        rows: list[tuple[Any, ...]] = []
        for person in few:
            made = _claimed(work, begun.get(person, []), said.get(person))
            over, new = _renewed(work.day, person, made, standing.get(person, []))
            ended += over
            rows += new
        work.writer.end(Schooling, ended)
        work.writer.insert(Schooling, _COLUMNS, rows)
    rewrite(work, SCHOOLING, part.updates if part is not None else {})
    again = {person: Update(one.starts, until, one.values, terms.source)
             for person, one, until in terms.updates}  # fmt: skip
    rewrite(work, SCHOOLING, again)


def _pupils(work: Applying, part: TopicDifference | None) -> dict[int, Said]:
    """What lists say of pupils who have no record of schooling on the day."""
    if part is None:
        return {}
    persons = work.keys(Subject.PERSON, part.new["number"]).to_pylist()
    rows = part.new.select(list(part.columns)).to_pylist()
    return {
        person: ({name: value for name, value in row.items() if value is not None}, part.source)
        for person, row in zip(persons, rows, strict=True)
    }


def _standing(persons: Iterable[int]) -> dict[int, list[Schooling]]:
    found: dict[int, list[Schooling]] = defaultdict(list)
    wanted = sorted(persons)
    if wanted:
        rows = Schooling.objects.recorded().filter(person_id__in=wanted)
        for row in rows.order_by("valid_from", "id"):
            found[row.person_id].append(row)
    return found


def _claimed(work: Applying, terms: list[Term], said: Said | None) -> dict[date, dict[str, Any]]:
    """The new records of one person by their first day."""
    source = work.difference.terms.source
    made: dict[date, dict[str, Any]] = {
        one.starts: {**one.values, "source": source} for one in terms
    }
    if said is not None:
        values, by = said
        before = [day for day in made if day <= work.day]
        made.setdefault(max(before, default=work.day), {"source": by}).update(values)
    return made


def _renewed(
    day: date, person: int, made: dict[date, dict[str, Any]], standing: list[Schooling]
) -> tuple[list[int], list[tuple[Any, ...]]]:
    """Each new record holds until the next one begins; a standing one that reaches into it ends there."""
    starts = sorted({*made, *(row.valid_from for row in standing)})
    ended: list[int] = []
    rows: list[dict[str, Any]] = []
    for row in standing:
        within = [one for one in made if row.valid_from < one < (row.valid_to or date.max)]
        if within:
            ended.append(row.pk)
            names = (*SCHOOLING.columns, "valid_from", "source", "observed_on", "changed")
            kept = {name: getattr(row, name) for name in names}
            rows.append({**kept, "valid_to": min(within), "follows": row.pk})
    for first, values in made.items():
        until = next((later for later in starts if later > first), None)
        rows.append(
            {**values, "valid_from": first, "valid_to": until, "observed_on": day, "changed": ""}
        )
    return ended, [
        tuple({**one, "person_id": person}.get(name) for name in _COLUMNS) for one in rows
    ]
