"""Slips of the pen (笔误): how one cell goes wrong, by kind. Each gets the cell and a stream of chance."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from mingbai.demo.totals import read_data

Rng = np.random.Generator
Strike = Callable[[Any, Rng], Any]
_FULL_WIDTH = {ord("0") + at: ord("\uff10") + at for at in range(10)}
HUNDRED = 100
FIRST_GENERATION_UNTIL = "2000"


def digit_wrong(cell: Any, rng: Rng) -> Any:
    """One digit of a number another one, or two neighbours swapped (错号)."""
    text = str(cell)
    at = int(rng.integers(6, len(text) - 1))  # nobody mistypes the county's own code
    if rng.random() < 0.5 and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    others = [one for one in "0123456789" if one != text[at]]
    return text[:at] + others[int(rng.integers(len(others)))] + text[at + 1 :]


def old_number(cell: Any, _: Rng) -> Any:
    """The fifteen digits of the first generation, of people born before 2000 (15 位旧号)."""
    text = str(cell)
    if len(text) != 18 or text[6:10] >= FIRST_GENERATION_UNTIL or not text.startswith("99"):
        return cell
    return text[:6] + text[8:17]


def name_wrong(cell: Any, rng: Rng) -> Any:
    """One character a homophone, a look-alike or the traditional form (同音、形近、繁体)."""
    text = str(cell)
    places = [at for at, sign in enumerate(text) if sign in _others()]
    if not places:
        return cell
    at = places[int(rng.integers(len(places)))]
    others = _others()[text[at]]
    return text[:at] + others[int(rng.integers(len(others)))] + text[at + 1 :]


@cache
def _others() -> dict[str, tuple[str, ...]]:
    """For each character those that are written for it."""
    raw = read_data("lookalikes.yaml")
    found: dict[str, dict[str, None]] = {}
    for group in (*raw["homophones"], *raw["lookalikes"]):
        for sign in group:
            found.setdefault(sign, {}).update({one: None for one in group if one != sign})
    for sign, form in raw["traditional"].items():
        found.setdefault(sign, {})[form] = None
    return {sign: tuple(others) for sign, others in found.items()}


def heaped(cell: Any, _: Rng) -> Any:
    """An amount as people say it, in hundreds (整百)."""
    if not isinstance(cell, int | float):
        return cell
    return round(cell / HUNDRED) * HUNDRED


def typo(cell: Any, rng: Rng) -> Any:
    """A digit of an amount dropped, doubled or swapped (输错)."""
    if not isinstance(cell, int | float) or abs(cell) < HUNDRED:
        return cell
    whole = str(int(cell))
    at = int(rng.integers(1, len(whole)))
    kind = int(rng.integers(3))
    if kind == 0:
        return int(whole[:at] + whole[at + 1 :])
    if kind == 1:
        return int(whole[:at] + whole[at] + whole[at:])
    return int(whole[: at - 1] + whole[at] + whole[at - 1] + whole[at + 1 :])


def blank(_: Any, __: Rng) -> Any:
    """Left empty (漏填)."""
    return None


def broken_text(cell: Any, _: Rng) -> Any:
    """Text written in one encoding and read in another (乱码)."""
    if not isinstance(cell, str):
        return cell
    return cell.encode("utf-8").decode("gb18030", "replace")


def wide(cell: Any, _: Rng) -> Any:
    """Figures in full width (全角)."""
    return f"{cell}".translate(_FULL_WIDTH)


def disagrees(cell: Any, rng: Rng) -> Any:
    """Another answer than the other sources give (口径不一): yes for no, one more or less."""
    if cell in ("是", "否"):
        return "否" if cell == "是" else "是"
    if isinstance(cell, int | float):
        return max(1, int(cell) + (1 if rng.random() < 0.5 else -1))
    return cell


STRIKES: dict[str, Strike] = {
    "heaped": heaped,
    "typo": typo,
    "disagrees": disagrees,
    "name": name_wrong,
    "id_digit": digit_wrong,
    "old_id": old_number,
    "wide": wide,
    "broken_text": broken_text,
    "blank": blank,
}
