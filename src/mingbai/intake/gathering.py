"""The register as typed tables again (登记簿取数): households and persons on a day, under fact names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import Q

from mingbai.audit.writing import lots
from mingbai.households.closing import keys
from mingbai.households.enums import Subject
from mingbai.households.models import Household, Membership, Person, Status
from mingbai.households.topics import Span, Topic, topics_about
from mingbai.intake.statuses import FACTS as STATUS_FACTS
from mingbai.intake.statuses import Row, read_episodes
from mingbai.places.codes import level_of, pad
from mingbai.places.enums import DIGITS, Level
from mingbai.places.queries import names_on
from mingbai.tables import Schema, Table
from mingbai.tables.identity import masked

_IN_LIST = 1_000
#: Topics whose last record counts also when its year is over.
_OF_THE_LAST_YEAR = ("income_year", "land")
_LEVELS = {"county": Level.COUNTY, "township": Level.TOWNSHIP, "village": Level.VILLAGE}
Facts = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Showing:
    """What may leave the register (可导出的内容): whole numbers, restricted topics."""

    full: bool = False
    restricted: bool = False


def gather(
    homes: Sequence[int], schema: Schema, day: date, showing: Showing
) -> dict[str, pa.Table]:
    """Typed tables of these households and their members on a day. About 20 queries a 1,000 households."""
    household, person = schema.table("household"), schema.table("person")
    assert household is not None
    assert person is not None
    home_rows: list[dict[str, Any]] = []
    person_rows: list[dict[str, Any]] = []
    for few in lots(homes, _IN_LIST):
        made, members = _some(few, day, showing)
        home_rows += made
        person_rows += members
    return {"household": _typed(household, home_rows), "person": _typed(person, person_rows)}


def _some(
    homes: list[int], day: date, showing: Showing
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    facts = _topic_facts(Subject.HOUSEHOLD, homes, day, showing)
    _add_places(facts, day)
    _add_statuses(facts, homes, day)
    numbers = dict(Household.objects.filter(pk__in=homes).values_list("id", "number"))
    rows = Membership.objects.recorded().on(day).filter(household_id__in=homes)
    members = list(
        rows.order_by("household_id", "id").values_list("person_id", "household_id", "relation")
    )
    people = _topic_facts(Subject.PERSON, [one[0] for one in members], day, showing)
    known: dict[int, str] = {}
    for few in lots([one[0] for one in members], _IN_LIST):
        known.update(Person.objects.filter(pk__in=few).values_list("id", "number"))
    persons = []
    for key, home, relation in members:
        told = people.get(key, {})
        persons.append({**told, "person_id": known[key], "household_id": numbers[home],
                        "relation": relation or None, "name": told.get("name") or None})  # fmt: skip
        if relation == "head":
            facts[home].setdefault("head_name", told.get("name") or None)
    return [{**facts[key], "household_id": numbers[key]} for key in homes], persons


def _topic_facts(subject: Subject, keys_: Sequence[int], day: date, showing: Showing) -> Facts:
    """Plain columns of every topic that may be shown, by subject."""
    found: Facts = defaultdict(dict)
    for topic in topics_about(subject):
        if topic.many or (topic.restriction and not showing.restricted):
            continue
        for few in lots(sorted(set(keys_)), _IN_LIST):
            _read_topic(topic, few, day, showing, found)
    return found


def _read_topic(
    topic: Topic, subjects: list[int], day: date, showing: Showing, found: Facts
) -> None:
    rows = topic.model.objects.recorded().filter(**{f"{topic.subject_column}__in": subjects})
    if topic.span == Span.PERIOD and topic.key in _OF_THE_LAST_YEAR:
        # A year that is under way counts where somebody told it by the day, else the last that is over.
        rows = rows.filter(Q(valid_to__lte=day) | Q(valid_from__lte=day, observed_on__lte=day))
    else:
        rows = rows.on(day)
    # The latest record is read last, and so it is the one that stays.
    ordered = rows.order_by("valid_from", "id").values_list(topic.subject_column, *topic.columns)
    closed = [at for at, name in enumerate(topic.columns) if name in topic.encrypted]
    decrypt = keys().decrypt
    for subject, *values in ordered:
        for at in closed:
            if values[at] is not None:
                plain = decrypt(values[at], topic.purpose(topic.columns[at]))
                values[at] = plain if showing.full else masked(plain)
        found[subject].update(zip(topic.columns, values, strict=True))


def _add_places(facts: Facts, day: date) -> None:
    """Names of the place instead of its code; a place nobody knew goes out in the words it came in."""
    wanted = {
        pad(code[: DIGITS[level]])
        for told in facts.values()
        if (code := told.get("division_code"))
        for level in DIGITS
    }
    names = names_on(wanted, day)
    for told in facts.values():
        code = told.get("division_code")
        if not code:
            continue
        for fact, level in _LEVELS.items():
            if list(DIGITS).index(level) <= list(DIGITS).index(level_of(code)):
                told[fact] = names.get(pad(code[: DIGITS[level]]))
        told["province"] = names.get(pad(code[: DIGITS[Level.PROVINCE]]))
        words = (told.get("address") or "").split(" ")
        if level_of(code) != Level.VILLAGE and len(words) == len(_LEVELS) + 1:
            said = dict(zip(("province", *_LEVELS), words, strict=True))
            told.update({fact: word for fact, word in said.items() if word != "-"})
        told["division_code"] = None if code[:2] == "00" else code[:2]
        told["village_group"] = told.get("group_number")


def _add_statuses(facts: Facts, homes: Sequence[int], day: date) -> None:
    rows: dict[int, list[Row]] = defaultdict(list)
    names = ("subject_id", "id", "kind", "valid_from", "valid_to", "cause", "reason")
    found = Status.objects.recorded().filter(subject=Subject.HOUSEHOLD, subject_id__in=homes)
    for subject, *row in found.values_list(*names):
        rows[subject].append(Row(*row))
    for home in homes:
        told: Mapping[str, Any] = read_episodes(rows[home], day).facts
        facts[home].update({fact: told[fact] for fact in STATUS_FACTS})


def _typed(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows in the shape of the pack's entity; a fact nobody keeps is blank."""
    shape = table.arrow
    columns = [
        pa.nulls(len(rows), field.type)
        if field.name.startswith("_")
        else pa.array([row.get(field.name) for row in rows], field.type)
        for field in shape
    ]
    return pa.table(columns, schema=shape)
