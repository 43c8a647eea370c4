"""Every sentence has an English text, and its blanks."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from mingbai.documents.words import words

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "mingbai" / "documents").glob("**/*.py"))
CATALOGUE = ROOT / "src" / "mingbai" / "locale" / "en" / "LC_MESSAGES" / "mingbai.po"
SPEAKING = {"say", "parts", "count", "count_parts"}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name(node) in SPEAKING:
                yield f"{path.name}:{node.lineno}", node


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _said() -> dict[str, bool]:
    """Every sentence of the code, and whether it counts."""
    found: dict[str, bool] = {}
    for _, call in _calls():
        text = call.args[0]
        if isinstance(text, ast.Constant):
            found[text.value] = "count" in _name(call)
    return found


def _catalogue() -> dict[str, tuple[str, ...]]:
    with CATALOGUE.open("rb") as file:
        messages = read_po(file, locale="en", abort_invalid=True)
    found = {}
    for message in messages:
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string
        found[key] = (text,) if isinstance(text, str) else tuple(text)
    return {key: texts for key, texts in found.items() if key}


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_sentences_are_written_out_in_the_code() -> None:
    dynamic = [place for place, call in _calls() if not isinstance(call.args[0], ast.Constant)]
    assert [place for place in dynamic if not place.startswith("words.py")] == []


def test_every_sentence_has_an_english_text() -> None:
    catalogue = _catalogue()
    assert [text for text in _said() if not all(catalogue.get(text, ("",)))] == []


def test_no_english_text_is_left_over() -> None:
    assert sorted(set(_catalogue()) - set(_said())) == []


def test_counting_sentences_have_two_english_texts() -> None:
    catalogue = _catalogue()
    counting = {text for text, counts in _said().items() if counts}
    assert {text for text, texts in catalogue.items() if len(texts) == 2} == counting


def test_english_texts_keep_every_blank() -> None:
    wrong = {
        text: found
        for text, texts in _catalogue().items()
        for found in texts
        if _blanks(found) != _blanks(text)
    }
    assert wrong == {}


def test_english_texts_hold_no_chinese() -> None:
    assert [
        found
        for texts in _catalogue().values()
        for found in texts
        if any("\u4e00" <= char <= "\u9fff" for char in found)
    ] == []


def test_the_compiled_catalogue_is_up_to_date() -> None:
    say = words("en")
    stale = [
        text
        for text, texts in _catalogue().items()
        if len(texts) == 1 and "{" not in text and say.say(text) != texts[0]
    ]
    assert stale == [], "run: make setup"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        words("fr")


def test_counts_follow_the_language() -> None:
    assert words("en").count("{n} 户", 1) == "1 household"
    assert words("en").count("{n} 户", 1200) == "1,200 households"
    assert words("zh").count("{n} 户", 1200) == "1,200 户"
