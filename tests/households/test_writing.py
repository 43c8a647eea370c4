"""The sequenced update of a dated record: splits, carries over, corrects, and says when nothing changed."""

from datetime import date

import pytest
from django.db import transaction

from mingbai.audit.actions import open_batch, recording
from mingbai.audit.enums import BatchKind
from mingbai.common.errors import RegisterError
from mingbai.households.closing import document_digests, open_column
from mingbai.households.models import Benefit, Dwelling, Household, Identity, Person, Residence
from mingbai.households.topics import TOPICS
from mingbai.households.writing import add_record, correct_record, cut_values, set_values

pytestmark = pytest.mark.database
DAY = date(2024, 1, 1)


def _recording():
    return recording(actor="user:1", action="households.facts.recorded")


@pytest.fixture
def household(db):
    with _recording() as batch:
        return Household.objects.create(number="1", begun_by=batch).pk


@pytest.fixture
def person(db):
    with _recording() as batch:
        return Person.objects.create(number="1", begun_by=batch).pk


def put(household, starts, ends, *, topic="dwelling", correcting=False, source="village", **values):
    with _recording() as batch:
        return set_values(
            batch=batch, topic=topic, subject_id=household, valid_from=starts, valid_to=ends,
            values=values, source=source, correcting=correcting,
        )  # fmt: skip


def rows(household, *columns, model=Dwelling):
    found = model.objects.recorded().filter(household_id=household).order_by("valid_from")
    return list(found.values_list("valid_from", "valid_to", *columns))


def test_a_first_record_begins(household):
    put(household, DAY, None, area=80)
    assert rows(household, "area", "changed") == [(DAY, None, 80, "")]


def test_a_change_splits_the_record_and_carries_the_other_columns_over(household):
    put(household, DAY, None, area=80, structure="brick")
    put(household, date(2025, 1, 1), None, area=100)
    assert rows(household, "area", "structure") == [
        (DAY, date(2025, 1, 1), 80, "brick"),
        (date(2025, 1, 1), None, 100, "brick"),
    ]


def test_a_change_inside_a_record_leaves_both_ends(household):
    put(household, DAY, None, area=80, source="a")
    put(household, date(2024, 3, 1), date(2024, 4, 1), area=90, source="b")
    assert rows(household, "area", "source") == [
        (DAY, date(2024, 3, 1), 80, "a"),
        (date(2024, 3, 1), date(2024, 4, 1), 90, "b"),
        (date(2024, 4, 1), None, 80, "a"),
    ]


def test_gaps_are_filled_and_equal_records_left_alone(household):
    put(household, date(2024, 3, 1), date(2024, 4, 1), area=90)
    written = put(household, DAY, None, area=90)
    assert written.ended == []
    assert rows(household, "area") == [
        (DAY, date(2024, 3, 1), 90),
        (date(2024, 3, 1), date(2024, 4, 1), 90),
        (date(2024, 4, 1), None, 90),
    ]


def test_the_same_values_again_write_nothing_and_say_so(household):
    put(household, DAY, None, area=80)
    written = put(household, date(2024, 5, 1), None, area=80)
    assert written.nothing
    assert Dwelling.objects.count() == 1


def test_a_correction_keeps_the_period_and_names_what_it_corrects(household):
    first = put(household, DAY, None, area=80, built_year=1990).begun[0]
    written = put(household, DAY, None, area=85, built_year=1990, correcting=True)
    assert written.changed == {"area": (80, 85)}
    assert rows(household, "area", "corrects", "changed") == [(DAY, None, 85, first, "area")]
    assert Dwelling.objects.get(pk=first).ended_by_id is not None


def test_carried_ends_lead_back_to_who_said_it(household):
    first = put(household, DAY, None, area=80, source="village").begun[0]
    put(household, date(2025, 1, 1), None, area=90, source="household")
    assert rows(household, "follows", "source", "changed") == [
        (DAY, date(2025, 1, 1), first, "village", ""),
        (date(2025, 1, 1), None, first, "household", "area"),
    ]


def test_a_value_can_be_taken_back_to_unknown(household):
    put(household, DAY, None, area=80, structure="brick")
    put(household, DAY, None, area=None)
    assert rows(household, "area", "structure") == [(DAY, None, None, "brick")]


def test_two_writes_of_one_open_batch_see_each_other_and_nobody_else_sees_them(household):
    put(household, DAY, None, area=80)
    batch = open_batch(actor="user:1", kind=BatchKind.IMPORT)
    for area in (90, 95):
        with transaction.atomic():
            set_values(batch=batch, topic="dwelling", subject_id=household, valid_from=DAY,
                       valid_to=None, values={"area": area})  # fmt: skip
    assert rows(household, "area") == [(DAY, None, 80)]
    mine = Dwelling.objects.filter(begun_by=batch, ended_by=None)
    assert list(mine.values_list("area", flat=True)) == [95]
    assert Dwelling.objects.count() == 2


def test_documents_are_closed_with_digests_and_compared_open(person):
    number = "990000199001011237"
    written = _identify(person, number)
    row = Identity.objects.get(pk=written.begun[0])
    assert number.encode() not in bytes(row.id_number)
    assert open_column(TOPICS["identity"], "id_number", row.id_number) == number
    assert bytes(row.id_tail4) == document_digests(number)["id_tail4"]
    assert _identify(person, number).nothing


def _identify(person, number):
    with _recording() as batch:
        return set_values(
            batch=batch, topic="identity", subject_id=person, valid_from=DAY, valid_to=None,
            values={"name": "甲", "id_number": number},
        )  # fmt: skip


def test_a_cleared_document_clears_its_digests(person):
    _identify(person, "990000199001011237")
    written = _identify(person, None)
    row = Identity.objects.get(pk=written.begun[0])
    assert (row.id_number, row.id_digest, row.id_tail4, row.id_tail6) == (None, None, None, None)


def test_a_payment_stands_beside_another_of_the_same_day(person):
    with _recording() as batch:
        for amount in (100, 100):
            add_record(batch=batch, topic="benefit", subject_id=person, valid_from=DAY,
                       values={"kind": "yulu", "amount": amount})  # fmt: skip
    found = Benefit.objects.recorded().values_list("amount", "valid_to")
    assert list(found) == [(100, date(2024, 1, 2))] * 2


def test_one_of_two_payments_is_corrected(person):
    with _recording() as batch:
        keys = [
            add_record(
                batch=batch,
                topic="benefit",
                subject_id=person,
                valid_from=DAY,
                values={"amount": 1},
            )
            for _ in range(2)
        ]
    with _recording() as batch:
        written = correct_record(batch=batch, topic="benefit", record_id=keys[0], values={"amount": 2},
                                 valid_from=date(2024, 2, 1))  # fmt: skip
    assert set(written.changed) == {"amount", "valid_from", "valid_to"}
    found = Benefit.objects.recorded().order_by("amount").values_list("amount", "valid_from")
    assert list(found) == [(1, DAY), (2, date(2024, 2, 1))]


def test_records_are_cut_at_the_end_of_a_household(household):
    put(household, DAY, None, area=80)
    with _recording() as batch:
        cut_values(batch=batch, topic="dwelling", subject_id=household, day=date(2024, 6, 1))
    assert rows(household, "area") == [(DAY, date(2024, 6, 1), 80)]


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("HOME-001", {"subject_id": 999_999}),
        ("HOME-010", {"topic": "dreams"}),
        ("HOME-011", {"values": {"id_tail4": b"x"}}),
        ("HOME-012", {"topic": "measure", "values": {"kind": "x"}}),
        ("HOME-013", {"valid_to": DAY}),
        ("HOME-013", {"valid_from": date(1066, 1, 1)}),
        ("HOME-014", {"topic": "residence", "values": {"address": "x"}}),
        ("HOME-015", {"values": {"area": "wide"}}),
        ("HOME-015", {"values": {"structure": "x" * 30}}),
        ("HOME-015", {"topic": "residence", "values": {"phone": 5}}),
    ],
)
def test_wrong_writes_are_refused_by_number(household, code, arguments):
    right = {
        "topic": "dwelling",
        "subject_id": household,
        "valid_from": DAY,
        "valid_to": None,
        "values": {},
    }
    with pytest.raises(RegisterError) as refused, _recording() as batch:
        set_values(batch=batch, **{**right, **arguments})
    assert refused.value.code == code
    assert Dwelling.objects.count() == Residence.objects.count() == 0


def test_a_record_that_no_longer_stands_is_not_corrected(household):
    first = put(household, DAY, None, area=80).begun[0]
    put(household, DAY, None, area=81)
    with pytest.raises(RegisterError, match="HOME-016"), _recording() as batch:
        correct_record(batch=batch, topic="dwelling", record_id=first, values={"area": 82})
