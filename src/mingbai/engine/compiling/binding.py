"""Binding (名称与类型绑定): raw trees to typed expressions; names resolve, types check, ranges hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from mingbai.engine.compiling.calls import CALLS, WINDOWS
from mingbai.engine.compiling.fitting import aligned, range_error, rescaled, type_error
from mingbai.engine.compiling.parsing import Syntax, parse
from mingbai.engine.errors import PackError, Place, fault, nearest
from mingbai.engine.model.expressions import (
    AllOf,
    AnyOf,
    Arithmetic,
    AsOf,
    Choose,
    Compare,
    Comparison,
    Constant,
    Expr,
    FactRef,
    Not,
    OneOfValues,
    ParameterRef,
    RuleRef,
)
from mingbai.engine.model.pack import Pack, Rule, Source
from mingbai.engine.model.values import BOOL, Kind, Type, scaled

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
    bound = Binder(scope).bind(syntax)
    return coerce(bound, want, syntax.place, scope) if want is not None else bound


def coerce(expr: Expr, want: Type, place: Place, scope: Scope) -> Expr:
    """Fit an expression to the wanted type: codes are checked, numbers rescaled, or it is an error."""
    got = expr.type
    if want.kind is Kind.CODE and got.kind is Kind.CODE:
        return _with_codes(expr, want, place, scope)
    if want.kind is not got.kind:
        raise type_error(place, f"应为 {want}，实为 {got}", f"expected {want}, found {got}")
    if want.kind is Kind.NUMBER:
        return rescaled(expr, want, place)
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
        raise type_error(
            place, f"应为 {want}，实为 {expr.type}", f"expected {want}, found {expr.type}"
        )
    return expr


def _check_code(value: str, want: Type, place: Place, scope: Scope) -> None:
    known = scope.pack.codes.get(want.codes or "", {})
    if value not in known:
        near = nearest(value, known)
        raise PackError([fault("PACK-023", place, name=value, codes=want.codes or "—", near=near)])


class Binder:
    """Binds one expression in one scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.pack = scope.pack

    def at(self, entity: str) -> Binder:
        """The binder for the rows of an entity below."""
        return Binder(self.scope.at(entity))

    def bind(self, node: Syntax) -> Expr:
        handler = _HANDLERS.get(node.op)
        if handler is not None:
            return handler(self, node)
        if node.op in ("=", "<>", "<", "<=", ">", ">="):
            return self.compare(node.op, node)
        if node.op in ("+", "-", "*"):
            return self.arithmetic(node)
        raise type_error(
            node.place, "除法只能写成 round(a / b, n)", "division only as round(a / b, n)"
        )

    def bind_as(self, node: Syntax, want: Type) -> Expr:
        return coerce(self.bind(node), want, node.place, self.scope)

    # -- literals and names

    def literal(self, node: Syntax) -> Expr:
        if node.op == "number":
            scale = len(node.text.partition(".")[2])
            if scale > 6 or len(node.text) > 18:
                raise range_error(node.place, node.text)
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
            raise type_error(
                place,
                f"“{name}”是 {rule.entity} 的规则，这里是 {self.scope.entity}",
                f"'{name}' is a rule of {rule.entity}, this is {self.scope.entity}",
            )
        return RuleRef(rule.type, name)

    def ancestor(self, head: str, rest: str, place: Place) -> Expr:
        above = [entity.id for entity in self.pack.above(self.scope.entity)]
        if head not in above:
            raise type_error(place, f"“{head}”不是上级实体", f"'{head}' is not an entity above")
        if rest not in self.pack.facts.get(head, {}):
            near = nearest(rest, self.pack.facts.get(head, {}))
            raise PackError([fault("PACK-020", place, name=f"{head}.{rest}", near=near)])
        return self.fact(head, rest, place)

    # -- calls

    def call(self, node: Syntax) -> Expr:
        handler = CALLS.get(node.text)
        if handler is None and node.text in (*WINDOWS, "where"):
            zh, en = f"{node.text}(…) 只用在汇总里", f"{node.text}(…) belongs into an aggregate"
            raise type_error(node.place, zh, en)
        if handler is None:
            near = nearest(node.text, [*CALLS, *WINDOWS, "where"])
            raise PackError([fault("PACK-021", node.place, name=node.text, near=near)])
        return handler(self, node)

    def arity(self, node: Syntax, low: int, high: int) -> tuple[Syntax, ...]:
        if not low <= len(node.parts) <= high:
            want = str(low) if low == high else f"{low}–{high}"
            zh = f"{node.text} 要 {want} 个参数，现有 {len(node.parts)} 个"
            en = f"{node.text} takes {want} arguments, found {len(node.parts)}"
            raise type_error(node.place, zh, en)
        return node.parts

    # -- operators

    def negation(self, node: Syntax) -> Expr:
        return Not(self.bind_as(node.parts[0], BOOL))

    def negative(self, node: Syntax) -> Expr:
        item = self.bind(node.parts[0])
        if item.type.kind is not Kind.NUMBER:
            raise type_error(node.place, "负号只用于数", "a minus sign needs a number")
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
                raise type_error(node.place, "钱乘钱没有意义", "money times money has no meaning")
            scale = left.type.scale + right.type.scale
            if scale > _MOST_SCALE:
                raise range_error(node.place, f"scale {scale}")
            money = (left.type.money or right.type.money) and scale == 2
            return Arithmetic(Type(Kind.NUMBER, scale, money), op, left, right)
        left, right = aligned(left, right, node.place)
        money = (left.type.money or right.type.money) and left.type.scale == 2
        return Arithmetic(Type(Kind.NUMBER, left.type.scale, money), op, left, right)

    def number(self, node: Syntax) -> Expr:
        item = self.bind(node)
        if item.type.kind is not Kind.NUMBER:
            zh, en = f"应为数，实为 {item.type}", f"expected a number, found {item.type}"
            raise type_error(node.place, zh, en)
        return item

    def compare(self, op: str, node: Syntax) -> Expr:
        left, right = (self.bind(part) for part in node.parts)
        return self.compared(op, left, right, node.place)

    def compared(self, op: str, left: Expr, right: Expr, place: Place) -> Expr:
        if left.type.kind is Kind.CODE or right.type.kind is Kind.CODE:
            left, right = self.codes(left, right, place)
        if left.type.kind is not right.type.kind or left.type.kind is Kind.TEXT:
            zh = f"{left.type} 与 {right.type} 不能比较"
            raise type_error(place, zh, f"{left.type} cannot be compared with {right.type}")
        if left.type.kind in (Kind.CODE, Kind.BOOL) and op not in ("=", "<>"):
            raise type_error(place, "这里只能用 = 或 <>", "only = or <> here")
        if left.type.kind is Kind.NUMBER:
            left, right = aligned(left, right, place)
        return Compare(cast(Comparison, op), left, right)

    def codes(self, left: Expr, right: Expr, place: Place) -> tuple[Expr, Expr]:
        lists = {item.type.codes for item in (left, right) if item.type.codes}
        if len(lists) != 1:
            raise type_error(place, "两边代码表不同", "the two sides have different code lists")
        want = Type(Kind.CODE, codes=lists.pop())
        return coerce(left, want, place, self.scope), coerce(right, want, place, self.scope)

    def same(self, left: Expr, right: Expr, place: Place) -> tuple[Expr, Expr]:
        """Two branches of one type."""
        if left.type.kind is Kind.NUMBER and right.type.kind is Kind.NUMBER:
            return aligned(left, right, place)
        if left.type.kind is Kind.CODE and right.type.kind is Kind.CODE:
            if left.type == right.type:
                return left, right
            return self.codes(left, right, place)
        if left.type != right.type:
            zh = f"两边类型不同：{left.type}、{right.type}"
            raise type_error(place, zh, f"the two sides differ: {left.type}, {right.type}")
        return left, right

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
                raise type_error(part.place, "in 只列代码或数", "in lists codes or numbers")
            values.append(cast("int | str", value.value))
        if not values:
            raise type_error(node.place, "in 的列表是空的", "the list of in is empty")
        return OneOfValues(item, tuple(values))


_HANDLERS: dict[str, Callable[[Binder, Syntax], Expr]] = {
    "number": Binder.literal,
    "string": Binder.literal,
    "true": Binder.literal,
    "false": Binder.literal,
    "as_of": Binder.literal,
    "name": Binder.name,
    "not": Binder.negation,
    "negate": Binder.negative,
    "and": Binder.logic,
    "or": Binder.logic,
    "between": Binder.between,
    "in": Binder.membership,
    "call": Binder.call,
}
