"""An administrator's morning: accounts from a sheet, a deputy, a lost phone; no household is in sight."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mingbai.accounts.access import has_second_factor
from mingbai.accounts.models import Post, User
from mingbai.accounts.second_factor import confirm_device, enrol_device
from tests.desk.county import DAY, QINGXI, County, make_county
from tests.desk.phones import code_of
from tests.desk.test_user_sheet import GOOD, HEADS, WRONG
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_officer import looked_at
from tests.e2e.test_screens import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def county(transactional_db: None, settings: Any, tmp_path: Path) -> County:
    """The county officer has bound a phone, and lost it."""
    settings.MINGBAI_DATA = tmp_path / "data"
    made = make_county()
    officer = made.users["county_officer"]
    enrol_device(user=officer)
    confirm_device(user=officer, code=code_of(officer), now=timezone.now())
    return made


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_administrator_imports_lends_and_resets_and_reads_no_household(
    county: County, page: Page, tmp_path: Path, size: dict[str, int]
) -> None:
    page.set_default_timeout(10_000)
    page.set_viewport_size(size)
    sign_in(page, "administrator")
    expect(page.get_by_role("heading", name="今天的事", exact=True)).to_be_visible()
    makes_accounts_of_a_sheet(page, tmp_path, size)
    lends_a_post(county, page, size)
    takes_a_lost_phone_away(county, page, size)
    sees_no_household(county, page)


def makes_accounts_of_a_sheet(page: Page, folder: Path, size: dict[str, int]) -> None:
    page.goto("/users/")
    looked_at(page, size)
    for name, rows in (("错一行.csv", (GOOD, WRONG)), ("改好.csv", (GOOD,))):
        file = folder / name
        file.write_text("\r\n".join((HEADS, *rows)), encoding="utf-8-sig", newline="")
        page.goto("/users/from-sheet/")
        page.get_by_label("账号表").set_input_files(file)
        page.get_by_role("button", name="先逐行看，不开账号").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        looked_at(page, size)
        if WRONG in rows:
            expect(page.get_by_text("1 行不收，一个账号也没有开")).to_be_visible()
            assert not User.objects.filter(username="zhou.min").exists()
    page.get_by_role("button", name="开 1 个账号").click()
    expect(page.get_by_role("heading", name="账号开好了")).to_be_visible()
    page.goto("/users/?state=never&q=zhou")
    expect(page.get_by_role("row", name="周敏")).to_contain_text("从没登录过")


def lends_a_post(county: County, page: Page, size: dict[str, int]) -> None:
    page.goto("/users/?role=township_clerk&place=" + QINGXI)
    page.get_by_role("link", name="测试township_clerk", exact=True).click()
    page.get_by_role("link", name="指定代理").click()
    page.get_by_label("谁来代理").fill("周敏")
    page.get_by_label("到哪天止").fill((DAY + timedelta(days=10)).isoformat())
    page.get_by_label("为什么").fill("产假")
    looked_at(page, size)
    page.get_by_role("button", name="指定代理").click()
    expect(page.get_by_text("代理已登记，到期自动结束")).to_be_visible()
    expect(page.get_by_text("周敏 代理，2026-03-18 到 2026-03-28")).to_be_visible()
    looked_at(page, size)
    made = Post.objects.get(user__username="zhou.min", deputy_for=county.posts["township_clerk"])
    assert made.reason == "产假"


def takes_a_lost_phone_away(county: County, page: Page, size: dict[str, int]) -> None:
    officer = county.users["county_officer"]
    page.goto(f"/users/{officer.pk}/")
    page.get_by_label("为什么解除").fill("手机丢了，本人来说的")
    page.get_by_role("button", name="解除手机").click()
    expect(page.get_by_text("手机已解除，下次登录要重新绑定")).to_be_visible()
    assert not has_second_factor(officer)
    log = page.locator("section", has_text="账号记录")
    expect(log.get_by_role("row", name="解除手机验证")).to_contain_text("手机丢了，本人来说的")
    looked_at(page, size)
    page.goto(f"/users/{county.users['administrator'].pk}/")
    expect(page.get_by_text("这是您自己的账号")).to_be_visible()
    expect(page.get_by_role("button", name="停用这个账号")).to_have_count(0)


def sees_no_household(county: County, page: Page) -> None:
    home, head = county.households["here"], county.heads["here"]
    closed = (
        "/households/", "/persons/", f"/households/{home}/", f"/persons/{head}/", f"/persons/{head}/looks/",
        f"/persons/{head}/own-data/", f"/persons/{head}/topics/health/", "/wall/", "/audit/", "/audit/looks/",
    )  # fmt: skip
    assert {page.request.get(path).status for path in closed} == {404}
    expect(page.get_by_role("combobox", name="找户、人")).to_have_count(0)
