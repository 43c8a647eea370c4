"""Who may write what an import's dry run has shown."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mingbai.audit.models import Event
from mingbai.intake.models import ImportOrder, Layout
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.jobs.worker import work_off
from tests.desk.county import COUNTY, DAY, QINGXI, County, id_number

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]


def _shown(county: County, name: str) -> ImportOrder:
    """A dry run that somebody ordered and the worker finished."""
    now, actor = timezone.now(), county.users[name].actor
    job = Job.objects.create(
        kind="import.run", actor=actor, division_code=COUNTY, state=JobState.DONE, created_at=now
    )
    return ImportOrder.objects.create(
        as_of=DAY, year=2026, division_code=COUNTY, dry_run=True, ordered_by=actor, ordered_at=now,
        job_id=job.pk,
    )  # fmt: skip


def test_county_officer_may_write_what_was_shown(county: County, signed_in: Entry) -> None:
    order = _shown(county, "county_officer")
    said = {"reason": "核对过"}
    answer = signed_in("county_officer").post(f"/imports/{order.pk}/apply/", said)
    assert (answer.status_code, ImportOrder.objects.filter(dry_run=False).count()) == (302, 1)


def test_line_department_leaves_writing_to_the_county(county: County, signed_in: Entry) -> None:
    """A list may hold topics that the post does not name."""
    order = _shown(county, "line_department")
    client = signed_in("line_department")
    assert "确认写入" not in client.get(f"/imports/{order.pk}/").content.decode()
    assert client.post(f"/imports/{order.pk}/apply/", {"reason": "核对过"}).status_code == 404
    assert not ImportOrder.objects.filter(dry_run=False).exists()


HEADS = "省,县,乡,村,户编号,户主姓名,家庭人口数,户类型,是否危房户,工资性收入"
GOOD = "某省,明川县,青溪镇,白石村,9901-0,陈桂生,2,脱贫户,是,12000"
WRONG = "某省,明川县,青溪镇,白石村,,某某,三人左右,脱贫户,否,1.2万"


@pytest.fixture
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.MINGBAI_DATA = tmp_path


def _compared(client: Client, *rows: str) -> str:
    """A list put up and compared; the address of its page."""
    content = "\r\n".join((HEADS, *rows)).encode("utf-8-sig")
    said = {
        "files": SimpleUploadedFile("户信息.csv", content),
        "as_of": DAY,
        "division_code": QINGXI,
    }
    answer = client.post("/imports/new/", said)
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    return str(answer.headers["Location"])


@pytest.mark.usefixtures("_folder")
def test_rows_have_verdict_reason_and_advice_and_both_sides_stand_side_by_side(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    address = _compared(client, GOOD, WRONG)
    page = client.get(address).content.decode()
    assert "不收" in page
    assert "户编号为空" in page
    assert "请补上编号" in page
    changed = client.get(f"{address}?show=changed").content.decode()
    assert "陈桂生" in changed
    assert "与库里比" in changed
    columns = client.get(f"{address}?show=columns").content.decode()
    assert "是否危房户" in columns
    effects = client.get(f"{address}?show=effects").content.decode()
    assert "确认写入" in effects


@pytest.mark.usefixtures("_folder")
def test_marked_table_comes_back_and_taking_it_is_recorded(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    address = _compared(client, GOOD, WRONG)
    answer = client.post(f"{address}returned/0/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert any(cell.comment for row in book.active.iter_rows() for cell in row)
    assert Event.objects.order_by("-id").first().action == "intake.returned.taken"
    assert signed_in("next_township_clerk").post(f"{address}returned/0/").status_code == 404
    assert client.post(f"{address}returned/7/").status_code == 404


@pytest.mark.usefixtures("_folder")
def test_written_list_says_so_on_the_page_of_its_dry_run(county: County, signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    address = _compared(client, GOOD)
    made = client.post(f"{address}apply/", {"reason": "核对过"}).headers["Location"]
    work_off()
    assert "已经写入" in client.get(made).content.decode()
    page = client.get(f"{address}?show=effects").content.decode()
    assert "已经写入登记簿" in page
    assert 'name="reason"' not in page


@pytest.mark.usefixtures("_folder")
def test_progress_is_a_piece_of_the_page_and_then_the_page(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    order = _shown(county, "township_clerk")
    ImportOrder.objects.filter(pk=order.pk).update(division_code=QINGXI)
    Job.objects.filter(pk=order.job_id).update(state=JobState.RUNNING, done=3, total=9, step="read")
    asked = {"headers": {"HX-Request": "true"}}
    piece = client.get(f"/imports/{order.pk}/progress/", **asked).content.decode()
    assert "3 / 9" in piece
    assert "<html" not in piece
    Job.objects.filter(pk=order.job_id).update(state=JobState.DONE)
    assert client.get(f"/imports/{order.pk}/progress/", **asked)["HX-Refresh"] == "true"


@pytest.mark.usefixtures("_folder")
def test_page_costs_as_many_queries_for_many_rows_as_for_few(
    county: County, signed_in: Entry, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("township_clerk")
    few = _compared(client, GOOD)
    many = _compared(client, GOOD, *(f"{WRONG[:-1]}{n}" for n in range(200)))
    for address in (few, many):
        for show in ("refused", "changed", "columns", "effects"):
            client.get(f"{address}?show={show}")
            with django_assert_max_num_queries(24):
                client.get(f"{address}?show={show}")


def _put(client: Client, text: str) -> str:
    """Any table put up and compared; the address of its page."""
    said = {
        "files": SimpleUploadedFile("名单.csv", text.encode("utf-8-sig")),
        "as_of": DAY,
        "division_code": QINGXI,
    }
    address = client.post("/imports/new/", said).headers["Location"]
    work_off()
    return str(address)


@pytest.mark.usefixtures("_folder")
def test_columns_of_an_unknown_table_are_said_on_the_page(county: County, signed_in: Entry) -> None:
    """Proposals beside the first values, masked; then it is compared anew and the choice is kept."""
    head = id_number(0, date(1967, 3, 2), "male")
    client = signed_in("township_clerk")
    address = _put(client, f"公民身份号,当事人,低保与否\r\n{head},陈桂生,是")
    page = client.get(address).content.decode()
    assert "请指出每一列是什么" in page
    assert "陈桂生" in page
    assert head not in page
    wrong = {"sheet": "0", "entity": "person", "column-2": "on_dibao"}
    answer = client.post(f"{address}columns/", wrong)
    assert answer.status_code == 422
    assert "INTAKE-019" in answer.content.decode()
    assert '<option value="on_dibao" selected>' in answer.content.decode()
    made = client.post(f"{address}columns/", {**wrong, "column-0": "number"}).headers["Location"]
    work_off()
    assert "测试township_clerk" in client.get(f"{made}?show=columns").content.decode()
    assert "公民身份号" in client.get(f"{made}?show=columns").content.decode()
    assert signed_in("next_township_clerk").post(f"{address}columns/", wrong).status_code == 404


@pytest.mark.usefixtures("_folder")
def test_word_that_nobody_knows_is_said_on_the_page(county: County, signed_in: Entry) -> None:
    """A choice for each word from the code list; the choice is there again when it is compared anew."""
    head = id_number(0, date(1967, 3, 2), "male")
    client = signed_in("township_clerk")
    address = _put(client, f"公民身份号,当事人,低保与否\r\n{head},陈桂生,在册")
    said = {"sheet": "0", "entity": "person", "column-0": "number", "column-2": "on_dibao"}
    first = client.post(f"{address}columns/", said).headers["Location"]
    work_off()
    page = client.get(f"{first}?show=columns").content.decode()
    assert '<option value="?" selected>' in page
    assert '<select name="word-2-0">' in page
    again = client.post(f"{first}columns/", {**said, "word-2-0": "yes"}).headers["Location"]
    work_off()
    assert '<option value="yes" selected>' in client.get(f"{again}?show=columns").content.decode()
    assert Layout.objects.latest("pk").words == {"低保与否": {"在册": "yes"}}


@pytest.mark.usefixtures("_folder")
def test_rows_are_left_out_on_the_page_and_stay_as_they_were(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    address = _compared(client, GOOD)
    lines = client.get(f"{address}?show=changed").content.decode().count('name="row"')
    assert lines
    answer = client.post(f"{address}rows/", {"show": "changed", "act": "choose", "row": ["0"]})
    assert answer.headers["Location"] == f"{address}?show=changed"
    page = client.get(f"{address}?show=changed").content.decode()
    assert "1 行不写" in page
    client.post(f"{address}rows/", {"show": "changed", "act": "choose", "all": "1"})
    assert f"有 {lines} 行选了不写" in client.get(f"{address}?show=effects").content.decode()
    client.post(f"{address}rows/", {"show": "changed", "act": "undo", "all": "1"})
    assert ImportOrder.objects.filter(choices__isnull=False).count() == 0
    assert signed_in("next_township_clerk").post(f"{address}rows/", {}).status_code == 404
    refused = {"show": "conflicts", "act": "choose", "row": ["0"], "reason": ""}
    said = client.post(f"{address}rows/", refused, follow=True).content.decode()
    assert "INTAKE-022" in said


@pytest.mark.usefixtures("_folder")
def test_only_what_would_change_something_waits_on_the_home_page(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    address = _compared(client, GOOD)
    assert "等您确认写入" in client.get("/").content.decode()
    client.post(f"{address}apply/", {"reason": "核对过"})
    work_off()
    _put(client, "\r\n".join((HEADS, GOOD, "")))
    assert "等您确认写入" not in client.get("/").content.decode()
