"""Every change of divisions: rows, periods, lineage, batch and event; and every refusal."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from mingbai.audit.models import Batch, Event
from mingbai.common.errors import RegisterError
from mingbai.places import actions, queries
from mingbai.places.enums import Level, SuccessionKind, VillageStatusKind
from mingbai.places.figures import set_village_status
from mingbai.places.models import Division, Group, Register, Succession
from tests.places.trees import county, row

pytestmark = pytest.mark.database
DAY = date(2020, 7, 1)
BEFORE = date(2020, 6, 30)
A, B, WEST = "990101100201", "990101100202", "990101101201"


@pytest.fixture
def loaded() -> None:
    actions.load_divisions(actor="command", rows=county())


def _refused(number: str, function, **arguments) -> None:
    batches, divisions = Batch.objects.count(), Division.objects.count()
    with pytest.raises(RegisterError) as caught:
        function(actor="user:1", **arguments)
    assert caught.value.code == number
    assert (Batch.objects.count(), Division.objects.count()) == (batches, divisions)


def test_roster_is_loaded_once(loaded: None) -> None:
    assert actions.load_divisions(actor="command", rows=county()) == 0
    assert queries.counts(DAY) == {Level.COUNTY: 1, Level.TOWNSHIP: 2, Level.VILLAGE: 3}


def test_loading_is_one_batch_and_one_event(loaded: None) -> None:
    event = Event.objects.get()
    assert (event.action, Batch.objects.count()) == ("places.divisions.loaded", 1)
    assert event.batch_id == Batch.objects.get().pk


@pytest.mark.parametrize(
    "bad",
    [
        row("99010110020", "短", "village"),
        row("990101100201", "", "village"),
        row("990101100201", "甲", "township"),
        row("990101100201", "甲", "village", date(2020, 1, 1), date(2020, 1, 1)),
        row("990101100201", "甲", "village", successor="990101100202"),
        row("99010110020x", "甲", "village"),
    ],
)
def test_row_that_is_no_division_is_refused(bad) -> None:
    _refused("PLACE-016", actions.load_divisions, rows=[bad])


def test_rows_that_overlap_are_refused() -> None:
    twice = [row(A, "甲", "village"), row(A, "乙", "village", date(2020, 1, 1))]
    _refused("PLACE-016", actions.load_divisions, rows=twice)


def test_stretch_that_overlaps_a_standing_one_is_refused(loaded: None) -> None:
    _refused(
        "PLACE-008", actions.load_divisions, rows=[row(A, "别名", "village", date(2019, 1, 1))]
    )


def test_plain_objects_load_too() -> None:
    plain = SimpleNamespace(
        code="990101", name="甲县", level="county", kind="county", parent="9901",
        from_date=date(2014, 1, 1), to_date=None, successor=None,
    )  # fmt: skip
    assert actions.load_divisions(actor="command", rows=[plain]) == 1
    assert queries.division_on("990101", DAY).parent_code == "990100000000"


def test_recode_of_a_village(loaded: None) -> None:
    actions.recode(actor="user:1", code=A, new_code="990101100209", day=DAY, reason="换号")
    assert queries.division_on(A, BEFORE).name == "东一村"
    assert queries.division_on(A, DAY) is None
    assert queries.division_on("990101100209", DAY).name == "东一村"
    assert queries.division_on("990101100209", BEFORE) is None
    assert queries.counts(BEFORE) == queries.counts(DAY)
    assert Event.objects.latest("id").action == "places.division.recoded"


def test_recode_of_a_county_takes_everything_along(loaded: None) -> None:
    actions.recode(actor="user:1", code="990101", new_code="990102", day=DAY, reason="撤县设区",
                   new_name="甲区")  # fmt: skip
    assert queries.division_on("990102", DAY).name == "甲区"
    assert [one.name for one in queries.path("990102100201", DAY)] == ["甲区", "东镇", "东一村"]
    assert Succession.objects.filter(kind=SuccessionKind.RECODE).count() == 6
    assert queries.successors("990101", BEFORE, DAY) == {"990102000000"}


def test_recode_takes_groups_and_statuses_along(loaded: None) -> None:
    set_village_status(
        actor="user:1", code=A, kind=VillageStatusKind.POOR, day=date(2016, 1, 1), reason=""
    )
    batch = Batch.objects.latest("id")
    Group.objects.create(
        village_code=A, number="1", name="一组", valid_from=date(2016, 1, 1), begun_by=batch
    )
    actions.recode(actor="user:1", code=A, new_code="990101100209", day=DAY, reason="换号")
    assert queries.villages_with(VillageStatusKind.POOR, DAY) == ["990101100209"]
    assert queries.villages_with(VillageStatusKind.POOR, BEFORE) == [A]
    assert [one.name for one in queries.groups("990101100209", DAY)] == ["一组"]
    assert queries.groups(A, DAY) == []


def test_village_moves_to_another_township(loaded: None) -> None:
    actions.recode(actor="user:1", code=A, new_code="990101101202", day=DAY, reason="划转")
    assert [one.code for one in queries.children("990101101", DAY)] == [WEST, "990101101202"]
    assert [one.code for one in queries.children("990101100", DAY)] == [B]


def test_merge_into_a_new_code(loaded: None) -> None:
    actions.merge(actor="user:1", codes=[A, B], into_code="990101100203", into_name="东村", day=DAY,
                  reason="合村")  # fmt: skip
    assert [one.name for one in queries.children("990101100", DAY)] == ["东村"]
    assert queries.successors(A, BEFORE, DAY) == queries.successors(B, BEFORE, DAY)
    assert {one.old_code for one in queries.predecessors("990101100203")} == {A, B}


def test_merge_into_one_of_them(loaded: None) -> None:
    actions.merge(
        actor="user:1", codes=[A, B], into_code=A, into_name="东村", day=DAY, reason="合村"
    )
    assert queries.name_on(A, DAY) == "东村"
    assert queries.name_on(A, BEFORE) == "东一村"
    assert queries.division_on(B, DAY) is None


def test_split_into_new_codes(loaded: None) -> None:
    parts = [("990101100203", "东一村"), ("990101100204", "东三村")]
    found = actions.split(actor="user:1", code=A, parts=parts, day=DAY, reason="分村")
    assert [one.name for one in found] == ["东一村", "东三村"]
    assert queries.counts(DAY)[Level.VILLAGE] == queries.counts(BEFORE)[Level.VILLAGE] + 1


def test_split_that_keeps_the_code(loaded: None) -> None:
    parts = [(A, "东一村"), ("990101100204", "东三村")]
    actions.split(actor="user:1", code=A, parts=parts, day=DAY, reason="分村")
    assert queries.successors(A, BEFORE, DAY) == {A, "990101100204"}


def test_rename(loaded: None) -> None:
    actions.rename(actor="user:1", code=A, name="红星村", day=DAY, reason="更名")
    assert queries.name_on(A, BEFORE) == "东一村"
    assert queries.names_on([A, B], DAY) == {A: "红星村", B: "东二村"}


def test_change_on_the_first_day_leaves_no_empty_stretch(loaded: None) -> None:
    actions.rename(actor="user:1", code=A, name="红星村", day=date(2014, 1, 1), reason="录错")
    assert queries.name_on(A, date(2014, 1, 1)) == "红星村"
    assert not Division.objects.recorded().filter(code=A, valid_to__isnull=False).exists()


def test_succession_of_a_village_that_only_ended(loaded: None) -> None:
    ended = row("990101100208", "老村", "village", date(2014, 1, 1), date(2019, 1, 1))
    actions.load_divisions(actor="command", rows=[ended])
    assert [one.name for one in queries.ended_without_successor(DAY)] == ["老村"]
    actions.link_succession(actor="user:1", old_code=ended.code, new_codes=[A], day=date(2019, 1, 1),
                            reason="县里文件")  # fmt: skip
    assert queries.ended_without_successor(DAY) == []
    assert queries.successors(ended.code, date(2018, 1, 1), DAY) == {A}


def test_change_before_a_later_one_is_refused(loaded: None) -> None:
    actions.rename(actor="user:1", code=A, name="红星村", day=DAY, reason="更名")
    _refused("PLACE-010", actions.rename, code=A, name="红旗村", day=BEFORE, reason="更名")


def test_unknown_or_wrong_codes_are_refused(loaded: None) -> None:
    _refused("PLACE-007", actions.rename, code="990101100299", name="甲", day=DAY, reason="")
    _refused("PLACE-006", actions.rename, code="99010110029", name="甲", day=DAY, reason="")
    _refused("PLACE-006", actions.recode, code=A, new_code="990101102", day=DAY, reason="")
    _refused("PLACE-008", actions.recode, code=A, new_code=B, day=DAY, reason="")
    _refused("PLACE-008", actions.split, code=A, parts=[(A, "甲"), (B, "乙")], day=DAY, reason="")
    _refused("PLACE-009", actions.split, code=A, parts=[(A, "甲")], day=DAY, reason="")
    _refused("PLACE-009", actions.merge, codes=[A], into_code=A, into_name="甲", day=DAY, reason="")
    _refused("PLACE-007", actions.link_succession, old_code=A, new_codes=[B], day=DAY, reason="")
    _refused("PLACE-009", actions.link_succession, old_code=A, new_codes=[], day=DAY, reason="")


def test_township_with_villages_is_not_merged_away(loaded: None) -> None:
    _refused("PLACE-020", actions.merge, codes=["990101100", "990101101"], into_code="990101100",
             into_name="东镇", day=DAY, reason="")  # fmt: skip


def test_what_a_higher_package_carries_stands_or_falls_with_the_change(loaded: None) -> None:
    def fails(batch, steps) -> None:
        raise RuntimeError(len(steps))

    with pytest.raises(RuntimeError, match="1"):
        actions.recode(
            actor="user:1", code=A, new_code="990101100209", day=DAY, reason="", carry=fails
        )
    assert queries.division_on(A, DAY) is not None


def test_register_is_made_once_and_stays_synthetic() -> None:
    actions.create_register(actor="command", division_code="990101", synthetic=True, pack="cn")
    assert queries.is_synthetic()
    _refused(
        "PLACE-003", actions.create_register, division_code="990101", synthetic=False, pack="cn"
    )
    register = Register.objects.get()
    register.synthetic = False
    with pytest.raises(RegisterError, match="PLACE-002"):
        register.save()


def test_working_date_of_a_synthetic_register() -> None:
    actions.create_register(actor="command", division_code="990101", synthetic=True, pack="cn",
                            working_date=date(2020, 1, 1))  # fmt: skip
    assert queries.working_date() == date(2020, 1, 1)
    actions.set_working_date(actor="command", day=DAY)
    assert queries.working_date() == DAY
    assert Event.objects.latest("id").action == "places.register.working_date_set"


def test_real_register_works_today() -> None:
    _refused("PLACE-001", actions.set_working_date, day=DAY)
    _refused("PLACE-004", actions.create_register, division_code="990101", synthetic=False, pack="cn",
             working_date=DAY)  # fmt: skip
    actions.create_register(actor="command", division_code="990101", synthetic=False, pack="cn")
    assert queries.working_date() == queries.today()
    _refused("PLACE-004", actions.set_working_date, day=DAY)


def test_roster_in_which_one_village_moves_leaves_the_township_alone() -> None:
    moved = [
        row("990101100209", "迁村", "village", date(2014, 1, 1), DAY, "990101101209"),
        row("990101101209", "迁村", "village", DAY),
    ]
    actions.load_divisions(actor="command", rows=[*county(), *moved])
    assert queries.successors("990101100", BEFORE, DAY) == {"990101100000"}
    assert queries.successors("990101100209", BEFORE, DAY) == {"990101101209"}
