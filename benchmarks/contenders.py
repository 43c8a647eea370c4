"""One contender, one process: do the work once, and print as JSON what each phase of it cost.

    python -m benchmarks.contenders compiled --person P.parquet --household H.parquet --out R.parquet

Each imports only what it needs, inside its function, so that its process weighs what it would weigh
alone. CPU seconds are user + system of this process; the parent adds those of start and imports.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.table_contenders import list_check, list_floor, list_read
from benchmarks.work import AS_OF, OUTPUTS, PACK, TRIAL, files_sql, hand_sql

MEMORY = "250MB"  # for a million persons at a time; ten millions in one go may take more


class Phases:
    """CPU and wall seconds of named phases (of the last time, when a phase comes again)."""

    def __init__(self) -> None:
        self.seconds: dict[str, Any] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        cpu, wall = cpu_seconds(), time.perf_counter()
        yield
        self.seconds[name] = cpu_seconds() - cpu
        self.seconds[f"{name}_wall"] = time.perf_counter() - wall


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def plain_duckdb() -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    return connection


def floor(given: argparse.Namespace, phases: Phases) -> None:
    """Scan the columns that the work reads and add them up once."""
    text = hand_sql([], [])
    connection = plain_duckdb()
    with phases.phase("query"):
        for paths in (given.person, given.household):
            source = f"read_parquet({files_sql(paths)})"
            parts = []
            for name, kind, *_ in connection.execute(f"DESCRIBE FROM {source}").fetchall():
                if name in text:
                    parts.append(_summed(name, kind))
            connection.execute(f"SELECT {', '.join(parts)} FROM {source}").fetchall()


def _summed(name: str, kind: str) -> str:
    return {
        "VARCHAR": f"count({name})",
        "DATE": f"max({name})",
        "BOOLEAN": f"sum({name}::INT)",
    }.get(kind, f"sum({name})")


def hand(given: argparse.Namespace, phases: Phases) -> None:
    """The hand-written SQL."""
    connection = plain_duckdb()
    query = hand_sql(given.person, given.household)
    with phases.phase("query"):
        connection.execute(f"SET memory_limit = '{given.memory}'")
        connection.execute(
            f"COPY ({query}) TO '{given.out}' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()


def compiled(given: argparse.Namespace, phases: Phases, *, reasons: bool = False) -> None:
    """The pack, loaded, compiled and run by the engine."""
    from mingbai.engine.compiling import compile_pack
    from mingbai.engine.loading import load_pack
    from mingbai.engine.running import complete_facts

    with phases.phase("load"):
        pack = load_pack(PACK, with_cases=False)
    with phases.phase("compile"):
        complete = complete_facts(pack, {"person": given.person, "household": given.household})
        program = compile_pack(
            pack, AS_OF, outputs=OUTPUTS, reasons=reasons, bounds=False, complete=complete
        )
    _run(program, given, phases)


def _run(program: Any, given: argparse.Namespace, phases: Phases, changed: Any = None) -> None:
    """Open, print and run a program: the phases that run_to_parquet has, each timed."""
    from mingbai.engine.running import Limits, open_database, options_for

    tables = {"person": given.person, "household": given.household}
    limits = Limits(memory=given.memory, threads=2)
    with phases.phase("open"):
        database = open_database(tables, write_to=[given.out.parent], limits=limits)
        if changed is not None:
            database.add("in_changed", changed)
    with database:
        with phases.phase("print"):
            options = options_for(program, database, changed=changed is not None)
            query = program.sql(program.pack.top.id, options)
        with phases.phase("query"):
            database.write(query, given.out)


def masks(given: argparse.Namespace, phases: Phases) -> None:
    """The same with a reason mask for each of the rules that have clauses."""
    compiled(given, phases, reasons=True)


def reached(given: argparse.Namespace, phases: Phases, *, twins: bool = False) -> None:
    """One run of the rules that the trial reaches."""
    from mingbai.engine.compiling import compile_bound, compile_pack
    from mingbai.engine.compiling.whatif import compile_whatif, parse_trial
    from mingbai.engine.loading import load_pack

    pack = load_pack(PACK, with_cases=False)
    trial = compile_whatif(pack, AS_OF, (parse_trial(pack, TRIAL),))
    program = trial.program
    if not twins:
        program = compile_pack(pack, AS_OF, outputs=trial.reached, bounds=False)
    else:
        both = [*trial.reached, *(f"{name}~" for name in trial.reached)]
        program = compile_bound(program.bound, outputs=both, bounds=False)
    phases.seconds["rules"] = len(trial.reached)
    _run(program, given, phases)


def whatif(given: argparse.Namespace, phases: Phases) -> None:
    """The same rules twice in one query: as they are, and with the parameter changed."""
    reached(given, phases, twins=True)


def incremental(given: argparse.Namespace, phases: Phases) -> None:
    """Only the changed households, from the full files."""
    import pyarrow.parquet as pq

    from mingbai.engine.compiling import compile_pack
    from mingbai.engine.loading import load_pack

    program = compile_pack(load_pack(PACK, with_cases=False), AS_OF, outputs=OUTPUTS, bounds=False)
    changed = pq.read_table(given.changed)
    phases.seconds["households"] = len(changed)
    _run(program, given, phases, changed)


def partitions(given: argparse.Namespace, phases: Phases) -> None:
    """File after file: read, evaluate, write; one program, one process."""
    from mingbai.engine.compiling import compile_pack
    from mingbai.engine.loading import load_pack
    from mingbai.engine.running import Limits, run_to_parquet

    limits = Limits(memory=given.memory, threads=2)
    with phases.phase("query"):
        program = compile_pack(
            load_pack(PACK, with_cases=False), AS_OF, outputs=OUTPUTS, bounds=False
        )
        given.out.mkdir(parents=True, exist_ok=True)
        for number, (person, household) in enumerate(
            zip(given.person, given.household, strict=True)
        ):
            target = given.out / f"result-{number:03d}.parquet"
            tables = {"person": person, "household": household}
            run_to_parquet(program, tables, {"household": target}, limits=limits)
    phases.seconds["files"] = len(given.person)


def loop(given: argparse.Namespace, phases: Phases) -> None:
    """The plain Python loop."""
    from benchmarks import row_loop

    with phases.phase("query"):
        row_loop.run(given.person[0], given.household[0], given.out)


def openfisca(given: argparse.Namespace, phases: Phases) -> None:
    """OpenFisca-core."""
    from benchmarks import openfisca_country

    with phases.phase("query"):
        openfisca_country.run(given.person, given.household, given.out)


def explain(given: argparse.Namespace, phases: Phases) -> None:
    """One household after the other: all rules, then the trace of each rule that has clauses."""
    from mingbai.engine.compiling import compile_pack
    from mingbai.engine.explaining.trace import Tracer
    from mingbai.engine.loading import load_pack

    pack = load_pack(PACK, with_cases=False)
    with phases.phase("compile"):
        tracer = Tracer(compile_pack(pack, AS_OF))
    households = _case_rows(given, pack)
    rules = tracer.program.bound.rules.values()
    traced = [
        bound.rule.id for bound in rules if bound.clauses and bound.rule.entity == "household"
    ]
    phases.seconds |= {"households": len(households), "traced": len(traced)}
    gc.collect()
    gc.freeze()  # the thousand households stay out of the collector's rounds; it goes on otherwise
    steps: dict[str, Callable[[Any], Any]] = {
        "evaluate": lambda evaluated: None,
        "trace_one": lambda evaluated: tracer.trace(evaluated, "monitor_candidate"),
        "trace_all": lambda evaluated: tracer.traces(evaluated, traced),
    }
    for name, step in steps.items():
        for repeat in range(2):  # the first time fills caches and is thrown away
            with phases.phase(name):
                for household in households[:1000] if repeat else households[:100]:
                    step(tracer.evaluate(household))


def _case_rows(given: argparse.Namespace, pack: Any) -> list[Any]:
    """A thousand households of the files as the engine's case rows."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from mingbai.engine.model.pack import CaseRow

    homes = pq.read_table(given.household[0])
    chosen = random.Random(1).sample(range(len(homes)), min(1000, len(homes)))
    homes = homes.take(chosen)
    people = pq.read_table(given.person[0])
    people = people.filter(pc.is_in(people["household_id"], homes["household_id"].combine_chunks()))
    members: dict[str, list[Any]] = {}
    for row in people.to_pylist():
        members.setdefault(row.pop("household_id"), []).append(
            CaseRow(row, {}, row.pop("person_id"))
        )
    rows = []
    for row in homes.to_pylist():
        key = row["household_id"]
        rows.append(CaseRow(row, {"members": tuple(members[key])}, key))
    return rows


def national(given: argparse.Namespace, phases: Phases) -> None:
    """policies/cn: the rules that have a role, and all that they need.

    Once for the household's results alone, once for those of every entity; each is divided by the
    rules that it has to compute, not by those of the other.
    """
    from mingbai.engine.compiling import bind_pack, compile_bound
    from mingbai.engine.loading import load_pack
    from mingbai.engine.running import Limits, complete_facts, run_to_parquet

    pack = load_pack("cn", with_cases=False)
    tables = {entity: given.tables / f"{entity}.parquet" for entity in pack.entities}
    limits = Limits(memory=given.memory, threads=2)
    bound = bind_pack(pack, AS_OF)
    complete = complete_facts(pack, tables)
    roles = [name for name, rule in bound.rules.items() if rule.rule.role is not None]
    top = [name for name in roles if bound.rules[name].rule.entity == pack.top.id]
    for name, outputs in (("query", top), ("both", roles)):
        program = compile_bound(bound, outputs=outputs, bounds=False, complete=complete)
        entities = [entity for entity in pack.entities if program.outputs_of(entity)]
        targets = {entity: given.out.with_suffix(f".{entity}.parquet") for entity in entities}
        phases.seconds |= {
            f"{name}_rules": len(program.lowered.rules),
            f"{name}_outputs": len(outputs),
            f"{name}_entities": " and ".join(entities),
        }
        with phases.phase(name):
            run_to_parquet(program, tables, targets, limits=limits)


def check(given: argparse.Namespace, phases: Phases) -> None:
    """How many households differ in any output between --out and --other."""
    connection = plain_duckdb()
    keep = "WHERE a.size > 0" if given.no_empty else ""
    differs = " OR ".join(f"a.{name} IS DISTINCT FROM b.{name}" for name in given.columns)
    query = (
        f"SELECT count(*), count(*) FILTER (WHERE {differs}) FROM read_parquet('{given.out}') a "
        f"FULL JOIN read_parquet('{given.other}') b USING (household_id) {keep}"
    )
    rows, differences = connection.execute(query).fetchall()[0]
    phases.seconds |= {"rows": rows, "differences": differences}


def check_merged(given: argparse.Namespace, phases: Phases) -> None:
    """The old result with the changed households replaced, against a full run of the new data."""
    connection = plain_duckdb()
    columns = ", ".join(["household_id", *given.columns])
    merged = (
        f"SELECT {columns} FROM read_parquet('{given.other}') UNION ALL SELECT {columns} FROM "
        f"read_parquet('{given.old}') WHERE household_id NOT IN "
        f"(SELECT household_id FROM read_parquet('{given.changed}'))"
    )
    full = f"SELECT {columns} FROM read_parquet('{given.out}')"
    query = (
        f"SELECT (SELECT count(*) FROM ({full})), "
        f"(SELECT count(*) FROM ({full} EXCEPT ALL ({merged}))) + "
        f"(SELECT count(*) FROM (({merged}) EXCEPT ALL {full}))"
    )
    rows, differences = connection.execute(query).fetchall()[0]
    phases.seconds |= {"rows": rows, "differences": differences}


CONTENDERS: dict[str, Callable[[argparse.Namespace, Phases], None]] = {
    "floor": floor,
    "hand": hand,
    "compiled": compiled,
    "masks": masks,
    "reached": reached,
    "whatif": whatif,
    "incremental": incremental,
    "partitions": partitions,
    "loop": loop,
    "openfisca": openfisca,
    "explain": explain,
    "cn": national,
    "list_floor": list_floor,
    "list_read": list_read,
    "list_check": list_check,
    "check": check,
    "check_merged": check_merged,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=list(CONTENDERS))
    parser.add_argument("--person", type=Path, nargs="*", default=[])
    parser.add_argument("--household", type=Path, nargs="*", default=[])
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--other", type=Path)
    parser.add_argument("--old", type=Path)
    parser.add_argument("--changed", type=Path)
    parser.add_argument("--columns", nargs="*", default=OUTPUTS)
    parser.add_argument("--no-empty", action="store_true")
    parser.add_argument("--memory", default=MEMORY)
    given = parser.parse_args()
    phases = Phases()
    started = cpu_seconds()
    CONTENDERS[given.name](given, phases)
    phases.seconds |= {"work": cpu_seconds() - started}
    json.dump(phases.seconds, sys.stdout)


if __name__ == "__main__":
    main()
