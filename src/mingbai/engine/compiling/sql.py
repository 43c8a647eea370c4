"""The SQL printer (SQL 输出): lowered plans to one query of common table expressions per entity.

Trees are built with sqlglot and printed for a dialect; values enter as literals of the tree, never as
text. DuckDB is what runs; SQLite is printed too, so that tests can hold one engine against another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from mingbai.engine.compiling.core import (
    And,
    Arith,
    BitOr,
    Case,
    Cmp,
    Col,
    Core,
    InSet,
    IsNull,
    Lit,
    Neg,
    Newest,
    Or,
    Part,
    Prefix,
    Total,
    columns,
)
from mingbai.engine.compiling.plans import Lowered, Plan
from mingbai.engine.model.values import Kind, Type

_TYPES = {Kind.BOOL: "BOOLEAN", Kind.NUMBER: "BIGINT", Kind.DATE: "DATE"}
_COMPARE: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_ARITH: dict[str, type[exp.Binary]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "//": exp.IntDiv,
}


def table_name(entity: str) -> str:
    """The name under which the rows of an entity must stand in the database."""
    return f"in_{entity}"


def store_name(entity: str) -> str:
    """The name of the table with an entity's computed rows, when they are kept for later queries."""
    return f"st_{entity}"


@dataclass(frozen=True)
class SqlOptions:
    """How to print (输出选项): dialect, columns that exist in the input, and whether to filter.

    ``supplied`` lists per entity the columns of the input; others are null. With ``changed`` only the
    households whose key stands in the table ``in_changed`` are computed. The rows of entities in
    ``stored`` are computed already and stand in their store (``store_name``).
    """

    dialect: str = "duckdb"
    supplied: Mapping[str, frozenset[str]] | None = None
    changed: bool = False
    stored: frozenset[str] = frozenset()
    pretty: bool = True  # for people; a run saves the time


class _Printer:
    def __init__(self, options: SqlOptions) -> None:
        self.options = options

    def of(self, item: Core) -> exp.Expr:
        return _PRINT[type(item)](self, item)

    def many(self, items: tuple[Core, ...], node: type[exp.Binary]) -> exp.Expr:
        result = self.of(items[0])
        for item in items[1:]:
            result = node(this=result, expression=self.of(item))
        return exp.Paren(this=result)

    def literal(self, item: Lit) -> exp.Expr:
        value = item.value
        if value is None:
            return exp.Null()
        if isinstance(value, bool):
            return exp.Boolean(this=value)
        if isinstance(value, int):
            return exp.Literal.number(value) if value >= 0 else _paren(exp.Literal.number(value))
        if isinstance(value, date):
            text = exp.Literal.string(value.isoformat())
            return text if self.options.dialect == "sqlite" else exp.cast(text, "DATE")
        return exp.Literal.string(value)

    def column(self, item: Col) -> exp.Expr:
        return name_of(item.name)

    def arith(self, item: Arith) -> exp.Expr:
        node = _ARITH[item.op]
        return _paren(node(this=self.of(item.left), expression=self.of(item.right)))

    def compare(self, item: Cmp) -> exp.Expr:
        node = _COMPARE[item.op]
        return _paren(node(this=self.of(item.left), expression=self.of(item.right)))

    def negation(self, item: Neg) -> exp.Expr:
        return _paren(exp.Not(this=self.of(item.item)))

    def null(self, item: IsNull) -> exp.Expr:
        return _paren(exp.Is(this=self.of(item.item), expression=exp.Null()))

    def member(self, item: InSet) -> exp.Expr:
        values = [self.literal(Lit(value)) for value in item.values]
        return _paren(exp.In(this=self.of(item.item), expressions=values))

    def branch(self, item: Case) -> exp.Expr:
        ifs = [exp.If(this=self.of(when), true=self.of(then)) for when, then in item.branches]
        return exp.Case(ifs=ifs, default=self.of(item.default))

    def part(self, item: Part) -> exp.Expr:
        node: type[exp.Func] = {"year": exp.Year, "month": exp.Month, "day": exp.Day}[item.part]
        return node(this=self.of(item.item))

    def prefix(self, item: Prefix) -> exp.Expr:
        head = exp.Substring(
            this=self.of(item.item),
            start=exp.Literal.number(1),
            length=exp.Literal.number(len(item.text)),
        )
        return _paren(exp.EQ(this=head, expression=exp.Literal.string(item.text)))

    def bits(self, item: BitOr) -> exp.Expr:
        return _paren(exp.BitwiseOr(this=self.of(item.left), expression=self.of(item.right)))

    def total(self, total: Total) -> exp.Expr:
        inner = self.of(total.item)
        if total.function == "sum":
            # DuckDB sums BIGINT into HUGEINT, which Parquet would store as a double.
            return exp.cast(exp.Sum(this=inner), "BIGINT")
        if total.function == "bits":
            return exp.Anonymous(this="BIT_OR", expressions=[inner])
        return exp.Max(this=inner) if total.function == "max" else exp.Min(this=inner)

    def newest(self, item: Newest, link: str) -> exp.Expr:
        return exp.Window(this=exp.Max(this=self.of(item.item)), partition_by=[name_of(link)])


def _paren(item: exp.Expr) -> exp.Expr:
    return exp.Paren(this=item)


def name_of(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def _as(item: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(item, name, quoted=True, copy=False)


_PRINT: dict[type, Callable[[_Printer, Any], exp.Expr]] = {
    Lit: _Printer.literal,
    Col: _Printer.column,
    Arith: _Printer.arith,
    Cmp: _Printer.compare,
    And: lambda printer, item: printer.many(item.items, exp.And),
    Or: lambda printer, item: printer.many(item.items, exp.Or),
    Neg: _Printer.negation,
    IsNull: _Printer.null,
    InSet: _Printer.member,
    Case: _Printer.branch,
    Part: _Printer.part,
    Prefix: _Printer.prefix,
    BitOr: _Printer.bits,
}


def render(
    lowered: Lowered, entity: str, wanted: Mapping[str, Type | None], options: SqlOptions
) -> str:
    """The query that gives the key of an entity's rows and the wanted columns, as SQL text."""
    writer = _Writer(lowered, options)
    writer.entity(entity)
    last = writer.last(entity)
    plan = lowered.plans[entity]
    keys = [key for key in (plan.entity.key, plan.entity.link) if key]
    picked: list[exp.Expr] = [name_of(key) for key in keys]
    for name, kind in wanted.items():
        item: exp.Expr = name_of(name)
        if kind is not None and options.dialect == "duckdb":
            item = exp.cast(item, _TYPES.get(kind.kind, "VARCHAR"))
        picked.append(_as(item, name))
    query = exp.select(*picked, copy=False).from_(last, copy=False)
    for name, body in writer.parts:
        query = query.with_(name, as_=body, copy=False)
    return query.sql(dialect=options.dialect, pretty=options.pretty)


def columns_above(lowered: Lowered, entity: str) -> tuple[str, ...]:
    """The columns of an entity's rows that the entity above totals."""
    plan = lowered.plans[entity]
    totals: list[Total | Newest] = [*plan.totals, *plan.newest]
    items = [item.item for item in totals]
    computed = {item.name for item in plan.newest}
    keys = {plan.entity.key, plan.entity.link}
    names = dict.fromkeys(name for item in items for name in columns(item))
    return tuple(name for name in names if name not in computed and name not in keys)


class _Writer:
    """Collects the common table expressions, children before parents."""

    def __init__(self, lowered: Lowered, options: SqlOptions) -> None:
        self.lowered, self.options = lowered, options
        self.printer = _Printer(options)
        self.parts: list[tuple[str, exp.Select]] = []

    def last(self, name: str) -> str:
        """Where the computed rows of an entity stand."""
        if name in self.options.stored:
            return store_name(name)
        return f"{name}_{len(self.lowered.plans[name].levels)}"

    def entity(self, name: str) -> None:
        if name in self.options.stored:
            return
        plan = self.lowered.plans[name]
        for child in plan.below:
            self.entity(child)
            self._totals(child)
        self.parts.append((f"{name}_0", self._base(plan)))
        for number, level in enumerate(plan.levels, 1):
            new = [_as(self.printer.of(item), column) for column, item in level]
            query = exp.select(exp.Star(), *new, copy=False).from_(f"{name}_{number - 1}")
            self.parts.append((f"{name}_{number}", query))

    def _base(self, plan: Plan) -> exp.Select:
        entity = plan.entity
        keys = [key for key in (entity.key, entity.link) if key]
        picked: list[exp.Expr] = [_as(name_of(key, "r"), key) for key in keys]
        picked += [
            self._fact(entity.id, name, "r", name) for name in plan.facts if name not in keys
        ]
        picked += [
            self._fact(above, name, f"up_{above}", f"{above}.{name}") for above, name in plan.above
        ]
        for child in plan.below:
            totals = self.lowered.plans[child].totals
            picked += [_as(name_of(total.name, f"t_{child}"), total.name) for total in totals]
        query = exp.select(*picked, copy=False).from_(
            exp.alias_(exp.to_table(table_name(entity.id)), "r")
        )
        query = self._ancestors(plan, query)
        for child in plan.below:
            link = self.lowered.plans[child].entity.link or ""
            on = exp.EQ(this=name_of(entity.key or "", "r"), expression=name_of(link, f"t_{child}"))
            totals_table = exp.alias_(exp.to_table(f"{child}_t"), f"t_{child}", table=True)
            query = query.join(totals_table, on=on, join_type="left", copy=False)
        return self._filtered(plan, query) if self.options.changed else query

    def _fact(self, entity: str, name: str, table: str, alias: str) -> exp.Expr:
        plan = self.lowered.plans[entity].entity
        fact = self.lowered.bound.pack.facts[entity].get(name)
        kind = _TYPES.get(fact.type.kind, "VARCHAR") if fact else "VARCHAR"
        supplied = self.options.supplied
        keys = (plan.key, plan.link)
        if supplied is not None and name not in supplied.get(entity, ()) and name not in keys:
            return _as(exp.cast(exp.Null(), kind), alias)
        column: exp.Expr = name_of(name, table)
        if self.options.dialect == "duckdb":
            column = exp.cast(column, kind)
        return _as(column, alias)

    def _ancestors(self, plan: Plan, query: exp.Select) -> exp.Select:
        """Joins to the entities above whose facts are read, through those between."""
        wanted = {above for above, _ in plan.above}
        below, table = plan.entity, "r"
        for above in self.lowered.bound.pack.above(plan.entity.id):
            if not wanted:
                break
            name = f"up_{above.id}"
            on = exp.EQ(
                this=name_of(below.link or "", table), expression=name_of(above.key or "", name)
            )
            joined = exp.alias_(exp.to_table(table_name(above.id)), name, table=True)
            query = query.join(joined, on=on, join_type="left", copy=False)
            wanted.discard(above.id)
            below, table = above, name
        return query

    def _filtered(self, plan: Plan, query: exp.Select) -> exp.Select:
        """Only rows of the changed households, found through the keys of the entities between."""
        pack = self.lowered.bound.pack
        chain = [plan.entity, *pack.above(plan.entity.id)]
        keys = exp.select(name_of(pack.top.key or "")).from_("in_changed")
        for entity in reversed(chain[1:-1]):
            keys = (
                exp.select(name_of(entity.key or ""))
                .from_(table_name(entity.id))
                .where(exp.In(this=name_of(entity.link or ""), query=exp.Subquery(this=keys)))
            )
        own = plan.entity.link if plan.entity.parent else plan.entity.key
        inside = exp.In(this=name_of(own or "", "r"), query=exp.Subquery(this=keys))
        return query.where(inside, copy=False)

    def _totals(self, child: str) -> None:
        plan = self.lowered.plans[child]
        source = self.last(child)
        link = plan.entity.link or ""
        if plan.newest:
            newest = [_as(self.printer.newest(item, link), item.name) for item in plan.newest]
            self.parts.append((f"{child}_w", exp.select(exp.Star(), *newest).from_(source)))
            source = f"{child}_w"
        totals = [_as(self.printer.total(item), item.name) for item in plan.totals]
        query = exp.select(name_of(link), *totals, copy=False).from_(source)
        self.parts.append((f"{child}_t", query.group_by(name_of(link), copy=False)))
