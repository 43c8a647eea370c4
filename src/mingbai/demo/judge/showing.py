"""Scores for people and programs (评分的显示): text and JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from mingbai.demo.judge.figures import Line, Rate, Section
from mingbai.demo.judge.judging import Judgement
from mingbai.engine.model.values import Text

#: Lines of one problem's code are told in the text down to so many rows; JSON has all.
LEAST = 20


def as_json(judged: Judgement) -> dict[str, Any]:
    """One object with every rate as part, whole, value and interval."""
    return {
        "place": judged.place, "synthetic": True, "seed": judged.seed,
        "as_of": judged.day.isoformat(), "pack": {"id": judged.pack, "hash": judged.pack_hash},
        "households": judged.households, "tasks": judged.called,
        "sections": {one.id: _section(one) for one in judged.sections},
    }  # fmt: skip


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": _text(section.title),
        "note": _text(section.note),
        "columns": {name: _text(text) for name, text in section.columns.items()},
        "lines": {
            line.id: {
                "label": _text(line.label),
                **{name: _rate(rate) for name, rate in line.rates.items()},
            }
            for line in section.lines
        },
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _rate(rate: Rate) -> dict[str, Any]:
    interval = rate.interval
    return {
        "part": rate.part, "whole": rate.whole, "value": rate.value,
        "interval95": list(interval) if interval else None,
    }  # fmt: skip


def as_text(judged: Judgement) -> Iterator[str]:
    """The table for a terminal, line by line."""
    yield (
        f"{judged.place}（合成数据）{judged.day} 种子 {judged.seed}：{judged.households:,} 户，"
        f"{judged.called:,} 户要去看 / synthetic, seed {judged.seed}: {judged.called:,} of "
        f"{judged.households:,} households to see"
    )
    for section in judged.sections:
        yield ""
        yield f"{section.title.zh} / {section.title.en}"
        yield f"  {section.note.zh}"
        yield f"  {section.note.en}"
        for name, text in section.columns.items():
            yield f"  [{name}] {text.zh} / {text.en}"
        for line in shown(section):
            cells = "  ".join(f"{name} {said(rate)}" for name, rate in line.rates.items())
            yield f"  {_wide(line.label.zh, 44)} {cells}"


def shown(section: Section) -> list[Line]:
    """The lines that are worth a reader's time: small codes of problems are left to JSON."""
    return [
        line
        for line in section.lines
        if not line.id.startswith("code:") or line.rates["precision"].whole >= LEAST
    ]


def said(rate: Rate) -> str:
    """A rate in words: share, part and whole, and the interval where there is something to count."""
    if rate.value is None:
        return "—（0/0）"
    low, high = rate.interval or (0.0, 1.0)
    return f"{rate.value:.1%}（{rate.part:,}/{rate.whole:,}，{low:.1%}–{high:.1%}）"


def _wide(text: str, width: int) -> str:
    taken = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * max(0, width - taken)
