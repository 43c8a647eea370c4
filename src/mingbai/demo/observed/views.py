"""What the offices know of each person and household (各部门掌握的情况), ready to stand in cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo.context import Context, valid_on
from mingbai.demo.observed.residents import (
    Bools,
    Homes,
    Residents,
    episodes,
    latest_year,
    looked_up,
    residents_of,
    with_status,
    yearly,
)
from mingbai.demo.observed.sheets import Cells
from mingbai.demo.schema import TABLES
from mingbai.engine.model.pack import Pack

#: School stages of the register and the codes of the national list; a number follows where grades count.
STATES = {
    "preschool": "preschool",
    "primary": "primary",
    "junior": "grade_{:d}",
    "senior": "senior_{:d}",
    "secondary_vocational": "vocational_{:d}",
    "technician": "technician_{:d}",
    "higher_vocational": "college_{:d}",
    "bachelor": "bachelor_{:d}",
    "postgraduate": "postgraduate",
}
_BEFORE_JUNIOR = 6  # junior 1 is the seventh grade
AT_SCHOOL = ("enrolled", "elsewhere", "home", "intern")
CENT = 100
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Names:
    """Names of a village and of all above it (行政区划名称)."""

    province: str
    prefecture: str
    county: str
    township: str
    village: str


@dataclass
class View:
    """The place as its offices see it on the day."""

    context: Context
    pack: Pack
    people: Residents

    @classmethod
    def of(cls, context: Context, pack: Pack) -> View:
        return cls(context, pack, residents_of(context))

    def only(self, homes: Bools) -> View:
        """The same view of some of the households, so that nothing is made for the others."""
        return View(self.context, self.pack, self.people.only(homes))

    @property
    def homes(self) -> Homes:
        return self.people.homes

    @cached_property
    def year(self) -> int:
        """The last year whose income is known."""
        return latest_year(self.table("incomes"), self.context.until)

    def word(self, codes: str, cells: Cells) -> Cells:
        """Codes as their Chinese words, as the pack writes them."""
        words = {code: label.zh for code, label in self.pack.codes[codes].items()}
        return mapped(cells, words)

    # Households.

    @cached_property
    def names(self) -> dict[str, Names]:
        """For each village code the names up to the province."""
        rows = valid_on(self.context.tables["divisions"], self.context.until).to_pylist()
        by_code = {row["code"]: row for row in rows}
        found = {}
        for row in rows:
            if row["level"] == "village":
                above = {row["level"]: row["name"]}
                at = row
                while at["parent"] in by_code:
                    at = by_code[at["parent"]]
                    above[at["level"]] = at["name"]
                levels = ("province", "prefecture", "county", "township", "village")
                found[row["code"]] = Names(*(above.get(level, "") for level in levels))
        return found

    def place(self, level: str) -> Cells:
        """A name of the household's place."""
        words = {code: getattr(names, level) for code, names in self.names.items()}
        return mapped(self.homes.villages, words)

    def of_home(self, table: pa.Table, column: str) -> Cells:
        return looked_up(table, "household_id", column, self.homes.ids)

    def table(self, name: str) -> pa.Table:
        """A table of the register; one that nobody put is empty."""
        known = self.context.tables.get(name)
        return TABLES[name].empty_table() if known is None else known

    def now(self, table: str) -> pa.Table:
        """The rows of a dated table that hold on the day."""
        return valid_on(self.table(table), self.context.until)

    def income(self, column: str, back: int = 0) -> Cells:
        """A line of the ledger in yuan, of the last year or of one before."""
        return yuan(self.of_home(yearly(self.table("incomes"), self.year - back), column))

    @cached_property
    def grades(self) -> Cells:
        """Grade of the dwelling as appraised (房屋等级)."""
        return self.of_home(self.now("dwellings"), "grade")

    @cached_property
    def accepted(self) -> Bools:
        """Whether the dwelling was renovated by the day."""
        renovated = self.of_home(self.now("dwellings"), "renovated_on")
        return np.array([one is not None for one in renovated], dtype=bool)

    @cached_property
    def unsafe(self) -> Cells:
        """Whether the dwelling is recorded as dangerous; none where nobody appraised it."""
        bad = np.array([one in ("C", "D") for one in self.grades], dtype=bool) & ~self.accepted
        known = np.array([one is not None for one in self.grades], dtype=bool)
        return yes_no(bad, known)

    @cached_property
    def water_safe(self) -> Cells:
        return said(self.of_home(self.now("waters"), "safe"))

    @cached_property
    def kind_words(self) -> Cells:
        """Kind of household (户类型)."""
        homes = self.homes
        codes = np.where(homes.exited, "exited", "registered_poor").astype(object)
        codes[~homes.registered] = "general"
        return self.word("household_kind", codes)

    @cached_property
    def cause_words(self) -> Cells:
        """Main cause (主要致贫原因): why the household was registered."""
        rows = episodes(self.context, "household", "registered", self.context.until)
        return self.word("poverty_cause", looked_up(rows, "subject_id", "reason", self.homes.ids))

    def since(self, kind: str) -> Cells:
        """The month in which a status of the household began, as 201401."""
        rows = episodes(self.context, "household", kind, self.context.until)
        days = looked_up(rows, "subject_id", "from_date", self.homes.ids)
        return texts(days, "%Y%m")

    # Persons.

    @cached_property
    def tekun(self) -> Bools:
        return with_status(self.context, "person", "tekun", self.context.until, self.people.ids)

    @cached_property
    def dibao(self) -> Bools:
        """Everybody of a household on the allowance who is not supported as destitute."""
        return self.people.homes.dibao[self.people.home] & ~self.tekun

    @cached_property
    def numbers(self) -> Cells:
        """The ID number; of a disabled person that of the card, with kind and grade behind it."""
        card = self.people.numbers.copy()
        kinds, grades = self.health("disability_type"), self.health("disability_grade")
        for at in np.flatnonzero([one is not None for one in kinds]).tolist():
            card[at] = f"{card[at]}{kinds[at]}{grades[at]}"
        return card

    def health(self, column: str) -> Cells:
        return self.people.fact(self._healths, column)

    @cached_property
    def _healths(self) -> pa.Table:
        return self.now("healths")

    def work(self, column: str) -> Cells:
        return self.people.fact(self._works, column)

    @cached_property
    def _works(self) -> pa.Table:
        works = self.table("works")
        return yearly(works, latest_year(works, self.context.until))

    @cached_property
    def rolls(self) -> pa.Table:
        """School rolls of the term (学籍)."""
        return self.now("schoolings")

    @cached_property
    def school_words(self) -> Cells:
        """State of schooling (在校生状况) of those at school, of small children and of dropouts."""
        people = self.people
        stages, grades = people.fact(self.rolls, "stage"), people.fact(self.rolls, "grade")
        states = people.fact(self.rolls, "state")
        codes = np.full(len(people), None, dtype=object)
        codes[people.ages < FIRST_SCHOOL_AGE] = "preschool_child"
        for at in np.flatnonzero([one is not None for one in stages]).tolist():
            codes[at] = school_code(stages[at], grades[at], states[at])
        return self.word("school_state", codes)

    @cached_property
    def education_words(self) -> Cells:
        """Education (文化程度) of those who are not at school; the list fills one of the two columns."""
        cells = self.word("education", self.work("education"))
        cells[np.array([one is not None for one in self.school_words], dtype=bool)] = None
        return cells

    @cached_property
    def insured(self) -> Cells:
        """Kind of medical insurance of the year (参保险种)."""
        medical = pc.ends_with(self._insurances["kind"], "_medical")
        return self.people.fact(self._insurances.filter(medical), "kind")

    @cached_property
    def pensioned(self) -> Bools:
        """In residents' pension insurance (城乡居民基本养老保险)."""
        kept = pc.equal(self._insurances["kind"], "resident_pension")
        return self.listed(self._insurances.filter(kept))

    @cached_property
    def _insurances(self) -> pa.Table:
        return yearly(self.table("insurances"), self.context.until.year)

    def helped(self, column: str) -> Bools:
        """Who had something of a bill of the year paid from a fund."""
        bills = self.lately("bills", "paid_on")
        return self.listed(bills.filter(pc.greater(bills[column], 0)))

    def listed(self, table: pa.Table) -> Bools:
        """Who stands in a table."""
        found = pc.is_in(self.people.ids, value_set=table["person_id"].combine_chunks())
        return np.asarray(found.to_numpy(zero_copy_only=False))

    def lately(self, table: str, day: str) -> pa.Table:
        """The rows of a year up to the day."""
        rows, until = self.table(table), self.context.until
        after = pc.greater(rows[day], pa.scalar(until - YEAR, pa.date32()))
        return rows.filter(pc.and_(after, pc.less_equal(rows[day], pa.scalar(until, pa.date32()))))


FIRST_SCHOOL_AGE = 6


def school_code(stage: str, grade: int | None, state: str) -> str | None:
    """Code of the state of schooling (在校生状况) of a term on the roll."""
    if state not in AT_SCHOOL:
        return "not_in_school"
    pattern = STATES.get(stage)
    if pattern is None:
        return None
    number = grade or 1
    return pattern.format(number + _BEFORE_JUNIOR if stage == "junior" else number)


def mapped(cells: Cells, words: Mapping[Any, Any]) -> Cells:
    """Each cell by its word; what has none stays empty."""
    made = np.empty(len(cells), dtype=object)
    made[:] = [words.get(cell) for cell in cells.tolist()]
    return made


def yes_no(values: Bools, known: Bools | None = None) -> Cells:
    made = np.where(values, "是", "否").astype(object)
    if known is not None:
        made[~known] = None
    return made


def said(cells: Cells) -> Cells:
    """Yes and no of the register in words."""
    return mapped(cells, {True: "是", False: "否"})


def yuan(fen: Cells) -> Cells:
    """Fen as yuan, or hundredths of a mu as mu: a whole number where nothing is left over."""
    made = np.empty(len(fen), dtype=object)
    made[:] = [_yuan(one) for one in fen.tolist()]
    return made


def _yuan(fen: int | None) -> int | float | None:
    if fen is None:
        return None
    return fen // CENT if fen % CENT == 0 else fen / CENT


def texts(days: Cells, pattern: str = "%Y%m%d") -> Cells:
    """Days as the systems write them."""
    made = np.empty(len(days), dtype=object)
    known = pa.array(days.tolist(), pa.date32())
    made[:] = pc.strftime(known, format=pattern).to_pylist()
    return made


def constant(value: Any, count: int) -> Cells:
    made = np.empty(count, dtype=object)
    made[:] = value
    return made
