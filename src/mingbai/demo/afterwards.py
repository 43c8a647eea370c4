"""What villages of the report's day became afterwards (合并以后): codes, groups, statuses of a merged one.

The files carry the codes of the report's day. A village that was merged later gives its households, groups
and statuses to the new one from that day on: groups are numbered again, one old village after the other, and
named after it; the new village holds a status while any of the old ones would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mingbai.places.rosters import Stretch, stem

GROUP_DIGITS = 3  # behind the code of the village
Span = tuple[str, date, date | None]


@dataclass(frozen=True)
class Later:
    """What became of the villages (以后的沿革): code → the next one and the day; one step after another."""

    steps: Mapping[str, tuple[str, date]]
    numbers: Mapping[
        str, str
    ]  # group → its number in the new village; a re-code after that keeps it
    names: Mapping[str, str]

    def code_on(self, code: str, day: date) -> str:
        """The code of a village of the report's day on another day after it."""
        while (step := self.steps.get(code)) and step[1] <= day:
            code = step[0]
        return code

    def names_on(self, day: date) -> dict[str, str]:
        """The groups that bear another name on a day, with it."""
        gone = {code for code, (_, since) in self.steps.items() if since <= day}
        return {one: name for one, name in self.names.items() if one[:-GROUP_DIGITS] in gone}

    def follow(self, spans: Sequence[Span]) -> list[Span]:
        """The codes under which something stood, carried on into the new village."""
        *earlier, (code, since, until) = spans
        found = list(earlier)
        while (step := self.steps.get(code)) and (until is None or step[1] < until):
            new, day = step
            if since < day:
                found.append((code, since, day))
            code, since = new, max(since, day)
        return [*found, (code, since, until)]


def later(rows: Sequence[Stretch], groups: Sequence[Mapping[str, Any]]) -> Later:
    """What the divisions say the villages of the groups became."""
    nexts = {
        row.code: (row.successor, row.to_date) for row in rows
        if row.to_date and row.successor and row.successor != row.code
    }  # fmt: skip
    named = {row.code: row.name for row in rows}
    steps: dict[str, tuple[str, date]] = {}
    for code in {one["village_code"] for one in groups}:
        while code in nexts and code not in steps:
            steps[code] = nexts[code]
            code = nexts[code][0]
    parts = Counter(new for new, _ in steps.values())
    count = Counter(
        one["village_code"] for one in groups
    )  # those of a village that stands come first
    numbers, names = {}, {}
    for one in sorted(groups, key=lambda one: str(one["group_id"])):
        code = one["village_code"]
        if code in steps:
            new = steps[code][0]
            count[new] += 1
            numbers[one["group_id"]] = f"{count[new]:03d}"
            whole = parts[new] == 1
            names[one["group_id"]] = one["name"] if whole else f"{stem(named[code])}{one['name']}"
    return Later(steps, numbers, names)


def joined(spans: Iterable[tuple[date, date | None]]) -> list[tuple[date, date | None]]:
    """Periods that touch or overlap as one, the earliest first."""
    found: list[tuple[date, date | None]] = []
    for since, until in sorted(spans, key=lambda one: one[0]):
        if found and (found[-1][1] is None or since <= found[-1][1]):
            end = found[-1][1]
            whole = None if end is None or until is None else max(end, until)
            found[-1] = (found[-1][0], whole)
        else:
            found.append((since, until))
    return found
