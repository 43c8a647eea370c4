"""Titles, units and notes around a table (表题、单位、表注), told apart by how they are written."""

from __future__ import annotations

import re

_NUMBER = r"(?:表|附表|Table|TABLE)?\s*\d+(?:\s*[-－—–.\uff0e]\s*\d+)*"
_TITLE = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<rest>.*)", re.DOTALL)
# 续表3, （续）, 续2; a name that begins with 续 continues nothing.
_CONTINUED = re.compile(
    rf"\s*(?P<number>{_NUMBER})?\s*[（(]?\s*续\s*"
    r"(?:表\s*(?P<part>\d+|[一二三四五六七八九十]+)?|(?P<bare>\d*)\s*(?:[）)]|$))"
)
_CONTINUED_EN = re.compile(rf"\s*(?P<number>{_NUMBER}).*\bcontinued\b", re.IGNORECASE)
UNIT = re.compile(
    r"[（(]?\s*(?:计量)?单\s*位\s*[:：]\s*(?P<unit>[^）)]+)[）)]?|\(?Unit\s*:\s*(?P<en>[^)]+)\)?"
)
UNIT_IN_TITLE = re.compile(r"[（(](?P<unit>[十百千万亿]*[元人户亩个名公顷吨]|%|％)[）)]\s*$")
NOTE = re.compile(
    r"\s*(注|备注|说明|资料来源|数据来源|来源|填表|制表|审核|Notes?\b|Sources?\b)\s*[:：]?",
    re.IGNORECASE,
)
_TITLE_LIKE = re.compile(
    r"\s*(表\s*\d|附表|Table\s+\d|\d+[-－—–.\uff0e]\d+\s*[^\d\s岁人元户~～至及以])", re.IGNORECASE
)
# What a form says about itself, and who signed it: neither titles nor rows.
FORM = re.compile(
    r"\s*(表\s*号|制定机关|批准机关|批准文号|备案文号|文\s*号|有效期|填报单位|统计时间|截至时间"
    r"|(单位|统计)?负责人|填表人|制表人|审核人|复核人|经办人|联系电话|报出日期|填报日期)\s*[:：]"
)
_CHINESE_DIGITS = "零一二三四五六七八九十"
LONG_TEXT = 48


def continued(text: str) -> tuple[str, int] | None:
    """Table number and part of 1-6 续表3; none when a title continues nothing."""
    match = _CONTINUED.match(text) or _CONTINUED_EN.match(text)
    if match is None:
        return None
    found = match.groupdict()
    part = found.get("part") or found.get("bare")
    return number_of(match["number"] or ""), _part(part) if part else 1


def number_of(text: str) -> str:
    """A table number in one form: 表 1－6 is 1-6."""
    bare = re.sub(r"^(附?表|Table)", "", "".join(text.split()), flags=re.IGNORECASE)
    return re.sub(r"[－—–]", "-", bare).replace("\uff0e", ".")


def _part(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _CHINESE_DIGITS.index(text[-1])
    return (_CHINESE_DIGITS.index(tens) if tens else 1) * 10 + (
        _CHINESE_DIGITS.index(ones) if ones else 0
    )


def is_title(text: str) -> bool:
    return bool(_CONTINUED.match(text) or _CONTINUED_EN.match(text) or _TITLE_LIKE.match(text))


def number_in(title: str) -> str:
    """The table number a title begins with, or nothing."""
    match = _TITLE.match(title)
    return number_of(match["number"]) if match else ""
