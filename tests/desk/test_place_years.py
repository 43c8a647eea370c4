"""Years of a place: which of two definitions a year end has."""

from datetime import date
from decimal import Decimal
from unittest.mock import Mock

import pytest

from mingbai.accounts.roles import Permission
from mingbai.desk.places.drawing import years_chart
from mingbai.desk.places.years import Year, is_watched
from mingbai.households.queries.counting import Standing


@pytest.mark.parametrize(
    ("watched", "poor", "expected"),
    [(0, 0, False), (0, 1060, False), (292, 1060, False), (292, 292, True), (1215, 0, True)],
)
def test_first_marginal_households_do_not_end_the_years_of_the_poor(
    watched: int, poor: int, expected: bool
) -> None:
    """S3-20: 292 persons at the end of 2019, when 1,060 had still to exit."""
    persons = {Standing.WATCHED: watched, Standing.POOR: poor}
    counted = Mock(everywhere=lambda day, standing: persons[standing])
    assert is_watched(counted, date(2019, 12, 31)) is expected


def _year(day: date, standing: Standing, persons: int, share: str | None) -> Year:
    ratio = None if share is None else Decimal(share)
    return Year(day, standing, persons // 3, persons, None, ratio, "/households/", f"/?on={day}")


def _asked() -> Mock:
    return Mock(request=Mock(rights={Permission.EXPORT_MAKE: False}))


def test_two_definitions_are_two_lines_that_do_not_meet() -> None:
    days = [date(2018, 12, 31), date(2019, 12, 31), date(2020, 12, 31)]
    years = [
        _year(days[0], Standing.POOR, 1060, "4.20"), _year(days[1], Standing.POOR, 292, "1.10"),
        _year(days[2], Standing.WATCHED, 88, "0.35"),
    ]  # fmt: skip
    chart = years_chart(_asked(), years)
    assert chart is not None
    poor, watched = chart.series
    assert (list(poor.values), list(watched.values)) == ([4.2, 1.1, None], [None, None, 0.35])
    assert (poor.addresses[0], watched.addresses[2]) == (years[0].people, years[2].people)
    assert (chart.unit, chart.whole, chart.xlsx) == ("%", False, "")
    assert chart.note, "it says that the definition changes"


def test_a_year_without_a_denominator_makes_it_a_chart_of_persons() -> None:
    years = [
        _year(date(2021, 12, 31), Standing.WATCHED, 90, None),
        _year(date(2022, 12, 31), Standing.WATCHED, 84, "0.3"),
    ]
    chart = years_chart(_asked(), years)
    assert chart is not None
    assert [list(one.values) for one in chart.series] == [[90, 84]]
    assert (chart.whole, chart.note) == (True, "")
    assert years_chart(_asked(), years[:1]) is None
