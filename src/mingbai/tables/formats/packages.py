"""Zipped office files (压缩的办公文件): xlsx, ods and docx told apart by their parts, each guarded first."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mingbai.tables.formats.grid import GridSheet
from mingbai.tables.formats.guard import check_sizes, check_workbook
from mingbai.tables.formats.ods import MIME, open_ods
from mingbai.tables.formats.sheet import FileRemark, RowSheet, UnreadableError
from mingbai.tables.formats.word import open_word
from mingbai.tables.formats.xlsx import open_workbook
from mingbai.tables.formats.xml_stream import CHUNK, MAX_BYTES

ERRORS = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError,
    NotImplementedError, RuntimeError, LookupError,
)  # fmt: skip
_LOCKED = (NotImplementedError, RuntimeError)
_DOCUMENT = re.compile(r"word/document\d*\.xml", re.IGNORECASE)
_LINK = re.compile(r"(?:.*/)?externallinks/[^/]+\.(?:xml|bin)", re.IGNORECASE)
_MACROS = re.compile(r"(?:.*/)?vbaproject\.bin|(?:basic|scripts)/.+", re.IGNORECASE)
_ODS_LOCK = b"encryption-data"


def number_of(error: BaseException) -> str:
    """A part behind a password or packed in a way nobody uses is no damage."""
    return "TABLE-032" if isinstance(error, _LOCKED) else "TABLE-021"


def kind_of(archive: zipfile.ZipFile) -> str:
    """What the parts say: xlsx, xlsb, ods, docx; another archive is refused with its reason."""
    names = {name.lstrip("/").lower() for name in archive.namelist()}
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(map(_DOCUMENT.fullmatch, names)):
        return "docx"
    if "content.xml" in names and "mimetype" in names:
        with archive.open("mimetype") as file:
            if file.read(200).strip().startswith(MIME):
                return "ods"
    office = "[content_types].xml" in names or "mimetype" in names
    raise UnreadableError("TABLE-020" if office else "TABLE-036")


def remarks(archive: zipfile.ZipFile) -> list[FileRemark]:
    """Macros, which are never run, and formulas that took values from other files."""
    names = archive.namelist()
    found = [FileRemark("TABLE-101")] if any(map(_MACROS.fullmatch, names)) else []
    if any(map(_LINK.fullmatch, names)):
        found.append(FileRemark("TABLE-102"))
    return found


def open_xlsx(
    source: Path | io.BytesIO, archive: zipfile.ZipFile
) -> tuple[list[RowSheet], list[FileRemark]]:
    """The worksheets, and what there is to say about their formulas."""
    odd = check_workbook(archive)
    return open_workbook(source, archive, odd)


def open_ods_package(archive: zipfile.ZipFile) -> list[GridSheet]:
    """The sheets of an ods file; one with a password is refused."""
    check_sizes(archive)
    if "META-INF/manifest.xml" in archive.namelist():
        with archive.open("META-INF/manifest.xml") as file:
            if _ODS_LOCK in file.read(1 << 20):
                raise UnreadableError("TABLE-032")
    with archive.open("content.xml") as file:
        return open_ods(_chunks(file))


def open_docx(archive: zipfile.ZipFile) -> list[GridSheet]:
    """The tables of a Word document."""
    check_sizes(archive)
    name = min(name for name in archive.namelist() if _DOCUMENT.fullmatch(name.lstrip("/")))
    with archive.open(name) as file:
        return open_word(_chunks(file))


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A part piece by piece, as long as it is not larger than any table."""
    size = 0
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise UnreadableError("TABLE-024")
        yield chunk
