"""Plans (计算方案): the columns of each entity's rows, level by level, and where a rule's columns are."""

from __future__ import annotations

from dataclasses import dataclass, field

from mingbai.engine.compiling.core import Col, Core, Newest, Total, columns
from mingbai.engine.compiling.lows import Low
from mingbai.engine.compiling.packs import BoundPack
from mingbai.engine.model.expressions import Expr
from mingbai.engine.model.pack import Entity

BITS_A_WORD = 60


@dataclass(frozen=True, slots=True)
class Cause:
    """What an unknown can come from (待核实的来由): a fact, a parameter, or a relation without rows."""

    kind: str
    entity: str
    name: str


@dataclass
class Plan:
    """How the rows of one entity are computed (实体的计算方案)."""

    entity: Entity
    facts: dict[str, None] = field(default_factory=dict)
    above: dict[tuple[str, str], None] = field(default_factory=dict)
    below: dict[str, None] = field(default_factory=dict)
    newest: list[Newest] = field(default_factory=list)
    levels: list[list[tuple[str, Core]]] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    level_of: dict[str, int] = field(default_factory=dict)

    def define(self, name: str, item: Core) -> Col:
        """A column computed from earlier ones; defined once."""
        if name not in self.level_of:
            level = 1 + max((self.level_of.get(used, 0) for used in columns(item)), default=0)
            while len(self.levels) < level:
                self.levels.append([])
            self.levels[level - 1].append((name, item))
            self.level_of[name] = level
        return Col(name)


@dataclass(frozen=True)
class RuleColumns:
    """The columns a rule has in its entity's rows (规则的列)."""

    low: Low
    reasons: str | None
    why: tuple[tuple[int, str], ...]


@dataclass
class Lowered:
    """A whole pack lowered (整包降级结果): plans per entity, and where each rule's columns are."""

    bound: BoundPack
    plans: dict[str, Plan]
    rules: dict[str, RuleColumns]
    causes: dict[Cause, int]
    memos: dict[str, dict[Expr, Low]] = field(default_factory=dict)
    open_rows: dict[str, dict[Expr, Core]] = field(default_factory=dict)

    def cause(self, item: Cause) -> tuple[int, int]:
        """Word and bit of a cause; registered at first use."""
        index = self.causes.setdefault(item, len(self.causes))
        return divmod(index, BITS_A_WORD)
