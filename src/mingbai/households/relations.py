"""Relations to the head (与户主关系) when the head changes: what follows is proposed.

Codes are those of the list `relation` of the packs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from mingbai.households.kept import HEAD, Stay

OTHER = "other"
SPOUSE = "spouse"
ADULT_AT = 18  # full civil capacity, 民法典第十七条
_OLD_HEAD_OF_CHILD = {"male": "father", "female": "mother"}
#: Of the spouse who follows: children, grandchildren and their spouses stay what they were.
_SAME_FOR_SPOUSE = frozenset(
    {
        "son", "daughter", "daughter_in_law", "son_in_law", "grandson", "granddaughter",
        "grandson_maternal", "granddaughter_maternal", "great_grandson", "great_granddaughter",
    }
)  # fmt: skip
_OWN_PARENTS = {"father": "father", "mother": "mother"}
_PARENTS_IN_LAW = {
    "female": {"father": "husband_father", "mother": "husband_mother", "wife_father": "father",
               "wife_mother": "mother", "husband_father": "father", "husband_mother": "mother"},
    "male": {"father": "wife_father", "mother": "wife_mother", "husband_father": "father",
             "husband_mother": "mother"},
}  # fmt: skip
#: Of a child who follows: the head's spouse is a parent, the head's other children are siblings.
_FOR_CHILD = {
    "son": "sibling", "daughter": "sibling", "sibling": "uncle", "grandson": OTHER, "father": "grandfather",
    "mother": "grandmother",
}  # fmt: skip
_FOLLOWS = ("spouse", "son", "daughter", "daughter_in_law", "son_in_law", "father", "mother")


def propose_relations(
    stays: Iterable[Stay], new_head: Stay, old_head: Stay | None, sexes: Mapping[int, str]
) -> dict[int, str]:
    """Person → relation to the new head, for everybody but the new head; `other` where nothing follows."""
    if new_head.relation == HEAD:
        return {one.person_id: one.relation for one in stays if one.person_id != new_head.person_id}
    found: dict[int, str] = {}
    sex = sexes.get(new_head.person_id, "")
    for stay in stays:
        if stay.person_id == new_head.person_id:
            continue
        own = sexes.get(stay.person_id, "")
        if old_head is not None and stay.person_id == old_head.person_id:
            found[stay.person_id] = _of_old_head(new_head.relation, own)
        elif new_head.relation == SPOUSE:
            table = _PARENTS_IN_LAW.get(sex, {})
            kept = stay.relation if stay.relation in _SAME_FOR_SPOUSE else OTHER
            found[stay.person_id] = table.get(stay.relation, kept)
        elif new_head.relation in ("son", "daughter"):
            found[stay.person_id] = _for_child(stay.relation, own, new_head.relation)
        else:
            found[stay.person_id] = OTHER
    return found


def _of_old_head(relation: str, sex: str) -> str:
    if relation == SPOUSE:
        return SPOUSE
    if relation in ("son", "daughter"):
        return _OLD_HEAD_OF_CHILD.get(sex, OTHER)
    if relation in ("father", "mother"):
        return {"male": "son", "female": "daughter"}.get(sex, OTHER)
    return OTHER


def _for_child(relation: str, sex: str, child: str) -> str:
    if relation == SPOUSE:
        return _OLD_HEAD_OF_CHILD.get(sex, OTHER)
    if relation == ("daughter_in_law" if child == "son" else "son_in_law"):
        return SPOUSE
    return _FOR_CHILD.get(relation, OTHER)


def propose_head(stays: Iterable[Stay], births: Mapping[int, date], day: date) -> int | None:
    """Who would follow as head: the spouse, else the eldest adult child, else the eldest; else nobody."""

    def rank(stay: Stay) -> tuple[bool, int, date]:
        born = births.get(stay.person_id, date.max)
        child = born != date.max and day.year - born.year < ADULT_AT
        order = _FOLLOWS.index(stay.relation) if stay.relation in _FOLLOWS else len(_FOLLOWS)
        return child, order, born

    left = sorted((stay for stay in stays if stay.relation != HEAD), key=rank)
    return left[0].person_id if left else None
