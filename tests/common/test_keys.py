"""Keys: the file is private, versioned and made once; what is closed opens only in its own column."""

import base64
import json
import os
import threading
from pathlib import Path

import pytest

from mingbai.common.errors import RegisterError
from mingbai.common.keys import Keys, load_or_make_keys, read_keys, rotate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keys.json"


def test_the_file_is_made_once_and_is_private(path):
    first = load_or_make_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert load_or_make_keys(path).secrets == first.secrets
    assert list(path.parent.iterdir()) == [path]


def test_two_first_starts_at_once_make_one_key(path):
    found: list[Keys] = []
    ready = threading.Barrier(8)

    def start() -> None:
        ready.wait()
        found.append(load_or_make_keys(path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len({keys.secrets[1] for keys in found}) == 1


def test_where_a_database_is_no_key_is_made(path, tmp_path):
    database = tmp_path / "register.sqlite3"
    database.touch()
    with pytest.raises(RegisterError, match="KEY-001"):
        load_or_make_keys(path, unless=database)
    assert not path.exists()


@pytest.mark.parametrize("content", ["", "{}", '{"keys": 1}', '{"keys": {"1": "*"}, "current": 1}'])
def test_a_file_that_cannot_be_read_is_refused(path, content):
    load_or_make_keys(path)
    path.write_text(content)
    with pytest.raises(RegisterError, match="KEY-001"):
        read_keys(path)


def test_a_file_that_others_can_read_is_refused(path):
    load_or_make_keys(path)
    path.chmod(0o640)
    with pytest.raises(RegisterError, match="KEY-002"):
        read_keys(path)


def test_a_value_opens_in_its_column_alone(path):
    keys = load_or_make_keys(path)
    closed = keys.encrypt("990101195001010018", "identity.id_number")
    assert keys.decrypt(closed, "identity.id_number") == "990101195001010018"
    assert keys.encrypt("990101195001010018", "identity.id_number") != closed
    with pytest.raises(RegisterError, match="KEY-004"):
        keys.decrypt(closed, "identity.phone")
    with pytest.raises(RegisterError, match="KEY-004"):
        keys.decrypt(closed[:-1] + bytes([closed[-1] ^ 1]), "identity.id_number")


@pytest.mark.parametrize("value", [b"", b"\x07" + bytes(40)])
def test_a_value_of_an_unknown_version_says_so(path, value):
    with pytest.raises(RegisterError, match="KEY-003"):
        load_or_make_keys(path).decrypt(value, "identity.phone")


def test_a_rotation_keeps_what_was_closed_and_every_digest(path):
    before = load_or_make_keys(path)
    closed, digest = before.encrypt("text", "c"), before.digest("text", "id")
    assert rotate(path) == 2
    after = read_keys(path)
    assert after.decrypt(closed, "c") == "text"
    assert after.digest("text", "id") == digest
    assert after.encrypt("text", "c")[0] == 2
    assert after.derived("sessions") == before.derived("sessions")
    assert path.stat().st_mode & 0o777 == 0o600


def test_there_are_no_more_than_255_versions(path):
    load_or_make_keys(path)
    said = json.loads(path.read_text())
    said["keys"] = {
        str(number): base64.b64encode(os.urandom(32)).decode() for number in range(1, 256)
    }
    path.write_text(json.dumps(said))
    with pytest.raises(RegisterError, match="KEY-006"):
        rotate(path)


def test_digests_differ_by_purpose_and_by_key(path, tmp_path):
    keys, other = load_or_make_keys(path), load_or_make_keys(tmp_path / "other.json")
    assert (
        len(
            {keys.digest("1234", "id4"), keys.digest("1234", "phone4"), other.digest("1234", "id4")}
        )
        == 3
    )


def test_fingerprints_tell_keys_apart(path, tmp_path):
    keys = load_or_make_keys(path)
    assert keys.fingerprint(1) == read_keys(path).fingerprint(1)
    assert keys.fingerprint(1) != load_or_make_keys(tmp_path / "other.json").fingerprint(1)
