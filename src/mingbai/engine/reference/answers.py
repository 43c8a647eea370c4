"""Answers (答案): what an expression comes to in one row, with the bounds of a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

Plain = bool | int | str | date


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer (答案): known, unknown (待核实) or not applicable (不适用).

    ``low`` and ``high`` are the ends of a number; ``None`` leaves that end open. A known number is
    its own two ends. What is not applicable has none.
    """

    value: Plain | None = None
    na: bool = False
    low: int | None = None
    high: int | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def unknown(self) -> bool:
        """Whether the value is missing, though the question arises."""
        return self.value is None and not self.na

    @property
    def number(self) -> int:
        """The value of a known number, as scaled integer."""
        return cast(int, self.value)


NOT_APPLICABLE = Answer(na=True)
UNKNOWN = Answer()
TRUE, FALSE = Answer(True), Answer(False)


def known(value: Plain) -> Answer:
    """A known answer; a number is its own two ends."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int):
        return Answer(value, False, value, value)
    return Answer(value)


def between(low: int | None, high: int | None) -> Answer:
    """An unknown number between two ends."""
    return Answer(None, False, low, high)


def flag(value: bool | None) -> Answer:
    """Kleene's three values as an answer."""
    return UNKNOWN if value is None else known(value)


def hull(answers: Iterable[Answer]) -> Answer:
    """An unknown number that is one of several: from the least low to the greatest high end."""
    parts = list(answers)
    return between(
        fold(min, (part.low for part in parts)), fold(max, (part.high for part in parts))
    )


def fold(pick: Callable[[list[int]], int], ends: Iterable[int | None]) -> int | None:
    """``min``, ``max`` or ``sum`` of ends; open as soon as one end is."""
    closed: list[int] = []
    for end in ends:
        if end is None:
            return None
        closed.append(end)
    return pick(closed)


def conjunction(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's and: false wins over unknown, unknown over true."""
    found = list(parts)
    if False in found:
        return False
    return None if None in found else True


def disjunction(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's or: true wins over unknown, unknown over false."""
    found = list(parts)
    if True in found:
        return True
    return None if None in found else False
