"""The key file belongs to the database, or nothing is done with it."""

from pathlib import Path

import pytest

from mingbai.audit.canary import check_keys, keep_canaries, rotate
from mingbai.audit.models import Canary, Event
from mingbai.common.errors import RegisterError
from mingbai.common.keys import load_or_make_keys, read_keys

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _own_key(settings, tmp_path: Path) -> None:
    settings.MINGBAI_KEY_FILE = tmp_path / "keys.json"
    load_or_make_keys(settings.MINGBAI_KEY_FILE)


def _other_file(settings) -> None:
    settings.MINGBAI_KEY_FILE.unlink()
    load_or_make_keys(settings.MINGBAI_KEY_FILE)


def test_an_empty_database_takes_any_key(settings):
    check_keys()
    assert keep_canaries() == [1]
    check_keys()
    assert keep_canaries() == []


def test_another_key_file_is_refused_and_both_fingerprints_are_named(settings):
    keep_canaries()
    wanted = read_keys(settings.MINGBAI_KEY_FILE).fingerprint(1)
    _other_file(settings)
    found = read_keys(settings.MINGBAI_KEY_FILE).fingerprint(1)
    with pytest.raises(RegisterError, match=rf"KEY-005.*{wanted}.*{found}"):
        check_keys()


def test_a_file_that_lost_a_version_is_refused(settings):
    keep_canaries()
    before = settings.MINGBAI_KEY_FILE.read_bytes()
    assert rotate(actor="command") == 2
    settings.MINGBAI_KEY_FILE.unlink()
    settings.MINGBAI_KEY_FILE.write_bytes(before)
    settings.MINGBAI_KEY_FILE.chmod(0o600)
    with pytest.raises(RegisterError, match="KEY-005"):
        check_keys()


def test_a_rotation_stands_in_the_chain_and_closes_new_values():
    keep_canaries()
    rotate(actor="user:1")
    event = Event.objects.get()
    assert (event.actor, event.action, event.data) == (
        "user:1",
        "audit.key.rotated",
        '{"version":2}',
    )
    assert [bytes(canary.value)[0] for canary in Canary.objects.order_by("version")] == [1, 2]


def test_no_rotation_with_another_key_file(settings):
    keep_canaries()
    _other_file(settings)
    with pytest.raises(RegisterError, match="KEY-005"):
        rotate(actor="command")
    assert read_keys(settings.MINGBAI_KEY_FILE).current == 1


def test_a_key_file_beside_the_data_is_refused(settings, tmp_path):
    settings.MINGBAI_DATA = tmp_path
    with pytest.raises(RegisterError, match="KEY-007"):
        check_keys()


def test_looking_at_the_keys_is_no_transaction(django_assert_num_queries, transactional_db):
    """On SQLite a transaction waits for the one writer; whoever watches the server asks often."""
    keep_canaries()
    with django_assert_num_queries(1):
        check_keys()
