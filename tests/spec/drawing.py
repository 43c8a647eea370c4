"""Reads drawn tables, asks every engine, and writes the same tables as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import CaseRow, Pack
from mingbai.engine.model.values import Value
from mingbai.engine.reference import Answer
from tests.engine.everywhere import asked_of_all, with_rule
from tests.spec.tables import SPECS, Spec

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "four-values.md"
AS_OF = date(2025, 6, 30)
GAP = re.compile(r"\s{2,}")
WORDS = {"T": "true", "F": "false", "?": "unknown", "n/a": "not applicable"}
VALUES: dict[str, Value] = {"T": True, "F": False, "?": None}
#: The fact that says whether another one applies.
ASKS = {"a": "asks_a", "b": "asks_b", "x": "asks_x", "ok": "asks", "n": "asks"}
HEAD = """\
# The four values in tables

Generated from `tests/spec/tables.py`, where every line is asked of every engine; `make docs` writes it
again. An unknown number is followed by the numbers it stands between, where there are any: *unknown 2..5*;
*2..* is open above. The as-of day is 2025-06-30. The words are in [packs.md](packs.md).
"""


@dataclass(frozen=True)
class Line:
    """One row of a table: facts as drawn, and the answer of each expression."""

    facts: dict[str, str]
    answers: dict[str, str]


def lines(spec: Spec) -> Iterator[Line]:
    """The rows of a drawn table."""
    head, *rows = [line.strip() for line in spec.drawn.strip().splitlines()]
    facts, expressions = (GAP.split(side.strip()) for side in head.split(" | "))
    for row in rows:
        left, right = (GAP.split(side.strip()) for side in row.split(" | "))
        yield Line(dict(zip(facts, left, strict=True)), dict(zip(expressions, right, strict=True)))


@cache
def dictionary() -> Pack:
    """The pack over whose facts the tables are drawn."""
    return load_pack(Path(__file__).parent / "spec")


def household(facts: dict[str, str], key: str) -> CaseRow:
    """The household that a row of a table draws."""
    own: dict[str, Value] = {"asks_a": True, "asks_b": True, "asks_x": True}
    members: list[dict[str, Value]] = []
    records: list[dict[str, Value]] = []
    for name, drawn in facts.items():
        cells = [] if drawn == "none" else drawn.split(",")
        if name == "records":
            records += [_record(cell) for cell in cells]
        elif name.startswith("members."):
            members = members or [{"asks": True} for _ in cells]
            for member, cell in zip(members, cells, strict=True):
                _put(member, name.removeprefix("members."), cell)
        else:
            _put(own, name, drawn)
    return CaseRow(
        own, {"members": _rows(members, f"{key}.m"), "records": _rows(records, f"{key}.r")}, key
    )


def _put(row: dict[str, Value], name: str, drawn: str) -> None:
    if drawn == "n/a":
        row[ASKS[name]] = False
    else:
        row[name] = VALUES[drawn] if drawn in VALUES else int(drawn)


def _record(drawn: str) -> dict[str, Value]:
    day, _, amount = drawn.partition(":")
    return {
        "day": None if day == "?" else date.fromisoformat(day),
        "amount": None if amount == "?" else int(amount),
    }


def _rows(rows: list[dict[str, Value]], key: str) -> tuple[CaseRow, ...]:
    return tuple(CaseRow(row, {}, f"{key}{number}") for number, row in enumerate(rows))


@cache
def asked(spec: Spec) -> list[dict[str, str]]:
    """What every engine answers to each line of a table, as it would be drawn."""
    pack, found = dictionary(), list(lines(spec))
    names = {text: f"asked.{number}" for number, text in enumerate(found[0].answers)}
    for text, name in names.items():
        pack = with_rule(pack, text, name)
    rows = [household(line.facts, f"h{number}") for number, line in enumerate(found)]
    answers = asked_of_all(pack, rows, list(names.values()), AS_OF)
    return [{text: drawn(answers[row.key, name]) for text, name in names.items()} for row in rows]


def drawn(answer: Answer) -> str:
    """An answer as it is drawn."""
    if answer.na:
        return "n/a"
    if isinstance(answer.value, bool):
        return "T" if answer.value else "F"
    if answer.value is not None:
        return str(answer.value)
    if answer.low is None and answer.high is None:
        return "?"
    ends = ["" if end is None else str(end) for end in (answer.low, answer.high)]
    return f"? {ends[0]}..{ends[1]}"


# -- the page


def page() -> str:
    """All tables in Markdown."""
    return "\n".join([HEAD, *(_section(spec) for spec in SPECS)])


def _section(spec: Spec) -> str:
    found = list(lines(spec))
    head = [*found[0].facts, *(f"`{text}`" for text in found[0].answers)]
    rows = [head, ["---"] * len(head)]
    rows += [
        [_word(cell) for cell in (*item.facts.values(), *item.answers.values())] for item in found
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"## {spec.title}\n\n{spec.words}\n\n{table}\n"


def _word(cell: str) -> str:
    """``T,?`` as *true, unknown*; numbers and days stay."""
    parts = [part.replace(":", ": ") for part in cell.split(",")]
    return ", ".join(re.sub(r"n/a|[TF?]", lambda found: WORDS[found[0]], part) for part in parts)
