"""The definition beside a published figure is in words of the reader."""

import re

import pytest

from mingbai.demo import kept
from mingbai.demo.defining import definition
from mingbai.demo.place import Place, load_place

PLACES = ("puxi", "dongkou", "shakou", "jiangkou", "lukou")


def _definitions(place: Place) -> list[tuple[str, str, str]]:
    """Mechanism, Chinese, English of every figure that the register can compute."""
    sets = place.totals.sets
    queries = [
        (total.id, query)
        for total in place.totals.by_id.values()
        for query in ([one.query for one in total.readings] or [total.query])
        if query and not kept.lacking(query, sets)
    ]
    return [(name, *definition(query, sets)) for name, query in queries]


@pytest.mark.parametrize("name", PLACES)
def test_no_definition_shows_a_word_of_the_query(name: str) -> None:
    """S0-51 read 限True, S0-62 限social_money."""
    found = _definitions(load_place(name))
    assert found
    raw = [one for one in found if re.search(r"[A-Za-z_]", one[1])]
    raw += [one for one in found if re.search(r"\w[._]\w|True|False", one[2])]
    assert raw == []


def test_water_and_money_from_society_have_words() -> None:
    said = {name: zh for name, zh, _ in _definitions(load_place("shakou"))}
    assert said["S0-51.safe"] == (
        "（当日有饮水记录的户，限饮水安全、建档立卡户）÷（当日有饮水记录的户，限建档立卡户）"
    )
    assert said["S0-62.amount"] == "发放金额合计，限社会帮扶资金"
