"""Topics, members and events as lines of a page (页面上的块): in words, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.desk.register.words import (
    Column,
    code_words,
    columns_of,
    source_words,
    status_words,
    topic_label,
)
from mingbai.households.enums import HouseholdEnd, MembershipReason, Subject
from mingbai.households.queries import (
    Happening,
    HouseholdView,
    MemberView,
    RecordView,
)
from mingbai.households.topics import TOPICS, Span, Topic, topics_about
from mingbai.places.queries import name_on

#: Years and payments that stand on a page; the rest is counted.
ROWS = 8
PLURAL = {Subject.HOUSEHOLD: "households", Subject.PERSON: "persons"}


def topic_blocks(
    subject: Subject,
    subject_id: int,
    records: Mapping[str, tuple[RecordView, ...]],
    day: date,
    open_topics: frozenset[str],
) -> list[dict[str, Any]]:
    """A block for every topic that has a record or that one may record. One query for the place's name."""
    found = []
    for topic in topics_about(subject):
        rows = records.get(topic.key, ())
        may = topic.key in open_topics and not topic.many
        if not rows and not may:
            continue
        about = {"subject": PLURAL[subject], "subject_id": subject_id, "topic": topic.key}
        block: dict[str, Any] = {
            "label": topic_label(topic), "topic": topic, "restricted": topic.restriction is not None,
            "address": reverse("register:record", kwargs=about) if may else "",
            "rest": max(0, len(rows) - ROWS), "facts": [], "table": None,
        }  # fmt: skip
        if topic.span == Span.LASTING:
            block["facts"] = _facts(topic, rows, day) if rows else []
            block["unknown"] = _unknown(topic, rows) if rows else []
        elif rows:
            block["table"] = _table(topic, rows[:ROWS])
        found.append(block)
    return found


def _facts(topic: Topic, rows: tuple[RecordView, ...], day: date) -> list[dict[str, Any]]:
    """Value by value, with who said it and when."""
    origins = rows[0].origins
    return [
        {
            "label": column.label,
            "value": _place(column, rows[0], day) or column.show(rows[0].columns[column.key]),
            "origin": origins.get(column.key),
            "source": source_words(origins[column.key].source) if column.key in origins else "",
        }
        for column in columns_of(topic)
        if rows[0].columns.get(column.key) not in (None, "")
    ]


def _unknown(topic: Topic, rows: tuple[RecordView, ...]) -> list[str]:
    """What nobody knows yet: said in a line, never left out and never an alarm.

    A day of death that is not there means that the person lives, not that something is to be found out.
    """
    asked = (one for one in columns_of(topic) if one.key != "died_on")
    return [one.label for one in asked if rows[0].columns.get(one.key) in (None, "")]


def _place(column: Column, row: RecordView, day: date) -> str:
    """The name of a division beside its code. One query."""
    code = row.columns.get(column.key) if column.key == "division_code" else None
    return f"{name_on(code, day)} {code}" if code else ""


def _table(topic: Topic, rows: tuple[RecordView, ...]) -> dict[str, Any]:
    """Years or payments line by line; columns that nobody filled are left out."""
    columns = [
        column
        for column in columns_of(topic)
        if any(row.columns.get(column.key) not in (None, "") for row in rows)
    ]
    return {
        "columns": columns,
        "rows": [
            {
                "record": row,
                "when": _when(topic, row),
                "source": source_words(row.source),
                "cells": [{"column": column, "text": _cell(column, row)} for column in columns],
            }
            for row in rows
        ],
    }


def _cell(column: Column, row: RecordView) -> str:
    return column.show(row.columns.get(column.key))


def _when(topic: Topic, row: RecordView) -> str:
    """The year of an accounting year, the day of a payment, else from and to."""
    starts, ends = row.valid_from, row.valid_to
    if topic.span == Span.POINT:
        return starts.isoformat()
    if (
        ends
        and (starts.month, starts.day, ends.month, ends.day) == (1, 1, 1, 1)
        and ends.year - starts.year == 1
    ):
        return str(starts.year)
    return f"{starts} – {ends or _('现在')}"


def member_lines(view: HouseholdView) -> list[dict[str, Any]]:
    """The members as they were on the day."""
    relations, columns = code_words("relation"), _shown_columns()
    return [
        {
            "member": one,
            "relation": relations.get(one.relation, one.relation),
            "age": _age(one.fact("identity", "birth_date"), view.day),
            "statuses": "、".join(status_words(status.kind) for status in one.statuses),
            "cells": [_member_cell(one, topic, column) for topic, column in columns],
        }
        for one in view.members
    ]


MEMBER_COLUMNS = (
    ("identity", "sex"), ("work", "education"), ("work", "labour"), ("work", "work_months"),
    ("schooling", "school_state"), ("insurance", "medical_insured"),
)  # fmt: skip


def _shown_columns() -> list[tuple[str, Column]]:
    found = []
    for topic, key in MEMBER_COLUMNS:
        column = next(one for one in columns_of(TOPICS[topic]) if one.key == key)
        found.append((topic, column))
    return found


def _member_cell(member: MemberView, topic: str, column: Column) -> dict[str, Any]:
    value = member.fact(topic, column.key)
    return {"label": column.label, "text": column.show(value), "unknown": value in (None, "")}


def _age(born: date | None, day: date) -> int | None:
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


KINDS = {
    "household.began": noop("立户"), "household.ended": noop("销户"), "member.joined": noop("进户"),
    "member.left": noop("离户"), "member.relation": noop("关系"), "status.began": noop("身份"),
    "status.ended": noop("身份止"), "facts.set": noop("登记"), "facts.corrected": noop("更正"),
}  # fmt: skip


def happening_lines(
    happened: list[Happening], view: HouseholdView, actors: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What happened, in words: when, what, to whom, by whom."""
    people = {one.person_id: one.name for one in view.members}
    return [
        {
            "happening": one,
            "kind": _(KINDS.get(one.kind, one.kind)),
            "what": what_happened(one),
            "who": people.get(one.person_id or 0, _("（已不在户）") if one.person_id else ""),
            "actor": actors.get(one.actor, one.actor),
        }
        for one in happened
    ]


def what_happened(one: Happening) -> str:
    if one.kind.startswith("status."):
        return status_words(one.what)
    if one.kind.startswith("facts."):
        return topic_label(TOPICS[one.what]) if one.what in TOPICS else one.what
    reasons = {**_labels(MembershipReason), **_labels(HouseholdEnd)}
    return reasons.get(one.what, one.what)


def _labels(choices: Any) -> dict[str, str]:
    return {one.value: _(one.label) for one in choices}
