"""Whole numbers, decimals and money (整数、小数、金额) as exact integers of the kept unit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from mingbai.tables.cells import Reading, broken
from mingbai.tables.schema import Column
from mingbai.tables.texts import half_width

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_LONGEST = 24
_EXACT = Context(prec=80)
_INT64 = 2**63 - 1
# A spreadsheet keeps fifteen digits; what it holds above that is not what was typed.
_SHEET_DIGITS = 1e15


@dataclass(frozen=True)
class NumberReader:
    """Reads numbers of one column; `rounds` says that longer fractions are expected."""

    column: Column
    rounds: bool = False

    def read(self, raw: object, times: Decimal | None) -> Reading:
        number = _number(raw)
        if number is None:
            return broken("TABLE-061", raw)
        scaled = number if times is None else _EXACT.multiply(number, times)
        scaled = scaled.scaleb(self.column.scale, _EXACT)
        return self._whole(raw, scaled)

    def _whole(self, raw: object, scaled: Decimal) -> Reading:
        whole = scaled.quantize(Decimal(1), ROUND_HALF_UP, _EXACT)
        if whole != scaled and self.column.type == "int" and not self.rounds:
            return broken("TABLE-061", raw)
        value = int(whole)
        low, high = self.column.minimum, self.column.maximum
        if low is not None and value < low and high is None:
            return broken("TABLE-094", raw, low=self._unit(low))
        if high is not None and value > high and low is None:
            return broken("TABLE-095", raw, high=self._unit(high))
        if (low is not None and value < low) or (high is not None and value > high):
            return broken("TABLE-064", raw, low=self._unit(low), high=self._unit(high))
        if abs(value) > _INT64:
            return broken("TABLE-095", raw, high=self._unit(_INT64))
        if whole != scaled and not self.rounds:
            return Reading(value, broken("TABLE-075", raw, kept=self._unit(value)).issue)
        return Reading(value)

    def _unit(self, value: int | None) -> str:
        """A kept number as people write it: 870000 fen is 8700."""
        if value is None:
            return "-"
        text = str(
            Decimal(value).scaleb(-self.column.scale, _EXACT).normalize(_EXACT).to_eng_string()
        )
        return text if "E" not in text else f"{Decimal(text):f}"


def _number(raw: object) -> Decimal | None:
    """The exact number a cell shows, or none."""
    if isinstance(raw, (bool, date, timedelta)):
        return None
    if isinstance(raw, int):
        return Decimal(raw) if abs(raw) <= _INT64 else None
    if isinstance(raw, float):
        if not math.isfinite(raw) or abs(raw) >= _SHEET_DIGITS:
            return None
        return Decimal(f"{raw:.15g}")
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() and abs(raw) <= _INT64 else None
    return _typed(raw) if isinstance(raw, str) else None


def _typed(text: str) -> Decimal | None:
    plain = half_width(text)
    if len(plain) > _LONGEST:
        return None
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return Decimal(plain) if _PLAIN.fullmatch(plain) else None
