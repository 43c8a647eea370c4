"""Every screen of the table in a real browser: no overflow in the longest language, no serious finding.

English runs longest, so it is measured at the width of a desk and of a phone. Axe looks twice: in English on
a phone in dark, and at a desk in light and in traditional characters, whose pages differ from the simplified
ones by words alone. Colours do not depend on the size, nor the order of a page on its colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.access.asking import filled
from tests.access.objects import make_objects
from tests.access.test_table import ROLES
from tests.desk.county import County, make_county
from tests.desk.test_languages import SCREENS
from tests.e2e.conftest import DESK, PHONE, fresh, serious

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]
#: Answers that are no page.
NO_PAGES = ("/health/", "/api/", ".svg", ".xlsx", ".csv", ".json")
WIDE = "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


@pytest.fixture
def addresses(county: County) -> dict[str, list[str]]:
    """Role → the pages to open as one who holds it."""
    values = make_objects(county)
    found: dict[str, list[str]] = {}
    for address, role in SCREENS:
        if not any(part in address for part in NO_PAGES):
            found.setdefault(role, []).append(filled(address, values))
    return found


def pages(
    browser: Browser, address: str, county: County, addresses: dict[str, list[str]], language: str,
    theme: str,
) -> Iterator[tuple[str, Page]]:  # fmt: skip
    """Every page, opened by the first role that may, in one language and theme."""
    for role, paths in addresses.items():
        context = fresh(
            browser, viewport=DESK, base_url=address, bypass_csp=True, color_scheme=theme
        )
        give(context, address, settings.LANGUAGE_COOKIE_NAME, language)
        if name := ROLES[role]:
            give(context, address, settings.SESSION_COOKIE_NAME, session_of(county, name))
        page = context.new_page()
        for path in paths:
            answer = page.goto(path)
            if answer is not None and answer.text().lower().startswith("<!doctype"):
                yield path, page  # anything else is a part that a page fetches
        context.close()


def give(context: BrowserContext, address: str, name: str, value: str) -> None:
    context.add_cookies([{"name": name, "value": value, "url": address}])


def session_of(county: County, name: str) -> str:
    client = Client()
    client.force_login(county.users[name])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def too_wide(page: Page) -> list[str]:
    """The sizes at which the page is wider than its window; it is left as on a phone."""
    found = []
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)
        found += [name] if page.evaluate(WIDE) else []
    return found


@pytest.mark.long
def test_no_screen_overflows_in_english_nor_has_a_serious_finding_in_the_dark_on_a_phone(
    county: County, addresses: dict[str, list[str]], browser: Browser, live_server: Any
) -> None:
    opened = pages(browser, live_server.url, county, addresses, "en", "dark")
    found = {path: [*too_wide(page), *serious(page)] for path, page in opened}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.long
def test_no_screen_has_a_serious_finding_at_a_desk(
    county: County, addresses: dict[str, list[str]], browser: Browser, live_server: Any
) -> None:
    opened = pages(browser, live_server.url, county, addresses, "zh-hant", "light")
    found = {path: serious(page) for path, page in opened}
    assert {path: what for path, what in found.items() if what} == {}
