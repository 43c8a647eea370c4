"""Writes docs/mechanisms.md: each mechanism of the five seed reports, its state and its tests."""

import ast
import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "docs" / "mechanisms.csv"
PAGE = ROOT / "docs" / "mechanisms.md"
ID = re.compile(r"\bS[0-4]-\d\d\b")
STATES = ("works", "label only", "later")

HEAD = """\
# Mechanisms of the five reports (机制对照表)

Generated from `mechanisms.csv` by `make docs`; do not edit. Five reports from the field (S0 沙口镇,
S1 蒲溪镇, S2 江口县, S3 渌口区, S4 洞口县) name {total} mechanisms, standards, roles, ledgers,
deadlines and figures. This page says which of them the product does today.

* **works** ({works}): it does what the report describes, and a test cites the ID.
* **label only** ({label_only}): a slogan or a local name; there is nothing to compute.
* **later** ({later}): not done yet.

*Where* is the command or screen where it works; for the others, where it will.

| ID | Term | Meaning | State | Where | Tests |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Mechanism:
    """One mechanism (机制) that a report names."""

    id: str
    term: str
    meaning: str
    state: str
    where: str


def read() -> list[Mechanism]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return [Mechanism(**row) for row in csv.DictReader(file)]


def cited() -> dict[str, list[tuple[str, str]]]:
    """For each ID the tests whose docstring cites it, as (file, test)."""
    tests: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(ROOT.glob("tests/**/test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in _tests_of(ast.parse(path.read_text(encoding="utf-8"))):
            for mechanism in sorted(set(ID.findall(ast.get_docstring(node) or ""))):
                tests[mechanism].append((name, node.name))
    return tests


def _tests_of(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def page() -> str:
    mechanisms, tests = read(), cited()
    count = Counter(each.state for each in mechanisms)
    head = HEAD.format(
        total=len(mechanisms), **{state.replace(" ", "_"): count[state] for state in STATES}
    )
    return head + "".join(_line(each, tests.get(each.id, [])) for each in mechanisms)


def _line(each: Mechanism, tests: list[tuple[str, str]]) -> str:
    links = ", ".join(f"[{name}](../{path})" for path, name in tests)
    where = f"`{each.where}`" if each.where.startswith("mingbai ") else each.where
    return f"| {each.id} | {each.term} | {each.meaning} | {each.state} | {where} | {links} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
