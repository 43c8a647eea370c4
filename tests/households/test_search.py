"""One box finds persons by name, initials, tails and numbers, within a scope, with masked numbers."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from mingbai.accounts.scopes import EVERYTHING, NOTHING, Scope
from mingbai.audit.actions import open_batch
from mingbai.audit.batches import record_batch
from mingbai.audit.enums import BatchKind
from mingbai.households.actions import (
    correct_facts,
    leave,
    move_household,
    record_death,
    split_household,
    undo_action,
)
from mingbai.households.models import SearchEntry
from mingbai.households.search import Hit, Match, index_households, index_touched, search
from tests.households.making import BY, OTHER_VILLAGE, VILLAGE, household, somebody

pytestmark = pytest.mark.database

DAY = date(2020, 6, 1)
HEAD = {"id_number": "990000197001010017", "phone": "10073988745"}
Found = Callable[..., list[Hit]]


def found(text: str, scope: Scope = EVERYTHING, day: date = DAY, limit: int = 50) -> list[Hit]:
    return search(text, scope, day, limit)


def names(text: str, scope: Scope = EVERYTHING, day: date = DAY) -> list[str]:
    return [hit.name for hit in found(text, scope, day)]


@pytest.fixture
def home() -> tuple[int, Any]:
    """A household of four, whose surnames have more than one reading."""
    members = [
        somebody("head", "单建国", **HEAD),
        somebody("spouse", "曾秀英", "female", id_number="99000019720101002X"),
        somebody("son", "单明", birth=date(1995, 1, 1)),
        somebody("mother", "欧阳桂英", "female", date(1940, 1, 1)),
    ]
    return household(members, number="H-0042", village=VILLAGE)


@pytest.fixture
def neighbour() -> tuple[int, Any]:
    """Another household in another village."""
    return household(
        [somebody("head", "单建军", id_number="990000198001010017")], village=OTHER_VILLAGE
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("单", ["单建国", "单明"]),
        ("单建", ["单建国"]),
        (" 单　建国 ", ["单建国"]),
        ("曾秀英", ["曾秀英"]),
        ("建国", ["单建国"]),
        ("桂英", ["欧阳桂英"]),
        ("英", ["曾秀英", "欧阳桂英"]),
        ("没有", []),
    ],
)
def test_name_is_found_from_its_beginning_and_by_its_parts(
    home: Any, text: str, wanted: list[str]
) -> None:
    assert sorted(names(text)) == sorted(wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sjg", ["单建国"]), ("djg", ["单建国"]), ("CJG", ["单建国"]), ("\uff53\uff4a", ["单建国"]),
        ("sm", ["单明"]),
        ("zxy", ["曾秀英"]), ("cxy", ["曾秀英"]), ("oygy", ["欧阳桂英"]), ("jg", []),
    ],
)  # fmt: skip
def test_initials_are_found_by_every_reading(home: Any, text: str, wanted: list[str]) -> None:
    hits = found(text)
    assert [hit.name for hit in hits] == wanted
    assert {hit.match for hit in hits} <= {Match.INITIALS}


@pytest.mark.parametrize(
    ("text", "name", "match"),
    [
        ("0017", "单建国", Match.DOCUMENT_TAIL),
        ("010017", "单建国", Match.DOCUMENT_TAIL),
        ("002X", "曾秀英", Match.DOCUMENT_TAIL),
        ("01002x", "曾秀英", Match.DOCUMENT_TAIL),
        ("990000197001010017", "单建国", Match.DOCUMENT),
        ("99000019720101002x", "曾秀英", Match.DOCUMENT),
        ("99000019720101002X44", "曾秀英", Match.DOCUMENT),
        ("8745", "单建国", Match.PHONE_TAIL),
        ("988745", "单建国", Match.PHONE_TAIL),
        ("10073988745", "单建国", Match.PHONE_TAIL),
        ("H-0042", "单建国", Match.HOUSEHOLD),
        ("h-00", "单建国", Match.HOUSEHOLD),
        ("0042", "单建国", Match.HOUSEHOLD),
    ],
)
def test_number_is_found_whole_or_by_its_end(home: Any, text: str, name: str, match: Match) -> None:
    assert [(hit.name, hit.match) for hit in found(text)] == [(name, match)]


@pytest.mark.parametrize(
    "text", ["1017", "110017", "990000197001010018", "8746", "H-0043", "988746", "042", "10042"]
)
def test_number_that_is_nobodys_finds_nobody(home: Any, text: str) -> None:
    assert found(text) == []


def test_four_digits_are_tried_as_everything(home: Any) -> None:
    household([somebody("head", "甲", phone="10000000017")])
    household([somebody("head", "乙")], number="0017-3")
    assert {(hit.name, hit.match) for hit in found("0017")} == {
        ("单建国", Match.DOCUMENT_TAIL), ("甲", Match.PHONE_TAIL), ("乙", Match.HOUSEHOLD),
    }  # fmt: skip


def test_many_documents_that_end_alike_leave_room_for_a_phone() -> None:
    for year in range(1970, 1976):
        household([somebody("head", f"甲{year}", id_number=f"990000{year}01010017")])
    household([somebody("head", "电话", phone="10000000017")])
    hits = found("0017", limit=4)
    assert len(hits) == 4
    assert Match.PHONE_TAIL in {hit.match for hit in hits}


def test_phone_of_the_household_finds_who_speaks_for_it() -> None:
    members = [somebody("head", "甲", phone="10000001111"), somebody("spouse", "乙", "female")]
    household(members, village=VILLAGE)
    other, _ = household([somebody("head", "丙"), somebody("spouse", "丁", "female")])
    move_household(**BY, on=DAY, household_id=other, residence={"phone": "10000002222"})
    assert names("2222") == ["丙"]
    assert names("1111") == ["甲"]


def test_hit_says_where_and_shows_no_number(home: Any) -> None:
    household_id, persons = home
    (hit,) = found("单建国")
    assert (hit.household_id, hit.person_id, hit.household_number) == (
        household_id,
        persons[0],
        "H-0042",
    )
    assert (hit.division_code, hit.relation, hit.left) == (VILLAGE, "head", False)
    assert hit.document == "99************0017"


@pytest.mark.parametrize("text", ["单建", "sj", "0017", "H", "建"])
def test_scope_hides_the_rest(home: Any, neighbour: Any, text: str) -> None:
    (mine, _), (other, _) = home, neighbour
    village = Scope(ranges=((VILLAGE, VILLAGE),))
    township = Scope(ranges=((VILLAGE[:9] + "000", VILLAGE[:9] + "999"),))
    listed = Scope(household_ids=frozenset({other}))
    assert {hit.household_id for hit in found(text, village)} == {mine}
    assert {hit.household_id for hit in found(text, township)} >= {mine}
    assert {hit.household_id for hit in found(text, listed)} <= {other}
    assert found(text, NOTHING) == []
    assert found(text, Scope(household_ids=frozenset())) == []


def test_whole_document_of_another_scope_is_not_found(home: Any) -> None:
    elsewhere = Scope(ranges=((OTHER_VILLAGE, OTHER_VILLAGE),))
    assert found(HEAD["id_number"], elsewhere) == []


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "单_", "'", "\\", "\x00", "\ud800", "单" * 200, "🙂", "-"]
)
def test_odd_text_finds_nobody_and_breaks_nothing(home: Any, text: str) -> None:
    assert found(text) == []


def test_who_moved_to_another_village_is_found_there(home: Any) -> None:
    household_id, _ = home
    move_household(
        **BY, on=DAY, household_id=household_id, residence={"division_code": OTHER_VILLAGE}
    )
    assert found("单建国", Scope(ranges=((VILLAGE, VILLAGE),))) == []
    assert names("单建国", Scope(ranges=((OTHER_VILLAGE, OTHER_VILLAGE),))) == ["单建国"]


def test_corrected_name_takes_the_place_of_the_wrong_one(home: Any) -> None:
    _, persons = home
    correct_facts(**BY, topic="identity", subject_id=persons[2], on=DAY, values={"name": "单鸣"})
    assert names("单明") == []
    assert names("单鸣") == ["单鸣"]


def test_split_household_is_found_by_its_own_number(home: Any) -> None:
    household_id, persons = home
    split_household(
        **BY, on=DAY, household_id=household_id, person_ids=[persons[2]], head_id=persons[2],
        statuses=(), number="H-0043",
    )  # fmt: skip
    assert [(hit.name, hit.relation) for hit in found("H-0043")] == [("单明", "head")]
    assert [hit.name for hit in found("H-0042")] == ["单建国"]
    assert len(found("单明")) == 1


def test_who_died_stays_findable_after_the_living(home: Any) -> None:
    _, persons = home
    record_death(**BY, on=DAY, person_id=persons[0], new_head_id=persons[1])
    hits = found("单")
    assert [(hit.name, hit.left) for hit in hits] == [("单明", False), ("单建国", True)]
    assert [hit.left for hit in found("单建国", day=date(2020, 5, 31))] == [False]
    assert names("H-0042") == ["曾秀英"]


def test_household_that_left_is_found_by_its_number(neighbour: Any) -> None:
    household_id, persons = neighbour
    leave(**BY, on=DAY, person_ids=persons, household_id=household_id)
    assert [(hit.name, hit.left) for hit in found("单建军")] == [("单建军", True)]


def test_undone_registration_is_not_found(home: Any) -> None:
    batch = SearchEntry.objects.recorded().first().begun_by_id
    undo_action(actor="user:1", reason="重复登记", batch_id=batch)
    assert found("单") == []


def test_entries_of_an_open_batch_are_not_found_until_it_is_recorded(home: Any) -> None:
    household_id, _ = home
    before = SearchEntry.objects.recorded().count()
    SearchEntry.objects.filter(name="单明").update(name="别名")  # as if made wrongly
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    assert index_households(batch=batch, household_ids=[household_id]) > 0
    assert names("别名") == ["别名"]
    record_batch(batch, action="households.entries.made")
    assert names("别名") == []
    assert SearchEntry.objects.recorded().count() == before


def test_indexing_again_writes_nothing(home: Any, neighbour: Any) -> None:
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    ids = [home[0], neighbour[0]]
    assert index_households(batch=batch, household_ids=ids) == 0


def test_touched_households_are_indexed_again(home: Any) -> None:
    made = SearchEntry.objects.recorded().get(name="单明", extra=False).begun_by
    SearchEntry.objects.filter(name="单明").update(name="别名")
    assert index_touched(made) > 0
    assert names("别名") == []


def test_search_asks_a_fixed_number_of_queries(
    home: Any, neighbour: Any, django_assert_max_num_queries: Callable[..., CaptureQueriesContext]
) -> None:
    for text in ("单", "sj", "0017", "建国", "没有"):
        with django_assert_max_num_queries(7):
            found(text)
