"""Shares, products and parts of a hundred (比重、乘积): found in the figures, asked of every row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from mingbai.tables.layouts.crosstabs import Place
from mingbai.tables.layouts.matrices import RATIO, ZERO, Matrix

_MOST_COLUMNS, _MOST_FACTORS = 48, 24
_SAMPLES = 6
_EVIDENCE, _EVIDENCE_NAMED = 8, 5
_HUNDRED = Decimal(100)
_FINE = Decimal("1e-6")


@dataclass(frozen=True)
class Odds:
    """A cell that breaks a rule its column keeps: what was expected, and from which cells.

    Kinds are share (part / whole × 100), product (x × y ÷ scale) and hundred (parts make 100).
    """

    place: Place
    expected: Decimal
    kind: str
    sources: tuple[Place, ...]
    scale: Decimal = _HUNDRED


@dataclass(frozen=True)
class _Rule:
    """How the column of a cell follows from others of its row, or from its own total row."""

    kind: str
    column: int
    sources: tuple[int, ...]
    scale: Decimal
    total: int | None = None

    def cells(self, row: int) -> tuple[Place, ...]:
        if self.total is not None:
            return ((row, self.sources[0]), (self.total, self.sources[0]))
        return tuple((row, source) for source in self.sources)


class Rules:
    """The shares, products and hundreds that hold in a table.

    Figures count as printed within half of their last digit. `matrix` may suppose mended values, so
    that a share of a mended cell is not told as well.
    """

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.rules: list[_Rule] = []
        self.hundreds: list[tuple[tuple[int, ...], Decimal]] = []
        columns = [c for c in matrix.columns if _filled(matrix, c) >= 3]
        if len(columns) <= _MOST_COLUMNS:
            self.rules = list(_shares(matrix, columns))
            if len(columns) <= _MOST_FACTORS:
                self.rules += _products(matrix, columns, self.rules)
            self.hundreds = list(_hundreds(matrix, columns))

    def __len__(self) -> int:
        return len(self.rules) + len(self.hundreds)

    def broken(self) -> list[Odds]:
        """Every cell that breaks a rule."""
        found = [odd for rule in self.rules for odd in _broken(self.matrix, rule)]
        return found + [odd for one in self.hundreds for odd in _not_hundred(self.matrix, *one)]

    def broken_by(self, place: Place) -> int:
        """How many rules fail that read this cell in its own row."""
        row, column = place
        return sum(
            not _fits(self.matrix, rule, row)
            for rule in self.rules
            if rule.total != row and column in (rule.column, *rule.sources)
        )


def _filled(matrix: Matrix, column: int) -> int:
    return sum(matrix.figure((row, column)).state == "number" for row in matrix.rows)


def _shares(matrix: Matrix, columns: Sequence[int]) -> Iterator[_Rule]:
    """Columns that are a part of another one in percent, of the row or of the total row."""
    amounts = [c for c in columns if not RATIO.search("/".join(matrix.path(c)))]
    for column in columns:
        if column in matrix.whole_numbers:
            continue
        near = sorted(amounts, key=lambda c: _distance(matrix, column, c))
        rules = [
            _Rule("share", column, (part, whole), _HUNDRED)
            for part in near
            for whole in near
            if part != whole
        ]
        for total in {0, len(matrix.rows) - 1}:
            rules += [_Rule("share", column, (part,), _HUNDRED, total) for part in near]
        best = _best(matrix, rules)
        if best is not None:
            yield best


def _distance(matrix: Matrix, one: int, other: int) -> tuple[int, int]:
    """How far apart two columns are in the header, then on paper."""
    a, b = matrix.path(one), matrix.path(other)
    shared = next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    return -shared, abs(one - other)


def _products(matrix: Matrix, columns: Sequence[int], shares: Sequence[_Rule]) -> Iterator[_Rule]:
    """Columns that are the product of two others, up to a power of ten: MPI = H × A."""
    sources = columns
    fine = [c for c in sources if matrix.decimals[c] or c not in matrix.whole_numbers]
    ruled = [tuple(sorted((rule.column, *rule.sources))) for rule in shares]
    taken = {rule.column for rule in shares}
    for column in columns:
        if column in taken:
            continue
        rules = []
        for pair in combinations(sources, 2):
            used = tuple(sorted((column, *pair)))
            if column in pair or not set(pair) & set(fine) or used in ruled:
                continue
            rules += [
                _Rule("product", column, pair, scale) for scale in _scales(matrix, column, pair)
            ]
        best = _best(matrix, rules)
        if best is not None:
            ruled.append(tuple(sorted((best.column, *best.sources))))
            yield best


def _scales(matrix: Matrix, column: int, pair: tuple[int, int]) -> list[Decimal]:
    """The power of ten that one well filled row asks for; there is one at most."""
    for row in matrix.rows:
        x, y, z = (matrix.value((row, c)) for c in (*pair, column))
        if x and y and z and abs(z) > 10 * matrix.half((row, column)):
            power = math.log10(abs(float(x * y / z)))
            near = round(power)
            return [Decimal(10) ** near] if abs(power - near) < 0.02 and -4 <= near <= 8 else []
    return []


def _best(matrix: Matrix, rules: Sequence[_Rule]) -> _Rule | None:
    """The first of the rules that nearly all rows keep; a few rows rule most of them out."""
    for rule in rules:
        if _promising(matrix, rule):
            rows = [row for row in matrix.rows if _says(matrix, rule, row)]
            hits = [row for row in rows if _fits(matrix, rule, row)]
            misses = len(rows) - len(hits)
            evidence = sum(_digits(matrix, rule, row) for row in hits)
            named = rule.kind == "share" and RATIO.search("/".join(matrix.path(rule.column)))
            few = evidence < _EVIDENCE
            if evidence < _EVIDENCE_NAMED or (few and not named):
                continue
            if len(hits) >= (3 if few or not named else 2) and misses <= max(1, len(rows) // 6):
                return rule
    return None


def _promising(matrix: Matrix, rule: _Rule) -> bool:
    """Whether at least half of a few rows from all over the table keep a rule."""
    step = max(len(matrix.rows) // (3 * _SAMPLES), 1)
    hits = misses = 0
    for row in matrix.rows[::step]:
        if _says(matrix, rule, row):
            fits = _fits(matrix, rule, row)
            hits, misses = hits + fits, misses + (not fits)
            if hits + misses == _SAMPLES or misses > _SAMPLES // 2:
                break
    return hits >= misses and hits > 0


def _expected(matrix: Matrix, rule: _Rule, row: int) -> tuple[Decimal, Decimal] | None:
    """The value a rule gives and how far rounding may take the printed one from it."""
    values = [matrix.value(place) for place in rule.cells(row)]
    if any(value is None for value in values):
        return None
    x, y = (value or ZERO for value in values)
    hx, hy = (_half(matrix, place) for place in rule.cells(row))
    own = _half(matrix, (row, rule.column))
    if rule.kind == "share":
        if not y:
            return None
        value = x / y * rule.scale
        spread = (hx + hy * abs(x / y)) / abs(y) * rule.scale
    else:
        value = x * y / rule.scale
        spread = (abs(x) * hy + abs(y) * hx) / rule.scale
    return value, own + spread + abs(value) * _FINE


def _half(matrix: Matrix, place: Place) -> Decimal:
    """Rounding of a cell: none for a count, half of its usual last digit otherwise."""
    figure = matrix.figure(place)
    if figure.computed:
        return figure.half
    if place[1] in matrix.whole_numbers and not matrix.may_be_rounded(place[1]):
        return ZERO
    return Decimal(5).scaleb(-matrix.decimals[place[1]] - 1)


def _says(matrix: Matrix, rule: _Rule, row: int) -> bool:
    """Whether a row tells anything about a rule: its figure is there and not of rounding size."""
    if row == rule.total or matrix.figure((row, rule.column)).state != "number":
        return False
    value = matrix.value((row, rule.column))
    found = _expected(matrix, rule, row)
    return (
        bool(value) and found is not None and found[1] * 5 < max(abs(value or ZERO), abs(found[0]))
    )


def _fits(matrix: Matrix, rule: _Rule, row: int) -> bool:
    found = _expected(matrix, rule, row)
    value = matrix.value((row, rule.column))
    return found is None or value is None or abs(value - found[0]) <= found[1]


def _digits(matrix: Matrix, rule: _Rule, row: int) -> float:
    found = _expected(matrix, rule, row)
    return math.log10(float(abs(found[0]) / found[1]) + 1) if found and found[1] else 3.0


def _broken(matrix: Matrix, rule: _Rule) -> Iterator[Odds]:
    for row in matrix.rows:
        place = (row, rule.column)
        if row == rule.total or matrix.figure(place).state in ("unknown", "words"):
            continue
        found = _expected(matrix, rule, row)
        if found is None or _fits(matrix, rule, row):
            continue
        # An empty product says that the figure is not known; an empty share is a share of nothing.
        if matrix.figure(place).state == "blank" and rule.kind == "product":
            continue
        yield Odds(place, found[0], rule.kind, rule.cells(row), rule.scale)


def _hundreds(matrix: Matrix, columns: Sequence[int]) -> Iterator[tuple[tuple[int, ...], Decimal]]:
    """Groups of shares that make up a whole: columns under one head, or one column of every group."""
    shares = [c for c in columns if c not in matrix.whole_numbers]
    groups: dict[tuple[object, ...], list[int]] = {}
    keys: list[Callable[[int], tuple[object, ...]]] = [
        lambda c: ("head", *matrix.path(c)[:1]),
        lambda c: ("inner", *matrix.path(c)[:-1]),
        lambda c: ("leaf", matrix.path(c)[-1:]),
        lambda c: ("all",),
    ]
    for key in keys:
        for column in shares:
            groups.setdefault(key(column), []).append(column)
    seen: list[set[int]] = []
    for group in groups.values():
        parts = tuple(group)
        if len(parts) < 2 or any(set(parts) & other for other in seen):
            continue
        for whole in (_HUNDRED, Decimal(1)):
            rows = [r for r in matrix.rows if any(matrix.value((r, c)) for c in parts)]
            hits = sum(abs(_gap(matrix, parts, whole, r)) <= _slack(matrix, parts, r) for r in rows)
            if hits >= 4 and len(rows) - hits <= max(1, len(rows) // 8):
                seen.append(set(parts))
                yield parts, whole


def _gap(matrix: Matrix, parts: Sequence[int], whole: Decimal, row: int) -> Decimal:
    return whole - sum((matrix.value((row, c)) or ZERO for c in parts), ZERO)


def _slack(matrix: Matrix, parts: Sequence[int], row: int) -> Decimal:
    return sum((_half(matrix, (row, c)) for c in parts), ZERO) + _FINE


def _not_hundred(matrix: Matrix, parts: tuple[int, ...], whole: Decimal) -> Iterator[Odds]:
    for row in matrix.rows:
        places = tuple((row, c) for c in parts)
        if any(matrix.value(place) is None for place in places):
            continue
        filled = any(matrix.value(place) for place in places)
        gap = _gap(matrix, parts, whole, row)
        if filled and abs(gap) > _slack(matrix, parts, row):
            yield Odds(places[0], whole, "hundred", places, whole - gap)
