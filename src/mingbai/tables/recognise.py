"""Finding the header of a sheet (识别表头) and the profile that fits it best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mingbai.tables.formats.sheet import Merge, Sheet
from mingbai.tables.layouts.pages import Pages, scaled_unit, titles_of
from mingbai.tables.layouts.register_heads import MAX_DEPTH, HeadRows, grown, head_rows
from mingbai.tables.profiles import FactSpec, KeySpec, LinkSpec, Profile, Recognise, Source
from mingbai.tables.schema import Column, Schema, Table
from mingbai.tables.texts import Text, fold

GENERIC = "generic"


@dataclass(frozen=True)
class Match:
    """A header found: which profile reads it, its last row (from 1), and its labels."""

    profile: Profile
    header_row: int
    labels: tuple[str, ...]
    places: Mapping[str, int]
    twice: tuple[str, ...]
    score: tuple[int, int, int]
    rows: HeadRows

    def place(self, source: Source) -> int | None:
        """The column of a source: the first of its labels that the header has."""
        return next((self.places[one] for one in source.folded if one in self.places), None)

    def label(self, place: int) -> str:
        return self.labels[place]

    @property
    def columns(self) -> Mapping[str, int]:
        """Where each label as shown stands first."""
        return {label: place for place, label in reversed(list(enumerate(self.labels))) if label}


class Recogniser:
    """Knows all layouts: the profiles of the pack, and one generic layout per entity."""

    def __init__(self, profiles: Sequence[Profile], schema: Schema) -> None:
        self._profiles = [_widened(profile, schema) for profile in profiles]
        self._generic = [_generic(table, schema) for table in schema.tables]
        every = [*self._profiles, *self._generic]
        self._known = frozenset(
            label for profile in every for source in profile.sources for label in source.folded
        )

    def match(
        self, head: Sequence[Sequence[object]], stem: str, merges: Sequence[Merge] = ()
    ) -> Match | None:
        """The best header among the first rows; the file's name decides between generic ones.

        A header may have up to four rows. `merges` of the sheet tell which label covers which columns.
        """
        found: list[Match] = []
        for rows in head_rows(head, merges):
            places, twice = rows.places()
            if len(places) < 2 and fold(stem) not in {p.entity for p in self._generic}:
                continue
            scores = self._scores(places, fold(stem))
            found += [_match(p, rows, places, twice, score) for p, score in scores]
        best = min(found, key=_order, default=None)
        if best is None:
            return None
        best = _uppermost(found, best)
        rows = grown(best.rows, head, merges)
        return best if rows == best.rows else _match(best.profile, rows, *rows.places(), best.score)

    def laid_out(self, sheet: Sheet, match: Match) -> Pages:
        """The sheet as one run of records under the header found."""
        rows = match.rows
        above = sheet.head()[: rows.first - 1]
        titles, unit = titles_of(above), scaled_unit(above)
        return Pages(sheet, rows.paths, rows.shifts, titles, self._known, unit)

    def _scores(
        self, places: Mapping[str, int], stem: str
    ) -> list[tuple[Profile, tuple[int, int, int]]]:
        """Profiles of the pack before generic ones, then the one that understands most columns."""
        scores = [
            (profile, (2, _understood(profile, places), -profile.rank))
            for profile in self._profiles
            if profile.recognise.fits(places) and _keyed(profile, places)
        ]
        for profile in self._generic:
            named = stem == profile.entity
            facts = sum(_there(source, places) for spec in profile.facts for source in spec.sources)
            if _keyed(profile, places) and (facts or named):
                kind = 1 if named else 0
                scores.append((profile, (kind, _understood(profile, places), -profile.rank)))
        return scores


def _match(
    profile: Profile,
    rows: HeadRows,
    places: Mapping[str, int],
    twice: tuple[str, ...],
    score: tuple[int, int, int],
) -> Match:
    return Match(profile, rows.last, rows.labels(), places, twice, score, rows)


def _uppermost(found: Sequence[Match], best: Match) -> Match:
    """The first header that reads nearly as much as the best: a later one is a page's repeat.

    Rows between the two would be lost.
    """
    alike = [
        one
        for one in found
        if one.profile is best.profile
        and one.header_row < best.rows.first
        and one.score[0] == best.score[0]
        and 4 * one.score[1] >= 3 * best.score[1]
    ]
    if not alike:
        return best
    top = min(one.header_row for one in alike)
    return min((one for one in alike if one.header_row < top + MAX_DEPTH), key=_order)


def _order(match: Match) -> tuple[object, ...]:
    """The best score first; equal ones by conditions met, row, depth and name, never by file order."""
    worst_first = tuple(-part for part in match.score)
    profile = match.profile
    return (
        worst_first,
        -len(profile.recognise.needed),
        match.header_row,
        match.rows.depth,
        profile.id,
    )


def _there(source: Source, places: Mapping[str, int]) -> bool:
    return any(label in places for label in source.folded)


def _keyed(profile: Profile, places: Mapping[str, int]) -> bool:
    """Whether the columns that identify and tie a row are there."""
    keys = profile.key.sources if profile.key else ()
    links = (profile.link.source,) if profile.link else ()
    return all(_there(source, places) for source in (*keys, *links))


def _understood(profile: Profile, places: Mapping[str, int]) -> int:
    return len({label for source in profile.sources for label in source.folded if label in places})


def _generic(table: Table, schema: Schema) -> Profile:
    """The plain layout of an entity: headers are the names or labels of its facts."""
    parent = schema.table(table.parent) if table.parent else None
    key = KeySpec((_key_source(table),)) if table.key else None
    link = None
    if table.link:
        more = _key_source(parent) if parent and parent.key else Source((), ())
        link = LinkSpec(Source.named(table.link, *_labels(table.column(table.link)), *more.labels))
    titles = Text(f"通用表：{table.label_zh}", f"plain table: {table.label_en or table.entity}")
    facts = _generic_facts(table, frozenset())
    name = f"{GENERIC}-{table.entity}"
    # A record of a deeper entity also names the ones above it: the deeper reading understands more.
    return Profile(
        name, titles, table.entity, Recognise(), key, link, facts, rank=900, generic=True
    )


def _key_source(table: Table) -> Source:
    names = [table.key or "", *_labels(table.column(table.key or ""))]
    if table.label_zh:
        names += [f"{table.label_zh}编号", f"{table.label_zh}编码"]
    return Source.named(*dict.fromkeys(names))


def _labels(column: Column | None) -> tuple[str, ...]:
    return column.labels if column else ()


def _generic_facts(table: Table, taken: frozenset[str]) -> tuple[FactSpec, ...]:
    """One cell per fact; a label that two facts share, or that is taken, names neither."""
    shared: dict[str, int] = {}
    for column in table.columns:
        for label in {fold(label) for label in (column.name, *column.labels)}:
            shared[label] = shared.get(label, 0) + 1
    specs = []
    for column in table.columns:
        names = [one for one in (column.name, *column.labels) if fold(one) not in taken]
        source = Source.named(*(one for one in names if shared[fold(one)] == 1))
        if source.labels and column.name not in (table.key, table.link):
            specs.append(FactSpec(column.name, "cell", (source,), (1, 1)))
    return tuple(specs)


def _widened(profile: Profile, schema: Schema) -> Profile:
    """A profile that also reads the facts it does not mention, when a header says their label."""
    table = schema.table(profile.entity)
    if table is None:
        return profile
    taken = frozenset(label for source in profile.sources for label in source.folded)
    own = {spec.fact for spec in profile.facts}
    more = tuple(spec for spec in _generic_facts(table, taken) if spec.fact not in own)
    return replace(profile, facts=profile.facts + more)
