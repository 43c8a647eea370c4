"""The people of a built place fit together: one head, children younger than parents, ages with roles."""

# The queries are put together from days and relations that stand in this file.
# ruff: noqa: S608

from datetime import date

import duckdb
import pytest

from mingbai.demo.society import RELATIONS
from mingbai.tables.identity import birth_of, is_valid, sex_of
from tests.demo.peopled import asked_about, people_of

BUILT = [("puxi", None), ("puxi", date(2026, 6, 30)), ("dongkou", None)]


@pytest.fixture(params=BUILT, ids=lambda one: f"{one[0]}-{one[1] or 'report'}")
def asked(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    return asked_about(*request.param)


def none(asked: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert asked.sql(sql).fetchall() == []


def test_a_household_has_one_head_and_at_most_one_spouse(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select household_id from m group by 1 having sum((relation = 'head')::int) <> 1"
        " or sum((relation = 'spouse')::int) > 1",
    )


def test_a_spouse_is_of_the_other_sex_and_of_age(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select a.person_id from m a join m b using (household_id) where a.relation = 'head'"
        " and b.relation = 'spouse' and (a.sex = b.sex or b.age < 18 or abs(a.age - b.age) > 16)",
    )


def test_no_child_is_near_the_age_of_a_parent(asked: duckdb.DuckDBPyConnection) -> None:
    pairs = {
        ("head", "spouse"): ("son", "daughter"),
        ("daughter_in_law",): ("grandson", "granddaughter"),
        ("father", "mother"): ("head",),
        ("grandfather", "grandmother"): ("father", "mother"),
    }
    for parents, children in pairs.items():
        none(
            asked,
            "select b.person_id from m a join m b using (household_id)"
            f" where a.relation in {(*parents, '')} and b.relation in {(*children, '')}"
            " and b.birth_date < a.birth_date + interval 15 year"
            # An only daughter-in-law is the mother; of two, either may be.
            " and (a.relation <> 'daughter_in_law' or (select count(*) from m c where"
            " c.household_id = a.household_id and c.relation = 'daughter_in_law') = 1)"
            " and not exists (select 1 from memberships o where o.household_id = a.household_id"
            " and o.reason_in = 'new_head' and a.relation = 'daughter_in_law')",
        )


def test_relations_are_those_of_the_national_list(asked: duckdb.DuckDBPyConnection) -> None:
    found = {row[0] for row in asked.sql("select distinct relation from memberships").fetchall()}
    assert found <= set(RELATIONS)
    assert len(found) > 22


def test_the_dead_are_members_of_nothing(asked: duckdb.DuckDBPyConnection) -> None:
    none(asked, "select person_id from m where died_on is not null")
    none(asked, "select person_id from memberships where to_date <= from_date")


def test_nobody_is_in_two_households(asked: duckdb.DuckDBPyConnection) -> None:
    none(asked, "select person_id from m group by 1 having count(*) > 1")


def test_the_named_head_is_the_head(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select h.household_id from households h join m using (household_id)"
        " where relation = 'head' and person_id <> head_person_id",
    )


def test_ages_are_those_of_a_rural_place(asked: duckdb.DuckDBPyConnection) -> None:
    young, old, male = asked.sql(
        "select avg((age < 15)::int), avg((age >= 60)::int), avg((sex = 'male')::int) from m"
    ).fetchall()[0]
    assert 0.11 < young < 0.25
    assert 0.17 < old < 0.31
    assert 0.48 < male < 0.54


def test_id_numbers_are_never_issued_ones_and_agree(asked: duckdb.DuckDBPyConnection) -> None:
    rows = asked.sql("select id_number, birth_date, sex from persons using sample 3000").fetchall()
    assert all(number.startswith("99") and is_valid(number) for number, _, _ in rows)
    assert all(birth_of(number) == birth and sex_of(number) == sex for number, birth, sex in rows)
    none(asked, "select id_number from persons group by 1 having count(*) > 1")


def test_school_follows_age(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select person_id from schoolings s join persons using (person_id) where stage = 'primary'"
        " and year(s.from_date) - year(birth_date) not between 5 and 13",
    )
    none(
        asked,
        "select s.person_id from schoolings s join works w on w.person_id = s.person_id"
        " and w.year = year(s.from_date) and s.term like '%-1' where w.channel = 'transfer'",
    )


def test_nobody_registered_is_out_of_school(asked: duckdb.DuckDBPyConnection) -> None:
    """S1-47 S4-54."""
    none(
        asked,
        "select s.person_id from schoolings s join memberships using (person_id) join statuses t on"
        " subject_id = household_id and t.kind = 'registered' where state = 'dropout' and"
        " t.from_date < s.to_date and coalesce(t.to_date > s.to_date, true)",
    )


def test_who_works_away_is_able_and_of_age(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select person_id from works join persons using (person_id) where channel = 'transfer' and"
        " (labour in ('lost', 'none') or year - year(birth_date) not between 15 and 67 or months < 1)",
    )


def test_illness_grows_with_age_and_spending_with_illness(asked: duckdb.DuckDBPyConnection) -> None:
    shares = asked.sql(
        "select avg((chronic is not null)::int) filter (age between 30 and 45),"
        " avg((chronic is not null)::int) filter (age > 65) from m left join healths using (person_id)"
    ).fetchall()[0]
    assert shares[1] > 2 * shares[0]
    costs = asked.sql(
        "select avg(policy_cost) filter (major is not null), avg(policy_cost) filter (major is null)"
        " from bills join healths using (person_id) where kind = 'inpatient'"
    ).fetchall()[0]
    assert costs[0] > 1.5 * costs[1]


def test_severe_disability_ends_full_labour(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select person_id from works join healths using (person_id) where disability_grade in ('1', '2')"
        " and labour in ('ordinary', 'skilled')",
    )


def test_layers_of_a_bill_sum_to_its_cost(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select bill_id from bills where policy_cost <> paid_basic + paid_major + paid_aid"
        " + paid_supplement + self_paid or self_paid < 0",
    )


def test_income_lines_sum_to_the_net(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select household_id from incomes where net <> wage + business + dividend + property_other"
        " + family_planning + dibao + tekun + pension + ecology + transfer_other - cost"
        " or per_capita <> net // members or net < 0 or wage < 0 or business < 0 or cost < 0",
    )


def test_pensions_are_paid_from_sixty(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select household_id, year from incomes i where pension > 0 and not exists (select 1 from"
        " memberships m join persons p using (person_id) where m.household_id = i.household_id"
        " and p.birth_date < make_date(i.year::int - 59, 1, 1))",
    )


def test_relocated_households_live_in_resettled_houses(asked: duckdb.DuckDBPyConnection) -> None:
    none(
        asked,
        "select household_id from dwellings where (kind = 'resettled') <> (relocated_on is not null)"
        " or (kind = 'resettled' and (estate_id is null or grade <> 'A'))",
    )
    none(
        asked,
        "select household_id from dwellings where to_date is null group by 1 having count(*) > 1",
    )


def test_a_place_has_homonyms_but_no_copies() -> None:
    context = people_of("puxi", 1, None)
    names = context.tables["persons"]["name"]
    assert 0.5 < len(names.unique()) / len(names) < 1
    assert all(2 <= len(name) <= 4 for name in names.slice(0, 2000).to_pylist())


def test_two_seeds_differ_and_one_seed_does_not() -> None:
    one, same, other = (people_of("puxi", seed, date(2020, 6, 30)) for seed in (3, 3, 4))
    for name, table in one.tables.items():
        assert table.equals(same.tables[name]), name
    for name, table in one.truth.items():
        assert table.equals(same.truth[name]), name
    assert not one.tables["persons"].equals(other.tables["persons"])
