"""Income year by year (逐年收入): sums and income per head as the rules compute them, with bounds.

What is not known is an interval, never a zero; the line is the one that held at the end of that year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mingbai.decisions.programs import few_rules, pack_named, whole_program
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.pack import CaseRow, Pack
from mingbai.engine.model.values import NA, Text, Value

#: Rules of the pack that add up the lines of a year, as a table of years shows them.
PROPERTY, TRANSFER, NET, PER_HEAD = (
    "income.property", "income.transfer", "income.net", "income.per_capita",
)  # fmt: skip
#: The line of a year, the first that was published for it.
LINES = ("monitoring_line", "poverty_line")
SIZE = "member_count_registered"


@dataclass(frozen=True)
class Amount:
    """An amount in fen, or what it lies between (金额区间); both ends open: nothing is known."""

    low: int | None
    high: int | None

    @property
    def is_known(self) -> bool:
        return self.low is not None and self.low == self.high


@dataclass(frozen=True)
class YearSums:
    """The sums of an accounting year (年度合计)."""

    sums: Mapping[str, Amount]  # rule → amount
    line: int | None
    line_label: Text | None


def yearly_sums(
    pack: str,
    as_of: date,
    division_code: str,
    years: Iterable[tuple[date, date, Mapping[str, Value]]],
) -> list[YearSums]:
    """The sums of years, each given as first day, day after the last, and columns of the income of the year.

    `as_of` says which rules compute; the rules for income have no edition of their own.
    """
    known = pack_named(pack)
    tracer = _tracer(known, as_of, (PROPERTY, TRANSFER, NET, PER_HEAD))
    return [
        YearSums(_sums(tracer, columns), *_line(known, ends - timedelta(days=1), division_code))
        for _starts, ends, columns in years
    ]


def per_head(pack: str, as_of: date, years: Mapping[int, Mapping[str, Value]]) -> dict[int, Amount]:
    """Income per head of many households, each given by the columns of one year: 20 µs each."""
    tracer = _tracer(pack_named(pack), as_of, (PER_HEAD,))
    return {key: _sums(tracer, columns)[PER_HEAD] for key, columns in years.items()}


def _tracer(pack: Pack, as_of: date, rules: Collection[str]) -> Tracer:
    return Tracer(few_rules(whole_program(pack, as_of, ()), rules))


def _sums(tracer: Tracer, columns: Mapping[str, Value]) -> dict[str, Amount]:
    """The sums of one year, from its columns."""
    pack = tracer.program.pack
    names = pack.facts[pack.top.id]
    facts = {name: value for name, value in columns.items() if name in names}
    facts[SIZE] = columns.get("members")
    evaluated = tracer.evaluate(CaseRow({**dict.fromkeys(names), **facts}, {}, ""))
    sums = {}
    for rule in tracer.program.outputs:
        value = tracer.outcome(evaluated, rule)
        ends_at = (evaluated.values.get(f"{rule}@{end}") for end in ("lo", "hi"))
        low, high = (value, value) if isinstance(value, int) and value is not NA else ends_at
        sums[rule] = Amount(_fen(low), _fen(high))
    return sums


def _fen(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _line(pack: Pack, day: date, division_code: str) -> tuple[int | None, Text | None]:
    for name in LINES:
        parameter = pack.parameters.get(name)
        value = parameter.value_for(day, division_code) if parameter else None
        if parameter is not None and value is not None and isinstance(value.value, int):
            return value.value, parameter.label
    return None, None
