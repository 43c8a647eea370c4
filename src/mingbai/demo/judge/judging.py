"""Judging a built place (评分): the product first, on the files alone; then the truth is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mingbai.demo.judge.figures import Section
from mingbai.demo.judge.problems import problem_section
from mingbai.demo.judge.rights import misjudged_section, right_section
from mingbai.demo.judge.risks import light_section, risk_section
from mingbai.demo.judge.seen import pack_of, see
from mingbai.demo.judge.truths import day_of, read_truth
from mingbai.demo.judge.unknowns import unknown_section
from mingbai.engine.model.pack import Pack


@dataclass(frozen=True)
class Judgement:
    """The scores of a place (评分结果)."""

    place: str
    seed: int
    day: date
    pack: str
    pack_hash: str
    households: int
    called: int  # households that somebody has to see
    sections: tuple[Section, ...]


def judge(
    folder: Path,
    progress: Callable[[str, int, int], None] | None = None,
    pack: Pack | None = None,
) -> Judgement:
    """Screen the files of a built place and score what was said of them.

    Raises ``PlaceError`` for a folder that is no place or lacks its truth, and what a screening raises.
    """
    day = day_of(folder)
    seen = see(folder, day, pack or pack_of(), progress)
    if progress:
        progress("judge", 0, 1)
    truth = read_truth(folder)
    used = seen.screening.program.pack
    sections = (
        problem_section(seen, truth), risk_section(seen, truth), light_section(seen, truth),
        right_section(seen, truth), misjudged_section(seen, truth), unknown_section(seen),
    )  # fmt: skip
    return Judgement(
        truth.name, truth.seed, day, used.id, used.hash, seen.screening.households,
        len(seen.screening.tasks), sections,
    )  # fmt: skip
