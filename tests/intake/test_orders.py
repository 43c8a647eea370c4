"""Imports that the worker does: ordered, stopped, looked at."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.conf import settings as site

from mingbai.audit.models import Batch
from mingbai.households.models import Household
from mingbai.intake.files import FileUpload, accept, folder
from mingbai.intake.looking import lines_of, picture_of, returned_table, sides_of
from mingbai.intake.models import ImportOrder
from mingbai.intake.orders import order_import
from mingbai.intake.running import Request, who
from mingbai.jobs.actions import stop_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.errors import Stopped
from mingbai.jobs.models import Job
from mingbai.jobs.worker import work_off
from tests.intake.making import FAMILY, JULY, JUNE, Office, home, id_number, member

pytestmark = pytest.mark.database


def ordered(office: Office, *, dry_run: bool = False, **more: object) -> ImportOrder:
    paths = [office.list([home()]), office.list(FAMILY)]
    stored = [accept(FileUpload(path), actor="user:1") for path in paths]
    return order_import(
        actor="user:1", files=stored, request=Request(JUNE, source="民政", **more), dry_run=dry_run
    )  # type: ignore[arg-type] # of the caller


def test_order_is_done_by_the_worker(office: Office) -> None:
    order = ordered(office)
    assert work_off() == 2  # the list, then the states of whom it touched
    order.refresh_from_db()
    job = Job.objects.get(pk=order.job_id)
    assert job.state == JobState.DONE
    assert job.result == {"order": order.pk, "batch": order.batch_id, "imported_before": None}
    assert Household.objects.recorded().count() == 1
    assert Batch.objects.get(pk=order.batch_id).source == "department:民政"


def test_dry_run_order_keeps_the_difference_to_look_at(office: Office) -> None:
    order = ordered(office, dry_run=True)
    work_off()
    order.refresh_from_db()
    assert order.counts["new"]["persons"] == 2
    picture = picture_of(order)
    assert picture is not None
    assert (picture.totals["new"], picture.kept("new"), picture.kept("new", "household")) == (
        3, (0, 3), (2, 3),
    )  # fmt: skip
    assert [one["subject"] for one in lines_of(order, "new", 0, 3)] == ["P1", "P2", "H1"]
    assert [one["subject"] for one in lines_of(order, "new", 1, 2)] == ["P2"]
    columns = {one["head"]: one["fact"] for file in picture.files for one in file["columns"]}
    assert columns["与户主关系"] == "relation"
    assert not Household.objects.exists()


def test_list_with_wrong_rows_keeps_why_and_comes_back_marked(office: Office) -> None:
    """Reasons and advice row by row; the sender's own table with notes at the wrong cells."""
    wrong = member("P2", serial=2, 姓名="王二", 性别="不男不女", 与户主关系="配偶")
    paths = [office.list([home()]), office.list([FAMILY[0], wrong])]
    order = order_import(
        actor="user:1", files=[accept(FileUpload(path), actor="user:1") for path in paths],
        request=Request(JUNE), dry_run=True,
    )  # fmt: skip
    work_off()
    order.refresh_from_db()
    picture = picture_of(order)
    assert picture is not None
    (line,) = [one for one in lines_of(order, "remarks", 0, 50) if one["column"] == "性别"]
    assert (line["row"], line["file"]) == (3, paths[1].name)
    assert line["advice"]["zh"]
    assert picture.returned == [f"{paths[1].name}.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(returned_table(order, 0))))
    notes = [cell for row in book.active.iter_rows() for cell in row if cell.comment]
    assert any(line["group"] in cell.comment.text for cell in notes)


def test_both_sides_of_a_change_are_kept_with_who_said_so(office: Office) -> None:
    office.bring([home()], FAMILY)
    paths = [office.list([home(是否危房户="是", 联系电话="19900000009")]), office.list(FAMILY)]
    order = order_import(
        actor="user:1", files=[accept(FileUpload(path), actor="user:1") for path in paths],
        request=Request(JULY), dry_run=True,
    )  # fmt: skip
    work_off()
    order.refresh_from_db()
    lines = lines_of(order, "changed", 0, 50)
    unsafe = next(one for one in lines if one["topic"] == "dwelling")
    assert (unsafe["before"], unsafe["after"], unsafe["subject"]) == (False, True, "H1")
    assert len(sides_of(order, unsafe)) == len(lines)
    phone = next(one for one in lines if one["column"] == "phone")
    assert "19900000009" not in str(phone)


def test_same_order_again_changes_nothing(office: Office) -> None:
    first, second = ordered(office), ordered(office)
    work_off()
    first.refresh_from_db()
    job = Job.objects.get(pk=second.job_id)
    assert job.result["imported_before"] == first.batch_id


def test_job_holds_keys_only(office: Office) -> None:
    """Names, numbers and words stay in rows and sealed files, never in the queue."""
    order = ordered(office, reason="七月核对")
    assert Job.objects.get(pk=order.job_id).arguments == {"order": order.pk}


def test_order_that_waits_can_be_stopped(office: Office) -> None:
    order = ordered(office)
    stop_job(job=Job.objects.get(pk=order.job_id), actor="user:1")
    assert work_off() == 0
    assert not Household.objects.exists()


def test_order_stopped_in_the_middle_is_never_seen(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handle says stop between two slices: the batch is given up."""

    def stop(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr("mingbai.intake.applying.write_new_entries", stop)
    order = ordered(office)
    work_off()
    assert Job.objects.get(pk=order.job_id).state == JobState.STOPPED
    assert not Household.objects.recorded().exists()
    assert Batch.objects.get().given_up_at is not None


def test_nothing_of_an_order_lies_in_the_clear(office: Office) -> None:
    ordered(office, dry_run=True)
    work_off()
    contents = [path.read_bytes() for path in site.MINGBAI_DATA.rglob("*") if path.is_file()]
    assert contents
    assert not any(id_number(1).encode() in one or "肖一".encode() in one for one in contents)
    assert not [path for path in folder().iterdir() if path.is_dir()]


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("医保", "department:医保"),
        ("", ""),
        ("village", "village"),
        ("import:x", "import:x"),
        ("长" * 80, "department:" + "长" * 53),
    ],
)
def test_source_names_its_kind(said: str, source: str) -> None:
    assert who(said) == source
