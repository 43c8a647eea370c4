"""Splitting, merging, moving, leaving, ending and mending memberships."""

from datetime import date

import pytest

from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from mingbai.households.actions import (
    correct_membership,
    end_household,
    leave,
    merge_households,
    move_household,
    open_status,
    split_household,
)
from mingbai.households.enums import HouseholdEnd, StatusKind, Subject
from mingbai.households.models import Dwelling, Household, Membership, Residence, Status
from tests.households.making import (
    BY,
    OTHER_VILLAGE,
    START,
    VILLAGE,
    household,
    members_on,
    relations_on,
    somebody,
)

pytestmark = pytest.mark.database
DAY = date(2020, 5, 1)
BEFORE = date(2020, 4, 30)


def register(home, kind=StatusKind.REGISTERED, on=START):
    open_status(**BY, on=on, subject=Subject.HOUSEHOLD, subject_id=home, kind=kind, cause="illness")
    found = Status.objects.recorded().on(on).filter(subject_id=home, kind=kind)
    return found.get(subject=Subject.HOUSEHOLD).pk


def statuses_on(home, day):
    found = Status.objects.recorded().on(day).filter(subject=Subject.HOUSEHOLD, subject_id=home)
    return sorted(found.values_list("kind", flat=True))


def split(home, people, head, **rest):
    asked = {"statuses": (), **rest}
    return split_household(
        **BY, on=DAY, household_id=home, person_ids=people, head_id=head, **asked
    )


def test_a_son_and_his_wife_found_a_household():
    home, (head, wife, son, his_wife) = household()
    new = split(home, [son, his_wife], son, number="7").household_id
    assert relations_on(home, DAY) == {head: "head", wife: "spouse"}
    assert relations_on(new, DAY) == {son: "head", his_wife: "spouse"}
    assert members_on(new, BEFORE) == []
    assert son in relations_on(home, BEFORE)
    assert Household.objects.get(pk=new).number == "7"


def test_the_new_household_lives_in_the_same_village_unless_told_otherwise():
    home, (_, _, son, _) = household()
    new = split(home, [son], son, residence={"address": "一组8号"}).household_id
    place = Residence.objects.recorded().on(DAY).get(household_id=new)
    assert (place.division_code, place.address, place.phone) == (VILLAGE, "一组8号", None)


def test_a_head_who_splits_off_names_who_follows():
    home, (head, wife, son, his_wife) = household()
    with pytest.raises(RegisterError, match="HOME-035"):
        split(home, [head, wife], head)
    new = split(home, [head, wife], head, new_head_id=son).household_id
    assert relations_on(home, DAY) == {son: "head", his_wife: "spouse"}
    assert relations_on(new, DAY) == {head: "head", wife: "spouse"}


def test_statuses_of_the_new_household_are_asked():
    home, (_, _, son, his_wife) = household()
    register(home)
    without = split(home, [son], son, dry_run=True)
    assert [effect.kind for effect in without.effects].count("status.begins") == 0
    new = split(home, [son], son, statuses=[StatusKind.REGISTERED]).household_id
    assert statuses_on(new, DAY) == ["registered"]
    assert Status.objects.recorded().get(subject_id=new).cause == "illness"
    with pytest.raises(RegisterError, match="HOME-040"):
        split(home, [his_wife], his_wife, statuses=[StatusKind.DIBAO])


@pytest.mark.parametrize("going", [[], [0, 1, 2, 3], [3]])
def test_a_split_takes_some_members_with_the_new_head_among_them(going):
    home, members = household()
    with pytest.raises(RegisterError, match="HOME-039"):
        split(home, [members[at] for at in going], members[2])


def test_strangers_do_not_split_off():
    home, (_, _, son, _) = household()
    _, (stranger,) = household([somebody("head")])
    with pytest.raises(RegisterError, match="HOME-020"):
        split(home, [son, stranger], son)


def test_two_households_merge_and_one_ends():
    home, _ = household()
    other, (old,) = household([somebody("head", birth=date(1940, 1, 1))])
    merge_households(**BY, on=DAY, household_id=home, absorbed_id=other, relations={old: "father"})
    assert relations_on(home, DAY)[old] == "father"
    assert members_on(other, DAY) == []
    assert relations_on(other, BEFORE) == {old: "head"}
    assert not Household.objects.recorded().on(DAY).filter(pk=other).exists()
    assert not Residence.objects.recorded().on(DAY).filter(household_id=other).exists()


def test_what_is_told_late_lasts_until_a_later_decision():
    """A removal of before a merger does not stand beside what the merger brought."""
    home, _ = household()
    other, (old,) = household([somebody("head", birth=date(1940, 1, 1))])
    _, theirs = register(home), register(other)
    merged = {"on": DAY, "household_id": home, "absorbed_id": other, "relations": {old: "father"}}
    merge_households(**BY, **merged, keep=[theirs])
    open_status(
        **BY, on=BEFORE, subject=Subject.HOUSEHOLD, subject_id=home, kind=StatusKind.REMOVED
    )
    kinds = [
        set(
            Status.objects.recorded().on(day).filter(subject_id=home).values_list("kind", flat=True)
        )
        for day in (BEFORE, DAY)
    ]
    assert kinds == [{"removed"}, {"registered"}]


def test_a_merge_asks_which_statuses_go_on():
    home, _ = household()
    other, (old,) = household([somebody("head", birth=date(1940, 1, 1))])
    mine, theirs = register(home, StatusKind.DIBAO), register(other)
    merged = {"on": DAY, "household_id": home, "absorbed_id": other, "relations": {old: "father"}}
    with pytest.raises(RegisterError, match="HOME-043"):
        merge_households(**BY, **merged)
    shown = merge_households(**BY, **merged, dry_run=True)
    assert {one["status"] for one in shown.proposals["keep"]} == {mine, theirs}
    merge_households(**BY, **merged, keep=[theirs])
    assert statuses_on(home, DAY) == ["registered"]
    assert statuses_on(home, BEFORE) == ["dibao"]
    assert statuses_on(other, DAY) == []


def test_a_merge_asks_what_everybody_is_to_the_head():
    home, _ = household()
    other, _ = household([somebody("head", birth=date(1940, 1, 1))])
    with pytest.raises(RegisterError, match="HOME-042"):
        merge_households(**BY, on=DAY, household_id=home, absorbed_id=other, relations={})
    with pytest.raises(RegisterError, match="HOME-041"):
        merge_households(**BY, on=DAY, household_id=home, absorbed_id=home, relations={})


def test_a_household_moves_and_old_days_keep_the_old_village():
    home, _ = household(on=START)
    move_household(**BY, on=DAY, household_id=home, residence={"division_code": OTHER_VILLAGE})
    places = Residence.objects.recorded().filter(household_id=home)
    assert places.on(DAY).get().division_code == OTHER_VILLAGE
    assert places.on(BEFORE).get().division_code == VILLAGE


def test_leaving_members_are_gone_and_the_last_ones_end_the_household():
    home, (head, wife, son, his_wife) = household()
    register(home)
    leave(**BY, on=DAY, household_id=home, person_ids=[son, his_wife])
    assert relations_on(home, DAY) == {head: "head", wife: "spouse"}
    later = date(2021, 1, 1)
    leave(**BY, on=later, household_id=home, person_ids=[head, wife])
    assert members_on(home, later) == []
    assert statuses_on(home, later) == []
    assert not Household.objects.recorded().on(later).filter(pk=home).exists()


def test_a_household_ends_with_everybody_in_it():
    home, _ = household()
    end_household(**BY, on=DAY, household_id=home, because=HouseholdEnd.MOVED_AWAY)
    assert members_on(home, DAY) == []
    with pytest.raises(RegisterError, match="HOME-021"):
        end_household(**BY, on=DAY, household_id=home, because=HouseholdEnd.MOVED_AWAY)


def test_nothing_is_left_of_the_household_after_its_end():
    home, _ = household()
    from mingbai.households.actions import record_facts

    record_facts(actor="user:1", topic="dwelling", subject_id=home, on=START, values={"area": 80})
    end_household(**BY, on=DAY, household_id=home, because=HouseholdEnd.OTHER)
    assert Dwelling.objects.recorded().get().valid_to == DAY


def test_a_membership_is_mended():
    home, (_, _, son, _) = household()
    wrong = Membership.objects.recorded().get(person_id=son).pk
    correct_membership(
        **BY, membership_id=wrong, starts=date(2015, 3, 1), ends=None, relation="son_in_law"
    )
    assert son not in relations_on(home, date(2015, 2, 28))
    assert relations_on(home, date(2015, 3, 1))[son] == "son_in_law"
    with pytest.raises(RegisterError, match="HOME-016"):
        correct_membership(**BY, membership_id=wrong, starts=START, ends=None, relation="son")


def test_a_membership_is_not_mended_out_of_the_household_s_life():
    _, (head, _, son, _) = household()
    row = Membership.objects.recorded().get(person_id=head).pk
    with pytest.raises(RegisterError, match="HOME-025"):
        correct_membership(
            **BY, membership_id=row, starts=date(2010, 1, 1), ends=None, relation="head"
        )
    row = Membership.objects.recorded().get(person_id=son).pk
    with pytest.raises(RegisterError, match="HOME-023"):
        correct_membership(**BY, membership_id=row, starts=START, ends=None, relation="head")


def test_a_move_to_where_one_lives_leaves_no_batch_and_no_event():
    home, _ = household()
    before = Event.objects.count()
    moved = move_household(**BY, on=DAY, household_id=home, residence={"division_code": VILLAGE})
    assert (moved.batch_id, moved.effects, Event.objects.count()) == (None, [], before)


def test_a_dry_run_refuses_what_the_action_would_refuse():
    home, _ = household()
    with pytest.raises(RegisterError, match="HOME-011"):
        move_household(**BY, on=DAY, household_id=home, residence={"colour": "red"}, dry_run=True)
