"""docs/stats.md says of every function what it is; a command's measures stand in its page."""

from __future__ import annotations

import re
from pathlib import Path

from mingbai import stats
from mingbai.cli.stats_figures import MEASURES

DOCS = Path(__file__).parents[2] / "docs"


def test_every_public_name_stands_on_the_page() -> None:
    text = (DOCS / "stats.md").read_text(encoding="utf-8")
    assert [name for name in stats.__all__ if not re.search(rf"\b{name}\b", text)] == []


def test_every_public_name_is_explained_in_chinese_and_english() -> None:
    docs = {name: (getattr(stats, name).__doc__ or "") for name in stats.__all__}
    assert [name for name, text in docs.items() if len(text) < 40] == []
    first = {name: text.partition("\n\n")[0] for name, text in docs.items()}
    assert [name for name, text in first.items() if not re.search(r"[\u4e00-\u9fff]", text)] == []


def test_every_measure_of_the_command_stands_on_its_page() -> None:
    text = (DOCS / "reference" / "stats.md").read_text(encoding="utf-8")
    assert [name for name in MEASURES if f"`{name}" not in text] == []
