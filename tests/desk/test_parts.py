"""Parts of the desk: addresses, sorting heads, tabs, columns, picked rows, the frame and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import Client, RequestFactory

from mingbai.desk.components.parts import (
    Column,
    Tab,
    changed_query,
    columns_of,
    picked,
    sort_of,
)

ASK = RequestFactory()


def written(text: str, address: str = "/households/", **said: Any) -> str:
    request = ASK.get(address)
    return Template(text).render(Context({"request": request, **said}))


def test_address_changes_one_name_and_forgets_the_place_in_the_list() -> None:
    query = QueryDict("place=99&page=4&after=x&kind=all")
    assert changed_query(query, {"kind": "watched"}) == "?place=99&kind=watched"
    assert changed_query(query, {"place": None, "kind": ""}) == "?"
    assert changed_query(query, {"page": 2}) == "?place=99&kind=all&page=2"
    assert changed_query(query, {"place": ["1", "2"]}) == "?place=1&place=2&kind=all"


def test_head_sorts_and_a_second_press_turns_it() -> None:
    tag = '{% sorted_head "name" "户主" %}'
    assert 'href="?sort=name"' in written(tag)
    assert "aria-sort" not in written(tag)
    up = written(tag, "/households/?sort=name")
    assert 'aria-sort="ascending"' in up
    assert 'href="?sort=-name"' in up
    down = written(tag, "/households/?sort=-name")
    assert 'aria-sort="descending"' in down
    assert 'href="?sort=name"' in down


def test_sort_takes_known_keys_only() -> None:
    keys = ("name", "income")
    assert sort_of(ASK.get("/?sort=-income"), keys, "name") == ("income", True)
    assert sort_of(ASK.get("/?sort=1;drop"), keys, "-name") == ("name", True)
    assert sort_of(ASK.get("/"), keys, "name") == ("name", False)


def test_columns_come_from_the_address_and_fixed_ones_stay() -> None:
    known = [
        Column("head", "户主", fixed=True),
        Column("group", "组"),
        Column("visit", "走访", default=False),
    ]
    assert columns_of(ASK.get("/"), known).shown == {"head", "group"}
    asked = columns_of(ASK.get("/?columns=visit&columns=nothing&place=99&page=3"), known)
    assert asked.shown == {"head", "visit"}
    assert asked.kept == (("place", "99"),)
    assert "group" not in asked


def test_picked_rows_are_numbers_once_each() -> None:
    rows = picked(QueryDict("row=3&row=3&row=x&row=12"))
    assert rows.ids == (3, 12)
    assert not rows.everything
    assert not picked(QueryDict(""))
    assert picked(QueryDict("all=1")).everything


def test_texts_of_parts_are_escaped() -> None:
    tabs = [Tab("<b>一</b>", "?a=1&b=2", 3)]
    text = written('{% include "components/templates/tabs.html" %}', tabs=tabs, label="x")
    assert "&lt;b&gt;一" in text
    assert "<script>" not in written("{% bulkbar 3 u %}{% endbulkbar %}", u="<script>")
    assert "&lt;i&gt;" in written('{% sorted_head "a" w %}', w="<i>")
    assert "<b>" not in written("{% income_bar 1 2 3 w %}", w="<b>")


def test_range_against_a_line_says_both_ends() -> None:
    text = written('{% income_bar 344600 1064600 870000 "监测线" %}')
    assert 'aria-label="3,446 到 10,646，监测线 8,700"' in text
    assert "没有上限" in written('{% income_bar 100 None 200 "线" %}')


def test_missing_figure_breaks_the_line() -> None:
    text = written("{% spark values %}", values=[3, None, 5])
    assert text.count("M") == 2
    assert 'aria-label="从 3 到 5"' in text


class _Inline(HTMLParser):
    """What a strict content policy forbids, and what asks elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        inert = said.get("type") == "application/json"  # the figures of a chart: data, never run
        if tag == "style" or (tag == "script" and not said.get("src") and not inert):
            self.found.append(tag)
        self.found += [name for name in said if name == "style" or name.startswith(("on", "hx-on"))]
        for name in ("src", "href", "action"):
            if re.match(r"(https?:)?//|javascript:", said.get(name) or ""):
                self.found.append(f"{name}={said[name]}")


pytestmark = pytest.mark.database
#: What every page costs beside its own: session, user, posts and scopes, register, tree, counts of the rail.
FRAME_QUERIES = 8
GATED = ("/gallery/", "/keys/", "/households/", "/places/", "/profile/", "/jobs/")


@pytest.mark.parametrize("address", GATED)
def test_nothing_is_inline_and_nothing_asks_another_host(
    address: str, signed_in: Callable[[str], Client]
) -> None:
    response = signed_in("township_clerk").get(address)
    page = _Inline()
    page.feed(response.content.decode())
    assert page.found == []
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "http" not in response.headers["Content-Security-Policy"]


def test_frame_costs_few_queries(
    signed_in: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in("township_clerk")
    client.get("/gallery/")
    with django_assert_max_num_queries(FRAME_QUERIES):  # who, rights, register, tree, counts
        client.get("/gallery/")


def test_display_is_switched_and_kept_in_this_browser(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("township_clerk")
    assert 'class="large"' not in client.get("/keys/").content.decode()
    answer = client.post("/display/", {"switch": "large", "next": "/keys/"})
    assert answer.url == "/keys/"
    assert 'class="large"' in client.get("/keys/").content.decode()
    client.post("/display/", {"switch": "large", "next": "/keys/"})
    assert 'class="large"' not in client.get("/keys/").content.decode()


@pytest.mark.parametrize(
    "next_", ["https://elsewhere.example/", "//elsewhere.example", "javascript:1"]
)
def test_display_leads_to_no_other_host(next_: str, signed_in: Callable[[str], Client]) -> None:
    answer = signed_in("township_clerk").post("/display/", {"switch": "nothing", "next": next_})
    assert answer.url == "/"
    assert answer.cookies["display"].value == ""


def test_page_says_who_when_and_which_line(signed_in: Callable[[str], Client]) -> None:
    text = signed_in("township_clerk").get("/households/").content.decode()
    assert "合成数据" in text
    assert "监测线" in text
    assert "打印 · 明白" in text
    assert 'aria-current="page"' in text


def test_no_id_stands_twice(signed_in: Callable[[str], Client]) -> None:
    text = signed_in("township_clerk").get("/gallery/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted({one for one in ids if ids.count(one) > 1}) == []
