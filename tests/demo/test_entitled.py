"""What the truth layer says of rights and risks, held against the register that it was made of."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pyarrow.compute as pc

from mingbai.demo.context import Context, valid_on


def test_who_is_at_risk_is_below_the_line_and_lives_here(puxi: Context) -> None:
    risks = puxi.truth["risks"].to_pylist()
    assert {row["kind"] for row in risks} >= {"low", "illness"}
    assert all(row["after"] < row["line"] for row in risks)
    assert {row["line"] for row in risks} == {325_000}
    here = set(valid_on(puxi.tables["households"], puxi.until)["household_id"].to_pylist())
    assert {row["household_id"] for row in risks} <= here
    days = [row["day"] for row in risks if row["day"] is not None]
    assert min(days) > puxi.until - timedelta(days=366)
    assert max(days) <= puxi.until


def test_low_households_are_those_with_low_welfare(puxi: Context) -> None:
    """At the end of a year nothing has happened since: the poor of the year are all, and no others."""
    welfare = puxi.truth["welfare"]
    rows = welfare.filter(pc.and_(pc.equal(welfare["year"], puxi.until.year), welfare["poor"]))
    at_risk = set(puxi.truth["risks"]["household_id"].to_pylist())
    assert set(rows["household_id"].to_pylist()) == at_risk


def test_allowances_are_due_to_the_severely_disabled_and_paid_to_most(puxi: Context) -> None:
    due = puxi.truth["entitlements"].to_pylist()
    kinds = Counter((row["kind"], row["paid"]) for row in due)
    paid, unpaid = kinds["nursing_disabled", True], kinds["nursing_disabled", False]
    assert 0.94 < paid / (paid + unpaid) < 1
    assert not any(
        kind == "vocational" for kind, _ in kinds
    )  # nobody published a term's grant then
    healths = valid_on(puxi.tables["healths"], puxi.until).to_pylist()
    severe = {row["person_id"] for row in healths if row["disability_grade"] in ("1", "2")}
    assert {row["person_id"] for row in due if row["kind"] == "nursing_disabled"} <= severe


def test_who_is_unpaid_has_no_payment_of_the_last_month(puxi: Context) -> None:
    payments = puxi.tables["payments"].to_pylist()
    lately = {
        (row["programme"], row["person_id"])
        for row in payments
        if row["paid_on"] > puxi.until - timedelta(days=31)
    }
    for row in puxi.truth["entitlements"].to_pylist():
        assert ((row["kind"], row["person_id"]) in lately) == row["paid"]
