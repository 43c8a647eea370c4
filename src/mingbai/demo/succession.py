"""The next head of a household (户主变更): who it is, and what everybody is to the new one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mingbai.demo.exact import Ints
from mingbai.demo.society import OPEN, REASON, RELATION, RELATIONS, Society, ages

# Who comes first: the spouse, then grown-up children, their spouses, parents, anybody else by age.
_RANK = {
    "spouse": 0, "son": 1, "daughter": 1, "daughter_in_law": 2, "son_in_law": 2, "father": 3, "mother": 3,
    "husband_father": 4, "husband_mother": 4, "wife_father": 4, "wife_mother": 4,
}  # fmt: skip
_SAME = {
    one: one
    for one in (
        "son", "daughter", "daughter_in_law", "son_in_law", "grandson", "granddaughter",
        "grandson_maternal", "granddaughter_maternal", "great_grandson", "great_granddaughter",
    )
}  # fmt: skip
# What a relation to the old head becomes to the new one, by that one's own relation; who is not here: other.
# Wife, husband and child hold where the new head is the only son (or daughter), else they are a brother's.
_BECOMES: dict[str, dict[str, str]] = {
    "spouse": {
        **_SAME, "father": "in_law_father", "mother": "in_law_mother", "wife_father": "father",
        "wife_mother": "mother", "husband_father": "father", "husband_mother": "mother",
    },
    "son": {
        "son": "sibling", "daughter": "sibling", "spouse": "parent", "father": "grandfather",
        "mother": "grandmother", "daughter_in_law": "wife", "grandson": "child", "granddaughter": "child",
        "grandson_maternal": "nephew", "granddaughter_maternal": "niece", "great_grandson": "grandson",
        "great_granddaughter": "granddaughter",
    },
    "daughter": {
        "son": "sibling", "daughter": "sibling", "spouse": "parent", "father": "grandfather",
        "mother": "grandmother", "son_in_law": "husband", "grandson_maternal": "child",
        "granddaughter_maternal": "child", "daughter_in_law": "brother_wife", "grandson": "nephew",
        "granddaughter": "niece",
    },
    "daughter_in_law": {"spouse": "in_law_parent", "grandson": "son", "granddaughter": "daughter"},
    "parent": {
        "father": "spouse", "mother": "spouse", "son": "grandson", "daughter": "granddaughter",
        "sibling": "own_child", "nephew": "grandson", "niece": "granddaughter",
        "brother_wife": "daughter_in_law", "grandson": "great_grandson",
        "granddaughter": "great_granddaughter",
    },
}  # fmt: skip


def succeed(society: Society, dead: Ints, end: int) -> None:
    """Give every household whose head died a new one, from the day of the death."""
    members, houses = society.memberships, society.households
    day = np.full(houses.count, OPEN, dtype=np.int64)
    day[members.household[dead]] = members.end[dead]
    day[houses.end < OPEN] = OPEN
    rows = np.flatnonzero((day[members.household] < OPEN) & (members.end > day[members.household]))
    rows = rows[members.start[rows] <= day[members.household[rows]]]
    lasting = rows[members.end[rows] > end]
    chosen = _successors(society, lasting, end)
    heir = np.full(houses.count, -1, dtype=np.int64)
    heir[members.household[chosen]] = chosen
    rows = rows[heir[members.household[rows]] >= 0]
    relation = _relations(society, rows, heir)
    home = members.household[rows]
    start = day[home]
    later = members.end[rows].copy()
    left = members.left[rows].copy()
    members.end[rows] = start
    members.left[rows] = REASON["new_head"]
    members.add(
        person=members.person[rows], household=home, relation=relation, start=start, end=later,
        came=np.full(rows.size, REASON["new_head"]), left=left,
    )  # fmt: skip


def _successors(society: Society, rows: Ints, day: int) -> Ints:
    """The best of each household: by relation among the grown-up, then by age."""
    members = society.memberships
    age = ages(society.persons.birth[members.person[rows]], day)
    table = np.array([_RANK.get(one, 5) for one in RELATIONS])
    rank = np.where(age >= 18, table[members.relation[rows]], 9)
    order = np.lexsort((rows, -age, rank, members.household[rows]))
    first = np.unique(members.household[rows][order], return_index=True)[1]
    return np.asarray(rows[order][first])


def _relations(society: Society, rows: Ints, heir: Ints) -> NDArray[np.int8]:
    """Relation of each row to the heir of its household."""
    members, male = society.memberships, society.persons.male
    home, old = members.household[rows], members.relation[rows]
    own = members.relation[heir[home]]
    heir_male = male[members.person[heir[home]]]
    mine = male[members.person[rows]]
    only = {
        one: np.bincount(home[old == RELATION[one]], minlength=heir.size)[home] == 1
        for one in ("son", "daughter")
    }
    result = np.full(rows.size, RELATION["other"], dtype=np.int8)
    for kind, table in _BECOMES.items():
        kinds = ("father", "mother") if kind == "parent" else (kind,)
        for heir_kind in kinds:
            mine_too = own == RELATION[heir_kind]
            for before, after in table.items():
                at = np.flatnonzero(mine_too & (old == RELATION[before]))
                single = only.get(heir_kind, np.ones(rows.size, dtype=bool))[at]
                result[at] = _named(after, mine[at], heir_male[at], single)
    married = _one_spouse(result, home, mine, heir_male)
    result = np.where((result == RELATION["spouse"]) & ~married, RELATION["other"], result).astype(
        np.int8
    )
    result[rows == heir[home]] = RELATION["head"]
    return result


def _named(
    after: str, male: NDArray[np.bool_], heir_male: NDArray[np.bool_], single: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Relation codes; words that are no relation themselves depend on sex or on being the only child."""
    choices = {
        "in_law_father": ("husband_father", "wife_father", heir_male),
        "in_law_mother": ("husband_mother", "wife_mother", heir_male),
        "in_law_parent": ("husband_mother", "husband_father", male),
        "parent": ("mother", "father", male),
        "own_child": ("daughter", "son", male),
        "wife": ("brother_wife", "spouse", single),
        "husband": ("other", "spouse", single),
    }
    if after == "child":
        near = np.where(male, RELATION["son"], RELATION["daughter"])
        return np.where(single, near, np.where(male, RELATION["nephew"], RELATION["niece"]))
    if after in choices:
        no, yes, flag = choices[after]
        return np.where(flag, RELATION[yes], RELATION[no])
    return np.full(male.size, RELATION[after])


def _one_spouse(
    relation: NDArray[np.int8],
    home: NDArray[np.int32],
    male: NDArray[np.bool_],
    heir_male: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """At most one spouse of the other sex in a household."""
    fit = np.flatnonzero((relation == RELATION["spouse"]) & (male != heir_male))
    first = fit[np.unique(home[fit], return_index=True)[1]]
    result = np.zeros(relation.size, dtype=bool)
    result[first] = True
    return result
