"""What the pack calls things (词汇): every label of its dictionary and of all its profiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mingbai.tables.profiles import FactSpec, Profile
from mingbai.tables.recognise import Recogniser
from mingbai.tables.schema import Column, Schema, Table
from mingbai.tables.texts import fold

KEY, LINK, NUMBER, NAME = "key", "link", "number", "name"
_FORMS = ("cell", "place")


@dataclass
class Target:
    """Something a column may be: a fact, the key, the link, the ID number or name of a person.

    `labels` are folded; `values` are the words that profiles read as a code or as yes or no. A
    multi-value column (健康状况) is several facts, its `parts`, each told by a word `among` others.
    """

    role: str
    table: Table
    column: Column | None = None
    above: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, str | None] = field(default_factory=dict)
    check: str | None = None
    month: str | None = None
    parts: tuple[tuple[Column, str], ...] = ()
    among: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the target is called in a profile and in --set."""
        if self.parts:
            return "+".join(column.name for column, _ in self.parts)
        if self.column is None or self.role in (NUMBER, NAME):
            return self.role
        return f"{self.table.entity}.{self.column.name}" if self.above else self.column.name

    def add(self, labels: Iterable[str], where: str) -> None:
        for label in labels:
            self.labels.setdefault(fold(label), where)


@dataclass(frozen=True)
class Vocabulary:
    """All targets for the rows of one entity."""

    table: Table
    parent: Table | None
    targets: tuple[Target, ...]
    match: str | None

    def named(self, name: str) -> Target | None:
        return next((target for target in self.targets if target.name == name), None)


def vocabulary(table: Table, schema: Schema, profiles: Sequence[Profile]) -> Vocabulary:
    """What the columns of a sheet with rows of this entity may be."""
    parent = schema.table(table.parent) if table.parent else None
    targets = list(_ties(table, schema, profiles))
    targets += _facts(table, profiles, above=False)
    targets += _several(table, profiles)
    if parent is not None and table.key is not None:
        targets += _facts(parent, profiles, above=True)
    number, match = _number(table, schema, profiles)
    if number is not None:
        targets.append(number)
        targets.append(_name(number.table, table, profiles))
    return Vocabulary(table, parent, tuple(targets), match)


def _ties(table: Table, schema: Schema, profiles: Sequence[Profile]) -> Iterator[Target]:
    """Key and link, by the plain layout's labels and those of the profiles."""
    names = [*filter(None, (table.key, table.link)), *(column.name for column in table.columns)]
    plain = Recogniser((), schema).match([names], table.entity)
    known = [*profiles, *([plain.profile] if plain else [])]
    for role, there in ((KEY, table.key), (LINK, table.link)):
        if there is None:
            continue
        target = Target(role, table)
        for profile in known:
            if profile.entity != table.entity:
                continue
            if (
                role == KEY
                and profile.key
                and not profile.key.match
                and len(profile.key.sources) == 1
            ):
                target.add(profile.key.sources[0].labels, profile.id)
            elif role == LINK and profile.link and not profile.link.match:
                target.add(profile.link.source.labels, profile.id)
        yield target


def _facts(table: Table, profiles: Sequence[Profile], *, above: bool) -> list[Target]:
    found: dict[str, Target] = {}
    for column in table.columns:
        if column.name in (table.key, table.link):
            continue
        target = found[column.name] = Target("fact", table, column, above)
        target.add((column.name, *column.labels), "dictionary")
    for profile, spec in _specs(table, profiles):
        known = found.get(spec.fact)
        if known is None or spec.form not in _FORMS:
            continue
        _learn(known, spec, profile)
    return list(found.values())


def _several(table: Table, profiles: Sequence[Profile]) -> list[Target]:
    """Columns that hold several facts at once, one target for each list of words."""
    found: dict[tuple[str, ...], Target] = {}
    for profile, spec in _specs(table, profiles):
        column = table.column(spec.fact)
        if spec.form != "has" or column is None or profile.entity != table.entity:
            continue
        target = found.setdefault(spec.among, Target("fact", table, among=spec.among))
        target.add((label for source in spec.sources for label in source.labels), profile.id)
        if all(known.name != column.name for known, _ in target.parts):
            target.parts = (*target.parts, (column, spec.has or ""))
    return list(found.values())


def _learn(target: Target, spec: FactSpec, profile: Profile) -> None:
    if spec.form == "place":
        return  # a province column is first of all the province
    target.add((label for source in spec.sources for label in source.labels), profile.id)
    target.check = target.check or spec.check
    target.month = target.month or spec.month
    for label, code in spec.values.items():
        target.values.setdefault(label, code)


def _specs(table: Table, profiles: Sequence[Profile]) -> Iterator[tuple[Profile, FactSpec]]:
    for profile in profiles:
        if profile.entity == table.entity:
            yield from ((profile, spec) for spec in profile.facts)
    for profile in profiles:
        yield from (
            (profile, spec)
            for spec in profile.parent_facts
            if profile.entity != table.entity and table.column(spec.fact) is not None
        )


def _number(
    table: Table, schema: Schema, profiles: Sequence[Profile]
) -> tuple[Target | None, str | None]:
    """The ID number of whoever a row is about, and how a profile says so."""
    near = [table, schema.table(table.parent or ""), *schema.children(table.entity)]
    for owner in filter(None, near):
        fact = _id_fact(owner, profiles)
        if fact is None:
            continue
        target = Target(NUMBER, owner, owner.column(fact), check="id_number")
        for profile in profiles:
            if profile.key and profile.key.match:
                target.add((one for s in profile.key.sources for one in s.labels), profile.id)
            if profile.link and profile.link.match:
                target.add(profile.link.source.labels, profile.id)
            for spec in profile.facts:
                if spec.check == "id_number":
                    target.add((one for s in spec.sources for one in s.labels), profile.id)
        child = owner.parent == table.entity
        return target, f"{owner.entity}.{fact}" if child else fact
    return None, None


def _id_fact(table: Table, profiles: Sequence[Profile]) -> str | None:
    specs = (spec for _, spec in _specs(table, profiles) if spec.check == "id_number")
    return next((spec.fact for spec in specs if table.column(spec.fact)), None)


def _name(owner: Table, table: Table, profiles: Sequence[Profile]) -> Target:
    """The column that says the name beside the number."""
    column = owner.column(owner.name) if owner.name else None
    target = Target(NAME, owner, column)
    target.add(column.labels if column else (), "dictionary")
    for profile in profiles:
        if profile.named is not None:
            target.add(profile.named.labels, profile.id)
    own = table.column(table.name) if table.name else None
    target.add(own.labels if own else (), "dictionary")
    return target
