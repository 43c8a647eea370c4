"""Errors of the synthetic places (示范地错误): said in both languages, never a traceback."""

from __future__ import annotations


class PlaceError(ValueError):
    """A place that is not known, not built, or whose files do not fit (示范地错误)."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(f"{zh} / {en}")
