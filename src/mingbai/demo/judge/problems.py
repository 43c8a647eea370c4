"""Problems of data (数据问题) that the product names, against every slip that was made on purpose.

A problem and a slip are about the same thing when they share a row: the problem's own, or the one it compares
with; a row left out is told by its numbers, for it stands nowhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mingbai.demo.judge.cells import NUMBER, Cell, numbers_at
from mingbai.demo.judge.figures import PRECISION, RECALL, Line, Rate, Section
from mingbai.demo.judge.seen import HAVES, Seen
from mingbai.demo.judge.truths import Truth
from mingbai.engine.model.values import Text
from mingbai.tables import Problem

KINDS = {
    "omitted": Text("漏报一行", "a row left out"),
    "duplicated": Text("重复一行", "a row sent twice"),
    "elsewhere": Text("人挂在别处", "a person listed elsewhere too"),
    "shifted": Text("错列", "cells moved one column"),
    "id_digit": Text("证件号码错一位", "a wrong digit in an ID number"),
    "old_id": Text("十五位旧号码", "an old number of fifteen digits"),
    "name": Text("姓名错字", "a wrong sign in a name"),
    "broken_text": Text("乱码", "garbled text"),
    "typo": Text("金额错一位", "a wrong digit in an amount"),
    "disagrees": Text("户档与别处不一致", "a household file that disagrees"),
    "stale": Text("手册还是去年的", "a handbook of last year"),
    "blank": Text("漏填一格", "a cell left empty"),
    "wide": Text("全角数字", "full-width figures"),
    "heaped": Text("金额取整到百", "amounts rounded to hundreds"),
    "merged_head": Text("合并的表头", "a merged head"),
}
#: Slips that change what no rule reads wrongly: the reader takes them as they are, silently and rightly.
HARMLESS = ("wide", "merged_head")
#: Kinds of slips that are about a whole row.
ROWS = frozenset({"omitted", "duplicated", "elsewhere", "shifted"})
#: Codes of problems about keys and who belongs where; these are also told by the numbers in a row.
LINKS = re.compile(r"TABLE-(04\d|07[0-37]|130)$|record\.couple_same_sex$")
_REFERENCE = re.compile(r"([^\s“”]+\.(?:csv|xlsx))(?:/(\S+))? 第 (\d+) 行")

Row = tuple[str, str, int]


@dataclass
class Slips:
    """The slips of a place (缺损), by row and by number."""

    kinds: list[str] = field(default_factory=list)
    columns: list[str | None] = field(default_factory=list)
    by_row: dict[Row, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, truth: Truth, homes: Mapping[Row, str]) -> Slips:
        """Every slip; `homes`: the household that a row was read into, for who is listed elsewhere too."""
        made = cls()
        for slip in truth.damages.to_pylist():
            number = len(made.kinds)
            made.kinds.append(slip["kind"])
            made.columns.append(slip["column"])
            if slip["row"] is not None:
                at = _row(slip["file"], slip["sheet"], slip["row"])
                made.by_row[at].append(number)
                if slip["kind"] in ROWS and at in homes:
                    made.by_number[homes[at]].append(number)
            if slip["kind"] in ROWS or slip["kind"] in ("id_digit", "old_id"):
                for cell in slip["original"].split("\t"):
                    if NUMBER.fullmatch(cell):
                        made.by_number[cell[:18]].append(number)
        return made

    def at(self, row: Row, column: str | None) -> Iterator[int]:
        """Slips in a row that a problem of this column may be about."""
        heads = column.split("、") if column else ()
        for number in self.by_row.get(row, ()):
            of = self.columns[number]
            if self.kinds[number] in ROWS or of is None or not heads or of in heads:
                yield number

    def with_number(self, numbers: Iterable[str]) -> Iterator[int]:
        """Slips that struck a row or cell with one of these numbers."""
        for one in numbers:
            yield from self.by_number.get(one[:18], ())


def problem_section(seen: Seen, truth: Truth) -> Section:
    """Recall by kind of slip, precision by code of problem."""
    slips = Slips.of(truth, _homes(seen))
    hit: set[int] = set()
    named: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    labels: dict[str, Text] = {}
    for problem, rows, found in _matched(seen, slips):
        hit.update(found)
        count = named[problem.code]
        count[0] += bool(found) * rows
        count[1] += rows
        labels.setdefault(problem.code, _label(problem))
    every = [number for number, kind in enumerate(slips.kinds) if kind not in HARMLESS]
    right, said = (sum(count[at] for count in named.values()) for at in (0, 1))
    lines = [
        Line("all", Text("所有数据问题", "all problems of data"), {
            "recall": Rate(sum(number in hit for number in every), len(every)),
            "precision": Rate(right, said),
        }),
        *_kind_lines(slips, hit),
    ]  # fmt: skip
    for code, (part, whole) in sorted(named.items(), key=lambda one: (-one[1][1], one[0])):
        lines.append(Line(f"code:{code}", labels[code], {"precision": Rate(part, whole)}))
    return Section(
        "problems", Text("数据问题", "Problems of data"),
        Text(
            "查全按缺损的种类，查准按产品的问题编号；点到的行没有任何缺损，就算误报。全角数字、合并表头照样读得出，不算漏。",
            "Recall by kind of slip, precision by code of problem; a row that was named and holds no slip is "
            "a false one. Full-width figures and merged heads are read as they are: no part of the total.",
        ),
        {"recall": RECALL, "precision": PRECISION}, tuple(lines),
    )  # fmt: skip


def _kind_lines(slips: Slips, hit: set[int]) -> Iterator[Line]:
    made: dict[str, list[int]] = defaultdict(list)
    for number, kind in enumerate(slips.kinds):
        made[kind].append(number)
    for kind in [*KINDS, *sorted(made.keys() - KINDS.keys())]:
        if kind in made:
            part = sum(number in hit for number in made[kind])
            label = KINDS.get(kind, Text(kind, kind))
            yield Line(f"kind:{kind}", label, {"recall": Rate(part, len(made[kind]))})


def _matched(seen: Seen, slips: Slips) -> Iterator[tuple[Problem, int, set[int]]]:
    """Each problem, for how many rows it stands, and the slips it is about; one of many rows row by row."""
    masked = [one for one in seen.problems if one.spans or "*" in (one.value or "")]
    numbers = numbers_at(seen.folder, masked)
    for problem in seen.problems:
        if problem.code in HAVES:
            continue  # who owns what is no problem of data; it is scored as wrong inclusion
        if not problem.spans:
            yield problem, problem.rows, _slips_of(problem, slips, numbers)
            continue
        for first, last in problem.spans:
            for row in range(first, last + 1):
                at = _row(problem.file, problem.sheet, row)
                found = set(slips.at(at, problem.column))
                number = numbers.get(at)
                if number is not None and LINKS.match(problem.code):
                    found.update(slips.with_number([number]))
                yield problem, 1, found


def _homes(seen: Seen) -> dict[Row, str]:
    """The row of each person → the household it was read into."""
    people = seen.screening.intake.tables["person"]
    columns = (people[name].to_pylist() for name in ("_file", "_sheet", "_row", "household_id"))
    return {_row(file, sheet, row): home for file, sheet, row, home in zip(*columns, strict=True)}


def _slips_of(problem: Problem, slips: Slips, numbers: Mapping[Cell, str]) -> set[int]:
    found: set[int] = set()
    keys = [one for one in (problem.key, problem.value) if one and NUMBER.fullmatch(one)]
    if problem.row is not None:
        at = _row(problem.file, problem.sheet, problem.row)
        found.update(slips.at(at, problem.column))
        keys += [one for one in (numbers.get(at),) if one]
    for file, sheet, row in _REFERENCE.findall(problem.message.zh):
        found.update(slips.at(_row(file, sheet, int(row)), None))
    if LINKS.match(problem.code):
        found.update(slips.with_number(keys))
    return found


def _label(problem: Problem) -> Text:
    """A code with what it said first, without anybody's number."""
    zh, en = (re.sub(r"[“\"][^”\"]*[”\"]", "…", text) for text in problem.message)
    zh, en = (re.sub(r"\S+\.(?:csv|xlsx)\S* ", "", text) for text in (zh, en))
    return Text(f"{problem.code} {zh[:28]}", f"{problem.code} {en[:60]}")


def _row(file: str, sheet: str | None, row: int) -> Row:
    """A row by file, sheet and number; a text file has no sheets."""
    return file, "" if file.endswith(".csv") else sheet or "", row
