"""What a proposal would change, as counted when it was sent (提案的试算): kept with it, without a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mingbai.decisions.models import Run
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.trying import Tried
from mingbai.desk.components.words import of
from mingbai.desk.rules.trying import state_words, tone_of, tried
from mingbai.engine.model.pack import Pack
from mingbai.engine.model.values import Text


@dataclass(frozen=True)
class EffectLine:
    """Households that would stand otherwise under a rule (会变的一行)."""

    label: str
    before: str
    after: str
    tone: str
    households: int
    persons: int | None
    villages: int


@dataclass(frozen=True)
class Effects:
    """What came out of a trial (试算结果)."""

    as_of: date
    households: int
    lines: tuple[EffectLine, ...]
    costs: tuple[
        tuple[str, int | None, int | None, int | None], ...
    ]  # words, before, after, more: fen
    hidden: int  # rules that are not told to who reads
    run: int


def try_values(
    values: Mapping[str, str], region: str, place: str, *, health: bool
) -> tuple[Run, Tried] | None:
    """New values tried on the facts of the last evaluation over a place; None before the first."""
    run = run_over(latest_runs(), place)
    if run is None:
        return None
    texts = tuple(
        f"{name}@{region}={text}" if region else f"{name}={text}" for name, text in values.items()
    )
    return run, tried(run, texts, place, health=health)


def summary_of(run: Run, found: Tried) -> dict[str, Any]:
    """A trial as it is kept with a proposal."""
    return {
        "run": run.pk, "as_of": found.as_of.isoformat(), "households": found.households,
        "shifts": [
            {
                "rule": one.rule.id, "before": one.before, "after": one.after,
                "households": len(one.households), "persons": one.persons,
                "villages": len(one.by_village),
            }
            for one in found.shifts
        ],
        "costs": [
            {"rule": one.rule.id, "before": one.before, "after": one.after, "more": one.difference}
            for one in found.costs
        ],
    }  # fmt: skip


def effects_of(kept: Mapping[str, Any], pack: Pack, closed: Iterable[str]) -> Effects | None:
    """A kept trial in words, without the rules that rest on what is closed."""
    if not kept:
        return None
    hidden = frozenset(closed)
    told = [one for one in kept["shifts"] if one["rule"] not in hidden]
    costs = [one for one in kept["costs"] if one["rule"] not in hidden]
    return Effects(
        date.fromisoformat(kept["as_of"]), kept["households"],
        tuple(_line(one, pack) for one in told),
        tuple(
            (_label(pack, one["rule"]), one["before"], one["after"], one["more"])
            for one in costs
        ),
        len(kept["shifts"]) - len(told), kept["run"],
    )  # fmt: skip


def _line(one: Mapping[str, Any], pack: Pack) -> EffectLine:
    rule = next((rule for rule in pack.rules if rule.id == one["rule"]), None)
    role = str(rule.role) if rule else ""
    return EffectLine(
        _label(pack, one["rule"]), state_words(role, one["before"]), state_words(role, one["after"]),
        tone_of(one["after"]), one["households"], one["persons"], one["villages"],
    )  # fmt: skip


def _label(pack: Pack, name: str) -> str:
    labels: Sequence[Text] = [rule.label for rule in pack.rules if rule.id == name]
    return of(labels[0]) if labels else name
