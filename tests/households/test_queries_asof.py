"""A household on a day, as known at an instant; its timeline; where values come from."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingbai.audit.models import Batch
from mingbai.common.errors import RegisterError
from mingbai.households.actions import (
    Said,
    add_income_entry,
    correct_facts,
    open_status,
    record_birth,
    record_death,
    record_facts,
    split_household,
    take_over_headship,
)
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.queries import (
    change_counts,
    corrections,
    field_origins,
    household_as_of,
    households_of_person,
    income_differences,
    members_ever,
    timeline,
)
from mingbai.households.topics import Restriction
from tests.households.making import BY, START, household, invented_document, somebody

pytestmark = pytest.mark.database
DAY = date(2020, 5, 1)
BORN = date(1950, 1, 1)
FIRST, LAST = "2000-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"


def fact(topic, key, on=START, said=None, **values):
    return record_facts(
        actor="user:1", topic=topic, subject_id=key, on=on, values=values, said=said or Said()
    )


def instant(batch_id):
    return Batch.objects.get(pk=batch_id).recorded_at


def test_a_household_as_it_was_before_and_after_a_death():
    home, (head, wife, *_) = household()
    record_death(**BY, on=DAY, person_id=head, new_head_id=wife)
    before, after = household_as_of(home, date(2020, 4, 30)), household_as_of(home, DAY)
    assert [(one.name, one.relation) for one in before.members] == [
        ("甲", "head"), ("乙", "spouse"), ("丙", "son"), ("丁", "daughter_in_law"),
    ]  # fmt: skip
    assert (after.head.person_id, len(after.members)) == (wife, 3)


def test_what_was_true_and_what_was_known_are_asked_apart():
    home, _ = household()
    first = fact("dwelling", home, area=80).batch_id
    correct_facts(**BY, topic="dwelling", subject_id=home, on=DAY, values={"area": 85})
    assert household_as_of(home, DAY).fact("dwelling", "area") == 85
    assert household_as_of(home, DAY, instant(first)).fact("dwelling", "area") == 80


def test_a_split_told_late_was_not_known_before():
    home, (_, _, son, his_wife) = household()
    known = instant(fact("dwelling", home, area=80).batch_id)
    split_household(
        **BY, on=DAY, household_id=home, person_ids=[son, his_wife], head_id=son, statuses=()
    )
    assert len(household_as_of(home, DAY).members) == 2
    assert len(household_as_of(home, DAY, known).members) == 4
    assert len(household_as_of(home, START).members) == 4


def test_numbers_are_masked():
    number = invented_document(BORN)
    home, _ = household([somebody("head", birth=BORN, id_number=number, phone="10073988745")])
    view = household_as_of(home, DAY)
    assert view.members[0].fact("identity", "id_number") == f"99************{number[-4:]}"
    assert view.members[0].fact("identity", "phone") == "100****8745"
    assert household_as_of(home, DAY, full=True).members[0].fact("identity", "id_number") == number


def test_restricted_topics_need_to_be_opened():
    home, (person, *_) = household()
    fact("health", person, health_major=True)
    fact("bank_account", home, account="6228481234567890")
    closed = household_as_of(home, DAY)
    opened = household_as_of(home, DAY, restrictions=[Restriction.HEALTH, Restriction.BANK_ACCOUNT])
    assert "health" not in closed.members[0].records
    assert "bank_account" not in closed.records
    assert opened.members[0].fact("health", "health_major") is True
    assert opened.fact("bank_account", "account") == "************7890"
    assert [one.what for one in timeline(home) if one.what in ("health", "bank_account")] == []


def test_only_the_named_topics_are_read():
    home, _ = household()
    fact("dwelling", home, area=80)
    fact("water", home, water_piped=True)
    assert set(household_as_of(home, DAY, topics={"dwelling"}).records) == {"dwelling"}


def test_years_and_payments_are_listed_up_to_the_day():
    home, _ = household()
    for year in (2018, 2019, 2021):
        record_facts(actor="user:1", topic="income_year", subject_id=home, on=date(year, 1, 1),
                     until=date(year + 1, 1, 1), values={"income_wage": year})  # fmt: skip
    years = household_as_of(home, DAY).records["income_year"]
    assert [one.columns["income_wage"] for one in years] == [2019, 2018]


def test_a_record_says_who_entered_it_and_on_whose_word():
    home, _ = household()
    fact("dwelling", home, said=Said("household", DAY), area=80)
    record = household_as_of(home, DAY).records["dwelling"][0]
    assert (record.source, record.observed_on, record.entered_by) == ("household", DAY, "user:1")
    assert record.entered_at is not None


def test_an_absent_household_is_refused_by_number():
    with pytest.raises(RegisterError, match="HOME-001"):
        household_as_of(5, DAY)


def test_the_number_of_queries_does_not_grow_with_the_household():
    small, _ = household([somebody("head")])
    large, people = household()
    for person in people:
        fact("work", person, labour="ordinary")
    with CaptureQueriesContext(
        connection,
    ) as few:
        household_as_of(small, DAY)
    with CaptureQueriesContext(connection) as many:
        household_as_of(large, DAY)
    assert len(many) == len(few) <= 30


def test_the_timeline_tells_everything_once_the_last_first():
    home, (head, wife, son, _) = household()
    open_status(**BY, on=date(2015, 1, 1), subject=Subject.HOUSEHOLD, subject_id=home,
                kind=StatusKind.REGISTERED, cause="illness")  # fmt: skip
    record_birth(
        **BY, on=date(2018, 3, 1), household_id=home, child=somebody("grandson", birth=None)
    )
    take_over_headship(**BY, on=DAY, household_id=home, person_id=son)
    record_death(**BY, on=date(2021, 1, 1), person_id=wife, source="department:公安")
    told = [
        (one.day.year, one.kind, one.person_id) for one in timeline(home) if one.kind != "facts.set"
    ]
    assert told[0] == (2021, "member.left", wife)
    assert sorted(told[1:6]) == sorted(
        (2020, "member.relation", key) for key in relation_keys(home)
    )
    assert told[6][:2] == (2018, "member.joined")
    assert told[7] == (2015, "status.began", None)
    assert [row[:2] for row in told[8:]] == [(2014, "member.joined")] * 4 + [
        (2014, "household.began")
    ]
    death = timeline(home)[0]
    assert (death.actor, death.reason, death.source) == ("user:1", "入户核实", "department:公安")
    assert head in relation_keys(home)


def test_a_change_stays_in_the_timeline_when_a_later_one_cuts_it_short():
    home, _ = household()
    for on, area in ((START, 80), (date(2018, 1, 1), 85), (DAY, 90)):
        fact("dwelling", home, on, area=area)
    told = [one.day for one in timeline(home) if one.what == "dwelling"]
    assert told == [DAY, date(2018, 1, 1), START]


def relation_keys(home):
    return {one.person_id for one in members_ever(home) if one.reason_in == "headship"}


def test_the_timeline_ends_where_the_reader_may_look_no_further():
    home, (_, wife, *_) = household()
    record_death(**BY, on=DAY, person_id=wife)
    assert max(one.day for one in timeline(home, until=DAY)) < DAY


def test_where_a_person_lived():
    home, (_, _, son, _) = household()
    new = split_household(**BY, on=DAY, household_id=home, person_ids=[son], head_id=son,
                          statuses=()).household_id  # fmt: skip
    lived = [(one.household_id, one.valid_from, one.valid_to) for one in households_of_person(son)]
    assert lived == [(home, START, DAY), (new, DAY, None)]


def test_each_value_leads_back_to_who_said_it():
    home, _ = household()
    fact("dwelling", home, said=Said("village", START), area=80, structure="brick")
    fact("dwelling", home, date(2018, 1, 1), Said("department:住建", date(2018, 2, 1)), area=90)
    fact("dwelling", home, date(2019, 1, 1), Said("household", date(2019, 2, 1)), built_year=1999)
    origins = field_origins("dwelling", home, DAY)
    assert {name: one.source for name, one in origins.items()} == {
        "area": "department:住建", "structure": "village", "built_year": "household",
    }  # fmt: skip
    assert origins["area"].observed_on == date(2018, 2, 1)


def test_corrections_show_both_values_and_who_mended_them():
    home, _ = household()
    fact("dwelling", home, area=80)
    correct_facts(**BY, topic="dwelling", subject_id=home, on=DAY, values={"area": 85},
                  said=Said("person"))  # fmt: skip
    (one,) = corrections(since=FIRST, until=LAST)
    assert (one.before, one.after, one.actor, one.reason, one.source) == (
        {"area": 80}, {"area": 85}, "user:1", "入户核实", "person",
    )  # fmt: skip


def test_updates_and_corrections_are_counted():
    home, _ = household()
    fact("dwelling", home, area=80)
    fact("dwelling", home, DAY, area=90)
    correct_facts(**BY, topic="dwelling", subject_id=home, on=DAY, values={"area": 85})
    counted = {one.topic: one for one in change_counts(since=FIRST, until=LAST)}
    # The change split one record: its first part goes on beside the change and is no update.
    assert (
        counted["dwelling"].added,
        counted["dwelling"].changed,
        counted["dwelling"].corrected,
    ) == (1, 1, 1)
    assert counted["identity"].added == 4


def test_the_ledger_of_a_year_is_held_against_the_income_stated():
    home, _ = household()
    record_facts(actor="user:1", topic="income_year", subject_id=home, on=date(2023, 1, 1),
                 until=date(2024, 1, 1), values={"income_wage": 300, "income_pension": 5})  # fmt: skip
    for item, amount in (
        ("income_wage", 100),
        ("income_wage", 150),
        ("income_pension", 5),
        ("income_dibao", 7),
    ):
        add_income_entry(actor="user:1", household_id=home, year=2023, item=item, amount=amount,
                         stated_by="head")  # fmt: skip
    assert income_differences(home, 2023) == {"income_wage": (250, 300), "income_dibao": (7, None)}
