"""Evaluating and storing (评估): the whole register or a division in slices, changed households at once.

A run never changes what people decided; where states speak against a decision, `contradictions` lists it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from mingbai.audit.actions import give_up, is_abandoned, open_batch, recording
from mingbai.audit.batches import record_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.following import one_look
from mingbai.audit.models import Batch
from mingbai.audit.records import Recorded
from mingbai.audit.writing import BatchWriter, Progress, lots
from mingbai.decisions.changes import households_touched, recorded_since
from mingbai.decisions.errors import error
from mingbai.decisions.gaps import messages_of
from mingbai.decisions.judging import Judged, judge
from mingbai.decisions.kept_snapshots import forget_others, keep
from mingbai.decisions.models import RuleSet, Run, State, Tally, WorkItem, WorkTally
from mingbai.decisions.programs import not_recorded, pack_for_run, state_program
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.reading import Request, reading
from mingbai.decisions.requests import Scope
from mingbai.decisions.snapshot import Snapshot, single, take_snapshot
from mingbai.decisions.storing import (
    STATE_COLUMNS,
    STATE_READ,
    TALLY_COLUMNS,
    TALLY_READ,
    Changes,
    pattern_ids,
    rule_set_of,
    state_changes,
    summed,
    tally_changes,
    village_counts,
)
from mingbai.decisions.supply import unsupplied_of
from mingbai.decisions.versions import keep_version, pack_of
from mingbai.decisions.working import (
    WORK_COLUMNS,
    WORK_READ,
    WORK_TALLY_COLUMNS,
    WORK_TALLY_READ,
    Work,
    work_of,
    work_tally_changes,
    written_tally,
)
from mingbai.engine.compiling import Program
from mingbai.engine.errors import EngineError
from mingbai.households.models import Residence
from mingbai.jobs.actions import start_job
from mingbai.places.codes import is_code, range_of
from mingbai.places.queries import working_date

log = logging.getLogger(__name__)

#: Any numbers will do; they name the locks under which states are written on PostgreSQL: held together by
#: whoever evaluates a few households, each of them, each of their villages.
_STATES_LOCK, _HOUSEHOLD_LOCK, _VILLAGE_LOCK = 7_301_043, 7_301_044, 7_301_045
_LOCK_NUMBERS = 2**31 - 1
#: So many households are evaluated at once after a change, by one statement a table.
MOST_AT_ONCE = 500
#: After a run fewer: whoever saves a form of one of them waits until these are done.
SETTLED_AT_ONCE = 25
#: After a change of more households than this the worker evaluates them, nobody waits.
MOST_WAITED_FOR = 200


def evaluate(
    *,
    actor: str,
    pack: str,
    as_of: date,
    division_code: str = "",
    progress: Progress | None = None,
) -> Run:
    """Evaluate a pack over the register as of a day and store what changed (全面评估).

    `division_code`: all below it; none: everybody. Nobody sees a state before all are there. Raises DEC-004
    while another evaluation runs, DEC-005, DEC-006 when nobody lives there, ``PackError`` and ``RunError``.
    """
    if division_code and not is_code(division_code):
        raise error("DEC-005", division=division_code)
    _refuse_a_second()
    step = progress or (lambda name, done, total: None)
    kind: Any = BatchKind.EVALUATION
    batch = open_batch(actor=actor, kind=kind)
    try:
        run = _evaluate(batch, pack, as_of, division_code, step)
        said = {"run": run.pk, "pack": run.pack_hash, "as_of": as_of.isoformat(),
                "division": division_code, "snapshot": run.snapshot_hash,
                "households": run.households}  # fmt: skip
        record_batch(
            batch, action="decisions.run.recorded", data=said, wait=_wait_for_states, progress=step
        )
    except BaseException:
        give_up(batch)
        raise
    forget_others(run)
    _settle(run, step)
    return run


def _refuse_a_second() -> None:
    for other in Batch.objects.open().filter(kind=BatchKind.EVALUATION):
        if not is_abandoned(other, timezone.now()):
            raise error("DEC-004", batch=other.pk)


def _evaluate(batch: Batch, pack: str, as_of: date, division: str, step: Progress) -> Run:
    rules = pack_for_run(pack)
    lacking = not_recorded(rules)
    program = state_program(rules, as_of, lacking)
    step("read", 0, 1)
    snapshot = take_snapshot(program, Scope(as_of, division))
    if not snapshot.households:
        raise error("DEC-006", day=as_of, division=division or "（全部）")
    step("evaluate", 0, 1)
    judged = judge(program, snapshot)
    rule_set = rule_set_of(rules.id, judged.rules)
    keep_version(rules, actor=batch.actor)
    run = Run.objects.create(
        batch=batch,
        pack=pack,
        pack_hash=rules.hash,
        as_of=as_of,
        snapshot_hash=snapshot.digest,
        division_code=division,
        households=snapshot.households,
        persons=snapshot.persons,
        rule_set=rule_set,
        counts=dict(judged.counts),
        messages=messages_of(judged, snapshot),
        unsupplied=unsupplied_of(judged, snapshot),
        not_recorded=list(lacking),
    )
    _store(BatchWriter(batch, step), judged, rule_set, division)
    keep(run, snapshot)
    return run


def _store(writer: BatchWriter, judged: Judged, rule_set: RuleSet, division: str) -> None:
    patterns = pattern_ids(rule_set, judged.standings)
    with reading() as reader:
        standing = reader.table(Request(State.objects.recorded(), STATE_READ))
        items = reader.table(Request(WorkItem.objects.recorded(), WORK_READ))
    if division:
        standing = _spoken_for(standing, judged, division)
        items = _spoken_for(items, judged, division)
    states = state_changes(judged, patterns, standing)
    writer.insert(State, STATE_COLUMNS, states.begun, total=len(states.begun))
    writer.end(State, states.ended)
    counted = {(code, rule_set.pk): (size, text) for code, size, text in village_counts(judged)}
    tallies = tally_changes(counted, _tallies(Tally, division).values_list(*TALLY_READ))
    writer.insert(Tally, TALLY_COLUMNS, tallies.begun)
    writer.end(Tally, tallies.ended)
    _store_work(writer, work_of(judged, patterns, judged.program.as_of, items), division)


def _store_work(writer: BatchWriter, work: Work, division: str) -> None:
    writer.insert(WorkItem, WORK_COLUMNS, work.changes.begun, total=len(work.changes.begun))
    writer.end(WorkItem, work.changes.ended)
    standing = _tallies(WorkTally, division).values_list(*WORK_TALLY_READ)
    tallies = work_tally_changes(work.counts, standing)
    writer.insert(WorkTally, WORK_TALLY_COLUMNS, tallies.begun)
    writer.end(WorkTally, tallies.ended)


def _spoken_for(standing: Any, judged: Judged, division: str) -> Any:
    """The rows of households that are, or were, in the division."""
    low, high = range_of(division)
    codes = standing["division_code"]
    inside = pc.and_(pc.greater_equal(codes, low), pc.less_equal(codes, high))
    ours = pc.is_in(standing["household_id"], pa.array(judged.keys))
    return standing.filter(pc.or_(inside, ours))


def _tallies(model: type[Tally | WorkTally], division: str) -> Any:
    standing = model.objects.recorded()
    return standing.filter(village_code__range=range_of(division)) if division else standing


def _wait_for_states() -> None:
    """Wait for whoever writes states of a household at this moment, and let nobody begin meanwhile."""
    _hold("SELECT pg_advisory_xact_lock(%s)", _STATES_LOCK)


def _settle(run: Run, step: Progress) -> None:
    """Evaluate again whom somebody changed while the run read and wrote: it saw them as they were before.

    Whoever writes states of a household at this moment holds the lock; after it the run is seen by all.
    """
    with transaction.atomic():
        _wait_for_states()
    touched = households_touched(recorded_since(run.batch))
    for done, some in enumerate(lots(touched, SETTLED_AT_ONCE)):
        step("changed meanwhile", done * SETTLED_AT_ONCE, len(touched))
        reevaluate(household_ids=some, recount=True)


def reevaluate(
    *, household_ids: Collection[int], actor: str = "system", recount: bool = False
) -> list[int]:
    """Evaluate some households by the rules and the day of the latest run over each (变动重评).

    Returns those whose state changed. Nothing happens to households over which nothing was run yet.
    `recount`: count their villages again even where no state changed.
    """
    changed: list[int] = []
    for some in lots(sorted(set(household_ids)), MOST_AT_ONCE):
        waiting = list(some)
        while waiting:
            with transaction.atomic():
                _hold_households(waiting)
                runs = _by_run(waiting)
                for run, ids in list(runs.items())[
                    :1
                ]:  # one run a transaction: see `_hold_villages`
                    changed += _reevaluate(run, ids, actor, recount=recount)
            waiting = [key for ids in list(runs.values())[1:] for key in ids]
    return changed


def _hold(statement: str, *values: object) -> None:
    """Wait for a lock until the transaction ends. SQLite has one writer, who needs none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


def _hold_households(household_ids: Collection[int]) -> None:
    """One after the other at each household: whoever comes second reads the facts of the first.

    Under one lock for all of them thirty people saving a form waited for each other's rules.
    """
    _hold("SELECT pg_advisory_xact_lock_shared(%s)", _STATES_LOCK)
    _hold_each(_HOUSEHOLD_LOCK, household_ids)


def _hold_villages(villages: Collection[str]) -> None:
    """One after the other at each village: the second counts what the first wrote.

    Taken once a transaction, after its households and before the chain, so that nobody waits in a ring.
    """
    _hold_each(_VILLAGE_LOCK, [int(code or 0) for code in villages])


def _hold_each(lock: int, keys: Iterable[int]) -> None:
    numbers = sorted({key % _LOCK_NUMBERS for key in keys})
    _hold("SELECT pg_advisory_xact_lock(%s, one) FROM unnest(%s::int[]) AS one", lock, numbers)


def _by_run(household_ids: Collection[int]) -> dict[Run, list[int]]:
    runs = latest_runs()
    found: dict[Run, list[int]] = {}
    for key, code in _villages_of(household_ids, runs).items():
        run = run_over(runs, code)
        if run is not None:
            found.setdefault(run, []).append(key)
    return found


def _villages_of(household_ids: Collection[int], runs: Collection[Run]) -> dict[int, str]:
    """Where each household lives on the day of the newest run; for those gone, where their state stands."""
    if not runs:
        return {}
    day = max(run.as_of for run in runs)
    codes = dict.fromkeys(household_ids, "")
    standing = State.objects.recorded().filter(household_id__in=household_ids)
    codes |= dict(standing.values_list("household_id", "division_code"))
    lives = Residence.objects.recorded().on(day).filter(household_id__in=household_ids)
    return codes | dict(lives.values_list("household_id", "division_code"))


def _reevaluate(run: Run, ids: list[int], actor: str, *, recount: bool) -> list[int]:
    pack = pack_of(run)
    program = state_program(pack, run.as_of, run.not_recorded)
    with one_look():  # nothing is recorded while it reads
        judged = judge(program, _snapshot(program, run.as_of, ids))
    rule_set = rule_set_of(pack.id, judged.rules)
    patterns = pattern_ids(rule_set, judged.standings)
    standing = State.objects.recorded().filter(household_id__in=ids)
    items = WorkItem.objects.recorded().filter(household_id__in=ids)
    with reading() as reader:
        stood = reader.table(Request(standing, STATE_READ))
        states = state_changes(judged, patterns, stood)
        work = work_of(
            judged,
            patterns,
            max(run.as_of, working_date()),
            reader.table(Request(items, WORK_READ)),
        )
    if not states and not recount:
        return []
    villages = {*stood["division_code"].to_pylist(), *judged.villages}
    keys = {int(row[0]) for row in states.begun} | _households_of(stood, states.ended)
    with recording(
        actor=actor,
        action="decisions.households.evaluated",
        data={"run": run.pk, "pack": pack.hash, "households": sorted(keys)},
    ) as batch:
        _apply(batch, State, STATE_COLUMNS, states)
        _hold_villages(villages)
        _apply(batch, Tally, TALLY_COLUMNS, _recounted(villages))
        _apply(batch, WorkItem, WORK_COLUMNS, work.changes)
        if work.changes or recount:
            _apply(batch, WorkTally, WORK_TALLY_COLUMNS, _work_recounted(villages))
    return sorted(keys)


def _snapshot(program: Program, day: date, ids: list[int]) -> Snapshot:
    """Of one household by a statement that is put together once: that is what a saved form asks for."""
    if len(ids) == 1:
        return single(program).take(ids[0])
    return take_snapshot(program, Scope(day, household_ids=tuple(ids)))


def _households_of(stood: pa.Table, ended: Collection[int]) -> set[int]:
    """Whose the ended states are, of those that stood."""
    homes = dict(zip(stood["id"].to_pylist(), stood["household_id"].to_pylist(), strict=True))
    return {int(homes[key]) for key in ended}


def _recounted(villages: Collection[str]) -> Changes:
    """The villages counted anew from their states."""
    rows = State.objects.recorded().filter(division_code__in=villages)
    named = rows.values_list("division_code", "pattern__rule_set_id", "pattern__letters")
    grouped: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for code, rule_set, letters, households in named.annotate(Count("id")):
        grouped.setdefault((code, rule_set), []).append((letters, households))
    counted = {
        key: (sum(count for _, count in rows), summed(rows)) for key, rows in grouped.items()
    }
    standing = Tally.objects.recorded().filter(village_code__in=villages)
    return tally_changes(counted, standing.values_list(*TALLY_READ))


def _work_recounted(villages: Collection[str]) -> Changes:
    """The items of the villages counted anew."""
    rows = WorkItem.objects.recorded().filter(division_code__in=villages)
    named = rows.values_list("division_code", "due_on", "matter").annotate(Count("id"))
    grouped: dict[str, dict[tuple[str, str], int]] = {code: {} for code in villages}
    for code, due_on, matter, households in named:
        grouped[code][due_on.isoformat() if due_on else "", matter] = households
    counted = {code: written_tally(found) for code, found in grouped.items()}
    standing = WorkTally.objects.recorded().filter(village_code__in=villages)
    return work_tally_changes(counted, standing.values_list(*WORK_TALLY_READ))


def _apply(batch: Batch, model: type[Recorded], columns: Iterable[str], changes: Changes) -> None:
    """Write changes under the batch of a single action."""
    model.objects.filter(pk__in=changes.ended).update(ended_by=batch)
    rows = [model(begun_by=batch, **dict(zip(columns, row, strict=True))) for row in changes.begun]
    model.objects.bulk_create(rows)


def after_change(household_ids: Iterable[int], *, actor: str = "system") -> list[int]:
    """New states after an action (登记之后), once it is committed; returns whose state changed.

    A few households are evaluated here and now, many by the worker. What was recorded stands in any case: a
    fault of the rules is logged and told by the next run.
    """
    ids = sorted(set(household_ids))
    if len(ids) > MOST_WAITED_FOR:
        start_job(kind="decisions.reevaluate", arguments={"household_ids": ids}, actor=actor)
        return []
    try:
        return reevaluate(household_ids=ids, actor=actor)
    except EngineError as fault:
        log.warning("no new states for %d households: %s", len(ids), fault)
        return []
