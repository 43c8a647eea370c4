"""Who looked at a record, for who may know; and a person's own data, handed over with a reason."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from mingbai.accounts.models import OutsideReading
from mingbai.audit.models import AccessLook, Event
from tests.desk.county import DAY, LONGTAN, County, id_number

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]


def test_looks_say_who_when_and_by_which_leave(county: County, signed_in: Entry) -> None:
    far, lead = county.heads["far"], county.users["township_lead"]
    now = timezone.now()
    OutsideReading.objects.create(
        user=lead, division_code=LONGTAN, reason="交叉检查", from_at=now,
        until_at=now + timedelta(hours=1),
    )  # fmt: skip
    assert signed_in("township_lead").get(f"/persons/{far}/").status_code == 200
    signed_in("next_township_clerk").get(f"/persons/{far}/")
    lines = signed_in("inspector").get(f"/persons/{far}/looks/").context["lines"]
    assert [(one.who, one.leave) for one in lines] == [
        ("测试next_township_clerk", ""), ("测试township_lead", "龙潭镇：交叉检查"),
    ]  # fmt: skip
    assert signed_in("township_lead").get(f"/persons/{far}/looks/").status_code == 404


def test_page_of_a_person_tells_who_looked_to_who_may_know(
    county: County, signed_in: Entry
) -> None:
    here = county.heads["here"]
    assert (
        signed_in("inspector").get(f"/persons/{here}/").context["looks"][0].who == "测试inspector"
    )
    assert "谁看过" not in signed_in("village_officer").get(f"/persons/{here}/").content.decode()
    page = signed_in("inspector").get(f"/persons/{here}/").content.decode()
    assert "own-data" not in page
    assert "own-data" in signed_in("township_clerk").get(f"/persons/{here}/").content.decode()


def test_own_data_is_handed_over_with_a_reason_and_recorded(
    county: County, signed_in: Entry
) -> None:
    here = county.heads["here"]
    client = signed_in("township_clerk")
    refused = client.post(f"/persons/{here}/own-data/", {"reason": " ", "form": "xlsx"})
    assert refused.status_code == 422
    assert not AccessLook.objects.filter(purpose="own data").exists()
    made = client.post(f"/persons/{here}/own-data/", {"reason": "本人到窗口", "form": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    number = id_number(0, county_birth(), "male")
    cells = [str(cell.value) for row in book["身份信息"].iter_rows() for cell in row]
    assert number in cells
    assert "no-store" in made["Cache-Control"]
    event = Event.objects.latest("id")
    assert (event.action, event.target) == ("households.person.exported", f"person:{here}")
    assert "本人到窗口" in event.data
    assert AccessLook.objects.get(purpose="own data").actor == county.users["township_clerk"].actor


def county_birth() -> object:
    """Of the heads of the invented county."""
    return DAY.replace(year=1967, month=3, day=2)


def test_restricted_topic_of_others_stays_out_of_the_file_and_is_named(
    county: County, signed_in: Entry
) -> None:
    here = county.heads["here"]
    sent = {"reason": "本人到窗口", "form": "json"}
    officer = json.loads(
        signed_in("county_officer").post(f"/persons/{here}/own-data/", sent).content
    )
    assert "刑满释放" not in officer
    assert [row["内容 topic"] for row in officer["不在这份里的"]] == ["刑满释放"]
    assert "健康" in officer
    clerk = json.loads(signed_in("township_clerk").post(f"/persons/{here}/own-data/", sent).content)
    assert "刑满释放" in clerk
    assert "不在这份里的" not in clerk
