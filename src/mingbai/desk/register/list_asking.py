"""What a list of households is asked for (名单条件): filters of the address, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from mingbai.accounts.queries import households_helped_by
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.decisions.by_place import state_rules
from mingbai.decisions.models import Run, State
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.standings import (
    MET,
    NOT_APPLICABLE,
    UNKNOWN,
    UNMET,
    UNSUPPLIED,
    Kinds,
    Standings,
    standings,
)
from mingbai.decisions.wording import cause_label, restricted_rules
from mingbai.desk.access import scope_for
from mingbai.desk.components.parts import Chip, changed_query
from mingbai.desk.components.words import aside, listed, of
from mingbai.desk.register.forms import DayForm
from mingbai.desk.register.list_choosing import Chosen, choose
from mingbai.desk.register.states import ANSWERS
from mingbai.desk.register.words import standing_words
from mingbai.households.queries import Filter, Standing, households_found
from mingbai.places.codes import level_of, pad
from mingbai.places.queries import names_on

#: The columns of states, each of the rules that speak in it; of two the weightier answer stands.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "basics.housing": (noop("住房"), ("basics.housing",)),
    "basics.education": (noop("教育"), ("basics.education",)),
    "basics.medical": (noop("医疗"), ("basics.medical",)),
    "basics.water": (noop("饮水"), ("basics.water",)),
    "food_clothing": (noop("吃穿"), ("basics.food", "basics.clothing")),
    "income.above_monitoring_line": (noop("收入"), ("income.above_monitoring_line",)),
}
ANY = "any"
#: Help that may be due and is not received, under any rule.
GAP = "gap"
#: Names of what a place was not supplied with that are told.
FEW = 6
ALL_RULES = tuple(rule for _words, rules in GROUPS.values() for rule in rules)
STATE_WORDS = {
    UNMET: noop("未达标"), UNKNOWN: noop("待核实"), UNSUPPLIED: noop("资料未接入"),
    MET: noop("达标"), NOT_APPLICABLE: noop("不适用"),
}  # fmt: skip
#: The same over all columns: of several answers the first of these speaks.
ANY_WORDS = {
    UNMET: noop("有一项未达标"), UNKNOWN: noop("没有未达标，有待核实"),
    UNSUPPLIED: noop("没有未达标和待核实，有资料未接入"),
}  # fmt: skip
GAP_WORDS = {UNMET: ANSWERS["entitlement"][1], MET: ANSWERS["entitlement"][0]}
#: Lists that somebody pasted, kept with the session: keys alone.
PASTED, MOST_PASTED = "pasted", 5


#: A longer list that no count of villages knows is counted no further: that would cost more than the page.
MOST = 5_000


class FilterForm(DayForm):
    """Filters of the household list; they live in the address."""

    place = forms.RegexField(
        r"[0-9]{2,12}", label=lazy("地方（区划代码）"), max_length=12, required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "size": 14}),
    )  # fmt: skip
    group = forms.CharField(
        label=lazy("组"), max_length=24, required=False, widget=forms.TextInput({"size": 6})
    )
    kind = forms.ChoiceField(label=lazy("身份"), required=False)
    state = forms.RegexField(
        r"[a-z][a-z0-9_.]{0,60}:(unmet|unknown|unsupplied|met|not_applicable)",
        label=lazy("状态"), max_length=80, required=False, widget=forms.Select(),
    )  # fmt: skip
    helper = forms.CharField(
        label=lazy("帮扶人"), max_length=40, required=False,
        widget=forms.TextInput({"size": 8, "autocomplete": "off"}),
    )  # fmt: skip
    fact = forms.RegexField(
        r"(fact:[a-z_]{1,24}\.[a-z0-9_]{1,60}|relation:[a-z_]{1,24})",
        max_length=100, required=False, widget=forms.HiddenInput(),
    )  # fmt: skip
    pasted = forms.RegexField(
        r"[0-9a-f]{8}", max_length=8, required=False, widget=forms.HiddenInput()
    )
    field_order = ("place", "group", "kind", "state", "helper", "on")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, today=today, **options)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [
            ("", _("全部")),
            *((one, standing_words(one)) for one in list(Standing)[1:]),
        ]
        widget = self.fields["state"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = list(state_choices(str(self.data.get("state", ""))))


def state_choices(asked: str) -> list[tuple[str, str]]:
    """What the list may be narrowed to by state; a rule that a figure led to is kept."""
    found = [("", _("全部"))]
    found += [(f"{ANY}:{word}", _any_words(word)) for word in ANY_WORDS]
    found.append((f"{GAP}:{UNMET}", _("应享未享")))
    for key, (name, _rules) in GROUPS.items():
        words = [(word, _(STATE_WORDS[word])) for word in ANY_WORDS]
        found += [(f"{key}:{word}", f"{_(name)} {said}") for word, said in words]
    if asked and asked not in dict(found):
        rule, _colon, word = asked.partition(":")
        found.append((asked, f"{rule} {_(STATE_WORDS.get(word, ''))}"))
    return found


def lacking_here(asked: Asked) -> str:
    """What the place was not supplied with, in words: told once, not asked of every household."""
    if asked.run is None:
        return ""
    rules = asked.open_rules(ALL_RULES)
    causes = asked.standings.lacks(rules, asked.states, asked.place)
    pack = pack_named(asked.run.pack)
    names = list(dict.fromkeys(of(cause_label(pack, cause)) for cause in causes))
    return listed(names[:FEW]) + ("…" if len(names) > FEW else "")


def _any_words(word: str) -> str:
    return _(ANY_WORDS.get(word, STATE_WORDS[word]))


@dataclass(frozen=True)
class Asked:
    """A list as it was asked for (所问名单)."""

    request: HttpRequest
    day: date
    filters: Filter
    data: Mapping[str, Any]
    sort: str
    run: Run | None
    states: Scope  # where states may be read

    @property
    def place(self) -> str:
        return self.filters.division_code

    @property
    def today(self) -> bool:
        """Whether it is about the working date."""
        return bool(self.day == self.request.day)

    @cached_property
    def standings(self) -> Standings:
        """How the households of every village stand. One query."""
        return standings()

    @property
    def state(self) -> tuple[str, str] | None:
        """The rule or group, and the state, that the list is narrowed to."""
        rule, _colon, word = str(self.data.get("state") or "").partition(":")
        return (rule, word) if rule and self.run else None

    @cached_property
    def kinds(self) -> Kinds | None:
        """The kinds of households that are asked for; None: all. Restricted rules only with their right."""
        found: Kinds | None = None
        if self.fact:
            found = self.standings.asking(self.open_rules(ALL_RULES), self.fact)
        if self.state is not None:
            rule, word = self.state
            kinds = self.standings.matching(self.open_rules(self.rules_of(rule)), word)
            found = kinds if found is None else found & kinds
        return found

    @property
    def fact(self) -> str:
        """What the list's households are to be asked for (要问的), as a cause; nothing for all."""
        return str(self.data.get("fact") or "") if self.run else ""

    def rules_of(self, key: str) -> tuple[str, ...]:
        """The rules of a column, of all of them, about help that is missing, or the one that is named."""
        if key == GAP and self.run is not None:
            rules = state_rules(self.run.pack, self.run.pack_hash, self.run.as_of)
            return tuple(one.rule for one in rules if one.missing)
        return ALL_RULES if key == ANY else GROUPS[key][1] if key in GROUPS else (key,)

    def open_rules(self, rules: tuple[str, ...]) -> tuple[str, ...]:
        """The rules whose states the one who asks may see wherever states are seen."""
        assert self.run is not None
        if self.states.lies_in(scope_for(self.request, Permission.HEALTH_READ)):
            return rules
        pack = pack_named(self.run.pack)
        closed = restricted_rules(self.run.pack, pack.hash, self.run.as_of)
        return tuple(rule for rule in rules if rule not in closed)

    @cached_property
    def chosen(self) -> Chosen | None:
        """The households of a list by state or group, from memory; None: the database has to be asked."""
        if not self.today or (self.kinds is None and not self.filters.group_number):
            return None
        return choose(
            self.standings, self.kinds,
            scope=self.request.scope, states=self.states, day=self.day, filters=self.filters,
        )  # fmt: skip

    @cached_property
    def keys(self) -> list[int]:
        """The households of the list, up to `MOST`: for what no count of villages knows."""
        rows = households_found(self.day, scope=self.request.scope, filters=with_states(self))
        return list(rows.values_list("household_id", flat=True)[:MOST])

    @property
    def narrowed(self) -> bool:
        """Whether anything but the place and the state narrows the list."""
        return self.listed or self.filters.standing != Standing.ALL

    @property
    def listed(self) -> bool:
        """Whether a group or a list of households narrows the list."""
        return bool(self.filters.group_number or self.filters.household_ids is not None)

    @property
    def by_village(self) -> bool:
        """Whether villages say how many there are: no list of households is asked for or held."""
        return self.today and not self.narrowed and not self.request.scope.household_ids


def asked_of(request: HttpRequest, given: Any) -> tuple[FilterForm, Asked]:
    """The list that an address or a sent form asks for; what is wrong in it is said in the form."""
    form = FilterForm(given or None, today=request.day)
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    day = data.get("on") or request.day
    filters = Filter(
        division_code=data.get("place", ""), group_number=data.get("group", ""),
        standing=Standing(data.get("kind") or Standing.ALL),
        household_ids=_kept_lists(request, data, day),
    )  # fmt: skip
    found = latest_runs()
    run = run_over(found, filters.division_code) if filters.division_code else None
    run = run or (found[0] if found and not filters.division_code else None)
    states = scope_for(request, Permission.EVALUATION_READ) | request.reach.outside
    sort = str((given or {}).get("sort", ""))
    sort = sort if sort.lstrip("-") in ("place", "number") else "place"
    return form, Asked(request, day, filters, data, sort, run, states)


def _kept_lists(request: HttpRequest, data: Mapping[str, Any], day: date) -> frozenset[int] | None:
    """The households of a pasted list and of a helper; None where neither is asked for."""
    found: frozenset[int] | None = None
    if data.get("pasted"):
        kept = request.session.get(PASTED, {}).get(data["pasted"], {})
        found = frozenset(kept.get("ids", ()))
    if data.get("helper"):
        theirs = frozenset(households_helped_by(data["helper"], day))
        found = theirs if found is None else found & theirs
    return found


def with_states(asked: Asked) -> Filter:
    """The filters with the states that are asked for as a sub-query."""
    if asked.kinds is None:
        return asked.filters
    rows = State.objects.recorded().filter(asked.states.rows(), asked.standings.rows(asked.kinds))
    return replace(asked.filters, among=rows)


def chips(asked: Asked) -> list[Chip]:
    """The filters that narrow the list, each with the address of the list without it."""
    data, day = asked.data, asked.request.day
    shown: list[tuple[str, str, str]] = []
    if data.get("place"):
        code = pad(data["place"])
        name = names_on([code], day).get(code, data["place"])
        shown.append(("place", _("地方"), aside(name, _(level_of(code).label))))
    if asked.filters.standing != Standing.ALL:
        shown.append(("kind", _("身份"), standing_words(asked.filters.standing)))
    if asked.state is not None:
        shown.append(("state", *state_words(asked, *asked.state)))
    if asked.fact and asked.run is not None:
        shown.append(("fact", _("要问的"), of(cause_label(pack_named(asked.run.pack), asked.fact))))
    if data.get("group"):
        shown.append(("group", _("组"), data["group"]))
    if data.get("helper"):
        shown.append(("helper", _("帮扶人"), data["helper"]))
    if data.get("pasted"):
        shown.append(("pasted", _("粘贴的名单"), _pasted_words(asked)))
    if not asked.today:
        shown.append(("on", _("截至"), asked.day.isoformat()))
    query = asked.request.GET
    return [Chip(label, value, changed_query(query, {name: None})) for name, label, value in shown]


def _pasted_words(asked: Asked) -> str:
    kept = asked.request.session.get(PASTED, {}).get(asked.data["pasted"])
    if kept is None:
        return _("已经不在了，请再粘贴一次")
    return _("{lines} 行，配上 {found} 户").format(lines=kept["lines"], found=len(kept["ids"]))


def state_words(asked: Asked, rule: str, word: str) -> tuple[str, str]:
    """A state as a condition: what it is about, and how it stands."""
    if rule == ANY:
        return _("各项"), _any_words(word)
    if rule == GAP:
        return _("应享未享"), _(GAP_WORDS.get(word, STATE_WORDS[word]))
    if rule in GROUPS:
        return _(GROUPS[rule][0]), _(STATE_WORDS[word])
    assert asked.run is not None
    named = pack_named(asked.run.pack).rules_on(asked.run.as_of).get(rule)
    if named is None:
        return rule, _(STATE_WORDS[word])
    good, other = ANSWERS.get(str(named.role), (STATE_WORDS[MET], STATE_WORDS[UNMET]))
    words = {MET: good, UNMET: other}
    return of(named.label), _(words.get(word, STATE_WORDS[word]))
