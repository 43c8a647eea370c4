"""Masking (脱敏): how a number is shown to whoever has no need of it. The only place that decides it."""

from __future__ import annotations

from typing import Any

from mingbai.households.topics import Topic

_STARS = "*"


def mask_id(number: str | None) -> str:
    """An ID number with its region's province and its last four signs (证件号码): birth and sex stay hidden.

    >>> mask_id("990000195001010017")
    '99************0017'
    """
    return _masked(number, 2, 4)


def mask_phone(number: str | None) -> str:
    """A phone number without its middle (电话).

    >>> mask_phone("10073988745")
    '100****8745'
    """
    return _masked(number, 3, 4)


def mask_account(number: str | None) -> str:
    """A bank account by its last four digits (账号).

    >>> mask_account("6228481234567890")
    '************7890'
    """
    return _masked(number, 0, 4)


def _masked(number: str | None, first: int, last: int) -> str:
    text = number or ""
    hidden = len(text) - first - last
    if hidden < last:  # too short to show anything of it
        return _STARS * len(text)
    return text[:first] + _STARS * hidden + text[-last:]


_MASKS = {"id_number": mask_id, "phone": mask_phone, "account": mask_account}


def mask_column(topic: Topic, column: str, value: Any) -> Any:
    """A plain value as everybody may see it; a closed column without a mask of its own shows nothing."""
    if value is None or column not in topic.encrypted:
        return value
    return _MASKS[column](value) if column in _MASKS else _STARS * 4
