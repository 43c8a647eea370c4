"""Words of a column that need somebody's say (待指认的写法): what its code list does not know by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mingbai.tables.columns import RawColumn
from mingbai.tables.proposing.content import reads_plainly, text_of
from mingbai.tables.proposing.proposal import Guess, Proposal
from mingbai.tables.proposing.vocabulary import Target
from mingbai.tables.texts import fold

#: A word that is said to tell nothing.
BLANK = ""
#: Words of a column that are asked about: more of them are no code list.
MOST = 30

#: Header → word → code, or `BLANK`.
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Word:
    """A word of a sender (来表写法) and the code it is read as; None: nobody knows."""

    text: str
    code: str | None


def answers_of(target: Target | None) -> dict[str, str]:
    """Code → label of what a column's words may be; nothing for a column without a code list."""
    column = target.column if target and not target.parts else None
    if column is None or column.type not in ("code", "bool"):
        return {}
    if column.type == "bool":
        return {"yes": column.show(value=True), "no": column.show(value=False)}
    return {code: column.show(code) for code in column.codes}


def words_of(guess: Guess, column: RawColumn, said: Words) -> tuple[Word, ...]:
    """The words of a column that need an entry, each as it is read now; `said`: what somebody said."""
    if not answers_of(guess.target):
        return ()
    mine = {fold(word): code for word, code in said.get(guess.label, {}).items()}
    return tuple(Word(text, _code(guess, text, mine)) for text in _asked(guess, column))[:MOST]


def _asked(guess: Guess, column: RawColumn) -> Iterator[str]:
    target = guess.target
    assert target is not None
    assert target.column is not None
    texts = dict.fromkeys(text_of(value) for value in column.distinct)
    yield from (text for text in texts if text and not reads_plainly(target.column, text))


def _code(guess: Guess, text: str, mine: Mapping[str, str]) -> str | None:
    if fold(text) in mine:
        return mine[fold(text)]
    known = guess.target.values if guess.target else {}
    if text in guess.values or fold(text) in known:
        return guess.values.get(text, known.get(fold(text))) or BLANK
    return None


def with_words(proposal: Proposal, said: Words) -> Proposal:
    """The proposal with the words that somebody said; `BLANK` is read as nothing."""
    mine = {fold(head): words for head, words in said.items()}
    guesses = tuple(
        replace(one, values={**one.values, **_read(mine[fold(one.label)])})
        if fold(one.label) in mine and answers_of(one.target)
        else one
        for one in proposal.guesses
    )
    return replace(proposal, guesses=guesses)


def _read(words: Mapping[str, str]) -> dict[str, str | None]:
    return {word: code or None for word, code in words.items()}
