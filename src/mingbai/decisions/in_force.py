"""The line in force (现行的线): what the register's pack gives for a day and a place, with its version."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

from mingbai.decisions.programs import pack_named
from mingbai.engine.errors import PackError
from mingbai.engine.model.values import Text

#: The parameter of a pack that stands at the foot of the rail, if the pack has one.
LINE = "monitoring_line"
#: A pack is looked at anew this often (seconds): a changed local list shows soon, a page stays cheap.
FRESH = 30.0


@dataclass(frozen=True, slots=True)
class InForce:
    """The line, or that none is published for the day; amounts in fen."""

    label: Text
    unit: Text | None
    value: int | None
    since: date | None
    pack: str
    version: str


_known: dict[tuple[str, date, str], tuple[float, InForce | None]] = {}


def line_in_force(pack: str, day: date, division_code: str) -> InForce | None:
    """The line of a pack on a day for a place; None where the pack has no such line."""
    key, now = (pack, day, division_code), time.monotonic()
    found = _known.get(key)
    if found is None or now - found[0] > FRESH:
        found = (now, _read(pack, day, division_code))
        _known[key] = found
    return found[1]


def _read(name: str, day: date, division_code: str) -> InForce | None:
    try:
        pack = pack_named(name)
    except PackError:
        return None
    parameter = pack.parameters.get(LINE)
    if parameter is None:
        return None
    value = parameter.value_for(day, division_code)
    amount = value.value if value is not None and isinstance(value.value, int) else None
    since = value.period.starts_on if value is not None else None
    return InForce(parameter.label, parameter.unit, amount, since, pack.id, pack.version)
