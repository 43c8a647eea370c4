"""Lines of the list of households (名单行): quiet cells are fine, washed cells are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.accounts.queries import helper_names
from mingbai.accounts.roles import Permission
from mingbai.decisions.yearly import Amount, per_head
from mingbai.desk.access import scope_for
from mingbai.desk.components.parts import Column, Columns, columns_of
from mingbai.desk.components.tags import FEN, mark
from mingbai.desk.components.words import listed
from mingbai.desk.register.income import between
from mingbai.desk.register.list_asking import GROUPS, Asked
from mingbai.desk.register.states import Mark, Marked, marked
from mingbai.desk.register.words import PACK, status_words
from mingbai.documents.marks import NA_TONE, NO, OK, UN
from mingbai.households.models import IncomeYear
from mingbai.households.queries import Row
from mingbai.households.topics import TOPICS
from mingbai.places.queries import names_on

#: Of several answers in one cell the first of these speaks.
WEIGHT = (NO, UN, OK, NA_TONE)
NOTHING = Amount(None, None)
_YEAR = TOPICS["income_year"].columns
STATES, OTHER, INCOME, HELPER, NUMBER = "states", "other", "income", "helper", "number"


def columns_chosen(request: HttpRequest, *, evaluated: bool) -> Columns:
    """The columns of the list, as chosen in the address."""
    states = [Column(STATES, _("各项状态")), Column(OTHER, _("其他"))] if evaluated else []
    return columns_of(
        request,
        [
            Column("head", _("户主"), fixed=True), Column("place", _("村组")),
            Column("members", _("人口")), Column("kinds", _("身份")), *states,
            Column(INCOME, _("人均收入")), Column(HELPER, _("帮扶人"), default=False),
            Column(NUMBER, _("户编号"), default=False),
        ],
        name="households",
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A household of the list as it is shown (名单中的一户)."""

    row: Row
    address: str
    place: str
    kinds: str
    states: tuple[Mark | None, ...]  # a column of states each
    acts: tuple[Mark, ...]  # what else asks somebody to act
    open_ones: int  # what else is unknown
    evaluated: bool
    income: Amount  # a head, of the newest year on record, as the rules compute it
    loud: bool  # whether an income that is not known is to be asked for here
    helpers: str
    name: str
    pick: str  # what ticking its box does

    @property
    def cells(self) -> list[SafeString]:
        """The cells of the states, marked."""
        return [
            state_cell(one.tone, one.word, _(GROUPS[key][0]), quiet=not one.supplied)
            if one
            else state_cell("", "", "")
            for one, key in zip(self.states, GROUPS, strict=True)
        ]

    @property
    def yuan(self) -> int | None:
        """The income in whole yuan; None where it is not known."""
        known = self.income.low if self.income.is_known else None
        return None if known is None else round(known / FEN)

    @property
    def between(self) -> str:
        """What an income that is not known lies between; nothing where nobody can say."""
        return "" if self.income == NOTHING else between(self.income)

    @property
    def other(self) -> SafeString:
        """The first of the rest, and how many more."""
        unknown = _("待核实 {n}").format(n=self.open_ones) if self.open_ones else ""
        return other_cell(tuple(one.label for one in self.acts), unknown)


class Said(NamedTuple):
    """Words of every line, in the language of the page (行内用语): looked up once a page."""

    headless: str
    pick: str
    group: str


@lru_cache(maxsize=2_000)
def state_cell(tone: str, word: str, label: str, *, quiet: bool = False) -> SafeString:
    """A cell of a state; lists show the same few again and again. `quiet`: without a wash."""
    if not tone:
        return SafeString("<td></td>")
    wash = "quiet" if quiet and tone == UN else tone
    return format_html(
        '<td class="state {}" data-label="{}">{}</td>', wash, label, mark(tone, word)
    )


@lru_cache(maxsize=5_000)
def other_cell(labels: tuple[str, ...], unknown: str) -> SafeString:
    """A cell of whatever else is not in order. Given in words: what is kept has no other language."""
    parts = [mark(NO, labels[0])] if labels else []
    if len(labels) > 1:
        parts.append(format_html(' <small class="act-here">+{}</small>', len(labels) - 1))
    if unknown:
        parts.append(format_html(' <small class="third">{}</small>', unknown))
    return format_html(
        '<td class="other">{}</td>', format_html_join("", "{}", [(x,) for x in parts])
    )


def lines_of(asked: Asked, rows: Iterable[Row], columns: Columns) -> list[Line]:
    """The rows in words, with marks and what the chosen columns need. At most five queries."""
    shown = list(rows)
    keys = [row.household_id for row in shown]
    places = names_on({row.division_code for row in shown}, asked.day)
    marks = _marks(asked, {row.household_id: row.division_code for row in shown}, columns)
    incomes = incomes_of(asked, keys) if INCOME in columns else {}
    helpers = helper_names(keys, asked.day) if HELPER in columns else {}
    start, query = reverse("register:households"), kept_query(asked)
    said = Said(_("没有户主"), _("选 %(name)s"), _("{village} {group}组"))
    return [
        _line(
            row, f"{start}{row.household_id}/{query}", places, marks.get(row.household_id),
            incomes.get(row.household_id, NOTHING), helpers, said,
        )
        for row in shown
    ]  # fmt: skip


def _line(
    row: Row,
    address: str,
    places: Mapping[str, str],
    found: Marked | None,
    income: Amount,
    helpers: Mapping[int, list[str]],
    said: Said,
) -> Line:
    village = places.get(row.division_code, row.division_code)
    if group := row.group_number.lstrip("0"):
        village = said.group.format(village=village, group=group)
    states = _states(found) if found else (None,) * len(GROUPS)
    return Line(
        row, address, village, listed(status_words(kind) for kind in row.kinds) or _("一般户"),
        states, tuple(found.acts) if found else (), len(found.open_ones) if found else 0,
        found is not None, income,
        states[-1] is not None and states[-1].tone == UN and states[-1].supplied,
        listed(helpers.get(row.household_id, ())),
        row.head_name or said.headless, said.pick % {"name": row.head_name},
    )  # fmt: skip


def _states(found: Marked) -> tuple[Mark | None, ...]:
    by_rule = {one.rule: one for one in found.indicators}
    return tuple(
        min(
            (by_rule[rule] for rule in rules if rule in by_rule),
            key=lambda one: (WEIGHT.index(one.tone), not one.supplied),
            default=None,
        )
        for _name, rules in GROUPS.values()
    )


def _marks(asked: Asked, places: Mapping[int, str], columns: Columns) -> dict[int, Marked]:
    if asked.run is None or not (STATES in columns or OTHER in columns):
        return {}
    health = scope_for(asked.request, Permission.HEALTH_READ)
    return marked(places, asked.run.as_of, scope=asked.states, health=health)


def incomes_of(asked: Asked, household_ids: list[int]) -> dict[int, Amount]:
    """Household → income a head of the newest year that began by the day, with bounds. One query."""
    began = IncomeYear.objects.recorded().filter(valid_from__lte=asked.day)
    rows = began.filter(household_id__in=household_ids).order_by("valid_from", "id")
    years = {row["household_id"]: row for row in rows.values("household_id", *_YEAR)}
    return per_head(PACK, asked.run.as_of if asked.run else asked.request.day, years)


def kept_query(asked: Asked) -> str:
    """What a household's page keeps of the list: its address, and the day."""
    said: dict[str, Any] = {} if asked.today else {"on": asked.day.isoformat()}
    query = asked.request.GET.copy()
    query.pop("after", None)
    if query:
        said["list"] = query.urlencode()
    return f"?{urlencode(said)}" if said else ""
