"""The pages of a household and of a person (户情、人的页面): as of a day, as far as one's rights go."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mingbai.accounts.queries import helpers_of
from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.words import actor_names
from mingbai.desk.register.blocks import happening_lines
from mingbai.desk.register.forms import DayForm
from mingbai.desk.register.helping import received
from mingbai.desk.register.income import income_table
from mingbai.desk.register.living import burdens, living_blocks, member_lines
from mingbai.desk.register.looking import may_see_looks
from mingbai.desk.register.neighbours import list_query
from mingbai.desk.register.readers import read
from mingbai.desk.register.recent import next_step, recent
from mingbai.desk.register.standing import run_for, standing_of
from mingbai.desk.register.subjects import writable
from mingbai.desk.register.words import code_words, status_words, topic_label
from mingbai.households.access import household_for, place_of, timeline_for
from mingbai.households.enums import Subject
from mingbai.households.queries import (
    HouseholdView,
    StatusView,
    timeline,
)
from mingbai.households.topics import topics_about
from mingbai.places.queries import path

#: Codes of `labour` that say somebody can work.
ABLE = ("ordinary", "skilled", "weak")


@screen(Permission.HOUSEHOLDS_READ)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """One household on a day: who, how they live, each state with its reason, help, money, what next."""
    form, day = _day(request)
    today = day == request.day
    reader, view = read(request, lambda one: household_for(one, household_id, day=day))
    code, until = place_of(household_id, day)
    open_topics = writable(reader, code, household_id) if today else frozenset()
    run, seen = run_for(code), reader.topics_at(code, household_id)
    standing = standing_of(request, reader, household_id, code, run) if today else None
    happened = timeline(
        household_id, restrictions=reader.restrictions(code, household_id),
        topics=seen, until=until,
    )  # fmt: skip
    shown = [one for one in happened if one.day <= day]
    said = {
        "view": view, "form": form, "day": day, "today": today, "run": run, "standing": standing,
        "past": "" if today else _("{day} 的样子").format(day=day), "may_write": bool(open_topics),
        "above": path(code, day), "group": (view.fact("residence", "group_number") or "").lstrip("0"),
        "members": member_lines(view, seen), "statuses": status_lines(view.statuses),
        "labour": _labour(view) if seen is None or "work" in seen else None,
        "shut_income": seen is not None and "income_year" not in seen,
        "shut_help": seen is not None and not {"benefit", "measure"} & set(seen),
        "living": living_blocks(view, open_topics), "burdens": burdens(view),
        "income": income_table(view.records, run.as_of if run else day, code),
        "income_form": _form_of(household_id, "income_year") if "income_year" in open_topics else "",
        "received": received(view), "next": next_step(household_id, standing, day) if standing else None,
        "recent": recent(shown, view), "happened": len(shown), "helpers": helpers_of(household_id, day),
        "outside": reader.leave_id is not None, "list": list_query(request), "events": _events(household_id),
        "correct": topic_links(household_id, open_topics),
        "sees_looks": may_see_looks(reader, code, household_id),
    }  # fmt: skip
    return render(request, "register/templates/household.html", said)


def _labour(view: HouseholdView) -> int:
    """How many can work, as recorded."""
    return sum(one.fact("work", "labour") in ABLE for one in view.members)


def _form_of(household_id: int, topic: str) -> str:
    about = {"subject": "households", "subject_id": household_id, "topic": topic}
    return reverse("register:record", kwargs=about)


def topic_links(household_id: int, open_topics: frozenset[str]) -> list[tuple[str, str]]:
    """The forms of the household's topics: name and address."""
    return [
        (topic_label(topic), _form_of(household_id, topic.key))
        for topic in topics_about(Subject.HOUSEHOLD)
        if topic.key in open_topics and not topic.many
    ]


def _events(household_id: int) -> str:
    """Where births, moves and the like are recorded, once there are such screens."""
    try:
        return reverse("events:choose", args=[household_id])
    except NoReverseMatch:
        return ""


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


def _day(request: HttpRequest) -> tuple[DayForm, date]:
    """The day of the address, or the working date."""
    form = DayForm(request.GET or None, today=request.day, initial={"on": request.day})
    return form, (form.is_valid() and form.cleaned_data["on"]) or request.day


def status_lines(statuses: tuple[StatusView, ...]) -> list[dict[str, Any]]:
    """What somebody is registered as, in words, with the cause."""
    causes = {**code_words("poverty_cause"), **code_words("risk_kind")}
    return [
        {"status": one, "kind": status_words(one.kind), "cause": causes.get(one.cause, one.cause)}
        for one in statuses
    ]
