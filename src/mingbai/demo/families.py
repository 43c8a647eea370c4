"""Members of each household (家庭成员): kinds of family, ages that fit one another, relations to the head.

A kind of family is a word of roles, one letter a member (data/families.yaml). Ages follow the order of the
word: what comes later is drawn between bounds that what came before leaves open, so that no child is older
than a parent and no spouse below the age of marriage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingbai.demo.exact import Floats, Ints
from mingbai.demo.sizes import pick, triangular
from mingbai.demo.society import RELATION, Flags
from mingbai.demo.totals import read_data

MATURE = 19.3  # youngest mother at a birth
OLDEST = 101.0
# Role → relation code of a woman, of a man.
_RELATIONS = {
    "H": ("head", "head"), "S": ("spouse", "spouse"), "c": ("daughter", "son"),
    "a": ("daughter", "son"), "C": ("son", "son"), "W": ("daughter_in_law", "daughter_in_law"),
    "D": ("daughter", "daughter"), "X": ("son_in_law", "son_in_law"),
    "g": ("granddaughter", "grandson"), "e": ("grandson", "grandson"),
    "G": ("granddaughter_maternal", "grandson_maternal"),
    "k": ("great_granddaughter", "great_grandson"), "f": ("father", "father"),
    "m": ("mother", "mother"), "p": ("grandfather", "grandfather"),
    "q": ("grandmother", "grandmother"), "P": ("grandfather_maternal", "grandfather_maternal"),
    "Q": ("grandmother_maternal", "grandmother_maternal"), "b": ("sibling", "sibling"),
    "w": ("brother_wife", "brother_wife"), "n": ("niece", "nephew"), "u": ("uncle", "uncle"),
    "x": ("other", "other"),
}  # fmt: skip
_WOMEN, _MEN = "WDmMqQw", "CXfFpPeu"


@dataclass
class Members:
    """One row a member, households together, the head first."""

    household: Ints
    slot: Ints
    age: Floats
    male: Flags
    relation: Ints


def draw_members(
    sizes: Ints, classes: NDArray[Any], children: float, rng: np.random.Generator
) -> Members:
    """Members for households of these sizes and classes; `children` below 1: fewer kinds with many."""
    catalogue = read_data("families.yaml")
    kinds = catalogue["kinds"]
    lengths = np.array([len(kind["roles"]) for kind in kinds])
    weights = np.array([kind["weights"] for kind in kinds], dtype=np.float64)
    young = np.array([sum(kind["roles"].count(role) for role in "cgG") for kind in kinds])
    weights *= (children**young)[:, None]
    chosen = np.zeros(sizes.size, dtype=np.int64)
    for klass in np.unique(classes):
        for size in np.unique(sizes):
            rows = np.flatnonzero((classes == klass) & (sizes == size))
            fit = np.flatnonzero(lengths == size)
            column = weights[fit, klass]
            if not column.sum():  # a class without a kind of this size lives as the poorest do
                column = weights[fit, 2]
            if rows.size:
                chosen[rows] = fit[pick(column, rows.size, rng)]
    parts = [
        _family(kinds[at], np.flatnonzero(chosen == at), rng)
        for at in range(len(kinds))
        if (chosen == at).any()
    ]
    merged = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((merged[1], merged[0]))
    return Members(*(column[order] for column in merged))


def _family(kind: dict[str, Any], rows: Ints, rng: np.random.Generator) -> tuple[Any, ...]:
    """Ages and sexes of all households of one kind, member after member."""
    roles, count = kind["roles"], rows.size
    drawn = _Drawn(count, rng)
    drawn.great = "e" in roles
    drawn.age["H"] = triangular(kind["head"], count, rng)
    drawn.male["H"] = rng.random(count) < kind["male"]
    ages, sexes = [drawn.age["H"]], [drawn.male["H"]]
    minors = _brothers(roles.count("c"), drawn, roles, rng)
    for at, role in enumerate(roles[1:], start=1):
        if role == "c":
            age = minors[roles[:at].count("c")]
        else:
            age = drawn.next_age(role, roles.count("g"), roles[:at].count(role))
        sex = drawn.sex(role)
        drawn.age.setdefault(role, age)
        drawn.male.setdefault(role, sex)
        if role == "S":
            minors = _brothers(roles.count("c"), drawn, roles, rng)
        ages.append(age)
        sexes.append(sex)
    relations = [
        _relation(role, sex, drawn.male["H"]) for role, sex in zip(roles, sexes, strict=True)
    ]
    return (
        np.repeat(rows, len(roles)),
        np.tile(np.arange(len(roles)), count),
        np.stack(ages, axis=1).ravel(),
        np.stack(sexes, axis=1).ravel(),
        np.stack(relations, axis=1).ravel(),
    )


def _relation(role: str, male: Flags, head_male: Flags) -> Ints:
    """Relation codes; parents of the spouse are named after the sex of the head."""
    if role in "FM":
        his, hers = (
            ("wife_father", "husband_father") if role == "F" else ("wife_mother", "husband_mother")
        )
        return np.where(head_male, RELATION[his], RELATION[hers])
    woman, man = _RELATIONS[role]
    return np.where(male, RELATION[man], RELATION[woman])


def _brothers(number: int, drawn: _Drawn, roles: str, rng: np.random.Generator) -> list[Floats]:
    """Ages of children not grown up, eldest first, at least most of a year apart."""
    if not number:
        return []
    parent = drawn.parent()
    most = np.minimum(parent - MATURE, 23.5 if "a" not in roles else 19.0)
    eldest = np.maximum(most * rng.beta(2.1, 1.0, drawn.count), np.minimum(most, number - 0.8))
    eldest = np.maximum(eldest, np.minimum(parent - 43.0, most)).clip(0.4, None)
    steps = 0.85 + rng.exponential(2.3, (number, drawn.count))
    ages = [eldest]
    for at in range(1, number):
        rest = number - at
        room = np.maximum(ages[-1] - 0.85 * rest, 0.0)  # what the younger ones still need
        ages.append(drawn.born(ages[-1] - np.minimum(steps[at], 0.85 + room)))
    return ages


class _Drawn:
    """Ages and sexes drawn so far, of one kind of family."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        self.count, self.rng = count, rng
        self.age: dict[str, Floats] = {}
        self.male: dict[str, Flags] = {}
        self.great = False

    def parent(self) -> Floats:
        """Age of the younger of head and spouse: what bounds the age of a child."""
        head = self.age["H"]
        return np.minimum(head, self.age["S"]) if "S" in self.age else head

    def sex(self, role: str) -> Flags:
        if role == "S":
            return ~self.male["H"]
        if role in _WOMEN:
            return np.zeros(self.count, dtype=bool)
        if role in _MEN:
            return np.ones(self.count, dtype=bool)
        share = {"a": 0.62, "b": 0.85}.get(role, 0.53)
        return np.asarray(self.rng.random(self.count) < share)

    def between(self, low: Floats | float, high: Floats | float, lean: float = 1.0) -> Floats:
        """Ages between bounds; `lean` above 1 leans to the upper one."""
        low_, high_ = np.broadcast_arrays(np.asarray(low, float), np.asarray(high, float))
        share = self.rng.beta(1.4 * lean, 1.4, self.count)
        return np.asarray(low_ + np.maximum(high_ - low_, 0.0) * share)

    def born(self, age: Floats) -> Floats:
        """The age, or for who would not be born yet one in the first months."""
        return np.where(age > 0.01, age, self.rng.uniform(0.005, 0.6, self.count))

    def partner(self, other: Floats, older: float) -> Floats:
        gap = self.rng.normal(older, 2.3, self.count).clip(-6, 11)
        grown = 20.4 + 1.5 * self.rng.random(self.count)  # not all of them of one day
        age = other + gap
        return np.asarray(np.where(age < 20.4, grown, age).clip(None, OLDEST))

    def next_age(self, role: str, grandchildren: int, nth: int) -> Floats:
        """The age of the next member; bounds come from the members before."""
        age, head = self.age, self.age["H"]
        if role == "S":
            return self.partner(head, 0.0) - np.where(self.male["H"], 1.6, -1.6) * (head > 26)
        if role in "CDa":
            low = 20.5 if role == "a" or not grandchildren else 22.5
            if self.great and role != "a":  # somebody here has a grandchild who is grown up
                low = 49.0
            youngest = np.maximum(low, self.parent() - 41)
            high = np.minimum(self.parent() - MATURE, 46.0 if role == "a" else 60.0)
            return np.maximum(self.between(youngest, np.maximum(high, youngest)), low - 2.0 * nth)
        if role in "WX":
            return self.partner(age["C" if role == "W" else "D"], -1.4 if role == "W" else 1.8)
        if role in "gG":
            return self._grandchild(nth)
        if role == "e":
            return self.between(21.0, np.clip(age["W"] - MATURE, 21.0, 30.0))
        return self._elder_or_other(role)

    def _grandchild(self, nth: int) -> Floats:
        age = self.age
        if "D" in age or "C" in age:
            mother = age["D"] if "D" in age else np.minimum(age["C"], age["W"])
            high = np.minimum(mother - MATURE, 19.0).clip(0.02, None)
            low = np.maximum(mother - 41.0, 0.0).clip(None, high)
        else:
            high = np.minimum(self.parent() - 41.0, 17.0)
            low = np.maximum(high - 12.0, 0.3)
        known = age.get("g")
        if nth and known is not None:  # brothers and sisters, at least most of a year younger each
            return self.born(known - nth * (0.9 + self.rng.exponential(1.4, self.count)))
        return self.born(self.between(low, high, 1.1))

    def _elder_or_other(self, role: str) -> Floats:
        age, head, rng = self.age, self.age["H"], self.rng
        if role in "fmFM":
            child = head if role in "fm" else age["S"]
            gap = MATURE + 1.5 + rng.gamma(4.0, 1.7, self.count) + (2.0 if role in "fF" else 0.0)
            return np.minimum(child + gap.clip(None, 42.0), OLDEST - 3)
        if role in "pqPQ":
            parent = np.maximum(age["m"], age.get("f", age["m"]))
            return np.minimum(parent + MATURE + 0.5 + rng.gamma(2.5, 1.6, self.count), OLDEST)
        if role == "b":
            eldest = age["m"] - MATURE if "m" in age else OLDEST
            return np.minimum((head + rng.normal(0, 5, self.count)).clip(16.0, None), eldest)
        if role == "w":
            return self.partner(np.maximum(age["b"], 22.0), -1.2)
        if role == "n":
            return self.between(5.0, np.minimum(head - MATURE - 2, 17.0))
        if role == "u":
            return self.between(head + 12, head + 28)
        if role == "k":
            return self.between(0.1, np.maximum(age["e"] - MATURE - 1.5, 0.4))
        return self.between(8.0, 80.0)
