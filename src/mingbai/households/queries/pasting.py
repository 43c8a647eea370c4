"""A pasted block of household numbers or names as a filter (粘贴名单): no line is lost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from mingbai.accounts.scopes import Scope
from mingbai.households.models import SearchEntry

#: More lines than this are a table to import, not a filter.
MOST_LINES = 2_000
_LOT = 400
_CELLS = re.compile(r"[\t,，;；]+")


@dataclass(frozen=True)
class Pasted:
    """What a pasted block found (名单配对): line by line, in the order they came."""

    found: tuple[tuple[str, int], ...]  # line, household
    several: tuple[tuple[str, tuple[int, ...]], ...]  # a name that several households have
    missing: tuple[str, ...]  # nobody of this number or name within the scope
    dropped: int = 0  # lines beyond the most that are looked up

    @property
    def household_ids(self) -> list[int]:
        """The households that were found, each once."""
        return list(dict.fromkeys(key for _, key in self.found))


def match_pasted(text: str, *, scope: Scope, day: date) -> Pasted:
    """Households by number, else by the name of a member, within a scope. A query for each 400 cells.

    Of a line with several cells the first that is somebody counts: rows of a sheet may be pasted whole.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    cells = {line: [c.strip() for c in _CELLS.split(line) if c.strip()] for line in lines}
    known = _known({cell for some in cells.values() for cell in some}, scope, day)
    found: list[tuple[str, int]] = []
    several: list[tuple[str, tuple[int, ...]]] = []
    missing: list[str] = []
    for line in dict.fromkeys(lines[:MOST_LINES]):
        keys = next((known[cell] for cell in cells[line] if cell in known), frozenset())
        if len(keys) == 1:
            found.append((line, next(iter(keys))))
        elif keys:
            several.append((line, tuple(sorted(keys))))
        else:
            missing.append(line)
    dropped = max(0, len(lines) - MOST_LINES)
    return Pasted(tuple(found), tuple(several), tuple(missing), dropped)


def _known(cells: Iterable[str], scope: Scope, day: date) -> dict[str, frozenset[int]]:
    """Cell → the households of this number, or with a member of this name."""
    wanted = sorted(cells)[: MOST_LINES * 4]
    by_number: dict[str, set[int]] = defaultdict(set)
    by_name: dict[str, set[int]] = defaultdict(set)
    here = SearchEntry.objects.recorded().filter(scope.rows(), extra=False)
    here = here.filter(Q(left_on=None) | Q(left_on__gt=day))
    for start in range(0, len(wanted), _LOT):
        some = wanted[start : start + _LOT]
        rows = here.filter(Q(household_number__in=some) | Q(name__in=some))
        for key, number, name in rows.values_list("household_id", "household_number", "name"):
            if number in some:
                by_number[number].add(key)
            if name in some:
                by_name[name].add(key)
    return {cell: frozenset(keys) for cell, keys in [*by_name.items(), *by_number.items()]}
