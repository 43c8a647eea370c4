"""What becomes of codes: followed by day, and read by whoever holds all that a code became."""

from __future__ import annotations

from datetime import date

from mingbai.places.intervals import covers, join, meet, without
from mingbai.places.lineage import Lineage, Step, infer_parents

Y18, Y19, Y20, Y21 = (date(year, 1, 1) for year in (2018, 2019, 2020, 2021))
A, B, C, D = (f"99010110020{one}" for one in (1, 2, 3, 4))
AWAY = "990101101205"


def held(lineage: Lineage, code: str, since: date, day: date) -> tuple[tuple[str, str], ...]:
    return lineage.ranges(lineage.follow(code, since, day), day)


def test_code_follows_its_chain_in_the_order_of_days() -> None:
    lineage = Lineage((Step(Y18, A, B), Step(Y19, B, C)))
    assert lineage.follow(A, date(2017, 5, 1), date(2017, 12, 31)) == {A}
    assert lineage.follow(A, date(2017, 5, 1), Y18) == {B}
    assert lineage.follow(A, date(2017, 5, 1), Y19) == {C}


def test_code_named_on_the_very_day_of_the_change_is_followed() -> None:
    assert Lineage((Step(Y18, A, B),)).follow(A, Y18, Y18) == {B}


def test_code_given_out_again_means_the_new_division() -> None:
    lineage = Lineage((Step(Y18, A, B), Step(Y20, C, A), Step(Y21, A, D)))
    assert lineage.follow(A, Y20, Y21) == {D}
    assert lineage.follow(A, date(2017, 1, 1), Y21) == {B}
    assert A not in lineage.gone(Y20)


def test_swapped_codes_change_places() -> None:
    lineage = Lineage((Step(Y18, A, B), Step(Y18, B, A)))
    assert lineage.follow(A, date(2017, 1, 1), Y18) == {B}
    assert lineage.gone(Y18) == {}


def test_recode_keeps_history_and_new_code() -> None:
    lineage = Lineage((Step(Y18, A, D),))
    assert held(lineage, A, date(2017, 1, 1), date(2017, 6, 1)) == ((A, A),)
    assert held(lineage, A, date(2017, 1, 1), Y18) == ((A, A), (D, D))


def test_merge_opens_the_merged_village_to_both() -> None:
    lineage = Lineage((Step(Y18, A, C), Step(Y18, B, C)))
    assert held(lineage, A, date(2017, 1, 1), Y18) == ((A, C),)
    assert held(lineage, B, date(2017, 1, 1), date(2017, 12, 31)) == ((B, B),)


def test_split_keeps_both_parts() -> None:
    lineage = Lineage((Step(Y18, A, C), Step(Y18, A, AWAY)))
    assert held(lineage, A, date(2017, 1, 1), Y18) == ((A, A), (C, C), (AWAY, AWAY))


def test_holder_of_one_part_does_not_read_the_history_of_the_whole() -> None:
    lineage = Lineage((Step(Y18, A, C), Step(Y18, A, AWAY)))
    assert lineage.ranges([C], Y19) == ((C, C),)


def test_split_that_keeps_the_old_code() -> None:
    lineage = Lineage((Step(Y18, A, A), Step(Y18, A, D)))
    assert lineage.follow(A, date(2017, 1, 1), Y18) == {A, D}
    assert lineage.gone(Y18) == {}


def test_village_that_moves_leaves_the_old_township_and_enters_the_new_one() -> None:
    lineage = Lineage((Step(Y18, A, AWAY),))
    east, west = "990101100000", "990101101000"
    assert not covers(lineage.ranges([east], Y18), (A, A))
    assert covers(lineage.ranges([east], Y18), (B, B))
    assert covers(lineage.ranges([west], Y18), (A, A))
    assert covers(lineage.ranges([west], Y18), (AWAY, AWAY))


def test_whole_county_recoded_is_two_ranges() -> None:
    steps = [Step(Y18, f"990101100{n}", f"990102100{n}") for n in range(201, 240)]
    ended = {(Y18, "990101100000"), (Y18, "990101000000")}
    parents = infer_parents(steps, ended)
    assert Step(Y18, "990101100000", "990102100000") in parents
    assert Step(Y18, "990101000000", "990102000000") in parents
    lineage = Lineage((*steps, *parents))
    assert held(lineage, "990101", date(2016, 1, 1), Y18) == (("990101000000", "990102999999"),)


def test_parent_with_parts_in_two_places_is_not_inferred() -> None:
    ended = {(Y18, "990101100000")}
    assert infer_parents([Step(Y18, A, D), Step(Y18, B, AWAY)], ended) == []


def test_parent_that_lives_on_became_nothing() -> None:
    """One village of a township moves away; the township does not."""
    assert infer_parents([Step(Y18, A, AWAY)], set()) == []


def test_intervals_meet_and_have_holes() -> None:
    assert without(join([(A, D)]), [(B, B)]) == [(A, A), (C, D)]
    assert meet([(A, B)], [(B, C)])
    assert not meet([(A, A)], [(B, C)])
