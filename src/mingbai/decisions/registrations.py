"""What a household is registered as (登记身份), from the episodes: the last word of those that hold.

Registered 建档立卡, exited 脱贫, returned 返贫 and removed 清退 lie over one another: an exit does not
end the registration it rests on. So the episode that began last among those that hold decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.decisions.picking import Keys, aligned, days_in, keys_in, last_of_each
from mingbai.decisions.reading import Reader, Request
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Status

KIND_OF: dict[Any, str] = {
    StatusKind.REGISTERED: "registered_poor",
    StatusKind.EXITED: "exited",
    StatusKind.RETURNED: "registered_poor",
    StatusKind.REMOVED: "general",
}
WATCHED: dict[Any, str] = {
    StatusKind.WATCHED_UNSTABLE: "unstable",
    StatusKind.WATCHED_MARGINAL: "marginal",
    StatusKind.WATCHED_SUDDEN: "sudden",
}
#: Where the office of civil affairs has registered anybody, nobody else is on its lists.
CIVIL_AFFAIRS: tuple[Any, ...] = (
    StatusKind.DIBAO,
    StatusKind.DIBAO_MARGINAL,
    StatusKind.TEKUN,
)
#: Of two episodes that begin on one day the later here decides.
_ORDER = [str(kind) for kind in (*KIND_OF, *WATCHED, StatusKind.CLEARED)]
_COLUMNS = ("id", "subject_id", "kind", "cause", "valid_from", "valid_to")


@dataclass(frozen=True)
class Registrations:
    """Episodes begun by the day (身份), and what the whole register knows of such."""

    day: date
    households: pa.Table
    persons: pa.Table
    any_at_all: bool  # in the whole register: only then a household without one is an ordinary one
    has_civil_affairs: bool  # their lists are in the register

    def facts(self, keys: Keys) -> dict[str, pa.Array]:
        """The facts of `columns.FROM_STATUSES` for households by key."""
        kind = aligned(self._newest(KIND_OF, holds=True), "subject_id", keys)["kind"]
        first = aligned(self._first_registered(), "subject_id", keys)
        return {
            "household_kind": self._filled(_mapped(kind, KIND_OF), "general"),
            "identified_on": first["valid_from"],
            **self._watch(keys),
            "poverty_cause": self._cause(keys),
            "dibao_marginal": self.holds(StatusKind.DIBAO_MARGINAL, keys),
        }

    def holds(self, kind: Any, keys: Keys, *, persons: bool = False) -> pa.Array:
        """Whether a registration of civil affairs holds; unknown where none of their lists is in."""
        table = self._of({kind}, holds=True, persons=persons)
        if not self.has_civil_affairs:
            return pa.nulls(len(keys), pa.bool_())
        return pc.is_in(pa.array(keys), table["subject_id"].combine_chunks())

    def _of(
        self, kinds: Collection[Any], *, holds: bool = False, persons: bool = False
    ) -> pa.Table:
        table = self.persons if persons else self.households
        kept = pc.is_in(table["kind"], pa.array(list(kinds), pa.string()))
        if holds:
            open_end = pc.is_null(table["valid_to"])
            later = pc.fill_null(pc.greater(table["valid_to"], pa.scalar(self.day)), False)
            kept = pc.and_(kept, pc.or_(open_end, later))
        return table.filter(kept)

    def _newest(self, kinds: Collection[Any], *, holds: bool = False) -> pa.Table:
        table = self._of(kinds, holds=holds)
        rank = pc.index_in(table["kind"], pa.array(_ORDER))
        order = [days_in(table, "valid_from"), rank.to_numpy(), keys_in(table, "id")]
        return last_of_each(table, "subject_id", order)

    def _first_registered(self) -> pa.Table:
        table = self._of({StatusKind.REGISTERED})
        return last_of_each(table, "subject_id", [-days_in(table, "valid_from")])

    def _watch(self, keys: Keys) -> dict[str, pa.Array]:
        """Monitoring: the last episode, if it holds or ended by being cleared 风险消除."""
        watch = aligned(self._newest(WATCHED), "subject_id", keys)
        cleared = aligned(self._newest({StatusKind.CLEARED}, holds=True), "subject_id", keys)
        holds = pc.or_(
            pc.is_null(watch["valid_to"]),
            pc.fill_null(pc.greater(watch["valid_to"], pa.scalar(self.day)), False),
        )
        after = pc.greater_equal(cleared["valid_from"], watch["valid_from"])
        is_cleared = pc.fill_null(after, False)
        counts = pc.and_(pc.is_valid(watch["kind"]), pc.or_(holds, is_cleared))
        kind = pc.if_else(counts, _mapped(watch["kind"], WATCHED), None)
        return {
            "watched_kind": self._filled(kind, "none"),
            "watched_on": pc.if_else(counts, watch["valid_from"], None),
            "risk_cleared": pc.if_else(counts, is_cleared, None),
            "cleared_on": pc.if_else(pc.and_(counts, is_cleared), cleared["valid_from"], None),
        }

    def _cause(self, keys: Keys) -> pa.Array:
        """Main cause of poverty: as registered, else as identified when monitoring began."""
        found = [
            pc.if_else(pc.equal(cause, ""), None, cause)
            for kinds in ((StatusKind.REGISTERED, StatusKind.RETURNED), tuple(WATCHED))
            for cause in [aligned(self._newest(kinds), "subject_id", keys)["cause"]]
        ]
        return pc.coalesce(*found)

    def _filled(self, values: pa.Array, otherwise: str) -> pa.Array:
        return pc.fill_null(values, otherwise) if self.any_at_all else values


def _mapped(values: pa.ChunkedArray, names: dict[Any, str]) -> pa.Array:
    known = pa.array(list(names))
    return pa.array(list(names.values()), pa.string()).take(pc.index_in(values, known))


def registration_requests(
    day: date,
    households: object = None,
    persons: object = None,
    *,
    known_at: datetime | None = None,
) -> tuple[Request, ...]:
    """Episodes begun by a day, of households and of persons (keys, sub-queries or none: all).

    And one row each of the whole register: whether it holds any, and any of civil affairs.
    """
    standing = Status.objects.recorded(known_at)
    begun = standing.filter(valid_from__lte=day)
    found = []
    for subject, ids in ((Subject.HOUSEHOLD, households), (Subject.PERSON, persons)):
        rows = begun.filter(subject=subject)
        found.append(rows if ids is None else rows.filter(subject_id__in=ids))
    any_at_all, civil = standing[:1], standing.filter(kind__in=CIVIL_AFFAIRS)[:1]
    return (
        *(Request(rows, _COLUMNS) for rows in found),
        Request(any_at_all, ("id",), whole="" if known_at else "registered"),
        Request(civil, ("id",), whole="" if known_at else "civil affairs"),
    )


def read_registrations(reader: Reader, day: date, requests: tuple[Request, ...]) -> Registrations:
    """What `registration_requests` asks for."""
    households, persons, any_at_all, civil = (reader.table(request) for request in requests)
    return Registrations(day, households, persons, any_at_all.num_rows > 0, civil.num_rows > 0)
