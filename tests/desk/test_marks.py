"""Marks of states: in words, and what rests on illness only for who may read it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from mingbai.decisions.actions import evaluate
from tests.desk.county import DAY, County

pytestmark = pytest.mark.database


@pytest.fixture
def evaluated(county: County, db: None) -> int:
    evaluate(actor="command", pack="cn", as_of=DAY)
    return county.households["here"]


def rules(client: Client, path: str) -> set[str]:
    standing = client.get(path).context["standing"]
    groups = (
        standing.indicators,
        standing.signals,
        standing.open_signals,
        standing.due,
        standing.open_due,
    )
    return {one.rule for group in groups for one in group}


def test_unknown_indicator_says_what_it_waits_for(
    evaluated: int, signed_in: Callable[[str], Client]
) -> None:
    standing = signed_in("village_officer").get(f"/households/{evaluated}/").context["standing"]
    water = next(one for one in standing.indicators if one.rule == "basics.water")
    assert (water.tone, water.word) == ("un", "待核实")
    assert water.because


def test_state_that_rests_on_illness_is_hidden_from_who_may_not_read_it(
    evaluated: int, signed_in: Callable[[str], Client]
) -> None:
    page = f"/households/{evaluated}/"
    hidden = rules(signed_in("village_officer"), page) - rules(signed_in("inspector"), page)
    assert "signal.illness" in hidden
    assert "basics.water" not in hidden
