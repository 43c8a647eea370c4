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


def without(ranges: Iterable[Range], holes: Iterable[Range]) -> list[Range]:
    """Joined ranges without the codes of `holes`, in one pass over both.

    >>> without([("000000000001", "000000000009")], [("000000000004", "000000000004")])
    [('000000000001', '000000000003'), ('000000000005', '000000000009')]
    """
    kept: list[Range] = []
    todo = sorted(ranges, reverse=True)
    for first, last in join(holes):
        while todo and todo[-1][1] < first:
            kept.append(todo.pop())
        while todo and todo[-1][0] <= last:
            low, high = todo.pop()
            if low < first:
                kept.append((low, _text(int(first) - 1)))
            if last < high:
                todo.append((_text(int(last) + 1), high))
    return [*kept, *reversed(todo)]


def covers(ranges: Iterable[Range], wanted: Range) -> bool:
    """Whether joined ranges hold all codes of `wanted`."""
    return any(low <= wanted[0] and wanted[1] <= high for low, high in ranges)


def meet(left: Iterable[Range], right: Iterable[Range]) -> bool:
    """Whether two sets of ranges have a code in common."""
    others = list(right)
    return any(low <= last and first <= high for low, high in left for first, last in others)


def _text(code: int) -> str:
    return str(code).zfill(LENGTH)
