"""A compiled pack (编译后的规则包): what a run needs, for either back end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from mingbai.engine.compiling.closures import Closures
from mingbai.engine.compiling.lowering import lower_pack
from mingbai.engine.compiling.packs import BoundPack, bind_pack
from mingbai.engine.compiling.plans import BITS_A_WORD, Cause, Lowered
from mingbai.engine.compiling.sql import SqlOptions, columns_above, render
from mingbai.engine.errors import nearest, run_error
from mingbai.engine.model.pack import Pack, Rule
from mingbai.engine.model.values import Type


@dataclass(frozen=True)
class Program:
    """A pack compiled for a day (编译程序) with the rules that are put out."""

    bound: BoundPack
    lowered: Lowered
    outputs: tuple[str, ...]
    bounds: bool = True

    @property
    def pack(self) -> Pack:
        """The pack."""
        return self.bound.pack

    @property
    def as_of(self) -> date:
        """The as-of day."""
        return self.bound.as_of

    def rule(self, name: str) -> Rule:
        """A rule in force."""
        return self.bound.rules[name].rule

    def outputs_of(self, entity: str) -> tuple[str, ...]:
        """The rules of an entity that are put out."""
        return tuple(name for name in self.outputs if self.rule(name).entity == entity)

    def columns(self, entity: str) -> dict[str, Type | None]:
        """The columns of an entity's result: value, ``@na``, ``@lo``, ``@hi``, ``@reasons``, ``@whyN``."""
        found: dict[str, Type | None] = {}
        plan = self.lowered.plans[entity]
        for name in self.outputs_of(entity):
            found[name] = self.rule(name).type
            for suffix in ("na", "lo", "hi", "reasons") if self.bounds else ("na", "reasons"):
                if f"{name}@{suffix}" in plan.level_of:
                    found[f"{name}@{suffix}"] = None
            for _, column in self.lowered.rules[name].why:
                found[column] = None
        if self.lowered.causes:
            found.update(
                {f"{name}@na": None for name in plan.facts if f"{name}@na" in plan.level_of}
            )
        return found

    def sql(self, entity: str | None = None, options: SqlOptions | None = None) -> str:
        """The query of an entity (by default the household)."""
        name = entity or self.pack.top.id
        return render(self.lowered, name, self.columns(name), options or SqlOptions())

    def store_sql(self, entity: str, options: SqlOptions) -> str:
        """The query of an entity's rows with all that its result and the entity above need."""
        wanted = dict.fromkeys(columns_above(self.lowered, entity)) | self.columns(entity)
        return render(self.lowered, entity, wanted, options)

    @cached_property
    def closures(self) -> Closures:
        """The same program as Python functions."""
        return Closures(self.lowered)

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """The causes by their bit."""
        return tuple(self.lowered.causes)

    def causes_in(self, word: int, mask: int) -> list[Cause]:
        """The causes that a mask names."""
        base = word * BITS_A_WORD
        return [
            cause
            for index, cause in enumerate(self.causes[base : base + BITS_A_WORD])
            if mask >> index & 1
        ]


def compile_pack(
    pack: Pack,
    as_of: date,
    *,
    outputs: Iterable[str] | None = None,
    reasons: bool = False,
    causes: bool = False,
    bounds: bool = True,
    complete: Collection[tuple[str, str]] = (),
) -> Program:
    """Compile a pack for a day. ``outputs`` are rule ids; by default every rule in force.

    ``reasons`` adds clause masks, ``causes`` masks of what an unknown comes from, ``bounds`` the lower
    and upper ends of numbers to the result. ``complete`` are facts (entity, name) without a gap in the data
    (``running.complete_facts``); their unknown need not be computed.

    Raises ``PackError`` for faults of the rules and ``RunError`` for an unknown output.
    """
    return compile_bound(
        bind_pack(pack, as_of),
        outputs=outputs,
        reasons=reasons,
        causes=causes,
        bounds=bounds,
        complete=complete,
    )


def compile_bound(
    bound: BoundPack,
    *,
    outputs: Iterable[str] | None = None,
    reasons: bool = False,
    causes: bool = False,
    bounds: bool = True,
    complete: Collection[tuple[str, str]] = (),
) -> Program:
    """Compile a pack that is already bound."""
    wanted: Sequence[str] = tuple(bound.rules) if outputs is None else tuple(outputs)
    for name in wanted:
        if name not in bound.rules:
            raise run_error("RUN-003", name=name, near=nearest(name, bound.rules))
    lowered = lower_pack(bound, only=set(wanted), reasons=reasons, causes=causes, complete=complete)
    chosen = tuple(name for name in bound.rules if name in set(wanted))
    return Program(bound, lowered, chosen, bounds)
