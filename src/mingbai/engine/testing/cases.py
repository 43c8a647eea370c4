"""Running the cases (案例) of a pack: outcomes, clause states, and what an unknown comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from mingbai.engine.compiling import Evaluated, bind_pack, compile_bound
from mingbai.engine.errors import EngineError
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.loading.reading import typed_value
from mingbai.engine.loading.yaml_tree import Item
from mingbai.engine.model.pack import Case, Pack, Rule
from mingbai.engine.model.values import NA, Kind, Type, unscaled


@dataclass(frozen=True)
class Difference:
    """Where a case came out differently (不一致): which rule or clause, expected and found."""

    case: Case
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"{self.case.place} {self.case.name.zh}: {self.what} "
            f"应为 {self.expected}，实为 {self.found} / expected {self.expected}, found {self.found}"
        )


class CaseRunner:
    """Runs cases; a program is compiled once per day (案例执行器)."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._tracers: dict[date, Tracer] = {}
        self._entities = {rule.id: rule.entity for rule in pack.rules}

    def tracer(self, day: date) -> Tracer:
        """The tracer for a day."""
        if day not in self._tracers:
            program = compile_bound(bind_pack(self.pack, day))
            self._tracers[day] = Tracer(program)
        return self._tracers[day]

    def run(self, case: Case) -> Iterator[Difference]:
        """The differences of one case; none when it holds."""
        try:
            tracer = self.tracer(case.as_of)
        except EngineError as error:
            if any(item.code != "RUN-004" for item in error.faults):
                raise
            yield from self._nothing_in_force(case)
            return
        evaluated = tracer.evaluate(case.household)
        for name, wanted in case.expect.items():
            yield from self._outcome(tracer, evaluated, case, name, wanted)
        for name, states in case.reasons.items():
            yield from self._reasons(tracer, evaluated, case, name, states)
        for name, paths in case.because.items():
            place = self._row_of(tracer, evaluated, name)
            if place is None:
                yield Difference(case, f"because {name}", str(sorted(paths)), "no row")
                continue
            row, above = tracer.descend(evaluated, place)
            found = tracer.because(row, name, place, above)
            if sorted(found) != sorted(paths):
                yield Difference(case, f"because {name}", str(sorted(paths)), str(sorted(found)))

    def _nothing_in_force(self, case: Case) -> Iterator[Difference]:
        for name, wanted in case.expect.items():
            if wanted != "not_in_force":
                yield Difference(case, name, shown(wanted, None), "not_in_force")

    def _row_of(self, tracer: Tracer, evaluated: Evaluated, name: str) -> str | None:
        """The path of the row a rule of a lower entity is asked about: the first; none, no path."""
        entity = self.pack.entities[self._entities[name]]
        path, row = "", evaluated
        chain = [entity, *self.pack.above(entity.id)][:-1]
        for step in reversed(chain):
            rows = row.below.get(step.relation or "", [])
            if not rows:
                return None
            row, path = rows[0], f"{path}{step.relation}.0."
        return path

    def _outcome(
        self, tracer: Tracer, evaluated: Evaluated, case: Case, name: str, wanted: object
    ) -> Iterator[Difference]:
        bound = tracer.program.bound.rules.get(name)
        if bound is None or wanted == "not_in_force":
            if (bound is None) != (wanted == "not_in_force"):
                found = "not_in_force" if bound is None else "in force"
                yield Difference(case, name, shown(wanted, None), found)
            return
        place = self._row_of(tracer, evaluated, name)
        if place is None:
            yield Difference(case, name, shown(wanted, bound.rule.type), "no row")
            return
        row, _ = tracer.descend(evaluated, place)
        found_value = tracer.outcome(row, name)
        expected = expected_value(wanted, bound.rule, self.pack)
        if found_value is not expected and (found_value != expected or expected is NA):
            kind = bound.rule.type
            yield Difference(case, name, shown(expected, kind), shown(found_value, kind))

    def _reasons(
        self,
        tracer: Tracer,
        evaluated: Evaluated,
        case: Case,
        name: str,
        states: Mapping[str, object],
    ) -> Iterator[Difference]:
        bound = tracer.program.bound.rules.get(name)
        clauses = {clause.id: clause for clause in bound.flat_clauses()} if bound else {}
        place = self._row_of(tracer, evaluated, name)
        if place is None:
            yield Difference(case, f"reasons {name}", str(list(states)), "no row")
            return
        row, _ = tracer.descend(evaluated, place)
        for clause, wanted in states.items():
            if clause not in clauses or bound is None:
                yield Difference(case, f"{name}: {clause}", shown(wanted, None), "not_in_force")
                continue
            found = tracer.value_of(row, bound.rule.entity, clauses[clause].expr)
            if found is not wanted:
                what = f"{name}: {clause}"
                yield Difference(case, what, shown(wanted, None), shown(found, None))


def expected_value(wanted: object, rule: Rule, pack: Pack) -> object:
    """What a case expects, as the value the rule gives."""
    if wanted == "met":
        return rule.met_when
    if wanted == "unmet":
        return not rule.met_when
    if isinstance(wanted, Item):
        codes = pack.codes.get(rule.type.codes or "", {})
        return typed_value(wanted, rule.type, codes, [], rule.id)
    return wanted


def shown(value: object, kind: Type | None) -> str:
    """A value for a message."""
    if value is None:
        return "unknown"
    if value is NA:
        return "not_applicable"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and kind is not None and kind.kind is Kind.NUMBER:
        return unscaled(value, kind.scale)
    return value.raw if isinstance(value, Item) else str(value)


def run_cases(pack: Pack) -> list[Difference]:
    """All differences of all cases of a pack."""
    runner = CaseRunner(pack)
    return [difference for case in pack.cases for difference in runner.run(case)]


def missing_covers(pack: Pack) -> list[tuple[str, str]]:
    """Rules with a role that lack a case for just in, just out, or the day before."""
    covered: dict[str, set[str]] = {}
    for case in pack.cases:
        for name, words in case.covers.items():
            covered.setdefault(name, set()).update(words)
    own = {rule.id: rule for rule in pack.rules if rule.place.file.startswith(f"{pack.id}/")}
    return [
        (name, word)
        for name, rule in own.items()
        if rule.role is not None
        for word in ("just_in", "just_out", "day_before")
        if word not in covered.get(name, set())
    ]
