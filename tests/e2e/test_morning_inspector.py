"""An inspector's morning: the wall, a household, why, who looked, who recorded; nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from mingbai.audit.models import Batch, Event
from mingbai.decisions.actions import evaluate
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.jobs.worker import work_off
from tests.desk.checking import check_through_this_connection
from tests.desk.county import DAY, County, make_county
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_officer import looked_at
from tests.e2e.test_screens import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def county(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> County:
    """The village officer mended a grade; what she said of illness is nothing for inspectors."""
    made = make_county()
    officer, here = made.users["village_officer"].actor, made.households["here"]
    for grade in ("B", "D"):
        record_facts(
            actor=officer, topic="dwelling", subject_id=here, on=DAY, values={"dwelling_grade": grade},
            said=Said("village", DAY), reason="入户看了鉴定报告",
        )  # fmt: skip
    record_facts(
        actor=officer, topic="living", subject_id=here, on=DAY, values={"food_enough": False},
        said=Said("village", DAY), reason="缸里没有粮",
    )  # fmt: skip
    record_facts(
        actor=officer, topic="health", subject_id=made.heads["here"], on=DAY,
        values={"health_major": True}, said=Said("village", DAY),
    )  # fmt: skip
    evaluate(actor="command", pack="cn", as_of=DAY)
    check_through_this_connection(monkeypatch)
    return made


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_inspector_reads_evidence_and_audit_and_changes_nothing(
    county: County, page: Page, tmp_path: Path, size: dict[str, int]
) -> None:
    page.set_default_timeout(10_000)
    page.set_viewport_size(size)
    sign_in(page, "inspector")
    expect(page.get_by_role("heading", name="辖区的事", exact=True)).to_be_visible()
    before = Batch.objects.count()
    looks_at_the_wall_and_a_household(county, page, size)
    sees_who_looked_and_cannot_write(county, page, size)
    reads_one_event(page, size)
    takes_the_events_along(page, tmp_path)
    verifies_the_chain(page, size)
    assert Batch.objects.count() == before
    own = Event.objects.filter(actor=county.users["inspector"].actor)
    assert set(own.values_list("action", flat=True)) == {
        "accounts.session.started", "desk.events.exported", "jobs.job.started", "audit.chain.verified",
    }  # fmt: skip


def looks_at_the_wall_and_a_household(county: County, page: Page, size: dict[str, int]) -> None:
    page.goto("/wall/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("明川县")
    page.goto("/households/")
    page.get_by_role("link", name="陈桂生").first.click()
    expect(page.locator("#why-basicsfood")).to_contain_text("未达标")
    looked_at(page, size)
    page.goto(f"/households/{county.households['here']}/trace/")
    expect(page.get_by_text("D级").first).to_be_visible()
    looked_at(page, size)


def sees_who_looked_and_cannot_write(county: County, page: Page, size: dict[str, int]) -> None:
    head = county.heads["here"]
    page.goto(f"/persons/{head}/")
    expect(page.get_by_text("登记人口变动")).to_have_count(0)
    expect(page.get_by_text("大病")).to_have_count(0)
    page.locator("section", has_text="谁看过").get_by_role("link", name="全部").click()
    expect(page.get_by_role("row", name="测试inspector")).to_be_visible()
    looked_at(page, size)
    closed = (
        f"/persons/{head}/topics/health/", f"/households/{county.households['here']}/topics/dwelling/",
        f"/persons/{head}/own-data/", "/users/", "/imports/",
    )  # fmt: skip
    assert {page.request.get(path).status for path in closed} == {404}


def reads_one_event(page: Page, size: dict[str, int]) -> None:
    page.goto("/audit/")
    page.get_by_label("谁（账号或姓名）").fill("village_officer")
    page.get_by_label("做了什么").select_option("households.facts.recorded")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("table.events tbody tr")).to_have_count(4)
    looked_at(page, size)
    page.locator("table.events tbody tr", has_text="入户看了鉴定报告").first.locator("th a").click()
    row = page.get_by_role("row", name="住房鉴定等级")
    expect(row).to_contain_text("B级")
    expect(row).to_contain_text("D级")
    looked_at(page, size)


def takes_the_events_along(page: Page, folder: Path) -> None:
    page.goto("/audit/?action=households.facts.recorded")
    with page.expect_download() as sent:
        page.get_by_role("button", name="导出 xlsx").click()
    sent.value.save_as(folder / "events.xlsx")
    rows = list(openpyxl.load_workbook(folder / "events.xlsx").active.iter_rows(values_only=True))
    said: list[Any] = [row[3] for row in rows]
    assert said.count("登记事实") == 4


def verifies_the_chain(page: Page, size: dict[str, int]) -> None:
    page.get_by_role("link", name="核验", exact=True).click()
    page.get_by_role("button", name="开始核验").click()
    expect(page.get_by_text("正在核验")).to_be_visible()
    work_off()
    page.reload()
    expect(page.get_by_text("个事件前后相扣")).to_be_visible()
    looked_at(page, size)
    page.get_by_role("link", name="核验审计链").first.click()
    expect(page.get_by_role("row", name="测试inspector")).to_contain_text("无误")
