"""Reading a folder of office tables (读取文件夹): every file, every row gets a verdict."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mingbai.tables.assembling import Assembler, Known
from mingbai.tables.convert import Batch, convert
from mingbai.tables.errors import Finding, TablesError, catalogue, finding, wording
from mingbai.tables.fit import check_profiles
from mingbai.tables.formats.opening import open_file
from mingbai.tables.formats.sheet import FileRemark, RowSheet, Sheet, UnreadableError
from mingbai.tables.intake import FileReport, Intake
from mingbai.tables.layouts.continuing import continues
from mingbai.tables.layouts.pages import Below, Pages
from mingbai.tables.ledger import Ledger
from mingbai.tables.profiles import Profile, Recognise
from mingbai.tables.recognise import Match, Recogniser
from mingbai.tables.schema import Schema

Progress = Callable[[str, int, int], None]

# Left behind by programs, never put there by a person.
_LEFT_BEHIND = re.compile(r"~\$.*|\..*|Thumbs\.db|desktop\.ini", re.IGNORECASE)


def left_behind(path: Path) -> bool:
    """Whether a program has left this file in the folder; such a file is passed over."""
    return _LEFT_BEHIND.fullmatch(path.name) is not None


def read_folder(
    folder: Path,
    schema: Schema,
    profiles: Sequence[Profile],
    *,
    password: str | None = None,
    progress: Progress | None = None,
) -> Intake:
    """Read every table of a folder; files that are none are named, rows are accepted or listed."""
    check_profiles(profiles, schema)
    intake = read_files(_paths(folder), schema, profiles, password=password, progress=progress)
    if not any(report.what == "table" for report in intake.files):
        raise TablesError([finding("TABLE-003", count=len(intake.files)), *_reasons(intake.files)])
    return intake


def read_files(
    paths: Sequence[Path],
    schema: Schema,
    profiles: Sequence[Profile],
    *,
    forced: Profile | None = None,
    alone: bool = False,
    register: Known | None = None,
    password: str | None = None,
    progress: Progress | None = None,
) -> Intake:
    """Read the given files; a `forced` profile reads every sheet that has its key columns.

    `alone`: a department's list without any register beside it is accepted as it stands. `register` gives
    the rows that are known already, by entity (keys, links, numbers and names): lists are matched with them
    besides, and may say something of them; only what the files say comes back.
    """
    check_profiles([*profiles, forced] if forced else profiles, schema)
    recogniser = Recogniser([_unconditional(forced)] if forced else profiles, schema)
    reader = _FolderReader(schema, recogniser, password, forced)
    for number, path in enumerate(paths, 1):
        if progress is not None:
            progress(path.name, number, len(paths))
        reader.read(path)
    return reader.intake(alone=alone, register=register)


def _unconditional(profile: Profile) -> Profile:
    """The profile without its conditions: whoever names it has recognised the sheet already."""
    return replace(profile, recognise=Recognise())


def _paths(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise TablesError([finding("TABLE-001", folder=folder.name)])
    try:
        paths = [path for path in folder.iterdir() if not left_behind(path)]
    except OSError as error:
        raise TablesError([finding("TABLE-001", folder=folder.name)]) from error
    if not paths:
        raise TablesError([finding("TABLE-002", folder=folder.name)])
    return sorted(paths, key=lambda path: path.name)


def _readable(name: str) -> str:
    """A file name as text: archives packed in GB18030 leave bytes that are none elsewhere."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def _reasons(reports: Sequence[FileReport]) -> list[Finding]:
    """The skipped files as findings, so that the error says what to do with each."""
    return [
        Finding(report.code, report.reason, catalogue()[report.code].advice, report.name)
        for report in reports
        if report.code is not None and report.reason is not None
    ]


class _FolderReader:
    """Goes through the files, and keeps what became of each."""

    def __init__(
        self,
        schema: Schema,
        recogniser: Recogniser,
        password: str | None,
        forced: Profile | None = None,
    ) -> None:
        self.schema = schema
        self.forced = forced
        self.password = password
        self.recogniser = recogniser
        self.batches: list[Batch] = []
        self.reports: list[FileReport] = []
        self.twice: list[tuple[int, int, str]] = []
        self.last: tuple[Path, Match, list[list[object]], str | None] | None = None
        self.remarks: list[tuple[str, FileRemark]] = []

    def read(self, path: Path) -> None:
        name = _readable(path.name)
        if name != path.name:  # nothing that names this file could be written down
            self._skip(name, None, "TABLE-038")
            return
        try:
            sheets = self._open(path)
            skipped = len(self.reports)
            for sheet in sheets:
                self._sheet(path, sheet)
            if len(self.reports) == skipped:
                self._skip(path.name, None, "TABLE-026")
        except UnreadableError as error:
            self._skip(path.name, None, error.code, **error.facts)
        except Exception as error:  # one odd file must not keep a county from its result
            self._skip(path.name, None, "TABLE-030", why=type(error).__name__)

    def _open(self, path: Path) -> Sequence[Sheet]:
        opened = open_file(path, lambda sheet: self._score(sheet, path.stem), self.password)
        self.remarks += [(path.name, remark) for remark in opened.remarks]
        return opened.sheets

    def _score(self, sheet: Sheet, stem: str) -> int:
        try:
            match = self.recogniser.match(sheet.head(), stem, sheet.merges())
        except UnreadableError:
            return -1
        return match.score[0] * 10_000 + match.score[1] + 1 if match else 0

    def _sheet(self, path: Path, sheet: Sheet) -> None:
        try:
            head = sheet.head()
            if not any(cell not in ("", None) for row in head for cell in row):
                return
            match = None if sheet.hidden else self.recogniser.match(head, path.stem, sheet.merges())
            if match is None and not sheet.hidden and self._goes_on(path, sheet, head):
                return
            if match is None:
                self._skip(path.name, sheet.name, "TABLE-029" if sheet.hidden else "TABLE-023")
                return
            self._table(path, sheet, match)
            self.last = path, match, head[match.header_row :], sheet.name
        except UnreadableError as error:
            self._skip(path.name, sheet.name, error.code, **error.facts)

    def _table(self, path: Path, sheet: Sheet, match: Match, above: int = 0) -> None:
        """Read a table that begins below row `above`, then the one below it if there is another."""
        part = Below(sheet, above) if above and isinstance(sheet, RowSheet) else sheet
        pages = self.recogniser.laid_out(part, match)
        batch = convert(pages, match, path.name, self.schema)
        following = self._below(path, sheet, pages)
        if pages.ends_at and following is None:
            pages = replace(pages, known=frozenset(), ends_at=None, repeated=[], around=[])
            batch = convert(pages, match, path.name, self.schema)
        header_row = match.header_row + above
        self.remarks += [(path.name, remark) for remark in pages.remarks()]
        self.twice += [(len(self.batches), header_row, label) for label in match.twice]
        self.batches.append(batch)
        self._tell_forced(path, sheet, match)
        read = {match.place(source) for source in match.profile.sources}
        unread = [label for place, label in enumerate(match.labels) if label and place not in read]
        self.reports.append(
            FileReport(
                name=path.name,
                what="table",
                sheet=sheet.name,
                profile=match.profile.id,
                entity=match.profile.entity,
                header_row=header_row,
                rows=len(batch),
                unread=tuple(unread),
            )
        )
        if following is not None and pages.ends_at:
            self._table(path, sheet, following, pages.ends_at - 1)

    def _tell_forced(self, path: Path, sheet: Sheet, match: Match) -> None:
        """What the named profile is usually recognised by, where the sheet does not have it."""
        if self.forced is None or self.forced.id != match.profile.id:
            return
        needed = self.forced.recognise.needed
        missing = [group[0] for group in needed if match.places.keys().isdisjoint(group)]
        if missing:
            facts = {"profile": match.profile.id, "columns": "、".join(missing)}
            self.remarks.append((path.name, FileRemark("TABLE-108", sheet.name, facts)))

    def _goes_on(self, path: Path, sheet: Sheet, head: list[list[object]]) -> bool:
        """Read a sheet without a header that goes on where the last sheet of the file stopped."""
        if self.last is None or self.last[0] != path or not continues(self.last[2], head):
            return False
        match = self.last[1]
        rows = replace(match.rows, first=1, last=0)
        self._table(path, sheet, replace(match, header_row=0, rows=rows))
        facts = {"from_sheet": self.last[3] or path.name}
        self.remarks.append((path.name, FileRemark("TABLE-125", sheet.name, facts)))
        return True

    def _below(self, path: Path, sheet: Sheet, pages: Pages) -> Match | None:
        """The header of the table that stands below, if its first row is one that can be read."""
        if not pages.ends_at or not isinstance(sheet, RowSheet):
            return None
        below = Below(sheet, pages.ends_at - 1)
        match = self.recogniser.match(below.head(), path.stem, below.merges())
        return match if match is not None and match.rows.first == 1 else None

    def _skip(self, name: str, sheet: str | None, code: str, **facts: object) -> None:
        reason = wording(code, **facts)[0]
        report = FileReport(name=name, what="skipped", sheet=sheet, code=code, reason=reason)
        self.reports.append(report)

    def intake(self, *, alone: bool, register: Known | None = None) -> Intake:
        ledger = Ledger(self.batches)
        assembler = Assembler(self.batches, self.schema, ledger, alone=alone, register=register)
        tables = assembler.assemble()
        ledger.remark_cells()
        for batch, row, label in self.twice:
            ledger.remark_header(batch, row, "TABLE-074", label)
        for name, remark in self.remarks:
            ledger.remark_file(name, remark.code, remark.sheet, **remark.facts)
        return Intake(
            tables=tables,
            files=self.reports,
            rows_in=ledger.rows_in,
            rows_accepted=ledger.rows_in - ledger.rows_listed,
            rows_listed=ledger.rows_listed,
            problems=ledger.sorted_problems(),
            supplied=_supplied(self.batches, self.schema),
            columns=_columns(self.batches, self.schema),
            shifts=_shifts(self.batches, self.schema),
        )


def _supplied(batches: Sequence[Batch], schema: Schema) -> dict[str, frozenset[str]]:
    """Which facts some file had a column for, whatever its cells say."""
    found: dict[str, set[str]] = {table.entity: set() for table in schema.tables}
    for batch in batches:
        table = schema.table(batch.profile.entity)
        found[batch.profile.entity] |= batch.facts.keys()
        if table is not None and table.parent:
            found[table.parent] |= batch.parent_facts.keys()
    return {entity: frozenset(facts) for entity, facts in found.items()}


def _columns(
    batches: Sequence[Batch], schema: Schema
) -> dict[tuple[str, str | None, str], dict[str, tuple[str, int]]]:
    """Where each fact stands in each sheet, so that a finding about a fact can point to its cell."""
    found: dict[tuple[str, str | None, str], dict[str, tuple[str, int]]] = {}
    for batch in batches:
        table = schema.table(batch.profile.entity)
        owners = [(batch.profile.entity, batch.facts.keys())]
        if table is not None and table.parent:
            owners.append((table.parent, batch.parent_facts.keys()))
        for entity, facts in owners:
            known = found.setdefault((batch.file, batch.sheet, entity), {})
            for fact in facts:
                label = batch.labels.get(fact, "")
                if label in batch.places:
                    known.setdefault(fact, (label, batch.places[label]))
    return found


def _shifts(
    batches: Sequence[Batch], schema: Schema
) -> dict[tuple[str, str | None, str], dict[tuple[str, int], int]]:
    """How far to the right each record stands, of pages side by side; two may stand in one row."""
    found: dict[tuple[str, str | None, str], dict[tuple[str, int], int]] = {}
    for batch in batches:
        table = schema.table(batch.profile.entity)
        if batch.shifts is None or table is None:
            continue
        pairs = list(zip(batch.rows.to_pylist(), batch.shifts.to_pylist(), strict=True))
        owners = ((table.entity, batch.key), (table.parent, batch.link))
        for entity, keys in owners:
            if entity is not None and keys is not None:
                places = found.setdefault((batch.file, batch.sheet, entity), {})
                for key, (row, shift) in zip(keys.to_pylist(), pairs, strict=True):
                    places.setdefault((key, row), shift)
    return found
