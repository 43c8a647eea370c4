"""Every text of the screens has an English one, whole and with its blanks; the traditional ones are as made.

Run `make words` after a change of texts, and write the English that it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import override

from mingbai.common.traditional import traditional
from mingbai.desk.components.words import refusal_words
from mingbai.desk.jobs.words import step_words
from mingbai.documents.words import words as document_words_of
from mingbai.tables.texts import Text
from tools import words

SCREENS = sorted((words.SOURCE / "desk").rglob("*.html"))
HAN = re.compile(r"[\u3400-\u9fff]")
BLANK = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")
SPOKEN = re.compile(r"""\b_\(\s*("[^"]*"|'[^']*')\s*\)""")
TRANSLATING = ("translate ", "blocktranslate", "trans ", "blocktrans")


@pytest.fixture(scope="module")
def texts() -> set[tuple[str, str | None]]:
    return {(one.texts[0], one.context) for one in words.in_code()}


def messages(language: str) -> list[Message]:
    return [one for one in words.read(language) if one.id]


def key_of(message: Message) -> tuple[str, str | None]:
    return singular(message), message.context


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def strings(message: Message) -> tuple[str, ...]:
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_catalogue_has_the_texts_of_the_code_and_no_others(
    language: str, texts: set[tuple[str, str | None]]
) -> None:
    stand = {key_of(one) for one in messages(language)}
    assert (sorted(map(str, texts - stand)), sorted(map(str, stand - texts))) == ([], [])


def test_every_text_has_an_english_one() -> None:
    assert [one.id for one in messages("en") if not all(strings(one))] == []


def test_no_english_text_is_a_guess() -> None:
    assert [one.id for one in messages("en") if one.fuzzy] == []


def test_english_texts_hold_no_chinese() -> None:
    assert [one.string for one in messages("en") if HAN.search("".join(strings(one)))] == []


def blanks_of(text: str) -> set[str]:
    return set(BLANK.findall(text))


def test_english_texts_keep_every_blank_and_mark() -> None:
    """The form for one thing may say "one" without its figure; every other keeps all."""
    wrong = {
        singular(one): said
        for one in messages("en")
        for at, said in enumerate(strings(one))
        if blanks_of(said) != blanks_of(singular(one))
        and not (
            isinstance(one.id, tuple) and at == 0 and blanks_of(said) < blanks_of(singular(one))
        )
    }
    assert wrong == {}


def test_english_texts_have_straight_quotes() -> None:
    """Fonts for Chinese draw curly ones as wide as a character."""
    assert [
        one.string for one in messages("en") if re.search("[‘’“”]", "".join(strings(one)))
    ] == []


def test_counting_texts_are_two_in_english() -> None:
    same = [one.id for one in messages("en") if isinstance(one.id, tuple)]
    assert [id_ for id_ in same if len(id_) != 2] == []


def test_traditional_texts_are_as_made() -> None:
    stands = {key_of(one): strings(one)[0] for one in messages("zh_Hant")}
    assert {key: traditional(key[0]) for key in stands} == stands


@pytest.mark.parametrize(
    ("simplified", "expected"),
    [
        ("监测对象的户", "監測對象的戶"),  # a term of policy, not of software
        ("程序、项目", "程序、項目"),
        ("登录账号", "登入帳號"),
        ("后台任务", "後台任務"),
        ("%(day)s 起", "%(day)s 起"),
        ("Mingbai", "Mingbai"),
    ],
)  # fmt: skip
def test_traditional_text_keeps_the_terms_of_policy(simplified: str, expected: str) -> None:
    assert traditional(simplified) == expected


def untranslated(path: Path) -> Iterator[str]:
    """Chinese of a template that stands outside every translating tag."""
    inside = comment = False
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type == TokenType.BLOCK and token.contents.startswith("comment"):
            comment = True
        elif token.token_type == TokenType.BLOCK and token.contents.startswith("endcomment"):
            comment = False
        elif token.token_type == TokenType.BLOCK and token.contents.startswith("blocktrans"):
            inside = True
        elif token.token_type == TokenType.BLOCK and token.contents.startswith("endblocktrans"):
            inside = False
        elif not inside and not comment and HAN.search(unspoken(token)):
            yield f"{path.name}:{token.lineno} {token.contents.strip()[:60]}"


def unspoken(token: Token) -> str:
    """What of a token is not handed to a translation."""
    if token.token_type == TokenType.COMMENT or token.contents.startswith(TRANSLATING):
        return ""
    return SPOKEN.sub("", token.contents)


def test_templates_say_nothing_untranslated() -> None:
    assert [place for path in SCREENS for place in untranslated(path)] == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh-hans", "没有这样的户（HOME-001）"),
        ("en", "no such household (HOME-001)"),
        ("zh-hant", "沒有這樣的戶（HOME-001）"),
    ],
)
def test_refusal_that_a_job_kept_is_in_the_language_of_the_page(
    language: str, expected: str
) -> None:
    with override(language):
        assert refusal_words("HOME-001 没有这样的户 / no such household") == expected
        assert refusal_words("interrupted") == "interrupted"


def test_documents_speak_traditional_characters() -> None:
    say = document_words_of("zh-hant")
    assert say.count("{n} 户", 1200) == "1,200 戶"
    assert say.of(Text("监测对象", "watched")) == "監測對象"


def test_step_of_a_job_is_said_in_words_or_not_at_all() -> None:
    with override("en"):
        assert step_words("mark") == "Mark problems"
        assert step_words("households_person") == ""
