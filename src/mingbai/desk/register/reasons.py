"""Why a state is what it is, for a page (依据页面的数据): one trace, with whence each fact comes.

What somebody may not read is not explained to her either: a rule that reads a closed topic is absent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.common.errors import RegisterError
from mingbai.decisions.behind import topics_behind
from mingbai.decisions.columns import column_of
from mingbai.decisions.explaining import Explanation, explain_household
from mingbai.decisions.models import Run
from mingbai.decisions.programs import pack_named
from mingbai.decisions.wording import restricted_rules
from mingbai.desk.access import scope_for
from mingbai.desk.components.words import document_words, listed
from mingbai.desk.register.asking import Ask, asks_of
from mingbai.desk.register.readers import read
from mingbai.desk.register.states import CHECK
from mingbai.desk.register.words import PACK, source_words
from mingbai.documents.family import Family, family_of
from mingbai.documents.readings import FactRead, Reading, readings
from mingbai.documents.telling import Block, told_blocks
from mingbai.households.access import Reader, household_for, place_of
from mingbai.households.queries import HouseholdView, RecordView
from mingbai.households.topics import Restriction

NOT_FOUND = frozenset({"DEC-001", "DEC-002"})


@dataclass(frozen=True)
class Sourced:
    """A fact of a trace with who said it and when (有出处的事实)."""

    fact: FactRead
    source: str
    when: str


@dataclass(frozen=True)
class Explained:
    """A household explained to somebody (给某人看的依据)."""

    view: HouseholdView
    reader: Reader
    code: str
    explanation: Explanation
    family: Family

    @property
    def pack(self) -> Any:
        return self.explanation.program.pack

    @property
    def as_of(self) -> date:
        return self.explanation.program.as_of


def explain(
    request: HttpRequest,
    household_id: int,
    *,
    rules: Collection[str] | None,
    on: date | None = None,
    former: Run | None = None,
    with_changes: bool = False,
) -> Explained:
    """One household, explained as far as the one who asks may read; the look is logged.

    `on`: by the rules and facts of that day instead of the latest run; `former`: as a former run had them.
    404 for a rule she may not see.
    """
    day = former.as_of if former else on or request.day
    reader, view = read(request, lambda one: household_for(one, household_id, day=day))
    code, _until = place_of(household_id, day)
    scope, wanted = _evaluations(request), _with_a_role() if rules is None else rules
    try:
        found = explain_household(
            household_id, scope=scope, as_of=on, pack=PACK if on else None, rules=wanted, named=True,
            with_changes=with_changes, former=former,
        )  # fmt: skip
    except RegisterError as refused:
        if refused.code in NOT_FOUND:
            raise Http404 from refused
        raise
    open_rules = _open_rules(found, reader, code, household_id, wanted)
    family = family_of(found.tracer, found.household, changes=found.changes)
    kept = tuple(one for one in family.outcomes if one.rule.id in open_rules)
    if not kept:
        raise Http404
    bars = {name: bar for name, bar in family.bars.items() if name in open_rules}
    shown = replace(family, outcomes=kept, bars=bars)
    return Explained(view, reader, code, found, shown)


def _with_a_role() -> tuple[str, ...]:
    """Every rule that has a role: what a household is explained by, without what only adds up for them."""
    return tuple(dict.fromkeys(rule.id for rule in pack_named(PACK).rules if rule.role))


def _evaluations(request: HttpRequest) -> Scope:
    """Where states may be read, a running leave included."""
    outside: Scope = request.reach.outside
    return scope_for(request, Permission.EVALUATION_READ) | outside


def _open_rules(
    found: Explanation, reader: Reader, code: str, household_id: int, rules: Collection[str]
) -> frozenset[str]:
    """The rules that tell of nothing the reader may not read."""
    program = found.program
    digest = program.pack.hash
    closed = restricted_rules(program.pack.id, digest, program.as_of)
    health = Restriction.HEALTH in reader.restrictions(code, household_id)
    topics = reader.topics_at(code, household_id)
    wanted = [name for name in program.outputs if name in rules]
    return frozenset(
        name
        for name in wanted
        if program.rule(name).role not in (None, CHECK)
        and (health or name not in closed)
        and (
            topics is None or topics_behind(program.pack.id, digest, program.as_of, name) <= topics
        )
    )


def readings_of(explained: Explained, role: str = "") -> list[Reading]:
    """What came out of the rules, or of those with a role, laid out."""
    family = explained.family
    if role:
        family = replace(family, outcomes=tuple(x for x in family.outcomes if x.rule.role == role))
    return readings(family, document_words())


def told_to(explained: Explained) -> list[Block]:
    """What the household is told; where facts come from stands elsewhere on the page."""
    return [
        block for block in told_blocks(explained.family, document_words()) if block.key != "facts"
    ]


def facts_used(explained: Explained, found: Collection[Reading]) -> list[Sourced]:
    """The facts that decide, each once, with whence they come; what is asked of nobody is left out."""
    facts: dict[tuple[str, str, str], Sourced] = {}
    for reading in found:
        for step in reading.steps:
            for fact in step.facts:
                if not (fact.is_open or fact.restricted or fact.is_asked_of_nobody):
                    key = (fact.entity, fact.key, fact.fact)
                    facts.setdefault(key, sourced(explained.view, fact))
    return list(facts.values())


@dataclass(frozen=True)
class Together:
    """One value that several members share (几个人一样的一项)."""

    who: str
    label: str
    said: str
    source: str
    when: str


def together(facts: Collection[Sourced]) -> list[Together]:
    """Facts with the same value from the same source as one line, with the names of whom they are about."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for one in facts:
        key = (one.fact.label, one.fact.said, one.source, one.when)
        groups.setdefault(key, []).append(one.fact.who)
    return [Together(listed(name for name in who if name), *key) for key, who in groups.items()]


def sourced(view: HouseholdView, fact: FactRead) -> Sourced:
    """A fact with who said it and when, where the record that says so is open to the reader."""
    row = _record_of(view, fact)
    kept = column_of(fact.entity, fact.fact)
    origin = row.origins.get(kept.column) if row is not None and kept is not None else None
    if origin is None:
        return Sourced(fact, "", "")
    when = origin.observed_on or origin.since
    return Sourced(fact, source_words(origin.source), when.isoformat())


def _record_of(view: HouseholdView, fact: FactRead) -> RecordView | None:
    """The newest record that says what the trace says."""
    kept = column_of(fact.entity, fact.fact)
    if kept is None:
        return None
    if fact.entity == "household":
        records = view.records
    else:
        mine = (one for one in view.members if str(one.person_id) == fact.key)
        member = next(mine, None)
        records = member.records if member else {}
    rows = records.get(kept.topic, ())
    return next((row for row in rows if row.columns.get(kept.column) == fact.value), None)


def questions(request: HttpRequest, explained: Explained, reading: Reading) -> list[Ask]:
    """What may be asked and noted down in place, what decides first."""
    return asks_of(request, explained.reader, explained.view, explained.code, reading.missing)
