"""What a browser or a session keeps: columns of a list, light or dark; and an empty field is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.desk.county import County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
TOKENS = Path(__file__).parents[2] / "src/mingbai/desk/static/desk/tokens.css"
KEEP = {"list": "households", "next": "/households/?place=99"}


def shown(client: Client, address: str = "/households/") -> frozenset[str]:
    return frozenset(client.get(address).context["columns"].shown)


def test_chosen_columns_are_kept_and_the_address_goes_before(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    usual = shown(client)
    answer = client.post("/columns/", {**KEEP, "columns": ["members", "helper"]})
    assert answer["Location"] == "/households/?place=99&columns=members&columns=helper"
    assert shown(client) == {"head", "members", "helper"}
    assert shown(client, "/households/?columns=place") == {"head", "place"}
    assert shown(client) == {
        "head",
        "members",
        "helper",
    }  # an address that was opened keeps nothing
    assert shown(client, "/persons/") >= {"age", "relation"}  # another list, another choice
    client.post("/columns/", {**KEEP, "columns": ["members"], "usual": "1"})
    assert shown(client) == usual


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example"])
def test_choice_leads_to_no_other_host(signed_in: Entry, elsewhere: str) -> None:
    answer = signed_in("township_clerk").post("/columns/", {"list": "x", "next": elsewhere})
    assert answer["Location"] == "/"


def test_light_or_dark_is_chosen_and_left_to_the_system_again(signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    for theme, said in (("dark", 'class="dark"'), ("light", 'class="light"')):
        client.post("/display/", {"switch": theme, "next": "/profile/"})
        assert said in client.get("/profile/").content.decode().split("<body")[0]
    client.post("/display/", {"switch": "system", "next": "/profile/"})
    assert "class=" not in client.get("/profile/").content.decode().split("<head")[0]


def test_chosen_dark_is_the_dark_of_the_system() -> None:
    _light, _at, dark = TOKENS.read_text(encoding="utf-8").partition("prefers-color-scheme: dark")
    system, _at, chosen = dark.partition(":root.dark {")
    body = system.partition(":root:not(.light) {")[2].partition("}")[0]
    assert body.split() == chosen.partition("}")[0].split() != []


def test_empty_field_is_named(county: County, signed_in: Entry) -> None:
    page = f"/households/{county.households['here']}/topics/dwelling/"
    text = signed_in("township_clerk").post(page, {"token": 0}).content.decode()
    assert "请填写“" in text
    assert "必填项" not in text
