"""What people own and are paid, and where they learn, fits who they are."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo.check import check_tables
from mingbai.demo.context import Context
from mingbai.demo.place import load_place


def _days(context: Context, table: str, day: str, of_person: str) -> tuple[np.ndarray, np.ndarray]:
    """The days of the rows that name a person, beside a day of that person."""
    rows = context.tables[table]
    rows = rows.filter(pc.is_valid(rows["person_id"]))
    persons = context.tables["persons"]
    at = pc.index_in(rows["person_id"], value_set=persons["person_id"].combine_chunks())
    theirs = persons[of_person].take(at).to_numpy()
    return rows[day].to_numpy().astype("datetime64[D]"), theirs.astype("datetime64[D]")


def test_nobody_owns_before_coming_of_age(puxi: Context) -> None:
    since, born = _days(puxi, "assets", "since", "birth_date")
    assert len(since) > 1000
    assert ((since - born).astype(int) >= 18 * 365.25).all()


def test_nobody_is_paid_before_birth(puxi: Context) -> None:
    paid, born = _days(puxi, "payments", "paid_on", "birth_date")
    assert len(paid) > 1000
    assert (paid >= born).all()


def test_allowances_of_the_disabled_follow_the_certificate(puxi: Context) -> None:
    payments, healths = puxi.tables["payments"], puxi.tables["healths"]
    kinds = ["nursing_disabled", "living_disabled"]
    some = payments.filter(pc.is_in(payments["programme"], value_set=pa.array(kinds)))
    first: dict[str, object] = dict(
        zip(healths["person_id"].to_pylist(), healths["certified_on"].to_pylist(), strict=True)
    )
    pairs = zip(some["person_id"].to_pylist(), some["paid_on"].to_pylist(), strict=True)
    assert [one for one in pairs if first[one[0]] is None or one[1] < first[one[0]]] == []


def test_schools_are_called_by_names_and_not_by_codes(puxi: Context) -> None:
    schools = set(puxi.tables["schoolings"]["school"].to_pylist()) - {None}
    assert "蒲溪镇初级中学" in schools
    assert [one for one in schools if one.isascii() or "-" in one] == []


def test_a_lost_registered_household_and_forest_payment_turn_red(puxi: Context) -> None:
    statuses, payments = puxi.tables["statuses"], puxi.tables["payments"]
    registered = statuses.filter(pc.equal(statuses["kind"], "registered"))["subject_id"][0]
    households = puxi.tables["households"]
    gone = households.filter(pc.not_equal(households["household_id"], registered))
    red = _red({**puxi.tables, "households": gone})
    assert {"S1-01.households", "S1-02.households"} <= red
    forest = pc.equal(payments["programme"], "forest_compensation")
    last = pc.max(payments.filter(forest)["paid_on"])
    due = pc.index(pc.and_(forest, pc.equal(payments["paid_on"], last)), True).as_py()
    kept = np.arange(payments.num_rows) != due
    assert _red({**puxi.tables, "payments": payments.filter(kept)}) == {"S1-46.households"}


def _red(tables: dict[str, pa.Table]) -> set[str]:
    return {line.total.id for line in check_tables(load_place("puxi"), tables) if line.red}
