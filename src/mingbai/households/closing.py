"""Closing columns (敏感列加密): ID numbers, phones and accounts are stored encrypted, digests beside.

Tails are of the first 18 characters of the document in upper case and of the digits of the phone, so that
what loads, what searches and what is typed later agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from mingbai.common.keys import Keys, read_keys
from mingbai.households.topics import Topic

_NO_DIGIT = re.compile(r"\D")


def keys() -> Keys:
    """The keys of this installation. Raises KEY-001 when the file is gone."""
    return read_keys(settings.MINGBAI_KEY_FILE)


def plain_document(id_number: str) -> str:
    """How a document is compared: upper case, without blanks, the first 18 characters."""
    return "".join(id_number.split()).upper()[:18]


def document_digests(id_number: str | None, using: Keys | None = None) -> dict[str, bytes | None]:
    """`id_digest`, `id_tail4` and `id_tail6` of a document."""
    if not id_number:
        return {"id_digest": None, "id_tail4": None, "id_tail6": None}
    text, by = plain_document(id_number), using or keys()
    return {
        "id_digest": by.digest(text, "id"),
        "id_tail4": by.digest(text[-4:], "id4"),
        "id_tail6": by.digest(text[-6:], "id6"),
    }


def phone_digests(phone: str | None, using: Keys | None = None) -> dict[str, bytes | None]:
    """`phone_tail4` and `phone_tail6` of a phone number."""
    digits = _NO_DIGIT.sub("", phone or "")
    if not digits:
        return {"phone_tail4": None, "phone_tail6": None}
    by = using or keys()
    return {
        "phone_tail4": by.digest(digits[-4:], "phone4"),
        "phone_tail6": by.digest(digits[-6:], "phone6"),
    }


def close_columns(
    topic: Topic, values: Mapping[str, Any], using: Keys | None = None
) -> dict[str, Any]:
    """The stored columns of plain values: encrypted ones closed, their digests added."""
    stored = dict(values)
    for column in topic.encrypted:
        if column not in values:
            continue
        by, text = using or keys(), values[column]
        stored[column] = by.encrypt(text, topic.purpose(column)) if text else None
        if column == "id_number":
            stored.update(document_digests(text, by))
        elif column == "phone":
            stored.update(phone_digests(text, by))
    return stored


def open_column(topic: Topic, column: str, value: Any) -> Any:
    """A stored column as people read it. Raises KEY-003 and KEY-004."""
    if value is None or column not in topic.encrypted:
        return value
    return keys().decrypt(bytes(value), topic.purpose(column))
