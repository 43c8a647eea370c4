"""Every line of every drawn table, on every engine; and the page that shows them is up to date."""

from __future__ import annotations

import pytest

from tests.spec.drawing import PAGE, asked, lines, page
from tests.spec.tables import SPECS, Spec

LINES = [
    pytest.param(spec, number, id=f"{spec.title}: {' '.join(line.facts.values())}")
    for spec in SPECS
    for number, line in enumerate(lines(spec))
]


@pytest.mark.parametrize(("spec", "number"), LINES)
def test_line_of_a_table(spec: Spec, number: int) -> None:
    assert asked(spec)[number] == list(lines(spec))[number].answers


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs"
