"""Where a value of the register came from (数据来源): a record that carries a column on follows another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from mingbai.audit.writing import lots
from mingbai.households.topics import Topic

_IN_LIST = 2_000
#: A chain of records this long about one subject is damage, not history.
_LONGEST = 1_000


class Origin(NamedTuple):
    """Who said a value, when it was observed, and whether it was a person's correction."""

    source: str
    observed_on: date | None
    valid_from: date
    corrected: bool


def origins(topic: Topic, asked: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Origin]:
    """For (record, column) the record that first said the value; one query a step back, for all of them."""
    found: dict[tuple[int, str], Origin] = {}
    here = {pair: pair[0] for pair in asked}  # asked for → the record looked at
    for _ in range(_LONGEST):
        if not here:
            break
        rows = _rows(topic, set(here.values()))
        further = {}
        for pair, key in here.items():
            follows, changed, corrects, source, observed_on, valid_from = rows[key]
            if follows and pair[1] not in changed.split():
                further[pair] = follows
            else:
                found[pair] = Origin(source, observed_on, valid_from, corrects is not None)
        here = further
    return found


def _rows(topic: Topic, keys: set[int]) -> dict[int, tuple[Any, ...]]:
    names = ("follows", "changed", "corrects", "source", "observed_on", "valid_from")
    rows = {}
    for few in lots(sorted(keys), _IN_LIST):
        for key, *said in topic.model.objects.filter(pk__in=few).values_list("id", *names):
            rows[key] = tuple(said)
    return rows
