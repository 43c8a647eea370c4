"""The verdict on every row (逐行结论): kept out with a reason, or accepted with its remarks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import pyarrow as pa

from mingbai.tables.convert import Batch, CellTrouble
from mingbai.tables.errors import wording
from mingbai.tables.identity import masked
from mingbai.tables.intake import Problem, Severity
from mingbai.tables.marks import KEY
from mingbai.tables.texts import Text, shown

# Shown in messages; a longer chain of row numbers helps nobody.
_MOST_SPANS = 12


# Why a key cannot be used: a failed formula such as #REF!, a number that a spreadsheet cut.
_KEY_REASONS = {"TABLE-082": "TABLE-050", "TABLE-084": "TABLE-051"}


class Ledger:
    """Collects problems; a row once listed stays listed, and its cells need no further word."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self.batches = batches
        self.listed: list[set[int]] = [set() for _ in batches]
        self.problems: list[Problem] = []

    @property
    def rows_in(self) -> int:
        return sum(len(batch) for batch in self.batches)

    @property
    def rows_listed(self) -> int:
        return sum(len(rows) for rows in self.listed)

    def list_row(self, batch: int, row: int, code: str, **facts: object) -> None:
        """Keep a row out; only the first reason counts.

        `number` is a value that may be shown whole: the register's own number, no ID or phone.
        """
        if row not in self.listed[batch]:
            self.listed[batch].add(row)
            self._note("listed", batch, row, code, facts)

    def list_rows(self, batch: int, rows: Sequence[int], code: str, **facts: object) -> None:
        """Keep many rows of a sheet out for one reason, which is said once with their number."""
        fresh = [row for row in rows if row not in self.listed[batch]]
        if not fresh:
            return
        self.listed[batch].update(fresh)
        lines = self.batches[batch].rows.take(pa.array(fresh, pa.int64())).to_pylist()
        spans = spans_of(lines)
        facts |= {"count": len(fresh), "lines": _said(spans)}
        self._note_sheet("listed", batch, code, facts, len(fresh), spans)

    def remark_sheet(self, batch: int, code: str, **facts: object) -> None:
        """A word on a whole sheet."""
        self._note_sheet("remark", batch, code, facts, 1, ())

    def _note_sheet(
        self,
        severity: Severity,
        batch: int,
        code: str,
        facts: dict[str, object],
        rows: int,
        spans: tuple[tuple[int, int], ...],
    ) -> None:
        place = self.batches[batch]
        texts = {name: _safe(fact) for name, fact in facts.items()}
        message, advice = _worded(code, tuple(texts.items()))
        column = str(facts.get("column") or "") or None
        self.problems.append(
            Problem(
                code, severity, place.file, place.sheet, None, column, None, message, advice,
                place.profile.entity, None, rows=rows, spans=spans,
            )
        )  # fmt: skip

    def list_cell(self, batch: int, trouble: CellTrouble, code: str) -> None:
        """Keep a row out because the cell that identifies it cannot be used."""
        issue = trouble.reading.issue
        if issue is not None:
            code = _KEY_REASONS.get(issue.code, code)
        self.list_row(
            batch, trouble.row, code, column=trouble.column, value=issue.value if issue else None
        )

    def remark(self, batch: int, row: int, code: str, **facts: object) -> None:
        """A word on an accepted row."""
        self._note("remark", batch, row, code, facts)

    def remark_cells(self) -> None:
        """The words on cells, for the rows that were accepted."""
        for number, batch in enumerate(self.batches):
            listed = self.listed[number]
            ties = [*batch.key_troubles.values(), *batch.link_troubles.values()]
            for trouble in ties + batch.troubles:
                issue = trouble.reading.issue
                if issue is not None and trouble.row not in listed:
                    facts: dict[str, object] = {
                        **issue.facts,
                        "column": trouble.column,
                        "value": issue.value,
                    }
                    self._note("remark", number, trouble.row, issue.code, facts)

    def remark_header(self, batch: int, row: int, code: str, column: str) -> None:
        """A word on the header of a sheet."""
        place = self.batches[batch]
        message, advice = _worded(code, (("column", column),))
        self.problems.append(
            Problem(
                code, "remark", place.file, place.sheet, row, column, None, message, advice,
                place.profile.entity, None, _places(place, column),
            )
        )  # fmt: skip

    def remark_file(self, file: str, code: str, sheet: str | None, **facts: object) -> None:
        """A word on a file or one of its sheets; it counts for none of the rows."""
        message, advice = wording(code, **{name: _safe(fact) for name, fact in facts.items()})
        self.problems.append(
            Problem(code, "remark", file, sheet, None, None, None, message, advice, None, None)
        )

    def _note(
        self, severity: Severity, batch: int, row: int, code: str, facts: dict[str, object]
    ) -> None:
        place = self.batches[batch]
        entity = str(facts.pop("entity", place.profile.entity))
        key = facts.pop("key", None) or _key(place, row)
        column = facts.get("column")
        number = facts.pop("number", None)
        value = shown(number) if number is not None else None
        if "value" in facts:
            value = masked(shown(facts["value"]))
        texts = {name: _safe(fact) for name, fact in facts.items()}
        if value is not None:
            texts["value"] = value
        message, advice = _worded(code, tuple(texts.items()))
        self.problems.append(
            Problem(
                code,
                severity,
                place.file,
                place.sheet,
                place.rows[row].as_py(),
                str(column) if column else None,
                value,
                message,
                advice,
                entity,
                str(key) if key is not None else None,
                _places(
                    place, str(column or facts.get("differs") or place.labels.get(KEY, "")), row
                ),
            )
        )

    def sorted_problems(self) -> list[Problem]:
        """As a person would go through the files: by file, sheet, row and column."""
        return in_order(self.problems)


def _key(batch: Batch, row: int) -> str | None:
    """The row's own key; a number by which it is only matched is an ID number."""
    key: str | None = batch.key[row].as_py() if batch.key is not None else None
    return masked(key) if key is not None and batch.profile.key_match else key


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """As a person would go through the files: by file, sheet, row and column."""
    return sorted(
        problems,
        key=lambda one: (one.file, one.sheet or "", one.row or 0, one.column or "", one.code),
    )


def _places(batch: Batch, column: str, row: int | None = None) -> tuple[int, ...]:
    """Where the columns stand that a message names; several are joined with 、."""
    names = [column] if column in batch.places else column.split("、")
    shift = 0 if batch.shifts is None or row is None else batch.shifts[row].as_py()
    return tuple(batch.places[name] + shift for name in names if name in batch.places)


def spans_of(lines: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Row numbers as ranges: 3, 4, 5, 9 is 3 to 5 and 9."""
    spans: list[tuple[int, int]] = []
    for line in sorted(lines):
        if spans and line == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], line)
        else:
            spans.append((line, line))
    return tuple(spans)


def _said(spans: Sequence[tuple[int, int]]) -> str:
    """The first of them as people write them."""
    named = [str(low) if low == high else f"{low}–{high}" for low, high in spans[:_MOST_SPANS]]
    return "、".join(named) + ("…" if len(spans) > _MOST_SPANS else "")


def _safe(fact: object) -> str | Text:
    """What goes into a sentence: short, and without ID numbers and phones."""
    if isinstance(fact, Text):
        return Text(masked(fact.zh), masked(fact.en))
    return masked(shown(fact, 200))


@lru_cache(maxsize=4096)
def _worded(code: str, facts: tuple[tuple[str, str | Text], ...]) -> tuple[Text, Text]:
    """The wording of a number; many rows share one odd value, and so one text."""
    return wording(code, **dict(facts))
