"""Mutants (变异): a pack with one small change, which at least one of its cases must notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from mingbai.engine.compiling import BoundClause, BoundPack, BoundRule
from mingbai.engine.errors import Place
from mingbai.engine.model.expressions import AllOf, AnyOf, Applies, Choose, Constant, Expr, Not
from mingbai.engine.model.pack import Pack, ParameterValue, Rule
from mingbai.engine.model.values import BOOL, Type
from mingbai.engine.testing.spelling import Speller, number
from mingbai.engine.testing.variants import slots, variants

Plain = bool | int | str | date


@dataclass(frozen=True)
class Mutant:
    """One small change (变异) of a rule or of a parameter value; ``text`` names it in its rule."""

    rule: str
    text: str
    place: Place

    def apply(self, bound: BoundPack) -> BoundPack:
        """The bound pack with the change."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line} {self.rule}: {self.text}"


@dataclass(frozen=True)
class RuleMutant(Mutant):
    """A changed rule (规则变异), one version of it."""

    version: Rule = field(repr=False, compare=False)
    changed: BoundRule = field(repr=False, compare=False)

    def apply(self, bound: BoundPack) -> BoundPack:
        """The bound pack with the changed rule."""
        return replace(bound, rules={**bound.rules, self.rule: self.changed})


@dataclass(frozen=True)
class FactMutant(Mutant):
    """A changed ``applies_when`` of a fact (事实变异)."""

    key: tuple[str, str] = field(repr=False, compare=False)
    changed: Expr = field(repr=False, compare=False)

    def apply(self, bound: BoundPack) -> BoundPack:
        """The bound pack with the changed condition."""
        return replace(bound, conditions={**bound.conditions, self.key: self.changed})


@dataclass(frozen=True)
class ValueMutant(Mutant):
    """A changed parameter value (参数变异)."""

    old: ParameterValue = field(repr=False, compare=False)
    new: ParameterValue = field(repr=False, compare=False)

    def apply(self, bound: BoundPack) -> BoundPack:
        """The bound pack with the changed value."""
        parameter = bound.pack.parameters[self.rule]
        values = tuple(self.new if value is self.old else value for value in parameter.values)
        changed = {**bound.pack.parameters, self.rule: replace(parameter, values=values)}
        return replace(bound, pack=replace(bound.pack, parameters=changed))


# -- parameter values


def value_mutants(pack: Pack) -> Iterator[ValueMutant]:
    """Every value of the pack's own parameters, one unit up and one unit down."""
    for parameter in pack.parameters.values():
        for value in parameter.values:
            if not value.place.file.startswith(f"{pack.id}/"):
                continue
            for new in _beside(pack, parameter.type, value.value):
                where = f"{value.region or '—'} {value.period.starts_on}"
                old_text, new_text = (
                    _shown(value.value, parameter.type),
                    _shown(new, parameter.type),
                )
                text = f"{where}: {old_text} → {new_text}"
                changed = replace(value, value=new)
                yield ValueMutant(parameter.id, text, value.place, old=value, new=changed)


def _beside(
    pack: Pack, kind: Type, value: bool | int | str | date
) -> list[bool | int | str | date]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, date):
        return [value + timedelta(days=1), value - timedelta(days=1)]
    others: list[Plain] = [code for code in pack.codes.get(kind.codes or "", {}) if code != value]
    return others[:1]


def _shown(value: object, kind: Type) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return number(value, kind) if isinstance(value, int) else str(value)


# -- facts


def fact_mutants(bound: BoundPack) -> Iterator[FactMutant]:
    """Every change inside the ``applies_when`` of the pack's own facts."""
    to = speller(bound.pack)
    for key, condition in bound.conditions.items():
        entity, name = key
        fact = bound.pack.facts[entity][name]
        if fact.applies_when is None or not fact.place.file.startswith(f"{bound.pack.id}/"):
            continue
        place = fact.applies_when.place
        for text, new in variants(condition, to):
            what = f"applies_when: {text}"
            yield FactMutant(f"{entity}.{name}", what, place, key=key, changed=new)


def speller(pack: Pack) -> Speller:
    """Spells expressions with the names of the pack's relations."""
    return Speller({item.id: item.relation or item.id for item in pack.entities.values()})


# -- rules


def rule_mutants(pack: Pack, bound: BoundRule) -> Iterator[RuleMutant]:
    """Every mutant of one version of a rule."""
    for text, place, changed in _changes(bound, speller(pack)):
        yield RuleMutant(bound.rule.id, text, place, version=bound.rule, changed=changed)


def _changes(bound: BoundRule, to: Speller) -> Iterator[tuple[str, Place, BoundRule]]:
    rule, condition = bound.rule, bound.condition
    core = bound.expr.item if isinstance(bound.expr, Applies) and condition else bound.expr
    if condition is not None and rule.applies_when is not None:
        yield "drop applies_when", rule.applies_when.place, _put_together(bound, core, None)
        for text, new in variants(condition, to):
            place = rule.applies_when.place
            yield f"applies_when: {text}", place, _put_together(bound, core, new)
    if bound.clauses:
        for text, place, clauses, new in _clause_changes(rule.form.kind, bound.clauses, to):
            yield text, place, replace(_put_together(bound, new, condition), clauses=clauses)
        return
    for text, place, new in _form_changes(rule, core, to):
        yield text, place, _put_together(bound, new, condition)


def _put_together(bound: BoundRule, core: Expr, condition: Expr | None) -> BoundRule:
    whole = core if condition is None else Applies(core.type, condition, core)
    return replace(bound, expr=whole, condition=condition)


def _clause_changes(
    kind: str, clauses: tuple[BoundClause, ...], to: Speller
) -> Iterator[tuple[str, Place, tuple[BoundClause, ...], Expr]]:
    """Each clause dropped, and each change inside one.

    A dropped clause still tells its own state: that it is gone must show in what it decides.
    """
    for index, clause in enumerate(clauses):
        rest = [item.expr for item in (*clauses[:index], *clauses[index + 1 :])]
        yield f"drop {clause.id}", clause.clause.place, clauses, _group(kind, rest)
        for text, place, new in _inside_clause(clause, to):
            changed = (*clauses[:index], new, *clauses[index + 1 :])
            yield text, place, changed, _group(kind, [item.expr for item in changed])


def _inside_clause(clause: BoundClause, to: Speller) -> Iterator[tuple[str, Place, BoundClause]]:
    if clause.items:
        for text, place, items, expr in _clause_changes(clause.clause.kind, clause.items, to):
            yield text, place, replace(clause, items=items, expr=expr)
    elif clause.clause.expr is not None:
        for text, expr in variants(clause.expr, to):
            yield f"{clause.id}: {text}", clause.clause.expr.place, replace(clause, expr=expr)


def _group(kind: str, items: list[Expr]) -> Expr:
    if not items:
        return Constant(BOOL, kind != "any")
    if kind == "all":
        return AllOf(tuple(items))
    return AnyOf(tuple(items)) if kind == "any" else Not(AnyOf(tuple(items)))


def _form_changes(rule: Rule, core: Expr, to: Speller) -> Iterator[tuple[str, Place, Expr]]:
    form = rule.form
    if form.kind == "table":
        yield from _table_changes(rule, core, to, 0)
    elif isinstance(core, Choose) and form.then is not None and form.otherwise is not None:
        places = (form.expr or form.then, form.then, form.otherwise)
        for source, (child, rebuild) in zip(places, slots(core), strict=True):
            for text, new in variants(child, to):
                yield text, source.place, rebuild(new)
    else:
        place = form.expr.place if form.expr is not None else rule.place
        for text, new in variants(core, to):
            yield text, place, new


def _table_changes(
    rule: Rule, core: Expr, to: Speller, index: int
) -> Iterator[tuple[str, Place, Expr]]:
    """Row by row: the conditions negated, and each change inside a row."""
    form = rule.form
    if index == len(form.rows):
        place = form.otherwise.place if form.otherwise is not None else rule.place
        for text, new in variants(core, to):
            yield f"else: {text}", place, new
        return
    row = form.rows[index]
    place = row.then.place
    if all(cell.text.strip() == "-" for cell in row.cells) or not isinstance(core, Choose):
        for text, new in variants(core, to):
            yield f"{row.id}: {text}", place, new
        return
    yield f"{row.id}: not", place, replace(core, condition=Not(core.condition))
    for text, new in variants(core.condition, to):
        yield f"{row.id}: {text}", place, replace(core, condition=new)
    for text, new in variants(core.then, to):
        yield f"{row.id}: {text}", place, replace(core, then=new)
    for text, where, new in _table_changes(rule, core.otherwise, to, index + 1):
        yield text, where, replace(core, otherwise=new)
