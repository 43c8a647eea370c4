"""States of places (各地状态数): how many households of every village stand how under every rule, at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from mingbai.accounts.scopes import Scope
from mingbai.decisions.enums import WORDS
from mingbai.decisions.models import RuleSet, Tally
from mingbai.decisions.programs import pack_named
from mingbai.decisions.wording import restricted_rules
from mingbai.engine.model.pack import Role
from mingbai.engine.model.values import Text
from mingbai.places.codes import range_of

#: The order of the counts of a rule: met, unmet, unknown, not applicable.
STATES = tuple(WORDS.values())
Stand = tuple[int, ...]
MISSING = "missing"
NOBODY: Stand = (0,) * len(STATES)


@dataclass(frozen=True)
class StateRule:
    """A rule by which households stand somehow (规则): its words, role, and whether it rests on illness."""

    rule: str
    label: Text
    indicator: bool
    missing: bool  # help that may be due and is not received
    restricted: bool


@lru_cache(maxsize=16)
def state_rules(pack: str, digest: str, as_of: date) -> tuple[StateRule, ...]:
    """The rules of a run's pack that give states, in reading order; no checks of records.

    `digest`: the run's, so that a pack is looked at again with the next run, not with every page.
    """
    found = pack_named(pack)
    closed = restricted_rules(pack, found.hash, as_of)
    return tuple(
        StateRule(
            rule.id, rule.label, rule.role is Role.INDICATOR, rule.gap == MISSING, rule.id in closed
        )
        for rule in found.rules_on(as_of).values()
        if rule.role is not None and rule.role is not Role.CHECK
    )


def stands_by_place(code: str, digits: int, scope: Scope) -> dict[str, dict[str, Stand]]:
    """Place below `code` → rule → households by state, in the order of `STATES`. Two queries.

    `digits`: how many digits of a village's code name its place. A household counts once for a rule about its
    members. Places of which nobody was evaluated are not named.
    """
    rows = Tally.objects.recorded().filter(
        scope.divisions("village_code"), village_code__range=range_of(code)
    )
    found = tuple(rows.order_by("id").values_list("village_code", "rule_set_id", "counts"))
    sets = RuleSet.objects.filter(pk__in={rule_set for _, rule_set, _ in found})
    rules = tuple((key, tuple(names)) for key, names in sets.values_list("pk", "rules"))
    return {place: dict(one) for place, one in _summed(found, rules, digits).items()}


@lru_cache(maxsize=64)
def _summed(
    tallies: tuple[tuple[str, int, str], ...],
    rules: tuple[tuple[int, tuple[str, ...]], ...],
    digits: int,
) -> dict[str, dict[str, Stand]]:
    """The same tallies give the same sums: a county is added up when something changed, not at each page."""
    found: dict[str, dict[str, Stand]] = {}
    for rule_set, names in rules:
        mine = [(village, text) for village, one, text in tallies if one == rule_set]
        places = sorted({village[:digits] for village, _ in mine})
        numbers = np.array(",".join(text for _, text in mine).replace(",", " ").split(), np.int64)
        table = numbers.reshape(len(mine), len(names), len(STATES))
        sums = np.zeros((len(places), len(names), len(STATES)), np.int64)
        np.add.at(sums, [places.index(village[:digits]) for village, _ in mine], table)
        for place, stands in zip(places, sums.tolist(), strict=True):
            one = found.setdefault(place.ljust(12, "0"), {})
            for name, stand in zip(names, stands, strict=True):
                one[name] = added((one.get(name, NOBODY), tuple(stand)))
    return found


def added(stands: Iterable[Stand]) -> Stand:
    """Counts of several places together."""
    return tuple(sum(column) for column in zip(NOBODY, *stands, strict=True))
