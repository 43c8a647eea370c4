"""The page of the register names every topic, status and error of its tables."""

from pathlib import Path

import pytest

from mingbai.households import actions
from mingbai.households.enums import StatusKind
from mingbai.households.topics import DIGESTS, TOPICS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "register.md").read_text(
    encoding="utf-8"
)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.key)
def test_every_topic_stands_in_the_page(topic):
    restricted = "" if topic.restriction is None else topic.restriction.value.replace("_", " ")
    time = topic.span.value + (", many" if topic.many else "")
    row = f"| `{topic.key}` | {topic.zh} | {topic.subject.value} | {time} | {restricted}"
    assert row.rstrip() in PAGE


def test_every_status_and_action_stands_in_the_page():
    assert [kind for kind in StatusKind if f"`{kind.value}` {kind.label}" not in PAGE] == []
    named = [name for name in actions.__all__ if name.islower()]
    assert [name for name in named if f"`{name}`" not in PAGE] == []


def test_digests_are_not_for_people_to_write():
    hidden = {name for names in DIGESTS.values() for name in names}
    assert [topic.key for topic in TOPICS.values() if hidden & set(topic.columns)] == []


def test_encrypted_columns_are_bytes():
    kinds = {
        topic.model._meta.get_field(name).get_internal_type()
        for topic in TOPICS.values()
        for name in topic.encrypted
    }
    assert kinds == {"BinaryField"}
