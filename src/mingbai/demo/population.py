"""The people of a place and what is true of them (人口与事实): runs the steps in order, writes the tables."""

from __future__ import annotations

from mingbai.demo import listing, people, registered
from mingbai.demo.context import Context


def build(context: Context) -> None:
    """Everybody, the register of the poor, the facts of each and the truth behind them."""
    society = people.build(context)
    listing.arrange(context, society)
    people.put(context, society)
    registered.put_statuses(context, society)
    registered.put_events(context, society)
