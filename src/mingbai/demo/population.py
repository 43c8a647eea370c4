"""The people of a place and what is true of them (人口与事实): runs the steps in order, writes the tables."""

from __future__ import annotations

from mingbai.demo import (
    bills,
    health,
    homes,
    incomes,
    listing,
    people,
    registered,
    rolling,
    schooling,
    shocks,
    support,
    traits,
    truth,
    watched,
    work,
)
from mingbai.demo.context import Context


def build(context: Context) -> None:
    """Everybody, the register of the poor, the facts of each and the truth behind them."""
    society = people.build(context)
    listing.arrange(context, society)
    own = traits.draw(context, society)
    aided = support.draw(context, society, own)
    rolling.roll(context, society)
    traits.grow(society, own, context.rng("traits.later"))
    people.put(context, society)
    registered.put_statuses(context, society)
    registered.put_events(context, society)
    struck = shocks.draw(context, society, own)
    schooling.build(context, society, own)
    floor = work.build(context, society, own, struck)
    registered.put_floor(context, society, floor)
    support.put(context, society, aided)
    watched.put(context, society, own, struck)
    homes.build(context, society, own, aided)
    health.build(context, society, own)
    bills.build(context, society, own, struck)
    incomes.build(context, society, own, aided, struck)
    shocks.put(context, society, struck)
    truth.put(context, society, own, struck, truth.draw(context, society, own))
