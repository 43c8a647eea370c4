"""Recording and correcting facts; two people at one form; undoing."""

from datetime import date

import pytest

from mingbai.audit.models import Batch, Event
from mingbai.common.errors import RegisterError
from mingbai.households.actions import (
    Said,
    add_entry,
    add_income_entry,
    correct_entry,
    correct_facts,
    leave,
    move_household,
    open_status,
    record_birth,
    record_death,
    record_facts,
    register_household,
    register_person_into,
    split_household,
    take_over_headship,
    undo_action,
    withdraw_entry,
)
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.errors import ChangedMeanwhileError
from mingbai.households.models import (
    Benefit,
    Dwelling,
    Household,
    Identity,
    IncomeEntry,
    Membership,
    Residence,
    SearchEntry,
)
from tests.households.making import (
    BY,
    OTHER_VILLAGE,
    START,
    VILLAGE,
    household,
    invented_document,
    members_on,
    relations_on,
    somebody,
)

pytestmark = pytest.mark.database
DAY = date(2020, 5, 1)
BORN = date(1950, 1, 1)


def dwelling(home, on, **values):
    return record_facts(actor="user:1", topic="dwelling", subject_id=home, on=on, values=values)


def areas(home):
    rows = Dwelling.objects.recorded().filter(household_id=home).order_by("valid_from")
    return list(rows.values_list("valid_from", "valid_to", "area"))


def test_a_change_holds_from_a_day():
    home, _ = household()
    dwelling(home, START, area=80)
    saved = dwelling(home, DAY, area=90)
    assert areas(home) == [(START, DAY, 80), (DAY, None, 90)]
    event = Event.objects.get(batch_id=saved.batch_id)
    assert (event.action, event.target) == ("households.facts.recorded", f"household:{home}")
    assert '"columns":["area"]' in event.data


def test_nothing_new_leaves_no_batch_and_no_event():
    home, _ = household()
    dwelling(home, START, area=80)
    before = (Batch.objects.count(), Event.objects.count())
    saved = dwelling(home, DAY, area=80)
    assert saved.nothing
    assert saved.batch_id is None
    assert (Batch.objects.count(), Event.objects.count()) == before


def test_a_dry_run_says_what_would_change():
    home, _ = household()
    dwelling(home, START, area=80)
    shown = record_facts(actor="user:1", topic="dwelling", subject_id=home, on=DAY, values={"area": 90},
                         dry_run=True)  # fmt: skip
    assert shown.changed == {"area": (80, 90)}
    assert areas(home) == [(START, None, 80)]


def test_a_correction_mends_the_whole_record_and_keeps_what_was_known():
    home, _ = household()
    first = dwelling(home, START, area=80).begun[0]
    correct_facts(**BY, topic="dwelling", subject_id=home, on=DAY, values={"area": 85},
                  said=Said("person", DAY))  # fmt: skip
    assert areas(home) == [(START, None, 85)]
    row = Dwelling.objects.recorded().get()
    assert (row.corrects, row.changed, row.source, row.observed_on) == (
        first,
        "area",
        "person",
        DAY,
    )
    known = Batch.objects.get(pk=Dwelling.objects.get(pk=first).begun_by_id).recorded_at
    assert Dwelling.objects.recorded(known).get().area == 80


def test_what_is_not_there_is_not_corrected():
    home, _ = household()
    with pytest.raises(RegisterError, match="HOME-046"):
        correct_facts(**BY, topic="dwelling", subject_id=home, on=DAY, values={"area": 85})
    with pytest.raises(RegisterError, match="HOME-029"):
        correct_facts(
            actor="user:1", reason="", topic="dwelling", subject_id=home, on=DAY, values={}
        )


def test_the_second_of_two_saves_is_refused_with_both_values_and_nothing_is_lost():
    home, _ = household()
    seen = dwelling(home, START, area=80).begun[0]
    form = {"actor": "user:1", "topic": "dwelling", "subject_id": home, "on": DAY}
    record_facts(**form, values={"area": 90}, said=Said(seen=seen))
    with pytest.raises(ChangedMeanwhileError) as refused:
        record_facts(**form, values={"area": 95, "structure": "brick"}, said=Said(seen=seen))
    assert refused.value.conflicts == {
        "area": {"read": 80, "stands": 90, "meant": 95},
        "structure": {"read": None, "stands": None, "meant": "brick"},
    }
    assert areas(home) == [(START, DAY, 80), (DAY, None, 90)]


def test_a_form_that_was_empty_is_refused_when_somebody_filled_it():
    home, _ = household()
    dwelling(home, START, area=80)
    with pytest.raises(ChangedMeanwhileError):
        record_facts(actor="user:1", topic="dwelling", subject_id=home, on=DAY, values={"area": 1},
                     said=Said(seen=0))  # fmt: skip


def test_facts_of_a_household_end_with_it():
    home, people = household()
    leave(**BY, on=DAY, household_id=home, person_ids=people)
    with pytest.raises(RegisterError, match="HOME-021"):
        dwelling(home, DAY, area=80)
    dwelling(home, START, area=80)
    assert areas(home) == [(START, DAY, 80)]


def test_a_new_name_is_found_by_search():
    _, (person,) = household([somebody("head", name="张三")])
    correct_facts(**BY, topic="identity", subject_id=person, on=DAY, values={"name": "章三"})
    assert set(SearchEntry.objects.recorded().values_list("name", flat=True)) == {"章三"}


def test_a_document_of_somebody_else_is_refused():
    _, (one,) = household([somebody("head", birth=BORN, id_number=invented_document(BORN))])
    _, (other,) = household([somebody("head")])
    with pytest.raises(RegisterError, match="HOME-031"):
        correct_facts(**BY, topic="identity", subject_id=other, on=DAY,
                      values={"id_number": invented_document(BORN)})  # fmt: skip
    same = {"id_number": invented_document(BORN)}
    assert correct_facts(**BY, topic="identity", subject_id=one, on=DAY, values=same).nothing


def test_a_birthday_after_one_became_a_member_is_refused():
    _, (person,) = household([somebody("head")])
    with pytest.raises(RegisterError, match="HOME-026"):
        correct_facts(**BY, topic="identity", subject_id=person, on=DAY, values={"birth_date": DAY})
    with pytest.raises(RegisterError, match="HOME-047"):
        correct_facts(**BY, topic="identity", subject_id=person, on=DAY, values={"died_on": DAY})


def test_a_payment_is_added_mended_and_taken_back():
    _, (person, *_) = household()
    saved = add_entry(actor="user:1", topic="benefit", subject_id=person, on=DAY,
                      values={"kind": "yulu", "amount": 150_000})  # fmt: skip
    corrected = correct_entry(
        **BY, topic="benefit", record_id=saved.begun[0], values={"amount": 300_000}
    )
    assert Benefit.objects.recorded().get().amount == 300_000
    withdraw_entry(**BY, topic="benefit", record_id=corrected.begun[0])
    assert not Benefit.objects.recorded().exists()
    assert Benefit.objects.count() == 2


def test_a_line_of_the_income_ledger_has_the_year_and_who_said_it():
    home, _ = household()
    add_income_entry(actor="user:1", household_id=home, year=2023, item="income_wage", amount=1_200_000,
                     stated_by="head", statement="在县城打工十个月")  # fmt: skip
    row = IncomeEntry.objects.recorded().get()
    assert (row.valid_from, row.valid_to) == (date(2023, 1, 1), date(2024, 1, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "income_per_capita_recorded"},
        {"amount": -1},
        {"attachment_id": 5},
        {"item": "luck"},
    ],
)
def test_a_wrong_line_of_the_ledger_is_refused(wrong):
    home, _ = household()
    line = {"item": "income_wage", "amount": 1, "stated_by": "head", **wrong}
    with pytest.raises(RegisterError, match="HOME-048"):
        add_income_entry(actor="user:1", household_id=home, year=2023, **line)


def test_an_undone_split_leaves_the_household_as_it_was_and_what_was_known():
    home, (_, _, son, his_wife) = household()
    before = members_on(home, DAY)
    outcome = split_household(**BY, on=DAY, household_id=home, person_ids=[son, his_wife], head_id=son,
                              statuses=())  # fmt: skip
    known = Batch.objects.get(pk=outcome.batch_id).recorded_at
    back = undo_action(**BY, batch_id=outcome.batch_id)
    assert members_on(home, DAY) == before
    assert members_on(outcome.household_id, DAY) == []
    assert not Household.objects.recorded().filter(pk=outcome.household_id).exists()
    then = Membership.objects.recorded(known).on(DAY).filter(household_id=outcome.household_id)
    assert sorted(then.values_list("person_id", flat=True)) == sorted([son, his_wife])
    assert (back.undoes_id or Batch.objects.get(pk=back.pk).undoes_id) == outcome.batch_id
    assert set(SearchEntry.objects.recorded().values_list("household_id", flat=True)) == {home}


def test_a_death_told_wrongly_is_undone():
    home, (_, wife, *_) = household()
    batch = record_death(**BY, on=DAY, person_id=wife).batch_id
    undo_action(**BY, batch_id=batch)
    assert wife in relations_on(home, DAY)
    assert not Identity.objects.recorded().filter(person_id=wife).exclude(died_on=None).exists()


def test_what_later_records_rest_on_is_not_undone():
    home, (_, _, son, his_wife) = household()
    outcome = split_household(**BY, on=DAY, household_id=home, person_ids=[son, his_wife], head_id=son,
                              statuses=())  # fmt: skip
    child = record_birth(**BY, on=date(2021, 1, 1), household_id=outcome.household_id,
                         child=somebody("son", birth=None))  # fmt: skip
    with pytest.raises(RegisterError, match="HOME-050"):
        undo_action(**BY, batch_id=outcome.batch_id)
    undo_action(**BY, batch_id=child.batch_id)
    undo_action(**BY, batch_id=outcome.batch_id)
    assert son in relations_on(home, DAY)


def test_an_undo_that_would_contradict_the_register_is_refused():
    home, (_, _, son, _) = household()
    other, _ = household([somebody("head", birth=BORN)])
    left = leave(**BY, on=DAY, household_id=home, person_ids=[son])
    register_person_into(**BY, on=date(2021, 1, 1), household_id=other, person=somebody("sibling"))
    row = Membership.objects.recorded().get(household_id=other, relation="sibling").pk
    Membership.objects.filter(pk=row).update(person_id=son)  # the same person, come back elsewhere
    with pytest.raises(RegisterError, match="HOME-051"):
        undo_action(**BY, batch_id=left.batch_id)


def test_an_undo_is_undone():
    home, (_, _, son, _) = household()
    batch = take_over_headship(**BY, on=DAY, household_id=home, person_id=son).batch_id
    back = undo_action(**BY, batch_id=batch)
    undo_action(**BY, batch_id=back.pk)
    assert relations_on(home, DAY)[son] == "head"


def test_nothing_is_undone_twice_and_no_registration_is_undone_back():
    home, _ = household()
    made = register_person_into(**BY, on=DAY, household_id=home, person=somebody("sibling"))
    back = undo_action(**BY, batch_id=made.batch_id)
    for batch in (made.batch_id, back.pk, 999_999):
        with pytest.raises(RegisterError, match="HOME-052"):
            undo_action(**BY, batch_id=batch)


def test_a_move_is_undone():
    home, _ = household()
    batch = move_household(
        **BY, on=DAY, household_id=home, residence={"division_code": OTHER_VILLAGE}
    )
    undo_action(**BY, batch_id=batch.batch_id)
    assert list(
        Residence.objects.recorded().values_list("division_code", "valid_from", "valid_to")
    ) == [(VILLAGE, START, None)]


def test_a_fact_told_late_does_not_undo_what_was_said_for_later():
    home, _ = household()
    dwelling(home, START, area=80, structure="brick")
    dwelling(home, DAY, area=90)
    dwelling(home, date(2018, 1, 1), area=85, structure="concrete")
    rows = Dwelling.objects.recorded().filter(household_id=home).order_by("valid_from")
    assert list(rows.values_list("valid_from", "valid_to", "area", "structure")) == [
        (START, date(2018, 1, 1), 80, "brick"),
        (date(2018, 1, 1), DAY, 85, "concrete"),
        (DAY, None, 90, "concrete"),
    ]


def test_a_move_told_late_ends_at_the_next_move():
    home, _ = household()
    for on, village in ((DAY, OTHER_VILLAGE), (date(2018, 1, 1), "610921102003")):
        move_household(**BY, on=on, household_id=home, residence={"division_code": village})
    places = Residence.objects.recorded().order_by("valid_from")
    assert list(places.values_list("valid_from", "division_code")) == [
        (START, VILLAGE),
        (date(2018, 1, 1), "610921102003"),
        (DAY, OTHER_VILLAGE),
    ]


def test_a_registration_is_not_undone_under_a_status_or_an_attachment():
    made = register_household(
        **BY, on=START, members=[somebody("head")], residence={"division_code": VILLAGE}
    )
    about = {"subject": Subject.HOUSEHOLD, "subject_id": made.household_id}
    status = open_status(**BY, on=DAY, **about, kind=StatusKind.DIBAO)
    with pytest.raises(RegisterError, match="HOME-050"):
        undo_action(**BY, batch_id=made.batch_id)
    undo_action(**BY, batch_id=status.batch_id)
    undo_action(**BY, batch_id=made.batch_id)
    assert not Household.objects.recorded().exists()


def test_an_end_is_not_undone_under_a_fact_that_was_cut_by_it():
    home, people = household()
    left = leave(**BY, on=DAY, household_id=home, person_ids=people)
    told = dwelling(home, START, area=80)
    with pytest.raises(RegisterError, match="HOME-050"):
        undo_action(**BY, batch_id=left.batch_id)
    undo_action(**BY, batch_id=told.batch_id)
    undo_action(**BY, batch_id=left.batch_id)
    assert len(relations_on(home, DAY)) == 4
