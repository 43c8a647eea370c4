"""Numbered errors of the register (登记系统错误编号): one catalogue a package, one base.

A package's ``errors.py`` has ``CATALOGUE: dict[number, (Chinese, English)]`` and makes its error with
``error(code, number=…)``. A message says what, where, why and what to do; it holds identifiers, never
a name or an ID number.
"""

from __future__ import annotations

from collections.abc import Mapping

Catalogue = Mapping[str, tuple[str, str]]


class RegisterError(Exception):
    """One numbered refusal (编号拒绝): `zh` and `en` for people, `values` as data for programs."""

    def __init__(self, code: str, messages: tuple[str, str], values: Mapping[str, object]) -> None:
        self.code = code
        self.values = dict(values)
        self.zh, self.en = (message.format(**values) for message in messages)
        super().__init__(f"{code} {self.zh} / {self.en}")


def error_from(catalogue: Catalogue, code: str, **values: object) -> RegisterError:
    """The error with this number; its words come from the catalogue."""
    return RegisterError(code, catalogue[code], values)
