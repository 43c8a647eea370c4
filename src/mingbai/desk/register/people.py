"""The page of a person (人的页面): who, with whom, every topic one may read, where she lived; as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.components.words import actor_names
from mingbai.desk.register.blocks import topic_blocks
from mingbai.desk.register.forms import DayForm
from mingbai.desk.register.looking import latest_looks, may_see_looks
from mingbai.desk.register.readers import read
from mingbai.desk.register.subjects import writable
from mingbai.desk.register.words import code_words, status_words
from mingbai.households.access import Reader, person_for
from mingbai.households.enums import Subject
from mingbai.households.models import (
    Household,
    Membership,
    Person,
    Residence,
    SearchEntry,
    Status,
)
from mingbai.households.queries import RecordView, households_of_person
from mingbai.places.queries import names_on


@dataclass(frozen=True)
class StayLine:
    """Where a person lived (居住经历): the number of a household one may not open stays closed."""

    household_id: int
    starts: date
    ends: date | None
    place: str
    relation: str
    number: str
    seen: bool


@dataclass(frozen=True)
class Relative:
    """Somebody who lives with her (家里人)."""

    person_id: int
    name: str
    relation: str


@screen(Permission.HOUSEHOLDS_READ)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person on a day. The number of queries does not grow with her past."""
    form = DayForm(request.GET or None, today=request.day, initial={"on": request.day})
    day = (form.is_valid() and form.cleaned_data["on"]) or request.day
    reader, records = read(request, lambda one: person_for(one, person_id, day=day))
    stays = [one for one in households_of_person(person_id) if one.valid_from <= day]
    places = _places(one.household_id for one in stays)
    here = _here(stays, day)
    lines = _stay_lines(reader, stays, places, day)
    open_topics = (
        _open_topics(reader, stays[-1:], places, day) if day == request.day else frozenset()
    )
    blocks = topic_blocks(Subject.PERSON, person_id, records, day, open_topics)
    said = {
        "name": _fact(records, "name"), "sex": _sex(records), "age": _age(records, day),
        "died_on": _fact(records, "died_on"), "number": _number(person_id), "form": form, "day": day,
        "today": day == request.day, "facts": [_sourced(one) for one in blocks if one["facts"]],
        "tables": [one for one in blocks if one["table"] is not None],
        "nothing": [one for one in blocks if not one["facts"] and one["table"] is None],
        "names": actor_names(one.entered_by for rows in records.values() for one in rows),
        "stays": lines, "here": here, "home": _line_of(lines, here),
        "relatives": _relatives(reader, here, places, person_id, day),
        "statuses": _statuses(person_id, day), "outside": reader.leave_id is not None,
        "may_change": _may_change(reader, here, places, day) and day == request.day,
        **_own_rights(reader, stays, places, person_id, day),
    }  # fmt: skip
    return render(request, "register/templates/person.html", said)


def _own_rights(
    reader: Reader, stays: list[Membership], places: Any, person_id: int, day: date
) -> dict[str, Any]:
    """What a person may ask of the one who reads: who looked, and the data to take along."""
    if not stays or reader.leave_id is not None:
        return {}
    home = stays[-1].household_id
    code = _code(places, home, day)
    sees = may_see_looks(reader, code, home)
    return {
        "person_id": person_id, "sees_looks": sees,
        "looks": latest_looks(person_id) if sees else [],
        "may_hand_over": reader.may(Permission.PERSONS_EXPORT, code, home),
    }  # fmt: skip


def _sourced(block: dict[str, Any]) -> dict[str, Any]:
    """The block with the one source of all its facts, if there is one: then it is said once."""
    said = {
        (one["source"], one["origin"].observed_on, one["origin"].actor)
        for one in block["facts"]
        if one["origin"] is not None
    }
    same = len(said) == 1 and all(one["origin"] is not None for one in block["facts"])
    return {**block, "same": block["facts"][0] if same else None}


def _fact(records: Mapping[str, tuple[RecordView, ...]], column: str) -> Any:
    rows = records.get("identity", ())
    return rows[0].columns.get(column) if rows else None


def _sex(records: Mapping[str, tuple[RecordView, ...]]) -> str:
    sex = _fact(records, "sex")
    return {"male": _("男"), "female": _("女")}.get(sex, "") if sex else ""


def _age(records: Mapping[str, tuple[RecordView, ...]], day: date) -> int | None:
    """Whole years on the day, or on the day of death."""
    born, died = _fact(records, "birth_date"), _fact(records, "died_on")
    if born is None:
        return None
    until = min(day, died) if died else day
    return int(until.year - born.year - ((until.month, until.day) < (born.month, born.day)))


def _number(person_id: int) -> str:
    return str(Person.objects.values_list("number", flat=True).get(pk=person_id))


def _places(homes: Iterable[int]) -> dict[int, list[tuple[str, date, date | None]]]:
    """Household → where it was, and from when to when. One query."""
    found: dict[int, list[tuple[str, date, date | None]]] = {one: [] for one in homes}
    rows = Residence.objects.recorded().filter(household_id__in=found).order_by("valid_from")
    for home, code, starts, ends in rows.values_list(
        "household_id", "division_code", "valid_from", "valid_to"
    ):
        found[home].append((code, starts, ends))
    return found


def _code(places: Mapping[int, list[tuple[str, date, date | None]]], home: int, day: date) -> str:
    """Where a household was on a day; else where it was last, or first."""
    rows = places.get(home, [])
    before = [code for code, starts, _ends in rows if starts <= day]
    return before[-1] if before else (rows[0][0] if rows else "")


def _here(stays: list[Membership], day: date) -> Membership | None:
    """Where she is on the day, if anywhere."""
    return next(
        (one for one in reversed(stays) if one.valid_to is None or day < one.valid_to), None
    )


def _stay_lines(reader: Reader, stays: list[Membership], places: Any, day: date) -> list[StayLine]:
    numbers = dict(
        Household.objects.filter(pk__in={one.household_id for one in stays}).values_list(
            "pk", "number"
        )
    )
    codes = {one.pk: _code(places, one.household_id, min(day, one.valid_from)) for one in stays}
    names, relations = names_on(set(codes.values()), day), code_words("relation")
    lines = []
    for one in reversed(stays):
        code = codes[one.pk]
        seen = reader.may(Permission.HOUSEHOLDS_READ, code, one.household_id)
        lines.append(
            StayLine(
                one.household_id, one.valid_from, one.valid_to, names.get(code, code),
                relations.get(one.relation, one.relation),
                numbers.get(one.household_id, "") if seen else "", seen,
            )
        )  # fmt: skip
    return lines


def _line_of(lines: list[StayLine], here: Membership | None) -> StayLine | None:
    return lines[0] if here is not None and lines else None


def _open_topics(reader: Reader, last: list[Membership], places: Any, day: date) -> frozenset[str]:
    if not last:
        return frozenset()
    home = last[0].household_id
    return writable(reader, _code(places, home, day), home)


def _may_change(reader: Reader, here: Membership | None, places: Any, day: date) -> bool:
    """Whether one may record who lives where: with the right to write, and to every topic."""
    if here is None:
        return False
    code = _code(places, here.household_id, day)
    may = reader.may(Permission.HOUSEHOLDS_WRITE, code, here.household_id)
    return may and reader.topics_at(code, here.household_id) is None


def _relatives(
    reader: Reader, here: Membership | None, places: Any, person_id: int, day: date
) -> list[Relative]:
    """Who else lives there, the head first. Two queries."""
    if here is None or not reader.may(
        Permission.HOUSEHOLDS_READ, _code(places, here.household_id, day), here.household_id
    ):
        return []
    rows = Membership.objects.recorded().on(day).filter(household_id=here.household_id)
    others = sorted(
        (one for one in rows if one.person_id != person_id),
        key=lambda one: (one.relation != "head", one.valid_from, one.person_id),
    )
    entries = SearchEntry.objects.recorded().filter(
        person_id__in=[one.person_id for one in others], extra=False
    )
    names = dict(entries.order_by("-left_on").values_list("person_id", "name"))
    words = code_words("relation")
    return [
        Relative(one.person_id, names.get(one.person_id, ""), words.get(one.relation, one.relation))
        for one in others
    ]


def _statuses(person_id: int, day: date) -> list[tuple[str, date]]:
    """What she is registered as herself, and since when. One query."""
    rows = Status.objects.recorded().on(day).filter(subject=Subject.PERSON, subject_id=person_id)
    found = rows.order_by("valid_from").values_list("kind", "valid_from")
    return [(status_words(kind), since) for kind, since in found]
