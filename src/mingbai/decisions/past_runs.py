"""Past runs over a place (历次评估): how many stood how at the end of every month."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from mingbai.decisions.queries import runs


@dataclass(frozen=True)
class Month:
    """The last run of a month (月末评估): its day, and by rule how many rows were unmet."""

    as_of: date
    unmet: Mapping[str, int]


def monthly(divisions: Collection[str], *, most: int) -> list[Month]:
    """The last run of each month over exactly one of these, the oldest first. One query.

    A run over a part counts another whole: name the division, and "" where it is all of the register.
    """
    found: dict[tuple[int, int], Month] = {}
    rows = runs().filter(division_code__in=divisions).order_by("-as_of", "-id")
    for as_of, counts in rows.values_list("as_of", "counts")[: most * 31]:
        month = (as_of.year, as_of.month)
        if month not in found:
            if len(found) == most:
                break
            unmet = {rule: int(one.get("unmet", 0)) for rule, one in counts.items()}
            found[month] = Month(as_of, unmet)
    return list(reversed(found.values()))
