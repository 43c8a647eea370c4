"""The checks of records (记录核对) over what was read: each certain finding with its file, row and cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.compiling import Program, bind_pack, compile_bound
from mingbai.engine.model.pack import Pack, Role, Rule
from mingbai.engine.running import complete_facts, run_hits
from mingbai.screening.check_needs import Key, Needs
from mingbai.screening.check_texts import Filler
from mingbai.screening.inputs import with_gaps
from mingbai.tables import Intake, Problem
from mingbai.tables.intake import Level
from mingbai.tables.ledger import spans_of
from mingbai.tables.reading import Progress
from mingbai.tables.texts import Text

#: Of a longer sheet that is blank from top to bottom the rows are not told one by one.
_MANY = 20


@dataclass(frozen=True, slots=True)
class NotRun:
    """A check that said nothing because no file has these columns (未执行的核对); none: not in force."""

    check: str
    label: Text
    columns: tuple[Text, ...]

    @property
    def reason(self) -> Text:
        """Why, for people."""
        if not self.columns:
            return Text("那天还不生效", "not in force on that day")
        zh = "、".join(f"“{column.zh}”" for column in self.columns)
        en = ", ".join(f"'{column.en}'" for column in self.columns)
        return Text(f"收到的表里没有{zh}", f"no table that was read has {en}")


@dataclass(frozen=True, slots=True)
class RecordChecks:
    """What the checks found (核对结果), which of them were run, and which not and why."""

    problems: tuple[Problem, ...]
    run: tuple[str, ...]
    not_run: tuple[NotRun, ...]


def check_records(
    pack: Pack, intake: Intake, as_of: date, progress: Progress | None = None
) -> RecordChecks:
    """Run every check of the pack whose columns were read. Raises ``PackError`` for a wrong pack.

    One query per entity; only the rows with a finding are fetched. Unknown is never a finding.
    """
    checks = {rule.id: rule for rule in pack.rules if rule.role is Role.CHECK}
    in_force = [name for name, rule in pack.rules_on(as_of).items() if name in checks]
    if not in_force:
        return RecordChecks((), (), tuple(_not_run(pack, checks[name], ()) for name in checks))
    step = progress or (lambda name, done, total: None)
    step("record checks", 0, 1)
    bound = bind_pack(with_gaps(pack, intake), as_of)
    needs = Needs(bound, intake)
    lacks = {name: needs.lacking(name) for name in checks if name in bound.rules}
    chosen = [name for name in bound.rules if name in checks and not lacks[name]]
    asked = {name for rule in chosen for name in _asked(bound.rules[rule].rule, bound.rules)}
    program = compile_bound(
        bound,
        outputs=[*chosen, *asked],
        bounds=False,
        complete=complete_facts(bound.pack, intake.tables),
    )
    problems = _Findings(program, intake, needs).of(chosen) if chosen else []
    step("record checks", 1, 1)
    return RecordChecks(
        problems=tuple(problems),
        run=tuple(chosen),
        not_run=tuple(
            _not_run(pack, rule, lacks.get(name, ()))
            for name, rule in checks.items()
            if name not in chosen
        ),
    )


def _asked(rule: Rule, rules: Mapping[str, object]) -> Iterator[str]:
    """The rules whose outcome stands in the texts of a check."""
    if rule.check is not None:
        yield from (name for name in rule.check.blanks if name in rules)


def _not_run(pack: Pack, rule: Rule, lacks: tuple[Key, ...]) -> NotRun:
    columns = []
    for entity, name in lacks:
        label = pack.facts[entity][name].label if name else pack.entities[entity].label
        columns.append(Text(label.zh, label.en))
    return NotRun(rule.id, Text(rule.label.zh, rule.label.en), tuple(columns))


class _Findings:
    """Turns the rows in which a check is true into problems."""

    def __init__(self, program: Program, intake: Intake, needs: Needs) -> None:
        self.program, self.intake, self.needs = program, intake, needs
        self.pack = program.pack
        self._worded = {
            (one.file, one.sheet, one.row, place)
            for one in intake.problems
            for place in one.places
            if one.row is not None
        }

    def of(self, names: list[str]) -> list[Problem]:
        """The findings of the checks, in the order of files, sheets and rows."""
        wanted: dict[str, list[str]] = {}
        for name in names:
            wanted.setdefault(self.program.rule(name).entity, []).append(name)
        found: list[Problem] = []
        for entity, hits in run_hits(self.program, self.intake.tables, wanted).items():
            if hits.num_rows:
                found += self._of_entity(entity, wanted[entity], hits)
        found.sort(key=lambda one: (one.file, one.sheet or "", one.row or 0, one.code))
        return found

    def _of_entity(self, entity: str, names: list[str], hits: pa.Table) -> Iterator[Problem]:
        key = self.pack.entities[entity].key or ""
        keys = hits.column(key).combine_chunks()
        rows = pc.index_in(keys, value_set=self.intake.tables[entity].column(key).combine_chunks())
        found = self.intake.tables[entity].take(rows)
        filler = Filler(self.pack, self.program.as_of, entity, found, hits, self.intake.tables)
        sources = list(
            zip(
                *(found.column(name).to_pylist() for name in ("_file", "_sheet", "_row")),
                strict=True,
            )
        )
        for name in names:
            places = cast("list[int]", pc.indices_nonzero(hits.column(name)).to_pylist())
            if places:
                yield from self._of_check(name, places, sources, filler, keys)

    def _of_check(
        self,
        name: str,
        places: list[int],
        sources: list[tuple[str, str | None, int]],
        filler: Filler,
        keys: pa.Array,
    ) -> Iterator[Problem]:
        rule = self.program.rule(name)
        if rule.check is None:
            raise LookupError(name)  # only checks are asked for
        about, blank = self.needs.about(name), self.needs.blanks(name)
        if blank:
            places = [
                one
                for one in places
                if self._is_blank(rule.entity, blank, sources[one], keys[one].as_py())
            ]
        whole = self._whole_sheets(rule.entity, [sources[one] for one in places]) if blank else {}
        yield from (self._of_sheet(rule, about, sheet, rows) for sheet, rows in whole.items())
        places = [one for one in places if sources[one][:2] not in whole]
        main = about[0] if about else (rule.entity, "")
        own = main[0] == rule.entity
        label = self._label(main) if own else None
        values = filler.shown(main[1], places) if own else [None] * len(places)
        messages = filler.fill(rule.check.message, places)
        advices = filler.fill(rule.check.advice, places)
        level = cast(Level, rule.check.severity)
        for number, place in enumerate(places):
            file, sheet, row = sources[place]
            cells = self._cells(about, file, sheet)
            shift = self._shift(rule.entity, sources[place], keys[place].as_py())
            yield Problem(
                code=name,
                severity="remark",
                file=file,
                sheet=sheet,
                row=row,
                column=cells[0][0] if cells else label,
                value=values[number],
                message=messages[number],
                advice=advices[number],
                entity=rule.entity,
                key=keys[place].as_py(),
                places=() if shift is None else tuple(where + shift for _, where in cells),
                level=level,
            )

    def _whole_sheets(
        self, entity: str, sources: list[tuple[str, str | None, int]]
    ) -> dict[tuple[str, str | None], list[int]]:
        """Sheets of which every row is blank there, with these rows: one word is enough for them."""
        rows: dict[tuple[str, str | None], list[int]] = {}
        for file, sheet, row in sources:
            rows.setdefault((file, sheet), []).append(row)
        counts = self.needs.rows_of(entity)
        return {one: found for one, found in rows.items() if counts[one] == len(found) > _MANY}

    def _of_sheet(
        self, rule: Rule, about: tuple[Key, ...], sheet: tuple[str, str | None], rows: list[int]
    ) -> Problem:
        assert rule.check is not None
        message, advice = rule.check.message, rule.check.advice
        cells = self._cells(about, *sheet)
        return Problem(
            code=rule.id,
            severity="remark",
            file=sheet[0],
            sheet=sheet[1],
            row=None,
            column=cells[0][0] if cells else None,
            value=None,
            message=Text(
                f"整张表 {len(rows)} 行都是这样：{message.zh}",
                f"All {len(rows)} rows of the sheet: {message.en}",
            ),
            advice=Text(advice.zh, advice.en),
            entity=rule.entity,
            key=None,
            level=cast(Level, rule.check.severity),
            rows=len(rows),
            spans=spans_of(rows),
        )

    def _cells(self, about: tuple[Key, ...], file: str, sheet: str | None) -> list[tuple[str, int]]:
        """Header and place of the facts in the row's own sheet, the main one first."""
        found = []
        for entity, fact in about:
            there = self.intake.columns.get((file, sheet, entity), {})
            if fact in there:
                found.append(there[fact])
        return list(dict.fromkeys(found))

    def _shift(self, entity: str, source: tuple[str, str | None, int], key: str) -> int | None:
        """How far to the right of its columns a record stands; none when nobody can tell."""
        file, sheet, row = source
        shifts = self.intake.shifts.get((file, sheet, entity))
        return 0 if shifts is None else shifts.get((key, row))

    def _is_blank(
        self, entity: str, facts: tuple[str, ...], source: tuple[str, str | None, int], key: str
    ) -> bool:
        """Whether the row's sheet has the columns, and nothing was said of these cells already."""
        there = self.intake.columns.get((*source[:2], entity), {})
        shift = self._shift(entity, source, key) or 0
        return all(
            fact in there and (*source, there[fact][1] + shift) not in self._worded
            for fact in facts
        )

    def _label(self, main: Key) -> str | None:
        fact = self.pack.facts.get(main[0], {}).get(main[1])
        return fact.label.zh if fact else None
