"""蒲溪镇 in the register: published totals out of the database, derived facts, search, refusals."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from mingbai.accounts.scopes import EVERYTHING
from mingbai.audit.actions import open_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch, Event
from mingbai.common.keys import read_keys
from mingbai.demo import frame, loading
from mingbai.demo.check import check_tables
from mingbai.demo.context import Context, valid_on
from mingbai.demo.errors import PlaceError
from mingbai.demo.loading import Loaded, load_place
from mingbai.demo.loading_frame import past, stretches
from mingbai.demo.loading_homes import LAND
from mingbai.demo.place import load_place as known_place
from mingbai.demo.published import compute
from mingbai.households.closing import document_digests
from mingbai.households.indexing import index_households
from mingbai.households.models import (
    Dwelling,
    Household,
    Identity,
    IncomeYear,
    Insurance,
    Membership,
    Person,
    Residence,
    Schooling,
    SearchEntry,
)
from mingbai.households.queries.counting import Standing, count_totals
from mingbai.households.search import search
from mingbai.places.models import Register, VillageStatus
from mingbai.places.rosters import Stretch
from tests.demo.rereading import reread

pytestmark = pytest.mark.database

PLACE = known_place("puxi")


@pytest.fixture(scope="module")
def loaded(
    puxi_files: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Loaded]:
    """The place in the register, once for this file: one transaction around all its tests, turned back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_place(puxi_files, actor="command")
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def again(loaded: Loaded, puxi: Context, django_db_blocker: DjangoDbBlocker) -> dict[str, pa.Table]:
    """The tables as the register gives them back; of resettlement sites it keeps no number."""
    with django_db_blocker.unblock():
        found = reread()
    dwellings = found["dwellings"]
    at = dwellings.column_names.index("estate_id")
    estates = puxi.tables["dwellings"]["estate_id"]
    return {**found, "dwellings": dwellings.set_column(at, "estate_id", estates)}


def rows(context: Context, name: str) -> pa.Table:
    return context.tables[name]


def test_published_totals_come_out_of_the_database(
    loaded: Loaded, again: dict[str, pa.Table], puxi: Context
) -> None:
    """S1-01 S1-02 S1-03 S1-04 S1-05 …, by the definitions of the files, from rows of the register."""
    lines = check_tables(PLACE, {**puxi.tables, **again})
    red = {line.total.id for line in lines if line.red}
    assert red == {"S1-46.area", "S1-47.helped", "S1-47.pupils"}  # rest on columns it does not keep


def test_published_figures_are_computed_from_the_register_itself(loaded: Loaded) -> None:
    """S1-02 S1-04 S1-05: of the figure's day, with the list behind a count; S1-27: not kept there."""
    with transaction.atomic():
        found = {one["id"]: one for one in compute(lambda *step: None)["rows"]}
    assert set(found) == set(PLACE.totals.by_id)
    assert [one for one in found.values() if one["mark"] == "✘"] == []
    agrees = {name for name, one in found.items() if one["mark"] == "✔"}
    assert {
        "S1-01.households",
        "S1-02.poor_villages",
        "S1-05.rate_2014",
        "S1-46.households",
    } <= agrees
    assert found["S1-04.persons"]["list"] == {"of": "persons", "kind": "poor", "on": "2018-06-30"}
    assert found["S1-05.rate_2018"]["parts"][0] == "1,386"
    helpers = found["S1-27.helpers"]
    assert (helpers["mark"], helpers["computed"]) == ("", None)
    assert "assignments.cadre_id" in helpers["absent"]


@pytest.mark.parametrize("name", ["S1-02.households", "S1-04.persons", "S1-05.persons_2018"])
def test_list_behind_a_published_count_counts_the_same(loaded: Loaded, name: str) -> None:
    with transaction.atomic():
        found = {one["id"]: one for one in compute(lambda *step: None)["rows"]}[name]
    total, behind = PLACE.totals.by_id[name], found["list"]
    counted = count_totals(total.date, standing=Standing(behind["kind"]), scope=EVERYTHING)
    assert behind["on"] == total.date.isoformat()
    assert total.in_base_units() == getattr(counted, behind["of"])


def test_lost_membership_turns_totals_of_the_register_red(
    loaded: Loaded, again: dict[str, pa.Table], puxi: Context
) -> None:
    fewer = again["memberships"].filter(pc.not_equal(again["memberships"]["relation"], "head"))
    lines = check_tables(PLACE, {**puxi.tables, **again, "memberships": fewer})
    assert {"S1-01.persons", "S1-02.persons", "S1-04.persons"} <= {
        line.total.id for line in lines if line.red
    }


@pytest.mark.parametrize(
    ("mechanism", "day", "standing", "homes", "persons"),
    [
        ("S1-01", date(2018, 12, 31), Standing.ALL, 9678, 29544),
        ("S1-02", date(2014, 12, 31), Standing.REGISTERED, 1727, 4869),
        ("S1-04", date(2018, 6, 30), Standing.POOR, 945, 2253),
    ],
)
def test_stocks_are_counted_as_of_their_days(
    loaded: Loaded, mechanism: str, day: date, standing: Standing, homes: int, persons: int
) -> None:
    found = count_totals(day, standing=standing)
    assert (found.households, found.persons) == (homes, persons)


def test_villages_left_poverty(loaded: Loaded) -> None:
    """S1-03."""
    on = VillageStatus.objects.recorded().on
    assert on(date(2014, 12, 31)).filter(kind="poor").count() == 3
    assert on(date(2018, 12, 31)).filter(kind="exited").count() == 3


def test_every_row_of_people_is_loaded(loaded: Loaded, puxi: Context) -> None:
    for model, table in (
        (Household, "households"),
        (Person, "persons"),
        (Membership, "memberships"),
    ):
        assert model.objects.recorded().count() == len(rows(puxi, table))
    assert loaded.misfit_counts().total() == len(rows(puxi, "place_facts"))


def test_what_has_no_place_is_told(loaded: Loaded, puxi: Context) -> None:
    taken = {name: len(rows(puxi, name)) for name in loaded.without_place}
    assert loaded.without_place == taken
    assert set(puxi.tables) - loading.TAKEN == set(taken) | {
        name for name in set(puxi.tables) - loading.TAKEN if not len(rows(puxi, name))
    }


def test_one_event_covers_the_load(loaded: Loaded) -> None:
    event = Event.objects.get(batch_id=loaded.batch_id)
    said = json.loads(event.data)
    assert event.action == "places.place.loaded"
    assert said["tables"]["households_identity"]["begun"] == loaded.rows["identity"]
    assert "戴" not in event.data


def test_register_is_marked_synthetic_before_the_first_row(loaded: Loaded) -> None:
    register = Register.objects.get()
    assert register.synthetic
    assert register.working_date == loaded.until
    assert register.created_at <= Batch.objects.get(pk=loaded.batch_id).started_at


def test_numbers_are_closed_and_their_digests_agree(loaded: Loaded, puxi: Context) -> None:
    keys = read_keys(settings.MINGBAI_KEY_FILE)
    persons = rows(puxi, "persons").slice(0, 200).to_pylist()
    numbers = dict(Person.objects.values_list("number", "id"))
    for one in persons:
        row = Identity.objects.filter(person_id=numbers[one["person_id"]]).first()
        assert keys.decrypt(row.id_number, "identity.id_number") == one["id_number"]
        wanted = document_digests(one["id_number"], keys)
        assert {name: bytes(getattr(row, name)) for name in wanted} == wanted
    home = Residence.objects.order_by("household_id").first()
    assert (
        keys.decrypt(home.phone, "residence.phone") == rows(puxi, "households")["phone"][0].as_py()
    )


def test_entries_are_those_that_an_action_would_make(loaded: Loaded) -> None:
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    every = Household.objects.recorded().order_by("number").values_list("id", flat=True)
    assert index_households(batch=batch, household_ids=every[:400]) == 0
    assert index_households(batch=batch, household_ids=every.reverse()[:400]) == 0


def test_everybody_is_found(loaded: Loaded, puxi: Context) -> None:
    entries = SearchEntry.objects.recorded().filter(extra=False)
    assert entries.values("person_id").distinct().count() == len(rows(puxi, "persons"))
    speaking = entries.exclude(household_number=None)
    assert speaking.values("household_id").distinct().count() == len(rows(puxi, "households"))
    somebody = rows(puxi, "persons").slice(100, 1).to_pylist()[0]
    (hit,) = search(somebody["id_number"], EVERYTHING, loaded.until)
    assert hit.name == somebody["name"]


def test_money_and_land_are_loaded_to_the_fen(
    loaded: Loaded, again: dict[str, pa.Table], puxi: Context
) -> None:
    for table, columns in (("incomes", ("wage", "cost", "per_capita")), ("lands", LAND)):
        for column in columns:
            assert pc.sum(again[table][column]) == pc.sum(rows(puxi, table)[column])
    assert pc.sum(again["payments"]["amount"]) == pc.sum(rows(puxi, "payments")["amount"])
    year = IncomeYear.objects.recorded().earliest("valid_from")
    assert (year.valid_from, year.valid_to) == (date(2014, 1, 1), date(2015, 1, 1))


def test_dwelling_is_unsafe_while_dangerous_and_not_renovated(
    loaded: Loaded, puxi: Context
) -> None:
    unsafe = Dwelling.objects.recorded().filter(dwelling_unsafe=True)
    assert set(unsafe.values_list("dwelling_grade", flat=True)) == {"C", "D"}
    table = rows(puxi, "dwellings")
    bad = pc.is_in(table["grade"], value_set=pa.array(["C", "D"]))
    assert unsafe.count() == table.filter(pc.and_(bad, pc.is_null(table["renovated_on"]))).num_rows
    assert not Dwelling.objects.filter(
        dwelling_grade__in=["A", "B"], dwelling_accepted__isnull=False
    ).exists()


def test_everybody_who_lives_there_is_insured_or_not(loaded: Loaded, puxi: Context) -> None:
    here = valid_on(rows(puxi, "memberships"), loaded.until)["person_id"]
    on_day = Insurance.objects.recorded().on(loaded.until)
    assert on_day.count() >= len(pc.unique(here))
    assert on_day.filter(medical_insured=None).count() == 0


def test_small_children_are_below_school_age(loaded: Loaded) -> None:
    on_day = Schooling.objects.recorded().on(loaded.until)
    small = on_day.filter(school_state="preschool_child")
    births = Identity.objects.filter(person_id__in=small.values("person_id"))
    born_after = date(loaded.until.year - 6, loaded.until.month, loaded.until.day)
    assert small.count() > 100
    assert not births.filter(birth_date__lte=born_after).exists()
    assert on_day.values("person_id").distinct().count() == on_day.count()


def test_second_load_is_refused(loaded: Loaded, puxi_files: Path) -> None:
    before = Batch.objects.count()
    with pytest.raises(PlaceError, match=r"空的登记库.*empty one"):
        load_place(puxi_files, actor="command")
    assert Batch.objects.count() == before


def test_household_lives_under_the_code_of_the_time() -> None:
    """洞口's 月溪乡 became 月溪镇 in 2018; a rename is no change of the code."""
    day = date(2018, 1, 1)
    before = {"430525113201": ("430525204201", day)}
    assert stretches("430525113201", date(2014, 1, 1), None, before) == [
        ("430525204201", date(2014, 1, 1), day), ("430525113201", day, None),
    ]  # fmt: skip
    assert stretches("430525113201", date(2019, 1, 1), None, before) == [
        ("430525113201", date(2019, 1, 1), None)
    ]
    assert stretches("430525113201", date(2014, 1, 1), date(2016, 1, 1), before) == [
        ("430525204201", date(2014, 1, 1), date(2016, 1, 1))
    ]
    assert past([]).recoded == {}


def test_household_of_a_merged_village_lived_in_the_one_that_went() -> None:
    """沙口 2018: 海岭 went into 蔡杨, which stood and was renamed; whose own households stayed."""
    day, first = date(2018, 1, 1), date(2014, 1, 1)
    context = Context(known_place("shakou"), 1, known_place("shakou").as_of)
    frame.build(context)
    known = past([Stretch(**row) for row in context.tables["divisions"].to_pylist()])
    into, gone = "421083110201", "421083110204"
    assert stretches(into, first, None, known.of(into, gone + "002")) == [
        (gone, first, day), (into, day, None),
    ]  # fmt: skip
    assert stretches(into, first, None, known.of(into, None)) == [(into, first, None)]
    origins = context.tables["groups"]
    origins = origins.filter(pc.equal(origins["village_code"], into))["formerly"].to_pylist()
    assert set(origins[: len(origins) // 2]) == {None}
    assert origins[-1].startswith(gone)
