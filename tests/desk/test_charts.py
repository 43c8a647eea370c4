"""Charts: drawn from the figures of the table beside them, and loaded only where they are."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client

from mingbai.desk.components.charts import Chart, Kind, Mark, Series

BUILT = Path(__file__).parents[2] / "src/mingbai/desk/static/desk/built/charts.js"
#: kB compressed, only on pages with charts: the parts of ECharts in use (ADR 0030).
LIMIT = 230_000

NASTY = "</script><script>alert(1)</script>"


def _chart(name: str = "白石村") -> Chart:
    return Chart(
        Kind.BARS, "各村", "白石村 3 户", "户", "村", [name, "大坪村"],
        [Series("户数", [3, None], ["/households/?place=1"])], [Mark("平均", 1.5)],
    )  # fmt: skip


def _page(chart: Chart) -> str:
    return Template("{% chart one %}").render(Context({"one": chart}))


def test_the_table_says_what_is_drawn() -> None:
    chart = _chart()
    assert chart.rows() == [("白石村", [(3, "/households/?place=1")]), ("大坪村", [(None, "")])]
    page = _page(chart)
    drawn = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', page)[0])
    assert drawn["categories"] == ["白石村", "大坪村"]
    assert drawn["series"][0]["values"] == [3, None]
    assert '<a href="/households/?place=1">3</a>' in page
    assert "—" in page, "not known is neither 0 nor blank"


def test_a_name_cannot_end_the_block() -> None:
    page = _page(_chart(NASTY))
    assert NASTY not in page
    assert page.count("</script>") == 1


def test_it_is_bundled_for_old_browsers_and_holds_no_address_of_another_host() -> None:
    script = BUILT.read_text(encoding="utf-8")
    assert len(gzip.compress(script.encode(), 6)) <= LIMIT
    assert "process.env" not in script
    assert not re.search(r"\?\?=|\|\|=|&&=|static\s*\{", script), "newer than Chromium 84"
    named = set(re.findall(r"https?://([\w.-]+)", script))
    assert named <= {"www.w3.org"}, "names of XML name spaces only"


@pytest.mark.database
def test_only_pages_with_charts_load_the_script(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("township_clerk")
    assert b"desk/built/charts.js" in client.get("/gallery/").content
    assert b"desk/built/charts.js" not in client.get("/keys/").content
