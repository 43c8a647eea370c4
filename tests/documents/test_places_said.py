"""A stored group number is printed as the desk says it."""

import pytest

from mingbai.documents.values import place_words
from mingbai.documents.words import Words


@pytest.mark.parametrize(
    ("stored", "said"), [("010", "10组"), ("3", "3组"), ("上湾组", "上湾组"), ("大坪村", "大坪村")]
)
def test_group_is_printed_as_people_say_it(stored: str, said: str) -> None:
    assert place_words(stored, Words("zh")) == said


def test_group_is_printed_in_the_language_of_the_document() -> None:
    assert place_words("010", Words("en")) == "group 10"
    assert place_words("010", Words("zh-hant")) == "10組"
