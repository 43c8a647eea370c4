"""A proposed change as a list over a pack (覆盖清单): checked, written, compared with what stood before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mingbai.common.errors import RegisterError
from mingbai.decisions.errors import error
from mingbai.decisions.models import ParameterProposal
from mingbai.engine.compiling.whatif import parse_trial
from mingbai.engine.errors import RunError
from mingbai.engine.model.pack import Pack, Parameter
from mingbai.engine.model.values import Kind, unscaled
from mingbai.places.codes import prefix_of

LONGEST_SOURCE, LONGEST_REASON = 300, 2_000
#: A value as kept with a proposal: first day, day after the last or none, region, value, source.
Row = list[Any]


@dataclass(frozen=True)
class Change:
    """What is proposed (拟改): values by parameter, where and from when, why, and which document says so."""

    values: Mapping[str, str]  # parameter → value as people write it
    place: str  # a division of the register
    starts_on: date
    ends_on: date | None
    reason: str
    source: str
    tried: Mapping[str, Any] = field(default_factory=dict)  # what a trial said of it


def changed_values(pack: Pack, change: Change) -> dict[str, str]:
    """The values as a pack writes them. Raises DEC-011 for what is wrong, the first that is."""
    if problem := next(_problems(pack, change), None):
        raise problem
    return {name: plain_value(pack, name, text) for name, text in change.values.items()}


def _problems(pack: Pack, change: Change) -> Iterator[RegisterError]:
    for zh, en, text, most in (
        ("出处", "source", change.source, LONGEST_SOURCE),
        ("理由", "reason", change.reason, LONGEST_REASON),
    ):
        if not text.strip():
            yield wrong(zh, en, "没有写", "is missing")
        if len(text.strip()) > most:
            yield wrong(zh, en, f"超过 {most} 个字", f"is longer than {most} characters")
    if not change.values:
        yield wrong("数", "value", "一个都没有改", "is missing")
    if change.starts_on < pack.calendar_start:
        first = pack.calendar_start.isoformat()
        yield wrong("从哪天起", "first day", f"早于 {first}", f"is before {first}")
    if change.ends_on is not None and change.ends_on <= change.starts_on:
        yield wrong("到哪天前", "last day", "不晚于第一天", "is not after the first day")
    same = [
        _is_so(pack, name, plain_value(pack, name, text), change)
        for name, text in change.values.items()
    ]
    if all(same) and same:
        yield wrong("数", "value", "和从那天起的数一样", "is the one that holds from that day on")


def _is_so(pack: Pack, name: str, text: str, change: Change) -> bool:
    """Whether a value holds there already, from the first day to the last."""
    parameter = pack.parameters[name]
    now = parameter.value_for(change.starts_on, change.place)
    if now is None or plain(parameter, now.value) != text:
        return False
    ends_on = now.period.ends_on
    return ends_on is None or (change.ends_on is not None and change.ends_on <= ends_on)


def wrong(field_zh: str, field_en: str, problem_zh: str, problem_en: str) -> RegisterError:
    """DEC-011, for a field."""
    return error(
        "DEC-011",
        field_zh=field_zh,
        field_en=field_en,
        problem_zh=problem_zh,
        problem_en=problem_en,
    )


def plain_value(pack: Pack, name: str, text: str) -> str:
    """A value as a pack writes it, of the parameter's type and within its bounds. Raises DEC-011."""
    if name not in pack.parameters:
        raise wrong(name, name, "不是规则包里的数", "is no parameter of the pack")
    parameter = pack.parameters[name]
    zh, en = parameter.label.zh, parameter.label.en
    try:
        value = parse_trial(pack, f"{name}={text}").value
    except RunError as refused:
        kind = str(parameter.type)
        raise wrong(zh, en, f"“{text}”不是 {kind}", f"“{text}” is no {kind}") from refused
    if not parameter.allows(value):
        low, high = (
            "…" if bound is None else unscaled(bound, parameter.type.scale)
            for bound in (parameter.minimum, parameter.maximum)
        )
        raise wrong(zh, en, f"不在 {low} 到 {high} 之间", f"is not between {low} and {high}")
    return plain(parameter, value)


def plain(parameter: Parameter, value: bool | int | str | date) -> str:
    """A value as it stands in a pack, without thousands."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return unscaled(value, parameter.type.scale).replace(",", "")
    return str(value)


def overlay_of(pack: Pack, proposal: ParameterProposal) -> str:
    """The proposal as a local list in YAML. A value without an end lasts until the region's next begins."""
    lines = ["parameters:"]
    for name, value in sorted(proposal.changes.items()):
        parameter = pack.parameters[name]
        ends_on = proposal.ends_on or _next_start(parameter, proposal.region, proposal.starts_on)
        said = {
            "from": proposal.starts_on.isoformat(), "to": ends_on.isoformat() if ends_on else None,
            "region": json.dumps(proposal.region) if proposal.region else None,
            "value": json.dumps(value) if parameter.type.kind in (Kind.CODE, Kind.TEXT) else value,
            "source": json.dumps(proposal.source, ensure_ascii=False),
        }  # fmt: skip
        written_ = ", ".join(f"{key}: {one}" for key, one in said.items() if one is not None)
        lines += [f"  {name}:", "    values:", f"      - {{{written_}}}"]
    return "\n".join(lines) + "\n"


def _next_start(parameter: Parameter, region: str, starts_on: date) -> date | None:
    starts = [one.period.starts_on for one in parameter.values if one.region == region]
    return min((day for day in starts if day > starts_on), default=None)


def values_of(parameter: Parameter) -> list[Row]:
    """The values of a parameter as kept with a proposal, in a fixed order."""
    rows = [
        [
            one.period.starts_on.isoformat(), one.period.ends_on.isoformat() if one.period.ends_on else None,
            one.region, plain(parameter, one.value), one.source,
        ]
        for one in parameter.values
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row[0], row[2]))


def touching(rows: Iterable[Row], proposal: ParameterProposal) -> list[Row]:
    """The values that hold on a day of the proposal, in a region that has to do with its own."""
    first = proposal.starts_on.isoformat()
    last = proposal.ends_on.isoformat() if proposal.ends_on else None
    mine = proposal.region
    return [
        row
        for row in rows
        if (row[1] is None or row[1] > first)
        and (last is None or row[0] < last)
        and (mine.startswith(row[2]) or row[2].startswith(mine))
    ]


def written(rows: Iterable[Row]) -> str:
    """Values in a line, for a message: value, region, first day."""
    said = [f"{row[3]}（{row[2] + ' ' if row[2] else ''}{row[0]} 起）" for row in rows]
    return "、".join(said) or "—"


def region_for(pack: Pack, names: Iterable[str], place: str, whole: str) -> str:
    """The region of a value for a place: none for all of the register (`whole`), where no value has one.

    A value of a longer region goes before one of a shorter: a province's must not hide a county's own.
    """
    known: Mapping[str, Parameter] = pack.parameters
    regional = any(one.region for name in names if name in known for one in known[name].values)
    return "" if place == whole and not regional else prefix_of(place)


def held_row(rows: Iterable[Row], proposal: ParameterProposal) -> Row | None:
    """The kept value that held on a proposal's first day in its region; None where none did."""
    first, mine = proposal.starts_on.isoformat(), proposal.region
    found = [
        row
        for row in rows
        if row[0] <= first and (row[1] is None or first < row[1]) and mine.startswith(row[2])
    ]
    return max(found, key=lambda row: len(row[2]), default=None)
