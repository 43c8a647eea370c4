"""Bounded types of the API (接口类型): every number, day, text and list has a stated limit."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

#: What databases keep in a signed column of eight bytes.
LARGEST = 2**63 - 1
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
MOST_ROWS = 200


def _storable(text: str) -> str:
    """Zero characters and lone surrogates are no text: no database takes them."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("zero characters and lone surrogates are not text")
    return text


Clean = AfterValidator(_storable)
Key = Annotated[int, Field(ge=1, le=LARGEST)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Code = Annotated[str, Field(pattern=r"^[0-9]{2,12}$", max_length=12)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=80)]
Word = Annotated[str, Field(min_length=1, max_length=80), Clean]
Sentence = Annotated[str, Field(max_length=400), Clean]
Rows = Annotated[int, Field(ge=1, le=MOST_ROWS)]
