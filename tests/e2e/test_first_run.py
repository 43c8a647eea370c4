"""A new office in a browser: from an empty register to its first blank workbook, at a desk and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from playwright.sync_api import Page

from tests.desk.test_start import PASTED
from tests.e2e.conftest import serious
from tests.e2e.test_every_screen import too_wide

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]

TYPED = {
    "unit": "青溪镇人民政府", "admin_name": "何敏", "admin_account": "he.min",
    "password": "one long sentence 7", "again": "one long sentence 7",
    "worker_name": "向东", "worker_account": "xiang.dong",
}  # fmt: skip
TOWNSHIP = PASTED.split("\n", 1)[1]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_office_comes_from_nothing_to_its_first_table(
    page: Page, settings: Any, tmp_path: Path, live_server: Any, language: str
) -> None:
    settings.MINGBAI_DATA = tmp_path
    cookie = {"name": site.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto("/")
    _fits(page)
    page.fill("[name=pasted]", TOWNSHIP)
    _go_on(page)
    _fits(page)
    for name, text in TYPED.items():
        page.fill(f"[name={name}]", text)
    _go_on(page)
    _fits(page)
    drawn = page.locator("dl.facts b.mono").nth(1).inner_text()
    _go_on(page)
    page.fill("[name=username]", "xiang.dong")
    page.fill("[name=password]", drawn)
    page.press("[name=password]", "Enter")
    for name, text in (
        ("old", drawn),
        ("new", "my own sentence 8"),
        ("again", "my own sentence 8"),
    ):
        page.fill(f"[name={name}]", text)
    page.press("[name=again]", "Enter")
    page.wait_for_url("**/first-table/")
    _fits(page)
    with page.expect_download() as sent:
        page.click("ul.lines a.b >> nth=0")
    assert sent.value.suggested_filename == "cn-household-export.xlsx"


def _go_on(page: Page) -> None:
    """Press the one red button, and wait until the next page has its styles."""
    with page.expect_navigation():
        page.click("main .b.first")


def _fits(page: Page) -> None:
    """No wider than its window, at a desk and on a phone, and axe finds nothing serious."""
    assert too_wide(page) == []
    assert serious(page) == []
