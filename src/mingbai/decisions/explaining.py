"""One household explained from the register (一户说明): what `mingbai.documents` words and prints."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.decisions.errors import error
from mingbai.decisions.models import Run
from mingbai.decisions.programs import few_rules, not_recorded, pack_named, whole_program
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.requests import Scope as Households
from mingbai.decisions.small import case_rows
from mingbai.decisions.snapshot import take_snapshot
from mingbai.engine.compiling import Program
from mingbai.engine.explaining.counterfactual import Change
from mingbai.engine.model.pack import CaseRow
from mingbai.households.models import Household, Identity, Membership, Residence
from mingbai.screening.changes import changes_of


@dataclass(frozen=True)
class Explanation:
    """What an explanation rests on (说明依据), for `documents.family.family_of`."""

    program: Program
    household: CaseRow
    changes: Mapping[
        str, Sequence[Change]
    ]  # what would change an outcome; for auditors, not villagers
    run: Run | None  # whose day and rules these are; none where another day was asked for


def explain_household(
    household_id: int,
    *,
    scope: Scope = EVERYTHING,
    as_of: date | None = None,
    pack: str | None = None,
    rules: Collection[str] | None = None,
    named: bool = False,
    with_changes: bool = False,
) -> Explanation:
    """A household as the rules see it now, by default under the latest run over it.

    `rules`: only these, at a tenth of the cost, by our own connection. `named`: with names of the members;
    the caller answers for the permission, and writes the access log. Raises DEC-001, and DEC-002 alike for a
    household that is not there and one outside the scope.
    """
    run = None
    if as_of is None or pack is None:
        run = _run_over(household_id)
    day = as_of or run.as_of  # type: ignore[union-attr]  # a run, or it was raised
    if not _reaches(scope, household_id, day):
        raise error("DEC-002", household=household_id, day=day)
    known = pack_named(pack or run.pack)  # type: ignore[union-attr]
    program = whole_program(known, day, run.not_recorded if run else not_recorded(known))
    if rules is not None:
        program = few_rules(program, rules)
    one = Households(day, household_ids=(household_id,))
    snapshot = take_snapshot(program, one, here=rules is not None)
    if not snapshot.households:
        raise error("DEC-002", household=household_id, day=day)
    (household,) = case_rows(program.pack, snapshot.tables)
    household = _numbered(program, household, household_id)
    if named:
        household = _named(program, household, household_id, day)
    changes = changes_of(program.bound, household, only=rules) if with_changes else {}
    return Explanation(program, household, changes, run)


def _run_over(household_id: int) -> Run:
    found = latest_runs()
    lives = Residence.objects.recorded().filter(household_id=household_id).order_by("-valid_from")
    code = lives.values_list("division_code", flat=True).first() or ""
    run = run_over(found, code)
    if run is None:
        raise error("DEC-001")
    return run


def _reaches(scope: Scope, household_id: int, day: date) -> bool:
    if scope.everything:
        return True
    lives = Residence.objects.recorded().on(day).filter(household_id=household_id)
    return any(
        scope.covers(code, household_id) for code in lives.values_list("division_code", flat=True)
    )


def _numbered(program: Program, household: CaseRow, household_id: int) -> CaseRow:
    """With the household's number 户编号 in place of the key, which nobody outside knows."""
    number = Household.objects.filter(pk=household_id).values_list("number", flat=True).get()
    facts = {**household.facts, program.pack.top.key or "": number}
    return CaseRow(facts, household.below, number)


def _named(program: Program, household: CaseRow, household_id: int, day: date) -> CaseRow:
    """With names; they come from the register only here, and go nowhere but into this explanation."""
    pack = program.pack
    members = Membership.objects.recorded().on(day).filter(household_id=household_id)
    names = dict(
        Identity.objects.recorded()
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
