"""The file of a backup: whatever is wrong with it is found before anything is touched."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mingbai.common.errors import RegisterError
from mingbai.common.keys import load_or_make_keys, read_keys, rotate
from mingbai.config.archives import check_keys_of, read_manifest, unpack, write_archive


def _archive(folder: Path, **manifest: Any) -> Path:
    (folder / "dump").write_bytes(bytes(range(256)) * 400)
    (folder / "letter").write_text("附件")
    parts = {"database": folder / "dump", "files/attachments/a": folder / "letter"}
    write_archive(folder / "b.mingbai", {"keys": {}, **manifest}, parts)
    return folder / "b.mingbai"


def test_what_was_packed_comes_out(tmp_path):
    path = _archive(tmp_path, version="0.1.0")
    manifest = read_manifest(path)
    unpack(path, manifest, tmp_path / "out")
    assert (tmp_path / "out" / "database").read_bytes() == (tmp_path / "dump").read_bytes()
    assert (tmp_path / "out" / "files" / "attachments" / "a").read_text() == "附件"
    assert manifest["version"] == "0.1.0"
    assert {
        file.stat().st_mode & 0o777 for file in (tmp_path / "out").rglob("*") if file.is_file()
    } == {0o600}


def test_a_file_that_is_there_is_never_overwritten(tmp_path):
    (tmp_path / "b.mingbai").write_text("old")
    with pytest.raises(RegisterError, match="DATA-008"):
        _archive(tmp_path)
    assert (tmp_path / "b.mingbai").read_text() == "old"
    assert list(tmp_path.glob("*.partial*")) == []


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 something else", b"SQLite format 3\x00" + bytes(4096)]
)
def test_a_file_that_is_no_backup_is_refused(tmp_path, content):
    (tmp_path / "b.mingbai").write_bytes(content)
    with pytest.raises(RegisterError, match="DATA-002"):
        read_manifest(tmp_path / "b.mingbai")


def test_a_backup_of_another_format_is_refused(tmp_path):
    with pytest.raises(RegisterError, match="DATA-002"):
        read_manifest(_archive(tmp_path, format=99))


@pytest.mark.parametrize("at", range(0, 1200, 37))
def test_a_changed_byte_is_found(tmp_path, at):
    path = _archive(tmp_path)
    content = bytearray(path.read_bytes())
    place = at * len(content) // 1200
    content[place] ^= 0x5A
    path.write_bytes(content)
    with pytest.raises(RegisterError, match=r"DATA-00[23]"):
        unpack(path, read_manifest(path), tmp_path / "out")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_backup_is_found(tmp_path, share):
    path = _archive(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(RegisterError, match=r"DATA-00[23]"):
        unpack(path, read_manifest(path), tmp_path / "out")


@pytest.mark.parametrize("name", ["../outside", "/outside", "files/../../outside", "extra"])
def test_a_part_that_leads_outside_or_is_not_listed_is_refused(tmp_path, name):
    path = _archive(tmp_path)
    manifest = read_manifest(path)
    manifest["parts"][1]["name"] = name
    with pytest.raises(RegisterError, match="DATA-003"):
        unpack(path, manifest, tmp_path / "out")
    (tmp_path / "letter").write_text("x")
    write_archive(tmp_path / "c", {"keys": {}}, {name: tmp_path / "letter"})
    outside = read_manifest(tmp_path / "c") if name != "extra" else {"parts": []}
    with pytest.raises(RegisterError, match="DATA-003"):
        unpack(tmp_path / "c", outside, tmp_path / "out2")


def test_the_keys_of_a_backup_are_recognised(tmp_path):
    path = tmp_path / "keys.json"
    keys = load_or_make_keys(path)
    wanted = {"keys": {"1": keys.fingerprint(1)}}
    rotate(path)
    assert check_keys_of(wanted, path).current == 2
    with pytest.raises(RegisterError, match="KEY-005"):
        check_keys_of({"keys": {**wanted["keys"], "3": "0" * 12}}, path)
    other = tmp_path / "other.json"
    load_or_make_keys(other)
    with pytest.raises(RegisterError, match="KEY-005"):
        check_keys_of(wanted, other)
    assert read_keys(path).fingerprint(2) != keys.fingerprint(1)


def test_the_manifest_stands_first_and_says_that_the_key_is_not_inside(tmp_path):
    content = pa.CompressedInputStream(str(_archive(tmp_path)), "zstd").read()
    assert content.startswith(b"manifest.json\x00")
    start = content.index(b"{")
    assert (
        "key file is not inside"
        in json.loads(content[start : content.index(b"\x00", start)])["what"]
    )
