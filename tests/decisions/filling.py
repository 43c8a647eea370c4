"""Filling a register with the tables a pack reads, so that both ways to states can be compared."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

from django.utils import timezone

from mingbai.audit.models import Batch
from mingbai.decisions.columns import COLUMNS, LAST_YEAR_SPEAKS
from mingbai.engine.loading import load_pack
from mingbai.households.models import (
    Benefit,
    Bill,
    Household,
    HouseholdIncident,
    HouseholdLife,
    Identity,
    Measure,
    Membership,
    Person,
    Residence,
    Schooling,
    Status,
)
from mingbai.households.topics import topic_of
from mingbai.places.models import Division, Register
from mingbai.screening.inputs import read_input

ROOT = Path(__file__).parents[2]
EXAMPLE, DAY = ROOT / "examples" / "yunnan-2025", date(2025, 6, 30)
SINCE = date(2014, 1, 1)
WATCHED = {
    "unstable": "watched_unstable",
    "marginal": "watched_marginal",
    "sudden": "watched_sudden",
}


@cache
def cn():
    return load_pack("cn", with_cases=False)


@cache
def example():
    """The example's tables as `mingbai screen` reads them."""
    return read_input(EXAMPLE, cn())


def recorded_batch(**fields):
    now = timezone.now()
    return Batch.objects.create(
        **{"kind": "load", "actor": "command", "started_at": now, "recorded_at": now, **fields}
    )


def make_register(division="530000000000", day=DAY, pack="cn"):
    return Register.objects.create(
        division_code=division,
        synthetic=True,
        working_date=day,
        pack=pack,
        created_at=timezone.now(),
    )


class Filler:
    """Puts rows under one recorded batch; `households` and `persons` give the keys by the tables' ids."""

    def __init__(self, batch=None):
        self.batch = batch or recorded_batch()
        self.households, self.persons = {}, {}
        self.waiting = None
        self.divisions = set()
        self.places = {}  # path of names → number among its siblings

    def put(self, model, valid_from=SINCE, valid_to=None, **fields):
        row = model(begun_by=self.batch, valid_from=valid_from, valid_to=valid_to, **fields)
        if self.waiting is None:
            row.save()
        else:
            self.waiting.setdefault(model, []).append(row)
        return row

    def fill(self, tables):
        """All rows of the tables, each table of the register by one statement."""
        rows = {name: table.to_pylist() for name, table in tables.items()}
        self.waiting = {}
        for row in rows["household"]:
            self.household(row)
        for row in rows["person"]:
            self.person(row, [one for one in rows.get("enrolment", ())
                              if one["person_id"] == row["person_id"]])  # fmt: skip
        for name, model, link in (("bill", Bill, "person"), ("benefit", Benefit, "person"),
                                  ("measure", Measure, "household"),
                                  ("incident", HouseholdIncident, "household")):  # fmt: skip
            for row in rows.get(name, ()):
                self.record(name, model, link, row)
        waiting, self.waiting = self.waiting, None
        for model, made in waiting.items():
            model.objects.bulk_create(made)
        return self

    def household(self, row):
        made = Household.objects.create(begun_by=self.batch, number=row["household_id"])
        self.households[row["household_id"]] = made.pk
        self.put(HouseholdLife, household_id=made.pk)
        self.put(Residence, household_id=made.pk, division_code=self.village_of(row),
                 group_number=row["village_group"])  # fmt: skip
        self.topics("household", made.pk, row, skip={"residence"})
        self.statuses(made.pk, row)
        return made.pk

    def village_of(self, row):
        """A code for the village that its names stand for, below the province of the row."""
        code, above = row["division_code"][:2] + "00", ()
        for level, width in (("county", 2), ("township", 3), ("village", 3)):
            above = (*above, row[level])
            known = [path for path in self.places if path[:-1] == above[:-1]]
            self.places.setdefault(above, len(known) + 1)
            code += f"{self.places[above]:0{width}d}"
        for level, digits in (("province", 2), ("county", 6), ("township", 9), ("village", 12)):
            division = code[:digits].ljust(12, "0")
            if division not in self.divisions:
                self.divisions.add(division)
                self.put(Division, code=division, name=row[level], level=level)
        return code

    def topics(self, subject, key, row, skip=()):
        wanted = {}
        for fact, (topic, column) in COLUMNS[subject].items():
            if topic not in skip and row.get(fact) is not None:
                wanted.setdefault(topic, {})[column] = row[fact]
        for topic, values in wanted.items():
            ended = date(2025, 1, 1) if topic in LAST_YEAR_SPEAKS else None
            self.put(topic_of(topic).model, SINCE, ended, **{f"{subject}_id": key}, **values)

    def statuses(self, key, row):
        def put(kind, begun, ended=None, cause=""):
            self.put(
                Status, begun, ended, subject="household", subject_id=key, kind=kind, cause=cause
            )

        cause, first = row["poverty_cause"] or "", row["identified_on"] or SINCE
        if row["household_kind"] in ("exited", "registered_poor"):
            put("registered", first, cause=cause)
        if row["household_kind"] == "exited":
            put("exited", max(first, date(2019, 12, 31)))
        if row["watched_kind"] in WATCHED:
            begun = row["watched_on"] or SINCE
            ended = row["cleared_on"] if row["risk_cleared"] else None
            put(WATCHED[row["watched_kind"]], begun, ended, cause)
            if row["risk_cleared"]:
                put("cleared", row["cleared_on"])

    def person(self, row, enrolments=()):
        made = Person.objects.create(begun_by=self.batch, number=row["person_id"])
        self.persons[row["person_id"]] = made.pk
        home = self.households[row["household_id"]]
        self.put(
            Membership, person_id=made.pk, household_id=home, relation=row["relation"] or "other"
        )
        self.topics("person", made.pk, row, skip={"schooling", "identity"})
        self.put(Identity, person_id=made.pk, name=row["name"], sex=row["sex"],
                 birth_date=row["birth_date"])  # fmt: skip
        now = {name: row[name] for name in ("school_state", "dropout_exempt", "school_cost")}
        terms = sorted(enrolments, key=lambda one: one["enrolled_on"])
        begins = [SINCE, *(one["enrolled_on"] for one in terms)]
        for number, begun in enumerate(begins):
            ended = begins[number + 1] if number + 1 < len(begins) else None
            term = terms[number - 1] if number else {}
            told = {name: term.get(name) for name in ("stage", "full_time", "roll_state")}
            self.put(Schooling, begun, ended, person_id=made.pk, **now, **told)
        return made.pk

    def record(self, entity, model, link, row):
        day_column = next(
            fact for fact, (_, column) in COLUMNS[entity].items() if column == "valid_from"
        )
        keys = self.persons if link == "person" else self.households
        values = {fact: row[fact] for fact in COLUMNS[entity] if fact != day_column}
        day = row[day_column]
        self.put(
            model, day, day + timedelta(days=1), **{f"{link}_id": keys[row[f"{link}_id"]]}, **values
        )


def fill_example():
    """The example in the register: its filler."""
    return Filler().fill(example().tables)


def plain_household(number, code="43", village="村一", **facts):
    """A household row of a table, with everything not named unknown."""
    names = [*COLUMNS["household"], "household_id", "province", "county", "township", "village",
             "household_kind", "identified_on", "watched_kind", "watched_on", "risk_cleared",
             "cleared_on", "poverty_cause", "dibao_marginal"]  # fmt: skip
    row = dict.fromkeys(names) | {
        "household_id": number, "division_code": code, "province": "省", "county": "县",
        "township": "乡", "village": village,
    }  # fmt: skip
    return row | facts


def plain_person(number, household, **facts):
    names = [*COLUMNS["person"], "relation"]
    return dict.fromkeys(names) | {
        "person_id": number, "household_id": household, "name": f"某{number}", "relation": "head",
    } | facts  # fmt: skip
