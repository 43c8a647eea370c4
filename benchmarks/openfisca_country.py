"""The work of benchmarks/pack as an OpenFisca country, on data without unknowns.

OpenFisca-core is AGPL-3.0: it is installed by the extra `bench` only, nothing of the package
imports it, and this file runs in a process of its own. It has no unknown: missing input becomes
zero. So the comparison uses data in which every value is known, and leaves out households in which
nobody lives, where our answer is "unknown" (division by nobody) and OpenFisca has none to give.

Values are constants here, which spares OpenFisca its parameter look-ups; codes come in as integers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.periods import YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.generate import AS_OF, CODES
from benchmarks.work import OUTPUTS

PERIOD = "2025"
LIGHTS = ["red", "yellow", "green"]
TIMES = ["first", "second", "none"]

person = Entity("person", "persons", "", "")
household = GroupEntity(
    "household", "households", "", "", roles=[{"key": "member", "plural": "members"}]
)


def enum(name: str, codes: list[str]) -> type[Enum]:
    return Enum(name, {code: code for code in codes})  # type: ignore[return-value]


ENUMS = {name: enum(name, codes) for name, codes in CODES.items()}
Edu, Care, Kind = ENUMS["edu_status"], ENUMS["self_care"], ENUMS["household_kind"]
Grade, Disability = ENUMS["dwelling_grade"], ENUMS["disability_kind"]
Light, Time = enum("light", LIGHTS), enum("dwelling_programme", TIMES)

PERSON_INPUTS: dict[str, type] = {
    "resident": bool, "dropout_exempt": bool, "disability_grade": int, "chronic_ill": bool,
    "major_ill": bool, "medical_insured": bool, "pension_insured": bool, "working": bool,
    "work_months": int, "monthly_wage": int, "pension_monthly": int, "oop_medical": int,
    "hospital_days": int, "school_cost": int, "allowance_monthly": int, "edu_status": Edu,
    "disability_kind": Disability, "self_care": Care,
}  # fmt: skip
HOUSEHOLD_INPUTS: dict[str, type] = {
    "land_rent": int, "crop_income": int, "livestock_income": int, "business_income": int,
    "transfer_income": int, "subsidy_income": int, "production_cost": int, "debt": int,
    "savings": int, "disaster_loss": int, "disaster_hit": bool, "water_litres": int,
    "water_minutes": int, "water_guarantee": int, "water_quality": bool, "water_piped": bool,
    "electricity": bool, "hard_road": bool, "owns_car": bool, "owns_second_home": bool,
    "dwelling_area": int, "dwelling_rooms": int, "household_kind": Kind, "dwelling_grade": Grade,
}  # fmt: skip

FORMULAS: list[tuple[str, Any, type, Callable[..., Any]]] = []


def rule(entity: Any, kind: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the formula of the variable that has its name."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        FORMULAS.append((function.__name__, entity, kind, function))
        return function

    return register


def half_away(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """round(a / b), half away from zero, in integers; zero where nobody lives."""
    by = np.where(b > 0, b, 1)
    whole = (2 * np.abs(a) + by) // (2 * by)
    return np.where(a >= 0, whole, -whole)


@rule(person, int)
def age(person, period):
    born = person("birth_date", period)
    years = born.astype("M8[Y]")
    months = born.astype("M8[M]")
    month = (months - years).astype(np.int64) + 1
    day = (born - months.astype("M8[D]")).astype(np.int64) + 1
    late = month * 100 + day > AS_OF.month * 100 + AS_OF.day
    return AS_OF.year - (years.astype(np.int64) + 1970) - late


@rule(person, bool)
def dropout(person, period):
    edu, years = person("edu_status", period), person("age", period)
    at_school = (
        (edu == Edu.primary) | (edu == Edu.junior) | (edu == Edu.senior) | (edu == Edu.vocational)
    )
    of_age = (years >= 6) & (years <= 15)
    return person("resident", period) & of_age & ~at_school & ~person("dropout_exempt", period)


@rule(person, bool)
def severe_grade(person, period):
    grade = person("disability_grade", period)
    return (grade == 1) | (grade == 2)


@rule(person, bool)
def severe_disability(person, period):
    return person("resident", period) & person("severe_grade", period)


@rule(person, bool)
def able_to_work(person, period):
    years, edu = person("age", period), person("edu_status", period)
    return (
        person("resident", period)
        & (years >= 16)
        & (years <= 59)
        & ~person("severe_grade", period)
        & ~person("major_ill", period)
        & ((edu == Edu.none) | (edu == Edu.left))
    )


@rule(person, bool)
def idle_labour(person, period):
    return person("able_to_work", period) & (
        ~person("working", period) | (person("work_months", period) < 3)
    )


@rule(person, int)
def wage_income(person, period):
    wage = person("work_months", period) * person("monthly_wage", period)
    return np.where(person("resident", period) & person("working", period), wage, 0)


@rule(person, int)
def pension_income(person, period):
    drawn = (
        person("resident", period)
        & person("pension_insured", period)
        & (person("age", period) >= 60)
    )
    return np.where(drawn, person("pension_monthly", period) * 12, 0)


@rule(person, bool)
def uninsured(person, period):
    return person("resident", period) & ~person("medical_insured", period)


@rule(person, bool)
def seriously_ill(person, period):
    long_stay = person("chronic_ill", period) & (person("hospital_days", period) >= 30)
    return person("resident", period) & (person("major_ill", period) | long_stay)


@rule(person, int)
def medical_burden(person, period):
    costs = np.minimum(person("oop_medical", period), 2_000_000)
    return np.where(person("resident", period), costs, 0)


@rule(person, int)
def education_burden(person, period):
    edu = person("edu_status", period)
    studies = (edu == Edu.senior) | (edu == Edu.vocational) | (edu == Edu.college)
    return np.where(person("resident", period) & studies, person("school_cost", period), 0)


@rule(person, bool)
def needs_care(person, period):
    weak = (person("age", period) >= 60) | person("severe_grade", period)
    return person("resident", period) & (person("self_care", period) != Care.full) & weak


@rule(person, bool)
def allowance_due(person, period):
    return (
        person("severe_disability", period)
        & (person("disability_kind", period) != Disability.none)
        & (person("allowance_monthly", period) < 8_000)
    )


def total(name: str, of: str, kind: type) -> None:
    """A household variable that sums one of its members."""

    def formula(household, period):
        return household.sum(household.members(of, period))

    FORMULAS.append((name, household, kind, formula))


def some(name: str, of: str) -> None:
    """A household variable that asks for one member at least."""

    def formula(household, period):
        return household.any(household.members(of, period))

    FORMULAS.append((name, household, bool, formula))


for _name, _of in (
    ("size", "resident"), ("labour", "able_to_work"), ("disabled", "severe_disability"),
    ("care", "needs_care"), ("wages", "wage_income"), ("pensions", "pension_income"),
    ("medical_costs", "medical_burden"), ("school_costs", "education_burden"),
):  # fmt: skip
    total(_name, _of, int)
for _name, _of in (
    ("idle", "idle_labour"), ("any_dropout", "dropout"), ("any_uninsured", "uninsured"),
    ("any_ill", "seriously_ill"), ("allowance_gap", "allowance_due"),
):  # fmt: skip
    some(_name, _of)


@rule(household, int)
def net_income(household, period):
    gains = (
        "wages", "pensions", "land_rent", "crop_income", "livestock_income", "business_income",
        "transfer_income", "subsidy_income",
    )  # fmt: skip
    return sum(household(name, period) for name in gains) - household("production_cost", period)


@rule(household, int)
def per_capita(household, period):
    income = household("net_income", period).astype(np.int64)
    return half_away(income, household("size", period).astype(np.int64))


@rule(household, bool)
def below_line(household, period):
    return household("per_capita", period) < 760_000


@rule(household, bool)
def below_poverty(household, period):
    return household("per_capita", period) < 430_000


@rule(household, bool)
def water_safe(household, period):
    near = household("water_piped", period) | (household("water_minutes", period) <= 20)
    return (
        (household("water_litres", period) >= 20)
        & household("water_quality", period)
        & near
        & (household("water_guarantee", period) >= 90)
    )


@rule(household, bool)
def dwelling_safe(household, period):
    grade = household("dwelling_grade", period)
    return ((grade == Grade.A) | (grade == Grade.B)) & household("electricity", period)


@rule(household, bool)
def education_met(household, period):
    return ~household("any_dropout", period)


@rule(household, bool)
def medical_met(household, period):
    return ~household("any_uninsured", period)


@rule(household, bool)
def guarantees_met(household, period):
    return (
        household("education_met", period)
        & household("medical_met", period)
        & household("dwelling_safe", period)
        & household("water_safe", period)
    )


@rule(household, bool)
def large_costs(household, period):
    income = household("net_income", period).astype(np.int64)
    return household("medical_costs", period).astype(np.int64) * 100 > 30 * income


@rule(household, bool)
def hardship(household, period):
    disaster = household("disaster_hit", period) & (household("disaster_loss", period) >= 1_000_000)
    by_illness = household("any_ill", period) & household("large_costs", period)
    return by_illness | (household("school_costs", period) > 600_000) | disaster


@rule(household, bool)
def debt_pressure(household, period):
    debt = household("debt", period).astype(np.int64)
    large = debt > household("net_income", period).astype(np.int64) * 2
    return large & (household("savings", period) < debt)


@rule(household, int)
def dependency(household, period):
    size = household("size", period).astype(np.int64)
    return half_away(100 * (size - household("labour", period)), size)


@rule(household, bool)
def no_labour(household, period):
    return household("labour", period) == 0


@rule(household, bool)
def crowded(household, period):
    size = household("size", period)
    small = household("dwelling_area", period) < size * 130
    return small | (size > household("dwelling_rooms", period) * 3)


@rule(household, int)
def risk_score(household, period):
    return (
        household("below_line", period) * 35
        + household("hardship", period) * 25
        + ~household("guarantees_met", period) * 20
        + household("debt_pressure", period) * 10
        + household("no_labour", period) * 10
        + (household("dependency", period) > 50) * 5
        + (household("disabled", period) >= 1) * 5
        + (household("care", period) >= 1) * 5
        + ~household("hard_road", period) * 5
    )


@rule(household, Light)
def light(household, period):
    score = household("risk_score", period)
    return np.select([score >= 60, score >= 30], [0, 1], 2)


@rule(household, bool)
def monitor_candidate(household, period):
    risk = (
        household("below_line", period)
        | household("hardship", period)
        | ~household("guarantees_met", period)
    )
    return (household("household_kind", period) != Kind.monitored) & risk


@rule(household, bool)
def assistance_due(household, period):
    poor = household("per_capita", period) < 540_000
    return poor & ~household("owns_car", period) & ~household("owns_second_home", period)


@rule(household, int)
def assistance_amount(household, period):
    gap = (540_000 - household("per_capita", period)) * household("size", period)
    return np.where(household("assistance_due", period), gap, 0)


@rule(household, bool)
def destitute(household, period):
    poor = household("below_poverty", period) & (household("care", period) >= 1)
    return household("no_labour", period) & poor


@rule(household, Time)
def dwelling_programme(household, period):
    grade, kind = household("dwelling_grade", period), household("household_kind", period)
    watched = (kind == Kind.monitored) | (kind == Kind.assisted)
    first = (grade == Grade.D) | ((grade == Grade.C) & watched)
    return np.select([first, grade == Grade.C], [0, 1], 2)


@rule(household, bool)
def public_job(household, period):
    able = (household("labour", period) >= 1) & household("idle", period)
    return able & household("below_line", period)


@rule(household, bool)
def exit_ready(household, period):
    settled = household("guarantees_met", period) & ~household("hardship", period)
    watched = household("household_kind", period) == Kind.monitored
    return watched & ~household("below_line", period) & settled


def variable(name: str, entity: Any, kind: type, formula: Callable[..., Any] | None) -> type:
    members: dict[str, Any] = {
        "entity": entity, "definition_period": YEAR, "label": name, "value_type": kind,
    }  # fmt: skip
    if isinstance(kind, type) and issubclass(kind, Enum):
        members |= {"value_type": Enum, "possible_values": kind, "default_value": next(iter(kind))}
    if formula is not None:
        members["formula"] = formula
    return type(name, (Variable,), members)


def country() -> TaxBenefitSystem:
    system = TaxBenefitSystem([person, household])
    made = [variable("birth_date", person, date, None)]
    made += [variable(name, person, kind, None) for name, kind in PERSON_INPUTS.items()]
    made += [variable(name, household, kind, None) for name, kind in HOUSEHOLD_INPUTS.items()]
    made += [variable(*entry) for entry in FORMULAS]
    system.add_variables(*made)
    return system


def as_input(column: pa.ChunkedArray, kind: type) -> np.ndarray:
    """A Parquet column as OpenFisca wants it; codes by their position in the code list."""
    if issubclass(kind, Enum):
        codes = pa.array([item.name for item in kind])
        return EnumArray(pc.index_in(column, codes).to_numpy().astype(np.uint8), kind)
    if kind is bool:
        return column.to_numpy()
    return column.to_numpy().astype(np.int32)


def run(person_files: list[Path], household_files: list[Path], out: Path) -> int:
    """Parquet to Parquet; the number of households."""
    people = pq.read_table(
        person_files, columns=["person_id", "household_id", "birth_date", *PERSON_INPUTS]
    )
    homes = pq.read_table(household_files, columns=["household_id", *HOUSEHOLD_INPUTS])
    keys = homes["household_id"]
    builder = SimulationBuilder()
    system = country()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(len(people)))
    instance = builder.declare_entity("household", np.arange(len(homes)))
    positions = pc.index_in(people["household_id"], keys.combine_chunks()).to_numpy()
    builder.join_with_persons(instance, positions, np.zeros(len(people), np.int16))
    simulation = builder.build(system)
    simulation.set_input("birth_date", PERIOD, people["birth_date"].to_numpy().astype("M8[D]"))
    for table, inputs in ((people, PERSON_INPUTS), (homes, HOUSEHOLD_INPUTS)):
        for name, kind in inputs.items():
            simulation.set_input(name, PERIOD, as_input(table[name], kind))
    columns: dict[str, Any] = {"household_id": keys}
    for name in OUTPUTS:
        value = simulation.calculate(name, PERIOD)
        if name in ("light", "dwelling_programme"):
            codes = pa.array(LIGHTS if name == "light" else TIMES)
            value = pa.DictionaryArray.from_arrays(np.asarray(value).astype(np.int8), codes)
        columns[name] = value
    pq.write_table(pa.table(columns), out, compression="zstd", store_schema=False)
    return len(homes)
