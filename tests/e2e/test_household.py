"""A helper's few minutes in a browser: the number that was missing is noted, and the state turns."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mingbai.decisions.actions import evaluate
from tests.desk.county import DAY, County, make_county
from tests.e2e.test_screens import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def county(transactional_db: None) -> County:
    made = make_county()
    evaluate(actor="command", pack="cn", as_of=DAY)
    return made


def test_helper_fills_the_missing_fact_and_the_state_turns(county: County, page: Page) -> None:
    sign_in(page, "helper")
    expect(page.get_by_role("heading", name="今天的事")).to_be_visible()
    page.goto(f"/households/{county.households['here']}/")
    food = page.locator("#why-basicsfood")
    expect(food).to_contain_text("待核实")
    ask = food.locator("form.ask")  # comes by itself: this state stands open
    ask.get_by_label("平常吃得饱").select_option("yes")
    ask.get_by_label("听谁说").select_option("household")
    ask.get_by_label("说明").fill("看了粮仓")
    ask.get_by_role("button", name="记下").click()
    expect(page.get_by_text("不愁吃：待核实 → 达标")).to_be_visible()
    expect(page.locator("#why-basicsfood summary")).to_contain_text("达标")
    opened = page.locator("details.state[open]")
    expect(opened).to_have_count(1)
    expect(opened).to_contain_text("四季都有衣服换洗吗")
    page.locator("#why-basicsfood summary").click()
    expect(page.locator("#why-basicsfood")).to_contain_text("本户")
