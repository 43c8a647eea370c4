"""Mechanisms of the five reports that the main job really does, each cited by its ID."""

from datetime import date

import pytest

from mingbai.engine.compiling import compile_pack
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import CaseRow
from mingbai.engine.model.values import NA


@pytest.fixture(scope="module")
def cn():
    return Tracer(compile_pack(load_pack("cn", with_cases=False), date(2025, 6, 30)))


@pytest.fixture(scope="module")
def hubei():
    return Tracer(compile_pack(load_pack("cn-hubei", with_cases=False), date(2020, 6, 30)))


def member(tracer, household, rule, **below):
    evaluated = tracer.evaluate(CaseRow(household, below))
    row, _ = tracer.descend(evaluated, "members.0.")
    return tracer.outcome(row, rule)


def whole(tracer, facts, rule, **below):
    return tracer.outcome(tracer.evaluate(CaseRow(facts, below)), rule)


def test_net_income_per_head_is_exact_to_the_fen(cn):
    """S0-64: net income per head from the ledger lines, money in integer fen."""
    lines = dict.fromkeys(
        (
            "income_business", "income_property_dividend", "income_property_other",
            "income_family_planning", "income_dibao", "income_tekun", "income_pension",
            "income_ecology", "income_transfer_other",
        ),
        0,
    )  # fmt: skip
    facts = {**lines, "member_count_registered": 3, "income_wage": 1000000, "expense_business": 1}
    assert whole(cn, facts, "income.per_capita") == 333333
    assert whole(cn, {**facts, "income_wage": None}, "income.per_capita") is None


def test_985_is_checked_per_person_and_year_against_three_numbers(hubei):
    """S0-44: 90 % inpatient, 80 % chronic outpatient, at most 5,000 yuan own cost a year."""
    household = {"division_code": "421083", "household_kind": "exited"}

    def person(kind, cost, own):
        bill = CaseRow(
            {
                "paid_on": date(2020, 3, 1),
                "kind": kind,
                "in_county": True,
                "policy_cost": cost,
                "self_paid": own,
            },
            {},
        )
        return (CaseRow({}, {"bills": (bill,)}),)

    stay = person("inpatient", 1000000, 100001)
    clinic = person("chronic", 1000000, 200000)
    heavy = person("inpatient", 9000000, 500001)
    assert member(hubei, household, "health985.inpatient_short", members=stay) is True
    assert member(hubei, household, "health985.chronic_short", members=clinic) is False
    assert member(hubei, household, "health985.own_over", members=heavy) is True
    assert member(hubei, household, "health985.floor_pay", members=heavy) == 1


def test_four_layers_of_reimbursement_leave_what_was_paid_oneself(cn):
    """S0-43: basic, major-illness, medical aid and supplementary insurance, in order."""
    paid = {"policy_cost": 1000000, "paid_basic": 600000, "paid_major": 200000, "paid_aid": 100000}
    bill = CaseRow({"paid_on": date(2025, 3, 1), **paid, "paid_supplement": 50000}, {})
    evaluated = cn.evaluate(CaseRow({}, {"members": (CaseRow({}, {"bills": (bill,)}),)}))
    row, _ = cn.descend(evaluated, "members.0.bills.0.")
    assert cn.outcome(row, "bill.own") == 50000


def test_vocational_grant_is_compared_with_what_arrived(cn):
    """S0-41: 雨露计划, 1,500 yuan a term; due but unpaid and paid but not due (S3-36)."""
    household = {"division_code": "530626", "household_kind": "exited", "watched_kind": "none"}
    enrolled = CaseRow(
        {
            "enrolled_on": date(2025, 3, 1),
            "stage": "secondary_vocational",
            "full_time": True,
            "roll_state": "enrolled",
        },
        {},
    )

    def student(*amounts, school="vocational_1"):
        benefits = tuple(
            CaseRow({"paid_on": date(2025, 4, 1), "kind": "yulu", "amount": amount}, {})
            for amount in amounts
        )
        return (
            CaseRow({"school_state": school}, {"benefits": benefits, "enrolments": (enrolled,)}),
        )

    assert member(cn, household, "yulu.missing", members=student(149999)) is True
    assert member(cn, household, "yulu.missing", members=student(150000)) is False
    general = {**household, "household_kind": "general"}
    assert member(cn, general, "yulu.undue", members=student(150000)) is True


def test_five_guarantees_have_a_state_evidence_and_an_owner(cn):
    """S0-04: food and clothing, education, health, housing (and water), each with its department."""
    rules = {
        name: cn.program.rule(name) for name in cn.program.bound.rules if name[:7] == "basics."
    }
    assert {"basics.food", "basics.clothing", "basics.education", "basics.medical",
            "basics.housing", "basics.water"} == set(rules)  # fmt: skip
    assert all(rule.owner and rule.source.doc and rule.sentence.zh for rule in rules.values())
    nobody = CaseRow({"birth_date": date(1980, 1, 1)}, {})
    assert whole(cn, {}, "basics.education", members=(nobody,)) is NA
    assert whole(cn, {"dwelling_grade": "D"}, "basics.housing") is None
