"""One household, ready to be explained (一户的依据): outcomes, what they rest on, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mingbai.documents.bar import Bar, bars_of
from mingbai.documents.rows import RowName, row_names
from mingbai.engine.compiling import Evaluated, Program
from mingbai.engine.explaining.counterfactual import Change
from mingbai.engine.explaining.trace import Input, Node, ParameterInput, Tracer
from mingbai.engine.model.pack import CaseRow, Entity, Fact, Pack, Role, Rule
from mingbai.engine.model.values import NA, Text, Value

MET, UNMET, UNKNOWN, NOT_APPLICABLE = "met", "unmet", "unknown", "not_applicable"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something an unknown comes from (缺的): a fact, rows of an entity, or a value of policy."""

    path: str
    kind: str  # fact | relation | parameter
    row: RowName | None  # whom it is about; none for a value of policy
    label: Text
    fact: Fact | None = None
    region: str = ""

    @property
    def is_restricted(self) -> bool:
        return self.fact is not None and self.fact.restricted


@dataclass(frozen=True, slots=True)
class Used:
    """A fact that was used (用到的): about whom, which value, and where it stands."""

    path: str
    row: RowName
    fact: Fact
    value: Value
    file: str
    sheet: str
    line: int | None


@dataclass(frozen=True)
class Outcome:
    """What came out of one rule (一条规则的结果) for the household or one of its members."""

    rule: Rule
    path: str
    row: RowName
    state: str
    node: Node
    missing: tuple[Missing, ...]
    changes: tuple[Change, ...] = ()

    @property
    def is_called(self) -> bool:
        """Whether a person must act: the bad answer, or readiness for a procedure."""
        return self.state == (MET if self.rule.role is Role.READINESS else UNMET)


@dataclass(frozen=True)
class Family:
    """A household with every outcome of a rule that has a role (一户)."""

    pack: Pack
    as_of: date
    household: CaseRow
    rows: Mapping[str, RowName]
    outcomes: tuple[Outcome, ...]
    bars: Mapping[str, Bar]

    @property
    def key(self) -> str:
        return self.household.key

    @property
    def name(self) -> str:
        return self.rows[""].name or self.key

    @property
    def places(self) -> tuple[str, ...]:
        """The household's place, from large to small."""
        values = (self.household.facts.get(name) for name in self.pack.top.places)
        return tuple(value for value in values if isinstance(value, str) and value)

    @property
    def people(self) -> int:
        """Rows of the first entity below the household."""
        below = self.pack.below(self.pack.top.id)
        return len(self.household.below.get(below[0].relation or "", ())) if below else 0

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The traces of the household's own rules, in reading order."""
        return tuple(outcome.node for outcome in self.of_household())

    def of_household(self, *roles: Role) -> tuple[Outcome, ...]:
        """The outcomes of the household itself, of some roles or of all."""
        return tuple(item for item in self.with_role(*roles) if item.row.is_household)

    def with_role(self, *roles: Role) -> tuple[Outcome, ...]:
        """The outcomes of the household and its members, of some roles or of all."""
        return tuple(item for item in self.outcomes if not roles or item.rule.role in roles)

    def used(self, node: Node) -> tuple[Used, ...]:
        """The facts a trace names, each once, in the order they are read."""
        found = {item.path: item for step in node.walk() for item in step.inputs}
        return tuple(self.used_by(item) for item in found.values())

    def used_by(self, item: Input) -> Used:
        """One input of a trace with where it stands."""
        facts = item.row.facts
        line = facts.get("_row")
        return Used(
            path=item.path,
            row=self.row_at(item.path),
            fact=item.fact,
            value=item.value,
            file=str(facts.get("_file") or ""),
            sheet=str(facts.get("_sheet") or ""),
            line=line if isinstance(line, int) else None,
        )

    def row_at(self, path: str) -> RowName:
        """The row that a path of a fact lies in."""
        return self.rows[path[: path.rfind(".") + 1]]


def family_of(
    source: Program | Tracer,
    household: CaseRow,
    *,
    changes: Mapping[str, Sequence[Change]] | None = None,
) -> Family:
    """Trace every rule with a role for one household; ``changes`` by rule of the household.

    The program must know its causes.
    """
    tracer = source if isinstance(source, Tracer) else Tracer(source)
    program = tracer.program
    rows = row_names(program.pack, household)
    reader = _Reader(tracer, household, rows, changes or {})
    evaluated = tracer.evaluate(household)
    # A program of a few rules answers for these alone, however many its pack has.
    wanted = [program.rule(name) for name in program.pack.in_reading_order(program.outputs)]
    outcomes = tuple(
        outcome
        for rule in wanted
        if rule.role is not None
        for outcome in reader.outcomes(rule, evaluated)
    )
    return Family(
        pack=program.pack,
        as_of=program.as_of,
        household=household,
        rows=rows,
        outcomes=outcomes,
        bars=bars_of(tracer, evaluated, [rule for rule in wanted if rule.role is not None]),
    )


def state_of(rule: Rule, value: Value) -> str:
    """The state a value means: which answer is the good one, the rule says."""
    if value is NA:
        return NOT_APPLICABLE
    if value is None:
        return UNKNOWN
    return MET if value == rule.met_when else UNMET


Above = tuple[tuple[str, Evaluated, str], ...]


class _Reader:
    """Turns rules into outcomes for one household."""

    def __init__(
        self,
        tracer: Tracer,
        household: CaseRow,
        rows: Mapping[str, RowName],
        changes: Mapping[str, Sequence[Change]],
    ) -> None:
        self.tracer, self.pack = tracer, tracer.program.pack
        self.household, self.rows, self.changes = household, rows, changes

    def outcomes(self, rule: Rule, evaluated: Evaluated) -> Iterator[Outcome]:
        """The outcomes of a rule, one for each row of its entity."""
        for row, path, above in self._places(self.pack.entities[rule.entity], evaluated):
            value = self.tracer.outcome(row, rule.id)
            missing = self.tracer.because(row, rule.id, path, above) if value is None else ()
            yield Outcome(
                rule=rule,
                path=path,
                row=self.rows[path],
                state=state_of(rule, value),
                node=self.tracer.trace(row, rule.id, path, above),
                missing=tuple(self._missing(item) for item in missing),
                changes=tuple(self.changes.get(rule.id, ())) if not path else (),
            )

    def _places(
        self, entity: Entity, evaluated: Evaluated
    ) -> Iterator[tuple[Evaluated, str, Above]]:
        """Every row of an entity, with its path and the rows above it."""
        if entity.parent is None:
            yield evaluated, "", ()
            return
        above = self.pack.entities[entity.parent]
        for row, path, trail in self._places(above, evaluated):
            for number, inner in enumerate(row.below.get(entity.relation or "", [])):
                here = (*trail, (above.id, row, path))
                yield inner, f"{path}{entity.relation}.{number}.", here

    def _missing(self, path: str) -> Missing:
        prefix, name = path[: path.rfind(".") + 1], path.rpartition(".")[2]
        row = self.rows.get(prefix)
        if row is not None:
            fact = self.pack.facts.get(row.entity.id, {}).get(name)
            if fact is not None:
                return Missing(path, "fact", row, fact.label, fact)
            for entity in self.pack.below(row.entity.id):
                if entity.relation == name:
                    return Missing(path, "relation", row, entity.label)
        label = self.pack.parameters[path].label
        return Missing(path, "parameter", None, label, region=self._region())

    def _region(self) -> str:
        """The household's region as people call it: its largest place, else its code."""
        top = self.pack.top
        for name in (*top.places[:1], top.region):
            value = self.household.facts.get(name) if name else None
            if value:
                return str(value)
        return ""


def parameters_of(node: Node) -> tuple[ParameterInput, ...]:
    """The values of policy a trace names, each once."""
    return tuple({item.name: item for step in node.walk() for item in step.parameters}.values())
