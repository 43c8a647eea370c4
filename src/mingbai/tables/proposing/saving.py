"""A proposal as a header profile (存为表头模板): YAML that is read like any other, to be gone over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mingbai.tables.proposing.proposal import Guess, Proposal
from mingbai.tables.proposing.vocabulary import KEY, LINK, NAME, NUMBER

_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z0-9_（）-]*")
_CONFIRM = {"likely": "", "set": "", "maybe": "  # 请确认 / confirm"}
_MOST_TELLING = 4


def as_yaml(proposal: Proposal, name: str) -> str:
    """The proposal as a profile; what is only probable carries a remark to confirm it."""
    return "\n".join(_lines(proposal, name)) + "\n"


def _lines(proposal: Proposal, name: str) -> Iterator[str]:
    yield "# 由 mingbai tables propose 推荐，请逐列确认 / proposed; go over every column"
    yield f"profile: {_word(name)}"
    yield f"title: {{zh: {_word(name)}, en: {_word(name)}}}"
    yield "rank: 40"
    yield "recognise:"
    yield f"  all: [{', '.join(_word(one.label) for one in _telling(proposal))}]"
    yield f"entity: {proposal.table.entity}"
    yield from _ties(proposal)
    facts = [one for one in proposal.guesses if one.target and one.target.role == "fact"]
    own = [one for one in facts if one.target and not one.target.above]
    above = [one for one in facts if one.target and one.target.above]
    yield "facts:" if own else "facts: {}"
    alone = {one.target.column.name for one in own if one.target and one.target.column}
    for guess in own:
        yield from _fact(guess, "  ")
        yield from _parts(guess, alone)
    if above:
        yield "parent:"
        yield "  facts:"
        for guess in above:
            yield from _fact(guess, "    ")
    unread = [one.label for one in proposal.guesses if one.target is None]
    if unread:
        yield f"# 没有用到的列 / columns not read: {'、'.join(' '.join(one.split()) for one in unread)}"


def _telling(proposal: Proposal) -> list[Guess]:
    """The columns a sheet of this kind is known by: what ties its rows, and the surest facts."""
    ties = [one for one in proposal.guesses if one.target and one.target.role != "fact"]
    ties = [one for one in ties if one.target and one.target.role != NAME]
    facts = [one for one in proposal.guesses if one.target and one.target.role == "fact"]
    facts.sort(key=lambda one: (-one.score, one.place))
    return [*ties, *facts[:_MOST_TELLING]]


def _ties(proposal: Proposal) -> Iterator[str]:
    """Key and link, by the register's own numbers or by an ID number."""
    key, link, number = proposal.role(KEY), proposal.role(LINK), proposal.role(NUMBER)
    if key is not None:
        yield f"key: {_word(key.label)}{_CONFIRM.get(key.sure, '')}"
    if link is not None:
        yield f"link: {_word(link.label)}{_CONFIRM.get(link.sure, '')}"
    if number is None or (key or link) is not None:
        return
    name = proposal.role(NAME)
    named = f", name: {_word(name.label)}" if name else ""
    tie = "key" if proposal.table.key else "link"
    match = proposal.vocabulary.match
    yield f"{tie}: {{labels: {_word(number.label)}, match: {match}{named}}}{_CONFIRM.get(number.sure, '')}"


def _fact(guess: Guess, indent: str) -> Iterator[str]:
    target = guess.target
    if target is None or target.column is None:
        return
    options = []
    if guess.times is not None and target.column.type in ("int", "decimal", "money"):
        options.append(f"times: {guess.times}")
    if guess.month:
        options.append(f"month: {target.month or 'first'}")
    if target.check:
        options.append(f"check: {target.check}")
    said = {word: code for word, code in guess.values.items() if word}
    if said:
        pairs = ", ".join(f"{_word(word)}: {_code(code)}" for word, code in said.items())
        options.append(f"values: {{{pairs}}}")
    sure = _CONFIRM.get(guess.sure, "") or (
        "  # 请确认 values / confirm the values" if said else ""
    )
    label = _word(guess.label)
    told = f"{{labels: {label}, {', '.join(options)}}}" if options else label
    yield f"{indent}{target.column.name}: {told}{sure}"


def _parts(guess: Guess, alone: set[str]) -> Iterator[str]:
    """The facts of a multi-value column, but for those that have a column of their own."""
    target = guess.target
    for column, word in target.parts if target else ():
        if target is not None and column.name not in alone:
            among = ", ".join(map(_word, target.among))
            told = f"{{labels: {_word(guess.label)}, has: {_word(word)}, among: [{among}]}}"
            yield f"  {column.name}: {told}{_CONFIRM.get(guess.sure, '')}"


def _code(code: str | None) -> str:
    return "null" if code is None else json.dumps(code) if code[:1].isdigit() else code


def _word(text: str) -> str:
    """A word as YAML: bare where that is safe, else in quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in ("null", "true", "false"):
        return text
    return json.dumps(text, ensure_ascii=False)
