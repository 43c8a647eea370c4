"""The plan of a sheet (写表方案): its heads, and for each head the facts that fill it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mingbai.tables.errors import TablesError, finding
from mingbai.tables.profiles import FactSpec, Profile, Source
from mingbai.tables.recognise import GENERIC, Match, Recogniser
from mingbai.tables.schema import Column, Schema, Table
from mingbai.tables.texts import fold
from mingbai.tables.writing.cells import NUMBERS, in_sheet_units, labels


@dataclass(frozen=True)
class Feed:
    """A fact that goes into a column: `part` is which of the fact's columns this one is."""

    spec: FactSpec
    column: Column
    part: int
    above: bool
    times: Decimal | None


@dataclass(frozen=True)
class Head:
    """A column of the sheet: its label, what stands in it, and what may be typed into it.

    `kind` is text, number, date or month; `low` and `high` are in the units of the sheet.
    """

    label: str
    feeds: tuple[Feed, ...] = ()
    kind: str = "text"
    choices: tuple[str, ...] = ()
    several: bool = False
    check: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    decimals: int = 0
    key: int | None = None
    link: bool = False
    named: bool = False
    fixed: str | None = None

    @property
    def needed(self) -> bool:
        return self.key is not None or self.link


@dataclass(frozen=True)
class Plan:
    """A layout ready to be written: `match` is how the reader will see its header."""

    profile: Profile
    table: Table
    parent: Table | None
    match: Match
    heads: tuple[Head, ...]
    schema: Schema


def plan_for(name: str, schema: Schema, profiles: Sequence[Profile], *, newer: bool = True) -> Plan:
    """The plan of a layout (by profile) or of an entity's plain ledger; `newer` heads included."""
    table = schema.table(name)
    if table is not None:
        return _plain(table, schema, profiles)
    found = [one for one in profiles if one.id == name or one.id.endswith(f"-{name}")]
    if len(found) != 1:
        known = [table.entity for table in schema.tables] + [one.id for one in profiles]
        raise TablesError([finding("TABLE-135", name=name, known="、".join(known))])
    match = _recognised(found[0], schema, _heads(found[0], newer=newer))
    return _plan(match, schema)


def _recognised(profile: Profile, schema: Schema, heads: Sequence[str]) -> Match:
    match = Recogniser([profile], schema).match([list(heads)], "")
    if match is None or match.profile.id != profile.id:
        raise TablesError([finding("TABLE-136", name=profile.id)])
    return match


def _heads(profile: Profile, *, newer: bool) -> tuple[str, ...]:
    """The layout's own header; where no source lists it, the first label of every column read."""
    if profile.columns:
        return profile.columns + (profile.newer if newer else ())
    asked = {label for group in profile.recognise.needed for label in group}
    firsts: dict[str, str] = {}
    for source in profile.sources:
        if source.labels and not any(one in firsts for one in source.folded):
            pairs = list(zip(source.folded, source.labels, strict=True))
            folded, label = next((pair for pair in pairs if pair[0] in asked), pairs[0])
            firsts[folded] = label
    # What the layout is told by, though nobody reads it.
    for group in profile.recognise.needed:
        if not any(label in firsts for label in group):
            firsts[group[0]] = group[0]
    return tuple(firsts.values())


def _plain(table: Table, schema: Schema, profiles: Sequence[Profile]) -> Plan:
    """The plain ledger of an entity, with heads that no profile of the pack takes for its own.

    A register's own heads would be read as that register's export, which does not know every fact.
    """
    names = [*filter(None, (table.key, table.link)), *(column.name for column in table.columns)]
    generic = Recogniser((), schema).match([names], table.entity)
    if generic is None or generic.profile.id != f"{GENERIC}-{table.entity}":
        raise TablesError([finding("TABLE-136", name=table.entity)])
    recogniser = Recogniser(profiles, schema)
    for choice in range(4):
        heads = _plain_heads(generic.profile, choice)
        match = recogniser.match([heads], table.entity)
        if match is not None and match.profile.id == generic.profile.id:
            return _plan(match, schema)
    raise TablesError([finding("TABLE-136", name=table.entity)])


def _plain_heads(profile: Profile, choice: int) -> list[str]:
    """Labels: 0 all Chinese, 1 other words for key and link, 2 their names, 3 names everywhere."""
    ties = [*(profile.key.sources if profile.key else ())]
    ties += [profile.link.source] if profile.link else []
    heads = []
    for source in ties:
        chinese = [label for label in source.labels if not label.isascii()] or [source.labels[0]]
        heads.append((chinese[0], chinese[-1], source.labels[0], source.labels[0])[choice])
    for spec in profile.facts:
        own = spec.sources[0].labels
        heads.append(own[min(1, len(own) - 1)] if choice < 3 else own[0])
    return heads


def _plan(match: Match, schema: Schema) -> Plan:
    profile = match.profile
    table = schema.table(profile.entity)
    if table is None:
        raise TablesError([finding("TABLE-136", name=profile.id)])
    parent = schema.table(table.parent) if table.parent else None
    heads = [Head(label) for label in match.labels]
    for number, source in enumerate(profile.key.sources if profile.key else ()):
        check = "id_number" if profile.key_match else None
        _change(heads, match.place(source), key=number, check=check)
    if profile.named:
        _change(heads, match.place(profile.named), named=True)
    if profile.only:
        # Every row counts: only rows that do have become rows of the table.
        words = sorted(profile.only.words, key=lambda word: (len(word), word))
        _change(heads, match.place(profile.only.source), fixed=words[0], choices=tuple(words))
    if profile.link:
        check = "id_number" if profile.link.match else None
        _change(heads, match.place(profile.link.source), link=True, check=check)
    for specs, above, owner in (
        (profile.facts, False, table),
        (profile.parent_facts, True, parent),
    ):
        for spec in specs if owner else ():
            column = owner.column(spec.fact) if owner else None
            for place, feed in _feeds(spec, column, above, match) if column else ():
                heads[place] = _fed(heads[place], feed)
    return Plan(profile, table, parent, match, tuple(heads), schema)


def _change(heads: list[Head], place: int | None, **values: object) -> None:
    if place is not None:
        heads[place] = replace(heads[place], **values)  # type: ignore[arg-type]


def _feeds(spec: FactSpec, column: Column, above: bool, match: Match) -> Iterator[tuple[int, Feed]]:
    for part, source in enumerate(spec.sources):
        place = match.place(source)
        if place is not None:
            yield place, Feed(spec, column, part, above, _times(source, match.label(place)))


def _times(source: Source, label: str) -> Decimal | None:
    return source.times.get(fold(label))


def _fed(head: Head, feed: Feed) -> Head:
    """The head with one more fact; the first one says what may be typed."""
    feeds = (*head.feeds, feed)
    if head.feeds or head.needed:
        return replace(head, feeds=feeds)
    spec, column = feed.spec, feed.column
    if spec.form == "has":
        return replace(head, feeds=feeds, choices=spec.among, several=True)
    if spec.form == "one_hot":
        return replace(head, feeds=feeds, kind="number", choices=("1", "0"))
    if spec.form == "filled":
        return replace(head, feeds=feeds)
    if spec.form == "any_yes" or column.type in ("bool", "code"):
        words = tuple(labels(spec, column, head.label).values())
        return replace(head, feeds=feeds, choices=tuple(dict.fromkeys(words)))
    if spec.form == "place":
        return replace(head, feeds=feeds)
    if column.type in NUMBERS:
        factor = feed.times or spec.times or Decimal(1)
        low, high = (
            in_sheet_units(end, column.scale, factor) for end in (column.minimum, column.maximum)
        )
        smallest = in_sheet_units(1, column.scale, factor)
        exponent = smallest.as_tuple().exponent if smallest is not None else 0
        decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return replace(head, feeds=feeds, kind="number", low=low, high=high, decimals=decimals)
    if column.type == "date":
        return replace(head, feeds=feeds, kind="month" if spec.month else "date")
    return replace(head, feeds=feeds, check=spec.check)
