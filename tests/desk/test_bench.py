"""The bench: any sheet comes back marked; nothing is stored, and nobody else's machine gets in unsigned."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mingbai.audit.models import Event
from mingbai.desk.bench import keeping, tickets
from mingbai.intake.models import StoredFile
from tests.desk.county import County
from tests.installation import PATIENCE, ROOT, comes

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
LIST = (
    "户编号,人口编号,姓名,性别,证件类型,证件号码,与户主关系,健康状况\r\n"
    "H1,P1,肖一,男,居民身份证,99010119800101001X,户主,健康\r\n"
    "H1,P2,王二,不男不女,居民身份证,12,配偶,健康\r\n"
).encode("utf-8-sig")


def let_it_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check is stopped after half a minute, which a busy machine may need for it."""
    monkeypatch.setattr(tickets, "KEEPER", "tests.desk.keeping_long")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'src'}")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Path]:
    """A place of this test's own, and a site that answers its own machine alone."""
    monkeypatch.setattr(tickets, "_place", lambda: tmp_path)
    let_it_take_long(monkeypatch)
    settings.ALLOWED_HOSTS = ["localhost"]
    yield tmp_path
    for folder in tmp_path.glob("mingbai-bench-" + "[0-9a-f]" * 32):
        tickets.forget(folder.name.rpartition("-")[2])
    for keeper in tickets._keepers:
        keeper.wait(timeout=PATIENCE)


@pytest.fixture
def here() -> Client:
    """Somebody at this machine who has not signed in."""
    return Client(HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1")


def put(client: Client, content: bytes, name: str = "成员信息.csv") -> Any:
    return client.post("/bench/", {"files": SimpleUploadedFile(name, content)})


def checked(client: Client, content: bytes, name: str = "成员信息.csv") -> tuple[str, str]:
    """The address of the result, and its page once it is there."""
    answer = put(client, content, name)
    assert answer.status_code == 302, answer.content.decode()
    address = answer.headers["Location"]
    page = ""

    def done() -> bool:
        nonlocal page
        page = client.get(address).content.decode()
        return "正在查" not in page

    assert comes(done)
    return address, page


def test_sheet_comes_back_marked_and_nothing_is_left(
    county: County, db: None, here: Client, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = Event.objects.count()
    address, page = checked(here, LIST)
    assert "不男不女" in page
    assert "D3" in page
    book = openpyxl.load_workbook(io.BytesIO(here.get(f"{address}0/").content))
    assert "性别" in str(book.active["D3"].comment.text)
    assert here.post(f"{address}forget/").status_code == 302
    assert here.get(address).status_code == 404
    assert not list(place.iterdir())
    assert (Event.objects.count(), StoredFile.objects.count()) == (before, 0)
    assert "肖一" not in caplog.text
    assert "成员信息" not in caplog.text


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7 \x00\x01", "a.pdf", "不是表格文件"),
        (b"PK\x03\x04 broken", "a.xlsx", "文件损坏"),
        (b"", "a.csv", ""),
    ],
)
def test_what_is_no_table_gets_words(
    county: County, db: None, here: Client, content: bytes, name: str, words: str
) -> None:
    if not content:
        assert put(here, content, name).status_code == 422
        return
    assert words in checked(here, content, name)[1]


def test_check_that_takes_too_long_is_stopped_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keeper writes why, waits, and deletes."""
    folder = tmp_path / "mingbai-bench-x"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a.csv").write_bytes(LIST)
    monkeypatch.setattr(keeping, "MOST_SECONDS", 0.01)
    monkeypatch.setattr(keeping, "LOOKED_AT", 0)
    said = []
    monkeypatch.setattr(keeping.shutil, "rmtree", lambda path, **_: said.append(path))
    monkeypatch.setattr(keeping.sys, "argv", ["", str(folder), "cn", "2026-03-18", "zh"])
    keeping.main()
    assert (folder / "result.json").read_text() == '{"failed": "time"}'
    assert said == [folder]


def test_stranger_on_another_machine_signs_in_first(
    county: County, db: None, signed_in: Entry, settings: Any
) -> None:
    for client in (
        Client(HTTP_HOST="localhost", REMOTE_ADDR="10.0.0.7"),
        Client(HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.0.0.7"),
    ):
        assert client.get("/bench/").headers["Location"].startswith("/sign-in/")
        assert put(client, LIST).headers["Location"].startswith("/sign-in/")
    settings.ALLOWED_HOSTS = ["office.example", "localhost"]
    assert Client(HTTP_HOST="localhost").get("/bench/").status_code == 302
    known = signed_in("stranger")
    assert known.get("/bench/", headers={"Host": "localhost"}).status_code == 200


def test_more_checks_than_the_machine_bears_wait(
    county: County, db: None, here: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "MOST_AT_ONCE", 0)
    answer = put(here, LIST)
    assert answer.status_code == 422
    assert "过半分钟" in answer.content.decode()


def test_leftovers_of_what_was_killed_are_swept(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = place / f"mingbai-bench-{'0' * 32}"
    left.mkdir()
    monkeypatch.setattr(tickets, "_LEFT_OVER", -1)
    assert tickets._sweep() == 0
    assert not left.exists()


def test_form_without_a_sheet_is_asked_for_one(
    county: County, db: None, here: Client, place: Path
) -> None:
    assert here.post("/bench/").status_code == 422
    assert not list(place.iterdir())


@pytest.mark.parametrize("ticket", ["x", "0" * 32, "..", "G" * 32])
def test_ticket_nobody_has_is_gone(county: County, db: None, here: Client, ticket: str) -> None:
    assert here.get(f"/bench/{ticket}/").status_code == 404
    assert here.get(f"/bench/{ticket}/0/").status_code == 404
