"""Small invented trees of divisions, and the real re-codes of two counties."""

from __future__ import annotations

from datetime import date

from mingbai.places import rosters

FIRST = date(2014, 1, 1)


def row(code: str, name: str, level: str, start: date = FIRST, end: date | None = None,
        successor: str | None = None) -> rosters.Stretch:  # fmt: skip
    parent = {"county": code[:4], "township": code[:6], "village": code[:9]}[level]
    return rosters.Stretch(code, name, level, level, parent, start, end, successor)


def county() -> list[rosters.Stretch]:
    """One county, two townships, two villages in the first and one in the second."""
    return [
        row("990101", "甲县", "county"),
        row("990101100", "东镇", "township"),
        row("990101101", "西镇", "township"),
        row("990101100201", "东一村", "village"),
        row("990101100202", "东二村", "village"),
        row("990101101201", "西一村", "village"),
    ]


def lukou() -> list[rosters.Stretch]:
    """株洲县 430221, from 2018 on 渌口区 430212."""
    return rosters.tree(rosters.read_roster(None, ["430221", "430212"]), FIRST)


def jiangkou() -> list[rosters.Stretch]:
    """江口县 520621: in 2019 its villages became fewer and got other codes."""
    return rosters.tree(rosters.read_roster(None, ["520621"]), FIRST)
