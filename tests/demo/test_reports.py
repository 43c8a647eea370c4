"""The query language over built files: days, sets, groups, rates, and what cannot be computed."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from mingbai.demo.errors import PlaceError
from mingbai.demo.reports import Loaded, Reports
from mingbai.demo.rows import rows

MID, END = date(2018, 6, 30), date(2018, 12, 31)
SETS = {
    "poor": {
        "table": "statuses",
        "column": "subject_id",
        "where": {"kind": "registered"},
        "at": True,
    },
    "out": {"table": "statuses", "column": "subject_id", "where": {"kind": "exited"}, "at": True},
}


def _reports() -> Reports:
    statuses = rows(
        "statuses",
        3,
        subject="household",
        subject_id=["A", "B", "A"],
        kind=["registered", "registered", "exited"],
        from_date=[date(2014, 1, 1), date(2014, 1, 1), date(2018, 9, 1)],
    )
    memberships = rows(
        "memberships",
        5,
        household_id=["A", "A", "B", "B", "C"],
        person_id=["1", "2", "3", "4", "5"],
        from_date=date(2014, 1, 1),
        to_date=[None, None, None, END, None],
    )
    dividends = rows(
        "dividends", 3, household_id=["A", "B", "C"], year=2019,
        share=[10_000, 30_000, 10_000], paid=[800, 2_400, 900],
    )  # fmt: skip
    denominators = rows(
        "denominators", 2, code="9", day=[MID, END], universe="rural", value=[40, 50]
    )
    payments = rows(
        "payments", 3, household_id=["A", "A", "B"], amount=[5, 7, 12], programme=["x", "x", "y"],
        paid_on=[MID, END, END],
    )  # fmt: skip
    records = rows(
        "campaign_records", 14, code=["v"] * 12 + ["w"] * 2,
        day=[*(date(2020, month, 15) for month in range(1, 13)), date(2020, 3, 2), date(2021, 1, 4)],
    )  # fmt: skip
    tables = {
        "campaign_records": records, "statuses": statuses, "memberships": memberships, "dividends": dividends,
        "denominators": denominators, "payments": payments,
        "links": rows("links", 2, from_date=[date(2019, 3, 1), date(2020, 2, 29)],
                      to_date=[date(2049, 3, 1), date(2050, 2, 28)]),
    }  # fmt: skip
    return Reports(Loaded(tables), "9", SETS)


MONTHLY = {"count": "campaign_records", "per": ["code", "month"], "during": 2020}
POOR = {"distinct": "memberships.person_id", "at": True}


@pytest.mark.parametrize(
    ("query", "day", "expected"),
    [
        ({"count": "memberships"}, END, 5),
        ({"count": "memberships", "at": True}, END, 4),  # 4 left on that very day
        ({"count": "memberships", "at": True}, MID, 5),
        (POOR | {"where": {"household_id": {"in": "poor"}}}, MID, 4),
        (POOR | {"where": {"household_id": {"in": "poor", "not_in": "out"}}}, MID, 4),
        (POOR | {"where": {"household_id": {"in": "poor", "not_in": "out"}}}, END, 1),
        (POOR | {"where": {"household_id": {"in": "poor", "also_in": "out"}}}, END, 2),
        ({"sum": "payments.amount", "where": {"programme": "x"}, "until": "paid_on"}, MID, 5),
        ({"sum": "payments.amount", "where": {"amount": {"least": 6, "most": 11}}}, END, 7),
        ({"sum": "payments.amount", "where": {"programme": ["x", "y"]}}, END, 24),
        ({"sum": "payments.amount", "per": "household_id", "take": "same"}, END, 12),
        ({"count": "payments", "where": {"paid_on": {"most": "day"}}}, MID, 1),
        ({"count": "memberships", "where": {"to_date": {"given": True}}}, END, 1),
        ({"count": "memberships", "where": {"household_id": {"has": ["A", "C"]}}}, END, 3),
        ({"least": "dividends.paid", "over": "share"}, END, Fraction(8, 100)),
        ({"years": "links"}, END, 29),  # a day short of thirty is not thirty
        ({"days": "links"}, END, (date(2050, 2, 28) - date(2020, 2, 29)).days),
        ({"ratio": {"part": POOR, "base": "rural"}}, END, Fraction(4, 50)),
        ({"ratio": {"part": POOR, "base": "rural"}}, date(2017, 1, 1), None),  # no base of that day
        ({"ratio": {"part": POOR, "whole": {"count": "links"}}}, MID, Fraction(5, 2)),
        (
            {"mean": "dividends.paid", "of": "share", "where": {"paid": {"most": 900}}},
            END,
            Fraction(1700, 20_000),
        ),
        (
            {"growth": {"now": {"count": "links"}, "before": {"count": "dividends"}}},
            END,
            Fraction(-1, 3),
        ),
        (MONTHLY | {"where": {"code": "v"}, "take": "same"}, END, 1),
        (MONTHLY | {"where": {"code": "v"}, "during": 2021, "take": "least"}, END, None),
        (MONTHLY | {"take": "same"}, END, None),  # w was seen in one month only
        (MONTHLY | {"take": "least"}, END, 0),
        (MONTHLY | {"per": ["quarter"], "take": "least"}, END, 3),
        ({"count": "payments", "where": {"programme": "z"}}, END, 0),
        ({"count": "payments", "where": {"programme": "z"}, "among": {"count": "links"}}, END, 0),
    ],
)
def test_figures(query: dict[str, Any], day: date, expected: object) -> None:
    assert _reports().figure(query, day) == expected


def test_what_cannot_be_computed_is_not_zero() -> None:
    nothing = {"count": "payments", "where": {"programme": "z"}}
    asked = _reports()
    assert asked.figure({"count": "links", "among": nothing}, END) is None
    assert asked.figure({"ratio": {"part": nothing, "whole": nothing}}, END) is None
    assert asked.figure({"least": "payments.amount", "where": {"programme": "z"}}, END) is None
    unequal = {"sum": "dividends.paid", "per": "household_id", "take": "same"}
    assert asked.figure(unequal, END) is None


def test_a_query_has_one_measure() -> None:
    with pytest.raises(PlaceError, match="one measure"):
        _reports().figure({"count": "links", "sum": "links.amount"}, END)
