"""Bringing the database up to date: safe to run again, and never with the wrong key file."""

from pathlib import Path

import pytest
from django.db import connection

from mingbai.audit.actions import give_up, open_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.guards import lift_guards
from mingbai.audit.models import Canary
from mingbai.common.errors import RegisterError
from mingbai.common.keys import load_or_make_keys
from mingbai.config.migrating import migrate
from tests.audit.tampering import checked, codes

pytestmark = pytest.mark.database


def _migrated() -> tuple[dict, str]:
    said: list[str] = []
    return migrate(said.append), "\n".join(said)


def test_the_first_time_says_what_a_lost_key_means(settings):
    done, said = _migrated()
    assert done == {"migrations": [], "canaries": [1], "swept": 0}
    assert str(settings.MINGBAI_KEY_FILE) in said
    assert "No backup holds it" in said


def test_a_second_time_finds_nothing_to_do():
    _migrated()
    assert _migrated() == (
        {"migrations": [], "canaries": [], "swept": 0}, "数据库已是最新 / the database is up to date",
    )  # fmt: skip


def test_guards_that_are_gone_are_put_back():
    lift_guards(connection)
    assert "AUD-111" in codes(checked())
    _migrated()
    assert codes(checked()) == []


def test_what_was_given_up_is_swept():
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    give_up(batch)
    assert _migrated()[0]["swept"] == 1


def test_with_another_key_file_nothing_is_done(settings, tmp_path: Path):
    _migrated()
    lift_guards(connection)
    settings.MINGBAI_KEY_FILE = tmp_path / "keys.json"
    load_or_make_keys(settings.MINGBAI_KEY_FILE)
    with pytest.raises(RegisterError, match="KEY-005"):
        _migrated()
    assert Canary.objects.count() == 1
    assert "AUD-111" in codes(checked())
