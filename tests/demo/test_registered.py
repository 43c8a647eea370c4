"""The register of the poor: every dated stock is the sum of its events, and the memberships of the day."""

# The queries are put together from days and relations that stand in this file.
# ruff: noqa: S608

from datetime import date

import duckdb
import pytest

from mingbai.demo.registered import STOCK
from tests.demo.peopled import asked_about

DAYS = [date(2014, 10, 31), date(2014, 12, 31), *(date(year, 12, 31) for year in range(2015, 2020))]


@pytest.fixture(params=["puxi", "dongkou"])
def asked(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    return asked_about(request.param, date(2026, 6, 30))


def one(asked: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    return asked.sql(sql).fetchall()[0]


def on(day: date, table: str) -> str:
    return f"{table}.from_date <= '{day}' and coalesce({table}.to_date > '{day}', true)"


@pytest.mark.parametrize("day", [*DAYS, date(2023, 12, 31), date(2026, 6, 30)])
def test_registered_persons_are_the_sum_of_the_events(
    asked: duckdb.DuckDBPyConnection, day: date
) -> None:
    """S1-02 S1-04 S4-01 S4-02 S4-03, X05 and X11."""
    logged = one(
        asked,
        f"select sum(households), sum(persons) from events where day <= '{day}' and kind in {STOCK}",
    )
    counted = one(
        asked,
        "select count(distinct household_id), count(*) from memberships m join statuses s on"
        f" s.subject_id = household_id and s.kind = 'registered' where {on(day, 'm')} and {on(day, 's')}",
    )
    assert logged == counted


@pytest.mark.parametrize("day", [*DAYS, date(2020, 12, 31)])
def test_who_is_still_poor_balances_too(asked: duckdb.DuckDBPyConnection, day: date) -> None:
    """Events of a household count until it exits, and again from a return to the next exit."""
    logged = one(
        asked,
        f"""
        select coalesce(sum(persons), 0) from events e where day <= '{day}' and (
            kind in ('identified', 'added', 'exited', 'returned') or not exists (
                select 1 from statuses s where s.kind = 'exited' and s.subject_id = e.household_id
                and s.from_date < e.day and coalesce(s.to_date >= e.day, true)))
        """,
    )
    counted = one(
        asked,
        "select count(*) from memberships m join statuses s on s.subject_id = household_id"
        f" and s.kind = 'registered' where {on(day, 'm')} and {on(day, 's')} and not exists (select 1"
        f" from statuses x where x.kind = 'exited' and x.subject_id = household_id and {on(day, 'x')})",
    )
    assert logged == counted


PUBLISHED = [
    ("puxi", date(2014, 12, 31), False, (1727, 4869)),
    ("puxi", date(2018, 6, 30), True, (945, 2253)),
    ("puxi", date(2018, 12, 31), True, (None, 1386)),
    ("puxi", date(2018, 12, 31), False, (1578, 4325)),
    ("dongkou", date(2014, 12, 31), False, (None, 139_780)),
    ("dongkou", date(2019, 12, 31), False, (28_797, 102_087)),
    ("dongkou", date(2019, 12, 31), True, (2549, 5443)),
]


@pytest.mark.parametrize(("name", "day", "poor", "wanted"), PUBLISHED)
def test_published_stocks_come_out_by_query(
    name: str, day: date, poor: bool, wanted: tuple[int | None, int]
) -> None:
    """S1-02 S1-04 S1-05 S1-27 S4-01 S4-02."""
    out = (
        f"and not exists (select 1 from statuses x where x.kind = 'exited' and x.subject_id = household_id"
        f" and {on(day, 'x')})"
    )
    found = one(
        asked_about(name, date(2026, 6, 30)),
        "select count(distinct household_id), count(*) from memberships m join statuses s on"
        f" s.subject_id = household_id and s.kind = 'registered' where {on(day, 'm')} and {on(day, 's')}"
        f" {out if poor else ''}",
    )
    assert found[1] == wanted[1]
    assert wanted[0] in (None, found[0])


def test_everybody_has_exited_by_the_end_of_2020(asked: duckdb.DuckDBPyConnection) -> None:
    day = date(2020, 12, 31)
    assert one(
        asked,
        f"select count(*) from statuses s where kind = 'registered' and {on(day, 's')} and not exists"
        f" (select 1 from statuses x where x.kind = 'exited' and x.subject_id = s.subject_id"
        f" and {on(day, 'x')})",
    ) == (0,)


def test_watched_households_follow_a_true_shock(asked: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(asked.sql("select kind, count(*) from statuses group by 1").fetchall())
    assert (
        min(kinds[one] for one in ("watched_unstable", "watched_marginal", "watched_sudden")) > 10
    )
    assert one(
        asked,
        "select count(*) from statuses s where kind like 'watched%' and not exists (select 1 from"
        " truth_shocks t where t.household_id = s.subject_id and t.day < s.from_date)",
    ) == (0,)


def test_unstable_households_had_exited_and_marginal_ones_had_not(
    asked: duckdb.DuckDBPyConnection,
) -> None:
    exited = (
        "exists (select 1 from statuses x where x.kind = 'exited' and x.subject_id = s.subject_id)"
    )
    assert one(
        asked,
        f"select count(*) filter (kind = 'watched_unstable' and not {exited}),"
        f" count(*) filter (kind = 'watched_marginal' and {exited}) from statuses s",
    ) == (0, 0)


def test_cleared_episodes_end_a_watched_one(asked: duckdb.DuckDBPyConnection) -> None:
    assert one(asked, "select count(*) from statuses where kind = 'cleared'")[0] > 20
    assert one(
        asked,
        "select count(*) from statuses c where kind = 'cleared' and not exists (select 1 from statuses w"
        " where w.kind like 'watched%' and w.subject_id = c.subject_id and w.to_date = c.from_date)",
    ) == (0,)


def test_the_truth_knows_missed_and_wrongly_listed_households(
    asked: duckdb.DuckDBPyConnection,
) -> None:
    """The published rates are zero (S1-21): what assessments found, not what is."""
    found = dict(asked.sql("select kind, count(*) from truth_misjudged group by 1").fetchall())
    assert min(found.values()) > 2
    assert one(
        asked,
        "select count(*) from truth_misjudged j join statuses s on subject_id = household_id"
        " where j.kind = 'missed' and s.kind = 'registered'",
    ) == (0,)
    assert one(
        asked,
        "select count(*) from truth_misjudged j join truth_welfare w using (household_id)"
        " where j.kind = 'missed' and w.year between 2014 and 2019 and not poor",
    ) == (0,)


def test_registered_households_are_poorer_than_others(asked: duckdb.DuckDBPyConnection) -> None:
    means = dict(
        asked.sql(
            "select exists (select 1 from statuses s where s.kind = 'registered' and"
            " s.subject_id = household_id), median(welfare) from truth_welfare where year = 2019 group by 1"
        ).fetchall()
    )
    assert means[True] < 0.8 * means[False]


def test_exited_households_are_above_the_line_of_their_year(
    asked: duckdb.DuckDBPyConnection,
) -> None:
    low, all_ = one(
        asked,
        "select count(*) filter (per_capita < 3400_00), count(*) from incomes join statuses s on"
        " s.subject_id = household_id and s.kind = 'exited' where incomes.year = 2019 and"
        " s.from_date < '2019-12-01' and s.to_date is null",
    )
    assert low < 0.12 * all_  # true shocks put a few below
