"""Files that come in: limits, wrong types, bombs; what is kept is closed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile

from mingbai.common.errors import RegisterError
from mingbai.common.keys import read_keys
from mingbai.intake.files import MOST_BYTES, FileUpload, accept, folder, opened, plain_name
from mingbai.intake.models import StoredFile
from mingbai.intake.sealing import seal, unseal
from tests.intake.making import FAMILY, Office, home

pytestmark = pytest.mark.database


def workbook(cells: list[list[str]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for line, row in enumerate(cells):
            page.write_row(line, 0, row)
    return made.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def bomb(claimed: int) -> bytes:
    """A workbook whose one sheet says it unpacks to so many bytes."""
    inside = zlib.compress(b"<x/>" * 1000, 9)[2:-4]
    name = b"xl/worksheets/sheet1.xml"
    head = struct.pack(
        "<IHHHHHIIIHH", 0x04034B50, 45, 0, 8, 0, 0, 0, len(inside), claimed, len(name), 0
    )
    entry = struct.pack(
        "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 8, 0, 0, 0, len(inside), claimed, len(name), 0, 0, 0, 0,
        0, 0,
    )  # fmt: skip
    body = head + name + inside
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(entry) + len(name), len(body), 0)
    return body + entry + name + end


class Endless:
    """An upload of more than the limit, made as it is read."""

    name = "大表.csv"

    def __init__(self) -> None:
        self.given = 0

    def chunks(self) -> Iterator[bytes]:
        while True:
            self.given += 1 << 20
            yield bytes(1 << 20)


def test_accepted_file_is_kept_closed_and_opens_again(office: Office) -> None:
    content = workbook([["户编号", "户主姓名"], ["990001", "肖一"]])
    stored = accept(SimpleUploadedFile("../../户.xlsx", content), actor="user:1")
    assert (stored.name, stored.media_type, stored.size) == ("户.xlsx", "xlsx", len(content))
    assert content[:64] not in (folder() / stored.stored_as).read_bytes()
    with opened(stored) as path:
        assert (path.name, path.read_bytes()) == ("户.xlsx", content)
    assert [one.name for one in folder().iterdir()] == [stored.stored_as]


def test_same_content_is_one_file(office: Office) -> None:
    first, second = (
        accept(SimpleUploadedFile(name, b"a,b\n1,2\n"), actor="user:1")
        for name in ("a.csv", "b.csv")
    )
    assert first.pk == second.pk
    assert StoredFile.objects.count() == 1


def test_content_is_on_no_disk_in_the_clear(office: Office) -> None:
    secret = b"990101198001010018"
    accept(SimpleUploadedFile("人.csv", "证件号码\n".encode() + secret), actor="user:1")
    found = [
        path
        for path in Path(site.MINGBAI_DATA).rglob("*")
        if path.is_file() and secret in path.read_bytes()
    ]
    assert found == []


@pytest.mark.parametrize(
    ("name", "content", "number"),
    [
        ("空.csv", b"", "INTAKE-004"),
        ("程序.xlsx", b"MZ\x90\x00" + bytes(100), "INTAKE-002"),
        ("程序.csv", b"\x7fELF\x02\x01\x01" + bytes(100), "INTAKE-002"),
        ("图.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "INTAKE-002"),
        ("文.csv", b"%PDF-1.7\n", "INTAKE-002"),
        ("包.csv", b"\x1f\x8b\x08\x00" + bytes(100), "INTAKE-002"),
        ("脚本.csv", b"#!/bin/sh\nrm -rf /\n", "INTAKE-002"),
        ("库.csv", b"SQLite format 3\x00" + bytes(100), "INTAKE-002"),
        ("乱.csv", bytes(range(256)) * 20, "INTAKE-002"),
        ("普通压缩包.xlsx", packed({"a.txt": b"x"}), "INTAKE-002"),
        ("损坏.xlsx", b"PK\x03\x04" + bytes(200), "INTAKE-002"),
        ("尾巴.xlsx", b"PK\x05\x06" + bytes(18), "INTAKE-002"),
        ("炸弹.xlsx", bomb(3 << 30), "INTAKE-003"),
        ("许多部分.xlsx", packed({f"xl/{n}.xml": b"" for n in range(10_001)}), "INTAKE-003"),
        ("压得太紧.xlsx", packed({"xl/workbook.xml": bytes(40 << 20)}), "INTAKE-003"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith((".csv", ".xlsx")) else "",
)
def test_wrong_file_is_refused_by_its_content(
    office: Office, name: str, content: bytes, number: str
) -> None:
    with pytest.raises(RegisterError, match=number):
        accept(SimpleUploadedFile(name, content), actor="user:1")
    assert not StoredFile.objects.exists()
    assert not list(folder().iterdir())


def test_too_large_upload_is_refused_while_it_comes(office: Office) -> None:
    """At the limit, not after it has all been read."""
    upload = Endless()
    with pytest.raises(RegisterError, match="INTAKE-001"):
        accept(upload, actor="user:1")
    assert upload.given <= MOST_BYTES + (2 << 20)


def test_sparse_file_of_200_megabytes_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "大.csv"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(RegisterError, match="INTAKE-001"):
        accept(FileUpload(path), actor="user:1")


def test_bomb_inside_an_honest_directory_is_stopped_by_the_reader(office: Office) -> None:
    """Two cells in opposite corners: accepted as a workbook, refused as a table; nothing is changed."""
    cells = b"".join(
        b'<row r="%d"><c r="%s%d"><v>1</v></c></row>' % (row, column, row)
        for row, column in ((1, b"A"), (1_048_576, b"XFD"))
    )
    corners = b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"
    parts = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": corners}
    path = office.folder / "角落.xlsx"
    path.write_bytes(packed(parts))
    with pytest.raises(RegisterError, match="INTAKE-006"):
        office.deliver([path])


def test_formula_in_a_cell_is_kept_as_text(office: Office) -> None:
    """``=cmd|…`` is text with a remark, here and in the workbook of the difference."""
    odd = "=cmd|' /C calc'!A0"
    done = office.bring([home()], [{**FAMILY[0], "务工所在地": odd}, FAMILY[1]])
    assert done.difference is not None
    assert done.difference.intake.remarks >= 1


@pytest.mark.parametrize("damage", ["cut", "turned", "swapped"])
def test_altered_sealed_file_does_not_open(office: Office, tmp_path: Path, damage: str) -> None:
    keys = read_keys(site.MINGBAI_KEY_FILE)
    path = tmp_path / "sealed"
    seal([b"a" * (1 << 20), b"b" * (1 << 20), b"c"], path, keys)
    raw = path.read_bytes()
    piece = (1 << 20) + 16 + 5
    altered = {
        "cut": raw[: 13 + 2 * piece],
        "turned": raw[:5000] + bytes((raw[5000] ^ 1,)) + raw[5001:],
        "swapped": raw[:13]
        + raw[13 + piece : 13 + 2 * piece]
        + raw[13 : 13 + piece]
        + raw[13 + 2 * piece :],
    }
    path.write_bytes(altered[damage])
    with pytest.raises(RegisterError, match="INTAKE-005"):
        list(unseal(path, keys))


def test_sealing_keeps_what_was_sealed(office: Office, tmp_path: Path) -> None:
    keys = read_keys(site.MINGBAI_KEY_FILE)
    content = bytes(range(256)) * 9000
    seal([content[:7], content[7:]], tmp_path / "sealed", keys)
    assert b"".join(unseal(tmp_path / "sealed", keys)) == content


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a/b\\户.xlsx", "户.xlsx"),
        ("...", "file"),
        ("户\n\x00.csv", "户.csv"),
        ("户" * 300 + ".csv", "户" * 196 + ".csv"),
    ],
)
def test_name_is_made_harmless(name: str, kept: str) -> None:
    assert plain_name(name) == kept
