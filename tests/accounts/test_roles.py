"""Roles in code and their page say the same, and hold what the design demands of them."""

from __future__ import annotations

import pytest

from mingbai.accounts.roles import OUTSIDE, PERMISSION_LABELS, ROLES, Permission, Role
from mingbai.places.enums import Level
from tools.role_pages import PAGE, page

ALL = list(ROLES.values())
WRITES = {one for one in Permission if one.endswith((".write", ".import", ".undo"))}
RESTRICTED = {one for one in Permission if one.split(".")[0] in ("health", "conviction", "bank")}


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run make docs"


def test_every_permission_has_a_label_and_a_role() -> None:
    assert set(PERMISSION_LABELS) == set(Permission)
    assert {one for role in ALL for one in role.permissions} == set(Permission)


@pytest.mark.parametrize("role", ALL, ids=lambda role: role.key)
def test_restricted_topic_is_opened_with_its_reason(role: Role) -> None:
    words = {"health": "健康", "conviction": "刑", "bank": "账号"}
    opened = {one.split(".")[0] for one in role.permissions & RESTRICTED}
    assert [
        topic for topic in opened if not role.by_topic and words[topic] not in role.does_zh
    ] == []


def test_second_factor_is_for_county_roles() -> None:
    assert {role.key for role in ALL if role.second_factor} == {
        role.key for role in ALL if role.level == Level.COUNTY
    }


def test_administrator_and_auditor_see_no_household() -> None:
    for key in ("account_administrator", "auditor"):
        assert Permission.HOUSEHOLDS_READ not in ROLES[key].permissions


def test_who_judges_does_not_write() -> None:
    judges = [
        role for role in ALL if role.duties & {"approves", "inspects", "audits", "administers"}
    ]
    assert [role.key for role in judges if role.permissions & WRITES] == []


def test_outside_reading_opens_neither_writes_nor_restricted_topics() -> None:
    assert not OUTSIDE & (WRITES | RESTRICTED | {Permission.NUMBERS_READ})
