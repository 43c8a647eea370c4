"""Every fact of the national pack has a place in the register, or a reason why not."""

import pytest

from mingbai.decisions.columns import (
    ABSENT,
    COLUMNS,
    FROM_MEMBERSHIPS,
    FROM_PLACES,
    FROM_STATUSES,
    LAST_YEAR_SPEAKS,
    is_known,
)
from mingbai.engine.model.values import Kind
from mingbai.households.topics import topic_of
from tests.decisions.filling import cn

FACTS = [(entity, fact) for entity, facts in cn().facts.items() for fact in facts]
MAPPED = [(entity, fact) for entity, facts in COLUMNS.items() for fact in facts]
FIELDS = {
    Kind.BOOL: {"BooleanField"},
    Kind.NUMBER: {"IntegerField", "BigIntegerField"},
    Kind.DATE: {"DateField"},
    Kind.CODE: {"CharField"},
    Kind.TEXT: {"CharField"},
}


@pytest.mark.parametrize(("entity", "fact"), FACTS)
def test_fact_of_the_pack_is_mapped_or_absent_for_a_reason(entity, fact):
    assert is_known(entity, fact) != ((entity, fact) in ABSENT)


@pytest.mark.parametrize(("entity", "fact"), MAPPED)
def test_column_exists_and_holds_what_the_pack_says(entity, fact):
    topic, column = COLUMNS[entity][fact]
    field = topic_of(topic).model._meta.get_field(column)
    assert field.get_internal_type() in FIELDS[cn().facts[entity][fact].type.kind]


def test_nothing_of_statuses_memberships_or_places_is_unknown_to_the_pack():
    named = {("household", name) for name in (*FROM_STATUSES, *FROM_PLACES)}
    named |= {("person", name) for name in FROM_MEMBERSHIPS}
    assert named <= set(FACTS)


def test_no_encrypted_or_named_column_is_read():
    read = {(topic, column) for facts in COLUMNS.values() for topic, column in facts.values()}
    hidden = {(topic, column) for topic, _ in read for column in topic_of(topic).encrypted}
    assert not read & (hidden | {("identity", "name"), ("residence", "address")})


def test_restricted_topics_are_only_those_the_rules_ask_for():
    read = {topic for facts in COLUMNS.values() for topic, _ in facts.values()}
    assert {key for key in read if topic_of(key).restriction} == {"health", "bill"}


def test_topics_that_speak_after_their_year_exist():
    assert all(topic_of(key) for key in LAST_YEAR_SPEAKS)
