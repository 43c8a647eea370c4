"""Births, deaths, marriages, divorces and new heads."""

from datetime import date

import pytest

from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from mingbai.households.actions import (
    divorce,
    record_birth,
    record_death,
    record_marriage,
    register_person_into,
    take_over_headship,
)
from mingbai.households.models import Household, Identity, Person
from tests.households.making import (
    BY,
    START,
    household,
    invented_document,
    members_on,
    relations_on,
    somebody,
)

pytestmark = pytest.mark.database
DAY = date(2020, 5, 1)


def test_a_new_household_has_its_members_from_the_day():
    home, (head, wife, son, daughter_in_law) = household()
    assert relations_on(home, START) == {
        head: "head", wife: "spouse", son: "son", daughter_in_law: "daughter_in_law",
    }  # fmt: skip
    assert members_on(home, date(2013, 12, 31)) == []
    assert Household.objects.get(pk=home).number == f"L{home:09d}"


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ("HOME-033", ()),
        ("HOME-023", [somebody("son")]),
        ("HOME-023", [somebody("head"), somebody("head")]),
        ("HOME-034", [somebody("head", name=" ")]),
        ("HOME-026", [somebody("head", birth=date(2015, 1, 1))]),
        ("HOME-028", [somebody("head"), somebody("son")]),
        ("HOME-030", [somebody("head")]),
    ],
)
def test_a_wrong_household_is_refused_and_nothing_is_written(code, members):
    from dataclasses import replace

    from mingbai.households.actions import register_household

    named = [replace(one, number="7") for one in members] if code == "HOME-028" else list(members)
    on = date(2999, 1, 1) if code == "HOME-030" else START
    with pytest.raises(RegisterError) as refused:
        register_household(**BY, on=on, members=named, residence={"division_code": "610921102001"})
    assert refused.value.code == code
    assert (Household.objects.count(), Person.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_one_document_stands_for_one_person():
    number = invented_document(date(1970, 1, 1))
    household([somebody("head", id_number=number)])
    with pytest.raises(RegisterError, match="HOME-031"):
        household([somebody("head", id_number=number.lower())])


def test_a_household_number_is_given_once():
    household(number="61092100001")
    with pytest.raises(RegisterError, match="HOME-028"):
        household(number="61092100001")


def test_a_child_is_a_member_from_its_birthday():
    home, _ = household()
    child = record_birth(
        **BY, on=DAY, household_id=home, child=somebody("grandson", birth=None)
    ).person_id
    assert (child, "grandson") in members_on(home, DAY)
    assert (child, "grandson") not in members_on(home, date(2020, 4, 30))
    assert Identity.objects.recorded().get(person_id=child).birth_date == DAY


def test_somebody_moves_in():
    home, _ = household()
    person = register_person_into(
        **BY, on=DAY, household_id=home, person=somebody("sibling")
    ).person_id
    assert (person, "sibling") in members_on(home, DAY)


def test_who_died_is_no_member_from_that_day():
    home, (_, wife, *_) = household()
    record_death(**BY, on=DAY, person_id=wife)
    assert wife in relations_on(home, date(2020, 4, 30))
    assert wife not in relations_on(home, DAY)
    identity = Identity.objects.recorded().filter(person_id=wife)
    assert identity.on(DAY).get().died_on == DAY
    assert identity.on(START).get().died_on is None


def test_a_head_who_dies_needs_a_successor_and_one_is_proposed():
    home, (head, wife, son, _) = household()
    with pytest.raises(RegisterError, match="HOME-035"):
        record_death(**BY, on=DAY, person_id=head)
    shown = record_death(**BY, on=DAY, person_id=head, dry_run=True)
    assert shown.proposals["new_head_id"] == wife
    assert shown.batch_id is None
    assert relations_on(home, DAY)[head] == "head"
    record_death(**BY, on=DAY, person_id=head, new_head_id=wife)
    assert relations_on(home, DAY)[wife] == "head"
    assert relations_on(home, DAY)[son] == "son"
    assert relations_on(home, date(2020, 4, 30))[head] == "head"


def test_the_last_death_ends_the_household():
    home, (only,) = household([somebody("head", birth=date(1940, 1, 1))])
    record_death(**BY, on=DAY, person_id=only)
    assert not Household.objects.recorded().on(DAY).filter(pk=home).exists()
    assert Household.objects.recorded().on(date(2020, 4, 30)).filter(pk=home).exists()


def test_nobody_dies_twice():
    _, (_, wife, *_) = household()
    record_death(**BY, on=DAY, person_id=wife)
    with pytest.raises(RegisterError, match="HOME-036"):
        record_death(**BY, on=date(2021, 1, 1), person_id=wife)


def test_a_death_told_late_takes_back_later_memberships():
    home, (_, wife, *_) = household()
    other, _ = household([somebody("head", birth=date(1940, 1, 1))])
    record_marriage(
        **BY, on=date(2021, 1, 1), person_id=wife, household_id=other, relation="spouse"
    )
    record_death(**BY, on=DAY, person_id=wife)
    assert wife not in relations_on(home, DAY) | relations_on(other, date(2022, 1, 1))


def test_marriage_moves_a_person_between_households():
    home, _ = household()
    other, (_, bride) = household([somebody("head"), somebody("daughter", birth=date(1995, 1, 1))])
    record_marriage(**BY, on=DAY, person_id=bride, household_id=home, relation="daughter_in_law")
    assert relations_on(home, DAY)[bride] == "daughter_in_law"
    assert bride not in relations_on(other, DAY)
    assert bride in relations_on(other, date(2020, 4, 30))


def test_marriage_out_of_the_register_and_in_from_outside():
    home, (_, _, _, wife) = household()
    record_marriage(**BY, on=DAY, person_id=wife, household_id=None)
    new = record_marriage(**BY, on=date(2021, 1, 1), household_id=home,
                          newcomer=somebody("daughter_in_law", sex="female")).person_id  # fmt: skip
    assert wife not in relations_on(home, DAY)
    assert relations_on(home, date(2021, 1, 1))[new] == "daughter_in_law"


def test_divorce_sends_one_home():
    home, (_, _, _, wife) = household()
    parents, _ = household([somebody("head", birth=date(1955, 1, 1))])
    divorce(**BY, on=DAY, person_id=wife, household_id=parents, relation="daughter")
    assert wife not in relations_on(home, DAY)
    assert relations_on(parents, DAY)[wife] == "daughter"


def test_a_son_takes_over_and_relations_follow():
    home, (head, wife, son, his_wife) = household()
    outcome = take_over_headship(**BY, on=DAY, household_id=home, person_id=son)
    assert relations_on(home, DAY) == {
        head: "father",
        wife: "mother",
        son: "head",
        his_wife: "spouse",
    }
    assert relations_on(home, date(2020, 4, 30))[head] == "head"
    assert {effect.kind for effect in outcome.effects} == {"member.relation"}


def test_relations_that_are_known_better_are_taken():
    home, (head, _, son, _) = household()
    take_over_headship(**BY, on=DAY, household_id=home, person_id=son, relations={head: "uncle"})
    assert relations_on(home, DAY)[head] == "uncle"


def test_the_head_does_not_take_over():
    home, (head, *_) = household()
    with pytest.raises(RegisterError, match="HOME-037"):
        take_over_headship(**BY, on=DAY, household_id=home, person_id=head)


def test_what_is_recorded_later_comes_first_to_be_undone():
    home, (_, _, son, _) = household()
    take_over_headship(**BY, on=DAY, household_id=home, person_id=son)
    with pytest.raises(RegisterError, match="HOME-022"):
        record_marriage(**BY, on=date(2019, 1, 1), person_id=son, household_id=None)


def test_an_action_needs_a_reason():
    _, (_, wife, *_) = household()
    with pytest.raises(RegisterError, match="HOME-029"):
        record_death(actor="user:1", reason=" ", on=DAY, person_id=wife)


def test_the_event_names_keys_and_no_person():
    _, (_, wife, *_) = household()
    batch = record_death(**BY, on=DAY, person_id=wife, source="department:公安").batch_id
    event = Event.objects.latest("id")
    assert (event.action, event.batch_id) == ("households.person.died", batch)
    assert "乙" not in event.data
    assert f'"person":{wife}' in event.data


def test_a_write_and_its_event_stand_or_fall_together(monkeypatch):
    home, (_, wife, *_) = household()
    before = members_on(home, DAY)

    def broken(**_):
        raise OSError("no event today")

    monkeypatch.setattr("mingbai.audit.actions.record", broken)
    with pytest.raises(OSError, match="no event"):
        record_death(**BY, on=DAY, person_id=wife)
    assert members_on(home, DAY) == before
    assert Identity.objects.recorded().get(person_id=wife).died_on is None


def test_a_form_filled_from_an_older_state_is_refused():
    home, (head, wife, son, _) = household()
    token = record_death(**BY, on=DAY, person_id=wife, dry_run=True).draft.token(home)
    take_over_headship(**BY, on=DAY, household_id=home, person_id=son)
    with pytest.raises(RegisterError, match="HOME-017"):
        record_death(**BY, on=DAY, person_id=wife, seen={home: token})
    assert relations_on(home, DAY) == {
        **relations_on(home, DAY), head: "father", wife: "mother", son: "head",
    }  # fmt: skip
