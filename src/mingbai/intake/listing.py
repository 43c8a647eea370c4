"""Discrepancies as they are kept (差异登记): keys and columns in the clear, what was said encrypted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mingbai.audit.writing import lots
from mingbai.common.keys import Keys
from mingbai.households.closing import keys
from mingbai.households.enums import Subject
from mingbai.households.models import Membership, Residence
from mingbai.intake.difference import Cell, Difference, Listed
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.models import Discrepancy
from mingbai.intake.work import SUBJECTS, Applying

SAID = "discrepancy.said"
_COLUMNS = (
    "kind", "topic", "column", "household_id", "person_id", "division_code", "row", "said", "fingerprint",
)  # fmt: skip


class Sealed(NamedTuple):
    """A discrepancy with its text and what it is known again by."""

    listed: Listed
    text: str
    fingerprint: bytes


def fresh(difference: Difference, *, with_gone: bool) -> list[Sealed]:
    """What is listed and is not in the register's list already. One query a 2,000."""
    using = keys()
    sealed = {
        one.fingerprint: one
        for one in (_sealed(each, using) for each in _every(difference, with_gone))
    }
    for few in lots(list(sealed), SUBJECTS):
        known = Discrepancy.objects.recorded().filter(fingerprint__in=few)
        for mark in known.values_list("fingerprint", flat=True):
            sealed.pop(bytes(mark), None)
    return list(sealed.values())


def _every(difference: Difference, with_gone: bool) -> Iterator[Listed]:
    yield from difference.conflicts()
    if with_gone:
        for _, number in difference.gone.households:
            cell = Cell("household", "number", number, number, None)
            yield Listed(DiscrepancyKind.GONE, cell, household=number)
        for _, number, home in difference.gone.persons:
            cell = Cell("membership", "person_id", number, number, None)
            yield Listed(DiscrepancyKind.GONE, cell, household=home, person=number)


def _sealed(one: Listed, using: Keys) -> Sealed:
    cell = one.cell
    said = {
        "before": cell.before, "after": cell.after, "source": cell.source, "day": cell.day,
        "household": one.household, "person": one.person,
    }  # fmt: skip
    kept = {name: value for name, value in said.items() if value not in (None, "")}
    text = json.dumps(kept, ensure_ascii=False, default=str, sort_keys=True)
    # Of a place nobody knows `before` is how many households name it: another number is not another place.
    same = text if one.kind != DiscrepancyKind.PLACE_UNKNOWN else str(cell.after)
    mark = using.digest(f"{one.kind.value} {cell.topic}.{cell.column} {same}", "discrepancy")
    return Sealed(one, text, mark)


def write_discrepancies(work: Applying, every: Iterable[Sealed]) -> None:
    """Write what was listed, with the place of the household so that a scope can be held against it."""
    sealed = list(every)
    homes = work.keys(
        Subject.HOUSEHOLD, [one.listed.household or None for one in sealed]
    ).to_pylist()
    persons = work.keys(Subject.PERSON, [one.listed.person or None for one in sealed]).to_pylist()
    theirs = _homes(
        work, {key for key, home in zip(persons, homes, strict=True) if key and not home}
    )
    homes = [home or theirs.get(key) for home, key in zip(homes, persons, strict=True)]
    places = _places(work, {home for home in homes if home})
    using = keys()

    def rows() -> Iterator[tuple[Any, ...]]:
        for one, home, person in zip(sealed, homes, persons, strict=True):
            cell = one.listed.cell
            yield (
                one.listed.kind.value, cell.topic, cell.column, home, person,
                places.get(home or 0, ""), cell.row, using.encrypt(one.text, SAID), one.fingerprint,
            )  # fmt: skip

    work.writer.insert(Discrepancy, _COLUMNS, rows(), total=len(sealed))


def _homes(work: Applying, persons: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for few in lots(sorted(persons), SUBJECTS):
        rows = Membership.objects.recorded(within=work.batch).on(work.day).filter(person_id__in=few)
        found.update(rows.values_list("person_id", "household_id"))
    return found


def _places(work: Applying, homes: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for few in lots(sorted(homes), SUBJECTS):
        rows = Residence.objects.recorded(within=work.batch).filter(household_id__in=few)
        found.update(rows.order_by("valid_from").values_list("household_id", "division_code"))
    return found
