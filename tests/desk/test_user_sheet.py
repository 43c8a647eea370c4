"""Accounts from a sheet on a screen: verdicts first, then all or none; passwords once, and nowhere else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mingbai.accounts.models import Post, User
from mingbai.audit.models import Event
from mingbai.desk.users import sheet as screens
from mingbai.desk.users.forms import MOST_SHEET
from tests.desk.county import QINGXI, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
HEADS = "姓名,账号,单位,角色,区划代码或名称,起,止"
GOOD = f"周敏,zhou.min,青溪镇人民政府,乡镇经办,{QINGXI},2026-01-01,"
WRONG = "王芳,wang.fang,某处,没有这个角色,青溪镇,2026-01-01,"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.MINGBAI_DATA = tmp_path


def sent(client: Client, *rows: str) -> Any:
    """A sheet put up."""
    content = "\r\n".join((HEADS, *rows)).encode("utf-8-sig")
    return client.post("/users/from-sheet/", {"sheet": SimpleUploadedFile("账号.csv", content)})


def hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def test_rows_get_a_verdict_and_nothing_is_made(county: County, signed_in: Entry) -> None:
    before = User.objects.count(), Event.objects.count()
    page = sent(signed_in("administrator"), WRONG, GOOD).content.decode()
    assert page.index("wang.fang") < page.index("zhou.min")
    assert "1 行不收" in page
    assert 'name="sheet"' not in page
    assert (User.objects.count(), Event.objects.count()) == before


def test_good_sheet_is_made_whole_and_its_passwords_are_handed_over_once(
    county: County, signed_in: Entry, tmp_path: Path
) -> None:
    client = signed_in("administrator")
    packed = hidden(sent(client, GOOD), "sheet")
    assert "zhou" not in packed
    made = client.post("/users/from-sheet/make/", {"sheet": packed})
    user = User.objects.get(username="zhou.min")
    assert Post.objects.get(user=user).division_code == QINGXI
    password = re.search(r'<b class="mono">([^<]+)</b>', made.content.decode())
    assert password
    assert user.check_password(password[1])
    file = client.post("/users/from-sheet/passwords/", {"packed": hidden(made, "packed")})
    rows = openpyxl.load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True)
    assert list(rows)[1] == ("zhou.min", "周敏", "青溪镇人民政府", password[1])
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in left if password[1].encode() in path.read_bytes()]
    again = client.post("/users/from-sheet/make/", {"sheet": packed})
    assert "没有新账号" in again.content.decode()


def test_what_no_page_of_ours_held_is_not_taken(county: County, signed_in: Entry) -> None:
    client = signed_in("administrator")
    other = hidden(sent(client, GOOD), "sheet")
    for path, field in (("make", "sheet"), ("passwords", "packed")):
        answer = client.post(f"/users/from-sheet/{path}/", {field: "AAAA"})
        assert answer.status_code == 404
    assert client.post("/users/from-sheet/passwords/", {"packed": other}).status_code == 404


@pytest.mark.parametrize(
    ("content", "words"), [(b"%PDF-1.7 nothing", "ACC-0"), (b"x" * (MOST_SHEET + 1), "1 MB")]
)
def test_wrong_file_is_refused_in_words(
    county: County, signed_in: Entry, content: bytes, words: str
) -> None:
    file = SimpleUploadedFile("账号.xlsx", content)
    answer = signed_in("administrator").post("/users/from-sheet/", {"sheet": file})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_more_accounts_than_one_waits_for_are_left_to_the_command(
    county: County, signed_in: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "MOST_ACCOUNTS", 0)
    page = sent(signed_in("administrator"), GOOD).content.decode()
    assert "mingbai users import" in page
    assert 'name="sheet"' not in page
