"""Rules and parameters in plain words (规则页、参数页): what a pack says, for who does not read packs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.desk.components.words import of
from mingbai.engine.compiling.packs import BoundPack
from mingbai.engine.model.expressions import Expr, ParameterRef, RuleRef, walk
from mingbai.engine.model.pack import Pack, Parameter, ParameterValue, Role, Rule
from mingbai.engine.model.values import Kind, unscaled
from mingbai.places.remembered import Roster

#: Roles in the order of the page, with their heads.
HEADS: dict[Role, str] = {
    Role.INDICATOR: noop("保障"), Role.STATUS: noop("身份"), Role.SIGNAL: noop("线索"),
    Role.ENTITLEMENT: noop("应享"), Role.READINESS: noop("提请条件"),
}  # fmt: skip


@dataclass(frozen=True)
class RuleLine:
    """A rule of the list (规则行)."""

    rule: Rule
    label: str
    sentence: str
    address: str


@dataclass(frozen=True)
class Value:
    """A value of a parameter (参数值): where and when it holds, who says so."""

    where: str
    since: date | None
    until: date | None
    words: str
    source: str
    local: bool
    current: bool


@dataclass(frozen=True)
class ParameterLine:
    """A parameter of the list (参数行) with the value for a place and a day."""

    name: str
    label: str
    unit: str
    value: Value | None
    address: str


def rules_by_role(
    pack: Pack, day: date, closed: Iterable[str], query: str = ""
) -> list[tuple[str, list[RuleLine]]]:
    """The rules in force that give states, under their heads; none that rests on what is closed.

    `query`: what the addresses end with.
    """
    hidden = frozenset(closed)
    lines: dict[Role, list[RuleLine]] = {role: [] for role in HEADS}
    for rule in pack.rules_on(day).values():
        if rule.role in lines and rule.id not in hidden:
            lines[rule.role].append(line_of(rule, query))
    return [(_(HEADS[role]), found) for role, found in lines.items() if found]


def line_of(rule: Rule, query: str = "") -> RuleLine:
    """A rule with its address."""
    sentence = of(rule.sentence) if rule.sentence.zh else ""
    address = reverse("rules:rule", args=[rule.id]) + query
    return RuleLine(rule, of(rule.label), sentence, address)


def parameters_of(
    pack: Pack, day: date, code: str, roster: Roster, query: str = ""
) -> list[ParameterLine]:
    """All parameters with what holds on a day in a place. `query`: what the addresses end with."""
    return [_line(one, day, code, roster, query) for one in pack.parameters.values()]


def _line(parameter: Parameter, day: date, code: str, roster: Roster, query: str) -> ParameterLine:
    found = parameter.value_for(day, code)
    return ParameterLine(
        parameter.id, of(parameter.label), of(parameter.unit) if parameter.unit else "",
        _value(parameter, found, day, roster, current=True) if found else None,
        reverse("rules:parameter", args=[parameter.id]) + query,
    )  # fmt: skip


def values_of(parameter: Parameter, day: date, code: str, roster: Roster) -> list[Value]:
    """Every value, the newest first, and which holds on the day in the place."""
    now = parameter.value_for(day, code)
    ordered = sorted(
        parameter.values, key=lambda one: (one.period.starts_on, one.region), reverse=True
    )
    return [_value(parameter, one, day, roster, current=one is now) for one in ordered]


def _value(
    parameter: Parameter, value: ParameterValue, day: date, roster: Roster, *, current: bool
) -> Value:
    period = value.period
    since = None if period.starts_on == date.min else period.starts_on
    return Value(
        where_words(value.region, roster), since, period.ends_on, written(parameter, value.value),
        value.source, value.local, current,
    )  # fmt: skip


def where_words(region: str, roster: Roster) -> str:
    """A beginning of a division code in words, where a division of the register has it."""
    if not region:
        return _("各地")
    found = roster.places.get(region.ljust(12, "0"))
    return f"{found.name}（{region}）" if found else region


def written(parameter: Parameter, value: bool | int | str | date) -> str:
    """A value as people write it, without its unit."""
    if parameter.type.kind is Kind.BOOL:
        return _("是") if value else _("否")
    if parameter.type.kind is Kind.NUMBER and isinstance(value, int):
        return unscaled(value, parameter.type.scale)
    return str(value)


def used_by(bound: BoundPack, name: str) -> Iterator[Rule]:
    """The rules in force that read a parameter themselves."""
    for rule in bound.rules.values():
        if any(isinstance(node, ParameterRef) and node.name == name for node in walk(rule.expr)):
            yield rule.rule


def read_by(expr: Expr) -> tuple[list[str], list[str]]:
    """The parameters and the rules that an expression reads itself."""
    nodes = list(walk(expr))
    parameters = dict.fromkeys(one.name for one in nodes if isinstance(one, ParameterRef))
    rules = dict.fromkeys(one.name for one in nodes if isinstance(one, RuleRef))
    return list(parameters), list(rules)
