"""How households of places stand (各地状态): by rule, from the tallies of the last evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from mingbai.decisions.by_place import (
    NOBODY,
    STATES,
    Stand,
    StateRule,
    added,
    stands_by_place,
    state_rules,
)
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.standings import counted, standings
from mingbai.desk.components.words import of
from mingbai.desk.places.asking import GAPS, UNKNOWN, UNMET, Asked
from mingbai.desk.register.list_asking import ALL_RULES
from mingbai.desk.register.states import COLUMNS
from mingbai.places.codes import LENGTH

_AT = {state: at for at, state in enumerate(STATES)}
#: The state that a view counts; of help that may be due the unmet ones.
STATE_OF = {UNMET: "unmet", UNKNOWN: "unknown", GAPS: "unmet"}


@dataclass(frozen=True)
class Sums:
    """Over all indicators of a place (各项合计): households, and how often help may be due."""

    unmet: int  # households with an indicator that is not met
    unknown: int  # of the others those with one that is unknown
    gaps: int  # households and rules together


@dataclass(frozen=True)
class Evaluated:
    """What the last evaluation says of the places of a page (评估结果)."""

    as_of: date
    rules: tuple[StateRule, ...]
    places: Mapping[str, Mapping[str, Stand]]
    households: Mapping[str, tuple[int, int]]  # place → unmet, unknown in any indicator

    def stand(self, code: str, rule: str) -> Stand:
        """How the households of a row stand under a rule."""
        return self.places.get(code, {}).get(rule, NOBODY)

    def whole(self, rule: str) -> Stand:
        """How the households of all rows stand under a rule."""
        return added(one.get(rule, NOBODY) for one in self.places.values())

    def count(self, code: str, rule: str, state: str) -> int:
        """Households of a row in a state; of all rows for no code."""
        stand = self.stand(code, rule) if code else self.whole(rule)
        return stand[_AT[state]]

    @property
    def indicators(self) -> list[StateRule]:
        """The indicators that lists of households show; all of the pack's where it has none of them."""
        mine = [one for one in self.rules if one.rule in COLUMNS]
        return mine or [one for one in self.rules if one.indicator]

    @property
    def gaps(self) -> list[StateRule]:
        """The rules about help that may be due and is not received."""
        return [one for one in self.rules if one.missing]

    def sums(self, code: str) -> Sums:
        """The sums of a row; of all rows for no code."""
        rows = [self.households.get(code, (0, 0))] if code else list(self.households.values())
        return Sums(
            sum(unmet for unmet, _unknown in rows),
            sum(unknown for _unmet, unknown in rows),
            sum(self.count(code, one.rule, "unmet") for one in self.gaps),
        )

    def shown(self, view: str) -> list[StateRule]:
        """The rules that a view has columns for."""
        return self.gaps if view == GAPS else self.indicators


def evaluated(asked: Asked) -> Evaluated | None:
    """The states of a place as one may read them, today's only; None before the first. Three queries.

    Rules that rest on illness are left out where illness may not be read.
    """
    if asked.day != asked.today or not asked.states_scope:
        return None
    run = run_over(latest_runs(), asked.place.code)
    if run is None:
        return None
    places = stands_by_place(asked.place.code, asked.digits, asked.states_scope)
    known = {rule for one in places.values() for rule in one}
    rules = [
        one
        for one in state_rules(run.pack, run.pack_hash, run.as_of)
        if one.rule in known and (asked.health or not one.restricted)
    ]
    if not places:
        return None
    return Evaluated(
        run.as_of, tuple(rules), places, _households(asked, {one.rule for one in rules})
    )


def _households(asked: Asked, rules: set[str]) -> dict[str, tuple[int, int]]:
    """Place → households unmet and unknown in any column of the lists, as those count them. One query."""
    known = standings()
    mine = [one for one in ALL_RULES if one in rules and not known.lacking(one)]
    unmet, unknown = (known.matching(mine, word) for word in ("unmet", "unknown"))
    found: dict[str, tuple[int, int]] = {}
    for village, patterns in known.inside(asked.states_scope, asked.place.code).items():
        code = village[: asked.digits].ljust(LENGTH, "0")
        before = found.get(code, (0, 0))
        found[code] = (
            before[0] + counted(patterns, unmet), before[1] + counted(patterns, unknown)
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Head:
    """A rule as a head (表头): its short words, and all of them."""

    rule: str
    words: str
    full: str


def head_of(rule: StateRule) -> Head:
    """The short name of a rule where lists have one."""
    full = of(rule.label)
    return Head(rule.rule, _(COLUMNS[rule.rule]) if rule.rule in COLUMNS else full, full)


@dataclass(frozen=True)
class Cell:
    """A figure with the list behind it (格)."""

    words: str  # of the head, where rows are folded on a phone
    count: int
    address: str


#: The states of a village rule by rule, in the order of the columns.
COLUMNS_OF_STATES = ("unmet", "unknown", "met", "not_applicable")


def cells(asked: Asked, found: Evaluated, code: str, view: str) -> list[Cell]:
    """The figures of a row under the rules of a view; of all rows for no code."""
    state = STATE_OF[view]
    return [
        Cell(
            head_of(one).words,
            found.count(code, one.rule, state),
            asked.list_of(code or asked.place.code, state=f"{one.rule}:{state}"),
        )
        for one in found.shown(view)
    ]


def rows_by_rule(asked: Asked, found: Evaluated) -> list[tuple[Head, list[Cell]]]:
    """Of a village rule by rule: unmet, unknown, met, not applicable."""
    return [
        (
            head_of(one),
            [
                Cell(
                    "",
                    found.count("", one.rule, state),
                    asked.list_of(asked.place.code, state=f"{one.rule}:{state}"),
                )
                for state in COLUMNS_OF_STATES
            ],
        )
        for one in [*found.indicators, *found.gaps]
    ]
