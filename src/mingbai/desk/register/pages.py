"""The pages of a household and of a person (户情、人的页面): as of a day, as far as one's rights go."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingbai.accounts.queries import helpers_of
from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.words import actor_names
from mingbai.desk.register.blocks import happening_lines, member_lines, topic_blocks
from mingbai.desk.register.forms import DayForm
from mingbai.desk.register.lists import marks_for, run_of
from mingbai.desk.register.readers import read
from mingbai.desk.register.subjects import writable
from mingbai.desk.register.words import code_words, status_words
from mingbai.households.access import Reader, household_for, person_for, place_of, timeline_for
from mingbai.households.enums import Subject
from mingbai.households.models import Household, Person
from mingbai.households.queries import HouseholdView, StatusView, households_of_person
from mingbai.places.queries import names_on, path


@screen(Permission.HOUSEHOLDS_READ)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """One household on a day: who lives there, as what it is registered, every topic one may read."""
    form, day = _day(request)
    reader, view = read(request, lambda one: household_for(one, household_id, day=day))
    code, _until = place_of(household_id, day)
    open_topics = writable(reader, code, household_id) if day == request.day else frozenset()
    blocks = topic_blocks(Subject.HOUSEHOLD, household_id, view.records, day, open_topics)
    helpers = helpers_of(household_id, day)
    names = actor_names(one.entered_by for one in _records(view))
    said = {
        "view": view, "form": form, "day": day, "today": day == request.day, "names": names,
        "above": path(code, day), "group": view.fact("residence", "group_number"),
        "members": member_lines(view), "blocks": blocks, "nothing": _empty(blocks),
        "statuses": status_lines(view.statuses),
        "marks": _marks(request, household_id, code) if day == request.day else None,
        "helpers": helpers, "outside": reader.leave_id is not None,
    }  # fmt: skip
    return render(request, "register/templates/household.html", said)


@screen(Permission.HOUSEHOLDS_READ)
def history(request: HttpRequest, household_id: int) -> HttpResponse:
    """Everything that happened to a household, the last first."""
    day = request.day
    reader, view = read(request, lambda one: household_for(one, household_id, day=day))
    happened = timeline_for(reader, household_id, day=day)
    page = page_of(request, len(happened))
    shown = happened[page.start : page.stop]
    names = actor_names(one.actor for one in shown)
    said = {"view": view, "page": page, "happened": happening_lines(shown, view, names)}
    return render(request, "register/templates/history.html", said)


@screen(Permission.HOUSEHOLDS_READ)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person on a day: every topic one may read, and where she lived."""
    form, day = _day(request)
    reader, records = read(request, lambda one: person_for(one, person_id, day=day))
    stays = [one for one in households_of_person(person_id) if one.valid_from <= day]
    here = stays[-1] if stays else None
    code, _until = place_of(here.household_id, day) if here else ("", None)
    open_topics = _open_topics(reader, code, here) if day == request.day else frozenset()
    blocks = topic_blocks(Subject.PERSON, person_id, records, day, open_topics)
    entered = [one.entered_by for rows in records.values() for one in rows]
    known = records.get("identity", ())
    said = {
        "name": known[0].columns["name"] if known else "", "number": _number(person_id),
        "form": form, "day": day, "today": day == request.day, "blocks": blocks, "nothing": _empty(blocks),
        "names": actor_names(entered), "stays": _stay_lines(reader, stays, day),
        "here": here, "outside": reader.leave_id is not None,
        "relation": code_words("relation").get(here.relation, here.relation) if here else "",
    }  # fmt: skip
    return render(request, "register/templates/person.html", said)


def _day(request: HttpRequest) -> tuple[DayForm, date]:
    """The day of the address, or the working date."""
    form = DayForm(request.GET or None, today=request.day, initial={"on": request.day})
    return form, (form.is_valid() and form.cleaned_data["on"]) or request.day


def _empty(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Topics that nobody has recorded yet and that one may record."""
    return [one for one in blocks if not one["facts"] and one["table"] is None]


def _records(view: HouseholdView) -> list[Any]:
    return [one for rows in view.records.values() for one in rows]


def _marks(request: HttpRequest, household_id: int, code: str) -> Any:
    return marks_for(request, {household_id: code}, run_of(code)).get(household_id)


def status_lines(statuses: tuple[StatusView, ...]) -> list[dict[str, Any]]:
    """What somebody is registered as, in words, with the cause."""
    causes = {**code_words("poverty_cause"), **code_words("risk_kind")}
    return [
        {"status": one, "kind": status_words(one.kind), "cause": causes.get(one.cause, one.cause)}
        for one in statuses
    ]


def _open_topics(reader: Reader, code: str, here: Any) -> frozenset[str]:
    return writable(reader, code, here.household_id) if here else frozenset()


def _number(person_id: int) -> str:
    return Person.objects.values_list("number", flat=True).get(pk=person_id)


def _stay_lines(reader: Reader, stays: list[Any], day: date) -> list[dict[str, Any]]:
    """Where a person lived; a household one may not open has no link and no number."""
    numbers = dict(
        Household.objects.filter(pk__in=[one.household_id for one in stays]).values_list(
            "pk", "number"
        )
    )
    places = {
        one.household_id: place_of(one.household_id, min(day, one.valid_from))[0] for one in stays
    }
    names = names_on(places.values(), day)
    relations = code_words("relation")
    lines = []
    for one in reversed(stays):
        code = places[one.household_id]
        seen = reader.may(Permission.HOUSEHOLDS_READ, code, one.household_id)
        lines.append(
            {
                "stay": one, "seen": seen, "number": numbers.get(one.household_id, "") if seen else "",
                "place": names.get(code, code), "relation": relations.get(one.relation, one.relation),
            }
        )  # fmt: skip
    return lines
