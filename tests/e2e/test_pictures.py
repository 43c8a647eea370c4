"""The picture of places by keys, and a wall that says when nothing brought it up to date."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.desk.county import COUNTY, County, make_county
from tests.e2e.test_screens import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


def test_arrows_go_from_square_to_square_and_mark_the_row(county: County, page: Page) -> None:
    sign_in(page, "township_lead")
    page.goto(f"/places/{COUNTY}/picture/?rows=villages")
    squares = page.locator(".tiles a")
    squares.first.focus()
    page.keyboard.press("ArrowRight")
    expect(squares.nth(1)).to_be_focused()
    row = page.locator("tr.here th a")
    expect(row).to_have_attribute("href", squares.nth(1).get_attribute("href") or "")


def test_wall_says_that_it_is_stale(county: County, page: Page) -> None:
    page.clock.install()
    sign_in(page, "township_lead")
    page.goto("/wall/")
    page.route(
        "**/wall/", lambda route: route.fulfill(status=204)
    )  # what htmx asks for each minute
    said = page.locator("[data-stale]")
    expect(said).to_be_hidden()
    page.clock.fast_forward("11:00")
    expect(said).to_be_visible()
