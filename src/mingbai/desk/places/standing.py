"""How households of places stand (各地状态): by rule, from the tallies of the last evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
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
from mingbai.decisions.standings import Standings, standings
from mingbai.desk.components.words import of
from mingbai.desk.places.asking import GAPS, UNKNOWN, UNMET, UNSUPPLIED, Asked
from mingbai.desk.register.list_asking import ALL_RULES
from mingbai.desk.register.states import COLUMNS
from mingbai.places.codes import LENGTH

_AT = {state: at for at, state in enumerate(STATES)}
#: The state that a view counts; of help that may be due the unmet ones.
STATE_OF = {UNMET: "unmet", UNKNOWN: "unknown", UNSUPPLIED: "unsupplied", GAPS: "unmet"}
#: States of which the tallies know but the sum.
_OPEN = ("unknown", "unsupplied")


@dataclass(frozen=True)
class Sums:
    """Over all indicators of a place (各项合计): households."""

    unmet: int = 0  # with an indicator that is not met
    unknown: int = 0  # of the others those with one that is unknown
    unsupplied: int = 0  # of the others those with one that the township has no data for
    gaps: int = 0  # for whom help may be due


@dataclass(frozen=True)
class Evaluated:
    """What the last evaluation says of the places of a page (评估结果)."""

    as_of: date
    rules: tuple[StateRule, ...]
    places: Mapping[str, Mapping[str, Stand]]
    households: Mapping[str, Sums]  # place → over all indicators
    asked: Asked
    known: Standings
    _open: dict[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)

    def stand(self, code: str, rule: str) -> Stand:
        """How the households of a row stand under a rule."""
        return self.places.get(code, {}).get(rule, NOBODY)

    def whole(self, rule: str) -> Stand:
        """How the households of all rows stand under a rule."""
        return added(one.get(rule, NOBODY) for one in self.places.values())

    def count(self, code: str, rule: str, state: str) -> int:
        """Households of a row in a state; of all rows for no code."""
        if state in _OPEN:
            found = self._open.get((rule, state))
            if found is None:
                found = self._open[rule, state] = _by_row(self.asked, self.known, [rule], state)
            return found.get(code, 0) if code else sum(found.values())
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
        rows = [self.households.get(code, Sums())] if code else self.households.values()
        return Sums(*(sum(column) for column in zip(*map(astuple, rows), strict=True)))

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
    stood = standings()
    sums = _households(asked, stood, {one.rule: one.missing for one in rules})
    return Evaluated(run.as_of, tuple(rules), places, sums, asked, stood)


def _households(asked: Asked, known: Standings, rules: dict[str, bool]) -> dict[str, Sums]:
    """Place → households over the columns of the lists, as those count them. `rules`: is it about help."""
    mine = [one for one in ALL_RULES if one in rules]
    gaps = [one for one, missing in rules.items() if missing]
    columns = [
        *(_by_row(asked, known, mine, word) for word in ("unmet", *_OPEN)),
        _by_row(asked, known, gaps, "unmet"),
    ]
    codes = {code for column in columns for code in column}
    return {code: Sums(*(column.get(code, 0) for column in columns)) for code in codes}


def _by_row(asked: Asked, known: Standings, rules: list[str], word: str) -> dict[str, int]:
    """Households by row of the page whose weightiest state under these rules is this one."""
    found: dict[str, int] = {}
    villages = known.by_village(known.matching(rules, word), asked.states_scope, asked.place.code)
    for village, count in villages.items():
        code = village[: asked.digits].ljust(LENGTH, "0")
        found[code] = found.get(code, 0) + count
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
COLUMNS_OF_STATES = ("unmet", "unknown", "unsupplied", "met", "not_applicable")


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
    """Of a village rule by rule, in the order of `COLUMNS_OF_STATES`."""
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
