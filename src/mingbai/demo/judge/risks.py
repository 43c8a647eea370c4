"""Households at risk and the lights (风险户、红黄绿) against who truly fell below the line."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pyarrow.compute as pc

from mingbai.demo.judge.figures import PRECISION, RECALL, Line, Rate, Section, found
from mingbai.demo.judge.seen import Seen
from mingbai.demo.judge.truths import Truth
from mingbai.engine.model.values import Text

#: Rules that say "this household may be in trouble"; rights, measures and contradictions are other matters.
PREFIXES = ("poor.", "watch.", "signal.", "light.", "income.above_")
KINDS = {
    "low": Text("收入本来就在线下", "income below the line, no blow"),
    "illness": Text("因病", "illness"),
    "accident": Text("意外", "accident"),
    "disaster": Text("受灾", "disaster"),
    "job": Text("务工中断", "work lost"),
    "schooling": Text("因学", "cost of schooling"),
}
#: How long ago the blow fell, in days.
AGES = ((0, 30), (31, 90), (91, 366))
LIGHTS = {
    "red": Text("红灯户", "red"),
    "yellow": Text("黄灯户", "yellow"),
    "green": Text("绿灯户", "green"),
    "": Text("灯待核实", "light unknown"),
}


def risk_rules(seen: Seen) -> list[str]:
    """The rules in force that name a household at risk."""
    return [name for name in seen.states if name.startswith(PREFIXES)]


def watched(seen: Seen) -> set[str]:
    """Whom the files have under watch already: known, not to be found."""
    program = seen.screening.program.pack.top.id
    return seen.keys(seen.screening.results[program]["watched.now"])


def told(seen: Seen, truth: Truth) -> set[str]:
    """Of whom a file says something: last year's income, or a bill of the one who was hit."""
    homes = seen.screening.results["household"]
    said = seen.keys(pc.is_valid(homes["income.per_capita"]))
    bills = seen.screening.intake.tables["bill"]
    billed = set(zip(bills["person_id"].to_pylist(), bills["paid_on"].to_pylist(), strict=True))
    days: dict[str, list[date]] = defaultdict(list)
    for person, day in billed:
        if day is not None:
            days[person].append(day)
    shocks = truth.shocks.select(["household_id", "person_id", "day"]).to_pylist()
    since = _since(truth)
    return said | {
        one["household_id"]
        for one in shocks
        if one["household_id"] in since and any(day >= one["day"] for day in days[one["person_id"]])
    }


def _since(truth: Truth) -> dict[str, date]:
    rows = truth.risks.filter(pc.is_valid(truth.risks["day"])).to_pylist()
    return {row["household_id"]: row["day"] for row in rows}


def risk_section(seen: Seen, truth: Truth) -> Section:
    """Who is truly below the line on the day, and whom the product names or has under watch."""
    rules, known = risk_rules(seen), watched(seen)
    named = seen.called(*rules)
    true = set(truth.risks["household_id"].to_pylist())
    reached = named | known
    said = told(seen, truth) & true
    lines = [
        Line("all", Text("真有风险的户（点到或已在监测）", "households truly at risk, named or watched"), {
            "recall": Rate(len(true & reached), len(true)),
            "precision": Rate(len((named - known) & true), len(named - known)),
        }),
        Line("told", Text("其中表里说得出的", "of those of whom a file says something"), {
            "recall": Rate(len(said & reached), len(said)),
        }),
    ]  # fmt: skip
    lines += [*_by_kind(truth, reached), *_by_age(truth, reached)]
    for name in rules:
        called = seen.called(name) - known
        if called:
            rule = seen.states[name].rule
            rates = {"precision": Rate(len(called & true), len(called))}
            lines.append(Line(f"rule:{name}", rule.label, rates))
    return Section(
        "risks", Text("有风险的户", "Households at risk"),
        Text(
            "真有风险：上年人均福利在线下，或上年末以后的打击把它压到线下。点到：有风险类规则要求去看；已在监测的算已知，不算查准。",
            "Truly at risk: welfare below the line last year, or pushed below it by a blow since. Named: a "
            "rule of risk calls for a visit. Who is watched already is known, and no part of precision.",
        ),
        {"recall": RECALL, "precision": PRECISION}, tuple(lines),
    )  # fmt: skip


def _by_kind(truth: Truth, reached: set[str]) -> list[Line]:
    homes: dict[str, set[str]] = defaultdict(set)
    for row in truth.risks.to_pylist():
        homes[row["kind"]].add(row["household_id"])
    return [
        Line(f"kind:{kind}", label, {"recall": found(homes[kind], reached)["recall"]})
        for kind, label in KINDS.items()
        if homes[kind]
    ]


def _by_age(truth: Truth, reached: set[str]) -> list[Line]:
    since = _since(truth)
    lines = []
    for low, high in AGES:
        homes = {key for key, day in since.items() if low <= (truth.day - day).days <= high}
        label = Text(f"打击在 {low}–{high} 天前", f"the blow fell {low} to {high} days ago")
        lines.append(Line(f"days:{high}", label, {"recall": found(homes, reached)["recall"]}))
    return lines


def light_section(seen: Seen, truth: Truth) -> Section:
    """Of each light the share truly poor last year and truly at risk on the day, with its interval."""
    results = seen.screening.results["household"]
    column = results.column("score.light") if "score.light" in results.column_names else None
    ids = results["household_id"].to_pylist()
    lights = column.to_pylist() if column is not None else [None] * len(ids)
    at_risk = set(truth.risks["household_id"].to_pylist())
    last = pc.max(truth.welfare["year"])
    rows = truth.welfare.filter(
        pc.and_(pc.equal(truth.welfare["year"], last), truth.welfare["poor"])
    )
    poor = set(rows["household_id"].to_pylist())
    lines = []
    for light, label in LIGHTS.items():
        mine = {key for key, value in zip(ids, lights, strict=True) if (value or "") == light}
        lines.append(Line(light or "unknown", label, {
            "households": Rate(len(mine), len(ids)),
            "poor": Rate(len(mine & poor), len(mine)),
            "at_risk": Rate(len(mine & at_risk), len(mine)),
        }))  # fmt: skip
    return Section(
        "lights", Text("红黄绿准不准", "Calibration of the lights"),
        Text(
            "缺一样能改变颜色的事实，灯就是待核实。权重和分数线是本地示例。",
            "A light is unknown while a lacking fact could change it. Weights and lines are local examples.",
        ),
        {
            "households": Text("占全部户", "of all households"),
            "poor": Text("其中上年真贫困", "truly poor last year"),
            "at_risk": Text("其中真有风险", "truly at risk"),
        },
        tuple(lines),
    )  # fmt: skip
