"""A browser for the few tests of whole screens: the system's Chromium, no network beyond this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.installation import PATIENCE

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

SERIOUS = ("serious", "critical")
_AXE = Axe()


def serious(page: Page) -> list[str]:
    """The rules that axe finds broken seriously or critically on a page as it stands."""
    found = _AXE.run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in SERIOUS]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all; skipped where there is none."""
    path = os.environ.get("MINGBAI_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is absent")
    # Playwright keeps an event loop in this thread; Django would take every query for one inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE * 1000)
        made = playwright.chromium.launch(
            executable_path=path, args=OPTIONS, timeout=PATIENCE * 1000
        )
        yield made
        made.close()


def fresh(browser: Browser, **options: Any) -> BrowserContext:
    """A context that waits as long as a busy machine may need."""
    made = browser.new_context(**options)
    made.set_default_timeout(PATIENCE * 1000)
    return made


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of a fresh context; a request to another host or an error of the console fails the test."""
    context = fresh(
        browser, viewport=DESK, locale="zh-CN", base_url=live_server.url, bypass_csp=False
    )
    made = context.new_page()
    strange: list[str] = []
    made.on(
        "request",
        lambda request: (
            request.url.startswith((live_server.url, "data:")) or strange.append(request.url)
        ),
    )
    made.on("console", lambda message: message.type == "error" and strange.append(message.text))
    yield made
    context.close()
    assert strange == []
