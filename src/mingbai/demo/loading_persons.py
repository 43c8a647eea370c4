"""What a place knows of persons into the topics (人的分主题装载): as the national export derives it."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo.context import valid_on
from mingbai.demo.loading_frame import Loading
from mingbai.demo.loading_homes import MEASURES, SAID, on_day, period, year_of
from mingbai.demo.observed.views import FIRST_SCHOOL_AGE, school_code
from mingbai.households.loading import Column, Same, plain_values
from mingbai.households.models import Benefit, Bill, Health, Insurance, Schooling, Work

#: Stages of the files → of the pack's list of rolls; preschool is on no roll.
STAGES = {
    "primary": "compulsory", "junior": "compulsory", "senior": "senior",
    "secondary_vocational": "secondary_vocational", "technician": "secondary_vocational",
    "higher_vocational": "higher_vocational", "bachelor": "bachelor", "postgraduate": "bachelor",
}  # fmt: skip
#: States on a roll of the county; who is at school elsewhere is on another's.
ROLLS = {"enrolled": "enrolled", "home": "enrolled", "intern": "intern"}
BENEFITS = {
    "vocational": "yulu",
    "nursing_disabled": "nursing_disabled",
    "living_disabled": "living_disabled",
}
MEDICAL, EMPLOYEE, PENSION = "resident_medical", "employee_medical", "resident_pension"
BILL = (
    "kind", "in_county", "self_paid", "policy_cost", "paid_basic", "paid_major", "paid_aid",
    "paid_supplement",
)  # fmt: skip
SCHOOLS, LABOUR, CARE = "department:教育", "department:人社", "department:医保"
HEALTH = "department:卫健"


def load(loading: Loading) -> None:
    """Schooling, work, insurance, health, bills and benefits."""
    _schoolings(loading)
    _small_children(loading)
    _works(loading)
    _insurances(loading)
    _healths(loading)
    _bills(loading)
    _benefits(loading)


def _schoolings(loading: Loading) -> None:
    """A record a term: where in school, and what the roll says."""
    table, people = loading.about(loading.table("schoolings"), "schoolings", "person_id")
    stages, states = plain_values(table["stage"]), plain_values(table["state"])
    told = list(zip(stages, table["grade"].to_pylist(), states, strict=True))
    codes = {one: school_code(*one) for one in set(told)}
    on_roll = [
        (STAGES[stage], ROLLS[state]) if stage in STAGES and state in ROLLS else (None, None)
        for stage, _, state in told
    ]
    columns: dict[str, Column] = {
        "person_id": people, **period(table), "school_state": [codes[one] for one in told],
        "stage": [stage for stage, _ in on_roll], "roll_state": [state for _, state in on_roll],
        "full_time": [True if stage else None for stage, _ in on_roll],
        "dropout_exempt": table["exempt"], "school": table["school"], "source": Same(SCHOOLS), **SAID,
    }  # fmt: skip
    loading.put(Schooling, columns, len(table))


def _small_children(loading: Loading) -> None:
    """Below school age and on no roll, on the day of the place: until the birthday that ends it."""
    until = loading.until
    persons = loading.table("persons").select(["person_id", "birth_date"])
    born_after = sixth_birthday(until, -FIRST_SCHOOL_AGE)
    small = persons.filter(pc.greater(persons["birth_date"], pa.scalar(born_after)))
    here = valid_on(loading.table("memberships"), until)["person_id"].combine_chunks()
    small = small.filter(pc.is_in(small["person_id"], value_set=here))
    schoolings = loading.table("schoolings").select(["person_id", "from_date", "to_date"])
    now = valid_on(schoolings, until)["person_id"].combine_chunks()
    small = small.filter(pc.invert(pc.is_in(small["person_id"], value_set=now)))
    last = schoolings.group_by("person_id").aggregate([("to_date", "max")])
    at = pc.index_in(small["person_id"], value_set=last["person_id"].combine_chunks())
    left = last["to_date_max"].take(at)
    assert loading.people is not None
    births = small["birth_date"].to_pylist()
    columns: dict[str, Column] = {
        "person_id": loading.people.of(small["person_id"]),
        "valid_from": pc.max_element_wise(small["birth_date"], left),
        "valid_to": [sixth_birthday(day, FIRST_SCHOOL_AGE).isoformat() for day in births],
        "school_state": Same("preschool_child"), "source": Same("village"), **SAID,
    }  # fmt: skip
    loading.put(Schooling, columns, len(small))


def sixth_birthday(born: date, years: int = FIRST_SCHOOL_AGE) -> date:
    """The day some years on; 1 March for who is born on 29 February.

    >>> sixth_birthday(date(2016, 2, 29)), sixth_birthday(date(2014, 5, 1))
    (datetime.date(2022, 3, 1), datetime.date(2020, 5, 1))
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _works(loading: Loading) -> None:
    table, people = loading.about(loading.table("works"), "works", "person_id")
    columns: dict[str, Column] = {
        "person_id": people, **year_of(table["year"]), "education": table["education"],
        "labour": table["labour"], "work_months": table["months"], "work_place": table["place"],
        "works_abroad": Same(False), "mandarin": Same(True), "source": Same(LABOUR), **SAID,
    }  # fmt: skip
    loading.put(Work, columns, len(table))


def _insurances(loading: Loading) -> None:
    """A record a year. The lists of the place's year are whole: whoever is on none is not insured."""
    table, keys = loading.about(loading.table("insurances"), "insurances", "person_id")
    assert loading.people is not None
    for year in sorted(pc.unique(table["year"]).to_pylist()):
        of_year = pc.equal(table["year"], year)
        kinds, people = table["kind"].filter(of_year), keys.filter(of_year.combine_chunks())
        listed = {
            one: people.filter(pc.equal(kinds, one).combine_chunks())
            for one in pc.unique(kinds).to_pylist()
        }
        subjects = pc.unique(people)
        if year == loading.until.year:
            here = valid_on(loading.table("memberships"), loading.until)["person_id"]
            there = loading.people.of(here).drop_null()
            subjects = pc.unique(pa.concat_arrays([subjects, there]))
        subjects = subjects.sort()
        nobody = pa.array([], pa.int64())
        on = {
            one: pc.is_in(subjects, value_set=listed.get(one, nobody))
            for one in (MEDICAL, EMPLOYEE, PENSION)
        }
        columns: dict[str, Column] = {
            "person_id": subjects, "valid_from": Same(f"{year}-01-01"), "valid_to": Same(f"{year + 1}-01-01"),
            "medical_insured": on[MEDICAL], "medical_insured_employee": on[EMPLOYEE],
            "major_insured": pc.or_(on[MEDICAL], on[EMPLOYEE]), "supplement_insured": Same(False),
            "pension_insured": on[PENSION], "source": Same(CARE), **SAID,
        }  # fmt: skip
        loading.put(Insurance, columns, len(subjects))


def _healths(loading: Loading) -> None:
    table, people = loading.about(loading.table("healths"), "healths", "person_id")
    columns: dict[str, Column] = {
        "person_id": people, **period(table), "health_chronic": pc.is_valid(table["chronic"]),
        "health_major": pc.is_valid(table["major"]),
        "health_disabled": pc.is_valid(table["disability_type"]),
        "disability_type": table["disability_type"], "disability_grade": table["disability_grade"],
        "disability_certified_on": table["certified_on"], "source": Same(HEALTH), **SAID,
    }  # fmt: skip
    loading.put(Health, columns, len(table))


def _bills(loading: Loading) -> None:
    table, people = loading.about(loading.table("bills"), "bills", "person_id")
    columns: dict[str, Column] = {
        "person_id": people, **on_day(table["paid_on"]), **{one: table[one] for one in BILL},
        "source": Same(CARE), **SAID,
    }  # fmt: skip
    loading.put(Bill, columns, len(table))


def _benefits(loading: Loading) -> None:
    """The benefits the pack knows; other programmes are measures, and what is neither is listed."""
    table = loading.table("payments")
    known = pc.is_in(table["programme"], value_set=pa.array([*BENEFITS, *MEASURES]))
    table = loading.fit(table, "payments", "payment_id", known, "没有这种补贴 / no such programme")
    table = table.filter(pc.is_in(table["programme"], value_set=pa.array(list(BENEFITS))))
    table, people = loading.about(table, "payments", "person_id")
    columns: dict[str, Column] = {
        "person_id": people, **on_day(table["paid_on"]), "programme": table["programme"],
        "kind": [BENEFITS[one] for one in table["programme"].to_pylist()], "amount": table["amount"],
        "source": [f"department:{one}" for one in table["source"].to_pylist()], **SAID,
    }  # fmt: skip
    loading.put(Benefit, columns, len(table))
