"""What the product says of a place (产品所见): its own screening and record checks, without any truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.compiling import compile_pack
from mingbai.engine.loading import apply_local, load_pack
from mingbai.engine.model.pack import Pack
from mingbai.engine.running import complete_facts
from mingbai.screening.inputs import pack_for, read_input
from mingbai.screening.record_checks import check_records
from mingbai.screening.result import Screening
from mingbai.screening.screen import screen_intake
from mingbai.screening.states import RuleStates, role_rules
from mingbai.tables import Problem

#: The rules of `cn` and the record checks on top: what ``screen`` and ``tables check`` say together.
PACK = "cn-checks"
#: Record checks that compare the departments' lists: what should not be with a registered household.
HAVES = (
    "record.owns_vehicle", "record.vehicle_dear", "record.owns_company", "record.owns_property",
    "record.on_payroll",
)  # fmt: skip
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Seen:
    """A screening of the files that offices sent, and every problem of theirs that was named."""

    folder: Path
    screening: Screening
    problems: tuple[Problem, ...]

    @cached_property
    def states(self) -> dict[str, RuleStates]:
        """How each rule with a role came out."""
        results = dict(self.screening.results)
        return {item.rule.id: item for item in role_rules(self.screening.program, results)}

    @property
    def households(self) -> pa.Table:
        """The households as read."""
        return self.screening.intake.tables["household"]

    @cached_property
    def home_of(self) -> dict[str, str]:
        """Person → household, as the files have it."""
        people = self.screening.intake.tables["person"]
        ids, homes = people["person_id"].to_pylist(), people["household_id"].to_pylist()
        return dict(zip(ids, homes, strict=True))

    def called(self, *rules: str) -> set[str]:
        """Keys of the rows at which one of the rules calls for a person; rules not in force say nothing."""
        named: set[str] = set()
        for name in rules:
            item = self.states.get(name)
            if item is not None:
                entity = item.rule.entity
                key = self.screening.program.pack.entities[entity].key or ""
                named |= set(self.screening.results[entity][key].filter(item.called).to_pylist())
        return named

    def keys(self, mask: pa.ChunkedArray) -> set[str]:
        """Households at which a mask over the households is true."""
        ids = self.households["household_id"]
        return set(ids.filter(pc.fill_null(mask, False)).to_pylist())


def pack_of(local: Path | None = None) -> Pack:
    """The pack that is judged, with an office's own values where a file gives them."""
    pack = load_pack(PACK, with_cases=False)
    return apply_local(pack, local) if local else pack


def see(folder: Path, day: date, pack: Pack, progress: Progress | None = None) -> Seen:
    """Screen and check ``observed/`` of a built place as the command does; raises what a screening raises."""
    intake = read_input(folder / "observed", pack, progress)
    complete = complete_facts(pack, intake.tables)
    program = compile_pack(
        pack_for(pack, intake), day, reasons=True, causes=True, complete=complete
    )
    screening = screen_intake(program, intake, progress)
    records = check_records(pack, intake, day, progress)
    return Seen(folder / "observed", screening, (*intake.problems, *records.problems))
