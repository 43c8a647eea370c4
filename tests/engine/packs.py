"""A tiny pack to write, break and load: what every test of the engine starts from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from mingbai.engine.errors import Fault, PackError, Place
from mingbai.engine.loading import load_pack
from mingbai.engine.loading.cases import Dictionary, read_row
from mingbai.engine.loading.yaml_tree import parse_yaml
from mingbai.engine.model.pack import CaseRow, Pack

DAY = date(2025, 6, 30)
MARK = "§"

TINY: Mapping[str, str] = {
    "pack.yaml": """\
pack: tiny
version: "1"
engine: 1
title: {zh: 小包, en: tiny}
currency: {code: CNY, label: {zh: 元, en: yuan}}
calendar_start: 2010-01-01
""",
    "facts/facts.yaml": """\
codes:
  colour:
    red: {zh: 红, en: red}
    blue: {zh: 蓝, en: blue}
entities:
  household: {label: {zh: 户, en: household}, key: household_id, region: division_code}
  person:
    label: {zh: 人, en: person}
    key: person_id
    parent: household
    link: household_id
    relation: members
    empty: unknown
  bill:
    label: {zh: 费用, en: bill}
    key: bill_id
    parent: person
    link: person_id
    relation: bills
    date: paid_on
facts:
  household:
    division_code: {type: text, label: {zh: 代码, en: division code}}
    income: {type: money, min: 0, label: {zh: 收入, en: income}}
    balance: {type: money, label: {zh: 余额, en: balance}}
    size: {type: int, min: 0, max: 20, label: {zh: 人口, en: size}}
    owns: {type: bool, label: {zh: 自有, en: owns}}
    colour: {type: code, codes: colour, label: {zh: 颜色, en: colour}}
    rent: {type: int, min: 0, max: 99, label: {zh: 租, en: rent}, applies_when: "not owns"}
    poor: {type: bool, judge: true, label: {zh: 贫困标签, en: label}}
  person:
    birth_date: {type: date, label: {zh: 生日, en: birth date}}
    wage: {type: money, min: 0, label: {zh: 工资, en: wage}}
    able: {type: bool, label: {zh: 能, en: able}}
  bill:
    paid_on: {type: date, label: {zh: 日期, en: paid on}}
    amount: {type: money, min: 0, label: {zh: 金额, en: amount}}
""",
    "parameters/parameters.yaml": """\
parameters:
  line:
    type: money
    label: {zh: 线, en: line}
    values:
      - {from: 2020-01-01, value: 100, source: s}
""",
    "rules/rules.yaml": """\
rules:
  - id: below
    entity: household
    type: bool
    label: {zh: 线下, en: below}
    source: {doc: d}
    expr: "income < line"
""",
}


def written(root: Path, files: Mapping[str, str], name: str = "tiny") -> Path:
    """The files of a pack in a folder of its own."""
    folder = root / name
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def tiny(root: Path, **changed: str) -> Path:
    """The tiny pack with files changed: ``rules="…"`` is rules/rules.yaml."""
    names = {"pack": "pack.yaml", "clauses": "clauses.yaml", "mutants": "mutants.yaml"}
    new = {names.get(key, f"{key}/{key}.yaml"): text for key, text in changed.items()}
    return written(root, {**TINY, **new})


def rules(*bodies: str) -> str:
    """Household rules ``r1``, ``r2`` …, each from the lines that differ."""
    head = "    entity: household\n    label: {zh: 则, en: rule}\n    source: {doc: d}\n"
    texts = []
    for number, body in enumerate(bodies, 1):
        lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
        plain = "" if "type:" in body else "    type: bool\n"
        texts.append(f"  - id: r{number}\n{head}{plain}{lines}")
    return "rules:\n" + "".join(texts)


def loaded(root: Path, **changed: str) -> Pack:
    """The tiny pack, changed and loaded."""
    return load_pack(tiny(root, **changed))


def faults_of(root: Path, **changed: str) -> tuple[Fault, ...]:
    """The faults with which loading the changed pack ends; none when it loads."""
    try:
        loaded(root, **changed)
    except PackError as error:
        return error.faults
    return ()


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """A text without its mark ``§``, and the line and column where the mark stood."""
    head, _, tail = text.partition(MARK)
    line = head.count("\n") + 1
    return head + tail, (line, len(head) - (head.rfind("\n") + 1) + 1)


def at(place: Place | None) -> tuple[int, int]:
    """Line and column of a place."""
    assert place is not None
    return place.line, place.column


def household(pack: Pack, text: str) -> CaseRow:
    """A household written as in a case: ``{income: 5, members: [{wage: 1}]}``."""
    item = parse_yaml(text, "household", [])
    assert item is not None
    dictionary = Dictionary(pack.entities, pack.facts, pack.codes)
    return read_row(item, pack.top, dictionary, "household", [])
