"""One household as an object that a program may read (一户的 JSON): nothing rounded, nothing worded.

The steps of a rule are given once; where it is needed again, ``given_above`` stands instead. A
number with digits after the point is a text, so that no reader turns it into a float.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from mingbai.documents.family import Family, Missing, Outcome, state_of
from mingbai.documents.words import Bilingual
from mingbai.engine.explaining.counterfactual import Change
from mingbai.engine.explaining.trace import Input, Node, ParameterInput
from mingbai.engine.model.values import NA, Kind, Type, Value, unscaled


def explain_json(family: Family) -> dict[str, Any]:
    """The household, its pack and day, and every rule with a role: state, trace, causes, changes."""
    pack = family.pack
    given: set[tuple[str, str]] = set()
    return {
        "pack": {"id": pack.id, "version": pack.version, "hash": pack.hash},
        "as_of": family.as_of.isoformat(),
        "household": family.key,
        "name": family.name,
        "places": list(family.places),
        "people": family.people,
        "rules": [_outcome(item, family, given) for item in family.outcomes],
    }


def _outcome(outcome: Outcome, family: Family, given: set[tuple[str, str]]) -> dict[str, Any]:
    rule = outcome.rule
    return {
        "id": rule.id,
        "entity": rule.entity,
        "path": outcome.path,
        "role": rule.role.value if rule.role else None,
        "gap": rule.gap,
        "label": _text(rule.label),
        "sentence": _text(rule.sentence),
        "source": {"doc": rule.source.doc, "clause": rule.source.clause, "ref": rule.source.ref},
        "state": outcome.state,
        "called": outcome.is_called,
        "because": [_missing(item) for item in outcome.missing],
        "changes": [_change(item, outcome) for item in outcome.changes],
        "trace": _node(outcome.node, family, outcome.path, given),
    }


def _missing(item: Missing) -> dict[str, Any]:
    return {"kind": item.kind, "path": item.path, "label": _text(item.label)}


def _change(item: Change, outcome: Outcome) -> dict[str, Any]:
    return {
        "path": item.path,
        "label": _text(item.fact.label),
        "from": _value(item.old, item.fact.type),
        "to": _value(item.new, item.fact.type),
        "state": state_of(outcome.rule, item.outcome),
    }


def _node(node: Node, family: Family, path: str, given: set[tuple[str, str]]) -> dict[str, Any]:
    """A step; a rule whose steps were given before has ``given_above`` instead."""
    path = f"{path}{node.id}." if node.kind == "row" else path
    found: dict[str, Any] = {
        "kind": node.kind,
        "id": node.id,
        "label": _text(node.label),
        "is": _is(node.value),
        "value": _value(node.value, node.type),
    }
    if node.kind == "row":
        found["path"] = path
    if node.low is not None or node.high is not None:
        found["bounds"] = [_value(node.low, node.type), _value(node.high, node.type)]
    if node.kind == "rule":
        if (path, node.id) in given:
            return found | {"given_above": True}
        given.add((path, node.id))
    lists: dict[str, list[Any]] = {
        "inputs": [_input(item, family) for item in node.inputs],
        "parameters": [_parameter(item, family) for item in node.parameters],
        "assumed": list(node.assumed),
        "steps": [_node(child, family, path, given) for child in node.children],
    }
    if node.text:
        found["text"] = node.text
    return found | {name: items for name, items in lists.items() if items}


def _input(item: Input, family: Family) -> dict[str, Any]:
    used = family.used_by(item)
    return {
        "path": item.path,
        "fact": item.fact.id,
        "label": _text(item.fact.label),
        "is": _is(item.value),
        "value": _value(item.value, item.fact.type),
        "restricted": item.fact.restricted,
        "date": used.row.day.isoformat() if used.row.day else None,
        "file": used.file or None,
        "sheet": used.sheet or None,
        "row": used.line,
    }


def _parameter(item: ParameterInput, family: Family) -> dict[str, Any]:
    found: dict[str, Any] = {"name": item.name, "label": _text(item.label), "value": None}
    if item.value is not None:
        found |= {
            "value": _value(item.value.value, item.type),
            "region": item.value.region,
            "from": item.value.period.starts_on.isoformat(),
            "source": item.value.source,
            "local": item.value.local or family.pack.parameters[item.name].local,
        }
    return found


def _is(value: Value) -> str:
    if value is NA:
        return "not_applicable"
    return "unknown" if value is None else "known"


def _value(value: Value, kind: Type) -> bool | int | str | None:
    if value is None or value is NA:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and kind.kind is Kind.NUMBER and kind.scale:
        return unscaled(value, kind.scale).replace(",", "")
    return value if isinstance(value, int) else str(value)


def _text(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
