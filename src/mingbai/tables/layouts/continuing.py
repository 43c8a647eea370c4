"""Continuations without a header (续表无表头): the next sheet goes on where the last one stopped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mingbai.tables.texts import shown

_LONG = 6
_AGREEING = 3


def continues(before: Sequence[Sequence[object]], after: Sequence[Sequence[object]]) -> bool:
    """Whether rows hold, column by column, what the rows of another sheet do.

    Every column must fit, three at least must be filled in both, and one must hold numbers of the same
    length (a key, an ID number): a list of other things does not have all of that by chance.
    """
    mine, other = _kinds(before), _kinds(after)
    if not mine or len(mine) != len(other):
        return False
    both = [(a, b) for a, b in zip(mine, other, strict=True) if a and b]
    long_numbers = any(kind.startswith("#") for a, b in both for kind in a & b)
    return len(both) >= _AGREEING and all(a & b for a, b in both) and long_numbers


def _kinds(rows: Sequence[Sequence[object]]) -> list[set[str]]:
    """What kinds of content each column has, the columns behind the last filled one left off."""
    width = max(
        (n + 1 for row in rows for n, cell in enumerate(row) if cell not in (None, "")), default=0
    )
    return [
        {_kind(row[place]) for row in rows if place < len(row) and row[place] not in (None, "")}
        for place in range(width)
    ]


def _kind(cell: object) -> str:
    text = shown(cell).strip()
    digits = re.sub(r"[Xx]$", "0", text)
    if digits.isdigit() and len(digits) >= _LONG:
        return f"#{len(digits)}"
    if re.fullmatch(r"[A-Za-z]{1,4}\d+", text):
        return f"#{len(text)}"
    return (
        "number"
        if re.fullmatch(r"[-+]?[\d.,]+", text)
        else "date"
        if text[:4].isdigit()
        else "words"
    )
