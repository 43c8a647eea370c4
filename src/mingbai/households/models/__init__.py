"""Tables of the register (登记表): base rows, two-axis memberships and statuses, dated records by topic."""

from mingbai.households.models.base import (
    Attachment,
    Household,
    HouseholdLife,
    Membership,
    Person,
    SearchEntry,
    Status,
)
from mingbai.households.models.counts import DayCount
from mingbai.households.models.evidence import IncomeEntry
from mingbai.households.models.household_topics import (
    BankAccount,
    Dwelling,
    HouseholdIncident,
    IncomeYear,
    Land,
    Living,
    Measure,
    Residence,
    Water,
)
from mingbai.households.models.person_topics import (
    Benefit,
    Bill,
    Conviction,
    Health,
    Identity,
    Insurance,
    Schooling,
    Security,
    Work,
)

__all__ = [
    "Attachment",
    "BankAccount",
    "Benefit",
    "Bill",
    "Conviction",
    "DayCount",
    "Dwelling",
    "Health",
    "Household",
    "HouseholdIncident",
    "HouseholdLife",
    "Identity",
    "IncomeEntry",
    "IncomeYear",
    "Insurance",
    "Land",
    "Living",
    "Measure",
    "Membership",
    "Person",
    "Residence",
    "Schooling",
    "SearchEntry",
    "Security",
    "Status",
    "Water",
    "Work",
]
