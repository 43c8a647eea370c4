"""The register as of a day: which record has the last word, whom it holds, and what it never holds."""

import os
import subprocess
import sys
from datetime import date

import pyarrow as pa
import pytest
from django.db import connection

from mingbai.common.errors import RegisterError
from mingbai.decisions.programs import not_recorded, pack_named, state_program, whole_program
from mingbai.decisions.reading import Request, _CursorReader, reading
from mingbai.decisions.requests import Scope
from mingbai.decisions.snapshot import take_snapshot
from mingbai.households.models import (
    Bill,
    Dwelling,
    HouseholdLife,
    Identity,
    IncomeYear,
    Insurance,
    Living,
    Membership,
    Schooling,
    Security,
    Status,
    Work,
)
from tests.decisions.filling import (
    DAY,
    ROOT,
    Filler,
    fill_example,
    make_register,
    plain_household,
    plain_person,
    recorded_batch,
)

pytestmark = pytest.mark.database


def snapshot(day=DAY, **scope):
    pack = pack_named("cn")
    program = whole_program(pack, day, not_recorded(pack))
    return take_snapshot(program, Scope(day, **scope), everything=True)


def household(key, day=DAY, **scope):
    return _row(snapshot(day, **scope), "household", "household_id", key)


def person(key, day=DAY):
    return _row(snapshot(day), "person", "person_id", key)


def _row(taken, entity, column, key):
    rows = [row for row in taken.tables[entity].to_pylist() if row[column] == str(key)]
    return rows[0] if rows else None


@pytest.fixture
def filler(db):
    make_register()
    return Filler()


@pytest.fixture
def home(filler):
    return filler.household(plain_household("1"))


@pytest.fixture
def member(filler, home):
    return filler.person(plain_person("11", "1"))


def test_record_that_holds_on_the_day_speaks(filler, home):
    filler.put(Dwelling, date(2020, 1, 1), date(2023, 5, 1), household_id=home, dwelling_grade="D")
    filler.put(Dwelling, date(2023, 5, 1), household_id=home, dwelling_grade="A")
    days = (date(2019, 12, 31), date(2020, 1, 1), date(2023, 4, 30), date(2023, 5, 1))
    assert [household(home, day)["dwelling_grade"] for day in days] == [None, "D", "D", "A"]


def test_income_of_the_last_year_that_is_over_speaks(filler, home):
    for year, wage in ((2022, 100), (2023, 200)):
        filler.put(IncomeYear, date(year, 1, 1), date(year + 1, 1, 1), household_id=home,
                   income_wage=wage)  # fmt: skip
    days = (date(2022, 6, 1), date(2023, 6, 1), date(2024, 1, 1), DAY)
    assert [household(home, day)["income_wage"] for day in days] == [None, 100, 200, 200]


def test_income_of_a_year_under_way_speaks_once_it_was_observed(filler, home):
    this_year = {"valid_from": date(2025, 1, 1), "valid_to": date(2026, 1, 1), "household_id": home}
    filler.put(IncomeYear, date(2024, 1, 1), date(2025, 1, 1), household_id=home, income_wage=1)
    filler.put(IncomeYear, **this_year, income_wage=2, observed_on=date(2025, 6, 1))
    assert [household(home, day)["income_wage"] for day in (date(2025, 5, 31), DAY)] == [1, 2]


def test_income_entered_by_hand_speaks_at_once(filler, home):
    this_year = {"valid_from": date(2025, 1, 1), "valid_to": date(2026, 1, 1), "household_id": home}
    Filler(recorded_batch(kind="action")).put(IncomeYear, **this_year, income_wage=3)
    assert household(home)["income_wage"] == 3


def test_work_of_the_last_year_that_is_over_speaks(filler, member):
    filler.put(Work, date(2023, 1, 1), date(2024, 1, 1), person_id=member, work_months=7)
    assert person(member)["work_months"] == 7


def test_insurance_is_that_of_the_year_of_the_day(filler, member):
    filler.put(
        Insurance, date(2024, 1, 1), date(2025, 1, 1), person_id=member, medical_insured=True
    )
    days = (date(2024, 6, 1), DAY)
    assert [person(member, day)["medical_insured"] for day in days] == [True, None]


def test_rows_of_an_open_batch_are_not_seen(filler, home):
    filler.put(Living, household_id=home, tv=False)
    still_open = recorded_batch(recorded_at=None)
    Living.objects.update(ended_by=still_open)
    Filler(still_open).put(Living, household_id=home, tv=True)
    assert household(home)["tv"] is False


def test_ended_record_is_not_seen(filler, home):
    filler.put(Living, household_id=home, tv=False)
    Living.objects.update(ended_by=recorded_batch())
    assert household(home)["tv"] is None


def test_member_is_counted_where_he_lives_on_the_day(filler, home, member):
    other = filler.household(plain_household("2"))
    Membership.objects.update(valid_to=date(2025, 1, 1))
    filler.put(Membership, date(2025, 1, 1), person_id=member, household_id=other, relation="head")
    days = (date(2024, 12, 31), date(2025, 1, 1))
    assert [person(member, day)["household_id"] for day in days] == [str(home), str(other)]
    assert household(other)["member_count_registered"] == 1
    assert household(home)["member_count_registered"] is None


def test_household_that_ended_is_left_out(filler, home, member):
    HouseholdLife.objects.update(valid_to=date(2024, 1, 1))
    Membership.objects.update(valid_to=date(2024, 1, 1))
    assert household(home, date(2023, 12, 31)) is not None
    assert snapshot().households == snapshot().persons == 0


def test_bills_up_to_the_day_belong_to_their_person(filler, member):
    for day, paid in ((date(2025, 6, 30), 5), (date(2025, 7, 1), 7)):
        filler.put(Bill, day, date(2025, 7, 2), person_id=member, self_paid=paid, kind="inpatient")
    assert [row["self_paid"] for row in snapshot().tables["bill"].to_pylist()] == [5]


def test_enrolment_is_a_schooling_record_with_a_stage_or_a_roll(filler, member):
    filler.put(Schooling, date(2025, 3, 1), person_id=member, stage="secondary_vocational",
               full_time=True, roll_state="enrolled")  # fmt: skip
    assert snapshot().tables["enrolment"].select(
        ["person_id", "enrolled_on", "stage"]
    ).to_pylist() == [
        {"person_id": str(member), "enrolled_on": date(2025, 3, 1), "stage": "secondary_vocational"}
    ]


def test_household_without_registration_is_unknown_where_nobody_has_one(home):
    found = household(home)
    assert (found["household_kind"], found["watched_kind"]) == (None, None)


def test_household_without_registration_is_ordinary_where_others_have_one(filler, home):
    other = filler.household(plain_household("2"))
    registered(filler, other, "registered", date(2014, 4, 1))
    found = household(home)
    assert (found["household_kind"], found["watched_kind"]) == ("general", "none")


def registered(filler, key, kind, begun, ended=None, cause=""):
    filler.put(Status, begun, ended, subject="household", subject_id=key, kind=kind, cause=cause)


EPISODES = {
    "registered": ([("registered", 2014, None)], "registered_poor"),
    "exited": ([("registered", 2014, None), ("exited", 2018, None)], "exited"),
    "returned": (
        [("registered", 2014, None), ("exited", 2016, 2017), ("returned", 2017, None)],
        "registered_poor",
    ),
    "exited again": (
        [("registered", 2014, None), ("exited", 2016, 2017), ("returned", 2017, 2018),
         ("exited", 2018, None)],
        "exited",
    ),
    "removed": ([("registered", 2014, None), ("removed", 2015, None)], "general"),
    "ended": ([("registered", 2014, 2015)], "general"),
}  # fmt: skip


@pytest.mark.parametrize(("episodes", "kind"), EPISODES.values(), ids=EPISODES)
def test_last_registration_that_holds_decides_the_kind(filler, home, episodes, kind):
    for name, begun, ended in episodes:
        registered(filler, home, name, date(begun, 3, 1), date(ended, 3, 1) if ended else None)
    found = household(home)
    assert (found["household_kind"], found["identified_on"]) == (kind, date(2014, 3, 1))


WATCHES = {
    "watched": ([("watched_unstable", 2022, None)], ("unstable", 2022, False, None)),
    "cleared": (
        [("watched_sudden", 2022, 2024), ("cleared", 2024, None)],
        ("sudden", 2022, True, 2024),
    ),
    "watched again": (
        [("watched_sudden", 2022, 2023), ("cleared", 2023, 2025), ("watched_marginal", 2025, None)],
        ("marginal", 2025, False, None),
    ),
    "taken back": ([("watched_sudden", 2022, 2023)], ("none", None, None, None)),
}


@pytest.mark.parametrize(("episodes", "expected"), WATCHES.values(), ids=WATCHES)
def test_last_monitoring_counts_while_it_holds_or_was_cleared(filler, home, episodes, expected):
    for name, begun, ended in episodes:
        registered(filler, home, name, date(begun, 3, 1), date(ended, 3, 1) if ended else None)
    found, (kind, since, cleared, cleared_in) = household(home), expected
    assert found["watched_kind"] == kind
    assert found["watched_on"] == (date(since, 3, 1) if since else None)
    assert found["risk_cleared"] is cleared
    assert found["cleared_on"] == (date(cleared_in, 3, 1) if cleared_in else None)


def test_cause_is_that_of_the_registration_before_that_of_the_monitoring(filler, home):
    registered(filler, home, "watched_sudden", date(2023, 1, 1), cause="accident")
    assert household(home)["poverty_cause"] == "accident"
    registered(filler, home, "registered", date(2014, 1, 1), cause="illness")
    assert household(home)["poverty_cause"] == "illness"


def test_allowance_follows_the_registration_where_no_record_says_otherwise(filler, home, member):
    assert person(member)["on_dibao"] is None
    registered(filler, home, "dibao", date(2020, 1, 1))
    assert (person(member)["on_dibao"], person(member)["on_tekun"]) == (True, False)
    filler.put(Status, subject="person", subject_id=member, kind="tekun")
    assert (person(member)["on_dibao"], person(member)["on_tekun"]) == (False, True)
    filler.put(Security, person_id=member, on_dibao=True, on_tekun=False)
    assert (person(member)["on_dibao"], person(member)["on_tekun"]) == (True, False)


def test_places_bear_their_names(home):
    found = household(home)
    assert (found["county"], found["township"], found["village"]) == ("县", "乡", "村一")


def test_only_the_households_asked_for_are_read(filler, member):
    filler.household(plain_household("2", village="村二"))
    third = filler.household(plain_household("3", village="村三"))
    code = household(third)["division_code"]
    assert snapshot().households == 3
    assert snapshot(division_code=code).tables["household"]["household_id"].to_pylist() == [
        str(third)
    ]
    assert snapshot(household_ids=(third,)).households == 1
    assert snapshot(division_code=code[:6].ljust(12, "0")).households == 3


def test_snapshot_holds_no_name_number_or_phone(db):
    make_register()
    filler = fill_example()
    taken = snapshot()
    names = {name for table in taken.tables.values() for name in table.column_names}
    assert not names & {"name", "head_name", "phone", "id_number", "address"}
    texts = {
        value
        for table in taken.tables.values()
        for column in table.columns
        if column.type == pa.string()
        for value in column.to_pylist()
    }
    assert not texts & set(Identity.objects.values_list("name", flat=True))
    assert not texts & (set(filler.households) | set(filler.persons))


def test_digest_names_the_facts_and_not_their_order(filler, home, member):
    def bills(*days):
        Bill.objects.all().delete()
        for day in days:
            filler.put(Bill, day, person_id=member, self_paid=day.day)
        return snapshot().digest

    first, second = date(2025, 1, 5), date(2025, 2, 6)
    assert bills(first, second) == bills(second, first) != bills(first)


def test_second_connection_reads_the_same(from_outside):
    make_register()
    fill_example()
    pack = pack_named("cn")
    program = state_program(pack, DAY, not_recorded(pack))
    inside = take_snapshot(program, Scope(DAY))
    from_outside()
    with reading() as reader:
        assert not isinstance(reader, _CursorReader)
    assert take_snapshot(program, Scope(DAY)).digest != ""
    outside = take_snapshot(program, Scope(DAY))
    assert {name: table.to_pylist() for name, table in outside.tables.items()} == {
        name: table.to_pylist() for name, table in inside.tables.items()
    }
    assert outside.digest == inside.digest


def test_column_that_begins_with_many_nulls_is_read_from_outside(from_outside):
    make_register()
    filler = Filler()
    keys = [filler.household(plain_household(str(number))) for number in range(3)]
    filler.put(Living, household_id=keys[-1], fuel="gas", road_metres=5)
    for key in keys[:-1]:
        filler.put(Living, household_id=key)
    from_outside()
    columns = ["household_id", "fuel", "tv", "valid_to"]
    with reading() as reader:
        found = reader.table(Request(Living.objects.order_by("-id"), columns))
        none = reader.table(Request(Living.objects.filter(pk=0), columns))
    kinds = [pa.int64(), pa.string(), pa.bool_(), pa.date32()]
    assert (found.num_rows, found.schema.types) == (3, kinds)
    assert (none.num_rows, none.schema.types) == (0, kinds)


def test_number_of_statements_does_not_grow(filler, django_assert_max_num_queries):
    for number in range(5):
        filler.household(plain_household(str(number)))
    pack = pack_named("cn")
    program = state_program(pack, DAY, not_recorded(pack))
    with django_assert_max_num_queries(24):
        take_snapshot(program, Scope(DAY))


def test_reading_process_that_ends_early_is_said(from_outside, tmp_path):
    make_register()
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL is read in this process")
    from_outside(tmp_path)  # a folder is no database
    with pytest.raises(RegisterError, match="DEC-007"):
        snapshot()


def test_second_sqlite_stays_out_of_the_process_that_writes():
    loads_both = "import mingbai.decisions.reading, sys; print('adbc_driver_sqlite' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    told = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {loads_both}"],
        capture_output=True, text=True, check=True, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert told.stdout.strip() == "False"
