"""Reading XML as a stream (流式解析): nothing is built, nothing declared is expanded, depth is bounded.

Office programs write no document type. A file that declares one wants its entities expanded, a few
lines into gigabytes, or files of this machine read; it is refused before the first is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.parsers import expat

from mingbai.tables.formats.delimited import decode
from mingbai.tables.formats.sheet import UnreadableError

MAX_BYTES = 512 << 20
MAX_DEPTH = 256
CHUNK = 1 << 16
_MAX_TOKEN = 32 << 20
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# What the parser knows by itself; everything else is decoded before.
_KNOWN = frozenset(("utf-16", "us-ascii", "iso-8859-1"))
WIDE = (b"\xff\xfe", b"\xfe\xff")
CHINESE = frozenset(("gb2312", "gbk", "gb18030", "cp936", "x-gbk", "gb_2312-80"))


class XmlHandler:
    """What happens at tags and text; names come without their namespace prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag opens; attribute names come without prefix too."""

    def end(self, name: str) -> None:
        """A tag closes."""

    def text(self, data: str) -> None:
        """A piece of text; long texts come in several."""


def parse(chunks: Iterable[bytes], handler: XmlHandler, encoding: str | None = None) -> None:
    """Run a handler over XML; damage is TABLE-021, what no office program writes TABLE-024."""
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise UnreadableError("TABLE-024")
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        handler.start(name.rpartition(":")[2], plain)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name.rpartition(":")[2])

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        for piece in _pieces(chunks, parser):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableError("TABLE-021") from error


def _pieces(chunks: Iterable[bytes], parser: expat.XMLParserType) -> Iterator[bytes]:
    """The chunks; while one token does not end, they grow, since the parser starts it anew."""
    rest = b""
    size = place = 0
    for chunk in chunks:
        rest += chunk
        if len(rest) < size:
            continue
        if len(rest) > _MAX_TOKEN:
            raise UnreadableError("TABLE-024")
        yield rest
        stuck = parser.CurrentByteIndex == place
        place = parser.CurrentByteIndex
        size = 2 * max(size, len(rest)) if stuck else 0
        rest = b""
    if rest:
        yield rest


def refuse(*_: object) -> None:
    """The handler of declarations: no office program writes one."""
    raise UnreadableError("TABLE-024")


def parse_bytes(raw: bytes, handler: XmlHandler) -> None:
    """The same for a whole file: blank lines before the start and Chinese encodings are allowed."""
    if len(raw) > MAX_BYTES:
        raise UnreadableError("TABLE-024")
    encoding = None
    if not raw.startswith(WIDE):
        raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
        declared = _DECLARED.match(raw)
        name = declared[1].decode("ascii").lower() if declared else ""
        # UTF-16 without a mark has a zero beside its first sign; the parser knows that by itself.
        if name not in _KNOWN and b"\x00" not in raw[:4]:
            raw, encoding = _as_utf8(raw, name), "utf-8"
    parse((raw[at : at + CHUNK] for at in range(0, len(raw), CHUNK)), handler, encoding)


def _as_utf8(raw: bytes, name: str) -> bytes:
    """The text in UTF-8; what says nothing, or UTF-8 wrongly, is taken as office text is."""
    if name in ("", "utf-8", "utf8"):
        return decode(raw).encode("utf-8", "replace")
    try:
        return raw.decode("gb18030" if name in CHINESE else name).encode("utf-8")
    except (UnicodeError, LookupError, ValueError) as error:
        raise UnreadableError("TABLE-027") from error


def read_path(path: Path) -> bytes:
    """The bytes of a file that may be read whole."""
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableError("TABLE-024")
    return path.read_bytes()
