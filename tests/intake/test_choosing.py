"""Rows that a person leaves out, or takes against the register."""

from __future__ import annotations

from datetime import date

import pytest

from mingbai.audit.actions import recording
from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from mingbai.households.models import Dwelling, Household, Person, Work
from mingbai.households.writing import set_values
from mingbai.intake import looking
from mingbai.intake.choosing import choose_rows, unchoose_rows
from mingbai.intake.files import FileUpload, accept
from mingbai.intake.looking import lines_of, picture_of, whole_list
from mingbai.intake.models import Discrepancy, ImportOrder, RowChoice
from mingbai.intake.orders import order_import, request_of
from mingbai.intake.running import Request
from mingbai.jobs.worker import work_off
from tests.intake.making import (
    FAMILY,
    JULY,
    JUNE,
    Office,
    home,
    household,
    id_number,
    member,
    person,
)

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("_no_states")]


def looked_at(office: Office, *lists: object, day: object = JULY) -> ImportOrder:
    """A dry run of lists, done."""
    files = [accept(FileUpload(office.list(rows)), actor="user:1") for rows in lists]  # type: ignore[arg-type] # rows
    order = order_import(actor="user:1", files=files, request=Request(day), dry_run=True)  # type: ignore[arg-type] # a day
    work_off()
    order.refresh_from_db()
    return order


def written(order: ImportOrder) -> ImportOrder:
    """The same files written, with what was chosen in the dry run."""
    made = order_import(
        actor="user:1", files=list(order.files.all()), request=request_of(order), dry_run=False,
        follows=order,
    )  # fmt: skip
    work_off()
    made.refresh_from_db()
    return made


def place_of(order: ImportOrder, shown_in: str, **said: object) -> int:
    """Where the line with these values stands in a list."""
    lines = lines_of(order, shown_in, 0, 50)
    return next(at for at, line in enumerate(lines) if all(line[key] == said[key] for key in said))


def unsafe_on(day: object) -> bool | None:
    rows = Dwelling.objects.recorded().on(day).filter(household_id=household().pk)
    return rows.values_list("dwelling_unsafe", flat=True).get()


def correct(months: int) -> None:
    """Somebody corrects how long the head worked away; the lists say six months."""
    with recording(actor="user:1", action="households.fact.corrected") as batch:
        set_values(
            batch=batch, topic="work", subject_id=person().pk, valid_from=date(2025, 1, 1),
            valid_to=date(2026, 1, 1), values={"work_months": months}, source="village",
            observed_on=JUNE, correcting=True,
        )  # fmt: skip


def months() -> int | None:
    rows = Work.objects.recorded().on(JULY).filter(person_id=person().pk)
    return rows.values_list("work_months", flat=True).get()


def test_change_that_is_left_out_is_not_written_and_the_rest_is(office: Office) -> None:
    office.bring([home()], FAMILY)
    order = looked_at(office, [home(是否危房户="是", 人均纯收入=8000)], FAMILY)
    at = place_of(order, "changed", topic="dwelling")
    assert choose_rows(
        actor="user:1", order=order, shown_in="changed", places=[at], reason="村里说不是"
    ) == 1  # fmt: skip
    made = written(order)
    assert unsafe_on(JULY) is False
    assert (made.counts["left"], made.counts["taken"]) == (1, 0)
    assert made.batch_id is not None
    kept = RowChoice.objects.get(order=made)
    assert (kept.verdict, kept.reason) == ("leave", "村里说不是")


def test_what_was_left_out_can_be_written_after_all(office: Office) -> None:
    """Other choices are another import: the same files are not known again."""
    office.bring([home()], FAMILY)
    order = looked_at(office, [home(是否危房户="是", 人均纯收入=8000)], FAMILY)
    at = place_of(order, "changed", topic="dwelling")
    choose_rows(actor="user:1", order=order, shown_in="changed", places=[at], reason="")
    written(order)
    order_import(
        actor="user:1", files=list(order.files.all()), request=Request(JULY), dry_run=False
    )
    work_off()
    assert unsafe_on(JULY) is True


def test_new_household_that_is_left_out_stays_out_with_all_its_rows(office: Office) -> None:
    office.bring([home()], FAMILY)
    other = (member("P8", "H2", serial=8), member("P9", "H2", serial=9, 与户主关系="配偶"))
    order = looked_at(office, [home(), home("H2"), home("H3")], [*FAMILY, *other])
    at = place_of(order, "new", group="household", subject="H2")
    choose_rows(actor="user:1", order=order, shown_in="new", places=[at], reason="")
    made = written(order)
    assert set(Household.objects.recorded().values_list("number", flat=True)) == {"H1", "H3"}
    assert not Person.objects.recorded().filter(number__in=["P8", "P9"]).exists()
    assert made.counts["rows_refused"] == 0


def test_person_that_is_left_out_stays_out_alone(office: Office) -> None:
    office.bring([home()], FAMILY)
    order = looked_at(office, [home()], [*FAMILY, member("P3", serial=3, 与户主关系="之子")])
    at = place_of(order, "new", group="person", subject="P3")
    choose_rows(actor="user:1", order=order, shown_in="new", places=[at], reason="")
    written(order)
    assert Person.objects.recorded().filter(number__startswith="P").count() == 2


def test_corrected_value_is_taken_from_the_list_with_a_reason(office: Office) -> None:
    office.bring([home()], FAMILY)
    correct(9)
    order = looked_at(office, [home()], FAMILY)
    at = place_of(order, "conflicts", group="corrected")
    with pytest.raises(RegisterError, match="INTAKE-022"):
        choose_rows(actor="user:1", order=order, shown_in="conflicts", places=[at], reason=" ")
    choose_rows(
        actor="user:1", order=order, shown_in="conflicts", places=[at], reason="住建局鉴定书"
    )
    event = Event.objects.order_by("-id").first()
    assert event is not None
    assert (event.action, "H1" in event.data) == ("intake.rows.chosen", False)
    made = written(order)
    assert months() == 6
    assert made.counts["taken"] == 1
    assert not Discrepancy.objects.recorded().filter(kind="corrected").exists()


def test_conflict_that_changed_since_it_was_looked_at_is_not_taken(office: Office) -> None:
    """Somebody says something else of the same value: what was decided was about another."""
    office.bring([home()], FAMILY)
    correct(9)
    order = looked_at(office, [home()], FAMILY)
    at = place_of(order, "conflicts", group="corrected")
    choose_rows(actor="user:1", order=order, shown_in="conflicts", places=[at], reason="鉴定书")
    correct(8)
    written(order)
    assert months() == 8
    assert Discrepancy.objects.recorded().filter(kind="corrected").exists()


def test_choice_is_taken_back_until_it_is_written(office: Office) -> None:
    office.bring([home()], FAMILY)
    order = looked_at(office, [home(是否危房户="是")], FAMILY)
    said = {"actor": "user:1", "order": order, "shown_in": "changed", "places": [0]}
    choose_rows(**said, reason="")
    assert unchoose_rows(**said) == 1
    written(order)
    assert unsafe_on(JULY) is True
    with pytest.raises(RegisterError, match="INTAKE-023"):
        choose_rows(**said, reason="")


def test_list_longer_than_is_kept_comes_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_KEPT", 2)
    monkeypatch.setattr("mingbai.desk.tasks.mark_tables", lambda *_: [])
    order = looked_at(office, [home()], FAMILY, day=JUNE)
    picture = picture_of(order)
    assert picture is not None
    assert (picture.totals["new"], picture.kept("new")) == (3, (0, 2))
    assert picture.whole == ["difference.xlsx"]
    assert b"".join(whole_list(order, 0)).startswith(b"PK")


def test_lines_beyond_the_first_piece_are_read_where_they_stand(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PIECE", 2)
    people = [
        member(f"P{n}", serial=n, 与户主关系="户主" if n == 1 else "之子") for n in range(1, 8)
    ]
    order = looked_at(office, [home()], people, day=JUNE)
    assert [one["subject"] for one in lines_of(order, "new", 3, 6)] == ["P4", "P5", "P6"]
    assert id_number(3) not in str(lines_of(order, "new", 0, 50))
