"""The page of mechanisms says only what is true."""

import re
from collections import Counter
from pathlib import Path

from tools import mechanisms


def test_every_mechanism_stands_once() -> None:
    ids = Counter(each.id for each in mechanisms.read())
    assert [name for name, count in ids.items() if count > 1] == []
    expected = [("S0", 70), ("S1", 56), ("S2", 52), ("S3", 52), ("S4", 64)]
    assert list(ids) == [f"{part}-{n:02}" for part, last in expected for n in range(1, last + 1)]


def test_ids_equal_those_of_the_reports(shared_data: Path) -> None:
    text = (shared_data / "domain" / "mechanisms.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (S\d-\d+) ", text, re.MULTILINE) == [
        each.id for each in mechanisms.read()
    ]


def test_states_are_known_and_filled_in() -> None:
    rows = mechanisms.read()
    assert {each.state for each in rows} <= set(mechanisms.STATES)
    assert [each.id for each in rows if not (each.term and each.meaning)] == []
    assert [each.id for each in rows if each.state != "label only" and not each.where] == []


def test_what_works_is_tested() -> None:
    cited = mechanisms.cited()
    untested = [
        each.id for each in mechanisms.read() if each.state == "works" and not cited.get(each.id)
    ]
    assert untested == [], "marked works in docs/mechanisms.csv, but no test's docstring cites it"


def test_cited_ids_exist() -> None:
    assert set(mechanisms.cited()) <= {each.id for each in mechanisms.read()}


def test_page_is_up_to_date() -> None:
    written = mechanisms.PAGE.read_text(encoding="utf-8")
    assert written == mechanisms.page(), "run: make docs"
