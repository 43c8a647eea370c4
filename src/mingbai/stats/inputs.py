"""What callers hand in (输入): lists, numpy or Arrow columns, made into checked numpy arrays."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mingbai.stats.errors import StatsError

Numbers: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
#: A column: a list, a numpy array, an Arrow array or chunked array, anything numpy takes.
Column: TypeAlias = Any


def dot(one: Numbers, other: Numbers) -> float:
    """Σ a b (内积), added pairwise in one thread: the same on every machine, and no threads to wait for."""
    return float((one * other).sum())


def numbers(column: Column, name: str, length: int | None = None) -> Numbers:
    """The column as floats; empty cells become nan. STAT-001 if it has the wrong length."""
    values = _plain(column)
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.array([_number(value, row, name) for row, value in enumerate(values, start=1)])
    if found.ndim != 1:
        raise StatsError("STAT-001", name=name, found=str(found.shape), wanted=length or "n")
    if length is not None and len(found) != length:
        raise StatsError("STAT-001", name=name, found=len(found), wanted=length)
    return found


def _plain(column: Column) -> Any:
    """Arrow columns hand over numpy values; nulls become nan or None."""
    if hasattr(column, "to_numpy") and hasattr(column, "null_count"):
        if column.null_count and not hasattr(column, "combine_chunks"):
            return column.to_numpy(zero_copy_only=False)
        return column.to_numpy() if hasattr(column, "combine_chunks") else column.to_numpy(False)
    return column if hasattr(column, "__len__") else list(column)


def _number(value: object, row: int, name: str) -> float:
    if value is None or value == "":
        return np.nan
    try:
        return float(value)  # type: ignore[arg-type]  # whatever it is: the error says so
    except (TypeError, ValueError):
        raise StatsError("STAT-002", name=name, row=row, value=value, count=1) from None


def codes(column: Column, name: str, length: int | None = None) -> tuple[Whole, list[Any]]:
    """Groups as 0 … k-1 and their labels, sorted (as text where kinds are mixed).

    An empty cell is refused (STAT-002): nobody belongs to an unnamed stratum or group.
    """
    values = np.asarray(_plain(column))
    if values.ndim != 1 or (length is not None and len(values) != length):
        raise StatsError("STAT-001", name=name, found=values.shape[0], wanted=length or "n")
    if values.dtype.kind == "O":
        empty = np.fromiter((_is_empty(value) for value in values), bool, len(values))
        values = np.array([str(value) for value in values]) if _mixed(values) else values
    else:
        empty = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
    if empty.any():
        row = int(np.argmax(empty))
        raise StatsError(
            "STAT-002", name=name, row=row + 1, value="(empty)", count=int(empty.sum())
        )
    labels, found = np.unique(values, return_inverse=True)
    return found.astype(np.int64), labels.tolist()


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _mixed(values: Iterable[Any]) -> bool:
    return len({type(value) for value in values}) > 1


def mask(column: Column | None, length: int, name: str = "within") -> Mask:
    """A yes/no column; everybody when it is not given."""
    if column is None:
        return np.ones(length, dtype=bool)
    found = np.asarray(_plain(column))
    if found.shape != (length,):
        raise StatsError("STAT-001", name=name, found=found.shape[0], wanted=length)
    return found.astype(bool)


def complete(values: Numbers, name: str, inside: Mask, missing: str) -> tuple[Numbers, Mask]:
    """Values without nan, and who counts; `missing` is "refuse" (STAT-002) or "outside".

    Outside means what it means for a group that is not looked at: the row stays in the design, so
    that strata and clusters keep their size, but adds nothing.
    """
    one_of("missing", missing, ("refuse", "outside"))
    bad = ~np.isfinite(values)
    if not bad.any():
        return values, inside
    here = bad & inside
    if missing == "refuse" and here.any():
        row = int(np.argmax(here))
        raise StatsError(
            "STAT-002", name=name, row=row + 1, value=values[row], count=int(here.sum())
        )
    return np.where(bad, 0.0, values), inside & ~bad


def positive(
    values: Numbers, name: str, counted: Mask, measure: str, nonpositive: str
) -> tuple[Numbers, Mask]:
    """Values above zero, and who counts; `nonpositive` is "refuse" (STAT-005) or "outside"."""
    bad = (values <= 0) & counted
    if bad.any() and nonpositive == "refuse":
        row = int(np.argmax(bad))
        raise StatsError(
            "STAT-005",
            name=name,
            row=row + 1,
            value=values[row],
            measure=measure,
            count=int(bad.sum()),
        )
    counted = counted & ~bad
    return np.where(counted, values, 1.0), counted


def one_of(name: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a choice that does not exist, naming those that do (STAT-012)."""
    if value not in choices:
        raise StatsError(
            "STAT-012",
            name=value,
            what_zh=f"“{name}”选项",
            what_en=f"option of “{name}”",
            choices=", ".join(choices),
        )


def wanted(name: str, value: float, holds: bool, zh: str, en: str) -> None:
    """Refuse a parameter out of its range (STAT-006)."""
    if not holds:
        raise StatsError("STAT-006", name=name, value=value, wanted_zh=zh, wanted_en=en)
