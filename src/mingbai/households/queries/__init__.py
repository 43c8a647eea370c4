"""Reading the register (户籍查询): as of any day, as known at any instant. Who may read: `access`."""

from mingbai.households.queries.asof import (
    FieldOrigin,
    HouseholdView,
    MemberView,
    RecordView,
    StatusView,
    household_as_of,
    households_of_person,
    members_ever,
    person_records,
)
from mingbai.households.queries.counting import (
    Count,
    Standing,
    count_totals,
    counts_on,
)
from mingbai.households.queries.history import (
    Correction,
    change_counts,
    corrections,
    field_origins,
    income_differences,
)
from mingbai.households.queries.ledger import Ledger, adjustment_ledger
from mingbai.households.queries.listing import (
    Filter,
    Page,
    PersonRow,
    Row,
    count_households,
    count_people,
    households_found,
    list_households,
    people_of,
    rows_of,
)
from mingbai.households.queries.pasting import Pasted, match_pasted
from mingbai.households.queries.timeline import Happening, timeline

__all__ = [
    "Correction",
    "Count",
    "FieldOrigin",
    "Filter",
    "Happening",
    "HouseholdView",
    "Ledger",
    "MemberView",
    "Page",
    "Pasted",
    "PersonRow",
    "RecordView",
    "Row",
    "Standing",
    "StatusView",
    "adjustment_ledger",
    "change_counts",
    "corrections",
    "count_households",
    "count_people",
    "count_totals",
    "counts_on",
    "field_origins",
    "household_as_of",
    "households_found",
    "households_of_person",
    "income_differences",
    "list_households",
    "match_pasted",
    "members_ever",
    "people_of",
    "person_records",
    "rows_of",
    "timeline",
]
