"""Exit codes by family (退出码): 2 usage, 3 pack, 4 tables, 5 run, 6 a pack's own cases fail."""

from __future__ import annotations

import click

from mingbai.engine.errors import EngineError, PackError

USAGE, PACK, TABLES, RUN, CASES = 2, 3, 4, 5, 6
_MOST_SHOWN = 40


def exit_code(error: EngineError) -> int:
    """The exit code of an error."""
    return PACK if isinstance(error, PackError) else RUN


def say(error: EngineError) -> None:
    """Print the faults of an error, each on a line, to standard error."""
    for item in error.faults[:_MOST_SHOWN]:
        click.echo(str(item), err=True)
    more = len(error.faults) - _MOST_SHOWN
    if more > 0:
        click.echo(f"… 还有 {more} 处 / {more} more", err=True)
