"""The drill (恢复演练): fill, back up, destroy, restore, and everything is there again; on both databases."""

import base64
import json
import re
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest

from mingbai.common.keys import load_or_make_keys
from tests.config.filling import Plain
from tests.installation import Installation, copy_of, drop
from tests.postgres import find_binaries

pytestmark = pytest.mark.database
_MAIN = "from mingbai.cli import main; main()"
HOUSEHOLDS = 12


def _mingbai(place: Installation, *arguments: str, code: int = 0) -> str:
    """Run the command; what it said on both channels."""
    done = place.run("-c", _MAIN, *arguments, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def filled(
    template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Filled and backed up to `b.mingbai` once; every test has a copy."""
    made = copy_of(template, tmp_path_factory.mktemp("filled"))
    _mingbai(made, "migrate")
    made.run("-m", "tests.config.filling", "1", str(HOUSEHOLDS))
    made.sql(
        "INSERT INTO django_session VALUES ('sessionkeyofsomebody', 'x', '2030-01-01 00:00:00')"
    )
    said = _mingbai(made, "backup", str(made.folder / "b.mingbai"))
    assert "the key file is not inside, keep it apart" in said
    yield made
    drop(made)


@pytest.fixture
def place(filled: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A filled installation of one's own, with its backup."""
    made = copy_of(filled, tmp_path)
    yield made
    made.stop()
    drop(made)


def _tables(place: Installation) -> dict[str, str]:
    """Each table with the digest of all its rows; sessions stay out of backups."""
    if place.database_url:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = sorted(name for (name,) in place.sql(query))
    rows = {name: sorted(map(repr, place.sql(f'SELECT * FROM "{name}"'))) for name in names}  # noqa: S608
    return {name: sha256("\n".join(rows[name]).encode()).hexdigest() for name in names}


def _destroy(place: Installation) -> None:
    """A dead disk: database, attachments, everything but the key file."""
    for path in sorted((place.folder / "data").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if place.database_url:
        with psycopg.connect(place.database_url, autocommit=True) as server:
            server.execute("DROP SCHEMA public CASCADE")
            server.execute("CREATE SCHEMA public")


def _files(place: Installation) -> dict[str, bytes]:
    folder = place.folder / "data" / "attachments"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


READ_BACK = """
from mingbai.common.starting import start_django; start_django()
from mingbai.households.closing import keys
from mingbai.households.models import BankAccount, Identity
for row in (Identity.objects.order_by("id").first(), Identity.objects.order_by("id").last()):
    print(keys().decrypt(row.id_number, "identity.id_number"), keys().decrypt(row.phone, "identity.phone"))
print(keys().decrypt(BankAccount.objects.order_by("id").last().account, "bankaccount.account"))
from mingbai.decisions.models import PackVersion
from mingbai.decisions.versions import read_version
print(read_version(PackVersion.objects.get()).id)
"""


def test_everything_is_there_again_after_a_dead_disk(place: Installation):
    before, evidence = _tables(place), _files(place)
    assert len(evidence) == 1
    _destroy(place)
    _mingbai(place, "restore", str(place.folder / "b.mingbai"))
    after = _tables(place)
    assert set(before) == set(after)
    assert {name for name in before if before[name] != after[name]} == {
        "audit_event",
        "django_session",
    }
    actions = [action for (action,) in place.sql("SELECT action FROM audit_event ORDER BY id")]
    assert len(actions) > HOUSEHOLDS
    assert actions[-1] == "audit.backup.restored"
    assert _files(place) == evidence
    first, last = Plain(1), Plain(HOUSEHOLDS)
    assert place.run("-c", READ_BACK).stdout.split() == [
        first.id_number, first.phone, last.id_number, last.phone, last.account, "cn",
    ]  # fmt: skip
    assert json.loads(_mingbai(place, "audit", "verify", "--json"))["ok"]


def test_nothing_is_replaced_unasked(place: Installation):
    place.run("-m", "tests.config.filling", "100", "1")
    before = _tables(place)
    assert "DATA-006" in _mingbai(place, "restore", str(place.folder / "b.mingbai"), code=7)
    assert _tables(place) == before
    _mingbai(place, "restore", "--replace", str(place.folder / "b.mingbai"))
    assert place.sql("SELECT count(*) FROM households_household") == [(HOUSEHOLDS,)]


def test_without_the_key_nothing_is_touched_and_none_is_made(place: Installation):
    key, backup = place.folder / "keys" / "keys.json", str(place.folder / "b.mingbai")
    key.rename(place.folder / "kept.json")
    before = _tables(place)
    assert "KEY-001" in _mingbai(place, "restore", "--replace", backup, code=7)
    assert not key.exists()
    load_or_make_keys(key)
    assert "KEY-005" in _mingbai(place, "restore", "--replace", backup, code=7)
    assert "KEY-005" in _mingbai(place, "migrate", code=7)
    assert _tables(place) == before


def test_a_rotated_key_reads_old_and_new(place: Installation):
    _mingbai(place, "keys", "rotate")
    place.run("-m", "tests.config.filling", "500", "1")
    closed = place.sql("SELECT id_number FROM households_identity")
    assert {bytes(value)[0] for (value,) in closed} == {1, 2}
    first, last = Plain(1), Plain(500)
    assert place.run("-c", READ_BACK).stdout.split() == [
        first.id_number, first.phone, last.id_number, last.phone, last.account, "cn",
    ]  # fmt: skip
    assert json.loads(_mingbai(place, "audit", "verify", "--json"))["ok"]


def test_a_backup_holds_neither_the_key_nor_sessions(filled: Installation):
    path = filled.folder / "b.mingbai"
    content = pa.CompressedInputStream(str(path), "zstd").read()
    secret = json.loads((filled.folder / "keys" / "keys.json").read_text())["keys"]["1"].encode()
    assert secret not in content
    assert base64.b64decode(secret) not in content
    assert b"sessionkeyofsomebody" not in content
    with tarfile.open(fileobj=pa.BufferReader(content), mode="r|") as tar:
        names = [member.name for member in tar]
    assert names[:2] == ["manifest.json", "database"]
    assert [name.rpartition("/")[0] for name in names[2:]] == ["files/attachments"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_backups_taken_while_somebody_writes_are_whole(place: Installation, tmp_path: Path):
    writer = place.start("-m", "tests.config.filling", "1000", "9000")
    counted = []
    for number in (1, 2):
        place.wait(f"SELECT count(*) > {HOUSEHOLDS + 5 * number} FROM households_household", bool)  # noqa: S608
        manifest = json.loads(
            _mingbai(place, "backup", str(tmp_path / f"{number}.mingbai"), "--json")
        )
        counted.append(manifest["counts"]["households_household"])
    assert writer.poll() is None
    place.stop()
    assert HOUSEHOLDS < counted[0] < counted[1]
    for number in (1, 2):
        _mingbai(place, "restore", "--replace", str(tmp_path / f"{number}.mingbai"))
        assert place.sql("SELECT count(*) FROM households_household") == [(counted[number - 1],)]


def test_a_damaged_backup_changes_nothing(place: Installation):
    path = place.folder / "b.mingbai"
    content = bytearray(path.read_bytes())
    content[-200] ^= 0xFF
    path.write_bytes(content)
    before = _tables(place)
    assert re.search(r"DATA-00[23]", _mingbai(place, "restore", "--replace", str(path), code=7))
    assert _tables(place) == before
    assert list((place.folder / "data").glob(".restoring-*")) == []


def _stolen(place: Installation) -> bytes:
    """Everything a thief of the data gets: the database with its log, the data folder, a backup unpacked."""
    found = [path.read_bytes() for path in (place.folder / "data").rglob("*") if path.is_file()]
    found.append(pa.CompressedInputStream(str(place.folder / "b.mingbai"), "zstd").read())
    if place.database_url:
        program = [str((find_binaries() or Path()) / "pg_dump"), place.database_url]
        found.append(subprocess.run(program, capture_output=True, check=True).stdout)
    return b"\n".join(found)


def _forms(text: str) -> list[bytes]:
    """As itself, in hexadecimal, in base64 at each of its three alignments, in UTF-16."""
    plain = text.encode()
    coded = [base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]
    return [
        plain,
        plain.hex().encode(),
        plain.hex().upper().encode(),
        text.encode("utf-16-le"),
        *coded,
    ]


def test_a_stolen_database_shows_no_number_of_a_person(place: Installation):
    held = sqlite3.connect(
        place.folder / "data" / "register.sqlite3"
    )  # keeps SQLite's log of writes there
    held.execute("SELECT count(*) FROM sqlite_master")
    place.run("-m", "tests.config.filling", "300", "2")
    stolen = _stolen(place)
    assert (
        b"\xe6\xb5\x8b\xe8\xaf\x95" in stolen
    )  # names stand there: the search for numbers looks at real rows
    assert place.database_url or (place.folder / "data" / "register.sqlite3-wal").stat().st_size > 0
    numbers = [
        text for serial in (*range(1, HOUSEHOLDS + 1), 300, 301) for text in Plain(serial).secrets
    ]
    assert [text for text in numbers if any(form in stolen for form in _forms(text))] == []
    held.close()


def test_the_search_for_stolen_numbers_can_find_one(place: Installation):
    place.sql(f"UPDATE households_membership SET relation = '{Plain(7).phone}'")  # noqa: S608
    assert _forms(Plain(7).phone)[0] in _stolen(place)
