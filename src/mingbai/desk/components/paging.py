"""Paging on the server (分页): a page number and a size in the address, bounded."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

SIZE = 50
LAST = 100_000


def whole_number(text: str, *, least: int, most: int, otherwise: int) -> int:
    """A whole number of the address within bounds; anything else is `otherwise`."""
    clean = text.strip()
    if not clean.isascii() or not clean.isdigit() or len(clean) > 9:
        return otherwise
    return min(max(int(clean), least), most)


@dataclass(frozen=True)
class Page:
    """Which rows of how many stand on this page (页)."""

    number: int
    size: int
    total: int
    query: str  # the rest of the address, ending in & unless empty

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        return min(self.start + self.size, self.total)

    @property
    def first_row(self) -> int:
        return self.start + 1 if self.total else 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def number_of(request: HttpRequest) -> int:
    """The page number of the address."""
    return whole_number(request.GET.get("page", ""), least=1, most=LAST, otherwise=1)


def page_of(request: HttpRequest, total: int, size: int = SIZE) -> Page:
    """The page asked for; one beyond the last is the last."""
    pages = max(1, -(-total // size))
    rest = [(key, value) for key, value in request.GET.items() if key != "page" and value]
    query = urlencode(rest) + ("&" if rest else "")
    return Page(min(number_of(request), pages), size, total, query)
