"""Names of places as codes (区划名称对照): province, county, township, village; nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.places.codes import is_code, pad
from mingbai.places.enums import Level
from mingbai.places.models import Division, Register
from mingbai.tables.texts import fold

#: Facts of the pack that name a place, large to small.
NAMES = ("province", "county", "township", "village")
_BELOW = {"county": Level.COUNTY, "township": Level.TOWNSHIP, "village": Level.VILLAGE}
NOWHERE = pad("")


@dataclass
class Places:
    """The divisions of a day by level and name (区划表)."""

    root: str
    names: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    parents: dict[str, str] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()

    def find(self, code: str, names: tuple[str, ...]) -> tuple[str, bool]:
        """The code of a place by its path, and whether every name of the path was found in it."""
        if is_code(code) and code in self.codes:
            return code, True
        here = self._province(code, names[0])
        for level, name in zip(_BELOW, names[1:], strict=True):
            if not name:
                continue
            found = [
                one for one in self.names.get((level, fold(name)), ()) if self._under(one, here)
            ]
            if len(found) != 1:
                return pad(here) if here else self.root, False
            here = found[0]
        # A path that ends above the village places nobody in a village.
        return pad(here) if here else self.root, bool(names[-1]) and here in self.codes

    def _province(self, code: str, name: str) -> str:
        found = self.names.get(("province", fold(name)), []) if name else []
        return found[0] if len(found) == 1 else pad(code[:2]) if code[:2].isdigit() else ""

    def _under(self, code: str, above: str) -> bool:
        """Whether a division lies under another, by their parents, else by the digits of the code."""
        if not above:
            return True
        seen = 0
        while code and seen < len(Level):
            if code == above:
                return True
            code, seen = self.parents.get(code, ""), seen + 1
        return code == above


def places_on(day: date) -> Places:
    """The divisions of a day. Two queries."""
    root = Register.objects.values_list("division_code", flat=True).first() or NOWHERE
    places = Places(pad(root))
    rows = Division.objects.recorded().on(day).values_list("code", "name", "level", "parent_code")
    for code, name, level, parent in rows:
        places.names[level, fold(name)].append(code)
        places.parents[code] = parent
    places.codes = frozenset(places.parents)
    return places


def place_codes(households: pa.Table, day: date) -> tuple[pa.Array, pa.Array, dict[str, int]]:
    """For each household its code (null: no place is told), and the path in words where it is not known.

    The third is path → households. Paths are looked up once each.
    """
    places = places_on(day)
    told = [name for name in ("division_code", *NAMES) if name in households.column_names]
    rows = zip(*(pc.fill_null(households[name], "").to_pylist() for name in told), strict=True)
    known: dict[tuple[str, ...], tuple[str | None, str | None]] = {}
    codes, words = [], []
    missing: dict[str, int] = defaultdict(int)
    for row in rows:
        if row not in known:
            said = dict(zip(told, row, strict=True))
            names = tuple(said.get(name, "") for name in NAMES)
            known[row] = _one(places, said.get("division_code", ""), names)
        code, path = known[row]
        codes.append(code)
        words.append(path)
        if path:
            missing[path] += 1
    return pa.array(codes, pa.string()), pa.array(words, pa.string()), missing


def _one(places: Places, code: str, names: tuple[str, ...]) -> tuple[str | None, str | None]:
    if not code and not any(names):
        return None, None
    found, whole = places.find(code, names)
    return found, None if whole else " ".join(name or "-" for name in names)
