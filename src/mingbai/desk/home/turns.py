"""What changed since the working day before (昨日以来的变动): states that turned, and who came and went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from mingbai.accounts.scopes import Scope
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch, Event, Span
from mingbai.decisions.enums import Letter
from mingbai.decisions.models import Pattern, State
from mingbai.decisions.withholding import done_by
from mingbai.desk.components.reaching import whole
from mingbai.households.enums import Subject
from mingbai.households.models import Membership, Residence, Status
from mingbai.places.queries import SHANGHAI

UNMET, UNKNOWN, MET, DONE = "unmet", "unknown", "met", "done"
KINDS = (UNMET, UNKNOWN, MET, DONE)
#: More rows than this are one evaluation of everybody or one import: said in a line, not listed.
MOST_ROWS = 2_000
MOST_BATCHES = 400
SATURDAY = 5
#: What somebody did about a household or a person, by the name of its event.
HAPPENINGS = {
    "households.person.born": "born", "households.person.died": "died",
    "households.person.married": "married", "households.person.divorced": "divorced",
    "households.household.moved": "moved", "households.household.split": "split",
    "households.household.merged": "merged", "households.household.ended": "ended",
    "households.household.registered": "registered", "households.person.registered": "joined",
    "households.person.left": "left",
}  # fmt: skip
_STATUS = "households.status."
_SINGLE = (BatchKind.ACTION, BatchKind.UNDO)


def since_when(now: datetime) -> datetime:
    """The beginning of the working day before: of Friday on a Monday."""
    day = now.astimezone(SHANGHAI).date() - timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, time(), SHANGHAI)


@dataclass(frozen=True)
class Bulk:
    """An evaluation of everybody, or an import, since then (整批变动)."""

    batch_id: int
    kind: str
    recorded_at: datetime
    households: int | None  # whose state it wrote; None: it is no evaluation


@dataclass
class Turned:
    """A household of which states turned (状态变动): kind → rules."""

    household_id: int
    division_code: str
    rules: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Turns:
    """What changed since an instant in a scope (变动)."""

    since: datetime
    turned: list[Turned] = field(default_factory=list)
    bulks: list[Bulk] = field(default_factory=list)
    too_many: bool = False
    happenings: Counter[str] = field(default_factory=Counter)

    def of(self, kind: str) -> list[Turned]:
        """The households of which something turned so."""
        return [one for one in self.turned if kind in one.rules]

    def rules(self, kind: str) -> Counter[str]:
        """How many households by rule."""
        return Counter(rule for one in self.turned for rule in one.rules.get(kind, ()))


def turns_since(since: datetime, scope: Scope, closed: Collection[str], health: Scope) -> Turns:
    """What turned in a scope. At most thirteen queries, whoever recorded however much.

    `closed`: rules that rest on illness; their turns are told where `health` reaches.
    """
    found = Turns(since)
    recorded = Batch.objects.filter(recorded_at__gte=since).order_by("-id")
    columns = ("id", "kind", "recorded_at", "undoes_id")
    rows = list(recorded.values_list(*columns)[: MOST_BATCHES + 1])
    batches, undone = [row[:3] for row in rows], {row[3] for row in rows}
    if len(batches) > MOST_BATCHES:
        found.too_many = True
        return found
    single = [key for key, kind, _ in batches if kind in _SINGLE]
    others = [row for row in batches if row[1] not in _SINGLE]
    written = _written([key for key, *_ in others])
    small = [key for key, *_ in others if 0 < written.get(key, 0) <= MOST_ROWS]
    everybody = whole(scope)
    found.bulks = [
        Bulk(key, kind, at, written.get(key))
        for key, kind, at in others
        if written.get(key, 0) > MOST_ROWS or (everybody and kind != BatchKind.EVALUATION)
    ]
    _read_turned(found, [*single, *small], scope, closed, health)
    _read_done(found, [*single, *small], scope, health)
    _read_happenings(found, [key for key in single if key not in undone], scope)
    return found


def _written(batches: Iterable[int]) -> dict[int, int]:
    """Rows of states that bulk batches began."""
    rows = Span.objects.filter(batch__in=list(batches), table=State._meta.db_table)
    return dict(rows.values_list("batch_id", "begun"))


def _read_turned(
    found: Turns, batches: list[int], scope: Scope, closed: Collection[str], health: Scope
) -> None:
    rows = State.objects.recorded().filter(scope.rows(), begun_by__in=batches)
    now = list(rows.values_list("household_id", "division_code", "pattern")[: MOST_ROWS + 1])
    if len(now) > MOST_ROWS:
        found.too_many = True
        return
    ended = State.objects.filter(ended_by__in=batches, household_id__in=[row[0] for row in now])
    # Of several the first one stays: how the household stood before anything turned.
    before = dict(ended.order_by("-id").values_list("household_id", "pattern"))
    letters = _letters({*before.values(), *(row[2] for row in now)})
    for household, code, pattern in now:
        if household not in before:
            continue
        one = Turned(household, code)
        hidden = () if health.covers(code, household) else closed
        for rule, letter in letters[pattern].items():
            kind = _kind(letters[before[household]].get(rule, ""), letter)
            if kind and rule not in hidden:
                one.rules.setdefault(kind, []).append(rule)
        if one.rules:
            found.turned.append(one)


def _read_done(found: Turns, batches: list[int], scope: Scope, health: Scope) -> None:
    """Whom nobody has to see any more, by what they were to be seen for."""
    turned = {one.household_id: one for one in found.turned}
    for household, code, matter in done_by(batches, scope, health, MOST_ROWS):
        one = turned.get(household)
        if one is None:
            found.turned.append(one := Turned(household, code))
        one.rules[DONE] = [matter]


def _letters(patterns: set[int]) -> dict[int, dict[str, str]]:
    rows = Pattern.objects.filter(id__in=patterns).values_list("id", "rule_set__rules", "letters")
    return {key: dict(zip(rules, letters, strict=True)) for key, rules, letters in rows}


def _kind(before: str, after: str) -> str:
    if before == after:
        return ""
    if after == Letter.UNMET:
        return UNMET
    if after == Letter.UNKNOWN:
        return UNKNOWN
    return MET if after == Letter.MET and before in (Letter.UNMET, Letter.UNKNOWN) else ""


def _read_happenings(found: Turns, batches: list[int], scope: Scope) -> None:
    """Events of people in the scope: by where the household of the batch lives."""
    events = Event.objects.filter(batch_id__in=batches)
    named = [
        (action, batch)
        for action, batch in events.values_list("action", "batch_id")
        if action in HAPPENINGS or action.startswith(_STATUS)
    ]
    here = _batches_in(scope, [batch for _, batch in named])
    for action, batch in named:
        if batch in here:
            found.happenings[HAPPENINGS.get(action, "status")] += 1


def _batches_in(scope: Scope, batches: list[int]) -> set[int]:
    if whole(scope):
        return set(batches)
    homes: dict[int, set[int]] = {}
    for model, column in ((Membership, "household_id"), (Status, "subject_id")):
        for field_ in ("begun_by", "ended_by"):
            rows: Any = model.objects.filter(**{f"{field_}__in": batches})
            if model is Status:
                rows = rows.filter(subject=Subject.HOUSEHOLD)
            for batch, household in rows.values_list(field_, column):
                homes.setdefault(household, set()).add(batch)
    lives = Residence.objects.filter(scope.rows(), household_id__in=list(homes))
    inside = set(lives.values_list("household_id", flat=True))
    return {batch for household in inside for batch in homes[household]}
