"""Hostile and sloppy expressions: each is refused with numbered faults, and nothing else is raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.errors import Fault, PackError
from mingbai.engine.model.pack import Pack, Source
from tests.engine.packs import DAY

KEPT = Path(__file__).with_name("hostile.txt")
HINTS = [
    ("size ＞ 1", ">"),
    ("size ≥ 1", ">="),
    ("size ≤ 1", "<="),
    ("size ＝ 1", "="),
    ("size ≠ 1", "<>"),
    ("colour = “red”", "'"),
    ('colour = "red"', "'"),
    ("colour in （'red')", "("),
    ("least（size, 1) > 0", "("),
    ("least(size， 1) > 0", ","),
    ("size × 2 > 1", "×"),
    ("size ÷ 2 > 1", "round(a / b, n)"),
    ("owns && owns", "and"),
    ("owns | owns", "or"),
]


def faults(pack: Pack, text: str) -> tuple[Fault, ...]:
    """The faults of the tiny pack whose one rule has this expression."""
    (rule,) = pack.rules
    assert rule.form.expr is not None
    form = replace(rule.form, expr=Source(text, rule.form.expr.place))
    try:
        compile_bound(bind_pack(replace(pack, rules=(replace(rule, form=form),)), DAY)).sql()
    except PackError as error:
        return error.faults
    return ()


def table() -> Iterator[object]:
    """The kept list: each expression with the number above it."""
    code = ""
    for line in KEPT.read_text(encoding="utf-8").split("\n")[1:-1]:
        if line.startswith("# PACK-"):
            code = line.removeprefix("# ")
        else:
            yield pytest.param(line, code, id=ascii(line[:40]))


@pytest.mark.parametrize(("text", "code"), list(table()))
def test_refused_with_one_number_and_place(pack: Pack, text: str, code: str) -> None:
    (only,) = faults(pack, text)
    assert only.code == code, str(only)
    assert only.place is not None
    assert only.place.file == "tiny/rules/rules.yaml"
    assert only.zh
    assert only.en


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_sign_of_another_keyboard_gets_a_hint(pack: Pack, text: str, hint: str) -> None:
    (only,) = faults(pack, text)
    assert only.code == "PACK-030"
    assert hint in only.zh
    assert hint in only.en


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "owns" + ")" * 10_000,
        "(" * 1_500 + "owns" + ")" * 1_500,
        "(" * 31 + "owns" + ")" * 31,
        "not " * 900 + "owns",
        "- " * 1_500 + "size > 1",
        " and ".join(["owns"] * 20_000),
        "if(owns, " * 300 + "owns" + ", owns)" * 300,
        "owns" + " " * 4_000,
    ],
    ids=lambda text: f"{len(text)} {text[:12]}",
)
def test_too_long_or_too_deep(pack: Pack, text: str) -> None:
    (only,) = faults(pack, text)
    assert only.code == "PACK-031"


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_at_all(pack: Pack, text: str) -> None:
    (only,) = faults(pack, text)
    assert only.code == "PACK-030"


@pytest.mark.parametrize(
    "text",
    [
        "owns AND owns",
        "owns 且 owns 或 非 owns",
        "size != 1",
        "1 = 1",
        "size > -1",
        "(((owns)))",
        "owns\nand owns",
        "size not in (1, 2) and size not between 3 and 4",
        "any(members, any(bills, amount > 1, where(paid_on < as_of), months(12)))",
        " and ".join(["owns"] * 300),
    ],
)
def test_honest_expressions_are_taken(pack: Pack, text: str) -> None:
    assert faults(pack, text) == ()
