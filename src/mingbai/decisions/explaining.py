"""One household explained from the register (一户说明): what `mingbai.documents` words and prints."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.decisions.errors import error
from mingbai.decisions.models import Run
from mingbai.decisions.programs import few_traced, not_recorded, pack_named, whole_program
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.small import case_rows
from mingbai.decisions.snapshot import single
from mingbai.decisions.versions import pack_at, pack_of
from mingbai.engine.compiling import Program
from mingbai.engine.explaining.counterfactual import Change
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.pack import CaseRow, Pack
from mingbai.households.models import Identity, Membership, Residence
from mingbai.screening.changes import changes_of


@dataclass(frozen=True)
class Explanation:
    """What an explanation rests on (说明依据), for `documents.family.family_of`."""

    tracer: Tracer
    household: CaseRow
    changes: Mapping[
        str, Sequence[Change]
    ]  # what would change an outcome; for auditors, not villagers
    run: Run | None  # whose day and rules these are; none where another day was asked for
    former: Run | None = None  # the same where a former run was asked for

    @property
    def program(self) -> Program:
        """The rules that explain."""
        return self.tracer.program


def explain_household(
    household_id: int,
    *,
    scope: Scope = EVERYTHING,
    as_of: date | None = None,
    pack: str | None = None,
    rules: Collection[str] | None = None,
    named: bool = False,
    with_changes: bool = False,
    former: Run | None = None,
) -> Explanation:
    """A household as the rules see it now, by default under the latest run over it.

    `former`: under a former run, by the rules and values it was made with and by what was known then.
    `rules`: only these, at a tenth of the cost, by our own connection. `named`: with names of the members;
    the caller answers for the permission, and writes the access log. Raises DEC-001, and DEC-002 alike for a
    household that is not there and one outside the scope;
    DEC-008 for a former run whose rules are not kept.
    """
    homes = _homes(household_id)
    run = former
    if run is None and (as_of is None or pack is None):
        run = _run_over(homes)
    day = as_of or run.as_of  # type: ignore[union-attr]  # a run, or it was raised
    if not _reaches(scope, household_id, homes, day):
        raise error("DEC-002", household=household_id, day=day)
    known = _rules(run, former, pack)
    whole = whole_program(known, day, run.not_recorded if run else not_recorded(known))
    tracer = few_traced(whole, whole.bound.rules if rules is None else rules)
    known_at = former.batch.recorded_at if former else None
    snapshot = single(tracer.program, known_at).take(household_id)
    if not snapshot.households:
        raise error("DEC-002", household=household_id, day=day)
    (household,) = case_rows(tracer.program.pack, snapshot.tables)
    household = _numbered(tracer.program, household, homes[-1].number)
    if named:
        household = _named(tracer.program, household, household_id, known_at)
    changes = _changes(whole, household, rules) if with_changes else {}
    return Explanation(tracer, household, changes, run, former)


def _rules(run: Run | None, former: Run | None, pack: str | None) -> Pack:
    """Those of the run, unless a pack is asked for by name; of a former run nothing but its own."""
    if former is not None:
        return pack_at(former.pack, former.pack_hash)
    if pack is not None:
        return pack_named(pack)
    assert run is not None
    return pack_of(run)


def _changes(
    whole: Program, household: CaseRow, rules: Collection[str] | None
) -> Mapping[str, Sequence[Change]]:
    return changes_of(
        whole.bound, household, only=rules, tracer_of=lambda rule: few_traced(whole, [rule])
    )


class _Home(NamedTuple):
    """Where a household lives or lived (住址)."""

    code: str
    starts_on: date
    ends_on: date | None
    number: str


def _homes(household_id: int) -> list[_Home]:
    """Each of them, the first first. One query."""
    lives = Residence.objects.recorded().filter(household_id=household_id).order_by("valid_from")
    wanted = ("division_code", "valid_from", "valid_to", "household__number")
    return [_Home(*row) for row in lives.values_list(*wanted)]


def _run_over(homes: Sequence[_Home]) -> Run:
    run = run_over(latest_runs(), homes[-1].code if homes else "")
    if run is None:
        raise error("DEC-001")
    return run


def _reaches(scope: Scope, household_id: int, homes: Iterable[_Home], day: date) -> bool:
    return scope.everything or any(
        scope.covers(one.code, household_id)
        for one in homes
        if one.starts_on <= day and (one.ends_on is None or day < one.ends_on)
    )


def _numbered(program: Program, household: CaseRow, number: str) -> CaseRow:
    """With the household's number 户编号 in place of the key, which nobody outside knows."""
    facts = {**household.facts, program.pack.top.key or "": number}
    return CaseRow(facts, household.below, number)


def _named(
    program: Program, household: CaseRow, household_id: int, known_at: datetime | None
) -> CaseRow:
    """With names; they come from the register only here, and go nowhere but into this explanation."""
    pack, day = program.pack, program.as_of
    members = Membership.objects.recorded(known_at).on(day).filter(household_id=household_id)
    names = dict(
        Identity.objects.recorded(known_at)
        .on(day)
        .filter(person_id__in=members.values("person_id"))
        .values_list("person_id", "name")
    )
    heads = members.filter(relation="head").values_list("person_id", flat=True)
    below = dict(household.below)
    for entity in pack.below(pack.top.id):
        if entity.key and entity.name and entity.relation in below:
            below[entity.relation] = tuple(
                replace(row, facts={**row.facts, entity.name: names.get(int(row.key))})
                for row in below[entity.relation]
            )
    facts = dict(household.facts)
    if pack.top.name:
        facts[pack.top.name] = next((names.get(key) for key in heads), None)
    return CaseRow(facts, below, household.key)
