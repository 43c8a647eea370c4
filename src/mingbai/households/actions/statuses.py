"""Being registered as something (身份登记): episodes begin and end by the table in `states`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mingbai.households.acting import Outcome, acting
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.errors import error
from mingbai.households.kept import Episode
from mingbai.households.states import OPENINGS, may_open


def open_status(
    *,
    actor: str,
    reason: str,
    on: date,
    subject: Subject,
    subject_id: int,
    kind: StatusKind,
    cause: str = "",
    case: str = "",
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """From a day on registered as something (纳入、脱贫、返贫、监测…); what it takes the place of ends.

    `cause`: code of 致贫原因 or 风险类型; `case`: kind:id of the case that decided it. Raises HOME-044.
    """
    households, persons = _whom(subject, subject_id)
    with acting(action=f"households.status.{kind.value}_opened", actor=actor, reason=reason, on=on,
                households=households, persons=persons, source=source, seen=seen,
                target=f"{subject.value}:{subject_id}", dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        if subject == Subject.HOUSEHOLD:
            draft.life(subject_id, on)
        has = draft.open_episodes(subject, subject_id, on)
        if not may_open(kind, subject, [episode.kind for episode in has]):
            shown = "、".join(StatusKind(episode.kind).label for episode in has) or "–"
            raise error("HOME-044", subject=subject.label, key=subject_id, day=on, status=kind.label,
                        has=shown)  # fmt: skip
        for episode in has:
            if StatusKind(episode.kind) in OPENINGS[kind].ends:
                draft.end_episode(episode)
        draft.begin_episode(subject, subject_id, kind, cause=cause, reason=reason[:200], case=case)
    return outcome


def close_status(
    *,
    actor: str,
    reason: str,
    on: date,
    subject: Subject,
    subject_id: int,
    kind: StatusKind,
    source: str = "",
    seen: Mapping[int, str] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """No longer registered as something that nothing follows: 低保, 特困, 兜底… Raises HOME-045."""
    households, persons = _whom(subject, subject_id)
    with acting(action=f"households.status.{kind.value}_closed", actor=actor, reason=reason, on=on,
                households=households, persons=persons, source=source, seen=seen,
                target=f"{subject.value}:{subject_id}", dry_run=dry_run) as outcome:  # fmt: skip
        draft = outcome.draft
        found: list[Episode] = [
            one for one in draft.open_episodes(subject, subject_id, on) if one.kind == kind.value
        ]
        if not found or not OPENINGS[kind].closes:
            raise error(
                "HOME-045", subject=subject.label, key=subject_id, day=on, status=kind.label
            )
        draft.end_episode(found[0])
    return outcome


def _whom(subject: Subject, key: int) -> tuple[list[int], list[int]]:
    return ([key], []) if subject == Subject.HOUSEHOLD else ([], [key])
