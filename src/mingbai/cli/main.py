"""Entry point of the command: groups the verbs, turns errors into messages and exit codes."""

from __future__ import annotations

import sys

import click

from mingbai import __version__
from mingbai.cli.errors import exit_code, say
from mingbai.cli.packs import packs
from mingbai.cli.screen import screen
from mingbai.engine.errors import EngineError
from mingbai.tables import TablesError


class _Group(click.Group):
    """Errors end in a numbered message and an exit code by family, never in a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (EngineError, TablesError) as error:
            say(error)
            ctx.exit(exit_code(error))


@click.group(
    cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="mingbai")
def cli() -> None:
    """明白 Mingbai：每一户都看见，每个决定都说得清，没有一样事问两遍。

    Every household seen, every decision explained, nothing asked twice.
    """


cli.add_command(screen)
cli.add_command(packs)


def main() -> None:
    """Run the command."""
    try:
        cli(prog_name="mingbai")
    except KeyboardInterrupt:
        click.echo("已停止，没有留下半份结果。/ Stopped; no half result is left.", err=True)
        sys.exit(130)
