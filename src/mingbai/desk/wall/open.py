"""What is not solved yet (未解决): the basics to zero, help that may be due, and the years before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.decisions.past_runs import Month, monthly
from mingbai.desk.places.asking import Asked
from mingbai.desk.places.standing import Evaluated, head_of
from mingbai.desk.places.years import Year
from mingbai.documents.drawing import Column, columns, spark
from mingbai.households.queries.counting import Standing
from mingbai.places.queries import register

MONTHS = 12
#: Units across the drawing of years: few, so that its words are large.
WIDE = 420
#: The height of the columns of years.
TALL = 110


@dataclass(frozen=True)
class Basic:
    """One of the basics (两不愁三保障): households where it is not met, and where it is not known."""

    words: str
    full: str
    unmet: int
    unmet_list: str
    unknown: int
    unknown_list: str
    drawn: SafeString  # the months, where there is more than one


@dataclass(frozen=True)
class Gap:
    """Help that may be due and is not received (应享未享): households."""

    words: str
    households: int
    address: str


@dataclass(frozen=True)
class Open:
    """Everything of a place that is not solved (未解决)."""

    basics: tuple[Basic, ...]
    gaps: tuple[Gap, ...]
    months: int  # of the trend; one is none


def open_of(asked: Asked, found: Evaluated) -> Open:
    """One query beside those of `found`."""
    code = asked.place.code
    mine = {code, ""} if code == register().division_code else {code}
    months = monthly(mine, most=MONTHS)
    return Open(
        tuple(_basic(asked, found, rule.rule, months) for rule in found.indicators),
        tuple(
            Gap(
                head_of(rule).full, found.count("", rule.rule, "unmet"),
                asked.list_of(code, state=f"{rule.rule}:unmet"),
            )
            for rule in found.gaps
        ),
        len(months),
    )  # fmt: skip


def _basic(asked: Asked, found: Evaluated, rule: str, months: Sequence[Month]) -> Basic:
    head = head_of(next(one for one in found.indicators if one.rule == rule))
    counts = {state: found.count("", rule, state) for state in ("unmet", "unknown")}
    lists = {
        state: asked.list_of(asked.place.code, state=f"{rule}:{state}") if count else ""
        for state, count in counts.items()
    }
    return Basic(
        head.words, head.full, counts["unmet"], lists["unmet"], counts["unknown"], lists["unknown"],
        _trend(head.full, [one.unmet.get(rule) for one in months]),
    )  # fmt: skip


def _trend(words: str, values: Sequence[int | None]) -> SafeString:
    if len(values) < 2:
        return SafeString("")
    said = _("{what}：每月末未达标的户数").format(what=words)
    return SafeString(spark(values, said=said, width=120))


def years_drawn(years: Sequence[Year]) -> SafeString:
    """Columns of the years, a gap where the definition changes: shares where all have one, else persons."""
    if not years:
        return SafeString("")
    shares = all(one.share is not None for one in years)
    items = []
    for one in years:
        if one.first:
            items.append(Column(0, "", ""))
        items.append(_year(one, shares=shares))
    return SafeString(columns(items, said=_("历年的人数或占比"), height=TALL, width=WIDE))


def _year(year: Year, *, shares: bool) -> Column:
    told = f"{year.share}" if shares else f"{year.persons:,}"
    value = round(100 * year.share) if shares and year.share is not None else year.persons
    said = _("{day} {who}：{n}").format(day=year.day.isoformat(), who=year.words, n=told)
    tone = "fz" if year.standing == Standing.WATCHED else "fi"
    return Column(value, f"{year.day:%y}", said, tone, year.address, over=told)
