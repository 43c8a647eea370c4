"""``mingbai tables``: check, write and get to know the offices' tables."""

from __future__ import annotations

import click

from mingbai.cli.lazy import LazyGroup

VERBS = {
    "check": "mingbai.cli.tables_check:check",
    "write": "mingbai.cli.tables_write:write",
    "blank": "mingbai.cli.tables_write:blank",
    "duplicates": "mingbai.cli.tables_duplicates:duplicates",
    "propose": "mingbai.cli.tables_propose:propose",
}


@click.group(cls=LazyGroup, verbs=VERBS)
def tables() -> None:
    """表格：检查、填报样表、找重复、认识没见过的表 / check, write, compare and get to know tables."""
