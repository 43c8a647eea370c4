"""Opening a file by its content (按内容识别): the extension is only compared with what was found."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mingbai.tables.formats import excel_xml, html_tables, packages
from mingbai.tables.formats.delimited import open_delimited
from mingbai.tables.formats.grid import GridSheet
from mingbai.tables.formats.locked import unlock_package, unlock_workbook
from mingbai.tables.formats.ods import open_ods
from mingbai.tables.formats.ole import SIGNATURE as OLE
from mingbai.tables.formats.ole import OleFile
from mingbai.tables.formats.parquet import ParquetSheet
from mingbai.tables.formats.sheet import FileRemark, RowSheet, Sheet, UnreadableError
from mingbai.tables.formats.xls import is_encrypted, open_xls
from mingbai.tables.formats.xml_stream import CHUNK, WIDE, read_path
from mingbai.tables.texts import Text

__all__ = ["FileRemark", "Opened", "open_file", "widest"]

# What each kind is called, and the extensions that say so.
_KINDS = {
    "xlsx": (Text("xlsx 工作簿", "an xlsx workbook"), (".xlsx", ".xlsm", ".xltx", ".xltm")),
    "xls": (Text("xls 工作簿", "an xls workbook"), (".xls", ".xlt", ".et", ".ett")),
    "excel-xml": (Text("Excel 2003 XML 表格", "an Excel-2003 XML table"), (".xml",)),
    "html": (Text("网页表格", "a web page with tables"), (".html", ".htm", ".mht", ".mhtml")),
    "ods": (Text("ods 表格", "an ods spreadsheet"), (".ods", ".ots", ".fods")),
    "docx": (Text("Word 文档", "a Word document"), (".docx", ".docm", ".dotx", ".dotm")),
    "parquet": (Text("parquet 文件", "a parquet file"), (".parquet",)),
    "text": (Text("分隔文本", "separated text"), (".csv", ".tsv", ".txt")),
}
_TABLE_SUFFIXES = frozenset(suffix for _, suffixes in _KINDS.values() for suffix in suffixes)
_TEXT_SUFFIXES = frozenset(_KINDS["text"][1])
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
# Pictures and pages that never are tables; other programs' files show themselves by their zero bytes.
_OTHERS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF87a", b"GIF89a", b"%PDF-")
# A zip without its beginning. Letters alone say nothing: PKHBH is how some head 贫困户编号.
_DAMAGED_ZIP = (b"PK\x05\x06", b"PK\x07\x08", b"PK\x01\x02")
_OLD_RECORDS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_START = 8192


@dataclass(frozen=True)
class Opened:
    """An opened file: what it really is, its sheets, and what there is to say about it."""

    kind: str
    sheets: list[RowSheet]
    remarks: list[FileRemark]


def widest(sheet: Sheet) -> int:
    """Of several readings of a text the one that finds most columns, where no layout decides."""
    return max((len(row) for row in sheet.head()), default=0)


def open_file(path: Path, suits: Callable[[Sheet], int], password: str | None = None) -> Opened:
    """The sheets of a file; everything that hinders is UnreadableError with its number.

    `suits` says how well a sheet would fit the known layouts; separated text is taken apart with the
    delimiter that fits best. `password` opens an encrypted file; it is neither kept nor shown.
    """
    if path.is_dir():
        raise UnreadableError("TABLE-025")
    if not path.is_file():
        raise UnreadableError("TABLE-021")
    try:
        opened = _open(path, suits, password)
    except (OSError, MemoryError, RecursionError, UnicodeError) as error:
        raise UnreadableError("TABLE-021") from error
    # A file without a single byte is of no kind at all.
    suffix = _suffix_remark(path, opened.kind) if path.stat().st_size else []
    return Opened(opened.kind, opened.sheets, [*suffix, *opened.remarks])


def _open(path: Path, suits: Callable[[Sheet], int], password: str | None) -> Opened:
    with path.open("rb") as file:
        start = file.read(_START)
    if start.startswith(b"PK\x03\x04"):
        return _open_package(path)
    if start.startswith(OLE):
        return _open_ole(read_path(path), password)
    if start.startswith(b"PAR1"):
        return Opened("parquet", [ParquetSheet(path)], [])
    plain = start.replace(b"\x00", b"")
    if excel_xml.NAMESPACE in plain and b"Workbook" in plain:
        return _of_grids("excel-xml", excel_xml.open_excel_xml(read_path(path)))
    if b"<office:document" in plain and b"spreadsheet" in plain:
        return _of_grids("ods", open_ods(_cut(read_path(path))))
    if html_tables.looks_like_html(start):
        return _of_grids("html", _some(html_tables.open_html(read_path(path))))
    if html_tables.looks_like_web_archive(start):
        return _of_grids("html", _some(html_tables.open_web_archive(read_path(path))))
    if start.startswith(_OLD_RECORDS) and b"\x00" in start[:16]:
        return _open_workbook_stream(read_path(path), macros=False)
    return _open_text(path, start, suits)


def _open_text(path: Path, start: bytes, suits: Callable[[Sheet], int]) -> Opened:
    """Separated text, whatever its name; what no table program writes is refused by its first bytes."""
    suffix = path.suffix.lower()
    if start.startswith(_ARCHIVES):
        raise UnreadableError("TABLE-036")
    if start.startswith(_DAMAGED_ZIP):
        raise UnreadableError("TABLE-021")
    if (start.startswith(_OTHERS) or _is_binary(start)) and suffix not in _TEXT_SUFFIXES:
        raise UnreadableError("TABLE-021" if suffix in _TABLE_SUFFIXES else "TABLE-020")
    try:
        sheets = open_delimited(path, suits)
        return Opened("text", list(sheets), [one for sheet in sheets for one in sheet.remarks()])
    except UnreadableError as error:
        if error.code == "TABLE-027" and suffix not in _TABLE_SUFFIXES:
            raise UnreadableError("TABLE-020") from error
        raise


def _is_binary(start: bytes) -> bool:
    """Whether zero bytes stand where text has none; that of two bytes a sign has them on one side."""
    zeros = start.count(b"\x00")
    even = start[::2].count(b"\x00")
    return zeros > 0 and not start.startswith(WIDE) and max(even, zeros - even) < 0.7 * zeros


def _open_package(source: Path | io.BytesIO) -> Opened:
    """A zip by its parts."""
    try:
        with zipfile.ZipFile(source) as archive:
            kind = packages.kind_of(archive)
            if kind == "xlsb":
                raise UnreadableError("TABLE-028", kind="xlsb")
            remarks = packages.remarks(archive)
            if kind == "xlsx":
                sheets, more = packages.open_xlsx(source, archive)
                return Opened(kind, sheets, remarks + more)
            read = packages.open_ods_package if kind == "ods" else packages.open_docx
            grids = read(archive)
            return _of_grids(kind, _some(grids) if kind == "docx" else grids, remarks)
    except packages.ERRORS as error:
        raise UnreadableError(packages.number_of(error)) from error


def _open_ole(raw: bytes, password: str | None) -> Opened:
    """An old office file, or a new one behind a password."""
    ole = OleFile(raw)
    if ole.has("EncryptedPackage"):
        opened = unlock_package(raw, ole, password)
        if not opened.startswith(b"PK\x03\x04"):
            raise UnreadableError("TABLE-021")
        return _open_package(io.BytesIO(opened))
    name = next((name for name in ("Workbook", "Book") if ole.has(name)), None)
    if name is None:
        raise UnreadableError("TABLE-033" if ole.has("WordDocument") else "TABLE-020")
    stream = ole.stream(name)
    if is_encrypted(stream):
        stream = unlock_workbook(stream, password)
    return _open_workbook_stream(stream, macros="_VBA_PROJECT" in ole.names)


def _open_workbook_stream(stream: bytes, *, macros: bool) -> Opened:
    sheets, links_out = open_xls(stream)
    remarks = [FileRemark("TABLE-101")] if macros else []
    if links_out:
        remarks.append(FileRemark("TABLE-102"))
    return _of_grids("xls", sheets, remarks)


def _of_grids(kind: str, grids: Sequence[GridSheet], remarks: Iterable[FileRemark] = ()) -> Opened:
    """Sheets with what each has to say of itself."""
    return Opened(kind, list(grids), [*remarks, *(one for grid in grids for one in grid.remarks())])


def _some(grids: list[GridSheet]) -> list[GridSheet]:
    if not grids:
        raise UnreadableError("TABLE-034")
    return grids


def _suffix_remark(path: Path, kind: str) -> list[FileRemark]:
    """A word when the name says something else: the next program may go by the name."""
    name, suffixes = _KINDS[kind]
    suffix = path.suffix.lower()
    if suffix in suffixes or suffix not in _TABLE_SUFFIXES:
        return []
    return [FileRemark("TABLE-100", None, {"suffix": suffix, "kind": name})]


def _cut(raw: bytes) -> Iterable[bytes]:
    return (raw[at : at + CHUNK] for at in range(0, len(raw), CHUNK))
