"""Exit codes by family (退出码): 2 usage, 3 pack, 4 tables, 5 run, 6 a pack's own cases fail, 7 register."""

from __future__ import annotations

import click

from mingbai.common.errors import RegisterError
from mingbai.engine.errors import EngineError, PackError
from mingbai.stats.errors import StatsError
from mingbai.tables import TablesError
from mingbai.tables.errors import Finding

USAGE, PACK, TABLES, RUN, CASES, REGISTER = 2, 3, 4, 5, 6, 7

Said = EngineError | TablesError | RegisterError | StatsError
_MOST_SHOWN = 40


def exit_code(error: Said) -> int:
    """The exit code of an error."""
    if isinstance(error, RegisterError):
        return REGISTER
    if isinstance(error, TablesError):
        return TABLES
    return PACK if isinstance(error, PackError) else RUN


def say(error: Said) -> None:
    """Print the faults of an error, each on a line, to standard error."""
    lines = _lines(error)
    for line in lines[:_MOST_SHOWN]:
        click.echo(line, err=True)
    more = len(lines) - _MOST_SHOWN
    if more > 0:
        click.echo(f"… 还有 {more} 处 / {more} more", err=True)


def _lines(error: Said) -> list[str]:
    if isinstance(error, RegisterError | StatsError):
        return [f"[{error.code}] {error.zh} / {error.en}"]
    if isinstance(error, EngineError):
        return [str(item) for item in error.faults]
    return [_line(item) for item in error.findings]


def _line(item: Finding) -> str:
    place = ":".join(str(part) for part in (item.file, item.line, item.column) if part)
    said = item.message.then(item.advice)
    return f"{place} [{item.code}] {said.zh} / {said.en}".strip()
