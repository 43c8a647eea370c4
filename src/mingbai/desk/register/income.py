"""Income year by year, on the page (逐年收入): items, sums, income per head against the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.decisions.yearly import (
    NET,
    PER_HEAD,
    PROPERTY,
    TRANSFER,
    Amount,
    YearSums,
    yearly_sums,
)
from mingbai.desk.components.tags import FEN, MINUS, yuan
from mingbai.desk.components.words import of
from mingbai.desk.register.words import PACK, columns_of, source_words
from mingbai.households.queries import RecordView
from mingbai.households.topics import TOPICS

#: The groups of the table: name, its items, the rule that adds them up, whether it is taken off.
GROUPS: tuple[tuple[str, tuple[str, ...], str, bool], ...] = (
    (noop("工资性"), ("income_wage",), "", False),
    (noop("生产经营性"), ("income_business",), "", False),
    (noop("财产性"), ("income_property_dividend", "income_property_other"), PROPERTY, False),
    (
        noop("转移性"),
        (
            "income_family_planning", "income_dibao", "income_tekun", "income_pension",
            "income_ecology", "income_transfer_other",
        ),
        TRANSFER,
        False,
    ),
    (noop("生产经营性支出"), ("expense_business",), "", True),
)  # fmt: skip
#: Years that stand side by side; earlier ones are in the history.
YEARS = 5


@dataclass(frozen=True)
class Cell:
    """One amount of the table (格): in words, whether it is unknown or between bounds."""

    text: str
    is_open: bool = False
    quiet: bool = False
    exact: str = ""  # with jiao and fen, where they were left off


@dataclass(frozen=True)
class Raw:
    """A raw line under a sum (原始行): what was said, how much in which year, on whose word."""

    label: str
    cells: tuple[Cell, ...]
    source: str = ""


@dataclass(frozen=True)
class Group:
    """An item of the table with the lines it rests on (收入类)."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    raw: tuple[Raw, ...]


@dataclass(frozen=True)
class IncomeTable:
    """Years side by side, the newest last (逐年收入表)."""

    years: tuple[str, ...]
    groups: tuple[Group, ...]
    net: tuple[Cell, ...]
    per_head: tuple[Cell, ...]
    members: tuple[Cell, ...]
    lines: tuple[Cell, ...]
    line_label: str
    raw_lines: int
    period: str
    sources: tuple[str, ...]


def income_table(
    records: Mapping[str, tuple[RecordView, ...]], as_of: date, division_code: str
) -> IncomeTable | None:
    """The table of a household's years; None where no year was recorded. No query."""
    rows = list(reversed(records.get("income_year", ())[:YEARS]))
    if not rows:
        return None
    sums = yearly_sums(PACK, as_of, division_code, [_year(row) for row in rows])
    entries = records.get("income_entry", ())
    groups = tuple(_group(one, rows, sums, entries) for one in GROUPS)
    return IncomeTable(
        years=tuple(_name(row) for row in rows),
        groups=groups,
        net=tuple(_cell(one.sums[NET]) for one in sums),
        per_head=tuple(_cell(one.sums[PER_HEAD]) for one in sums),
        members=tuple(_count(row.columns.get("members")) for row in rows),
        lines=tuple(_line(one) for one in sums),
        line_label=next((of(one.line_label) for one in reversed(sums) if one.line_label), ""),
        raw_lines=sum(len(group.raw) for group in groups),
        period=_period(rows[-1]),
        sources=tuple(_said(row) for row in rows),
    )


def _year(row: RecordView) -> tuple[date, date, Mapping[str, Any]]:
    return row.valid_from, row.valid_to or date(row.valid_from.year + 1, 1, 1), row.columns


def _name(row: RecordView) -> str:
    """The accounting year by the year in which it ends."""
    ends = (row.valid_to or date(row.valid_from.year + 1, 1, 1)) - timedelta(days=1)
    return str(ends.year)


def _period(row: RecordView) -> str:
    """From when to when the newest year goes, where that is not the calendar year."""
    ends = (row.valid_to or date(row.valid_from.year + 1, 1, 1)) - timedelta(days=1)
    calendar = (row.valid_from.month, row.valid_from.day, ends.month, ends.day) == (1, 1, 12, 31)
    return "" if calendar else f"{row.valid_from} – {ends}"


def _said(row: RecordView) -> str:
    when = f" {row.observed_on}" if row.observed_on else ""
    return f"{source_words(row.source)}{when}"


def _group(
    group: tuple[str, tuple[str, ...], str, bool],
    rows: Sequence[RecordView],
    sums: Sequence[YearSums],
    entries: Sequence[RecordView],
) -> Group:
    label, items, rule, minus = group
    if rule:
        cells = tuple(_cell(one.sums[rule]) for one in sums)
    else:
        cells = tuple(_cell(_amount(row, items[0]), minus=minus) for row in rows)
    raw = [] if len(items) == 1 else [_item(item, rows) for item in items]
    mine = [one for one in entries if one.columns.get("item") in items]
    raw += [_entry(one, rows) for one in mine]
    return Group(items[0], _(label), cells, tuple(one for one in raw if one is not None))


def _amount(row: RecordView, item: str) -> Amount:
    value = row.columns.get(item)
    return Amount(value, value)


def _item(item: str, rows: Sequence[RecordView]) -> Raw | None:
    """An item of a group; one that is nothing in every year says nothing."""
    if not any(row.columns.get(item) != 0 for row in rows):
        return None
    label = next(one.label for one in columns_of(TOPICS["income_year"]) if one.key == item)
    return Raw(label, tuple(_cell(_amount(row, item)) for row in rows))


def _entry(one: RecordView, rows: Sequence[RecordView]) -> Raw | None:
    """A line of the ledger, in the year it belongs to."""
    if not any(row.valid_from == one.valid_from for row in rows):
        return None
    amount = one.columns.get("amount")
    cells = tuple(
        _cell(Amount(amount, amount)) if row.valid_from == one.valid_from else Cell("")
        for row in rows
    )
    said = " · ".join(
        str(x) for x in (one.columns.get("stated_by"), one.columns.get("statement")) if x
    )
    when = f" {one.observed_on}" if one.observed_on else ""
    return Raw(said or _("台账"), cells, f"{source_words(one.source)}{when}")


def _cell(amount: Amount, *, minus: bool = False) -> Cell:
    low = amount.low
    if amount.is_known:
        sign = MINUS if minus and low else ""
        exact = yuan(low) if low is not None and low % FEN else ""
        return Cell(sign + _whole(low), quiet=low == 0, exact=exact and sign + exact)
    return Cell(between(amount), is_open=True)


def between(amount: Amount) -> str:
    """What an amount that is not known lies between, in yuan; unknown where both ends are open."""
    low, high = amount.low, amount.high
    if low is None and high is None:
        return _("待核实")
    if high is None:
        return _("{n} 起").format(n=_whole(low))
    if low is None:
        return _("至多 {n}").format(n=_whole(high))
    return f"{_whole(low)} – {_whole(high)}"


def _whole(fen: int | None) -> str:
    """Yuan without jiao and fen, cut off: nobody is lifted over a line by rounding."""
    if fen is None:
        return ""
    whole = abs(fen) // FEN * FEN
    return yuan(whole if fen >= 0 else -whole)


def _count(value: Any) -> Cell:
    return Cell(str(value)) if value is not None else Cell(_("待核实"), is_open=True)


def _line(one: YearSums) -> Cell:
    if one.line is None:
        return Cell(_("没有公布"), is_open=True)
    return Cell(_whole(one.line), quiet=True)
