"""From an empty register to the first import, and the door that shuts behind it."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client

from mingbai.accounts.models import Post, User
from mingbai.audit.models import Event
from mingbai.desk.start.opening import make_code, read_code
from mingbai.households.actions.registering import register_household
from mingbai.places.models import Division, Register
from tests.desk.county import newcomer

pytestmark = pytest.mark.database

PASTED = "990101000000\t明川县\n990101100000\t青溪镇\n990101100201\t白石村\n990101100202\t大坪社区"
PLACE = {"known": "", "pasted": PASTED, "pack": "cn", "mode": "real", "working_date": ""}
ACCOUNTS = {
    "admin_name": "何敏", "admin_account": "he.min", "password": "one long sentence 7",
    "again": "one long sentence 7", "worker_name": "向东", "worker_account": "xiang.dong", "unit": "县局",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.MINGBAI_DATA = tmp_path


@pytest.fixture
def empty(db: None) -> Client:
    """A browser at the machine of an office that has nothing yet."""
    return Client()


def _chosen(browser: Client, **more: str) -> Any:
    return browser.post("/start/", {**PLACE, **more})


def _founded(browser: Client, **more: str) -> Any:
    _chosen(browser, **more)
    return browser.post("/start/accounts/", ACCOUNTS)


def test_sign_in_of_an_empty_register_leads_to_the_first_page(empty: Client) -> None:
    assert empty.get("/sign-in/")["Location"] == "/start/"
    assert "区划代码" in empty.get("/start/").content.decode()


def test_whole_way_from_nothing_to_the_blank_workbook(empty: Client) -> None:
    assert _chosen(empty)["Location"] == "/start/accounts/"
    shown = empty.get("/start/accounts/").content.decode()
    assert "明川县" in shown
    assert "1 个乡镇，2 个村和社区" in shown
    assert not Register.objects.exists()
    done = empty.post("/start/accounts/", ACCOUNTS).content.decode()
    password = re.findall(r'mono">([a-z2-9-]{14,})<', done)[0]
    assert Register.objects.get().division_code == "990101000000"
    assert not Register.objects.get().synthetic
    assert Division.objects.recorded().count() == 4
    assert sorted(Post.objects.values_list("user__username", "role")) == [
        ("he.min", "account_administrator"),
        ("xiang.dong", "county_officer"),
    ]
    signed = empty.post("/sign-in/", {"username": "xiang.dong", "password": password})
    assert signed["Location"] == "/sign-in/phone/"  # a county post binds a phone first
    browser = Client()
    browser.force_login(_ready("xiang.dong"))
    page = browser.get("/first-table/").content.decode()
    assert "国家系统户信息导出表" in page
    sent = browser.get("/first-table/cn-household-export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(sent.content)).active
    assert "户编号" in [cell.value for cell in sheet[1]]


def _ready(name: str) -> User:
    """Somebody who has changed the password and bound a phone, as far as these pages ask."""
    user = User.objects.get(username=name)
    user.must_change_password, user.demonstration = False, True
    user.save()
    return user


def test_township_from_the_rosters_that_ship_for_practice(empty: Client) -> None:
    answer = _founded(
        empty, known="430525113", pasted="", mode="practice", working_date="2026-06-30"
    )
    assert answer.status_code == 200, answer.content.decode()
    made = Register.objects.get()
    assert (made.division_code, made.synthetic) == ("430525113000", True)
    assert made.working_date == date(2026, 6, 30)
    assert set(Post.objects.values_list("role", flat=True)) == {
        "account_administrator",
        "township_clerk",
    }
    assert Division.objects.recorded().filter(level="village").count() > 10


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"pasted": ""}, "两样只要一样"),
        ({"known": "430525"}, "两样只要一样"),
        ({"pasted": "白石村"}, "PLACE-024|第 1 行"),
        ({"working_date": "2026-01-01"}, "按当天工作"),
        ({"mode": ""}, "必填|这个字段|field"),
    ],
)
def test_place_that_cannot_be_is_said_and_nothing_typed_is_lost(
    empty: Client, wrong: dict[str, str], words: str
) -> None:
    answer = _chosen(empty, **wrong)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert re.search(words, text)
    assert (wrong.get("pasted", PASTED).split("\t")[0] or "known") in text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"again": "another sentence 8"}, "两遍不一样"),
        ({"worker_account": "HE.MIN"}, "不一样"),
        ({"password": "short", "again": "short"}, "太短"),
        ({"admin_account": "1"}, "以字母开头"),
    ],
)
def test_accounts_that_cannot_be_make_nothing(
    empty: Client, wrong: dict[str, str], words: str
) -> None:
    _chosen(empty)
    answer = empty.post("/start/accounts/", {**ACCOUNTS, **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Register.objects.exists()
    assert not User.objects.exists()


def test_place_can_be_chosen_again_before_the_last_step(empty: Client) -> None:
    _chosen(empty)
    assert PASTED.split("\t")[1][:3] in empty.get("/start/").content.decode()
    _chosen(empty, known="430525", pasted="")
    assert "洞口县" in empty.get("/start/accounts/").content.decode()


def test_accounts_without_a_place_lead_back(empty: Client) -> None:
    assert empty.get("/start/accounts/")["Location"] == "/start/"


def test_door_is_shut_once_the_office_is_there(empty: Client) -> None:
    make_code()
    _founded(empty)
    assert read_code() == ""
    for address in ("/start/", "/start/accounts/"):
        assert empty.get(address).status_code == 404
        assert empty.post(address, PLACE).status_code == 404
    assert empty.get("/sign-in/").status_code == 200
    assert Event.objects.filter(action="places.register.created").count() == 1


def test_from_elsewhere_only_with_the_code_that_serve_prints(empty: Client) -> None:
    away = {"REMOTE_ADDR": "10.0.0.9"}
    assert empty.get("/start/", **away).status_code == 404
    assert empty.get("/start/?code=", **away).status_code == 404
    assert empty.get("/sign-in/", **away).status_code == 200
    code = make_code()
    assert empty.get("/start/?code=wrong", **away).status_code == 404
    page = empty.get(f"/start/?code={code}", **away)
    assert page.status_code == 200
    assert f'value="{code}"' in page.content.decode()
    assert empty.post("/start/", PLACE, **away).status_code == 404
    assert empty.post("/start/", {**PLACE, "code": code}, **away).status_code == 302
    assert empty.post("/start/accounts/", ACCOUNTS, **away).status_code == 200
    assert Register.objects.exists()


def test_behind_a_proxy_nobody_sits_at_this_machine(empty: Client) -> None:
    passed_on = {"HTTP_X_FORWARDED_FOR": "10.0.0.9"}
    assert empty.get("/start/", **passed_on).status_code == 404


def test_blank_workbooks_go_with_the_first_household(empty: Client) -> None:
    _founded(empty)
    browser = Client()
    browser.force_login(_ready("xiang.dong"))
    assert browser.get("/first-table/no-such.xlsx").status_code == 404
    assert browser.get("/first-table/").status_code == 200
    assert browser.get("/")["Location"] == "/first-table/"
    register_household(
        actor="command", reason="测试", on=date(2026, 1, 1), number="1", source="village",
        residence={"division_code": "990101100201"},
        members=[newcomer("陈桂生", "head", date(1967, 3, 2), "male", 1)],
    )  # fmt: skip
    assert browser.get("/").status_code == 200
    assert browser.get("/first-table/").status_code == 404
    assert browser.get("/first-table/cn-household-export.xlsx").status_code == 404


def test_administrator_sees_no_first_table(empty: Client) -> None:
    _founded(empty)
    browser = Client()
    browser.force_login(_ready("he.min"))
    assert browser.get("/first-table/").status_code == 404
