"""The schema of a pack as reading needs it, straight from its fact dictionary.

The command does the same from the loaded pack; here without the engine, so that a mistake there
cannot hide one here.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from mingbai.tables import Column, Schema, Table

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"


def schema_of(*packs: str) -> Schema:
    """The facts of the packs together: one that extends another comes after it."""
    raw: dict[str, dict[str, Any]] = {"entities": {}, "codes": {}, "facts": {}}
    paths = [path for pack in packs for path in sorted((POLICIES / pack / "facts").glob("*.yaml"))]
    for path in paths:
        data = yaml.safe_load(path.read_text("utf-8"))
        raw["entities"] |= data.get("entities") or {}
        raw["codes"] |= data.get("codes") or {}
        for entity, facts in (data.get("facts") or {}).items():
            raw["facts"].setdefault(entity, {}).update(facts)
    entities = raw["entities"]
    order = [name for name, entity in entities.items() if "parent" not in entity]
    for name in order:
        order += [child for child, entity in entities.items() if entity.get("parent") == name]
    return Schema(tuple(_table(name, raw) for name in order))


def _table(name: str, raw: dict[str, dict[str, Any]]) -> Table:
    entity = raw["entities"][name]
    facts = raw["facts"].get(name, {})
    columns = tuple(_column(fact, spec, raw["codes"]) for fact, spec in facts.items())
    label = entity["label"]
    return Table(
        name,
        entity.get("key"),
        entity.get("link"),
        entity.get("parent"),
        columns,
        entity.get("name"),
        label["zh"],
        label["en"],
    )


def _column(name: str, spec: dict[str, Any], lists: dict[str, Any]) -> Column:
    scale = 2 if spec["type"] == "money" else spec.get("scale", 0)
    codes = {str(code): tuple(text.values()) for code, text in lists[spec["codes"]].items()} if (
        "codes" in spec
    ) else {}  # fmt: skip
    low, high = (
        None if spec.get(end) is None else int(Decimal(str(spec[end])) * 10**scale)
        for end in ("min", "max")
    )
    labels = tuple(spec["label"].values())
    return Column(name, spec["type"], scale, codes, low, high, labels, spec.get("judge", False))
