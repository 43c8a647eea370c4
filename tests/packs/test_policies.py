"""Every pack under policies/: no faults, every case holds, every rule is covered, every mutant noticed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mingbai.engine.compiling import check_pack
from mingbai.engine.errors import PackError
from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Case, Pack
from mingbai.engine.testing import CaseRunner, missing_covers
from mingbai.engine.testing.mutation import mutation_test

POLICIES = Path(__file__).parents[2] / "policies"
FOLDERS = sorted(path.parent for path in POLICIES.glob("*/pack.yaml"))
NAMES = [folder.name for folder in FOLDERS]


@cache
def pack(name: str) -> Pack:
    return load_pack(POLICIES / name)


@cache
def runner(name: str) -> CaseRunner:
    return CaseRunner(pack(name))


def cases() -> Iterator[object]:
    """Each case as an item of its own; a pack that cannot be read has none and fails below."""
    for name in NAMES:
        try:
            found = pack(name).cases
        except PackError:
            continue
        for case in found:
            file = Path(case.place.file).stem
            title = case.name.en.encode("ascii", "ignore").decode()
            yield pytest.param(name, case, id=f"{name} {file}:{case.place.line} {title[:60]}")


def test_there_are_packs() -> None:
    assert {"cn", "cn-hubei", "cr"} <= set(NAMES)


@pytest.mark.parametrize(("name", "case"), list(cases()))
def test_case_holds(name: str, case: Case) -> None:
    assert [str(item) for item in runner(name).run(case)] == []


@pytest.mark.parametrize("name", NAMES)
def test_pack_has_cases_and_no_faults(name: str) -> None:
    assert pack(name).cases
    assert [str(item) for item in check_pack(pack(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_covered_at_its_edges(name: str) -> None:
    """Just in, just out, and the day before it took effect."""
    assert missing_covers(pack(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_mutant_is_noticed(name: str) -> None:
    report = mutation_test(pack(name))
    assert [str(item) for item in report.survivors] == []
    assert [str(item) for item in report.faults] == []
    assert [str(item) for item in report.broken] == []
    # A value with a source but without a case is a figure that nobody has tried.
    assert len({item.place for item in report.unused}) <= 3, [str(item) for item in report.unused]
