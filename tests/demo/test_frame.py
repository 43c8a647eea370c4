"""The frame: villages with people, groups, poor villages, and bases that print the published rates."""

from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow.compute as pc
import pytest

from mingbai.demo import frame
from mingbai.demo.context import Context
from mingbai.demo.errors import PlaceError
from mingbai.demo.place import Place, load_place

KINDS = {"kinds": ["village"]}


def _built(place: Place, seed: int = 1) -> Context:
    context = Context(place, seed, place.as_of)
    frame.build(context)
    return context


def _place(name: str, code: str, day: date, level: str = "county", **given: Any) -> Place:
    given = {
        "villages_with_people": KINDS,
        "groups_per_village": [3, 9],
        "denominators": [],
    } | given
    return Place(
        code, name, name, level, code[:6], day, date(2014, 1, 1), parameters={"frame": given}
    )


@pytest.mark.parametrize(
    ("place", "villages"),
    [
        (_place("江口县", "520621", date(2018, 9, 25)), 144),
        (_place("江口县", "520621", date(2019, 9, 25)), 85),
        (_place("渌口区", "430212", date(2019, 12, 31), former_counties=["430221"]), 129),
        (_place("株洲县", "430221", date(2017, 12, 31)), 129),
        (_place("沙口镇", "421083110", date(2017, 12, 31), "township"), 23),
        (_place("沙口镇", "421083110", date(2020, 12, 31), "township"), 16),
    ],
)
def test_the_other_places_need_parameters_only(place: Place, villages: int) -> None:
    context = _built(place)
    assert len(context.villages(place.as_of)) == villages
    assert context.tables["village_statuses"].num_rows == 0


def test_villages_before_a_recode_are_those_of_the_old_code() -> None:
    place = _place("渌口区", "430212", date(2019, 12, 31), former_counties=["430221"])
    context = _built(place)
    assert {one.code[:6] for one in context.villages(date(2017, 12, 31))} == {"430221"}


def test_communities_with_people_are_drawn_from_those_of_the_day() -> None:
    place = load_place("dongkou")
    drawn = [
        {one.code for one in _built(place, seed).villages(place.as_of) if one.kind == "community"}
        for seed in (1, 2)
    ]
    assert [len(one) for one in drawn] == [3, 3]
    assert drawn[0] != drawn[1]


def _poor(context: Context) -> list[str]:
    statuses = context.tables["village_statuses"]
    return statuses.filter(pc.equal(statuses["kind"], "poor"))["code"].to_pylist()


def test_named_poor_villages_are_forced_in() -> None:
    """S1-02 S1-56: the three villages of the mutual funds."""
    context = _built(load_place("puxi"))
    named = {one.code: one.name for one in context.villages(date(2018, 12, 31))}
    assert sorted(named[code] for code in _poor(context)) == ["天星村", "胜利村", "芹菜沟村"]


def test_unnamed_poor_villages_are_a_seeded_draw() -> None:
    """S4-47: 117 of 334."""
    place = load_place("dongkou")
    first, again, other = (_poor(_built(place, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(set(first)) == len(set(other)) == 117


def test_a_named_village_that_is_not_there_is_refused() -> None:
    place = load_place("puxi")
    given = place.parameters["frame"] | {
        "poor_villages": {"total": "S1-02.poor_villages", "named": ["无此"]}
    }
    with pytest.raises(PlaceError, match="not in the roster"):
        _built(replace(place, parameters={"frame": given}))


@pytest.mark.parametrize("name", ["puxi", "dongkou"])
def test_each_base_prints_its_rate_and_differs_by_seed(name: str) -> None:
    """S1-05 S4-01 S4-02: a dated base for each rate."""
    place = load_place(name)
    drawn = [_built(place, seed).tables["denominators"].to_pylist() for seed in range(5)]
    for rows in drawn:
        for row, entry in zip(rows, place.parameters["frame"]["denominators"], strict=True):
            rate = place.totals.by_id[entry["rate"]]
            persons = place.totals.by_id[entry["total"]].in_base_units()
            assert frame.printed(persons, row["value"], rate.decimals) == rate.value
            assert (row["day"], row["universe"]) == (entry["day"], "rural_registered")
    assert len({tuple(row["value"] for row in rows) for rows in drawn}) == 5
