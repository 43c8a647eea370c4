"""Every numbered message is documented, and every number that code uses is in a catalogue."""

import importlib.util
import re
from pathlib import Path

from mingbai.tables import catalogue

ROOT = Path(__file__).parents[2]


def _page_tool():
    spec = importlib.util.spec_from_file_location("error_pages", ROOT / "tools" / "error_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_up_to_date():
    tool = _page_tool()
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page()


def test_used_codes_are_in_a_catalogue():
    every = _page_tool().register_catalogues()
    known = {*catalogue(), *(code for one in every.values() for code in one)}
    source = (ROOT / "src").rglob("*.py")
    used = {
        code
        for path in source
        for code in re.findall(r'"([A-Z]{2,}-\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used - known == set()


def test_no_number_stands_in_two_catalogues():
    codes = [code for one in _page_tool().register_catalogues().values() for code in one]
    assert len(codes) == len(set(codes))


def test_catalogued_codes_are_used():
    """A number stands once in its catalogue and at least once where it is raised."""
    sources = (ROOT / "src" / "mingbai").rglob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    every = [code for one in _page_tool().register_catalogues().values() for code in one]
    assert [code for code in every if text.count(f'"{code}"') < 2] == []


def test_messages_name_the_same_blanks_in_both_languages():
    every = _page_tool().register_catalogues().values()
    for code, (zh, en) in [item for one in every for item in one.items()]:
        blanks = [set(re.findall(r"{(\w+?)(?:_zh|_en)?}", text)) for text in (zh, en)]
        assert blanks[0] == blanks[1], code
