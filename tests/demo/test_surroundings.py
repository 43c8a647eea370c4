"""What is around the households meets every published total of its own, by query of the product."""

from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mingbai.demo import frame, population, surroundings
from mingbai.demo.check import GREEN, RED, check_tables
from mingbai.demo.context import Context
from mingbai.demo.place import load_place
from mingbai.demo.rows import rows
from mingbai.demo.schema import TABLES
from tests.demo.miniature import make

PLACES = ("puxi", "dongkou")
# Totals that rest on households alone are the population's own, and are tested with it.
OWN_TABLES = {*surroundings.WRITES, "village_statuses"}
# As much as the dwellings say, and the stand-in has only a thousand of them.
PAID_BY_DWELLING = {"S4-60.amount"}


@cache
def built(place: str, seed: int = 1, until: date | None = None) -> Context:
    context = make(place, seed, until)
    surroundings.build(context)
    for name in TABLES:
        context.append(name, rows(name, 0))
    return context


@cache
def peopled(seed: int, until: date | None = None) -> Context:
    """蒲溪 with the people of the generator instead of the stand-in."""
    place = load_place("puxi")
    context = Context(place, seed, until or place.as_of)
    for step in (frame, population, surroundings):
        step.build(context)
    return context


def marks(context: Context) -> dict[str, str]:
    return {
        line.total.id: line.mark
        for line in check_tables(context.place, context.tables)
        if any(table in str(line.total.query) for table in OWN_TABLES)
        and line.total.id not in PAID_BY_DWELLING
    }


def table(context: Context, name: str, **where: str) -> pa.Table:
    found = context.tables[name]
    for column, value in where.items():
        found = found.filter(pc.equal(found[column], value))
    return found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_total_around_the_households_is_met(place: str, seed: int) -> None:
    found = marks(built(place, seed))
    assert len(found) >= {"puxi": 30, "dongkou": 45}[place]
    assert {name: mark for name, mark in found.items() if mark != GREEN} == {}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("until", [None, date(2026, 6, 30)])
def test_every_total_of_the_town_is_met_with_its_people(seed: int, until: date | None) -> None:
    assert {name: mark for name, mark in marks(peopled(seed, until)).items() if mark == RED} == {}


@pytest.mark.parametrize("place", PLACES)
def test_two_seeds_differ_and_the_same_seed_does_not(place: str) -> None:
    one, other = built(place, 1), built(place, 2)
    again = make(place, 1)
    surroundings.build(again)
    assert all(again.tables[name].equals(one.tables[name]) for name in surroundings.WRITES)
    for name in ("cadres", "assignments", "links", "crops", "payments", "entities"):
        assert not one.tables[name].equals(other.tables[name])


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("payments", {"S4-53.person_times", "S4-53.amount"}),
        ("teams", {"S4-48.teams"}),
        ("needs", {"S4-12.needs"}),
        ("spendings", {"S4-52.amount"}),
    ],
)
def test_one_row_less_turns_its_total_red(name: str, total: set[str]) -> None:
    """The check is by query: a lost row cannot stay unseen."""
    context = built("dongkou")
    kept = {**context.tables, name: context.tables[name].slice(1)}
    lines = check_tables(context.place, kept)
    assert total <= {line.total.id for line in lines if line.red}


def test_vocational_grants_stand_at_two_rates_and_one_residual() -> None:
    """X22: the mean is no rate, so older payments are lower, and one carries the rest."""
    grants = table(built("dongkou"), "payments", programme="vocational")
    published = grants.filter(pc.less_equal(grants["paid_on"], date(2019, 12, 31)))
    amounts, counts = np.unique(published["amount"].to_numpy(), return_counts=True)
    assert sorted(counts.tolist())[0] == 1
    assert amounts.size == 3
    assert (np.diff(published["amount"].to_numpy()) >= 0).all()


def test_no_pupil_is_paid_twice_on_a_day() -> None:
    grants = table(built("dongkou"), "payments", programme="vocational")
    days = grants.group_by(["person_id", "paid_on"]).aggregate([([], "count_all")])
    assert days.num_rows == grants.num_rows


def test_no_helper_has_more_households_than_the_most() -> None:
    pairs = table(built("dongkou"), "assignments", role="helper")
    assert max(pairs["cadre_id"].value_counts().field("counts").to_pylist()) <= 5
    assert pc.count_distinct(pairs["target_id"]).as_py() == pairs.num_rows


def test_one_village_of_the_town_has_no_first_secretary() -> None:
    """X13: 11 first secretaries for 12 villages is a vacancy, not a doubling."""
    posts = table(built("puxi"), "assignments", role="first_secretary")
    assert pc.count_distinct(posts["target_id"]).as_py() == posts.num_rows == 11


def test_each_leader_on_site_has_four_villages() -> None:
    """X29."""
    posts = table(built("dongkou"), "assignments", role="supervising_leader", target="village")
    assert set(posts["cadre_id"].value_counts().field("counts").to_pylist()) == {4}


def test_matches_follow_needs_and_donors_had_registered() -> None:
    context = built("dongkou")
    needs = context.tables["needs"].filter(pc.is_valid(context.tables["needs"]["matched_on"]))
    people = context.tables["volunteers"]
    at = pc.index_in(needs["donor_id"], value_set=people["volunteer_id"].combine_chunks())
    since = people["registered_on"].take(at)
    assert pc.all(pc.greater_equal(needs["matched_on"], needs["posted_on"])).as_py()
    late = pc.sum(pc.greater(since, needs["matched_on"])).as_py()
    assert late <= needs.num_rows // 1000  # on the first day nobody may have registered yet


def test_money_of_a_sum_is_written_in_steps_with_one_residual() -> None:
    spent = table(built("dongkou"), "spendings", purpose="health")["amount"].to_numpy()
    assert sum(value % 10_000 != 0 for value in spent.tolist()) <= 1


def test_dividends_are_paid_each_year_and_never_below_the_guarantee() -> None:
    rolled = built("dongkou", 1, date(2022, 6, 30))
    paid = rolled.tables["dividends"]
    assert pc.unique(paid["year"]).to_pylist() == [2019, 2020, 2021]
    assert (paid["paid"].to_numpy() * 100 >= paid["share"].to_numpy() * 8).all()
    assert pc.max(paid["paid_on"]).as_py() <= date(2022, 6, 30)


@pytest.mark.parametrize("place", PLACES)
def test_rolling_on_leaves_the_published_totals(place: str) -> None:
    assert set(marks(built(place, 1, date(2022, 6, 30))).values()) == {GREEN}


@pytest.mark.parametrize("place", PLACES)
def test_ids_are_unique_and_references_lead_somewhere(place: str) -> None:
    tables = built(place).tables
    for name, column in (
        ("units", "unit_id"), ("cadres", "cadre_id"), ("teams", "team_id"),
        ("entities", "entity_id"), ("payments", "payment_id"), ("spendings", "spending_id"),
        ("projects", "project_id"), ("needs", "need_id"), ("volunteers", "volunteer_id"),
    ):  # fmt: skip
        assert pc.count_distinct(tables[name][column]).as_py() == tables[name].num_rows
    for name, column, other in (
        ("cadres", "unit_id", "units"), ("assignments", "cadre_id", "cadres"),
        ("assignments", "team_id", "teams"), ("links", "entity_id", "entities"),
        ("links", "household_id", "households"), ("payments", "household_id", "households"),
        ("payments", "person_id", "persons"), ("posts", "person_id", "persons"),
    ):  # fmt: skip
        used = tables[name][column].drop_null()
        assert pc.all(pc.is_in(used, value_set=tables[other][column].combine_chunks())).as_py() in (
            True,
            None,
        )


def test_the_friday_meeting_is_on_fridays() -> None:
    """S1-33: eight offices and three groups meet each Friday."""
    days = table(built("puxi"), "campaign_records", campaign_id="friday")["day"].to_pylist()
    assert {day.isoweekday() for day in days} == {5}
    assert len(days) == 52


def test_the_monthly_ranking_ranks_every_village_once() -> None:
    """S1-34, S1-35: a village may stay at the bottom, two cannot share a rank."""
    ranks = table(built("puxi"), "assessments", measure="month_rank")
    by_month = ranks.group_by("day").aggregate([("found", "count_distinct"), ("found", "max")])
    assert by_month.num_rows == 12
    assert set(by_month["found_count_distinct"].to_pylist()) == {12}
    assert set(by_month["found_max"].to_pylist()) == {12}


def test_every_group_had_its_courtyard_meeting() -> None:
    """S4-25."""
    context = built("dongkou")
    meetings = table(context, "campaign_records", campaign_id="courtyard")
    assert meetings.num_rows == context.tables["groups"].num_rows


def test_records_lie_within_their_campaign() -> None:
    context = built("dongkou")
    campaigns, records = context.tables["campaigns"], context.tables["campaign_records"]
    at = pc.index_in(records["campaign_id"], value_set=campaigns["campaign_id"].combine_chunks())
    assert pc.all(pc.greater_equal(records["day"], campaigns["from_date"].take(at))).as_py()
    ends = pc.fill_null(campaigns["to_date"].take(at), context.place.as_of)
    assert pc.all(pc.less_equal(records["day"], ends)).as_py()


def test_a_household_watched_later_gets_a_helper_of_its_village() -> None:
    context = make("dongkou", 1, date(2021, 6, 30))
    other = context.tables["households"].slice(100_000, 1)
    home = other["household_id"][0].as_py()
    watch = rows(
        "statuses", 1, subject="household", subject_id=home, kind="watched_sudden",
        from_date=date(2021, 3, 1),
    )  # fmt: skip
    context.append("statuses", watch)
    surroundings.build(context)
    pair = table(context, "assignments", role="helper", target_id=home)
    assert pair["from_date"].to_pylist() == [date(2021, 3, 11)]
    mates = table(context, "assignments", cadre_id=pair["cadre_id"][0].as_py())
    homes = context.tables["households"]
    at = pc.index_in(mates["target_id"], value_set=homes["household_id"].combine_chunks())
    villages = homes["village_code"].take(at.drop_null())
    assert other["village_code"][0].as_py() in villages.to_pylist()
    assert mates.num_rows > 1


def test_rangers_who_died_or_are_too_old_have_successors() -> None:
    """S1-45: the posts stay 52, their holders change."""
    context = peopled(1, date(2026, 6, 30))
    posts = context.tables["posts"]
    by_start = posts.group_by("from_date").aggregate([("person_id", "count_distinct")])
    assert set(by_start["person_id_count_distinct"].to_pylist()) == {52}
    persons = context.tables["persons"]
    at = pc.index_in(posts["person_id"], value_set=persons["person_id"].combine_chunks())
    died = persons["died_on"].take(at)
    assert not pc.any(pc.less_equal(died, posts["from_date"])).as_py()
    assert pc.count_distinct(posts["person_id"]).as_py() > 52


def test_a_grant_comes_after_the_watch_began() -> None:
    context = make("dongkou", 1, date(2021, 6, 30))
    member = context.tables["memberships"].slice(400_000, 1)
    home, pupil = member["household_id"][0].as_py(), member["person_id"][0].as_py()
    watch = rows(
        "statuses", 1, subject="household", subject_id=home, kind="watched_marginal",
        from_date=date(2020, 8, 1),
    )  # fmt: skip
    terms = [date(2020, 3, 1), date(2020, 9, 1), date(2021, 3, 1)]
    study = rows(
        "schoolings", 3, person_id=pupil, term=[str(day) for day in terms], from_date=terms,
        stage="secondary_vocational", state="enrolled",
    )  # fmt: skip
    context.append("statuses", watch)
    context.append("schoolings", study)
    context.place.parameters["around"]["payments"][0]["later"] = 1.0
    surroundings.build(context)
    paid = table(context, "payments", person_id=pupil)
    assert paid["term"].to_pylist() == ["2020-09-01", "2021-03-01"]
