"""Published figures against the register: what is said of each, who sees it, what is behind a count."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.places.models import Register
from tests.desk.county import County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
PAGE = "/places/published/"


def line(name: str, mark: str, **more: Any) -> dict[str, Any]:
    told = {"zh": name, "en": name}
    found = {
        "id": f"S9-01.{name}", "mechanism": "S9-01", **told, "date": "2018-12-31",
        "computed_for": "2018-12-31", "mark": mark, "published": {"zh": "5户", "en": "5 households"},
        "computed": {"zh": "5户", "en": "5 households"}, "absent": [],
        "definition": {"zh": "当日的户", "en": "homes"},
    }  # fmt: skip
    return {**found, **more}


NOT_PUBLISHED = {"zh": "未公布", "en": "not published"}
ROWS = [
    line("总户数", "✔", list={"of": "households", "kind": "poor", "on": "2014-12-31"}),
    line("差一户", "✘"),
    line("搬迁户", "–", published=NOT_PUBLISHED, computed=NOT_PUBLISHED),
    line("合作社", "", computed=None, absent=["entities"]),
    line("发生率", "✔", date=None, parts=["43,000", "216,612"]),
]


@pytest.fixture
def computed(county: County, db: None) -> Job:
    """A run that ended well, in a register that is a demonstration."""
    Register.objects.update(synthetic=True)
    result = {
        "place": "清溪县", "source": {"zh": "某县报道", "en": "a report"}, "rows": ROWS,
        "event": 1, "names": {},
    }  # fmt: skip
    now = timezone.now()
    return Job.objects.create(
        kind="places.published", actor="command", state=JobState.DONE, result=result, created_at=now,
        ended_at=now,
    )  # fmt: skip


def cells(page: str, name: str) -> str:
    """The row of a figure as the page has it."""
    return next(row for row in page.split("<tr>") if f">{name} <" in row)


def test_each_figure_says_how_it_stands(computed: Job, signed_in: Entry) -> None:
    """S2-40 S2-45: not published is never 0; what the register does not keep says so."""
    page = signed_in("county_officer").get(PAGE).content.decode()
    assert "来源：某县报道" in page
    assert "/households/?kind=poor&amp;on=2014-12-31" in cells(page, "总户数")
    assert "对不上" in cells(page, "差一户")
    masked = cells(page, "搬迁户")
    assert "未公布" in masked
    assert ">0<" not in masked
    assert "登记簿不存这类数据" in cells(page, "合作社")
    assert "年份未公布，按 2018-12-31 算" in cells(page, "发生率")
    assert "5户 = 43,000 ÷ 216,612" in cells(page, "发生率")
    assert "次登记" in page  # the chain went on since


def test_the_address_says_which_figures_are_shown(computed: Job, signed_in: Entry) -> None:
    page = signed_in("county_officer").get(PAGE + "?show=differs").content.decode()
    assert "差一户" in page
    assert "合作社" not in page


def test_the_workbook_holds_the_rows_of_the_page(computed: Job, signed_in: Entry) -> None:
    answer = signed_in("county_officer").post(PAGE + "table/?show=masked")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    told = [row for row in rows if row[0] in {one["zh"] for one in ROWS}]
    assert [row[0] for row in told] == ["搬迁户"]
    assert told[0][3:6] == ["未公布", "", "报告未公布"]


def test_only_a_demonstration_has_the_page_and_only_for_who_reads_all_of_it(
    computed: Job, signed_in: Entry
) -> None:
    assert signed_in("township_clerk").get(PAGE).status_code == 404  # a township is not the county
    Register.objects.update(synthetic=False, working_date=None)
    assert signed_in("county_officer").get(PAGE).status_code == 404


def test_a_page_without_a_run_says_so_and_starts_one(county: County, signed_in: Entry) -> None:
    Register.objects.update(synthetic=True)
    officer = signed_in("county_officer")
    assert "还没有算过" in officer.get(PAGE).content.decode()
    answer = officer.post(PAGE + "compute/")
    assert answer.status_code == 302
    assert Job.objects.get(kind="places.published").state == JobState.QUEUED
    assert "正在后台计算" in officer.get(PAGE).content.decode()


def test_the_page_asks_the_same_however_long_it_is(computed: Job, signed_in: Entry) -> None:
    officer = signed_in("county_officer")
    officer.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        officer.get(PAGE)
    computed.result = {**computed.result, "rows": ROWS * 30}
    computed.save()
    with CaptureQueriesContext(connection) as many:
        officer.get(PAGE)
    assert len(few) == len(many)
    assert len(few) <= 25
