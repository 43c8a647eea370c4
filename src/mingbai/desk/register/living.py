"""Who lives in a household and how (家里有谁，怎么过日子): lines of its page, in words, unknown marked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from mingbai.desk.components.tags import yuan
from mingbai.desk.components.words import listed
from mingbai.desk.register.words import (
    Column,
    code_words,
    columns_of,
    source_words,
    status_words,
    topic_label,
)
from mingbai.households.enums import Subject
from mingbai.households.queries import HouseholdView, MemberView, RecordView
from mingbai.households.topics import Span, Topic, topics_about

#: Columns of the register's own housekeeping, and those that stand elsewhere on the page.
NOT_SHOWN = frozenset({"division_code", "group_number", "holder_person_id", "attachment_id"})
#: Codes of `school_state` that say somebody is at no school.
NO_SCHOOL = frozenset({"not_in_school", "preschool_child"})
ADULT = 16
#: Nobody asks which school a younger child goes to.
SCHOOL_GOER = 6
YEAR = timedelta(days=365)
#: Codes that are kept as text, without a list of the pack.
TEXTS = {
    "water_source": {"works": noop("自来水厂"), "well": noop("水井"), "spring": noop("山泉")},
}  # fmt: skip


@dataclass(frozen=True)
class MemberLine:
    """A member as a row (成员行). Blank: not asked of somebody of that age; None: nobody knows."""

    member: MemberView
    address: str
    relation: str
    sex: str
    age: int | None
    education: str | None
    labour: str | None
    does: str
    does_unknown: str
    insured: str | None
    statuses: str


def member_lines(view: HouseholdView, seen: Collection[str] | None = None) -> list[MemberLine]:
    """The members as they were on the day, the head first. No query.

    What a reader may not see is blank, never said to be unknown; `seen`: the topics open, None: all.
    """
    return [_member(one, view.day, lambda key: seen is None or key in seen) for one in view.members]


def _member(one: MemberView, day: date, sees: Callable[[str], bool]) -> MemberLine:
    age = age_on(one.fact("identity", "birth_date"), day)
    works = sees("work") and (age is None or age >= ADULT)
    asked = sees("schooling") and age is not None and SCHOOL_GOER <= age < ADULT
    does, lacking = _doing(one, grown=works, asked=asked, day=day)
    return MemberLine(
        one, reverse("register:person", args=[one.person_id]),
        code_words("relation").get(one.relation, one.relation),
        code_words("sex").get(str(one.fact("identity", "sex")), ""), age,
        _word(one, "work", "education", "education", asked=works),
        _word(one, "work", "labour", "labour", asked=works), does, lacking,
        _insured(one, day) if sees("insurance") else "",
        listed(status_words(status.kind) for status in one.statuses),
    )  # fmt: skip


def age_on(born: date | None, day: date) -> int | None:
    """Full years on a day."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _word(one: MemberView, topic: str, column: str, codes: str, *, asked: bool) -> str | None:
    value = one.fact(topic, column)
    if value is None:
        return None if asked else ""
    return code_words(codes).get(str(value), str(value))


def _doing(one: MemberView, *, grown: bool, asked: bool, day: date) -> tuple[str, str]:
    """What somebody does, and what of it nobody knows: a school, or work with its months and place."""
    parts, lacking = [], ""
    state = one.fact("schooling", "school_state")
    if state is not None and state not in NO_SCHOOL:
        parts += [code_words("school_state").get(str(state), ""), one.fact("schooling", "school")]
    elif one.records.get("work"):
        months = one.fact("work", "work_months")
        parts += [one.fact("work", "work_place"), one.fact("work", "employer")]
        if months:
            parts.append(ngettext("务工 {n} 个月", "务工 {n} 个月", months).format(n=months))
        elif months is None and grown:
            lacking = _("务工 ? 月")
        if (any(parts) or lacking) and (
            year := one.records["work"][0].valid_from.year
        ) < day.year - 1:
            parts.append(_("（{year} 年）").format(year=year))
    elif state is not None:
        parts.append(code_words("school_state").get(str(state), ""))
    elif asked:
        lacking = _("就学 ?")
    # A wide bracket brings its own space.
    return " ".join(str(part) for part in parts if part).replace(" （", "（"), lacking


def _insured(one: MemberView, day: date) -> str | None:
    """Insurance of the year of the day; last year's says nothing."""
    for row in one.records.get("insurance", ()):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            either = (row.columns["medical_insured"], row.columns["medical_insured_employee"])
            if any(either):
                return _("已参")
            return None if None in either else _("未参")
    return None


@dataclass(frozen=True)
class Fact:
    """A value with whence it comes (事实)."""

    key: str
    label: str
    value: str
    source: str
    since: str
    address: str


@dataclass(frozen=True)
class Block:
    """A topic of the household in a few words (一项生活情况)."""

    topic: str
    label: str
    facts: tuple[Fact, ...]
    unknown: tuple[tuple[str, str], ...]  # label, address of the form
    source: str
    address: str
    restricted: bool
    since: str = ""


def living_blocks(view: HouseholdView, open_topics: frozenset[str]) -> list[Block]:
    """How they live: every lasting topic, the land of the newest year; what may be recorded has a link."""
    found = []
    for topic in topics_about(Subject.HOUSEHOLD):
        if topic.many or topic.key == "income_year":
            continue
        rows = view.records.get(topic.key, ())
        if rows or topic.key in open_topics:
            found.append(_block(topic, view, rows, topic.key in open_topics))
    return [one for one in found if one.facts or one.unknown]


def _block(
    topic: Topic, view: HouseholdView, rows: tuple[RecordView, ...], writable: bool
) -> Block:
    about = {"subject": "households", "subject_id": view.id, "topic": topic.key}
    address = reverse("register:record", kwargs=about) if writable else ""
    columns = [one for one in columns_of(topic) if one.key not in NOT_SHOWN]
    row = rows[0] if rows else None
    known = [one for one in columns if row and row.columns.get(one.key) not in (None, "")]
    open_ones = [one for one in columns if one not in known]
    sources = dict.fromkeys(
        source_words(row.origins[one.key].source) for one in known if row and one.key in row.origins
    )
    since = str(row.valid_from.year) if row and topic.span == Span.PERIOD else ""
    return Block(
        topic.key, topic_label(topic),
        tuple(_fact(one, row, address, view.id) for one in known if row is not None),
        tuple((one.label, only(address, one.key, view.id)) for one in open_ones), listed(sources), address,
        topic.restriction is not None, since,
    )  # fmt: skip


def only(address: str, column: str, home: int) -> str:
    """The form of one column alone; afterwards back to the household."""
    return f"{address}?only={column}&home={home}" if address else ""


def _fact(column: Column, row: RecordView, address: str, home: int) -> Fact:
    origin = row.origins.get(column.key)
    when = (origin.observed_on or origin.since) if origin else None
    value = row.columns[column.key]
    known = TEXTS.get(column.key, {}).get(str(value))
    return Fact(
        column.key, column.label, _(known) if known else column.show(value),
        source_words(origin.source) if origin else "", when.isoformat() if when else "",
        only(address, column.key, home),
    )  # fmt: skip


@dataclass(frozen=True)
class Burden:
    """A rigid expense of the last twelve months (刚性支出)."""

    label: str
    amount: str
    who: str


def burdens(view: HouseholdView) -> list[Burden]:
    """What illness and schooling cost the household itself; only topics that were read."""
    return list(_burdens(view))


def _burdens(view: HouseholdView) -> Iterator[Burden]:
    for topic, column, label in (
        ("bill", "self_paid", _("看病自付")),
        ("schooling", "school_cost", _("上学自付")),
    ):
        by_name: dict[str, int] = {}
        for one in view.members:
            rows = [row for row in one.records.get(topic, ()) if row.valid_from > view.day - YEAR]
            paid = sum(row.columns.get(column) or 0 for row in rows)
            if paid:
                by_name[one.name] = paid
        if by_name:
            total = f"{yuan(sum(by_name.values()))} {_('元')}"
            yield Burden(label, total, listed(by_name))
