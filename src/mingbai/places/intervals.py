"""Sets of codes as sorted ranges (代码区间): joined, and with holes."""

from __future__ import annotations

from collections.abc import Iterable

from mingbai.places.codes import LENGTH

Range = tuple[str, str]  # first and last code, both included


def join(ranges: Iterable[Range]) -> list[Range]:
    """The same codes in as few ranges as possible, sorted.

    >>> join([("000000000005", "000000000009"), ("000000000001", "000000000004")])
    [('000000000001', '000000000009')]
    """
    joined: list[Range] = []
    for low, high in sorted(ranges):
        if joined and int(low) <= int(joined[-1][1]) + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def without(ranges: Iterable[Range], hole: Range) -> list[Range]:
    """The ranges without the codes of `hole`.

    >>> without([("000000000001", "000000000009")], ("000000000004", "000000000004"))
    [('000000000001', '000000000003'), ('000000000005', '000000000009')]
    """
    kept: list[Range] = []
    for low, high in ranges:
        if hole[1] < low or high < hole[0]:
            kept.append((low, high))
            continue
        if low < hole[0]:
            kept.append((low, _text(int(hole[0]) - 1)))
        if hole[1] < high:
            kept.append((_text(int(hole[1]) + 1), high))
    return kept


def covers(ranges: Iterable[Range], wanted: Range) -> bool:
    """Whether joined ranges hold all codes of `wanted`."""
    return any(low <= wanted[0] and wanted[1] <= high for low, high in ranges)


def meet(left: Iterable[Range], right: Iterable[Range]) -> bool:
    """Whether two sets of ranges have a code in common."""
    others = list(right)
    return any(low <= last and first <= high for low, high in left for first, last in others)


def _text(code: int) -> str:
    return str(code).zfill(LENGTH)
