"""policies/cn-checks: every published check is done somewhere, and every check has its cases."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mingbai.documents.pack_pages import difference, pack_page, rule_page
from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.loading import load_pack
from mingbai.engine.model.expressions import Certainty, FactRef, walk
from mingbai.engine.model.pack import Role
from mingbai.tables import catalogue

FOLDER = Path(__file__).parents[2] / "policies" / "cn-checks"
NUMBER = re.compile(r"\b(?:\d_\d\d_\d{3}|1111_\d\d)\b")


@pytest.fixture(scope="module")
def pack():
    return load_pack(FOLDER)


@pytest.fixture(scope="module")
def done() -> dict[str, str]:
    """The table of SOURCES.md: source → what does it."""
    text = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    table = text.partition("## Every published check")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return {
        f"{row[0]}: {row[1]}": row[2]
        for row in rows
        if len(row) == 3 and row[0] not in ("Source", "---")
    }


def checks(pack):
    return {rule.id: rule for rule in pack.rules if rule.role is Role.CHECK}


def test_the_pack_holds_checks_only(pack):
    own = [rule for rule in pack.rules if rule.place.file.startswith("cn-checks/")]
    assert {rule.role for rule in own} == {Role.CHECK}
    assert {rule.id for rule in own} == set(checks(pack))


def test_what_the_list_says_is_done_is_done(pack, done):
    named = {name for cell in done.values() for name in re.findall(r"record\.\w+", cell)}
    assert named == set(checks(pack))
    tables = {code for cell in done.values() for code in re.findall(r"TABLE-\d{3}", cell)}
    assert tables
    assert tables <= set(catalogue())
    assert [
        source for source, cell in done.items() if not re.search(r"record\.|TABLE-", cell)
    ] == []


def test_a_check_cites_the_number_under_which_the_list_has_it(pack, done):
    for source, cell in done.items():
        numbers = set(NUMBER.findall(source))
        for name in re.findall(r"record\.\w+", cell):
            assert numbers <= set(NUMBER.findall(checks(pack)[name].source.clause)), (source, name)
            assert set(NUMBER.findall(checks(pack)[name].source.clause)) <= numbers, (source, name)


def test_every_number_of_the_digest_is_in_the_list(shared_data, done):
    digest = (shared_data / "domain" / "identify-exit.md").read_text(encoding="utf-8")
    section = digest.partition("### 10.1")[2].partition("\n## ")[0]
    # "5_15_016/017" stands for two numbers.
    section = re.sub(r"\b(\d_\d\d_)(\d{3})/(\d{3})\b", r"\1\2 \1\3", section)
    wanted = set(NUMBER.findall(section))
    assert len(wanted) > 20
    assert wanted - set(NUMBER.findall(" ".join(done))) == set()


def test_every_check_has_a_case_that_speaks_one_that_does_not_and_one_not_known(pack):
    """A check of blanks alone is never unknown: a blank is certain."""
    seen: dict[str, set[object]] = {}
    for case in pack.cases:
        for name, value in case.expect.items():
            seen.setdefault(name, set()).add(value if isinstance(value, (bool, str)) else None)
    bound = bind_pack(pack, pack.cases[0].as_of)
    for name in checks(pack):
        wanted = {True, False, "not_in_force"} | (set() if _only_blanks(bound, name) else {None})
        assert wanted <= seen[name], name


def _only_blanks(bound, name: str) -> bool:
    nodes = list(walk(bound.rules[name].expr))
    inside = {id(part) for node in nodes if isinstance(node, Certainty) for part in walk(node.item)}
    return all(id(node) in inside for node in nodes if isinstance(node, FactRef)) and bool(inside)


def test_thresholds_are_parameters_with_a_source(pack):
    own = [one for one in pack.parameters.values() if one.place.file.startswith("cn-checks/")]
    assert len(own) >= 10
    assert all(value.source and not value.local for one in own for value in one.values)
    numbers = [
        (rule.id, rule.form.expr.text)
        for rule in checks(pack).values()
        if rule.form.expr and re.search(r"(?<![\w.])[1-9]\d*(?!\w)", rule.form.expr.text)
    ]
    assert numbers == []


def test_the_page_of_a_check_shows_what_it_says(pack):
    page = "\n".join(rule_page(pack, checks(pack)["record.wage_small"]))
    for part in ("check hint", "大于零而低于 {wage_small} 元", "请核对单位", "300", "cases (6)"):
        assert part in page
    lines = [line for line in pack_page(pack) if "record.wage_large" in line]
    assert len(lines) == 1
    assert "check warning" in lines[0]


def test_a_changed_text_shows_in_the_difference_of_two_packs(pack):
    rule = checks(pack)["record.wage_small"]
    assert rule.check is not None
    changed = replace(rule, check=replace(rule.check, severity="error"))
    other = replace(pack, rules=tuple(changed if one is rule else one for one in pack.rules))
    lines = [line.strip() for line in difference(pack, other)]
    assert "- hint" in lines
    assert "+ error" in lines


def test_every_finding_of_a_case_is_explained_by_what_the_row_says(pack):
    """A check has a trace like every rule: its value, and the facts it was decided by."""
    day = max(case.as_of for case in pack.cases)
    tracer = Tracer(compile_bound(bind_pack(pack, day)))
    explained = set()
    for case in (case for case in pack.cases if case.as_of == day):
        for name in (name for name, value in case.expect.items() if value is True):
            place = "" if checks(pack)[name].entity == "household" else "members.0."
            row, above = tracer.descend(tracer.evaluate(case.household), place)
            node = tracer.trace(row, name, place, above)
            assert node.value is True
            assert any(step.inputs for step in node.walk()), name
            explained.add(name)
    assert explained == set(checks(pack))
