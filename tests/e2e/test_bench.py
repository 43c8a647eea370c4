"""The bench in a browser, before anybody signs in: a sheet is dropped, and comes back marked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from mingbai.desk.bench import tickets
from tests.desk.county import County, make_county
from tests.desk.test_bench import LIST, let_it_take_long
from tests.e2e.conftest import PHONE, serious
from tests.installation import PATIENCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def place(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Path]:
    """A site that answers its own machine alone, and where its checks lie."""
    monkeypatch.setattr(tickets, "_place", lambda: tmp_path)
    let_it_take_long(monkeypatch)
    settings.ALLOWED_HOSTS = ["localhost"]
    yield tmp_path
    for keeper in tickets._keepers:
        keeper.wait(timeout=PATIENCE)


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


def test_sheet_comes_back_marked_and_nothing_stays(
    county: County, place: Path, page: Page, tmp_path: Path
) -> None:
    sheet = tmp_path / "成员信息.csv"
    sheet.write_bytes(LIST)
    page.goto("/bench/")
    page.get_by_label("拖一张表进来，或者选").set_input_files(sheet)
    page.get_by_role("button", name="查这张表").click()
    expect(page.get_by_role("heading", name="处要改")).to_be_visible()
    expect(page.get_by_text("不男不女")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert serious(page) == []
    with page.expect_download() as sent:
        page.get_by_role("link", name="下载标好的表").click()
    sent.value.save_as(tmp_path / "back.xlsx")
    assert "性别" in str(openpyxl.load_workbook(tmp_path / "back.xlsx").active["D3"].comment.text)
    page.get_by_role("button", name="现在就删掉").click()
    expect(page.get_by_role("heading", name="一张表，十秒钟")).to_be_visible()
    assert not list(place.glob("mingbai-bench-*"))
