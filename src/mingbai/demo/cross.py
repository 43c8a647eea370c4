"""Cross-checks between figures (交叉核对): the arithmetic of a report, done on the built files.

A check names figures (published totals computed by query, other queries, printed values, dated bases),
derives values, and makes statements. Formulas know + - * /, comparisons, and, or, and
`percent(share, decimals)`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from mingbai.demo import figures
from mingbai.demo.errors import PlaceError
from mingbai.demo.place import Place
from mingbai.demo.reports import Figure, Files, Reports
from mingbai.demo.totals import DATA, read_data

WRONG = "✘"
_DO: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Eq: operator.eq, ast.LtE: operator.le, ast.GtE: operator.ge, ast.Lt: operator.lt,
    ast.Gt: operator.gt,
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One thing said about the figures (一句话), with its mark."""

    mark: str
    zh: str
    en: str


@dataclass(frozen=True)
class Cross:
    """One cross-check done (交叉核对结果)."""

    id: str
    stated: tuple[str, ...]
    statements: tuple[Statement, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(one.mark for one in self.statements)

    @property
    def as_stated(self) -> bool:
        return self.marks == self.stated

    def as_json(self) -> dict[str, Any]:
        said = [{"mark": one.mark, "zh": one.zh, "en": one.en} for one in self.statements]
        return {
            "id": self.id, "stated": list(self.stated), "as_stated": self.as_stated,
            "statements": said,
        }  # fmt: skip


class Shown(Fraction):
    """A value in a sentence: thousands parted, and `.2f` with so many decimals (文中的数)."""

    def __format__(self, spec: str) -> str:
        if spec:
            return figures.number(figures.rounded(self, int(spec.strip(".f"))))
        return figures.number(Fraction(self))


def cross_checks(place: Place, files: Files) -> list[Cross]:
    """All cross-checks of a place; none where it has no file of them."""
    if not (DATA / "cross" / f"{place.pinyin}.yaml").is_file():
        return []
    raw = read_data(f"cross/{place.pinyin}.yaml")
    asked = Reports(files, place.code, {**place.totals.sets, **raw["sets"]})
    return [_done(entry, place, asked) for entry in raw["checks"]]


def _done(entry: Mapping[str, Any], place: Place, asked: Reports) -> Cross:
    try:
        statements = _statements(entry, place, asked)
    except ZeroDivisionError:
        statements = (
            Statement(WRONG, "分母是 0，算不出。", "A divisor is 0: cannot be computed."),
        )
    return Cross(entry["id"], tuple(entry["stated"]), statements)


def _statements(entry: Mapping[str, Any], place: Place, asked: Reports) -> tuple[Statement, ...]:
    known: dict[str, Shown] = {}
    for name, spec in entry["figures"].items():
        figure = _figure(spec, place, asked)
        if figure is None:  # nothing can be said; say which figure is lacking
            return (Statement(WRONG, f"“{name}”算不出。", f"'{name}' cannot be computed."),)
        known[name] = Shown(figure)
    _derive(entry, known)
    return tuple(_said(one, known) for one in entry["statements"])


def _figure(spec: Any, place: Place, asked: Reports) -> Figure:
    if isinstance(spec, str):
        total = place.totals.by_id[spec]
        figure = asked.figure(total.query, total.date)
        return None if figure is None else figures.in_units(figure, total.unit, total.is_ratio)
    if "published" in spec:
        value = place.totals.by_id[spec["published"]].value
        return None if value is None else Fraction(value)
    if "base" in spec:
        return asked.denominator(spec["base"], spec["day"])
    return asked.figure(spec["query"], spec.get("day", _stock_day(place)))


def _stock_day(place: Place) -> date:
    """The day most totals of the place are of."""
    days = [one.date for one in place.totals.by_id.values()]
    return max(sorted(set(days)), key=days.count)


def _derive(entry: Mapping[str, Any], known: dict[str, Shown]) -> None:
    for name, formula in entry.get("values", {}).items():
        known[name] = Shown(value_of(formula, known))


def _said(entry: Mapping[str, Any], known: Mapping[str, Shown]) -> Statement:
    values = dict(known)
    _derive(entry, values)
    mark = entry["mark"] if value_of(entry["holds"], values) else WRONG
    return Statement(mark, entry["zh"].format(**values), entry["en"].format(**values))


def value_of(formula: str, values: Mapping[str, Any]) -> Any:
    """The value of a formula, in exact fractions.

    >>> value_of("1 <= a / 2 < 2.5 and percent(a / 7, 1) == 42.9", {"a": Fraction(3)})
    True
    """
    try:
        tree = ast.parse(str(formula), mode="eval")
    except SyntaxError:
        raise PlaceError(f"公式看不懂：{formula}", f"formula not understood: {formula}") from None
    return _value(tree.body, values)


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as plain):
            return Fraction(str(plain))
        case ast.Name(id=name) if name in values:
            return Fraction(values[name])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _DO:
            return _DO[type(op)](_value(left, values), _value(right, values))
        case ast.BoolOp(op=op, values=parts):
            every = all if isinstance(op, ast.And) else any
            return every(_value(part, values) for part in parts)
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [_value(side, values) for side in (left, *others)]
            pairs = zip(ops, sides, sides[1:], strict=False)
            return all(_DO[type(op)](one, two) for op, one, two in pairs)
        case ast.Call(func=ast.Name(id="percent"), args=[share, decimals]):
            places = int(_value(decimals, values))
            return Fraction(figures.rounded(_value(share, values) * 100, places))
    raise PlaceError(
        f"公式看不懂：{ast.unparse(node)}", f"formula not understood: {ast.unparse(node)}"
    )
