"""Attachments: judged by content, closed on disk, proved when opened; a person's own data."""

import io
import json
import zipfile
from datetime import date

import openpyxl
import pytest

from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from mingbai.households.access import command_reader, person_for, restricted_batches
from mingbai.households.actions import correct_facts, record_facts
from mingbai.households.attachments import (
    LIMIT,
    add_attachment,
    attachments_of,
    folder,
    judge,
    neutral_name,
    open_attachment,
    withdraw_attachment,
)
from mingbai.households.enums import Subject
from mingbai.households.models import Attachment
from mingbai.households.own_data import export_own_data
from tests.households.making import BY, START, household, invented_document, somebody

database = pytest.mark.database
JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 20 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 30 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def package(*names, types=b"<Types/>"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


def bomb():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * (201 * 1024 * 1024))
    return made.getvalue()


DOCX, XLSX = package("word/document.xml"), package("xl/workbook.xml")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (PDF, "application/pdf"),
        (DOCX, "wordprocessingml"),
        (XLSX, "spreadsheetml"),
    ],
)
def test_kinds_are_told_by_content(content, kind):
    assert kind in judge(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"<html><script>alert(1)</script>",
        b"GIF89a",
        b"\xff\xd8\xff cut off",
        b"\x89PNG\r\n\x1a\n cut off",
        b"%PDF-1.7 cut off",
        PDF.replace(b"<<>>", b"<</JavaScript 2 0 R>>"),
        PDF.replace(b"<<>>", b"<</Launch 2 0 R>>"),
        b"PK\x03\x04 broken archive",
        package("readme.txt"),
        package("xl/workbook.xml", "xl/vbaProject.bin"),
        package("word/document.xml", "word/embeddings/oleObject1.bin"),
        package(
            "word/document.xml", types=b"application/vnd.ms-word.document.macroEnabled.main+xml"
        ),
    ],
)
def test_other_contents_are_refused_whatever_they_are_called(content):
    with pytest.raises(RegisterError, match="HOME-061"):
        judge(content)


def test_a_file_that_unpacks_to_a_mountain_is_refused():
    content = bomb()
    assert len(content) < LIMIT
    with pytest.raises(RegisterError, match="HOME-061"):
        judge(content)


def test_ten_megabytes_are_the_limit():
    with pytest.raises(RegisterError, match="HOME-060"):
        judge(JPEG[:-2] + b"x" * LIMIT + b"\xff\xd9")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\住院 证明.exe", "住院 证明.pdf"),
        ("=cmd|' /C calc'!A0.pdf", "_cmd_.pdf"),
        ("a\x00b\r\nc.pdf", "a_b_c.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("...", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 80 + ".pdf"),
    ],
)
def test_names_mean_nothing_to_a_system(title, name):
    made = neutral_name(title, "application/pdf")
    assert made.endswith(".pdf")
    assert not set(made) & set("/\\|=<>:\"'\r\n\x00")
    assert name == made or title.startswith("=")


def add(home, content=PDF, **rest):
    asked = {"title": "住院证明.pdf", **rest}
    return add_attachment(
        actor="user:1", subject=Subject.HOUSEHOLD, subject_id=home, content=content, **asked
    )


@database
def test_a_file_is_closed_on_disk_and_opened_again():
    home, _ = household()
    kept = add(home)
    stored = (folder() / kept.stored_as).read_bytes()
    assert b"%PDF" not in stored
    assert kept.stored_as not in ("住院证明.pdf", kept.title)
    opened = open_attachment(actor="user:2", attachment=kept)
    assert (opened.content, opened.name, opened.media_type) == (
        PDF,
        "住院证明.pdf",
        "application/pdf",
    )
    assert Event.objects.latest("id").action == "households.attachment.opened"
    assert (folder() / kept.stored_as).stat().st_mode & 0o077 == 0


@database
@pytest.mark.parametrize(
    "damage",
    [lambda old: old[:-1] + bytes((old[-1] ^ 1,)), lambda old: b"", lambda old: b"\x63" + old[1:]],
)
def test_a_file_that_was_touched_is_not_opened(damage):
    home, _ = household()
    kept = add(home)
    path = folder() / kept.stored_as
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RegisterError, match="HOME-062"):
        open_attachment(actor="user:2", attachment=kept)


@database
def test_a_file_cannot_be_put_in_the_place_of_another():
    home, _ = household()
    one, other = add(home), add(home, JPEG, title="照片.jpg")
    (folder() / one.stored_as).write_bytes((folder() / other.stored_as).read_bytes())
    with pytest.raises(RegisterError, match="HOME-062"):
        open_attachment(actor="user:2", attachment=one)


@database
def test_nothing_is_left_on_disk_when_the_register_refuses():
    before = set(folder().glob("*"))
    with pytest.raises(RegisterError, match="HOME-001"):
        add(999_999)
    with pytest.raises(RegisterError, match="HOME-010"):
        add(999_999, topic="dreams")
    assert set(folder().glob("*")) == before
    assert not Attachment.objects.exists()


@database
def test_what_is_withdrawn_is_listed_no_more():
    home, _ = household()
    kept = add(home)
    assert list(attachments_of(Subject.HOUSEHOLD, home)) == [kept]
    withdraw_attachment(actor="user:1", attachment=kept, reason="传错了")
    assert list(attachments_of(Subject.HOUSEHOLD, home)) == []


@database
def test_evidence_of_a_restricted_topic_is_listed_with_its_permission_only():
    home, _ = household()
    plain, health = add(home), add(home, topic="health")
    from dataclasses import replace

    everything = command_reader()
    nothing = replace(everything, scopes={})
    day = date(2020, 1, 1)
    listed = attachments_of(Subject.HOUSEHOLD, home, restricted_batches(everything, home, day=day))
    hidden = attachments_of(Subject.HOUSEHOLD, home, restricted_batches(nothing, home, day=day))
    assert (list(listed), list(hidden)) == ([health, plain], [plain])


@database
def test_a_person_gets_all_that_is_held_with_sources_and_looks(tmp_path):
    born = date(1950, 1, 1)
    number = invented_document(born)
    _, (person,) = household([somebody("head", birth=born, id_number=number)])
    record_facts(
        actor="user:1", topic="health", subject_id=person, on=START, values={"health_major": True}
    )
    correct_facts(
        **BY, topic="identity", subject_id=person, on=START, values={"name": "=HYPERLINK(1)"}
    )
    person_for(command_reader(), person, day=date(2020, 1, 1))
    made = export_own_data(
        actor="user:1", person_id=person, folder=tmp_path / "out", reason="本人申请"
    )
    told = json.loads(made["files"][1].read_text(encoding="utf-8"))
    names = [(row["name"], row["现行 stands"]) for row in told["身份信息"]]
    assert names == [("某", False), ("=HYPERLINK(1)", True)]
    assert {row["id_number"] for row in told["身份信息"]} == {number}
    assert told["健康"][0]["health_major"] is True
    assert {row["谁 by"] for row in told["谁看过"]} == {"command", "user:1"}
    book = openpyxl.load_workbook(made["files"][0])
    cells = [
        cell
        for row in book["身份信息"].iter_rows()
        for cell in row
        if cell.value == "=HYPERLINK(1)"
    ]
    assert [cell.data_type for cell in cells] == ["s"]
    event = Event.objects.latest("id")
    assert (event.action, event.target) == ("households.person.exported", f"person:{person}")
    assert number not in event.data
    assert all(path.stat().st_mode & 0o077 == 0 for path in made["files"])


@database
def test_own_data_needs_a_reason_and_a_person(tmp_path):
    with pytest.raises(RegisterError, match="HOME-029"):
        export_own_data(actor="user:1", person_id=1, folder=tmp_path, reason="")
    with pytest.raises(RegisterError, match="HOME-001"):
        export_own_data(actor="user:1", person_id=999_999, folder=tmp_path, reason="本人申请")
