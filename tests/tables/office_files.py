"""Writers of small files in every format that offices send, byte by byte: nothing third-party inside."""

from __future__ import annotations

import io
import struct
import zipfile
from base64 import encodebytes
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import md5, sha1

import msoffcrypto
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from msoffcrypto.method.rc4 import DocumentRC4
from msoffcrypto.method.rc4_cryptoapi import DocumentRC4CryptoAPI
from msoffcrypto.method.xor_obfuscation import DocumentXOR

Cell = str | float | bool | None
Rows = Sequence[Sequence[Cell]]

_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#N/A": 42}


def ole(streams: Mapping[str, bytes], storages: Sequence[str] = ()) -> bytes:
    """A container with sectors of 512 bytes; short streams are filled up to 4,096 bytes."""
    entries = [("Root Entry", 5, _END, 0)]
    body = b""
    table: list[int] = []
    for name, data in streams.items():
        size = max(len(data), 4096)
        data += bytes(size - len(data) + -size % 512)
        first = len(table)
        table += [*range(first + 1, first + len(data) // 512), _END]
        entries.append((name, 2, first, size))
        body += data
    entries += [(name, 1, _END, 0) for name in storages]
    directory = b"".join(
        _entry(number, *entry, len(entries)) for number, entry in enumerate(entries)
    )
    directory += bytes(-len(directory) % 512)
    start = len(table)
    table += [*range(start + 1, start + len(directory) // 512), _END]
    sectors = -(-(len(table) + 1) // 127)
    place = len(table)
    table += [_TABLE] * sectors
    table += [_FREE] * (-len(table) % 128)
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, sectors, start, 0, 4096,
                          _END, 0, _END, 0)  # fmt: skip
    places = [*range(place, place + sectors)]
    header += struct.pack("<109I", *places, *[_FREE] * (109 - sectors))
    return header + body + directory + struct.pack(f"<{len(table)}I", *table)


def _entry(number: int, name: str, kind: int, first: int, size: int, count: int) -> bytes:
    """Entries hang on one another to the right; the first below the root."""
    label = (name + "\0").encode("utf-16-le")
    right = number + 1 if 0 < number < count - 1 else _FREE
    child = 1 if number == 0 and count > 1 else _FREE
    raw = label.ljust(64, b"\0") + struct.pack("<HBBIII", len(label), kind, 1, _FREE, right, child)
    return raw + bytes(36) + struct.pack("<IQ", first, size)


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, count: str = "<H") -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack(count, len(raw) // 2) + b"\x01" + raw


def biff8(
    sheets: Mapping[str, Rows],
    *,
    hidden: Sequence[str] = (),
    merges: Sequence[tuple[int, int, int, int]] = (),
    extra: bytes = b"",
    dates: Sequence[tuple[int, int]] = (),
) -> bytes:
    """The Workbook stream: shared texts, numbers, truths, errors; `dates` are places shown as days."""
    texts = sorted(
        {
            cell
            for rows in sheets.values()
            for row in rows
            for cell in row
            if isinstance(cell, str) and cell not in _ERRORS and not cell.startswith("=")
        }
    )
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + extra
    begin += _record(0x42, struct.pack("<H", 1200))
    begin += _record(0x41E, struct.pack("<H", 164) + _text('yyyy"年"m"月"d"日"'))
    begin += _record(0xE0, bytes(20)) + _record(0xE0, struct.pack("<HH", 0, 164) + bytes(16))
    shared = struct.pack("<II", len(texts), len(texts)) + b"".join(map(_text, texts))
    table = _record(0xFC, shared) + _record(0x0A)
    size = len(begin) + len(table)
    size += sum(4 + 6 + 2 + 2 * len(name) for name in sheets)
    bounds, bodies = b"", b""
    for name, rows in sheets.items():
        bounds += _record(0x85, struct.pack("<IBB", size + len(bodies), name in hidden, 0)
                          + _text(name, "<B"))  # fmt: skip
        bodies += _sheet(rows, texts, merges, dates)
    return begin + bounds + table + bodies


def _sheet(rows: Rows, texts: list[str], merges: Sequence[tuple[int, int, int, int]],
           dates: Sequence[tuple[int, int]]) -> bytes:  # fmt: skip
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, int((row, column) in dates))
            body += _cell(place, cell, texts)
    if merges:
        areas = b"".join(struct.pack("<HHHH", top, low, left, right)
                         for top, left, low, right in merges)  # fmt: skip
        body += _record(0xE5, struct.pack("<H", len(merges)) + areas)
    return body + _record(0x0A)


def _cell(place: bytes, cell: Cell, texts: list[str]) -> bytes:
    if cell is None:
        return b""
    if isinstance(cell, bool):
        return _record(0x205, place + bytes((cell, 0)))
    if isinstance(cell, float | int):
        return _record(0x203, place + struct.pack("<d", cell))
    if cell in _ERRORS:
        return _record(0x205, place + bytes((_ERRORS[cell], 1)))
    if cell.startswith("="):  # a formula whose stored result is the text behind the sign, or none
        result = _record(0x207, _text(cell[1:])) if cell[1:] else b""
        return _record(0x06, place + bytes(6) + b"\xff\xff" + bytes(8)) + result
    return _record(0xFD, place + struct.pack("<I", texts.index(cell)))


def xls(sheets: Mapping[str, Rows], *, macros: bool = False, **more: object) -> bytes:
    """A whole old workbook."""
    stream = biff8(sheets, **more)  # type: ignore[arg-type]  # handed through as given
    return ole({"Workbook": stream}, ("_VBA_PROJECT_CUR", "_VBA_PROJECT") if macros else ())


def xlsx_bytes(rows: Rows, sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet; a text that begins with = is a formula without a result."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, str) and cell in _ERRORS:
                    page.write_formula(number, place, "=1/0", None, cell)
                elif isinstance(cell, str) and cell.startswith("="):
                    page.write_formula(number, place, "=1+1", None, cell[1:])
                elif cell is not None:
                    page.write(number, place, cell)
    return out.getvalue()


def with_parts(package: bytes, parts: Mapping[str, bytes]) -> bytes:
    """A zip with further parts, or some of its own replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def package(parts: Mapping[str, bytes]) -> bytes:
    """A zip of the given parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def encrypted(raw: bytes, password: str) -> bytes:
    """A new office file behind a password, as the office programs write it."""
    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(raw)).encrypt(password, out)
    return out.getvalue()


def _escaped(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "&#10;")


def excel_xml(rows: Rows, sheet: str = "Sheet1", encoding: str = "utf-8") -> bytes:
    """XML of Excel 2003."""
    lines = []
    for row in rows:
        cells = ""
        for place, cell in enumerate(row, 1):
            if cell is None:
                continue
            kind = "Boolean" if isinstance(cell, bool) else "Number"
            if isinstance(cell, str):
                kind = "Error" if cell in _ERRORS else "String"
            said = str(int(cell)) if isinstance(cell, bool) else _escaped(cell)
            cells += f'<Cell ss:Index="{place}"><Data ss:Type="{kind}">{said}</Data></Cell>'
        lines.append(f"<Row>{cells}</Row>")
    return excel_xml_of(f'<Worksheet ss:Name="{sheet}"><Table>{"".join(lines)}</Table></Worksheet>',
                        encoding)  # fmt: skip


def excel_xml_of(body: str, encoding: str = "utf-8") -> bytes:
    """The same around given worksheets."""
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    )
    return f'{text}<Workbook xmlns="{name}" xmlns:ss="{name}">{body}</Workbook>'.encode(encoding)


def html(rows: Rows, encoding: str = "utf-8", head: str = "") -> bytes:
    """A page with one table, as web systems export it."""
    lines = "".join(
        "<tr>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in row) + "</tr>\n" for row in rows
    )
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    page = f"<html><head>{meta}{head}</head><body><table border=1>{lines}</table></body></html>"
    return page.encode(encoding)


def web_archive(pages: Sequence[bytes], charset: str = "utf-8") -> bytes:
    """A mail whose parts are pages, as Excel saves a workbook as one web page."""
    kind = (
        f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n'
    parts = (b"--x\r\n" + kind.encode() + encodebytes(page) + b"\r\n" for page in pages)
    return head.encode() + b"".join(parts) + b"--x--\r\n"


_ODS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)


def ods(rows: Rows, sheet: str = "Sheet1") -> bytes:
    """An OpenDocument spreadsheet of one sheet."""
    return ods_of(f'<table:table table:name="{sheet}">{ods_rows(rows)}</table:table>')


def ods_rows(rows: Rows) -> str:
    lines = ""
    for row in rows:
        cells = ""
        for cell in row:
            if isinstance(cell, bool):
                said = f'office:value-type="boolean" office:boolean-value="{str(cell).lower()}"'
            elif isinstance(cell, float | int):
                said = f'office:value-type="float" office:value="{cell}"'
            else:
                said = 'office:value-type="string"' if cell else ""
            shown = f"<text:p>{_escaped(cell)}</text:p>" if cell is not None else ""
            cells += f"<table:table-cell {said}>{shown}</table:table-cell>"
        lines += f"<table:table-row>{cells}</table:table-row>"
    return lines


def ods_of(tables: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """The same around given tables, with further parts."""
    body = (
        f'<?xml version="1.0"?><office:document-content {_ODS}><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    return package({"mimetype": mime, "content.xml": body.encode(), **(more or {})})


def docx(*tables: Rows) -> bytes:
    """A Word document with tables."""
    parts = ""
    for rows in tables:
        lines = "".join(
            "<w:tr>" + "".join(f"<w:tc>{word_text(cell)}</w:tc>" for cell in row) + "</w:tr>"
            for row in rows
        )
        parts += f"<w:p/><w:tbl>{lines}</w:tbl>"
    return docx_of(parts)


def word_text(cell: Cell) -> str:
    return f"<w:p><w:r><w:t>{_escaped(cell)}</w:t></w:r></w:p>"


def docx_of(body: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """The same around a given body, with further parts."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<?xml version="1.0"?><w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>'
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": text.encode()}
    return package({**parts, **(more or {})})


def parquet(rows: Rows) -> bytes:
    """The first row as the names of the columns; all columns as text."""
    names = [str(cell) for cell in rows[0]]
    columns = {
        name: pa.array([None if row[place] is None else str(row[place]) for row in rows[1:]])
        for place, name in enumerate(names)
    }
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


# The record of a book that formulas refer to: two sheets of another file.
EXTERNAL_BOOK = _record(0x1AE, struct.pack("<H", 2) + _text("other.xls"))


def rc4_locked(sheets: Mapping[str, Rows], password: str, *, newer: bool = False) -> bytes:
    """An old workbook behind a password: all but the first records and a few fields turned by RC4.

    `newer` is the way of Excel 2002 and later, with a key of 128 bits.
    """
    salt, verifier = bytes(range(16)), bytes(16)
    if newer:
        turn = partial(DocumentRC4CryptoAPI.decrypt, password, salt, 128)
        said = turn(io.BytesIO(verifier + sha1(verifier, usedforsecurity=False).digest())).read()
        header = struct.pack("<IIIIIIII", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + bytes(2)
        info = struct.pack("<HHHII", 1, 2, 2, 4, len(header)) + header
        info += struct.pack("<I", 16) + salt + said[:16] + struct.pack("<I", 20) + said[16:]
    else:
        turn = partial(DocumentRC4.decrypt, password, salt)
        said = turn(io.BytesIO(verifier + md5(verifier, usedforsecurity=False).digest())).read()
        info = struct.pack("<HHH", 1, 1, 1) + salt + said
    plain = biff8(sheets, extra=_record(0x2F, info))
    cover = turn(io.BytesIO(plain), blocksize=1024).read()
    out, at = bytearray(cover), 0
    while at < len(plain):
        kind, size = struct.unpack_from("<HH", plain, at)
        clear = size if kind in (0x809, 0x2F) else 4 if kind == 0x85 else 0
        out[at : at + 4 + clear] = plain[at : at + 4 + clear]
        at += 4 + size
    return ole({"Workbook": bytes(out)})


def xor_locked(sheets: Mapping[str, Rows], verifier: int, password: str) -> bytes:
    """The oldest way: each content turned by a key of sixteen bytes that begins where it ends."""
    key = DocumentXOR.create_xor_array_method1(password)
    plain = biff8(sheets, extra=_record(0x2F, struct.pack("<HHH", 0, 0, verifier)))
    out, at = bytearray(plain), 0
    while at < len(plain):
        kind, size = struct.unpack_from("<HH", plain, at)
        clear = size if kind in (0x809, 0x2F) else 4 if kind == 0x85 else 0
        for place in range(at + 4 + clear, at + 4 + size):
            # A sheet's name counts as if its four clear bytes were encrypted too.
            turn = (at + 4 + size + (place - at - 4)) % 16
            byte = plain[place]
            out[place] = (byte << 5 | byte >> 3) & 0xFF ^ key[turn]
        at += 4 + size
    return ole({"Workbook": bytes(out)})
