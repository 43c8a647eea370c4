"""Equivalent mutants (等价变异): those that cannot change any outcome, named in a pack's mutants.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mingbai.engine.errors import Fault, Place, fault, nearest
from mingbai.engine.loading.reading import Fields
from mingbai.engine.loading.yaml_tree import read_yaml
from mingbai.engine.model.pack import Pack
from mingbai.engine.model.values import Text
from mingbai.engine.testing.mutants import Mutant

FILE = "mutants.yaml"


@dataclass(frozen=True)
class _Entry:
    rule: str
    mutant: str
    reason: Text
    place: Place


class Equivalents:
    """The entries of a pack's mutants.yaml (等价变异清单)."""

    def __init__(self, entries: Iterable[_Entry], faults: Iterable[Fault]) -> None:
        self._entries = {(entry.rule, entry.mutant): entry for entry in entries}
        self._faults = tuple(faults)

    @classmethod
    def read(cls, pack: Pack) -> Equivalents:
        """The list of a pack; empty when it has none."""
        path = Path(pack.folders[-1]) / FILE
        faults: list[Fault] = []
        item = read_yaml(path, f"{pack.id}/{FILE}", faults) if path.is_file() else None
        if item is None:
            return cls((), faults)
        if not item.is_sequence:
            want = ("列表", "a list")
            return cls((), [fault("PACK-006", item.place, name=FILE, want=want, got="…")])
        entries = []
        for part in item.sequence:
            fields = Fields(part, faults)
            rule, mutant = (fields.string(key, required=True) for key in ("rule", "mutant"))
            entries.append(_Entry(rule, mutant, fields.label("reason"), part.place))
            fields.done()
        return cls(entries, faults)

    def reason(self, mutant: Mutant) -> Text | None:
        """Why a mutant makes no difference; ``None`` when it is not named."""
        entry = self._entries.get((mutant.rule, mutant.text))
        return entry.reason if entry else None

    def faults(self, mutants: Iterable[Mutant], killed: Iterable[Mutant]) -> tuple[Fault, ...]:
        """What is wrong: an entry that names no mutant, or one that a case notices after all."""
        known: dict[str, list[str]] = {}
        for mutant in mutants:
            known.setdefault(mutant.rule, []).append(mutant.text)
        noticed = {(mutant.rule, mutant.text) for mutant in killed}
        found = list(self._faults)
        for (rule, text), entry in self._entries.items():
            if rule not in known:
                near = nearest(rule, known)
                found.append(fault("PACK-020", entry.place, name=rule, near=near))
            elif text not in known[rule]:
                near = nearest(text, known[rule])
                found.append(fault("PACK-020", entry.place, name=text, near=near))
            elif (rule, text) in noticed:
                zh, en = f"有案例能发现“{text}”，请删去", f"a case notices '{text}'; remove it"
                found.append(fault("PACK-048", entry.place, detail_zh=zh, detail_en=en))
        return tuple(found)
