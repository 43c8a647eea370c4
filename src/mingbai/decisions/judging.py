"""From result tables to how each household stands (评估判定): letters, deciding clauses, open facts.

Nothing here loops over households; what is spelled out is done once for each pattern.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.decisions.enums import Letter
from mingbai.decisions.picking import Keys, keys_in
from mingbai.decisions.small import run_small
from mingbai.decisions.snapshot import Snapshot
from mingbai.engine.compiling import Cause, Program, compile_bound
from mingbai.engine.model.pack import Role
from mingbai.engine.running import complete_facts, run
from mingbai.screening.states import RuleStates, counts_of, role_rules

Flags = npt.NDArray[np.bool_]

#: Up to so many households the functions are quicker than the query.
FEW = 200


@dataclass(frozen=True)
class Standing:
    """One way of standing (状态组合), spelled out."""

    letters: str
    reasons: Mapping[str, tuple[str, ...]]  # called rule → ids of its deciding clauses
    causes: Mapping[str, tuple[str, ...]]  # unknown rule → what it waits for

    @cached_property
    def digest(self) -> str:
        """Names this content; the rules are part of it by their ids and by the set they are stored with."""
        said = [self.letters, dict(self.reasons), dict(self.causes)]
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Judged:
    """How the households of a snapshot stand (评估结果)."""

    program: Program
    rules: tuple[str, ...]
    keys: Keys
    villages: tuple[str, ...]  # codes; "" for households without a residence
    village: Keys  # for each household its place in `villages`
    standings: tuple[Standing, ...]
    standing: Keys  # for each household its place in `standings`
    counts: Mapping[str, dict[str, int]]  # rule → state → rows of the rule's entity


def judge(program: Program, snapshot: Snapshot) -> Judged:
    """Evaluate a snapshot. Raises ``RunError`` when the run cannot be finished."""
    top = program.pack.top
    wanted = [top.id, *(name for name in snapshot.tables if name != top.id and _has(program, name))]
    if snapshot.households <= FEW:
        results = run_small(program, snapshot.tables, wanted)
    else:
        program = _narrowed(program, snapshot)
        results = run(program, snapshot.tables, entities=wanted)
    ordered = {name: _ordered(program, snapshot, name, table) for name, table in results.items()}
    states = list(role_rules(program, ordered))
    keys = keys_in_text(snapshot.tables[top.id], top.key or "")
    columns = [_Columns.of(program, snapshot, ordered, keys, item) for item in states]
    codes, first = _patterns(columns, len(keys))
    names = tuple(item.rule.id for item in states)
    villages, village = _villages(snapshot, program)
    return Judged(
        program=program,
        rules=names,
        keys=keys,
        villages=villages,
        village=village,
        standings=tuple(_standing(program, columns, row) for row in first),
        standing=codes,
        counts={item.rule.id: counts_of(item).as_dict() for item in states},
    )


def _narrowed(program: Program, snapshot: Snapshot) -> Program:
    """Compiled again for a snapshot: what nobody lacks need not be looked for."""
    complete = complete_facts(program.pack, snapshot.tables)
    return compile_bound(
        program.bound,
        outputs=program.outputs,
        reasons=True,
        causes=True,
        bounds=False,
        complete=complete,
    )


def _has(program: Program, entity: str) -> bool:
    return bool(program.outputs_of(entity)) and program.pack.entities[entity].key is not None


def keys_in_text(table: pa.Table, column: str) -> Keys:
    """Keys that a pack takes as text, as the register's numbers."""
    return keys_in(pa.table({column: table.column(column).cast(pa.int64())}), column)


def _ordered(program: Program, snapshot: Snapshot, entity: str, result: pa.Table) -> pa.Table:
    """A result in the order of the snapshot's rows, which lie by key."""
    key = program.pack.entities[entity].key or ""
    return result.take(pa.array(np.argsort(keys_in_text(result, key), kind="stable")))


def _villages(snapshot: Snapshot, program: Program) -> tuple[tuple[str, ...], Keys]:
    table = snapshot.tables[program.pack.top.id]
    codes = pc.fill_null(table.column(program.pack.top.region or ""), "")
    names = pc.unique(codes).sort()
    place = pc.index_in(codes, names).to_numpy().astype(np.int64)
    return tuple(names.to_pylist()), place


#: How rows below decide for their household: the weightiest of them speaks.
_NOTHING, _CALM, _OPEN, _CALLED = 0, 1, 2, 3


@dataclass(frozen=True)
class _Columns:
    """One rule over the households: how each stands, and the masks that say why."""

    states: RuleStates
    weight: npt.NDArray[np.int8]
    reasons: Keys  # bits of the deciding clauses
    causes: tuple[tuple[int, Keys], ...]  # by word

    @classmethod
    def of(
        cls,
        program: Program,
        snapshot: Snapshot,
        results: Mapping[str, pa.Table],
        keys: Keys,
        states: RuleStates,
    ) -> _Columns:
        rule, result = states.rule, results[states.rule.entity]
        unknown, called = _flags(states.unknown), _flags(states.called)
        weight = np.where(called, _CALLED, np.where(unknown, _OPEN, _CALM)).astype(np.int8)
        weight[_flags(states.not_applicable)] = _NOTHING
        reasons = np.zeros(len(weight), np.int64)
        name = f"{rule.id}@reasons"
        if name in result.column_names:
            masks = result.column(name).to_numpy()
            reasons[called] = _deciding(program, states, masks[called])
        words = program.lowered.rules[rule.id].why
        causes = tuple(
            (word, np.where(unknown, pc.fill_null(result.column(name), 0).to_numpy(), 0))
            for word, name in words
        )
        own = cls(states, weight, reasons, causes)
        if rule.entity == program.pack.top.id:
            return own
        link = program.pack.entities[rule.entity].link or ""
        homes = keys_in_text(snapshot.tables[rule.entity], link)
        return own.joined(np.searchsorted(keys, homes), len(keys), program)

    def joined(self, homes: Keys, size: int, program: Program) -> _Columns:
        """The same by household: whoever is called or open speaks for it, with all their reasons."""
        entity = program.pack.entities[self.states.rule.entity]
        weight = np.full(size, -1, np.int8)
        np.maximum.at(weight, homes, self.weight)
        empty = weight < 0
        weight[empty] = _OPEN if entity.empty_is_unknown else _NOTHING
        causes = {word: _united(homes, mask, size, weight == _OPEN) for word, mask in self.causes}
        if entity.empty_is_unknown and empty.any():
            cause = Cause("relation", entity.id, entity.relation or "")
            if cause in program.lowered.causes:
                word, bit = program.lowered.cause(cause)
                causes.setdefault(word, np.zeros(size, np.int64))[empty] |= 1 << bit
        reasons = _united(homes, self.reasons, size, weight == _CALLED)
        return _Columns(self.states, weight, reasons, tuple(sorted(causes.items())))

    def letter(self, row: int) -> str:
        weight = self.weight[row]
        if weight in (_NOTHING, _OPEN):
            return str(Letter.NOT_APPLICABLE if weight == _NOTHING else Letter.UNKNOWN)
        # Readiness calls for a person by its good answer, everything else by its bad one.
        good = (weight == _CALLED) == (self.states.rule.role is Role.READINESS)
        return str(Letter.MET if good else Letter.UNMET)

    def parts(self) -> Iterator[npt.NDArray[Any]]:
        yield self.weight
        yield self.reasons
        for _, mask in self.causes:
            yield mask


def _flags(mask: pa.ChunkedArray) -> Flags:
    found: Flags = pc.fill_null(mask, False).to_numpy()
    return found


def _united(homes: Keys, masks: Keys, size: int, wanted: Flags) -> Keys:
    united = np.zeros(size, np.int64)
    rows = np.flatnonzero(masks)
    np.bitwise_or.at(united, homes[rows], masks[rows])
    return np.where(wanted, united, 0)


def _deciding(program: Program, states: RuleStates, masks: Keys) -> Keys:
    """Of each mask the bits of the clauses that made the rule come out as it did."""
    rule = states.rule
    value = rule.met_when if rule.role is Role.READINESS else not rule.met_when
    wanted = value if rule.form.kind != "none" else not value
    register = program.pack.register.get(rule.id, ())
    bits = [register.index(clause.id) for clause in program.bound.rules[rule.id].clauses]
    distinct, place = np.unique(masks, return_inverse=True)
    found = [
        sum(1 << b for b in bits if not mask >> (b + 24) & 1 and bool(mask >> b & 1) == wanted)
        for mask in distinct.tolist()
    ]
    return np.array(found, np.int64)[place] if found else masks


def _patterns(columns: list[_Columns], size: int) -> tuple[Keys, list[int]]:
    """For each household the number of its pattern, and of each pattern the first household."""
    codes, room = np.zeros(size, np.int64), 1
    for part in (part for column in columns for part in column.parts()):
        encoded = pa.array(part).dictionary_encode()
        kinds = len(encoded.dictionary)
        if room * kinds > 1 << 62:
            codes, room = _renumbered(codes)
        codes = codes * kinds + encoded.indices.to_numpy()
        room *= kinds
    codes, _ = _renumbered(codes)
    _, first = np.unique(codes, return_index=True)
    return codes, first.tolist()


def _renumbered(codes: Keys) -> tuple[Keys, int]:
    encoded = pa.array(codes).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), max(len(encoded.dictionary), 1)


def _standing(program: Program, columns: list[_Columns], row: int) -> Standing:
    reasons: dict[str, tuple[str, ...]] = {}
    causes: dict[str, tuple[str, ...]] = {}
    for column in columns:
        rule = column.states.rule.id
        if mask := int(column.reasons[row]):
            register = program.pack.register.get(rule, ())
            reasons[rule] = tuple(name for bit, name in enumerate(register) if mask >> bit & 1)
        if open_ := tuple(dict.fromkeys(_causes(program, column, row))):
            causes[rule] = open_
    letters = "".join(column.letter(row) for column in columns)
    return Standing(letters, reasons, causes)


def _causes(program: Program, column: _Columns, row: int) -> Iterator[str]:
    for word, masks in column.causes:
        for cause in program.causes_in(word, int(masks[row])):
            yield spelled(cause)


def spelled(cause: Cause) -> str:
    """A cause as text: ``fact:person.work_months``, ``relation:enrolment.enrolments``, ``parameter:name``."""
    name = f"{cause.entity}.{cause.name}" if cause.entity else cause.name
    return f"{cause.kind}:{name}"
