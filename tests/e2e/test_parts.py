"""The parts of the desk in a real browser: axe in both themes, keys, picked rows, typed values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.county import County, make_county
from tests.e2e.conftest import DESK, PHONE, fresh
from tests.e2e.test_screens import faults, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


@pytest.fixture(
    params=[(DESK, "light"), (PHONE, "light"), (DESK, "dark")], ids=["desk", "phone", "dark"]
)
def shown(request: Any, browser: Browser, live_server: Any) -> Iterator[Page]:
    size, scheme = request.param
    context = fresh(
        browser,
        viewport=size,
        locale="zh-CN",
        base_url=live_server.url,
        bypass_csp=True,
        color_scheme=scheme,
    )
    yield context.new_page()
    context.close()


def test_gallery_is_accessible_and_fits(county: County, shown: Page) -> None:
    sign_in(shown, "township_clerk")
    shown.goto("/gallery/")
    assert faults(shown) == []
    shown.context.add_cookies([{"name": "display", "value": "loose-large", "url": shown.url}])
    shown.reload()
    assert faults(shown) == []
    here, head = county.households["here"], county.heads["here"]
    for path in (
        f"/households/{here}/events/",
        f"/households/{here}/events/split/",
        f"/persons/{head}/",
    ):
        shown.goto(path)
        assert faults(shown) == [], path


def test_keys_walk_pick_and_stay_silent_in_fields(county: County, page: Page) -> None:
    sign_in(page, "township_clerk")
    page.goto("/gallery/")
    bar = page.get_by_role("region", name="选中的行")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")  # from the row where one stands on to the next
    expect(page.locator("tr#row-4")).to_have_class("here")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(bar).to_contain_text("已选 1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(bar).to_contain_text("已选 3")
    page.keyboard.press("]")
    page.wait_for_url("**/gallery/?page=2")
    expect(bar).to_contain_text("已选 3")
    page.keyboard.press("/")
    page.keyboard.type("j?x")
    expect(page.get_by_role("combobox", name="找户、人")).to_have_value("j?x")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_what_is_typed_and_not_saved_is_asked_about(county: County, page: Page) -> None:
    sign_in(page, "township_clerk")
    page.goto("/gallery/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("务工月数").fill("9")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="明白", exact=True).click()
    assert asked == ["beforeunload"]
    expect(page.get_by_label("务工月数")).to_have_value("9")


def test_clerk_records_a_split_and_takes_it_back(county: County, page: Page) -> None:
    home = county.households["here"]
    sign_in(page, "township_clerk")
    page.goto(f"/households/{home}/events/")
    page.get_by_role("link", name="分户").click()
    page.get_by_label("陈桂生嫂 · 配偶").check()
    page.get_by_label("新户的户主").select_option(label="陈桂生嫂 · 配偶")
    page.get_by_label("哪天发生的").fill("2026-03-10")
    page.get_by_label("听谁说，或凭什么").select_option("village")
    page.get_by_label("说明").fill("户口簿 3 月 10 日变更")
    page.get_by_role("button", name="先看会怎样").click()
    expect(page.get_by_text("演练，还没有写入")).to_be_visible()
    expect(page.get_by_role("heading", name="新立的一户")).to_be_visible()
    page.get_by_role("button", name="照这样登记分户").click()
    expect(page.get_by_role("heading", name="陈桂生嫂户")).to_be_visible()
    page.get_by_role("link", name="看这次登记，或撤销").click()
    page.get_by_label("为什么撤销").fill("登错了")
    page.get_by_role("button", name="撤销这一批").click()
    expect(page.get_by_text("已撤销。改前的样子都回来了。")).to_be_visible()


def test_lost_connection_is_said_and_the_page_stays(county: County, page: Page) -> None:
    sign_in(page, "township_clerk")
    page.goto("/gallery/")
    trouble = page.get_by_text("这一步没有办成")
    expect(trouble).to_be_hidden()
    page.evaluate("htmx.trigger(document.body, 'htmx:sendError')")
    expect(trouble).to_be_visible()
    expect(page.get_by_label("务工月数")).to_have_value("14")
