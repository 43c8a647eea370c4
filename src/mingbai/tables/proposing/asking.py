"""Sheets whose columns somebody has to say (待指认的表): proposals for every kind of row, with samples.

What is said once is a header profile like any other, recognised by the headers it was said for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mingbai.tables.columns import RawColumn
from mingbai.tables.errors import TablesError
from mingbai.tables.fit import check_profiles
from mingbai.tables.formats.opening import open_file, widest
from mingbai.tables.formats.sheet import Sheet, UnreadableError
from mingbai.tables.intake import FileReport
from mingbai.tables.profile_files import profile_of_text
from mingbai.tables.profiles import Profile, Recognise
from mingbai.tables.proposing.proposal import Proposal, propose, propose_each
from mingbai.tables.proposing.saving import as_yaml
from mingbai.tables.proposing.vocabulary import Vocabulary, vocabulary
from mingbai.tables.proposing.wording import Word, Words, with_words, words_of
from mingbai.tables.schema import Schema
from mingbai.tables.texts import fold

UNREAD = "none"
_UNKNOWN_HEADER = "TABLE-023"
_SAMPLES = 3


@dataclass(frozen=True)
class Asked:
    """A sheet with columns that nothing reads (待指认的表): a proposal for each entity, the best first.

    `base`: the profile that reads its other columns, empty where none knows the sheet; then `asked` are the
    headers that it does not read and `read` the facts that it does. `said`: somebody said it already.
    """

    name: str
    sheet: str | None
    base: str
    proposals: tuple[Proposal, ...]
    samples: Mapping[int, tuple[str, ...]]
    said: bool = False
    asked: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    #: Entity and place of a column → its words that need somebody's say.
    words: Mapping[tuple[str, int], tuple[Word, ...]] = field(default_factory=dict)

    def asks(self, head: str) -> bool:
        """Whether a header is one to say something about: of a sheet that nobody knows every one."""
        return not self.base or head in self.asked


@dataclass(frozen=True)
class Said:
    """What somebody said about the columns of a layout (指认): header → target's name or `none`.

    `words`: what else than the labels of its code list a column holds, as codes.
    """

    entity: str
    base: str
    columns: Mapping[str, str]
    words: Words = field(default_factory=dict)


def sheets_to_ask(
    paths: Sequence[Path],
    reports: Sequence[FileReport],
    schema: Schema,
    profiles: Sequence[Profile],
    said: Mapping[str, Said],
    *,
    most_rows: int,
) -> list[Asked]:
    """The sheets of the files with headers nobody knows, or with columns that were not read.

    `said`: what was said already, by the profile made of it. Sheets that a profile knows are asked about
    up to `most_rows`: to look at them is to read them again.
    """
    files = {path.name: path for path in paths}
    found: list[Asked] = []
    for report in reports:
        unknown = report.code == _UNKNOWN_HEADER
        known = said.get(report.profile or "")
        asks = report.unread and report.what == "table" and report.rows <= most_rows
        if report.name not in files or not (unknown or known or asks):
            continue
        found += _asked(files[report.name], report, known, schema, profiles)
    return found


def _asked(
    path: Path, report: FileReport, known: Said | None, schema: Schema,
    profiles: Sequence[Profile],
) -> Iterator[Asked]:  # fmt: skip
    sheet = _sheet(path, report.sheet)
    if sheet is None:
        return
    wishes, words = (known.columns, known.words) if known else ({}, {})
    try:
        proposals, columns = propose_each(
            sheet, schema, profiles, entity=report.entity, wishes=wishes
        )
    except (TablesError, UnreadableError):  # without any header there is nothing to ask about
        return
    samples = {place: _sample(column) for place, column in columns.items()}
    base = next((one for one in profiles if one.id == _base(report, known)), None)
    facts = (*base.facts, *base.parent_facts) if base else ()
    yield Asked(
        report.name, report.sheet, base.id if base else "", tuple(proposals), samples,
        known is not None, frozenset({*report.unread, *wishes}),
        frozenset(spec.fact for spec in facts),
        {
            (one.table.entity, guess.place): words_of(guess, columns[guess.place], words)
            for one in proposals for guess in one.guesses
        },
    )  # fmt: skip


def _base(report: FileReport, known: Said | None) -> str:
    return known.base if known else report.profile or ""


def _sheet(path: Path, name: str | None) -> Sheet | None:
    try:
        sheets = open_file(path, widest).sheets
    except UnreadableError:
        return None
    return next((sheet for sheet in sheets if sheet.name == name and not sheet.hidden), None)


def _sample(column: RawColumn) -> tuple[str, ...]:
    """The first different values, as they stand."""
    filled = (str(value) for value in column.distinct if value not in (None, ""))
    return tuple(value for value, _ in zip(filled, range(_SAMPLES), strict=False))


def choices_for(entity: str, schema: Schema, profiles: Sequence[Profile]) -> Vocabulary | None:
    """What the columns of rows of this entity may be; none for an entity that there is not."""
    table = schema.table(entity)
    return vocabulary(table, schema, profiles) if table is not None else None


def layout_yaml(
    said: Said, paths: Sequence[Path], schema: Schema, profiles: Sequence[Profile]
) -> str:
    """What was said as a profile's text, made with the sheet it was said of; empty if it is not there."""
    for path in paths:
        try:
            sheets = open_file(path, widest).sheets
        except UnreadableError:
            continue
        for sheet in sheets:
            try:
                found = propose(sheet, schema, profiles, entity=said.entity, wishes=said.columns)
            except (TablesError, UnreadableError):  # another sheet
                continue
            return as_yaml(with_words(found, said.words), "layout")
    return ""


def layout_profile(
    said: Said, text: str, name: str, rank: int, profiles: Sequence[Profile], schema: Schema
) -> Profile | None:
    """What was said as a profile, recognised by all headers that are read; none where it reads nothing.

    Raises ``TablesError`` where the pack no longer knows what was said.
    """
    heads = [fold(head) for head, target in said.columns.items() if target != UNREAD]
    base = next((one for one in profiles if one.id == said.base), None)
    if not heads or not text or (said.base and base is None):
        return None
    made = profile_of_text(text, name)
    if base is not None:
        facts = tuple(spec for spec in made.facts if set(spec.sources[0].folded) & set(heads))
        above = tuple(
            spec for spec in made.parent_facts if set(spec.sources[0].folded) & set(heads)
        )
        made = replace(base, facts=base.facts + facts, parent_facts=base.parent_facts + above)
    needed = (*(base.recognise.needed if base else ()), *((head,) for head in heads))
    refused = base.recognise.refused if base else ()
    profile = replace(made, id=name, rank=rank, recognise=Recognise(needed, refused))
    check_profiles([profile], schema)
    return profile
