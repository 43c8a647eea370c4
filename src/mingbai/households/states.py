"""Which status may follow which (身份变更表): a table, not code spread over actions.

Being registered lasts while the household is exited (脱贫不脱政策); watching and clearing alternate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mingbai.households.enums import StatusKind, Subject

_S = StatusKind
WATCHED = frozenset({_S.WATCHED_UNSTABLE, _S.WATCHED_MARGINAL, _S.WATCHED_SUDDEN})
_HOME = frozenset({Subject.HOUSEHOLD})
_ANY = frozenset(Subject)


@dataclass(frozen=True)
class Opening:
    """What opening a status takes (身份开始的条件): one of `needs` open, none of `forbids`; `ends` close."""

    kind: StatusKind
    needs: frozenset[StatusKind] = frozenset()
    forbids: frozenset[StatusKind] = frozenset()
    ends: frozenset[StatusKind] = frozenset()
    subjects: frozenset[Subject] = _HOME
    closes: bool = False  # may also be closed by itself; else only what follows ends it


def _kinds(*kinds: StatusKind) -> frozenset[StatusKind]:
    return frozenset(kinds)


_OPENINGS = (
    Opening(_S.REGISTERED, ends=_kinds(_S.REMOVED, _S.WATCHED_MARGINAL)),
    Opening(_S.EXITED, needs=_kinds(_S.REGISTERED), ends=_kinds(_S.RETURNED)),
    Opening(_S.RETURNED, needs=_kinds(_S.EXITED), ends=_kinds(_S.EXITED, _S.WATCHED_UNSTABLE, _S.CLEARED)),
    Opening(
        _S.REMOVED, needs=_kinds(_S.REGISTERED),
        ends=_kinds(_S.REGISTERED, _S.EXITED, _S.RETURNED, _S.WATCHED_UNSTABLE, _S.CLEARED), closes=True,
    ),
    Opening(_S.WATCHED_UNSTABLE, needs=_kinds(_S.EXITED), forbids=WATCHED, ends=_kinds(_S.CLEARED)),
    Opening(_S.WATCHED_MARGINAL, forbids=WATCHED | {_S.REGISTERED}, ends=_kinds(_S.CLEARED)),
    # Either kind of household can fall into sudden hardship (identify-exit.md 1.3).
    Opening(_S.WATCHED_SUDDEN, forbids=WATCHED, ends=_kinds(_S.CLEARED)),
    Opening(_S.CLEARED, needs=WATCHED, ends=WATCHED, closes=True),
    Opening(_S.DIBAO, ends=_kinds(_S.DIBAO_MARGINAL), subjects=_ANY, closes=True),
    Opening(_S.DIBAO_MARGINAL, forbids=_kinds(_S.DIBAO), subjects=_ANY, closes=True),
    Opening(_S.TEKUN, subjects=_ANY, closes=True),
    Opening(_S.FLOOR, subjects=_ANY, closes=True),
)  # fmt: skip
OPENINGS: Mapping[StatusKind, Opening] = {opening.kind: opening for opening in _OPENINGS}


def may_open(kind: StatusKind, subject: Subject, open_kinds: Iterable[str]) -> bool:
    """Whether a status may begin beside what is open."""
    rule, has = OPENINGS[kind], {StatusKind(one) for one in open_kinds}
    return (
        subject in rule.subjects
        and kind not in has
        and (not rule.needs or bool(rule.needs & has))
        and not rule.forbids & has
    )
