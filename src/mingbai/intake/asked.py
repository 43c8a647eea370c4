"""A sheet to be asked about as plain values (待指认的表), the cells masked, to be kept with a dry run."""

from __future__ import annotations

from typing import Any

from mingbai.tables.identity import masked
from mingbai.tables.proposing.asking import Asked
from mingbai.tables.proposing.proposal import Guess, Proposal, called
from mingbai.tables.proposing.vocabulary import Target
from mingbai.tables.proposing.wording import answers_of

_LONGEST = 24  # characters of a sample that are shown
_ROLES = {
    "key": ("编号", "its number"),
    "link": ("所属编号", "number of what it belongs to"),
    "number": ("按证件号码认人", "found by the ID number"),
    "name": ("姓名（核对用）", "the name, to compare"),
}


def asked_sheet(one: Asked) -> dict[str, Any]:
    """Headers with samples; for each kind of row what its columns may be and what is proposed."""
    first = one.proposals[0]
    heads = [guess for guess in first.guesses if one.asks(guess.label)]
    return {
        "name": one.name, "sheet": one.sheet, "base": one.base, "said": one.said,
        "header_row": first.header_row,
        "heads": [
            {"head": guess.label, "samples": [_short(value) for value in one.samples[guess.place]]}
            for guess in heads
        ],
        "options": [_option(proposal, [guess.place for guess in heads], one)
                    for proposal in one.proposals],
    }  # fmt: skip


def _short(value: str) -> str:
    shown = masked(value)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _option(proposal: Proposal, places: list[int], one: Asked) -> dict[str, Any]:
    table = proposal.table
    guesses = {guess.place: guess for guess in proposal.guesses}
    targets = [
        _target(target) for target in proposal.vocabulary.targets
        if not one.base or (target.role == "fact" and _name(target) not in one.read)
    ]  # fmt: skip
    offered = {target["name"] for target in targets}
    return {
        "entity": table.entity, "zh": table.label_zh, "en": table.label_en, "tied": proposal.tied,
        "guesses": [
            {**_guess(guesses[place], offered), **_words(guesses[place], table.entity, one)}
            for place in places
        ],
        "targets": targets,
    }  # fmt: skip


def _name(target: Target) -> str:
    return target.column.name if target.column else target.name


def _target(target: Target) -> dict[str, Any]:
    words = _ROLES.get(target.role) or called(target)
    above = target.table if target.above else None
    return {
        "name": target.name, "role": target.role, "zh": words[0], "en": words[1],
        "above": (above.label_zh, above.label_en) if above else None,
    }  # fmt: skip


def _guess(guess: Guess, offered: set[str]) -> dict[str, Any]:
    name = guess.target.name if guess.target else ""
    return {
        "target": name if name in offered else "", "sure": guess.sure, "why": guess.why._asdict(),
    }  # fmt: skip


def _words(guess: Guess, entity: str, one: Asked) -> dict[str, Any]:
    """Words that need somebody's say, with what they may be; none that might be about a person."""
    words = [
        {"word": word.text, "code": word.code}
        for word in one.words.get((entity, guess.place), ())
        if len(word.text) <= _LONGEST and masked(word.text) == word.text
    ]
    return {"asks": words, "codes": list(answers_of(guess.target).items()) if words else []}
