"""``mingbai places``: build synthetic places, and check them against the published totals."""

from __future__ import annotations

import click

from mingbai.cli.lazy import LazyGroup

VERBS = {
    "list": "mingbai.cli.places_check:list_places",
    "build": "mingbai.cli.places_build:build",
    "check": "mingbai.cli.places_check:check",
}


@click.group(cls=LazyGroup, verbs=VERBS)
def places() -> None:
    """示范地：合成数据，公布数一个不差 / synthetic places that print the published totals."""
