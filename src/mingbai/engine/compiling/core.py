"""The lowered tree (降级后的核心树): a handful of operations with the null of SQL.

Unknown and not applicable are explicit here: ``lowering`` turns a typed expression into up to four of
these trees (value, lower bound, upper bound, not applicable). Two printers exist for the same tree:
``sql`` and ``closures``. Numbers are integers; nothing here knows of scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Core:
    """Base of the lowered operations (核心运算)."""

    def children(self) -> Iterator[Core]:
        """The operations directly inside."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Core):
                yield value
            elif isinstance(value, tuple):
                for part in value:
                    if isinstance(part, Core):
                        yield part
                    elif isinstance(part, tuple):
                        yield from (inner for inner in part if isinstance(inner, Core))


@dataclass(frozen=True, slots=True)
class Lit(Core):
    """A literal (字面值); ``None`` is null."""

    value: bool | int | str | date | None


@dataclass(frozen=True, slots=True)
class Col(Core):
    """A column of the row (列)."""

    name: str


@dataclass(frozen=True, slots=True)
class Arith(Core):
    """``+ - *`` and ``//`` on operands that are never negative (整数运算)."""

    op: Literal["+", "-", "*", "//"]
    left: Core
    right: Core


@dataclass(frozen=True, slots=True)
class Cmp(Core):
    """Comparison (比较); null when a side is."""

    op: str
    left: Core
    right: Core


@dataclass(frozen=True, slots=True)
class And(Core):
    """Kleene conjunction (合取)."""

    items: tuple[Core, ...]


@dataclass(frozen=True, slots=True)
class Or(Core):
    """Kleene disjunction (析取)."""

    items: tuple[Core, ...]


@dataclass(frozen=True, slots=True)
class Neg(Core):
    """Kleene negation (否定)."""

    item: Core


@dataclass(frozen=True, slots=True)
class IsNull(Core):
    """Whether a value is null (为空)."""

    item: Core


@dataclass(frozen=True, slots=True)
class InSet(Core):
    """Membership of literals (属于)."""

    item: Core
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Case(Core):
    """The first branch whose condition is true, else the default (分支)."""

    branches: tuple[tuple[Core, Core], ...]
    default: Core


@dataclass(frozen=True, slots=True)
class Part(Core):
    """Year, month or day of a date (日期分量)."""

    part: Literal["year", "month", "day"]
    item: Core


@dataclass(frozen=True, slots=True)
class Prefix(Core):
    """Whether a text begins with given characters (前缀)."""

    item: Core
    text: str


@dataclass(frozen=True, slots=True)
class BitOr(Core):
    """Union of bit masks (按位或)."""

    left: Core
    right: Core


@dataclass(frozen=True, slots=True)
class Total:
    """An aggregate column (汇总列) over the rows below: ``sum``, ``max``, ``min`` or ``bits``."""

    name: str
    function: Literal["sum", "max", "min", "bits"]
    item: Core


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest date among the rows of one parent (最新日期), a column of each row."""

    name: str
    item: Core


NULL, TRUE, FALSE, ZERO = Lit(None), Lit(True), Lit(False), Lit(0)


def conj(*items: Core) -> Core:
    """Conjunction without what is plainly true."""
    parts = tuple(item for item in items if item != TRUE)
    if any(item == FALSE for item in parts):
        return FALSE
    if not parts:
        return TRUE
    return parts[0] if len(parts) == 1 else And(parts)


def disj(*items: Core) -> Core:
    """Disjunction without what is plainly false."""
    parts = tuple(item for item in items if item != FALSE)
    if any(item == TRUE for item in parts):
        return TRUE
    if not parts:
        return FALSE
    return parts[0] if len(parts) == 1 else Or(parts)


def case(branches: list[tuple[Core, Core]], default: Core) -> Core:
    """A branch, without conditions that are plain."""
    kept: list[tuple[Core, Core]] = []
    for condition, value in branches:
        if condition == TRUE:
            default = value
            break
        if condition not in (FALSE, NULL):
            kept.append((condition, value))
    while kept and kept[-1][1] == default:
        kept.pop()
    return Case(tuple(kept), default) if kept else default


def is_null(item: Core) -> Core:
    """Null test of something that may be plain."""
    if isinstance(item, Lit):
        return Lit(item.value is None)
    return IsNull(item)


def nodes(item: Core) -> Iterator[Core]:
    """The operation and everything inside."""
    stack = [item]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.children())


def columns(item: Core) -> Iterator[str]:
    """The columns an operation reads."""
    return (node.name for node in nodes(item) if isinstance(node, Col))
