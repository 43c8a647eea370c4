"""Mutation (变异检验): every small change of a pack's own rules and values must make a case fail.

``mutation_test(pack)`` is what ``mingbai packs test --mutate`` runs::

    report = mutation_test(pack, progress=lambda done, total: ...)
    report.passed       # no survivor, nothing wrong in mutants.yaml, every case holds unchanged
    report.killed       # how many mutants a case noticed
    report.survivors    # mutants no case noticed; str(mutant) is "file:line rule: what changed"
    report.named        # mutants that mutants.yaml calls equivalent, with the reason
    report.unused       # changed values and facts that no case's day, region and rules ask for
    report.faults       # numbered faults of mutants.yaml: unknown rule or mutant, or one that is killed
    report.broken       # differences of cases that fail before anything is changed; left out

What is changed, in each version of each of the pack's own rules: every comparison and ``in`` is turned
into its opposite; every number as written is one up and one down in its last digit, every date a day,
every window by one; every clause, every part of an ``and`` or ``or``, every ``where`` and
``applies_when`` is dropped; the conditions of every row of a decision table are negated. The same inside
the ``applies_when`` of the pack's own facts. And every parameter value that a case asks for is one up
and one down in its smallest unit (fen, last digit).

A mutant that cannot change any outcome may be named in ``mutants.yaml`` beside ``pack.yaml``::

    - rule: income.below_line          # or the id of a parameter, or entity.fact
      mutant: "income < 8700 → income >= 8700"     # as the report prints it
      reason: {zh: 为什么改了也一样, en: why it makes no difference}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from mingbai.engine.compiling import BoundPack, bind_pack, compile_bound
from mingbai.engine.errors import EngineError, Fault
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.expressions import Expr, FactRef, ParameterRef, RuleRef, walk
from mingbai.engine.model.pack import Case, Pack
from mingbai.engine.model.values import NA, Text
from mingbai.engine.reference import Answer, Interpreter, TreeRow, tree_of
from mingbai.engine.testing.cases import CaseRunner, Difference, expected_value
from mingbai.engine.testing.equivalents import Equivalents
from mingbai.engine.testing.mutants import (
    FactMutant,
    Mutant,
    RuleMutant,
    ValueMutant,
    fact_mutants,
    rule_mutants,
    value_mutants,
)


@dataclass(frozen=True)
class MutationReport:
    """What became of the mutants of a pack (变异检验报告)."""

    killed: int
    survivors: tuple[Mutant, ...]
    named: tuple[tuple[Mutant, Text], ...]
    unused: tuple[Mutant, ...]
    faults: tuple[Fault, ...]
    broken: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether every mutant was noticed or is named with a reason."""
        return not (self.survivors or self.faults or self.broken)


def mutants(pack: Pack) -> tuple[Mutant, ...]:
    """Every mutant of the pack's own rules and parameter values, used or not."""
    return tuple(_mutants(_Days(pack)))


def mutation_test(pack: Pack, progress: Callable[[int, int], None] | None = None) -> MutationReport:
    """Run the cases of a pack against every mutant. Raises ``PackError`` for faults of the rules."""
    days = _Days(pack)
    broken = tuple(item for case in pack.cases for item in days.runner.run(case))
    failing = {id(item.case) for item in broken}
    stands = [days.stand(case) for case in pack.cases if id(case) not in failing]
    found = tuple(_mutants(days))
    equivalents = Equivalents.read(pack)
    killed: list[Mutant] = []
    survivors: list[Mutant] = []
    unused: list[Mutant] = []
    for number, mutant in enumerate(found, 1):
        trial = _Trial(days, mutant)
        asked = [stand for stand in stands if trial.concerns(stand)]
        if not asked and not isinstance(mutant, RuleMutant):
            unused.append(mutant)
        else:
            (killed if trial.is_noticed(asked) else survivors).append(mutant)
        if progress is not None:
            progress(number, len(found))
    return MutationReport(
        killed=len(killed),
        survivors=tuple(item for item in survivors if equivalents.reason(item) is None),
        named=tuple((item, why) for item in survivors if (why := equivalents.reason(item))),
        unused=tuple(unused),
        faults=equivalents.faults(found, killed),
        broken=broken,
    )


def _mutants(days: _Days) -> Iterator[Mutant]:
    own = [rule for rule in days.pack.rules if rule.place.file.startswith(f"{days.pack.id}/")]
    for rule in own:
        yield from rule_mutants(days.pack, days.bound(rule.period.starts_on).rules[rule.id])
    facts: dict[Mutant, None] = {}
    for rule in days.pack.rules:
        facts.update(dict.fromkeys(fact_mutants(days.bound(rule.period.starts_on))))
    yield from facts
    yield from value_mutants(days.pack)


class _Days:
    """The pack on the days of its cases (各截至日): bound, and what depends on what."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.runner = CaseRunner(pack)
        self._bound: dict[date, BoundPack] = {}
        self._reads: dict[date, _Reads] = {}
        self._plain: dict[date, Interpreter] = {}

    def bound(self, day: date) -> BoundPack:
        """The pack bound on a day."""
        if day not in self._bound:
            self._bound[day] = bind_pack(self.pack, day)
        return self._bound[day]

    def reads(self, day: date) -> _Reads:
        """What the rules of a day depend on."""
        if day not in self._reads:
            self._reads[day] = _Reads(self.bound(day))
        return self._reads[day]

    def plain(self, day: date) -> Interpreter:
        """The interpreter of the unchanged pack."""
        if day not in self._plain:
            self._plain[day] = Interpreter(self.bound(day))
        return self._plain[day]

    def stand(self, case: Case) -> _Stand:
        """A case made ready to be asked many times."""
        in_force = bool(self.pack.rules_on(case.as_of))
        known = self.bound(case.as_of).rules if in_force else {}
        wanted = (*case.expect, *case.reasons, *case.because)
        return _Stand(case, tree_of(self.pack, case.household), {n for n in wanted if n in known})


@dataclass(frozen=True)
class _Stand:
    """A case, its household as a tree, and the rules in force that it asks about."""

    case: Case
    tree: TreeRow
    asked: set[str]

    @cached_property
    def rows(self) -> dict[str, list[TreeRow]]:
        """The rows by entity."""
        found: dict[str, list[TreeRow]] = {}
        for row in self.tree.walk():
            found.setdefault(row.entity.id, []).append(row)
        return found

    def first(self, entity: str) -> TreeRow | None:
        """The row a case speaks of: the first one of the entity."""
        first = next(iter(self.rows.get(entity, ())), None)
        return first if first is None or set(first.path.split(".")[1::2]) <= {"0"} else None


class _Reads:
    """Who reads whom among the rules of a day (依赖关系)."""

    def __init__(self, bound: BoundPack) -> None:
        self._conditions = bound.conditions
        self.parameters: dict[str, set[str]] = {}
        self.facts: dict[tuple[str, str], set[str]] = {}
        self.affected: dict[str, set[str]] = {name: {name} for name in bound.rules}
        uses: dict[str, set[str]] = {}
        for name, rule in bound.rules.items():
            uses[name] = set()
            for node in self._nodes(rule.expr):
                if isinstance(node, RuleRef):
                    uses[name] |= {node.name, *uses[node.name]}
                elif isinstance(node, ParameterRef):
                    self.parameters.setdefault(node.name, set()).add(name)
                elif isinstance(node, FactRef):
                    self.facts.setdefault((node.entity, node.name), set()).add(name)
        for name, used in uses.items():
            for other in used:
                self.affected[other].add(name)

    def _nodes(self, expr: Expr) -> Iterator[Expr]:
        for node in walk(expr):
            yield node
            if isinstance(node, FactRef) and (node.entity, node.name) in self._conditions:
                yield from self._nodes(self._conditions[node.entity, node.name])


class _Changed(Interpreter):
    """The interpreter of a changed pack; rules that the change cannot reach are looked up."""

    def __init__(self, bound: BoundPack, plain: Interpreter, affected: set[str]) -> None:
        super().__init__(bound)
        self.plain, self.affected = plain, affected

    def rule(self, row: TreeRow, name: str) -> Answer:
        """The outcome of a rule in a row of its entity."""
        return super().rule(row, name) if name in self.affected else self.plain.rule(row, name)


class _Trial:
    """One mutant before the cases (一次变异检验)."""

    def __init__(self, days: _Days, mutant: Mutant) -> None:
        self.days, self.mutant = days, mutant
        self._changed: dict[date, _Changed] = {}

    def roots(self, day: date) -> set[str]:
        """The rules that the mutant changes directly."""
        if isinstance(self.mutant, RuleMutant):
            return {self.mutant.rule}
        reads = self.days.reads(day)
        if isinstance(self.mutant, FactMutant):
            return reads.facts.get(self.mutant.key, set())
        return reads.parameters.get(self.mutant.rule, set())

    def affected(self, day: date) -> set[str]:
        """The rules that the mutant can reach."""
        reads = self.days.reads(day)
        return {name for root in self.roots(day) for name in reads.affected[root]}

    def concerns(self, stand: _Stand) -> bool:
        """Whether the case asks, on its day and in its region, for something the mutant reaches."""
        day, mutant = stand.case.as_of, self.mutant
        if isinstance(mutant, RuleMutant) and not mutant.version.period.contains(day):
            return False
        if isinstance(mutant, ValueMutant) and not self._is_used(mutant, stand):
            return False
        return bool(stand.asked) and not stand.asked.isdisjoint(self.affected(day))

    def _is_used(self, mutant: ValueMutant, stand: _Stand) -> bool:
        pack = self.days.pack
        region = stand.tree.source.facts.get(pack.top.region or "")
        code = region if isinstance(region, str) else None
        return pack.parameters[mutant.rule].value_for(stand.case.as_of, code) is mutant.old

    def changed(self, day: date) -> _Changed:
        """The interpreter of the changed pack on a day."""
        if day not in self._changed:
            bound = self.mutant.apply(self.days.bound(day))
            self._changed[day] = _Changed(bound, self.days.plain(day), self.affected(day))
        return self._changed[day]

    def is_noticed(self, stands: Iterable[_Stand]) -> bool:
        """Whether a case fails: first by outcomes and reasons, then by what an unknown comes from."""
        stands = list(stands)
        return any(self._fails(stand) for stand in stands) or self._fails_because(stands)

    def _fails(self, stand: _Stand) -> bool:
        day = stand.case.as_of
        changed, plain = self.changed(day), self.days.plain(day)
        rules = changed.bound.rules
        moved = any(
            changed.rule(row, root) != plain.rule(row, root)
            for root in self.roots(day)
            for row in stand.rows.get(rules[root].rule.entity, ())
        )
        asked = stand.asked & (self.affected(day) if moved else self.roots(day))
        # A case that the judge itself sees otherwise than the compiler proves nothing.
        return any(
            (test(stand, changed, name) and not test(stand, plain, name))
            for test in (
                (self._differs, self._reasons_differ) if moved else (self._reasons_differ,)
            )
            for name in asked
        )

    def _differs(self, stand: _Stand, changed: Interpreter, name: str) -> bool:
        rule = changed.bound.rules[name].rule
        row = stand.first(rule.entity)
        if name not in stand.case.expect or row is None:
            return False
        answer = changed.rule(row, name)
        found = NA if answer.na else answer.value
        expected = expected_value(stand.case.expect[name], rule, self.days.pack)
        return found is not expected and (found is NA or expected is NA or found != expected)

    def _reasons_differ(self, stand: _Stand, changed: Interpreter, name: str) -> bool:
        bound = changed.bound.rules[name]
        states = stand.case.reasons.get(name, {})
        row = stand.first(bound.rule.entity)
        if not states or row is None:
            return False
        for clause in bound.flat_clauses():
            if clause.id in states:
                answer = changed.answer(row, clause.expr)
                if (NA if answer.na else answer.value) is not states[clause.id]:
                    return True
        return False

    def _fails_because(self, stands: Iterable[_Stand]) -> bool:
        """The trace names what an unknown comes from; only the compiled program has one."""
        for stand in stands:
            case = stand.case
            named = self.affected(case.as_of) & set(case.because)
            if not named:
                continue
            kept = {name: paths for name, paths in case.because.items() if name in named}
            try:
                program = compile_bound(self.changed(case.as_of).bound, causes=True)
            except EngineError:
                return True
            runner = _ProgramRunner(self.days.pack, Tracer(program))
            if any(runner.run(replace(case, expect={}, reasons={}, because=kept))):
                return True
        return False


class _ProgramRunner(CaseRunner):
    """Runs cases under one given program."""

    def __init__(self, pack: Pack, tracer: Tracer) -> None:
        super().__init__(pack)
        self._given = tracer

    def tracer(self, day: date) -> Tracer:
        """The given tracer, whatever the day."""
        return self._given
