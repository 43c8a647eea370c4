"""A clerk's list with three wrong rows: looked at row by row, sent back marked, written, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from mingbai.jobs.worker import work_off
from tests.desk.county import County, make_county
from tests.desk.test_imports import GOOD, HEADS
from tests.e2e.conftest import PHONE
from tests.e2e.test_screens import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]
WRONG = [f"某省,明川县,青溪镇,白石村,,某{n},2,脱贫户,否,12000" for n in "甲乙丙"]


@pytest.fixture
def county(transactional_db: None, settings: Any, tmp_path: Path) -> County:
    settings.MINGBAI_DATA = tmp_path / "data"
    return make_county()


def test_list_with_wrong_rows_goes_in_and_comes_back_marked(
    county: County, page: Page, tmp_path: Path
) -> None:
    sheet = tmp_path / "户信息.csv"
    sheet.write_text("\r\n".join((HEADS, GOOD, *WRONG)), encoding="utf-8-sig", newline="")
    sign_in(page, "township_clerk")
    page.goto("/imports/new/")
    page.set_input_files("[name=files]", sheet)
    with page.expect_navigation():
        page.click("main .b.first")
    expect(page.locator("progress")).to_be_visible()
    work_off()
    expect(page.locator(".figures .no b")).to_have_text("3")
    expect(page.get_by_text("请补上编号").first).to_be_visible()
    with page.expect_download() as sent:
        page.get_by_role("button", name="下载标好问题的原表").click()
    sent.value.save_as(tmp_path / "back.xlsx")
    marked = openpyxl.load_workbook(tmp_path / "back.xlsx").active
    noted = [cell.row for row in marked.iter_rows() for cell in row if cell.comment]
    assert {3, 4, 5} <= set(noted)
    page.get_by_role("link", name="看会变什么，再确认").click()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.fill("[name=reason]", "核对过")
    with page.expect_navigation():
        page.get_by_role("button", name="确认写入").click()
    work_off()
    expect(page.get_by_text("已经写入。")).to_be_visible()
    page.get_by_role("link", name="撤销").click()
    page.fill("[name=reason]", "拿错了文件")
    page.get_by_role("button", name="撤销这一批").click()
    expect(page.get_by_text("这一批已经撤销")).to_be_visible()
