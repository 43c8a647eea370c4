"""Facts and where the register keeps them (事实与登记栏对照): one table for snapshot and tests.

A fact that stands nowhere in it is lacking for everybody: `ABSENT` says why for those of pack ``cn``.
"""

from __future__ import annotations

from typing import NamedTuple

#: Topics of a year whose last word outlives the year: income is known only after it, land is measured once,
#: ability and work are asked once a year. The newest record counts whose year is over by the day, or that was
#: observed by the day, or entered by hand without saying when it was observed; last year's income of a place
#: that was loaded whole is not known in June. All other topics speak by the record that holds on the day;
#: insurance is of the year of the day, last year's says nothing.
LAST_YEAR_SPEAKS = frozenset({"income_year", "land", "work"})


class Column(NamedTuple):
    """A column of a topic (登记栏); the column `valid_from` is the day on which a record happened."""

    topic: str
    column: str


def _same(topic: str, *names: str) -> dict[str, Column]:
    return {name: Column(topic, name) for name in names}


#: Entity → fact → topic and column. Columns bear the names of the facts wherever they can.
COLUMNS: dict[str, dict[str, Column]] = {
    "household": {
        "division_code": Column("residence", "division_code"),
        "village_group": Column("residence", "group_number"),
        **_same("dwelling", "dwelling_kind", "dwelling_grade", "dwelling_unsafe", "dwelling_accepted",
                "rent_years", "rent_months"),
        **_same("water", "drinking_water_safe", "water_litres", "water_scarce_area", "water_quality_ok",
                "water_piped", "water_minutes", "water_guarantee_pct"),
        **_same("living", "member_count_registered", "food_enough", "clothes_enough", "electricity", "tv"),
        **_same("income_year", "income_wage", "income_business", "income_property_dividend",
                "income_property_other", "income_family_planning", "income_dibao", "income_tekun",
                "income_pension", "income_ecology", "income_transfer_other", "expense_business",
                "income_per_capita_recorded", "insurance_claims"),
    },
    "person": {
        **_same("identity", "sex", "birth_date"),
        **_same("schooling", "school_state", "dropout_exempt", "school_cost"),
        **_same("work", "education", "labour", "work_months", "work_place"),
        **_same("insurance", "medical_insured", "medical_insured_employee"),
        **_same("security", "on_dibao", "on_tekun"),
        **_same("health", "health_chronic", "health_major", "health_disabled", "disability_type",
                "disability_grade", "disability_certified_on"),
    },
    "bill": {
        "paid_on": Column("bill", "valid_from"),
        **_same("bill", "kind", "in_county", "self_paid", "policy_cost", "paid_basic", "paid_major",
                "paid_aid", "paid_supplement"),
    },
    "benefit": {"paid_on": Column("benefit", "valid_from"), **_same("benefit", "kind", "amount")},
    "enrolment": {
        "enrolled_on": Column("schooling", "valid_from"),
        **_same("schooling", "stage", "full_time", "roll_state"),
    },
    "measure": {"started_on": Column("measure", "valid_from"), **_same("measure", "kind")},
    "incident": {
        "occurred_on": Column("household_incident", "valid_from"),
        **_same("household_incident", "kind"),
    },
}  # fmt: skip

#: A record is one of the entity when one of these columns is filled; other entities take every record.
FILLED: dict[str, tuple[str, ...]] = {"enrolment": ("stage", "roll_state")}

#: Facts that come from registrations 身份, memberships 成员 or places 区划 instead of a topic.
FROM_STATUSES = (
    "household_kind", "identified_on", "watched_kind", "watched_on", "risk_cleared", "cleared_on",
    "poverty_cause", "dibao_marginal",
)  # fmt: skip
FROM_MEMBERSHIPS = ("relation",)
FROM_PLACES = {
    "province": "province",
    "county": "county",
    "township": "township",
    "village": "village",
}  # fact → level of the division

#: Facts of pack ``cn`` that are in no snapshot, and why.
ABSENT: dict[tuple[str, str], str] = {
    ("household", "household_id"): "the key itself: the register's own, as text",
    ("household", "head_name"): "a name; whoever may read it reads it from the register",
    ("household", "phone"): "a phone number; no rule asks for it",
    ("person", "person_id"): "the key itself: the register's own, as text",
    ("person", "name"): "a name; whoever may read it reads it from the register",
    ("person", "id_number"): "an ID number; no rule asks for it",
}


def column_of(entity: str, fact: str) -> Column | None:
    """Where a topic keeps a fact; none when it comes from elsewhere or the register does not have it."""
    return COLUMNS.get(entity, {}).get(fact)


def is_known(entity: str, fact: str) -> bool:
    """Whether the register can have this fact at all."""
    if entity == "household" and (fact in FROM_STATUSES or fact in FROM_PLACES):
        return True
    if entity == "person" and fact in FROM_MEMBERSHIPS:
        return True
    return column_of(entity, fact) is not None
