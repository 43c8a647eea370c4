"""The fast half of fuzzing: the kept corpus whole, each file that once broke something, some damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.__main__ import Worker, run
from tests.fuzz.corpus import corpus, kept
from tests.fuzz.worker import ending

FIRST, COUNT = 10_000_000, 400


@pytest.mark.parametrize("name", corpus())
def test_every_whole_file_is_read(name: str) -> None:
    said = ending(name, corpus()[name])
    # Those with odd merges have no header that must be known; one is hidden.
    assert said == "read" or (name.startswith("合并") and said in ("TABLE-023", "TABLE-029"))


@pytest.mark.parametrize("name", kept())
def test_what_once_broke_something_does_so_no_more(name: str) -> None:
    assert not ending(name, kept()[name]).startswith("failed")


def test_damaged_files_end_in_a_verdict(tmp_path: Path) -> None:
    tally, _ = run(FIRST, COUNT, tmp_path / "failures")
    assert sum(tally.values()) == COUNT
    assert [one for one in tally if one[1].startswith("failed")] == []
    assert len({ended for _, ended in tally}) > 3, "the damage does not reach the readers"


def test_a_file_that_ends_the_process_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker()
    monkeypatch.setenv("MINGBAI_FUZZ_ABORT_AT", "7")
    assert worker.read(7)[1].startswith("failed: the process ended with -6")
    assert not worker.read(8)[1].startswith("failed")
    worker.close()
