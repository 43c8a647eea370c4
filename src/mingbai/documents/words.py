"""Sentences in one language (文案): Chinese in the code, English in the catalogue.

A message id is the Chinese sentence itself, so that the code reads as the page will. Blanks have
names; ``parts`` keeps what fills them apart from the text, for markup that is already escaped.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from string import Formatter
from typing import Protocol

from mingbai.common.traditional import traditional

LANGUAGES = ("zh", "en", "zh-hant")
_FORMATTER = Formatter()


class Bilingual(Protocol):
    """A text in both languages, as packs and tables hold it."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


class Words:
    """What is said in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)
        self.is_chinese = language.startswith("zh")

    def say(self, text: str, /, **blanks: object) -> str:
        """A sentence with its blanks filled in."""
        return self._filled(self._catalogue.gettext(text), blanks)

    def count(self, text: str, n: int, /, **blanks: object) -> str:
        """A sentence about ``{n}`` things; the number gets its separators."""
        return self._filled(self._catalogue.ngettext(text, text, n), {"n": f"{n:,}", **blanks})

    def parts(self, text: str, /, **blanks: object) -> tuple[object, ...]:
        """A sentence in pieces: plain text, and the blanks as they were given."""
        return tuple(_pieces(self._catalogue.gettext(text), blanks))

    def count_parts(self, text: str, n: int, /, **blanks: object) -> tuple[object, ...]:
        """``count`` in pieces; ``n`` may be given as markup."""
        blanks.setdefault("n", f"{n:,}")
        return tuple(_pieces(self._catalogue.ngettext(text, text, n), blanks))

    def of(self, text: Bilingual | None) -> str:
        """A text of a pack or a table; what has no English stays Chinese."""
        if text is None:
            return ""
        said = text.zh if self.is_chinese else text.en or text.zh
        return traditional(said) if self.language == "zh-hant" else said

    def listed(self, items: Iterable[str]) -> str:
        """Things side by side: 、 or a comma."""
        return ("、" if self.is_chinese else ", ").join(items)

    def clauses(self, items: Iterable[str]) -> str:
        """Parts of a sentence side by side: ； or a semicolon."""
        return ("；" if self.is_chinese else "; ").join(items)

    def pair(self, head: str, tail: str) -> str:
        """``head：tail``, or the head alone when there is nothing to say."""
        return f"{head}{'：' if self.is_chinese else ': '}{tail}" if tail else head

    def long_date(self, day: date) -> str:
        """A date on paper: 2026 年 3 月 18 日, 18 March 2026."""
        if self.is_chinese:
            return f"{day.year} 年 {day.month} 月 {day.day} 日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    @staticmethod
    def _filled(text: str, blanks: dict[str, object]) -> str:
        return text.format_map(blanks) if blanks else text


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _pieces(text: str, blanks: dict[str, object]) -> Iterable[object]:
    for plain, name, _, _ in _FORMATTER.parse(text):
        if plain:
            yield plain
        if name is not None:
            yield blanks[name]


class _Traditional(gettext.NullTranslations):
    """The sentences of the code in traditional characters."""

    def gettext(self, message: str) -> str:
        return traditional(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return traditional(msgid1)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language not in LANGUAGES:
        raise ValueError(language)
    if language == "zh-hant":
        return _Traditional()
    if language == "zh":
        return gettext.NullTranslations()
    folder = resources.files("mingbai").joinpath("locale", language, "LC_MESSAGES")
    compiled = folder.joinpath("mingbai.mo")
    # A checkout whose catalogue was never compiled speaks Chinese rather than not at all.
    if not compiled.is_file():
        return gettext.NullTranslations()
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


@cache
def words(language: str) -> Words:
    """The words of a language: ``zh``, ``en`` or ``zh-hant``."""
    return Words(language)
