"""Entitlement gaps and wrong entries and exits (应享未享、错评漏评错退) against the truth."""

from __future__ import annotations

import pyarrow.compute as pc

from mingbai.demo.judge.figures import PRECISION, RECALL, Line, Rate, Section, found
from mingbai.demo.judge.risks import risk_rules, watched
from mingbai.demo.judge.seen import HAVES, Seen
from mingbai.demo.judge.truths import Truth
from mingbai.engine.model.values import Text

#: Kind of entitlement → the rule for a gap, the rule for what is paid but not due, and what it is called.
RIGHTS = {
    "nursing_disabled": ("nursing.missing", "nursing.undue", Text("护理补贴", "nursing allowance")),
    "living_disabled": ("living.missing", "living.undue", Text("残疾人生活补贴", "living allowance")),
    "vocational": ("yulu.missing", "yulu.undue", Text("雨露计划", "vocational grant")),
}  # fmt: skip
BACK = (
    "poor.returned",
    "watch.unstable",
    "income.above_poverty_line",
    "income.above_monitoring_line",
)


def right_section(seen: Seen, truth: Truth) -> Section:
    """Of what is due and not paid, how much is named; of what is named, how much is truly a gap."""
    due = truth.entitlements
    lines = []
    for kind, (missing, undue, label) in RIGHTS.items():
        mine = due.filter(pc.equal(due["kind"], kind))
        gaps = set(mine.filter(pc.invert(mine["paid"]))["person_id"].to_pylist())
        entitled = set(mine["person_id"].to_pylist())
        lines.append(Line(missing, Text(f"{label.zh}应享未享", f"{label.en}: due, not paid"),
                          found(gaps, seen.called(missing))))  # fmt: skip
        said = seen.called(undue)
        lines.append(Line(undue, Text(f"{label.zh}不应享而享", f"{label.en}: paid, not due"), {
            "precision": Rate(len(said - entitled), len(said)),
        }))  # fmt: skip
    return Section(
        "rights", Text("应享未享", "Entitlement gaps"),
        Text(
            "应享和发放按没有损坏的事实算。低保、住房补助没有公布的标准可以算真实应享，不评。",
            "What is due and paid is computed from the facts before any damage. No published standard tells "
            "who is truly due dibao or a dwelling grant: not scored.",
        ),
        {"recall": RECALL, "precision": PRECISION}, tuple(lines),
    )  # fmt: skip


def misjudged_section(seen: Seen, truth: Truth) -> Section:
    """Households missed, listed wrongly or let go too early that still stand, and who is named for it."""
    here = set(seen.households["household_id"].to_pylist())
    rows = truth.misjudged.to_pylist()
    true = {
        kind: {row["household_id"] for row in rows if row["kind"] == kind}
        for kind in ("missed", "wrong_in", "wrong_out")
    }
    general = seen.keys(pc.equal(seen.households["household_kind"], "general"))
    listed = here - general
    named = seen.called(*risk_rules(seen))
    having = _having(seen) & listed
    back = seen.called(*BACK) & listed
    lines = [
        Line("missed", Text("漏评：该进没进", "missed: should be in"), {
            "recall": found(true["missed"], named | watched(seen))["recall"],
            "precision": Rate(len(named & general & true["missed"]), len(named & general)),
        }),
        Line("wrong_in", Text("错评：不该进的", "wrongly in"), found(true["wrong_in"] & listed, having)),
        Line("wrong_out", Text("错退：退早了", "let go too early"), found(true["wrong_out"], back)),
        *_ready(seen, truth),
    ]  # fmt: skip
    return Section(
        "misjudged", Text("进得对不对、退得对不对", "Wrong and missed inclusion and exit"),
        Text(
            "错评按部门比对（有车、有房、有公司、财政供养）点名；错退按收入和返贫类规则点名。",
            "Wrongly in: named by comparing the departments' lists (vehicle, property, company, payroll). "
            "Let go too early: named by income and the rules of return.",
        ),
        {"recall": RECALL, "precision": PRECISION}, tuple(lines),
    )  # fmt: skip


def _having(seen: Seen) -> set[str]:
    """Households with a member whom a department's list names."""
    owners = {one.key for one in seen.problems if one.code in HAVES and one.key}
    return {seen.home_of.get(key, key) for key in owners}


def _ready(seen: Seen, truth: Truth) -> list[Line]:
    """Whom the product calls ready to leave, and who of them is truly above the line."""
    at_risk = set(truth.risks["household_id"].to_pylist())
    lines = []
    for name, label in (
        ("exit.ready", Text("具备脱贫退出条件", "ready to exit")),
        ("clear.ready", Text("具备风险消除条件", "ready to be cleared")),
    ):
        said = seen.called(name)
        if said:
            lines.append(Line(name, label, {"precision": Rate(len(said - at_risk), len(said))}))
    return lines
