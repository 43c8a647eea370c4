"""A small pack and writers of small files, typed by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from mingbai.tables import Column, Intake, Profile, Schema, Table, load_profiles, read_folder

SEX = {"male": ("男", "male"), "female": ("女", "female")}
RELATION = {"head": ("户主", "head"), "spouse": ("配偶", "spouse"), "child": ("子女", "child")}
KIND = {"general": ("一般农户", "ordinary"), "exited": ("脱贫户", "exited")}

HOUSEHOLD = Table(
    "household",
    "household_id",
    None,
    None,
    (
        Column("head_name", "text", labels=("户主姓名", "head's name")),
        Column("division_code", "text", labels=("行政区划代码", "division code")),
        Column("kind", "code", codes=KIND, labels=("户类型", "kind")),
        Column("wage", "money", 2, minimum=0, labels=("工资性收入", "wages")),
        Column("road_km", "decimal", 2, labels=("与村主干路距离", "road")),
        Column("unsafe", "bool", labels=("是否危房户", "unsafe")),
        Column("seen_on", "date", labels=("入户日期", "seen on")),
    ),
    "head_name",
    "户",
    "household",
)
PERSON = Table(
    "person",
    "person_id",
    "household_id",
    "household",
    (
        Column("name", "text", labels=("姓名", "name")),
        Column("id_number", "text", labels=("证件号码", "ID number")),
        Column("sex", "code", codes=SEX, labels=("性别", "sex")),
        Column("birth_date", "date", labels=("出生日期", "born on")),
        Column("relation", "code", codes=RELATION, labels=("与户主关系", "relation")),
        Column("months", "int", minimum=0, maximum=12, labels=("务工月数", "months")),
        Column("chronic", "bool", labels=("长期慢性病", "chronic")),
        Column("disabled", "bool", labels=("残疾", "disabled")),
        Column("insured", "bool", labels=("参保", "insured")),
    ),
    "name",
    "人",
    "person",
)
BILL = Table(
    "bill",
    None,
    "person_id",
    "person",
    (
        Column("paid_on", "date", labels=("结算日期", "paid on")),
        Column("paid", "money", 2, labels=("金额", "amount")),
    ),
    None,
    "费用",
    "bill",
)
SCHEMA = Schema((HOUSEHOLD, PERSON, BILL))

# Synthetic numbers under the prefix 99, which no province has.
MAN = "990101198001011236"
WOMAN = "990101198202023444"


def csv(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def xlsx(folder: Path, name: str, rows: Sequence[Sequence[object]], sheet: str = "Sheet1") -> Path:
    path = folder / name
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell is not None:
                page.write(number, place, cell)
    book.close()
    return path


def profiles(*texts: str) -> tuple[Profile, ...]:
    """Profiles from their YAML."""
    with tempfile.TemporaryDirectory() as home:
        for number, text in enumerate(texts):
            (Path(home) / f"{number}.yaml").write_text(text, encoding="utf-8")
        return load_profiles([Path(home)])


def read(folder: Path, *texts: str, schema: Schema = SCHEMA) -> Intake:
    intake = read_folder(folder, schema, profiles(*texts))
    assert intake.rows_in == intake.rows_accepted + intake.rows_listed
    listed = [problem for problem in intake.problems if problem.severity == "listed"]
    assert sum(problem.rows for problem in listed) == intake.rows_listed
    return intake


def codes(intake: Intake) -> list[str]:
    return [problem.code for problem in intake.problems]


def rows(intake: Intake, entity: str, *names: str) -> list[tuple[object, ...]]:
    table = intake.tables[entity].to_pylist()
    return [tuple(row[name] for name in names) for row in table]
