"""A clerk's morning: the first late household, back to the list, another one by its initials."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from mingbai.audit.actions import recording
from mingbai.decisions.actions import evaluate
from mingbai.households.models import Living
from mingbai.places.models import Register
from tests.decisions.filling import Filler
from tests.desk.county import DAY, START, County, make_county
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_screens import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def late(transactional_db: None) -> County:
    """`here` lacks food, and its check was due four days ago."""
    county = make_county()
    with recording(actor="user:1", action="test.changed") as batch:
        Filler(batch).put(
            Living, household_id=county.households["here"], valid_from=START, food_enough=False
        )
    evaluate(actor="command", pack="cn", as_of=DAY)
    Register.objects.update(working_date=DAY + timedelta(days=14))
    return county


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_clerk_opens_what_is_late_and_finds_another_by_initials(
    late: County, page: Page, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    sign_in(page, "township_clerk")
    expect(page.get_by_role("heading", name="今天的事", exact=True)).to_be_visible()
    expect(page.get_by_text("逾期 4 天")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("table").get_by_role("link", name="陈桂生").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("陈桂生")
    page.go_back()
    expect(page.get_by_text("逾期 4 天")).to_be_visible()
    field = page.get_by_role("combobox", name="找户、人")
    field.click()
    page.keyboard.type("smx", delay=30)
    expect(page.get_by_role("option", name="舒满香 户主")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("舒满香")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("舒满香")
