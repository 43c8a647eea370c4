"""Who is in the register and not in a list that claims to be whole (名单里没有的): proposed, not ended."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q

from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Residence, Status
from mingbai.intake.claims import Asking
from mingbai.intake.difference import Gone
from mingbai.intake.refusing import Tables
from mingbai.intake.sources import OF_EVERYBODY, base_of
from mingbai.intake.standing import Standing
from mingbai.places.codes import range_of
from mingbai.tables import Intake

#: Whom the lists of the national system are about.
LISTED = (
    StatusKind.REGISTERED, StatusKind.EXITED, StatusKind.RETURNED, StatusKind.WATCHED_UNSTABLE,
    StatusKind.WATCHED_MARGINAL, StatusKind.WATCHED_SUDDEN, StatusKind.CLEARED,
)  # fmt: skip


def gone_from(tables: Tables, intake: Intake, asking: Asking, standing: Standing) -> Gone:
    """Households under the whole places that no row names, and members that their household's rows leave out.

    A list of the national system is whole of the registered and watched households, unless it names others
    too. Two queries.
    """
    if not asking.whole:
        return Gone()
    claimed = tables["household"]["household_id"].combine_chunks()
    homes = standing.households.filter(_within(asking, standing))
    if not _of_everybody(tables, intake):
        listed = (
            Status.objects.recorded()
            .on(asking.as_of)
            .filter(subject=Subject.HOUSEHOLD, kind__in=LISTED)
        )
        ids = pa.array(list(listed.values_list("subject_id", flat=True).distinct()), pa.int64())
        homes = homes.filter(pc.is_in(homes["id"], value_set=ids))
    missing = homes.filter(pc.invert(pc.is_in(homes["number"], value_set=claimed)))
    found = Gone(list(zip(*(missing[name].to_pylist() for name in ("id", "number")), strict=True)))
    if tables["person"].num_rows:
        found.persons = _members(tables["person"], homes, standing)
    return found


def _members(persons: pa.Table, homes: pa.Table, standing: Standing) -> list[tuple[int, str, str]]:
    """Members of the whole places that no row names."""
    theirs = standing.persons.filter(
        pc.is_in(standing.persons["household"], value_set=homes["number"].combine_chunks())
    )
    told = pc.is_in(theirs["number"], value_set=persons["person_id"].combine_chunks())
    missing = theirs.filter(pc.invert(told))
    columns = (missing[name].to_pylist() for name in ("id", "number", "household"))
    return list(zip(*columns, strict=True))


def _within(asking: Asking, standing: Standing) -> pa.ChunkedArray:
    places = Q()
    for code in asking.whole:
        places |= Q(division_code__range=range_of(code))
    rows = Residence.objects.recorded().on(asking.as_of).filter(places)
    ids = pa.array(list(rows.values_list("household_id", flat=True)), pa.int64())
    return pc.is_in(standing.households["id"], value_set=ids)


def _of_everybody(tables: Tables, intake: Intake) -> bool:
    """Whether the lists hold ordinary households too."""
    if any(base_of(report.profile or "") in OF_EVERYBODY for report in intake.files):
        return True
    homes = tables["household"]
    if not {"household_kind", "watched_kind"} <= set(homes.column_names):
        return True
    ordinary = pc.and_kleene(
        pc.equal(homes["household_kind"], "general"),
        pc.fill_null(pc.equal(homes["watched_kind"], "none"), True),
    )
    return bool(pc.any(ordinary).as_py())
