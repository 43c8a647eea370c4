"""Every numbered message is documented, and every number that code uses is in a catalogue."""

import importlib.util
import re
from pathlib import Path

from mingbai.engine.errors import CATALOGUE
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
    known = {*CATALOGUE, *catalogue()}
    source = (ROOT / "src").rglob("*.py")
    used = {
        code
        for path in source
        for code in re.findall(r'"((?:PACK|RUN|TABLE)-\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used - known == set()


def test_catalogued_engine_codes_are_used():
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src" / "mingbai").rglob("*.py")
        if path.name != "errors.py"
    )
    assert [code for code in CATALOGUE if f'"{code}"' not in text] == []


def test_messages_name_the_same_blanks_in_both_languages():
    for code, (zh, en) in CATALOGUE.items():
        blanks = [set(re.findall(r"{(\w+?)(?:_zh|_en)?}", text)) for text in (zh, en)]
        assert blanks[0] == blanks[1], code
