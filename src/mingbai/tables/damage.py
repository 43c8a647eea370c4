"""What happened to a cell's text before it came (乱码、错误值): named, never repaired unasked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

# As spreadsheets show a formula that failed (Excel, WPS, LibreOffice), or a column too narrow.
_ERROR_VALUE = re.compile(
    r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)|Err:\d{3}|#{3,}",
    re.IGNORECASE,
)
# What is left when bytes were thrown away: the replacement sign, and it written as GBK.
_LOST = re.compile("\ufffd|锟斤拷|锟斤|斤拷|\u951f\u65a4")
# A program that cannot write a character writes a question mark.
_QUESTIONS = re.compile(r"\?{2,}")
_QUESTION_LABEL = re.compile(r"[?()（）\d]*\?[?()（）\d]*")
_HOLE = re.compile(r"[\u3400-\u9fff·]\?|\?[\u3400-\u9fff]")
_SHORT = 8
# Text was once read with the wrong one of these …
_READ_AS = ("gb18030", "cp1252", "latin-1", "big5")
# … although it had been written in one of these.
_WRITTEN_IN = ("utf-8", "gb18030")
_LONGEST = 200


def is_error_value(text: str) -> bool:
    """Whether a cell shows a failed formula (#REF!, #N/A …)."""
    return _ERROR_VALUE.fullmatch(text) is not None


def is_lost(text: str) -> bool:
    """Whether signs of the text are gone for good (锟斤拷, U+FFFD, nothing but question marks)."""
    return _LOST.search(text) is not None or _QUESTIONS.fullmatch(text) is not None


def has_hole(text: str) -> bool:
    """Whether a short text has a question mark beside a Chinese character: 王? was 王𦰡."""
    return len(text) <= _SHORT and _HOLE.search(text) is not None


def is_all_questions(row: Iterable[object]) -> bool:
    """Whether most filled cells of a row lost all their Chinese characters to question marks."""
    filled = [cell for cell in row if isinstance(cell, str) and cell.strip()]
    lost = sum(bool(_QUESTION_LABEL.fullmatch(cell.strip())) for cell in filled)
    return lost >= 2 and 2 * lost > len(filled)


def original(text: str) -> str | None:
    """What a garbled text (乱码) was, where that is proved; none otherwise.

    Proved: its bytes in the encoding it was wrongly read with are text in another, of common
    characters only, and lead back to the same garbled text. A text whose own characters are all
    common is taken to be what it says.
    """
    if text.isascii() or len(text) > _LONGEST or _is_common(text):
        return None
    found = dict.fromkeys(_readings(text))
    return next(iter(found)) if len(found) == 1 else None


def _readings(text: str) -> Iterator[str]:
    for wrong in _READ_AS:
        for right in _WRITTEN_IN:
            if wrong == right:
                continue
            try:
                told = text.encode(wrong).decode(right)
                back = told.encode(right).decode(wrong)
            except UnicodeError:
                continue
            sure = wrong != "big5" or _is_mostly_rare(text)
            if back == text and not told.isascii() and _is_chinese(told) and sure:
                yield told


def _is_mostly_rare(text: str) -> bool:
    """Whether half of the signs and two at least are uncommon: a rare character is no damage."""
    return 2 * sum(sign not in common_signs() for sign in text) >= max(len(text), 4)


def _is_common(text: str) -> bool:
    """Whether every sign is ASCII, a common character, or their punctuation."""
    return text.isascii() or set(text) <= common_signs()


def _is_chinese(text: str) -> bool:
    """Whether a text is common simplified characters, with ASCII between them at most."""
    return all((sign.isascii() and sign.isprintable()) or sign in first_level() for sign in text)


@cache
def first_level() -> frozenset[str]:
    """The 3,755 common characters: first level of GB 2312, rows 16 to 55."""
    cells = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return frozenset(b"".join(cells).decode("gb2312", "ignore"))


@cache
def common_signs() -> frozenset[str]:
    """First level of GB 2312, first level of Big5 (5,401), their punctuation, and ASCII."""
    tails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    cells = (bytes((row, tail)) for row in range(0xA4, 0xC7) for tail in tails)
    big5 = b"".join(cells).decode("big5", "ignore")
    marks = "，。、；：？！（）《》“”‘’—…·〇　％＋－／～×√"
    return first_level() | set(big5) | set(marks) | {chr(code) for code in range(128)}
