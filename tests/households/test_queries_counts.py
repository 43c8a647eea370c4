"""Counts as of a day, and the ledger between two (S1-04, S4-01, S4-02, S4-03)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter
from mingbai.common.errors import RegisterError
from mingbai.households.actions import (
    leave,
    merge_households,
    move_household,
    open_status,
    recode_residences,
    record_birth,
    record_death,
    record_facts,
    record_marriage,
    split_household,
)
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Residence, SearchEntry
from mingbai.households.queries import (
    Filter,
    Standing,
    adjustment_ledger,
    count_households,
    count_totals,
    counts_on,
    list_households,
)
from mingbai.places.enums import Level
from mingbai.places.intervals import join
from tests.households.making import BY, OTHER_VILLAGE, START, VILLAGE, household, somebody

pytestmark = pytest.mark.database
DAY = date(2020, 5, 1)
S = StatusKind
NEW_VILLAGE = "610921103001"


def status(home, kind, on):
    return open_status(**BY, on=on, subject=Subject.HOUSEHOLD, subject_id=home, kind=kind)


def only(*villages):
    return Scope(tuple(join((code, code) for code in villages)))


def totals(day, standing=Standing.REGISTERED, **rest):
    found = count_totals(day, standing=standing, **rest)
    return found.households, found.persons


def test_registered_and_poor_on_any_day():
    one, _ = household()
    two, _ = household([somebody("head")])
    household()
    status(one, S.REGISTERED, date(2015, 1, 1))
    status(two, S.REGISTERED, date(2016, 1, 1))
    status(one, S.EXITED, date(2018, 1, 1))
    assert totals(START) == (0, 0)
    assert totals(date(2015, 1, 1)) == (1, 4)
    assert totals(date(2018, 1, 1)) == (2, 5)
    assert totals(date(2018, 1, 1), Standing.POOR) == (1, 1)
    assert totals(date(2018, 1, 1), Standing.EXITED) == (1, 4)
    assert totals(DAY, Standing.ALL) == (3, 9)


def test_counts_by_division_and_level():
    household()
    household([somebody("head")], village=OTHER_VILLAGE)
    villages = {one.code: (one.households, one.persons) for one in counts_on(DAY)}
    assert villages == {VILLAGE: (1, 4), OTHER_VILLAGE: (1, 1)}
    (county,) = counts_on(DAY, level=Level.COUNTY)
    assert (county.code, county.households, county.persons) == ("610921000000", 2, 5)
    assert totals(DAY, Standing.ALL, scope=only(OTHER_VILLAGE)) == (1, 1)


def test_the_household_of_a_mover_is_counted_where_it_lived_that_day():
    home, _ = household()
    move_household(**BY, on=DAY, household_id=home, residence={"division_code": OTHER_VILLAGE})
    assert totals(date(2020, 4, 30), Standing.ALL, scope=only(VILLAGE)) == (1, 4)
    assert totals(DAY, Standing.ALL, scope=only(VILLAGE)) == (0, 0)
    assert totals(DAY, Standing.ALL, scope=only(OTHER_VILLAGE)) == (1, 4)


def test_a_count_as_it_was_known():
    home, (_, wife, *_) = household()
    batch = status(home, S.REGISTERED, date(2015, 1, 1)).batch_id
    known = Batch.objects.get(pk=batch).recorded_at
    record_death(**BY, on=DAY, person_id=wife)
    assert totals(DAY) == (1, 3)
    assert totals(DAY, known_at=known) == (1, 4)


def test_a_recoded_village_keeps_its_history_under_the_old_code():
    home, _ = household()
    batch = recode_residences(**BY, on=DAY, codes={VILLAGE: NEW_VILLAGE})
    assert batch.recorded_at is not None
    assert {one.code for one in counts_on(date(2020, 4, 30))} == {VILLAGE}
    assert {one.code for one in counts_on(DAY)} == {NEW_VILLAGE}
    codes = SearchEntry.objects.recorded().filter(household_id=home)
    assert set(codes.values_list("division_code", flat=True)) == {NEW_VILLAGE}
    with pytest.raises(RegisterError, match="HOME-053"):
        recode_residences(**BY, on=DAY, codes={VILLAGE: VILLAGE})


def test_who_moves_while_a_village_is_recoded_is_recoded_as_well(monkeypatch):
    """Between the reading of the residences and their end: the move stands, under the new code."""
    homes = [household()[0] for _ in range(2)]
    end = BatchWriter.end

    def end_beside(*given):
        monkeypatch.setattr(BatchWriter, "end", end)
        there = {"division_code": VILLAGE, "group_number": "3"}
        move_household(**BY, on=date(2020, 3, 1), household_id=homes[0], residence=there)
        return end(*given)

    monkeypatch.setattr(BatchWriter, "end", end_beside)
    recode_residences(**BY, on=DAY, codes={VILLAGE: NEW_VILLAGE})
    rows = Residence.objects.recorded().order_by("household_id", "valid_from")
    assert list(
        rows.values_list("household_id", "valid_from", "division_code", "group_number")
    ) == [
        (homes[0], START, VILLAGE, None),
        (homes[0], date(2020, 3, 1), VILLAGE, "3"),
        (homes[0], DAY, NEW_VILLAGE, "3"),
        (homes[1], START, VILLAGE, None),
        (homes[1], DAY, NEW_VILLAGE, None),
    ]
    codes = SearchEntry.objects.recorded().values_list("division_code", flat=True)
    assert set(codes) == {NEW_VILLAGE}


def a_busy_place():
    """Three registered households and what happens to them in six years."""
    one, (_, _, son, his_wife) = household()
    two, (old,) = household([somebody("head", birth=date(1940, 1, 1))])
    three, people = household([somebody("head"), somebody("spouse", sex="female")])
    plain, (_, bride) = household([somebody("head"), somebody("daughter", birth=date(1990, 1, 1))])
    for home in (one, two, three):
        status(home, S.REGISTERED, date(2015, 1, 1))
    record_birth(
        **BY, on=date(2016, 2, 1), household_id=one, child=somebody("grandson", birth=None)
    )
    split_household(**BY, on=date(2017, 1, 1), household_id=one, person_ids=[son, his_wife], head_id=son,
                    statuses=[S.REGISTERED])  # fmt: skip
    record_marriage(
        **BY, on=date(2017, 6, 1), person_id=bride, household_id=three, relation="other"
    )
    status(one, S.EXITED, date(2018, 1, 1))
    record_death(**BY, on=date(2018, 6, 1), person_id=old)
    status(three, S.REMOVED, date(2019, 1, 1))
    leave(**BY, on=date(2019, 6, 1), household_id=plain,
          person_ids=[heads_of(plain)])  # fmt: skip
    status(one, S.RETURNED, date(2020, 1, 1))
    return one, two, three, people


def heads_of(home):
    from tests.households.making import members_on

    return members_on(home, date(2019, 1, 1))[0][0]


def test_the_ledger_explains_every_person_and_household():
    a_busy_place()
    ledger = adjustment_ledger(START, DAY)
    assert (ledger.opening.persons, ledger.closing.persons) == (0, 5)
    assert ledger.adds_up
    assert ledger.lines == {
        "household_ended.died_out": (-1, 0),
        "identified": (3, 7),
        "natural_decrease.death": (0, -1),
        "natural_increase.birth": (0, 1),
        "natural_increase.marriage": (0, 1),
        "removed": (-1, -3),
        "split": (1, 0),
    }


def test_the_ledger_of_the_poor_has_exits_and_returns():
    a_busy_place()
    ledger = adjustment_ledger(date(2017, 12, 31), DAY, standing=Standing.POOR)
    assert ledger.adds_up
    assert ledger.lines["exited"] == (-1, -3)
    assert ledger.lines["returned"] == (1, 3)


@pytest.mark.parametrize(
    "day", [date(year, month, 1) for year in range(2015, 2021) for month in (1, 6)]
)
@pytest.mark.parametrize("standing", [Standing.REGISTERED, Standing.POOR])
def test_stocks_of_the_ledger_are_the_counts_of_the_day(day, standing):
    a_busy_place()
    ledger = adjustment_ledger(START, day, standing=standing)
    assert ledger.adds_up
    assert (ledger.closing.households, ledger.closing.persons) == totals(day, standing)


def test_moving_in_and_out_of_a_village_stands_in_its_ledger():
    home, _ = household()
    status(home, S.REGISTERED, date(2015, 1, 1))
    move_household(**BY, on=DAY, household_id=home, residence={"division_code": OTHER_VILLAGE})
    left = adjustment_ledger(date(2016, 1, 1), DAY, scope=only(VILLAGE))
    came = adjustment_ledger(date(2016, 1, 1), DAY, scope=only(OTHER_VILLAGE))
    both = adjustment_ledger(date(2016, 1, 1), DAY, scope=only(VILLAGE, OTHER_VILLAGE))
    assert (left.lines, came.lines, both.lines) == (
        {"moved_out": (-1, -4)},
        {"moved_in": (1, 4)},
        {},
    )
    assert left.adds_up
    assert came.adds_up


def test_a_merge_moves_nobody_out_of_the_register():
    one, _ = household()
    two, (old,) = household([somebody("head", birth=date(1940, 1, 1))])
    keys = [status(home, S.REGISTERED, date(2015, 1, 1)) for home in (one, two)]
    from mingbai.households.models import Status

    kept = Status.objects.recorded().get(subject_id=one).pk
    merge_households(
        **BY, on=DAY, household_id=one, absorbed_id=two, relations={old: "father"}, keep=[kept]
    )
    ledger = adjustment_ledger(date(2016, 1, 1), DAY)
    assert len(keys) == 2
    assert ledger.lines == {"household_ended.merged": (-1, 0)}
    assert ledger.adds_up


# The list


def test_the_list_shows_head_members_and_statuses_of_the_day():
    home, (head, *_) = household(number="61092100001")
    status(home, S.REGISTERED, date(2015, 1, 1))
    (row,) = list_households(DAY, scope=EVERYTHING).rows
    assert (row.household_id, row.number, row.head_id, row.head_name, row.members, row.kinds) == (
        home, "61092100001", head, "甲", 4, ("registered",),
    )  # fmt: skip
    assert list_households(START, scope=EVERYTHING).rows[0].kinds == ()
    assert list_households(date(2013, 1, 1), scope=EVERYTHING).rows == ()


def walked(sort, limit=2, **rest):
    found, after = [], ""
    while True:
        page = list_households(DAY, scope=EVERYTHING, sort=sort, after=after, limit=limit, **rest)
        found.extend(row.number for row in page.rows)
        after = page.next
        if not after:
            return found


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("place", ["d", "b", "a", "c", "e"]),
        ("-place", ["e", "c", "a", "b", "d"]),
        ("number", ["a", "b", "c", "d", "e"]),
        ("-number", ["e", "d", "c", "b", "a"]),
    ],
)
def test_pages_follow_one_another_without_gap_or_repeat(sort, expected):
    for number, village in (
        ("d", VILLAGE),
        ("b", VILLAGE),
        ("a", OTHER_VILLAGE),
        ("c", OTHER_VILLAGE),
        ("e", OTHER_VILLAGE),
    ):
        household([somebody("head")], number=number, village=village)
    assert walked(sort) == expected


def test_the_list_is_filtered_by_scope_standing_place_and_value(monkeypatch):
    one, _ = household(number="one")
    two, _ = household([somebody("head")], number="two", village=OTHER_VILLAGE)
    status(one, S.REGISTERED, date(2015, 1, 1))
    status(two, S.WATCHED_SUDDEN, date(2015, 1, 1))
    record_facts(
        actor="user:1", topic="dwelling", subject_id=two, on=START, values={"dwelling_grade": "D"}
    )
    asked = [
        Filter(standing=Standing.POOR),
        Filter(kinds=(S.WATCHED_SUDDEN,)),
        Filter(division_code=OTHER_VILLAGE[:9]),
        Filter(division_code=OTHER_VILLAGE),
        Filter(topic="dwelling", column="dwelling_grade", value="D"),
        Filter(standing=Standing.POOR, kinds=(S.WATCHED_SUDDEN,)),
    ]
    expected = [["one"], ["two"], ["one", "two"], ["two"], ["two"], []]
    assert [walked("place", filters=one) for one in asked] == expected
    assert [count_households(DAY, scope=EVERYTHING, filters=one) for one in asked] == [
        1,
        1,
        2,
        1,
        1,
        0,
    ]
    monkeypatch.setattr("mingbai.households.queries.listing.RARE", 0)
    assert [walked("place", filters=one) for one in asked] == expected
    assert [row.number for row in list_households(DAY, scope=only(VILLAGE)).rows] == ["one"]
    assert list_households(DAY, scope=Scope()).rows == ()
    assert [row.number for row in list_households(DAY, scope=Scope((), frozenset({two}))).rows] == [
        "two"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sort": "name"},
        {"limit": 0},
        {"limit": 100_000},
        {"after": "x"},
        {"after": "6109 99999999999999999999"},
        {"filters": Filter(topic="health", column="health_major", value=True)},
        {"filters": Filter(topic="bank_account", column="bank", value="x")},
        {"filters": Filter(topic="residence", column="phone", value="x")},
    ],
)
def test_wrong_conditions_are_refused(wrong):
    with pytest.raises(RegisterError, match=r"HOME-0(11|54)"):
        list_households(DAY, scope=EVERYTHING, **wrong)


def test_a_page_costs_as_many_queries_for_one_household_as_for_ten():
    def queries():
        with CaptureQueriesContext(connection) as seen:
            list_households(DAY, scope=EVERYTHING, filters=Filter(standing=Standing.REGISTERED))
        return len(seen)

    status(household()[0], S.REGISTERED, date(2015, 1, 1))
    first = queries()
    for _ in range(5):
        status(household()[0], S.REGISTERED, date(2015, 1, 1))
    assert queries() == first <= 9
