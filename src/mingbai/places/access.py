"""What may enter this register (准入): a synthetic one takes no real person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mingbai.places.errors import error
from mingbai.places.queries import is_synthetic

#: Never issued as a province: every invented ID number begins with it.
INVENTED = "99"


def is_invented(number: str) -> bool:
    """Whether an ID number is of those made up for demonstrations; full-width digits count as digits."""
    return unicodedata.normalize("NFKC", number).strip().startswith(INVENTED)


def refuse_real_documents(numbers: Iterable[str], *, synthetic: bool | None = None) -> None:
    """Raises PLACE-005 at the first ID number that a synthetic register must not take; blanks pass.

    `synthetic`: what `is_synthetic()` said, to be asked once for a long list; without it one query.
    The message names the position in the list, never the number.
    """
    if not (is_synthetic() if synthetic is None else synthetic):
        return
    for position, number in enumerate(numbers, start=1):
        if number and number.strip() and not is_invented(number):
            raise error("PLACE-005", position=position)
