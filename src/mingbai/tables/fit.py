"""Holding profiles against the pack: a profile that names what the pack lacks is an error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from mingbai.tables.errors import Finding, TablesError, finding
from mingbai.tables.profiles import FactSpec, Profile
from mingbai.tables.schema import Column, Schema, Table
from mingbai.tables.yamlfile import Place

_WORDS = ("yes", "no")
_FORM_TYPES = {"sum": ("int", "decimal", "money"), "filled": ("bool",), "any_yes": ("bool",)}


def check_profiles(profiles: Sequence[Profile], schema: Schema) -> None:
    """Raise all disagreements between the profiles and the fact dictionary (事实字典) at once."""
    findings = [found for profile in profiles for found in _profile(profile, schema)]
    if findings:
        raise TablesError(findings)


def _profile(profile: Profile, schema: Schema) -> Iterator[Finding]:
    table = schema.table(profile.entity)
    if table is None:
        names = [one.entity for one in schema.tables]
        yield _unknown(profile, profile.at, "entity", profile.entity, names)
        return
    if table.key and profile.key is None:
        yield finding("TABLE-008", file=profile.file, at=profile.at, key="key")
    if profile.stage and profile.key is None:
        yield finding("TABLE-008", file=profile.file, at=profile.at, key="key")
    if table.link and profile.link is None and profile.key_match is None:
        yield finding("TABLE-008", file=profile.file, at=profile.at, key="link")
    parent = schema.table(table.parent) if table.parent else None
    yield from _facts(profile, profile.facts, table)
    if profile.parent_facts and parent is None:
        yield _unknown(profile, profile.at, "entity", "parent", ())
    elif parent is not None:
        yield from _facts(profile, profile.parent_facts, parent)
    if profile.link and profile.link.match and parent is not None:
        yield from _names(profile, profile.at, parent, [profile.link.match])
    if profile.key_match:
        yield from _matched(profile, profile.key_match, table, schema)
    yield from _rules(profile, table)


def _matched(profile: Profile, match: str, table: Table, schema: Schema) -> Iterator[Finding]:
    """`id_number` is a fact of the entity itself, `person.id_number` one of its children."""
    entity, _, fact = match.rpartition(".")
    children = {child.entity: child for child in schema.children(table.entity) if child.key}
    owner = children.get(entity) if entity else table
    if owner is None:
        yield _unknown(profile, profile.at, "entity", entity, children)
    else:
        yield from _names(profile, profile.at, owner, [fact])


def _facts(profile: Profile, specs: Iterable[FactSpec], table: Table) -> Iterator[Finding]:
    for spec in specs:
        column = table.column(spec.fact)
        if column is None:
            yield from _names(profile, spec.at, table, [spec.fact])
            continue
        if column.type not in _FORM_TYPES.get(spec.form, (column.type,)):
            yield _unknown(profile, spec.at, "fact for form", spec.form, ())
        if spec.id_part and not _fits_part(spec.id_part, column):
            yield _unknown(profile, spec.at, "fact for part", spec.id_part, ())
        said = [*spec.values.values(), *spec.codes, spec.blank, spec.constant]
        allowed = _allowed(column)
        for code in said if allowed is not None else ():
            if code is not None and code not in (allowed or ()):
                yield _unknown(profile, spec.at, "code", code, allowed or ())


def _fits_part(part: str, column: Column) -> bool:
    """Whether the column can hold what that part of an ID number says."""
    if part == "birth":
        return column.type == "date"
    words = {"sex": {"male", "female"}, "disability_type": set("1234567")}
    return column.type == "code" and words.get(part, set("1234")) <= set(column.codes)


def _allowed(column: Column) -> tuple[str, ...] | None:
    """The words a profile may use for a value of this column; none: not a closed list."""
    if column.type == "bool":
        return _WORDS
    return tuple(column.codes) if column.type == "code" else None


def _rules(profile: Profile, table: Table) -> Iterator[Finding]:
    """What `decide` and `checks` refer to."""
    pairs = [(profile.decide[0], profile.decide[1], profile.at)] if profile.decide else []
    pairs += [(check.fact, check.code or "", check.at) for check in profile.checks]
    for fact, code, at in pairs:
        column = table.column(fact)
        if column is None:
            yield from _names(profile, at, table, [fact])
        elif code and code not in (_allowed(column) or ()):
            yield _unknown(profile, at, "code", code, _allowed(column) or ())
    for check in profile.checks:
        named = [name for name in (check.sex, check.birth, check.other) if name]
        yield from _names(profile, check.at, table, named)


def _names(profile: Profile, at: Place, table: Table, names: Iterable[str]) -> Iterator[Finding]:
    known = [column.name for column in table.columns]
    for name in names:
        if name not in known:
            yield _unknown(profile, at, "fact", name, known)


def _unknown(profile: Profile, at: Place, kind: str, name: str, known: Iterable[str]) -> Finding:
    near = difflib.get_close_matches(name, list(known), 1)
    nearest = near[0] if near else "-"
    return finding("TABLE-010", file=profile.file, at=at, kind=kind, name=name, nearest=nearest)
