"""Deciding row by row (逐行取舍): what a dry run shows and a person does not want written, or wants taken."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from mingbai.audit.actions import record
from mingbai.intake.enums import Verdict
from mingbai.intake.errors import error
from mingbai.intake.looking import lines_of
from mingbai.intake.models import ImportOrder, RowChoice

#: List → what can be decided about its lines.
VERDICTS = {"new": Verdict.LEAVE, "changed": Verdict.LEAVE, "conflicts": Verdict.TAKE}
#: Rows that are decided at a time.
MOST_AT_ONCE = 20_000


@transaction.atomic
def choose_rows(
    *, actor: str, order: ImportOrder, shown_in: str, places: Collection[int], reason: str
) -> int:
    """Leave these lines out, or take them as the list says (取舍); returns how many there are now.

    Lines that nothing can be decided about are passed over. Raises INTAKE-021, INTAKE-022 and INTAKE-023.
    """
    verdict, said = VERDICTS[shown_in], reason.strip()
    _refuse(order, places)
    if verdict == Verdict.TAKE and not said:
        raise error("INTAKE-022")
    marks = _marks(order, shown_in, places)
    _forget(order, shown_in, marks)
    now = timezone.now()
    RowChoice.objects.bulk_create(
        [
            RowChoice(
                order=order, shown_in=shown_in, place=place, mark=mark, verdict=verdict,
                reason=said, chosen_by=actor, chosen_at=now,
            )
            for place, mark in marks.items()
        ],
        batch_size=500,
    )  # fmt: skip
    _record(actor, order, shown_in, str(verdict), len(marks), said)
    return len(marks)


@transaction.atomic
def unchoose_rows(*, actor: str, order: ImportOrder, shown_in: str, places: Collection[int]) -> int:
    """Take back what was decided about these lines. Raises INTAKE-021 and INTAKE-023."""
    _refuse(order, places)
    gone = _forget(order, shown_in, places)
    if gone:
        _record(actor, order, shown_in, "undo", gone, "")
    return gone


def copy_choices(shown: ImportOrder, order: ImportOrder) -> None:
    """What was decided in a dry run stands with the order that writes it, and changes no more."""
    rows = [
        RowChoice(
            order=order, shown_in=one.shown_in, place=one.place, mark=one.mark,
            verdict=one.verdict, reason=one.reason, chosen_by=one.chosen_by,
            chosen_at=one.chosen_at,
        )
        for one in shown.choices.all()
    ]  # fmt: skip
    RowChoice.objects.bulk_create(rows, batch_size=500)


def _refuse(order: ImportOrder, places: Collection[int]) -> None:
    if len(places) > MOST_AT_ONCE:
        raise error("INTAKE-021", most=MOST_AT_ONCE, count=len(places))
    if not order.dry_run or order.followed_by.filter(dry_run=False).exists():
        raise error("INTAKE-023")


def _marks(order: ImportOrder, shown_in: str, places: Collection[int]) -> dict[int, bytes]:
    if not places:
        return {}
    wanted, first = set(places), min(places)
    lines = enumerate(lines_of(order, shown_in, first, max(places) + 1), first)
    return {at: bytes.fromhex(line["mark"]) for at, line in lines if at in wanted and line["mark"]}


def _forget(order: ImportOrder, shown_in: str, places: Collection[int]) -> int:
    few, gone = sorted(places), 0
    for start in range(0, len(few), 500):
        found = order.choices.filter(shown_in=shown_in, place__in=few[start : start + 500])
        gone += found.delete()[0]
    return gone


def _record(
    actor: str, order: ImportOrder, shown_in: str, verdict: str, rows: int, reason: str
) -> None:
    record(
        actor=actor, action="intake.rows.chosen", target=f"order:{order.pk}",
        data={"list": shown_in, "verdict": verdict, "rows": rows, "reason": reason},
    )  # fmt: skip
