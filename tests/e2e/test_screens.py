"""A few whole screens in a real browser: sign in, look, record, import; axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.county import PASSWORD, County, make_county
from tests.e2e.conftest import DESK, PHONE, fresh, serious

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="登录").click()


def test_clerk_finds_a_household_and_records_what_she_saw(county: County, page: Page) -> None:
    sign_in(page, "township_clerk")
    expect(page.get_by_role("heading", name="今天的事", exact=True)).to_be_visible()
    page.get_by_role("combobox", name="找户、人").fill("陈桂")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="9901-0").first.click()
    expect(page.get_by_role("heading", name="陈桂生户")).to_be_visible()
    page.get_by_text("更正事实").click()
    page.get_by_role("link", name="住房", exact=True).click()
    page.get_by_label("住房鉴定等级").select_option("B")
    page.get_by_label("从哪天起", exact=False).first.fill("2026-03-01")
    page.get_by_label("哪天看到、问到的").fill("2026-03-16")
    page.get_by_label("听谁说，或凭什么").select_option("village")
    page.get_by_label("说明").fill("入户看到鉴定报告")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("记下了：住房鉴定等级")).to_be_visible()
    expect(page.get_by_text("B级")).to_be_visible()


def test_list_is_compared_before_anything_is_written(
    county: County, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "名单.csv"
    file.write_text("x" * 300, encoding="utf-8")
    sign_in(page, "township_clerk")
    page.get_by_role("link", name="导入", exact=True).click()
    page.get_by_role("link", name="导入表格").click()
    page.get_by_label("表格文件").set_input_files(file)
    page.get_by_role("button", name="先演练，不写入").click()
    expect(page.get_by_text("正在比对，不写入")).to_be_visible()
    page.get_by_role("button", name="停下").click()
    expect(page.get_by_text("已停止").first).to_be_visible()


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def sized(request: Any, browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page at the width of a desk and of a phone; axe has to get past the content policy."""
    context = fresh(
        browser, viewport=request.param, locale="zh-CN", base_url=live_server.url, bypass_csp=True
    )
    yield context.new_page()
    context.close()


def test_pages_that_no_address_has_are_accessible_and_do_not_overflow(
    county: County, sized: Page
) -> None:
    """What the walk of every screen does not open: what is absent, before and after signing in."""
    found = {}
    for name in ("", "township_clerk"):
        if name:
            sign_in(sized, name)
        sized.goto("/nothing/")
        found[name] = faults(sized)
    sized.goto(f"/households/{county.households['here']}/")
    found["household"] = faults(sized)
    assert {path: what for path, what in found.items() if what} == {}


def faults(page: Page) -> list[str]:
    """Serious findings of axe, and whether the page is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*serious(page), *(["overflow"] if wide else [])]
