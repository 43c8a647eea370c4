"""Finding persons and households (检索): one box for names, initials, numbers and tails, within a scope.

Every look-up is an equality or a range on an index of `SearchEntry`; what lies outside the scope is passed
over within the index. Only masked numbers leave here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db.models import Q

from mingbai.accounts.scopes import Scope
from mingbai.common.keys import Keys
from mingbai.households.closing import document_digests, keys, phone_digests, plain_document
from mingbai.households.indexing import index_households, index_touched
from mingbai.households.masking import mask_id
from mingbai.households.models import Household, Identity, Membership, SearchEntry
from mingbai.households.models.base import Tail

__all__ = ["Hit", "Match", "index_households", "index_touched", "search"]

LIMIT = 50
#: Comes after every text that begins alike.
_LAST = "\U0010ffff"
#: Of a household number so many signs are known at least, as the index has them.
SHORTEST_TAIL = 4
_TAIL = re.compile(r"\d{3}[\dX]|\d{5}[\dX]")
_DOCUMENT = re.compile(r"\d{17}[\dX]\w*|\d{15}")
_PHONE = re.compile(r"\d{11}")
_LETTERS = re.compile(r"[a-z]+", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]*")


class Match(StrEnum):
    """By what something was found (命中方式)."""

    NAME = "name"
    PART = "part"
    INITIALS = "initials"
    DOCUMENT = "document"
    DOCUMENT_TAIL = "document_tail"
    PHONE_TAIL = "phone_tail"
    HOUSEHOLD = "household"


@dataclass(frozen=True)
class Hit:
    """A person found in a household (检索结果). `left`: no member of it any more on the day."""

    person_id: int
    household_id: int
    household_number: str
    division_code: str
    name: str
    relation: str
    left: bool
    match: Match
    document: str  # masked; empty where none is recorded


def search(text: str, scope: Scope, day: date, limit: int = LIMIT) -> list[Hit]:
    """Who is found by a text, members before those who left (检索).

    Names from their beginning, parts of names, pinyin initials, the last four or six characters of ID number
    or phone, a whole ID number, household numbers by their beginning or end. At most eight queries.
    """
    typed = _typed(text)
    if not typed or scope.empty:
        return []
    found: dict[tuple[int, int], tuple[Any, Match]] = {}
    for match, rows in _matches(typed, _Entries(scope, limit)):
        for row in rows:
            found.setdefault((row.person_id, row.household_id), (row, match))
        if len(found) >= limit:
            break
    first = list(islice(found.values(), limit))
    return _hits(sorted(first, key=lambda one: _has_left(one[0], day)), day)


def _typed(text: str) -> str:
    """As it was meant: full-width signs, blanks and what cannot be seen do not count."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if sign.isprintable() and not sign.isspace())[:80]


def _has_left(row: SearchEntry, day: date) -> bool:
    return row.left_on is not None and row.left_on <= day


class _Entries:
    """The entries that stand, within a scope; every method is one query of at most `limit` rows."""

    def __init__(self, scope: Scope, limit: int) -> None:
        self.rows = SearchEntry.objects.recorded().filter(scope.rows())
        self.limit = limit

    def beginning(self, column: str, text: str) -> list[SearchEntry]:
        """From its beginning, in the order of the text."""
        within = Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST})
        if column == "name":
            within &= Q(extra=False)
        order = [column, "name", "id"] if column == "initials" else [column, "id"]
        return list(self.rows.filter(within).order_by(*order)[: self.limit])

    def anywhere(self, part: str) -> list[SearchEntry]:
        """Anywhere in the name: reads all names of the scope. For one sign that begins no part of a name."""
        return list(self.rows.filter(extra=False, name__contains=part)[: self.limit])

    def ending(self, number: str) -> list[SearchEntry]:
        """Household numbers by their end, at least four signs: the index of the last four leads to few."""
        rows = self.rows.alias(tail=Tail("household_number")).filter(tail=number[-4:])
        found = rows.filter(household_number__isnull=False, household_number__endswith=number)
        return list(found.order_by("household_number", "id")[: self.limit])

    def equal(self, **digests: bytes | None) -> list[SearchEntry]:
        """By digests; few rows share one, so that they are put in order here."""
        return list(self.rows.filter(**digests).order_by("name", "id")[: self.limit])

    def documents(self, digest: bytes | None) -> list[SearchEntry]:
        """By the whole ID number."""
        persons = (
            Identity.objects.recorded().filter(id_digest=digest).values_list("person_id", flat=True)
        )
        ids = set(persons[: self.limit])
        homes = (
            Membership.objects.recorded()
            .filter(person_id__in=ids)
            .values_list("household_id", flat=True)
        )
        return (
            list(self.rows.filter(household_id__in=set(homes), person_id__in=ids, extra=False))
            if ids
            else []
        )


Found = Iterator[tuple[Match, list[SearchEntry]]]


def _matches(typed: str, entries: _Entries) -> Found:
    """What the text can be, the likeliest first; the next is asked only while there is room."""
    upper = typed.upper()
    if _LETTERS.fullmatch(typed):
        found = entries.beginning("initials", typed.lower())
        yield Match.INITIALS, found
        if not found:
            yield Match.NAME, entries.beginning("name", typed)
            yield Match.HOUSEHOLD, entries.beginning("household_number", upper)
    elif _NUMBER.fullmatch(upper):
        yield from _numbers(upper, entries, keys())
    else:
        yield from _names(typed, entries)


def _numbers(typed: str, entries: _Entries, using: Keys) -> Found:
    """All that a number can be, each with its share of the room: many documents end alike."""
    found: list[tuple[Match, list[SearchEntry]]] = []
    if _DOCUMENT.fullmatch(typed):
        digest = document_digests(typed, using)["id_digest"]
        found.append((Match.DOCUMENT, entries.documents(digest)))
    if _TAIL.fullmatch(typed):
        tails = _tails("id", plain_document(typed), using)
        found.append((Match.DOCUMENT_TAIL, entries.equal(**tails)))
    if _PHONE.fullmatch(typed) or (_TAIL.fullmatch(typed) and typed.isdigit()):
        found.append((Match.PHONE_TAIL, entries.equal(**_tails("phone", typed, using))))
    found.append((Match.HOUSEHOLD, entries.beginning("household_number", typed)))
    if len(typed) >= SHORTEST_TAIL:
        found.append((Match.HOUSEHOLD, entries.ending(typed)))
    room = entries.limit
    for left, (match, rows) in enumerate(sorted(found, key=lambda one: len(one[1]))):
        share = rows[: room // (len(found) - left)]
        room -= len(share)
        yield match, share


def _tails(kind: str, typed: str, using: Keys) -> dict[str, bytes | None]:
    """Both digests where six characters are known: the index of the last four leads to few rows."""
    made: Callable[[str, Keys], dict[str, bytes | None]] = (
        document_digests if kind == "id" else phone_digests
    )
    known = (f"{kind}_tail4", f"{kind}_tail6") if len(typed) >= 6 else (f"{kind}_tail4",)
    digests = made(typed, using)
    return {column: digests[column] for column in known}


def _names(typed: str, entries: _Entries) -> Found:
    found = entries.beginning("name", typed)
    yield Match.NAME, found
    if len(typed) >= 2 or not found:
        parts = entries.beginning("given", typed)
        yield Match.PART, parts
        if len(typed) == 1 and not (found or parts):
            yield Match.PART, entries.anywhere(typed)


def _hits(rows: list[tuple[SearchEntry, Match]], day: date) -> list[Hit]:
    """With the household's number and the masked document: two queries."""
    homes = {row.household_id for row, _ in rows}
    numbers = dict(Household.objects.filter(pk__in=homes).values_list("id", "number"))
    documents = _documents({row.person_id for row, _ in rows})
    return [
        Hit(
            row.person_id, row.household_id, numbers.get(row.household_id, ""), row.division_code, row.name,
            row.relation, _has_left(row, day), match, documents.get(row.person_id, ""),
        )
        for row, match in rows
    ]  # fmt: skip


def _documents(person_ids: set[int]) -> dict[int, str]:
    known = Identity.objects.recorded().filter(person_id__in=person_ids).exclude(id_number=None)
    using = keys()
    return {
        person: mask_id(using.decrypt(bytes(closed), "identity.id_number"))
        for person, closed in known.order_by("valid_from", "id").values_list(
            "person_id", "id_number"
        )
    }
