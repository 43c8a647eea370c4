"""Binding (名称与类型绑定): raw trees to typed expressions; names resolve, types check, ranges hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from mingbai.engine.compiling.parsing import Syntax, parse
from mingbai.engine.errors import PackError, Place, fault, nearest
from mingbai.engine.model.expressions import (
    Aggregate,
    AllOf,
    AnyOf,
    Arithmetic,
    AsOf,
    Assume,
    Certainty,
    Choose,
    Compare,
    Comparison,
    Constant,
    Elapsed,
    Expr,
    Extreme,
    FactRef,
    IfNa,
    Not,
    OneOfValues,
    ParameterRef,
    Points,
    Quotient,
    RuleRef,
    Window,
)
from mingbai.engine.model.pack import Pack, Rule, Source
from mingbai.engine.model.values import BOOL, DATE, INT, MONEY, Kind, Type, scaled

#: A string before it is known of which code list it is.
_LOOSE = Type(Kind.CODE, codes=None)
_MOST_SCALE = 12


@dataclass(frozen=True)
class Scope:
    """What names mean at an entity (作用域): its facts, the rules in force, the parameters."""

    pack: Pack
    entity: str
    rules: Mapping[str, Rule]

    def at(self, entity: str) -> Scope:
        """The scope of an entity below."""
        return Scope(self.pack, entity, self.rules)


def bind(source: Source, scope: Scope, want: Type | None = None) -> Expr:
    """An expression as written to a typed tree of the wanted type. Raises ``PackError``."""
    syntax = parse(source)
    bound = _Binder(scope).bind(syntax)
    return coerce(bound, want, syntax.place, scope) if want is not None else bound


def coerce(expr: Expr, want: Type, place: Place, scope: Scope) -> Expr:
    """Fit an expression to the wanted type: codes are checked, numbers rescaled, or it is an error."""
    got = expr.type
    if want.kind is Kind.CODE and got.kind is Kind.CODE:
        return _with_codes(expr, want, place, scope)
    if want.kind is not got.kind:
        raise _type_error(place, f"应为 {want}，实为 {got}", f"expected {want}, found {got}")
    if want.kind is Kind.NUMBER:
        return _rescaled(expr, want, place)
    return expr


def _rescaled(expr: Expr, want: Type, place: Place) -> Expr:
    got = expr.type
    if got.scale > want.scale:
        raise _type_error(
            place,
            f"小数位太多（{got.scale} 位，应至多 {want.scale} 位），请用 round(x / 1, {want.scale})",
            f"too many digits ({got.scale}, at most {want.scale}); use round(x / 1, {want.scale})",
        )
    if got.scale < want.scale:
        factor = Constant(INT, 10 ** (want.scale - got.scale))
        if isinstance(expr, Constant):
            return Constant(want, cast(int, expr.value) * cast(int, factor.value))
        # A product with a power of ten, read at the wider scale: the integer is the same number.
        return Arithmetic(want, "*", expr, factor)
    return expr


def _with_codes(expr: Expr, want: Type, place: Place, scope: Scope) -> Expr:
    """Give loose strings inside a choice their code list, and check every one."""
    if isinstance(expr, Constant) and expr.type == _LOOSE:
        _check_code(str(expr.value), want, place, scope)
        return Constant(want, expr.value)
    if isinstance(expr, Choose):
        return Choose(
            want,
            expr.condition,
            _with_codes(expr.then, want, place, scope),
            _with_codes(expr.otherwise, want, place, scope),
        )
    if expr.type.codes != want.codes:
        raise _type_error(
            place, f"应为 {want}，实为 {expr.type}", f"expected {want}, found {expr.type}"
        )
    return expr


def _check_code(value: str, want: Type, place: Place, scope: Scope) -> None:
    known = scope.pack.codes.get(want.codes or "", {})
    if value not in known:
        near = nearest(value, known)
        raise PackError([fault("PACK-023", place, name=value, codes=want.codes or "—", near=near)])


def _type_error(place: Place, zh: str, en: str) -> PackError:
    return PackError([fault("PACK-022", place, detail_zh=zh, detail_en=en)])


class _Binder:
    """Binds one expression in one scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.pack = scope.pack

    def bind(self, node: Syntax) -> Expr:
        handler = _HANDLERS.get(node.op)
        if handler is not None:
            return handler(self, node)
        if node.op in ("=", "<>", "<", "<=", ">", ">="):
            return self.compare(node.op, node)
        if node.op in ("+", "-", "*"):
            return self.arithmetic(node)
        raise _type_error(
            node.place, "除法只能写成 round(a / b, n)", "division only as round(a / b, n)"
        )

    def bind_as(self, node: Syntax, want: Type) -> Expr:
        return coerce(self.bind(node), want, node.place, self.scope)

    # -- literals and names

    def literal(self, node: Syntax) -> Expr:
        if node.op == "number":
            scale = len(node.text.partition(".")[2])
            if scale > 6 or len(node.text) > 18:
                raise _range_error(node.place, node.text)
            return Constant(Type(Kind.NUMBER, scale), scaled(node.text, scale))
        if node.op == "string":
            return Constant(_LOOSE, node.text)
        return AsOf() if node.op == "as_of" else Constant(BOOL, node.op == "true")

    def name(self, node: Syntax) -> Expr:
        name, pack, entity = node.text, self.pack, self.scope.entity
        head, _, rest = name.partition(".")
        if name in pack.facts.get(entity, {}):
            return self.fact(entity, name, node.place)
        if name in self.scope.rules:
            return self.rule(name, node.place)
        if rest and head in pack.entities:
            return self.ancestor(head, rest, node.place)
        if name in pack.parameters:
            return ParameterRef(pack.parameters[name].type, name)
        known = [*pack.facts.get(entity, {}), *self.scope.rules, *pack.parameters]
        raise PackError([fault("PACK-020", node.place, name=name, near=nearest(name, known))])

    def fact(self, entity: str, name: str, place: Place) -> Expr:
        fact = self.pack.facts[entity][name]
        if fact.judge:
            raise PackError([fault("PACK-025", place, name=name)])
        return FactRef(fact.type, entity, name)

    def rule(self, name: str, place: Place) -> Expr:
        rule = self.scope.rules[name]
        if rule.entity != self.scope.entity:
            raise _type_error(
                place,
                f"“{name}”是 {rule.entity} 的规则，这里是 {self.scope.entity}",
                f"'{name}' is a rule of {rule.entity}, this is {self.scope.entity}",
            )
        return RuleRef(rule.type, name)

    def ancestor(self, head: str, rest: str, place: Place) -> Expr:
        above = [entity.id for entity in self.pack.above(self.scope.entity)]
        if head not in above:
            raise _type_error(place, f"“{head}”不是上级实体", f"'{head}' is not an entity above")
        if rest not in self.pack.facts.get(head, {}):
            near = nearest(rest, self.pack.facts.get(head, {}))
            raise PackError([fault("PACK-020", place, name=f"{head}.{rest}", near=near)])
        return self.fact(head, rest, place)

    # -- operators

    def negation(self, node: Syntax) -> Expr:
        return Not(self.bind_as(node.parts[0], BOOL))

    def negative(self, node: Syntax) -> Expr:
        item = self.bind(node.parts[0])
        if item.type.kind is not Kind.NUMBER:
            raise _type_error(node.place, "负号只用于数", "a minus sign needs a number")
        if isinstance(item, Constant):
            return Constant(item.type, -cast(int, item.value))
        return Arithmetic(item.type, "-", Constant(item.type, 0), item)

    def logic(self, node: Syntax) -> Expr:
        items = tuple(self.bind_as(part, BOOL) for part in self._chain(node, node.op))
        return AllOf(items) if node.op == "and" else AnyOf(items)

    def _chain(self, node: Syntax, op: str) -> Iterable[Syntax]:
        """``a and b and c`` leans to the left; give it back flat, without recursion."""
        parts: list[Syntax] = []
        while node.op == op:
            parts.append(node.parts[1])
            node = node.parts[0]
        parts.append(node)
        return reversed(parts)

    def arithmetic(self, node: Syntax) -> Expr:
        left, right = (self.number(part) for part in node.parts)
        op = cast(Literal["+", "-", "*"], node.op)
        if op == "*":
            if left.type.money and right.type.money:
                raise _type_error(node.place, "钱乘钱没有意义", "money times money has no meaning")
            scale = left.type.scale + right.type.scale
            if scale > _MOST_SCALE:
                raise _range_error(node.place, f"scale {scale}")
            money = (left.type.money or right.type.money) and scale == 2
            return Arithmetic(Type(Kind.NUMBER, scale, money), op, left, right)
        left, right = aligned(left, right, node.place)
        money = (left.type.money or right.type.money) and left.type.scale == 2
        return Arithmetic(Type(Kind.NUMBER, left.type.scale, money), op, left, right)

    def number(self, node: Syntax) -> Expr:
        item = self.bind(node)
        if item.type.kind is not Kind.NUMBER:
            zh, en = f"应为数，实为 {item.type}", f"expected a number, found {item.type}"
            raise _type_error(node.place, zh, en)
        return item

    def compare(self, op: str, node: Syntax) -> Expr:
        left, right = (self.bind(part) for part in node.parts)
        return self.compared(op, left, right, node.place)

    def compared(self, op: str, left: Expr, right: Expr, place: Place) -> Expr:
        if left.type.kind is Kind.CODE or right.type.kind is Kind.CODE:
            left, right = self._codes(left, right, place)
        if left.type.kind is not right.type.kind or left.type.kind is Kind.TEXT:
            zh = f"{left.type} 与 {right.type} 不能比较"
            raise _type_error(place, zh, f"{left.type} cannot be compared with {right.type}")
        if left.type.kind in (Kind.CODE, Kind.BOOL) and op not in ("=", "<>"):
            raise _type_error(place, "这里只能用 = 或 <>", "only = or <> here")
        if left.type.kind is Kind.NUMBER:
            left, right = aligned(left, right, place)
        return Compare(cast(Comparison, op), left, right)

    def _codes(self, left: Expr, right: Expr, place: Place) -> tuple[Expr, Expr]:
        lists = {item.type.codes for item in (left, right) if item.type.codes}
        if len(lists) != 1:
            raise _type_error(place, "两边代码表不同", "the two sides have different code lists")
        want = Type(Kind.CODE, codes=lists.pop())
        return coerce(left, want, place, self.scope), coerce(right, want, place, self.scope)

    def between(self, node: Syntax) -> Expr:
        item, low, high = (self.bind(part) for part in node.parts)
        return AllOf(
            (
                self.compared(">=", item, low, node.place),
                self.compared("<=", item, high, node.place),
            )
        )

    def membership(self, node: Syntax) -> Expr:
        item = self.bind(node.parts[0])
        values: list[int | str] = []
        for part in node.parts[1:]:
            value = coerce(self.bind(part), item.type, part.place, self.scope)
            if not isinstance(value, Constant) or item.type.kind not in (Kind.CODE, Kind.NUMBER):
                raise _type_error(part.place, "in 只列代码或数", "in lists codes or numbers")
            values.append(cast("int | str", value.value))
        if not values:
            raise _type_error(node.place, "in 的列表是空的", "the list of in is empty")
        return OneOfValues(item, tuple(values))

    # -- calls

    def call(self, node: Syntax) -> Expr:
        handler = _CALLS.get(node.text)
        if handler is None:
            near = nearest(node.text, [*_CALLS, *_WINDOWS, "where"])
            raise PackError([fault("PACK-021", node.place, name=node.text, near=near)])
        return handler(self, node)

    def arity(self, node: Syntax, low: int, high: int) -> tuple[Syntax, ...]:
        if not low <= len(node.parts) <= high:
            want = str(low) if low == high else f"{low}–{high}"
            zh = f"{node.text} 要 {want} 个参数，现有 {len(node.parts)} 个"
            en = f"{node.text} takes {want} arguments, found {len(node.parts)}"
            raise _type_error(node.place, zh, en)
        return node.parts

    def quotient(self, node: Syntax) -> Expr:
        ratio, digits = self.arity(node, 2, 2)
        if ratio.op != "/" or digits.op != "number" or not digits.text.isdigit():
            zh, en = "写成 round(a / b, n)，n 是 0 到 6", "write round(a / b, n), n from 0 to 6"
            raise _type_error(node.place, zh, en)
        scale = int(digits.text)
        if scale > 6:
            raise _range_error(digits.place, digits.text)
        left, right = self.number(ratio.parts[0]), self.number(ratio.parts[1])
        money = left.type.money and not right.type.money and scale == 2
        return Quotient(Type(Kind.NUMBER, scale, money), left, right)

    def choose(self, node: Syntax) -> Expr:
        condition, then, otherwise = self.arity(node, 3, 3)
        left, right = self._same(self.bind(then), self.bind(otherwise), node.place)
        return Choose(left.type, self.bind_as(condition, BOOL), left, right)

    def _same(self, left: Expr, right: Expr, place: Place) -> tuple[Expr, Expr]:
        """Two branches of one type."""
        if left.type.kind is Kind.NUMBER and right.type.kind is Kind.NUMBER:
            return aligned(left, right, place)
        if left.type.kind is Kind.CODE and right.type.kind is Kind.CODE:
            if left.type == right.type:
                return left, right
            return self._codes(left, right, place)
        if left.type != right.type:
            zh = f"两边类型不同：{left.type}、{right.type}"
            raise _type_error(place, zh, f"the two sides differ: {left.type}, {right.type}")
        return left, right

    def extreme(self, node: Syntax) -> Expr:
        self.arity(node, 2, 12)
        items = [self.number(part) for part in node.parts]
        wide = max(items, key=lambda item: item.type.scale).type
        money = any(item.type.money for item in items) and wide.scale == 2
        want = Type(Kind.NUMBER, wide.scale, money)
        kind = cast(Literal["least", "greatest"], node.text)
        return Extreme(want, kind, tuple(_rescaled(item, want, node.place) for item in items))

    def elapsed(self, node: Syntax) -> Expr:
        (part,) = self.arity(node, 1, 1)
        unit: Literal["years", "months"] = "years" if node.text == "full_years" else "months"
        return Elapsed(unit, self.bind_as(part, DATE))

    def day(self, node: Syntax) -> Expr:
        (part,) = self.arity(node, 1, 1)
        try:
            return Constant(DATE, date.fromisoformat(part.text if part.op == "string" else ""))
        except ValueError:
            zh, en = "写成 date('2025-01-31')", "write date('2025-01-31')"
            raise _type_error(node.place, zh, en) from None

    def certainty(self, node: Syntax) -> Expr:
        (part,) = self.arity(node, 1, 1)
        kind = cast(Literal["known", "surely", "possibly"], node.text)
        return Certainty(kind, self.bind(part) if kind == "known" else self.bind_as(part, BOOL))

    def default(self, node: Syntax) -> Expr:
        item, value = self.arity(node, 2, 2)
        left, right = self._same(self.bind(item), self.bind(value), node.place)
        if not isinstance(right, (Constant, ParameterRef)):
            zh, en = (
                "第二个参数应为常数或参数",
                "the second argument must be a constant or a parameter",
            )
            raise _type_error(value.place, zh, en)
        node_type = Assume if node.text == "assume" else IfNa
        return node_type(left.type, left, right)

    def points(self, node: Syntax) -> Expr:
        condition, weight = self.arity(node, 2, 2)
        points = self.number(weight)
        if not isinstance(points, (Constant, ParameterRef)):
            zh, en = "分值应为常数或参数", "the weight must be a constant or a parameter"
            raise _type_error(weight.place, zh, en)
        return Points(points.type, self.bind_as(condition, BOOL), points)

    # -- rows below

    def aggregate(self, node: Syntax) -> Expr:
        self.arity(node, 1, 4)
        head = node.parts[0]
        relations = {item.relation: item for item in self.pack.below(self.scope.entity)}
        if head.op != "name" or head.text not in relations:
            near = nearest(head.text, [name for name in relations if name])
            raise PackError([fault("PACK-020", head.place, name=head.text, near=near)])
        entity = relations[head.text]
        inner = _Binder(self.scope.at(entity.id))
        item, where, window = inner._parts(node, entity.date is not None)
        kind = cast(Literal["any", "all", "count", "sum", "latest"], node.text)
        result = self._checked(kind, item, where, node, dated=entity.date is not None)
        return Aggregate(result, kind, entity.id, item, where, window)

    def _parts(self, node: Syntax, dated: bool) -> tuple[Expr | None, Expr | None, Window | None]:
        item = where = window = None
        for part in node.parts[1:]:
            if part.op == "call" and part.text == "where" and where is None:
                where = self.bind_as(self.arity(part, 1, 1)[0], BOOL)
            elif part.op == "call" and part.text in _WINDOWS and window is None:
                window = self.window(part, dated)
            elif item is None and where is None and window is None:
                item = self.bind(part)
            else:
                zh, en = "参数多了或次序不对", "too many arguments, or in the wrong order"
                raise _type_error(part.place, zh, en)
        return item, where, window

    def window(self, node: Syntax, dated: bool) -> Window:
        if not dated:
            zh, en = "这类记录没有日期，不能用期间", "these records have no date, so no window"
            raise _type_error(node.place, zh, en)
        (part,) = self.arity(node, 1, 1)
        amount = self.bind_as(part, INT)
        if not isinstance(amount, (Constant, ParameterRef)):
            zh, en = "期间应为整数或参数", "the window must be a whole number or a parameter"
            raise _type_error(part.place, zh, en)
        if isinstance(amount, Constant) and not 0 < cast(int, amount.value) <= 40000:
            raise _range_error(part.place, str(amount.value))
        return Window(cast(Literal["days", "months", "years"], node.text), amount)

    def _checked(
        self, kind: str, item: Expr | None, where: Expr | None, node: Syntax, *, dated: bool
    ) -> Type:
        """The type of an aggregate, or an error when its parts do not fit."""
        if kind in ("any", "all") and (item is None or item.type != BOOL):
            raise _type_error(node.place, f"{kind} 要一个条件", f"{kind} needs a condition")
        if kind == "count":
            if item is not None and item.type != BOOL:
                raise _type_error(node.place, "count 要一个条件", "count needs a condition")
            return INT
        if kind == "sum":
            if item is None or item.type.kind is not Kind.NUMBER:
                raise _type_error(node.place, "sum 要一个数", "sum needs a number")
            return item.type
        if kind == "latest":
            if item is None or not dated:
                zh, en = "latest 要一个值，且记录有日期", "latest needs a value and dated records"
                raise _type_error(node.place, zh, en)
            return item.type
        return BOOL


def aligned(left: Expr, right: Expr, place: Place) -> tuple[Expr, Expr]:
    """Two numbers at the same scale."""
    scale = max(left.type.scale, right.type.scale)
    return _at_scale(left, scale, place), _at_scale(right, scale, place)


def _at_scale(expr: Expr, scale: int, place: Place) -> Expr:
    money = expr.type.money and scale == MONEY.scale
    return _rescaled(expr, Type(Kind.NUMBER, scale, money), place)


def _range_error(place: Place, what: str) -> PackError:
    return PackError([fault("PACK-026", place, detail_zh=what, detail_en=what)])


_WINDOWS = ("days", "months", "years")
_HANDLERS: dict[str, Callable[[_Binder, Syntax], Expr]] = {
    "number": _Binder.literal,
    "string": _Binder.literal,
    "true": _Binder.literal,
    "false": _Binder.literal,
    "as_of": _Binder.literal,
    "name": _Binder.name,
    "not": _Binder.negation,
    "negate": _Binder.negative,
    "and": _Binder.logic,
    "or": _Binder.logic,
    "between": _Binder.between,
    "in": _Binder.membership,
    "call": _Binder.call,
}
_CALLS: dict[str, Callable[[_Binder, Syntax], Expr]] = {
    "round": _Binder.quotient,
    "if": _Binder.choose,
    "least": _Binder.extreme,
    "greatest": _Binder.extreme,
    "full_years": _Binder.elapsed,
    "full_months": _Binder.elapsed,
    "date": _Binder.day,
    "known": _Binder.certainty,
    "surely": _Binder.certainty,
    "possibly": _Binder.certainty,
    "assume": _Binder.default,
    "if_na": _Binder.default,
    "points": _Binder.points,
    "any": _Binder.aggregate,
    "all": _Binder.aggregate,
    "count": _Binder.aggregate,
    "sum": _Binder.aggregate,
    "latest": _Binder.aggregate,
}
