"""The numbered catalogue of everything that can be wrong with a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from mingbai.tables.texts import Text


@dataclass(frozen=True)
class Entry:
    """A number with its wording; families: error, skipped, listed, remark."""

    code: str
    family: str
    message: Text
    advice: Text


@cache
def catalogue() -> Mapping[str, Entry]:
    """All numbers, from data/problems.yaml: the wording is read by people, not by code."""
    source = resources.files("mingbai.tables").joinpath("data/problems.yaml")
    raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    entries = {}
    for code, item in raw.items():
        message = Text(item["zh"], item["en"])
        advice = Text(item["advice_zh"], item["advice_en"])
        entries[code] = Entry(code, item["family"], message, advice)
    return entries


def wording(code: str, **facts: object) -> tuple[Text, Text]:
    """Message and advice of a number with its blanks filled in."""
    entry = catalogue()[code]

    chinese, english = _in_language(facts, 0), _in_language(facts, 1)

    def fill(text: Text) -> Text:
        return Text(text.zh.format_map(chinese), text.en.format_map(english))

    return fill(entry.message), fill(entry.advice)


def _in_language(facts: Mapping[str, object], place: int) -> dict[str, object]:
    return {name: fact[place] if isinstance(fact, Text) else fact for name, fact in facts.items()}


@dataclass(frozen=True)
class Finding:
    """One numbered error (表格问题编号) with its place in a file, if it has one."""

    code: str
    message: Text
    advice: Text
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return (
            f"{place}: {self.code} {self.message.en}" if place else f"{self.code} {self.message.en}"
        )


class TablesError(Exception):
    """Reading cannot go on (无法继续读取): all findings at once, numbered, in both languages."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings))
        self.findings = tuple(findings)

    @property
    def code(self) -> str:
        return self.findings[0].code

    @property
    def message(self) -> Text:
        return Text(
            "\n".join(finding.message.zh for finding in self.findings),
            "\n".join(finding.message.en for finding in self.findings),
        )


def finding(
    code: str,
    *,
    file: str | None = None,
    at: tuple[int, int] | None = None,
    **facts: object,
) -> Finding:
    """A finding worded from the catalogue; `at` is line and column, counted from 1."""
    message, advice = wording(code, **facts)
    line, column = at or (None, None)
    return Finding(code, message, advice, file, line, column)
