"""Invented households for the tests of documents, and the screening of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa

from mingbai.documents.family import Family, family_of
from mingbai.engine.compiling import Program, compile_pack
from mingbai.engine.explaining.counterfactual import Counterfactuals
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Pack
from mingbai.screening.inputs import household_row, schema_of
from mingbai.screening.result import Screening
from mingbai.screening.screen import screen_intake
from mingbai.tables import FileReport, Intake, Problem, Text

VILLAGE = Path(__file__).parent / "village"
DAY = date(2025, 6, 30)
YUNNAN, SICHUAN = "530626", "510524"
HOSTILE = '=1+1<b>&"王\u202e'
Row = Mapping[str, Any]  # facts of every type

FILES = {
    "tasks": "tasks.xlsx",
    "problems": "problems.xlsx",
    "states": "households.xlsx",
    "households": "households.parquet",
}


def village() -> Pack:
    """The pack of the tests."""
    return load_pack(str(VILLAGE))


def program(pack: Pack, day: date = DAY) -> Program:
    return compile_pack(pack, day, reasons=True, causes=True)


def intake(
    pack: Pack,
    households: Sequence[Row],
    members: Sequence[Row] = (),
    benefits: Sequence[Row] = (),
    problems: Iterable[Problem] = (),
) -> Intake:
    """The tables as the readers would give them, with where each row stood."""
    given = {"household": households, "person": members, "benefit": benefits}
    tables = {}
    for table in schema_of(pack).tables:
        rows = [
            {"_file": f"{table.entity}.xlsx", "_sheet": "Sheet1", "_row": number, **row}
            for number, row in enumerate(given[table.entity], 2)
        ]
        tables[table.entity] = pa.Table.from_pylist(rows, schema=table.arrow)
    listed = list(problems)
    count = sum(len(rows) for rows in given.values())
    kept_out = sum(item.severity == "listed" for item in listed)
    files = [
        FileReport("household.xlsx", "table", "Sheet1", "p", "household", 1, len(households)),
        FileReport("说明.txt", "skipped", reason=Text("没有表头。", "no header")),
    ]
    supplied = {name: frozenset(table.column_names) for name, table in tables.items()}
    return Intake(tables, files, count + kept_out, count, kept_out, listed, supplied)


def screened(
    pack: Pack,
    households: Sequence[Row],
    members: Sequence[Row] = (),
    benefits: Sequence[Row] = (),
    problems: Iterable[Problem] = (),
) -> Screening:
    read = intake(pack, households, members, benefits, problems)
    return screen_intake(program(pack), read)


def household(key: str, **facts: object) -> dict[str, object]:
    return {
        "household_id": key,
        "division_code": YUNNAN,
        "township": "青溪镇",
        "village": "白石村",
        "head_name": f"户主{key}",
        "piped": True,
        "other_income": 3_000_000,
        **facts,
    }


def person(key: str, home: str, **facts: object) -> dict[str, object]:
    return {
        "person_id": key,
        "household_id": home,
        "name": f"成员{key}",
        "relation": "head",
        "work_months": 0,
        "month_wage": 0,
        "ill": False,
        "student": False,
        **facts,
    }


def benefit(member: str, kind: str = "study", amount: int = 31_250, day: date | None = None) -> Row:
    return {
        "person_id": member,
        "paid_on": day or date(2025, 4, 15),
        "kind": kind,
        "amount": amount,
    }


def some() -> tuple[list[Row], list[Row], list[Row]]:
    """A dozen households in every state, one with a hostile name, one where no line is published."""
    households = [
        household("h1"),
        household("h2", piped=False, minutes=40),
        household("h3", piped=None, minutes=None, survey_water="bad"),
        household("h4", other_income=100_000),
        household("h5", other_income=500_000),
        household("h6", division_code=SICHUAN),
        household("h7", head_name=HOSTILE, village="<i>村</i>"),
        household("h8", survey_water="good"),
    ]
    members = [
        person("p1", "h1"),
        person("p2", "h2", ill=True),
        person("p3", "h3"),
        person("p4", "h4"),
        person("p5", "h5", name="陈志强", relation="son", work_months=None, month_wage=300_000),
        person("p5b", "h5", name="陈桂生", student=True),
        person("p6", "h6"),
        person("p7", "h7", name="<script>alert(1)</script>", ill=None),
        person("p8", "h8", id_number="995301199001011234", student=True),
    ]
    benefits = [
        benefit("p8"),
        benefit("p8", "nursing"),
        benefit("p5b", "study", day=date(2020, 1, 1)),
    ]
    return households, members, benefits


def family(screening: Screening, key: str, *, with_changes: bool = False) -> Family:
    """A household of a screening, traced; with what would change its indicators."""
    row = household_row(screening.program.pack, screening.intake.tables, key)
    tracer = Tracer(screening.program)
    search = Counterfactuals(tracer)
    rules = [name for name, counts in screening.counts.items() if counts.rule.entity == "household"]
    changes = {name: search.of(row, name) for name in rules} if with_changes else {}
    return family_of(tracer, row, changes=changes)


class Page(HTMLParser):
    """A page taken apart: its elements, its text, the text of each element with an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.links: dict[str, str] = {}
        self.items: dict[str, int] = {}
        self.texts: list[str] = []
        self._link: str | None = None
        self._list: str | None = None
        self._in_style = False
        self.feed(text)

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.names.append(tag)
        self.attributes += [(tag, name, value) for name, value in found.items()]
        self._in_style = tag == "style"
        if tag == "a":
            self._link = found.get("href")
        if tag == "section":
            self._list = found["id"] if found.get("class") == "list" else None
        if tag == "li" and self._list:
            self.items[self._list] = self.items.get(self._list, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False
        if tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._in_style:
            return
        self.texts.append(data)
        if self._link and data.replace(",", "").isdecimal():
            self.links[self._link] = data
