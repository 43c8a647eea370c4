"""The audit page says what was done in words; no action of the code is without."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from mingbai.accounts.roles import Permission
from mingbai.audit.actions import record
from mingbai.desk.auditing.words import ACTIONS, CLOSED, OPENED, STATUS, action_words
from mingbai.households.enums import StatusKind

SOURCE = Path(__file__).parents[2] / "src" / "mingbai"
ACTION = re.compile(
    r"(accounts|audit|decisions|desk|households|intake|jobs|places)\.[a-z_]+\.[a-z_]+"
)


def actions_in_code() -> set[str]:
    """Texts that look like an action: three words with points, the first a package of the register."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py"))
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {one for one in texts if ACTION.fullmatch(one)} - {one.value for one in Permission}


def test_every_action_has_words_and_no_words_are_left_over() -> None:
    assert actions_in_code() - ACTIONS.keys() == set()
    assert ACTIONS.keys() - actions_in_code() == set()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_actions_on_statuses_name_the_status(language: str) -> None:
    with translation.override(language):
        said = {
            action_words(f"{STATUS}{kind.value}{turn}")
            for kind in StatusKind
            for turn in (OPENED, CLOSED)
        }
    assert len(said) == 2 * len(StatusKind)
    assert not [one for one in said if one.startswith("households.")]


@pytest.mark.database
def test_page_says_the_words_beside_the_name(signed_in: Callable[[str], Client]) -> None:
    record(actor="command", action="audit.backup.made")
    page = signed_in("auditor").get("/audit/").content.decode()
    assert "做备份" in page
    assert "audit.backup.made" in page
