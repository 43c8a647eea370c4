"""``mingbai places``: build synthetic places, check them against published totals, load them."""

from __future__ import annotations

import click

from mingbai.cli.lazy import LazyGroup

VERBS = {
    "list": "mingbai.cli.places_check:list_places",
    "build": "mingbai.cli.places_build:build",
    "check": "mingbai.cli.places_check:check",
    "report": "mingbai.cli.places_report:report",
    "load": "mingbai.cli.places_load:load",
}


@click.group(cls=LazyGroup, verbs=VERBS)
def places() -> None:
    """示范地：合成数据，公布数一个不差 / synthetic places that print the published totals."""
