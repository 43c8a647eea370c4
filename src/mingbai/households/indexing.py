"""Making the entries that search looks at (检索条目), from memberships, identity and residence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.db.models import Q

from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter, lots
from mingbai.households.models import (
    Household,
    HouseholdLife,
    Identity,
    Membership,
    Residence,
    SearchEntry,
)
from mingbai.households.naming import given_parts, initials_of

#: What an entry holds, in the order of the rows made here.
COLUMNS = (
    "person_id", "household_id", "extra", "division_code", "relation", "left_on", "name", "given", "initials",
    "household_number", "id_tail4", "id_tail6", "phone_tail4", "phone_tail6",
)  # fmt: skip
HEAD = "head"
Tails = tuple[bytes | None, bytes | None]
Row = tuple[Any, ...]
_NO_TAILS: Tails = (None, None)


@dataclass(frozen=True)
class Entry:
    """A person in a household as search shows them (检索条目), before it is spread over rows."""

    person_id: int
    household_id: int
    division_code: str
    relation: str
    left_on: Any  # date or its text
    name: str
    document: Tails
    phones: tuple[Tails, ...]
    household_number: str | None  # at the one who speaks for the household

    def rows(self) -> Iterator[Row]:
        """The row of the person, then one for each further reading, part of the name or phone."""
        spread = zip_longest(initials_of(self.name) or (None,), given_parts(self.name), self.phones)
        for at, (initials, given, phone) in enumerate(spread):
            first = not at
            yield (
                self.person_id, self.household_id, not first, self.division_code, self.relation, self.left_on,
                self.name, given, initials, self.household_number if first else None,
                *(self.document if first else _NO_TAILS), *(phone or _NO_TAILS),
            )  # fmt: skip


def index_households(*, batch: Batch, household_ids: Iterable[int]) -> int:
    """Make the entries of these households again (更新检索条目); returns how many rows changed.

    To be called by whatever changes names, documents, phones, memberships, relations, residence or the life
    of a household, with every household concerned, before the batch is recorded or in its transaction.
    Somebody who left stays findable where they were last. About ten queries for up to 100 households.
    """
    changed = 0
    for lot in lots(sorted(set(household_ids))):
        changed += _index(batch, lot)
    return changed


def index_touched(batch: Batch, progress: Callable[[str, int, int], None] | None = None) -> int:
    """Make the entries again of every household that a batch touched; for imports and their undo."""
    touched = _touched(batch)
    done = changed = 0
    for lot in lots(sorted(touched)):
        changed += _index(batch, lot)
        done += len(lot)
        (progress or (lambda step, count, total: None))("search", done, len(touched))
    return changed


def _touched(batch: Batch) -> set[int]:
    mine = Q(begun_by=batch) | Q(ended_by=batch)
    found: set[int] = set()
    for model in (Membership, Residence, HouseholdLife):
        found.update(
            model.objects.filter(mine).values_list("household_id", flat=True).distinct().iterator()
        )
    found.update(Household.objects.filter(mine).values_list("id", flat=True).iterator())
    persons = Identity.objects.filter(mine).values("person_id")
    members = Membership.objects.filter(person_id__in=persons)
    found.update(members.values_list("household_id", flat=True).distinct().iterator())
    return found


def _index(batch: Batch, household_ids: Sequence[int]) -> int:
    """One lot: what stands and what should stand, compared; the difference is written."""
    wide = _widened(batch, household_ids)
    wanted = {row for entry in _entries(batch, wide) for row in entry.rows()}
    standing: dict[Row, int] = {}
    gone: list[int] = []
    for keys in lots(wide):
        entries = SearchEntry.objects.recorded(within=batch).filter(household_id__in=keys)
        for key, *values in entries.values_list("id", *COLUMNS):
            row = tuple(bytes(one) if isinstance(one, memoryview) else one for one in values)
            if row in wanted and row not in standing:
                standing[row] = key
            else:
                gone.append(key)
    new = [row for row in wanted if row not in standing]
    _write(batch, gone, sorted(new, key=lambda row: (row[1], row[0], row[2], row[8] or "")))
    return len(gone) + len(new)


def _write(batch: Batch, gone: list[int], new: list[Row]) -> None:
    if batch.recorded_at is None:
        writer = BatchWriter(batch)
        writer.end(SearchEntry, gone)
        writer.insert(SearchEntry, COLUMNS, new)
        return
    with transaction.atomic():
        for keys in lots(gone):
            SearchEntry.objects.filter(pk__in=keys).update(ended_by=batch)
        made = [SearchEntry(begun_by=batch, **dict(zip(COLUMNS, row, strict=True))) for row in new]
        SearchEntry.objects.bulk_create(made)


def _widened(batch: Batch, household_ids: Sequence[int]) -> list[int]:
    """With the households where persons of these are now: who comes in one leaves the list of another."""
    here = Membership.objects.recorded(within=batch).filter(household_id__in=household_ids)
    persons = set(here.values_list("person_id", flat=True))
    known = SearchEntry.objects.recorded(within=batch).filter(household_id__in=household_ids)
    persons.update(known.values_list("person_id", flat=True))
    found = set(household_ids)
    for homes in _homes(batch, persons).values():
        found.update(membership.household_id for membership in homes)
    return sorted(found)


def _homes(batch: Batch, person_ids: Iterable[int]) -> dict[int, list[Membership]]:
    """For each person the memberships to be found by: the open ones, or the last of those that are over."""
    every: dict[int, list[Membership]] = defaultdict(list)
    for keys in lots(sorted(person_ids)):
        rows = Membership.objects.recorded(within=batch).filter(person_id__in=keys)
        for membership in rows.order_by("valid_from", "id"):
            every[membership.person_id].append(membership)
    return {person: _findable(rows) for person, rows in every.items()}


def _findable(rows: list[Membership]) -> list[Membership]:
    open_ones = {row.household_id: row for row in rows if row.valid_to is None}
    return list(open_ones.values()) or [max(rows, key=lambda row: (row.valid_to, row.valid_from))]


def _entries(batch: Batch, household_ids: Sequence[int]) -> Iterator[Entry]:
    people: set[int] = set()
    for keys in lots(household_ids):
        rows = Membership.objects.recorded(within=batch).filter(household_id__in=keys)
        people.update(rows.values_list("person_id", flat=True))
    members: dict[int, list[Membership]] = defaultdict(list)
    for homes in _homes(batch, people).values():
        for membership in homes:
            members[membership.household_id].append(membership)
    facts = _latest(Identity, "person_id", batch, people)
    places = _latest(Residence, "household_id", batch, household_ids)
    numbers = _numbers(batch, household_ids)
    for household_id in household_ids:
        place, mine = places.get(household_id), members[household_id]
        if household_id not in numbers or place is None:
            continue  # an undone household, or one that lives nowhere yet, is not found
        speaker = speaks(mine)
        for membership in mine:
            if (identity := facts.get(membership.person_id)) is not None:
                yield _entry(membership, identity, place, numbers, speaker)


def speaks(members: Sequence[Any]) -> Any:
    """Who stands for the household in a search by its number or phone: the head, else who comes first."""
    return min(
        members,
        key=lambda one: (one.valid_to is not None, one.relation != HEAD, one.person_id),
        default=None,
    )


def _entry(
    membership: Membership,
    identity: Identity,
    place: Residence,
    numbers: dict[int, str],
    speaker: Any,
) -> Entry:
    own: Tails = (_plain(identity.phone_tail4), _plain(identity.phone_tail6))
    shared: Tails = (_plain(place.phone_tail4), _plain(place.phone_tail6))
    first = membership is speaker
    phones = [own, shared] if first and shared != own else [own]
    return Entry(
        membership.person_id, membership.household_id, place.division_code, membership.relation,
        membership.valid_to, identity.name, (_plain(identity.id_tail4), _plain(identity.id_tail6)),
        tuple(phone for phone in phones if phone != _NO_TAILS),
        numbers[membership.household_id] if first else None,
    )  # fmt: skip


def _latest(model: Any, column: str, batch: Batch, keys: Iterable[int]) -> dict[int, Any]:
    """The newest standing record of each subject, whatever its day."""
    found: dict[int, Any] = {}
    for lot in lots(sorted(keys)):
        rows = model.objects.recorded(within=batch).filter(**{f"{column}__in": lot})
        for row in rows.order_by("valid_from", "id"):
            found[getattr(row, column)] = row
    return found


def _numbers(batch: Batch, household_ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for keys in lots(household_ids):
        rows = Household.objects.recorded(within=batch).filter(pk__in=keys)
        found.update(rows.values_list("id", "number"))
    return found


def _plain(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
