"""Binding a whole pack (整包绑定) on a day: rules in force, typed, in the order they must be computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from mingbai.engine.compiling.binding import Binder, Scope, bind, coerce
from mingbai.engine.compiling.parsing import Syntax, parse
from mingbai.engine.errors import Fault, PackError, fault, run_error
from mingbai.engine.model.expressions import (
    Aggregate,
    AllOf,
    AnyOf,
    Applies,
    Choose,
    Constant,
    Expr,
    FactRef,
    Not,
    RuleRef,
    walk,
)
from mingbai.engine.model.pack import Clause, Pack, Rule, Source
from mingbai.engine.model.values import BOOL, NA


@dataclass(frozen=True)
class BoundClause:
    """A clause with its typed condition (已绑定条款); ``id`` is the full id."""

    id: str
    clause: Clause
    expr: Expr
    items: tuple[BoundClause, ...]

    def flat(self) -> Iterator[BoundClause]:
        """The clause and those inside."""
        yield self
        for item in self.items:
            yield from item.flat()


@dataclass(frozen=True)
class BoundRule:
    """A rule with its typed expression (已绑定规则); ``expr`` includes ``applies_when``."""

    rule: Rule
    expr: Expr
    condition: Expr | None
    clauses: tuple[BoundClause, ...]

    def flat_clauses(self) -> Iterator[BoundClause]:
        """All clauses, groups before their parts."""
        for clause in self.clauses:
            yield from clause.flat()


@dataclass(frozen=True)
class BoundPack:
    """A pack on a day (某日的规则包): its rules in force in the order of their dependencies."""

    pack: Pack
    as_of: date
    rules: Mapping[str, BoundRule]
    conditions: Mapping[tuple[str, str], Expr]
    not_in_force: tuple[str, ...]

    def needs(self, name: str) -> tuple[str, ...]:
        """The rules that a rule depends on, itself included, in order of computation."""
        wanted = {name}
        for rule_id in reversed(list(self.rules)):
            if rule_id in wanted:
                wanted |= set(self._direct(self.rules[rule_id].expr))
        return tuple(rule_id for rule_id in self.rules if rule_id in wanted)

    def _direct(self, expr: Expr) -> Iterator[str]:
        for node in walk(expr):
            if isinstance(node, RuleRef):
                yield node.name
            elif isinstance(node, FactRef) and (node.entity, node.name) in self.conditions:
                yield from self._direct(self.conditions[node.entity, node.name])


def bind_pack(pack: Pack, as_of: date) -> BoundPack:
    """Bind all rules in force on a day. Raises ``PackError`` with every fault found."""
    in_force = pack.rules_on(as_of)
    if not in_force:
        first = min((rule.period.starts_on for rule in pack.rules), default=pack.calendar_start)
        raise run_error("RUN-004", day=as_of, first=first)
    faults: list[Fault] = []
    bound: dict[str, BoundRule] = {}
    for rule in in_force.values():
        try:
            bound[rule.id] = _bind_rule(rule, Scope(pack, rule.entity, in_force))
        except PackError as error:
            faults.extend(_explained(item, rule, pack, as_of) for item in error.faults)
    conditions = _conditions(pack, in_force, faults)
    if faults:
        raise PackError(faults)
    absent = tuple(dict.fromkeys(rule.id for rule in pack.rules if rule.id not in in_force))
    ordered = _ordered(bound, conditions)
    return BoundPack(pack, as_of, ordered, conditions, absent)


def _explained(item: Fault, rule: Rule, pack: Pack, day: date) -> Fault:
    """An unknown name that is a rule of another period is said as such."""
    if item.code == "PACK-020":
        for other in pack.rules:
            if item.zh.startswith(f"不认识的名称“{other.id}”"):
                return fault("PACK-027", item.place, name=other.id, day=day, rule=rule.id)
    return item


def _conditions(
    pack: Pack, in_force: Mapping[str, Rule], faults: list[Fault]
) -> dict[tuple[str, str], Expr]:
    found: dict[tuple[str, str], Expr] = {}
    for entity, facts in pack.facts.items():
        for fact in facts.values():
            if fact.applies_when is None:
                continue
            try:
                condition = bind(fact.applies_when, Scope(pack, entity, in_force), BOOL)
                found[entity, fact.id] = condition
            except PackError as error:
                faults.extend(error.faults)
    return found


def _bind_rule(rule: Rule, scope: Scope) -> BoundRule:
    faults: list[Fault] = []
    clauses: tuple[BoundClause, ...] = ()
    expr: Expr = Constant(BOOL, True)
    try:
        if rule.form.kind in ("all", "any", "none"):
            clauses = tuple(_bind_clause(item, "", scope, faults) for item in rule.form.clauses)
            expr = _grouped(rule.form.kind, tuple(item.expr for item in clauses))
        else:
            expr = _bind_form(rule, scope, faults)
    except PackError as error:
        faults.extend(error.faults)
    condition: Expr | None = None
    if rule.applies_when is not None:
        try:
            condition = bind(rule.applies_when, scope, BOOL)
        except PackError as error:
            faults.extend(error.faults)
    faults.extend(_unregistered(rule, clauses, scope.pack))
    if faults:
        raise PackError(faults)
    whole = Applies(expr.type, condition, expr) if condition is not None else expr
    return BoundRule(rule, whole, condition, clauses)


def _unregistered(rule: Rule, clauses: tuple[BoundClause, ...], pack: Pack) -> Iterator[Fault]:
    known = pack.register.get(rule.id, ())
    for clause in (part for item in clauses for part in item.flat()):
        if clause.id not in known:
            yield fault("PACK-042", clause.clause.place, name=f"{rule.id}: {clause.id}")
    if len(known) > 24:
        yield fault("PACK-041", rule.place, name=rule.id, count=len(known), limit=24)


def _bind_clause(clause: Clause, prefix: str, scope: Scope, faults: list[Fault]) -> BoundClause:
    full = f"{prefix}{clause.id}"
    items = tuple(_bind_clause(part, f"{full}.", scope, faults) for part in clause.items)
    expr: Expr = Constant(BOOL, True)
    if clause.expr is not None:
        try:
            expr = bind(clause.expr, scope, BOOL)
        except PackError as error:
            faults.extend(error.faults)
    else:
        expr = _grouped(clause.kind, tuple(item.expr for item in items))
    return BoundClause(full, clause, expr, items)


def _grouped(kind: str, items: tuple[Expr, ...]) -> Expr:
    if kind == "all":
        return AllOf(items)
    return AnyOf(items) if kind == "any" else Not(AnyOf(items))


def _bind_form(rule: Rule, scope: Scope, faults: list[Fault]) -> Expr:
    form = rule.form
    if form.kind == "table":
        return _bind_table(rule, scope, faults)
    if form.expr is None:
        raise PackError([fault("PACK-005", rule.place, name="expr")])
    if form.kind == "expr":
        return bind(form.expr, scope, rule.type)
    assert form.then is not None
    assert form.otherwise is not None
    return Choose(
        rule.type,
        bind(form.expr, scope, BOOL),
        bind(form.then, scope, rule.type),
        bind(form.otherwise, scope, rule.type),
    )


def _bind_table(rule: Rule, scope: Scope, faults: list[Fault]) -> Expr:
    """A decision table is nested choices: the first row that fits."""
    form = rule.form
    assert form.otherwise is not None
    inputs = [parse(source) for source in form.inputs]
    result = bind(form.otherwise, scope, rule.type)
    for row in reversed(form.rows):
        conditions: list[Expr] = []
        for node, cell in zip(inputs, row.cells, strict=True):
            if cell.text.strip() == "-":
                continue
            try:
                syntax = _cell(node, cell)
                conditions.append(coerce(Binder(scope).bind(syntax), BOOL, cell.place, scope))
            except PackError as error:
                faults.extend(error.faults)
        then = bind(row.then, scope, rule.type)
        result = Choose(rule.type, AllOf(tuple(conditions)), then, result) if conditions else then
    return result


_CELL_STARTS = ("<", ">", "=", "!", "between ", "in ", "in(", "not in", "not between ")
_CELL_OPS = {"=", "<>", "<", "<=", ">", ">=", "between", "in"}


def _cell(node: Syntax, cell: Source) -> Syntax:
    """The condition of a cell: the input put before ``>= 60``, ``between …`` or ``in (…)``."""
    text = cell.text.strip()
    head, tail = ("0 ", "") if text.startswith(_CELL_STARTS) else ("0 in (", ")")
    if text in ("true", "false"):
        head, tail = "0 = ", ""
    # The place is moved back by what was put before, so that faults point into the cell.
    written = Source(f"{head}{text}{tail}", cell.place.shifted(-len(head)))
    syntax = parse(written)
    inner = syntax.parts[0] if syntax.op == "not" else syntax
    if inner.op not in _CELL_OPS or inner.parts[0].text != "0" or inner.parts[0].parts:
        zh = "格子里只能是一个比较、between、in，或一列值"
        en = "a cell is one comparison, between, in, or a list of values"
        raise PackError([fault("PACK-030", cell.place, detail_zh=zh, detail_en=en)])
    return _put(syntax, node)


def _put(syntax: Syntax, node: Syntax) -> Syntax:
    first = syntax.parts[0] if syntax.parts else syntax
    inner = _put(first, node) if syntax.op == "not" else node
    return replace(syntax, parts=(inner, *syntax.parts[1:]))


def _ordered(
    bound: Mapping[str, BoundRule], conditions: Mapping[tuple[str, str], Expr]
) -> dict[str, BoundRule]:
    """Rules after what they depend on. Raises ``PackError`` for a circle, naming it."""
    result: dict[str, BoundRule] = {}
    trail: list[str] = []

    def visit(kind: str, name: str, expr: Expr) -> None:
        if name in result or name in done:
            return
        if name in trail:
            circle = " → ".join([*trail[trail.index(name) :], name])
            first = next(item for item in trail[trail.index(name) :] if item in bound)
            raise PackError([fault("PACK-024", bound[first].rule.place, name=circle)])
        trail.append(name)
        for node in walk(expr):
            if isinstance(node, RuleRef):
                visit("rule", node.name, bound[node.name].expr)
            elif isinstance(node, FactRef) and (node.entity, node.name) in conditions:
                key = f"{node.entity}/{node.name}"
                visit("fact", key, conditions[node.entity, node.name])
        trail.pop()
        if kind == "rule":
            result[name] = bound[name]
        else:
            done.add(name)

    done: set[str] = set()
    for name, rule in bound.items():
        visit("rule", name, rule.expr)
    return result


def check_pack(pack: Pack) -> tuple[Fault, ...]:
    """Every fault of the rules, on each day on which something begins or ends."""
    from mingbai.engine.compiling.lowering import lower_pack
    from mingbai.engine.errors import EngineError

    days = {rule.period.starts_on for rule in pack.rules}
    days |= {rule.period.ends_on for rule in pack.rules if rule.period.ends_on is not None}
    found: dict[str, Fault] = {str(item): item for item in _region_faults(pack)}
    if found:
        return tuple(found.values())
    for day in sorted(days):
        if not pack.rules_on(day):
            continue
        try:
            lower_pack(bind_pack(pack, day))
        except EngineError as error:
            for item in error.faults:
                found.setdefault(f"{item.place}{item.code}", item)
    for case in pack.cases:
        for item in _case_faults(pack, case):
            found.setdefault(str(item), item)
    for item in _agreement_faults(pack):
        found.setdefault(str(item), item)
    return tuple(found.values())


def _case_faults(pack: Pack, case: object) -> Iterator[Fault]:
    from mingbai.engine.errors import nearest
    from mingbai.engine.model.pack import Case

    case = cast(Case, case)
    known = {rule.id: rule for rule in pack.rules}
    for name in (*case.expect, *case.reasons, *case.because, *case.covers):
        if name not in known:
            yield fault("PACK-020", case.place, name=name, near=nearest(name, known))
    for name, states in case.reasons.items():
        ids = {clause for rule in pack.rules if rule.id == name for clause, _ in rule.clauses()}
        for clause in states:
            if clause not in ids:
                yield fault(
                    "PACK-020", case.place, name=f"{name}: {clause}", near=nearest(clause, ids)
                )


def _region_faults(pack: Pack) -> Iterator[Fault]:
    """A regional value, of whatever day, needs the fact that holds the region."""
    if pack.top.region is not None:
        return
    for parameter in pack.parameters.values():
        for value in parameter.values:
            if value.region:
                zh, en = f"{pack.top.id} 没有 region", f"{pack.top.id} has no region"
                yield fault("PACK-047", value.place, detail_zh=zh, detail_en=en)
                break


def _agreement_faults(pack: Pack) -> Iterator[Fault]:
    for item in pack.agreements:
        fact = pack.facts[pack.top.id][item.label]
        codes = pack.codes.get(fact.type.codes or "", {})
        for code in item.positive:
            if code not in codes:
                yield fault(
                    "PACK-023", item.place, name=code, codes=fact.type.codes or "—", near=("", "")
                )


__all__ = ["NA", "Aggregate", "BoundClause", "BoundPack", "BoundRule", "bind_pack", "check_pack"]
