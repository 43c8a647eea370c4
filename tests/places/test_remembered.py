"""What is kept of places in memory: never behind the chain, looked for once a page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mingbai.audit.following import newest_mark, one_look, since
from mingbai.places import actions
from mingbai.places.queries import lineage
from mingbai.places.remembered import lineage_on, roster
from tests.places.trees import county

pytestmark = pytest.mark.database
DAY = date(2021, 6, 1)
EAST, NEW = "990101100", "990101105"


@pytest.fixture(autouse=True)
def loaded() -> None:
    actions.load_divisions(actor="command", rows=county())


def _recode() -> None:
    actions.recode(actor="command", code=EAST, new_code=NEW, day=date(2021, 1, 1), reason="换号")


def test_lineage_in_memory_follows_a_new_code() -> None:
    assert lineage_on(DAY).steps == ()
    _recode()
    assert lineage_on(DAY).steps == lineage(DAY).steps != ()
    assert lineage_on(DAY).alive == lineage(DAY).alive


def test_places_in_memory_cost_one_query_together(django_assert_max_num_queries: Any) -> None:
    roster(DAY), lineage_on(DAY)
    with one_look(), django_assert_max_num_queries(1):
        roster(DAY), lineage_on(DAY), roster(DAY)


def test_one_look_ends_with_the_page() -> None:
    with one_look():
        mark, _ = since(newest_mark())
        _recode()
        assert since(mark) == (mark, [])
    found = since(mark)
    assert found is not None
    assert found[0] == newest_mark() != mark
    assert len(found[1]) == 1
