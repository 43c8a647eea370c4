"""A county officer's morning: the second factor, a figure, its list, a household, why, the sheet, a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mingbai.accounts.models import User
from mingbai.accounts.second_factor import confirm_device, enrol_device
from mingbai.audit.actions import recording
from mingbai.decisions.actions import evaluate
from mingbai.engine.loading import load_pack
from mingbai.households.models import Living
from mingbai.intake.actions import Delivery, import_files
from mingbai.intake.claims import Asking
from mingbai.intake.files import FileUpload, accept
from tests.decisions.filling import Filler
from tests.desk.county import DAY, START, County, make_county
from tests.desk.phones import code_of
from tests.desk.test_imports import GOOD, HEADS
from tests.e2e.conftest import DESK, PHONE, serious
from tests.e2e.test_screens import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def county(transactional_db: None, settings: Any, tmp_path: Path) -> County:
    """`here` lacks food; the officer, of a real office, took in a list."""
    settings.MINGBAI_DATA = tmp_path / "data"
    made = make_county()
    with recording(actor="user:1", action="test.changed") as batch:
        Filler(batch).put(
            Living, household_id=made.households["here"], valid_from=START, food_enough=False
        )
    sheet = tmp_path / "户信息.csv"
    sheet.write_text("\r\n".join((HEADS, GOOD)), encoding="utf-8-sig", newline="")
    import_files(
        actor=made.users["county_officer"].actor, pack=load_pack("cn", with_cases=False),
        delivery=Delivery([sheet], [accept(FileUpload(sheet), actor="user:1")]),
        asking=Asking(DAY, DAY.year), reason="三月的名单",
    )  # fmt: skip
    evaluate(actor="command", pack="cn", as_of=DAY)
    User.objects.filter(username="county_officer").update(demonstration=False)
    return made


@pytest.fixture
def recovery(county: County) -> str:
    """A code of paper that stands in for the officer's phone."""
    officer = User.objects.get(username="county_officer")
    enrol_device(user=officer)
    return confirm_device(user=officer, code=code_of(officer), now=timezone.now())[0]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_officer_goes_from_a_figure_to_the_reason_and_takes_the_list_along(
    county: County, recovery: str, page: Page, tmp_path: Path, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    sign_in(page, "county_officer")
    page.locator("[name=code]").fill(recovery)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="今天的事", exact=True)).to_be_visible()
    looked_at(page, size)

    page.goto("/places/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    looked_at(page, size)
    page.locator("tr", has_text="青溪镇").locator("a.act-here").click()
    expect(page.get_by_role("link", name="陈桂生").first).to_be_visible()
    expect(page.get_by_role("link", name="向春梅")).to_have_count(
        0
    )  # her village is the other town's
    looked_at(page, size)

    with page.expect_download() as sent:
        page.get_by_role("button", name="导出全部").click()
    sent.value.save_as(tmp_path / "list.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "list.xlsx").active.iter_rows(values_only=True))
    said = [str(cell) for row in rows for cell in row if cell is not None]
    assert "陈桂生" in said
    assert "向春梅" not in said
    assert any("截至" in cell for cell in said)

    page.get_by_role("link", name="陈桂生").first.click()
    food = page.locator("#why-basicsfood")
    expect(food).to_contain_text("未达标")
    looked_at(page, size)

    page.goto("/batches/")
    page.get_by_role("row", name="三月的名单").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 个文件")
    looked_at(page, size)


def looked_at(page: Page, size: dict[str, int]) -> None:
    """Nothing hangs over the edge, and axe finds nothing serious."""
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert serious(page) == []
