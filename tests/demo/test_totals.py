"""Published figures: what is exact, about, masked or ambiguous, and how each is printed."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from mingbai.demo import figures
from mingbai.demo.check import GREEN, MASK, RED, UNCLEAR, Line, agrees, check
from mingbai.demo.errors import PlaceError
from mingbai.demo.frame import bases
from mingbai.demo.place import Place, load_place, names
from mingbai.demo.reports import Loaded, Reports
from mingbai.demo.rows import rows
from mingbai.demo.schema import TABLES
from mingbai.demo.totals import Reading, Total, Totals, units

DAY = date(2018, 12, 31)


def _total(value: str | None, unit: str = "persons", **more: Any) -> Total:
    given = None if value is None else Decimal(value)
    more = {"query": {"count": "links"}} | more
    return Total("T-01.x", "数", "figure", DAY, units()[unit], given, **more)


def _about(value: str, unit: str, qualifier: str, low: str, high: str) -> Total:
    bounds = (Decimal(low), Decimal(high))
    return _total(value, unit, status="about", qualifier=qualifier, range=bounds)


def _checked(total: Total, links: int) -> list[Line]:
    place = Place("9", "甲", "jia", "town", "9", DAY, DAY, totals=Totals({total.id: total}))
    tables = {"links": rows("links", links)}
    return check(place, Reports(Loaded(tables), "9", {}))


@pytest.mark.parametrize(
    ("total", "figure", "expected"),
    [
        (_total("5"), 5, True),
        (_total("5"), 6, False),
        (_total("5"), None, False),
        (_total("4.65", "yi_yuan"), 46_500_000_000, True),
        (_total("4.65", "yi_yuan"), 46_500_000_001, False),  # to the fen
        (_about("60", "wan_yuan", "多", "60", "70"), 60_300_000, True),
        (_about("60", "wan_yuan", "多", "60", "70"), 59_999_999, False),
        (_total("17.8", "percent", query={"ratio": {}}), Fraction(4869, 27354), True),
        (_total("17.8", "percent", query={"ratio": {}}), Fraction(4869, 29544), False),
    ],
)
def test_agreement(total: Total, figure: Any, expected: bool) -> None:
    assert agrees(total, figure) is expected


@pytest.mark.parametrize(
    ("total", "zh", "en"),
    [
        (_total("9678", "households"), "9,678户", "9,678 households"),
        (_total("12.31", "yi_yuan"), "12.31亿元", "1,231,000,000 yuan"),
        (_about("60", "wan_yuan", "多", "60", "70"), "60多万元", "more than 600,000 yuan"),
        (_about("1.2", "wan_items", "余", "1.2", "1.3"), "1.2万余条", "more than 12,000 items"),
        (_about("8", "percent", "不低于", "8", "100"), "不低于8%", "at least 8%"),
        (_about("30", "years", "以上", "30", "70"), "30年以上", "30 years or more"),
        (_about("5", "persons", "左右", "4", "6"), "5人左右", "about 5 persons"),
    ],
)
def test_an_about_figure_carries_its_qualifier(total: Total, zh: str, en: str) -> None:
    assert figures.printed(total) == (zh, en)


def test_a_masked_figure_prints_not_published_and_never_zero() -> None:
    (line,) = _checked(_total(None, status="masked"), links=0)
    shown = line.as_json()
    assert line.mark == MASK
    assert shown["published"] == shown["computed"] == {"zh": "未公布", "en": "not published"}


def test_a_figure_that_cannot_be_computed_is_red_and_not_zero() -> None:
    query = {"ratio": {"part": {"count": "links"}, "whole": {"count": "links"}}}
    (line,) = _checked(_total("0", "percent", query=query), links=0)
    assert line.mark == RED
    assert line.as_json()["computed"] == {"zh": "算不出", "en": "cannot be computed"}


def test_an_ambiguous_figure_shows_both_readings() -> None:
    count, twice = {"count": "links"}, {"sum": "links.amount"}
    readings = (
        Reading("共", "in all", Decimal(3), count),
        Reading("各", "each", Decimal(3), twice, built=False),
    )
    total = _total("3", status="ambiguous", readings=readings)
    assert [line.mark for line in _checked(total, links=3)] == [GREEN, UNCLEAR]
    assert [line.mark for line in _checked(total, links=2)] == [RED, UNCLEAR]


def test_every_reading_the_files_were_made_to_must_hold() -> None:
    teams, members = {"count": "links"}, {"sum": "links.amount"}
    readings = tuple(Reading("", "", Decimal(3), query) for query in (teams, members))
    total = _total("3", status="ambiguous", readings=readings)
    assert RED in [line.mark for line in _checked(total, links=3)]


def test_a_masked_figure_is_no_number() -> None:
    with pytest.raises(PlaceError, match="not published"):
        _total(None, status="masked").in_base_units()


@pytest.mark.parametrize(
    ("persons", "rate", "expected"),
    [
        (4869, _total("17.8", "percent"), (27278, 27430)),
        (1386, _total("5.2", "percent"), (26401, 26912)),
        (139780, _total("18.14", "percent"), (770351, 770774)),
        (5443, _total("0.71", "percent"), (761259, 772056)),
    ],
)
def test_bases_of_a_printed_rate(persons: int, rate: Total, expected: tuple[int, int]) -> None:
    low, high = bases(persons, rate)
    assert abs(low - expected[0]) <= 1
    assert abs(high - expected[1]) <= 1
    for base, same in ((low - 1, False), (low, True), (high, True), (high + 1, False)):
        assert (figures.rounded(Fraction(100 * persons, base), rate.decimals) == rate.value) is same


@pytest.mark.parametrize("name", names())
def test_every_total_of_a_place_can_be_asked(name: str) -> None:
    place = load_place(name)
    empty = {table: schema.empty_table() for table, schema in TABLES.items()}
    lines = check(place, Reports(Loaded(empty), place.code, place.totals.sets))
    assert {line.total.id for line in lines} == set(place.totals.by_id)
    zero = {line.total.id for line in lines if line.mark == GREEN}
    assert zero == set(), "a total that nothing in the files can change"


@pytest.mark.parametrize("name", ["puxi", "蒲溪", "蒲溪镇", "610921102", "Puxi"])
def test_a_place_has_many_names(name: str) -> None:
    assert load_place(name).name == "蒲溪镇"


def test_an_unknown_place_names_those_there_are() -> None:
    with pytest.raises(PlaceError, match="洞口县"):
        load_place("nowhere")
