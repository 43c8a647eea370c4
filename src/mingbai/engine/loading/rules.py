"""Rules (规则) of a pack: head, period, and the one form each is written in."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from mingbai.engine.errors import Fault, fault, nearest
from mingbai.engine.loading.facts import Codes
from mingbai.engine.loading.reading import Fields
from mingbai.engine.loading.yaml_tree import Item
from mingbai.engine.model.pack import (
    SEVERITIES,
    CheckTexts,
    Clause,
    Form,
    LegalSource,
    Role,
    Rule,
    Source,
    TableRow,
)
from mingbai.engine.model.values import BOOL, Period, Text, Type

GROUPS = ("all", "any", "none")
FORMS = ("expr", *GROUPS, "table", "when")
MOST_CLAUSES = 24


def read_rule(item: Item, codes: Codes, start: date, faults: list[Fault]) -> Rule | None:
    """One rule; ``start`` is the first day of the pack, for rules without a period."""
    fields = Fields(item, faults)
    name = fields.string("id", required=True)
    role = fields.choice("role", [role.value for role in Role], default="")
    rule_type = fields.type(codes)
    rule = Rule(
        id=name,
        entity=fields.string("entity", required=True),
        type=rule_type,
        role=Role(role) if role else None,
        met_when=fields.flag("met_when", role not in ("signal", "status", "check")),
        label=fields.label(),
        sentence=fields.text("sentence", required=role not in ("", "check")) or Text("", ""),
        source=_legal_source(fields),
        period=_period(fields, start),
        applies_when=fields.source("applies_when"),
        priority=fields.integer("priority", 5),
        owner=fields.text("owner"),
        form=_form(fields, name, rule_type, faults),
        place=item.place,
        replaces=fields.replaces(),
        cost=fields.flag("cost"),
        gap=fields.choice("gap", ("missing", "undue"), default="") or None,
        check=_check_texts(fields) if role == "check" else None,
    )
    fields.done(FORMS)
    _check_role(rule, fields)
    return rule if name else None


def _check_texts(fields: Fields) -> CheckTexts:
    severity = fields.choice("severity", SEVERITIES) or SEVERITIES[0]
    message = fields.item("message")
    place = message.place if message else fields.place
    texts = fields.label("message"), fields.label("advice")
    return CheckTexts(severity, *texts, place, fields.strings("about"))


def _check_role(rule: Rule, fields: Fields) -> None:
    if rule.role is not None and rule.type is not BOOL:
        fields.complain(
            "PACK-022",
            detail_zh=f"有 role 的规则“{rule.id}”应为 bool",
            detail_en=f"rule '{rule.id}' has a role and must be bool",
        )
    if not 1 <= rule.priority <= 9:
        fields.complain("PACK-006", name="priority", want=("1 到 9", "1 to 9"), got=rule.priority)
    count = sum(1 for _ in rule.clauses())
    if count > MOST_CLAUSES:
        fields.complain("PACK-041", name=rule.id, count=count, limit=MOST_CLAUSES)


def _legal_source(fields: Fields) -> LegalSource:
    item = fields.item("source")
    if item is None:
        return LegalSource("", "", "")
    inner = Fields(item, fields.faults)
    source = LegalSource(
        inner.string("doc", required=item.is_mapping), inner.string("clause"), inner.string("ref")
    )
    inner.done()
    return source


def _period(fields: Fields, start: date) -> Period:
    item = fields.item("valid")
    if item is None:
        return Period(start)
    inner = Fields(item, fields.faults)
    starts_on, ends_on = inner.day("from", required=True), inner.day("to")
    inner.done()
    if starts_on is not None and ends_on is not None and ends_on <= starts_on:
        inner.complain("PACK-006", name="to", want=("晚于 from", "after from"), got=str(ends_on))
    return Period(starts_on or start, ends_on)


def _form(fields: Fields, name: str, rule_type: Type, faults: list[Fault]) -> Form:
    found = [key for key in FORMS if fields.has(key)]
    if len(found) != 1:
        fields.complain("PACK-043", got="、".join(found) or "—")
        return Form("expr")
    kind = found[0]
    if kind == "expr":
        return Form(kind, expr=fields.source("expr"))
    if kind in GROUPS:
        if rule_type is not BOOL:
            fields.complain(
                "PACK-022", detail_zh=f"{kind} 只用于 bool", detail_en=f"{kind} needs bool"
            )
        seen: set[str] = set()
        clauses = [_clause(part, "", seen, faults) for part in fields.sequence(kind)]
        if not clauses:
            fields.complain("PACK-005", name=kind)
        return Form(kind, clauses=tuple(clauses))
    if kind == "when":
        return Form(
            kind,
            expr=fields.source("when"),
            then=fields.source("then", required=True),
            otherwise=fields.source("else", required=True),
        )
    return _table(fields, faults)


def _clause(item: Item, prefix: str, seen: set[str], faults: list[Fault]) -> Clause:
    fields = Fields(item, faults)
    name = fields.string("id", required=True)
    full = f"{prefix}{name}"
    if full in seen or "." in name:
        fields.complain("PACK-044", name=full)
    seen.add(full)
    found = [key for key in ("expr", *GROUPS) if fields.has(key)]
    if len(found) != 1:
        fields.complain("PACK-043", got="、".join(found) or "—")
    kind = found[0] if found else "expr"
    parts = fields.sequence(kind) if kind in GROUPS else []
    if kind in GROUPS and not parts:
        fields.complain("PACK-005", name=kind)
    clause = Clause(
        id=name,
        label=fields.label(),
        kind=kind,
        expr=fields.source("expr") if kind == "expr" else None,
        items=tuple(_clause(part, f"{full}.", seen, faults) for part in parts),
        place=item.place,
    )
    fields.done()
    return clause


def _table(fields: Fields, faults: list[Fault]) -> Form:
    item = fields.item("table", required=True)
    assert item is not None
    inner = Fields(item, faults)
    inputs = [
        source
        for part in inner.sequence("inputs", required=True)
        if (source := inner.as_source("inputs", part)) is not None
    ]
    seen: set[str] = set()
    rows = [
        row
        for number, part in enumerate(inner.sequence("rows", required=True), 1)
        if (row := _table_row(part, number, len(inputs), seen, faults)) is not None
    ]
    otherwise = inner.source("else", required=True)
    inner.done()
    return Form("table", inputs=tuple(inputs), rows=tuple(rows), otherwise=otherwise)


def _table_row(
    item: Item, number: int, width: int, seen: set[str], faults: list[Fault]
) -> TableRow | None:
    fields = Fields(item, faults)
    name = fields.string("id", required=True)
    if name in seen:
        fields.complain("PACK-044", name=name)
    seen.add(name)
    cells: list[Source] = []
    for part in fields.sequence("when", required=True):
        source = fields.as_source("when", part)
        if source is not None:
            cells.append(source)
    then, label = fields.source("then", required=True), fields.text("label")
    fields.done()
    if len(cells) != width:
        fields.complain("PACK-045", row=number, got=len(cells), want=width)
        return None
    return TableRow(name, label, tuple(cells), then) if then is not None else None


def check_rules(rules: list[Rule], faults: list[Fault], entities: dict[str, object]) -> None:
    """Entities must exist; periods of one id must not overlap; one id means one thing."""
    by_id: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.entity not in entities:
            near = nearest(rule.entity, entities)
            faults.append(fault("PACK-020", rule.place, name=rule.entity, near=near))
        by_id.setdefault(rule.id, []).append(rule)
    for name, versions in by_id.items():
        versions.sort(key=lambda rule: rule.period.starts_on)
        for earlier, later in pairwise(versions):
            if earlier.period.overlaps(later.period):
                faults.append(
                    fault(
                        "PACK-040",
                        later.place,
                        detail_zh=f"“{name}”与 {earlier.place}",
                        detail_en=f"'{name}' with {earlier.place}",
                    )
                )
            if (earlier.entity, earlier.type) != (later.entity, later.type):
                faults.append(
                    fault(
                        "PACK-022",
                        later.place,
                        detail_zh=f"“{name}”各版的 entity 和 type 应相同",
                        detail_en=f"all versions of '{name}' need the same entity and type",
                    )
                )
