"""A roster of divisions with their periods (装入区划): demo trees, or anything shaped so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol

from mingbai.places.codes import is_code, level_of, pad
from mingbai.places.enums import DIGITS, Level, SuccessionKind
from mingbai.places.errors import error
from mingbai.places.lineage import Step, infer_parents


class DivisionRow(Protocol):
    """One stretch of a division in which nothing about it changed; codes may be short."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def from_date(self) -> date: ...
    @property
    def to_date(self) -> date | None: ...
    @property
    def successor(self) -> str | None: ...


def check_rows(rows: Sequence[DivisionRow]) -> None:
    """Raises PLACE-016 at the first row that is no division, or that overlaps another of its code."""
    spans: dict[str, list[tuple[date, date | None, int]]] = defaultdict(list)
    for number, row in enumerate(rows, start=1):
        if detail := _fault(row):
            raise error("PLACE-016", row=number, division=row.code, detail=detail)
        spans[pad(row.code)].append((row.from_date, row.to_date, number))
    for code, found in spans.items():
        for (_, end, _), (start, _, number) in pairwise(sorted(found, key=lambda one: one[0])):
            if end is None or start < end:
                detail = f"{start} 与前一段重叠 / {start} overlaps the stretch before"
                raise error("PLACE-016", row=number, division=code, detail=detail)


def _fault(row: DivisionRow) -> str:
    code = pad(row.code)
    if not is_code(code) or len(row.code) not in DIGITS.values():
        return "代码不是 2、4、6、9 或 12 位数字 / the code is not of 2, 4, 6, 9 or 12 digits"
    if row.level not in DIGITS or level_of(code) != row.level:
        return f"代码与级别“{row.level}”不符 / code and level {row.level} disagree"
    if not row.name.strip():
        return "没有名称 / it has no name"
    if row.to_date is not None and row.to_date <= row.from_date:
        return "止日不在起日之后 / it ends before it starts"
    if row.successor is not None and row.to_date is None:
        return "有后继而没有止日 / it has a successor and no end"
    return ""


def successions(rows: Sequence[DivisionRow]) -> list[tuple[Step, SuccessionKind]]:
    """What the rows say became what, and what follows for the divisions above them."""
    told = [
        Step(row.to_date, pad(row.code), pad(row.successor))
        for row in rows
        if row.to_date is not None and row.successor is not None
    ]
    into = Counter((step.day, step.new) for step in told)
    into.update((step.day, step.new) for step in told if _stood(rows, step))
    parents = infer_parents(told, {(row.to_date, pad(row.code)) for row in rows if row.to_date})
    return [(step, _kind(step, into)) for step in (*told, *parents)]


def _stood(rows: Sequence[DivisionRow], step: Step) -> bool:
    """Whether the new code named a division already: then what went was merged into it."""
    return any(pad(row.code) == step.new and row.from_date < step.day for row in rows)


def _kind(step: Step, into: Counter[tuple[date, str]]) -> SuccessionKind:
    if step.old == step.new:
        return SuccessionKind.RENAME
    return SuccessionKind.MERGE if into[step.day, step.new] > 1 else SuccessionKind.RECODE


def columns(row: DivisionRow) -> dict[str, object]:
    """The row as columns of `Division`."""
    return {
        "code": pad(row.code), "name": row.name.strip(), "level": Level(row.level).value,
        "kind": row.kind, "parent_code": pad(row.parent) if row.parent else "",
        "valid_from": row.from_date, "valid_to": row.to_date,
    }  # fmt: skip
