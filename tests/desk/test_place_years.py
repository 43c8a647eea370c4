"""Years of a place: which of two definitions a year end has."""

from datetime import date
from unittest.mock import Mock

import pytest

from mingbai.desk.places.years import is_watched
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
