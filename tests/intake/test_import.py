"""Lists into the register: what is new, changed, gone, conflicting; nothing guessed, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.accounts.scopes import EVERYTHING
from mingbai.audit.actions import recording
from mingbai.audit.models import Batch, Event
from mingbai.common.errors import RegisterError
from mingbai.engine.model.pack import Pack
from mingbai.households.models import (
    Household,
    Identity,
    IncomeYear,
    Insurance,
    Membership,
    Person,
    SearchEntry,
    Security,
    Status,
    Work,
)
from mingbai.households.writing import set_values
from mingbai.intake.actions import undo_import
from mingbai.intake.models import Discrepancy, Import
from mingbai.intake.queries import discrepancies, imports, said
from mingbai.intake.running import Request, run_import
from tests.intake.making import (
    FAMILY,
    JULY,
    JUNE,
    MAY,
    Office,
    cells,
    home,
    household,
    id_number,
    listed,
    member,
    person,
)  # fmt: skip

pytestmark = pytest.mark.database

EXAMPLE = Path(__file__).parents[2] / "examples" / "yunnan-2025"


def test_example_is_imported_whole_and_again_without_difference(office: Office) -> None:
    """Empty register; households, persons, topics and records are counted; the second time nothing is new."""
    paths = sorted(path for path in EXAMPLE.iterdir() if path.suffix in (".csv", ".xlsx"))
    first = office.deliver(paths)
    again = office.deliver(paths, again=True)
    assert first.batch is not None
    assert (Household.objects.recorded().count(), Person.objects.recorded().count()) == (31, 95)
    assert (
        Membership.objects.recorded().count()
        == SearchEntry.objects.recorded().filter(extra=False).count()
        == 95
    )
    assert again.batch is None
    assert again.difference is not None
    assert again.difference.nothing
    assert again.difference.counts()["changed"] == {}


def test_same_files_are_known_again(office: Office) -> None:
    """Idempotent by content: nothing is compared, nothing written."""
    paths = [office.list([home()]), office.list(FAMILY)]
    first, second = office.deliver(paths), office.deliver(paths)
    assert first.batch is not None
    assert second.before is not None
    assert second.before.batch_id == first.batch.pk
    assert Batch.objects.count() == 1


def test_dry_run_writes_nothing(office: Office) -> None:
    difference = office.look([home()], FAMILY)
    assert difference.counts()["new"]["households"] == 1
    assert difference.counts()["new"]["persons"] == 2
    assert not Household.objects.exists()
    assert not Event.objects.exists()


def test_new_rows_stand_under_one_batch_and_one_event(office: Office) -> None:
    done = office.bring([home()], FAMILY)
    assert done.batch is not None
    event = Event.objects.get(action="intake.import.recorded")
    assert event.batch_id == done.batch.pk
    assert '"households_household"' in event.data
    assert id_number(1) not in event.data
    assert "肖一" not in event.data
    income = IncomeYear.objects.recorded().get(household=household())
    assert (income.income_wage, income.valid_from.isoformat(), income.valid_to.isoformat()) == (
        1_200_000, "2025-01-01", "2026-01-01",
    )  # fmt: skip


def test_change_names_old_value_source_and_day(office: Office) -> None:
    office.bring([home()], FAMILY)
    done = office.bring([home()], [member(是否享受低保="是"), FAMILY[1]], day=JULY)
    assert done.difference is not None
    cell = cells(done.difference)["security.on_dibao"]
    assert (cell.before, cell.after, cell.source, cell.day) == (
        False,
        True,
        "import:cn-person-export",
        JUNE,
    )
    rows = Security.objects.recorded().filter(person=person()).order_by("valid_from")
    assert [(row.on_dibao, row.valid_from, row.valid_to) for row in rows] == [
        (False, JUNE, JULY), (True, JULY, None),
    ]  # fmt: skip
    assert rows[1].changed == "on_dibao"


def test_corrected_list_of_the_same_day_takes_the_place_of_the_first(office: Office) -> None:
    office.bring([home()], FAMILY)
    office.bring([home(工资性收入=15000)])
    row = IncomeYear.objects.recorded().get(household=household())
    assert (row.income_wage, row.changed) == (1_500_000, "income_wage")
    assert IncomeYear.objects.count() == 2


def test_blank_of_a_list_erases_nothing(office: Office) -> None:
    office.bring([home()], FAMILY)
    done = office.look([home(工资性收入="", 是否危房户="")], day=JULY)
    assert done.counts()["changed"] == {}


def test_blank_of_the_register_is_filled(office: Office) -> None:
    office.bring([home(是否通广播电视="")], FAMILY)
    done = office.bring([home(是否通广播电视="是")])
    assert done.difference is not None
    assert cells(done.difference)["living.tv"].before is None


def test_older_list_does_not_undo_newer_knowledge(office: Office) -> None:
    office.bring([home()], FAMILY, day=JUNE)
    done = office.bring([home()], [member(是否享受低保="是"), FAMILY[1]], day=MAY)
    assert done.difference is not None
    kinds = {(one.kind.value, one.cell.column) for one in listed(done.difference)}
    assert ("newer", "number") in kinds  # on that day the register knows no such household
    assert not Security.objects.recorded().filter(on_dibao=True).exists()


def test_list_older_than_what_a_person_saw_is_a_conflict(office: Office) -> None:
    office.bring([home()], FAMILY, day=MAY)
    with recording(actor="user:1", action="households.fact.recorded") as batch:
        set_values(
            batch=batch, topic="security", subject_id=person().pk, valid_from=MAY, valid_to=None,
            values={"on_dibao": True}, source="village", observed_on=JULY,
        )  # fmt: skip
    done = office.bring([home()], FAMILY, day=JUNE)
    assert done.difference is not None
    (one,) = listed(done.difference)
    assert (one.kind.value, one.cell.column, one.cell.source) == ("newer", "on_dibao", "village")


def test_what_a_person_corrected_stays(office: Office) -> None:
    office.bring([home()], FAMILY)
    with recording(actor="user:1", action="households.fact.corrected") as batch:
        set_values(
            batch=batch, topic="security", subject_id=person().pk, valid_from=JUNE, valid_to=None,
            values={"on_dibao": True}, source="village", observed_on=JUNE, correcting=True,
        )  # fmt: skip
    done = office.bring([home()], FAMILY, day=JULY)
    assert done.difference is not None
    (one,) = listed(done.difference)
    assert (one.kind.value, one.cell.before, one.cell.after) == ("corrected", True, False)
    assert Security.objects.recorded().filter(person=person(), on_dibao=True).exists()


def test_correction_is_remembered_behind_a_later_change_of_another_column(office: Office) -> None:
    """The wide record is new, the column's origin is not."""
    office.bring([home()], FAMILY)
    with recording(actor="user:1", action="households.fact.corrected") as batch:
        set_values(
            batch=batch, topic="work", subject_id=person().pk, valid_from=JUNE, valid_to=None,
            values={"work_months": 9}, source="village", observed_on=JUNE, correcting=True,
        )  # fmt: skip
    office.bring(
        [home()], [member(**{"务工时间（月）": 9, "劳动技能": "技能劳动力"}), FAMILY[1]], day=JULY
    )
    done = office.look([home()], [member(劳动技能="技能劳动力"), FAMILY[1]], day=JULY)
    assert [(one.kind.value, one.cell.column) for one in listed(done)] == [
        ("corrected", "work_months")
    ]


def test_person_in_two_households_is_listed(office: Office) -> None:
    office.bring(
        [home(), home("H2", 户主姓名="陈三")], [*FAMILY, member("P3", "H2", 3, 姓名="陈三")]
    )
    moved = member("P2", "H2", 2, 姓名="王二", 性别="女", 与户主关系="其他")
    done = office.bring([home(), home("H2", 户主姓名="陈三")], [FAMILY[0], moved], day=JULY)
    assert done.difference is not None
    (one,) = listed(done.difference)
    assert (one.kind.value, one.person, one.cell.before, one.cell.after) == (
        "two_households",
        "P2",
        "H1",
        "H2",
    )
    assert Membership.objects.recorded().get(person=person("P2")).household == household("H1")


def test_id_number_of_somebody_else_is_not_taken_over(office: Office) -> None:
    office.bring([home()], FAMILY)
    done = office.bring(
        [home("H2", 户主姓名="陈三")], [member("P3", "H2", 1, 姓名="陈三")], day=JULY
    )
    assert done.difference is not None
    (one,) = listed(done.difference)
    assert (one.kind.value, one.person, one.cell.before) == ("id_taken", "P3", "P1")
    assert Identity.objects.recorded().get(person=person("P3")).id_number is None


def test_conflict_is_kept_closed_and_only_once(office: Office) -> None:
    office.bring([home()], FAMILY)
    wrong = [home("H2", 户主姓名="陈三")], [member("P3", "H2", 1, 姓名="陈三")]
    office.bring(*wrong, day=JULY)
    office.bring(*wrong, day=JULY, again=True)
    one = discrepancies(EVERYTHING, kind="id_taken").get()
    assert (one.topic, one.column, one.person_id) == ("identity", "id_number", person("P3").pk)
    assert said(one)["before"] == "P1"
    assert b"P1" not in bytes(one.said)


def test_gone_is_proposed_and_ended_only_when_asked(office: Office) -> None:
    both = [home(), home("H2", 户主姓名="陈三")], [*FAMILY, member("P3", "H2", 3, 姓名="陈三")]
    office.bring(*both)
    whole = {"whole": ("430000000000",)}
    seen = office.look([home()], [FAMILY[0]], day=JULY, **whole)
    assert [number for _, number in seen.gone.households] == ["H2"]
    assert sorted(number for _, number, _ in seen.gone.persons) == ["P2", "P3"]
    office.bring([home()], [FAMILY[0]], day=JULY, **whole)
    assert Household.objects.recorded().on(JULY).count() == 2
    assert Discrepancy.objects.recorded().filter(kind="gone").count() == 3
    office.bring([home()], [FAMILY[0]], day=JULY, apply_gone=True, again=True, **whole)
    assert [one.number for one in Household.objects.recorded().on(JULY)] == ["H1"]
    assert Household.objects.recorded().on(JUNE).count() == 2
    assert Membership.objects.recorded().on(JULY).count() == 1


def test_department_list_finds_people_of_the_register_by_number(office: Office) -> None:
    office.bring([home()], FAMILY)
    insured = [
        {"姓名": "肖一", "身份证号": id_number(1), "险种类型": "城镇职工基本医疗保险"},
        {"姓名": "某人", "身份证号": id_number(77), "险种类型": "城乡居民基本医疗保险"},
    ]
    done = office.bring(insured, day=JULY)
    assert done.difference is not None
    assert done.difference.counts()["rows_refused"] == 1
    row = Insurance.objects.recorded().get(person=person(), valid_from__year=2025)
    assert (row.medical_insured, row.medical_insured_employee, row.source) == (
        False,
        True,
        "department:医保",
    )
    assert Person.objects.recorded().count() == 2


def test_named_source_stands_on_the_records(office: Office) -> None:
    office.bring([home()], FAMILY, source="department:民政")
    assert set(Work.objects.recorded().values_list("source", flat=True)) == {"department:民政"}


def test_synthetic_register_refuses_real_numbers(office: Office, synthetic_register: None) -> None:
    """No real list ends up beside a known password: the person and all records of it stay out."""
    real = member(
        "P9", "H1", 姓名="真人", 证件号码=id_number(5, region="430525"), 与户主关系="其他"
    )
    done = office.bring([home()], [*FAMILY, real])
    assert done.difference is not None
    (refused,) = done.difference.refused
    assert refused.code == "INTAKE-008"
    assert not Person.objects.filter(number="P9").exists()
    assert Person.objects.recorded().count() == 2


def test_real_register_is_warned_of_synthetic_files(office: Office) -> None:
    paths = [office.list([home()], "户_合成数据.csv"), office.list(FAMILY)]
    done = office.deliver(paths)
    assert done.difference is not None
    assert [one["code"] for one in done.difference.warnings] == ["INTAKE-009"]


def test_household_outside_the_division_is_left_alone(office: Office) -> None:
    office.bring([home()], FAMILY)
    done = office.bring([home(家庭人口数=5)], day=JULY, division_code="440000000000")
    assert done.difference is not None
    assert {one.kind.value for one in listed(done.difference)} == {"outside"}
    assert done.difference.counts()["changed"] == {}


def test_facts_without_a_column_are_named(office: Office) -> None:
    done = office.look([home("H3", 户主姓名="无人知")])
    assert done.not_kept == {"household.head_name": 1}


def test_status_goes_forward_and_not_back(office: Office) -> None:
    office.bring([home(户类型="未脱贫户")], FAMILY)
    office.bring([home(户类型="脱贫户")], day=JULY)
    kinds = Status.objects.recorded().on(JULY).values_list("kind", "valid_from")
    assert {(kind, day.isoformat()) for kind, day in kinds} == {
        ("registered", "2014-05-01"), ("exited", "2025-07-31"),
    }  # fmt: skip
    back = office.look([home(户类型="未脱贫户")], day=JULY)
    assert [one.kind.value for one in listed(back)] == ["status_back"]


def test_undo_takes_everything_back_and_keeps_the_history(office: Office) -> None:
    office.bring([home()], FAMILY)
    second = office.bring([home()], [member(是否享受低保="是"), FAMILY[1]], day=JULY)
    assert second.batch is not None
    undo_import(actor="user:1", batch_id=second.batch.pk, reason="拿错了文件")
    assert not Security.objects.recorded().filter(on_dibao=True).exists()
    assert Security.objects.recorded().get(person=person()).valid_to is None
    assert Security.objects.filter(on_dibao=True).exists()
    assert [one.batch_id for one in imports() if one.facts()["undone_by"]] == [second.batch.pk]


def test_undo_is_refused_when_a_later_batch_rests_on_it(office: Office) -> None:
    first = office.bring([home()], FAMILY)
    second = office.bring([home()], [member(是否享受低保="是"), FAMILY[1]], day=JULY)
    assert first.batch is not None
    assert second.batch is not None
    with pytest.raises(RegisterError, match=rf"AUD-002.*{second.batch.pk}"):
        undo_import(actor="user:1", batch_id=first.batch.pk, reason="拿错了文件")


def test_undo_needs_a_reason_and_a_batch(office: Office) -> None:
    done = office.bring([home()], FAMILY)
    assert done.batch is not None
    with pytest.raises(RegisterError, match="INTAKE-010"):
        undo_import(actor="user:1", batch_id=done.batch.pk, reason=" ")
    with pytest.raises(RegisterError, match="INTAKE-007"):
        undo_import(actor="user:1", batch_id=999_999, reason="没有这一批")


def test_undone_files_may_come_again(office: Office) -> None:
    paths = [office.list([home()]), office.list(FAMILY)]
    first = office.deliver(paths)
    assert first.batch is not None
    undo_import(actor="user:1", batch_id=first.batch.pk, reason="拿错了文件")
    assert office.deliver(paths).batch is not None
    assert Household.objects.recorded().count() == 1
    assert SearchEntry.objects.recorded().filter(extra=False).count() == 2


def test_picture_beside_the_lists_does_no_harm(office: Office) -> None:
    """Reading names it; alone it is refused."""
    picture = office.folder / "扫描.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    files = [office.list([home()]), office.list(FAMILY), picture]
    done = run_import(actor="command", files=files, request=Request(JUNE, pack_name="cn"))
    assert done.difference is not None
    assert [one.what for one in done.difference.intake.files] == ["table", "table", "skipped"]
    with pytest.raises(RegisterError, match="INTAKE-002"):
        run_import(actor="command", files=[picture], request=Request(JUNE, pack_name="cn"))


def test_failing_import_leaves_nothing_to_see(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("mingbai.intake.applying.write_new_entries", broken)
    with pytest.raises(RuntimeError, match="disk full"):
        office.bring([home()], FAMILY)
    assert not Household.objects.recorded().exists()
    assert Batch.objects.get().given_up_at is not None


def test_second_import_waits_for_the_first(office: Office, pack: Pack) -> None:
    from mingbai.audit.actions import open_batch
    from mingbai.audit.enums import BatchKind

    running = open_batch(actor="user:1", kind=BatchKind.IMPORT)
    with pytest.raises(RegisterError, match=rf"INTAKE-016.*{running.pk}"):
        office.bring([home()], FAMILY)
    assert not Import.objects.exists()


def test_query_count_does_not_grow_with_the_list(
    office: Office, django_assert_max_num_queries: object
) -> None:
    """Blocks of subjects, never a query a row: 300 households cost as many as three."""
    many = [home(f"H{n}", 户主姓名=f"肖{n}") for n in range(300)]
    people = [member(f"P{n}", f"H{n}", n % 900, 姓名=f"肖{n}", 证件号码="") for n in range(300)]
    office.bring(many, people)
    with django_assert_max_num_queries(60):  # type: ignore[operator] # of pytest-django
        difference = office.look(many, people, day=JULY)
    assert difference.nothing
