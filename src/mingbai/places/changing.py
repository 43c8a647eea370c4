"""Rows behind a change of divisions (区划变更的登记行): old rows end, copies with new periods begin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from mingbai.audit.models import Batch
from mingbai.audit.records import Dated
from mingbai.places.codes import level_of, pad, parent_of, prefix_of
from mingbai.places.enums import SuccessionKind
from mingbai.places.errors import error
from mingbai.places.lineage import Step
from mingbai.places.models import Division, Group, Succession, VillageProfile, VillageStatus
from mingbai.places.queries import division_on, under

Row = TypeVar("Row", bound=Dated)

#: What hangs on the code of a village and goes on under its new one.
_FOLLOWING: tuple[tuple[type[Dated], str], ...] = (
    (Group, "village_code"),
    (VillageStatus, "division_code"),
    (VillageProfile, "division_code"),
)


def copied(row: Row, batch: Batch, **changes: Any) -> Row:
    """A new row like this one, begun by the batch; not yet stored."""
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in ("id", "begun_by_id", "ended_by_id")
    }
    return type(row)(**{**kept, **changes}, begun_by=batch)


def end_rows(model: type[Row], rows: Iterable[Row], batch: Batch) -> None:
    """End standing rows by the batch."""
    model.objects.filter(pk__in=[row.pk for row in rows]).update(ended_by=batch)


def cut(model: type[Row], rows: Sequence[Row], day: date, batch: Batch) -> None:
    """Let rows be true until the day (excluded); a row that began on it was never true."""
    end_rows(model, rows, batch)
    shorter = [copied(row, batch, valid_to=day) for row in rows if row.valid_from < day]
    model.objects.bulk_create(shorter)


def standing(code: str, day: date) -> Division:
    """The division of the code on the day, to be changed on it.

    Raises PLACE-006 for what is no code, PLACE-007 when there is none, PLACE-010 when it changes later.
    """
    check_code(code)
    rows = list(Division.objects.recorded().filter(code=pad(code)).order_by("valid_from"))
    current = next(
        (r for r in rows if r.valid_from <= day and (r.valid_to is None or day < r.valid_to)), None
    )
    if current is None:
        raise error("PLACE-007", division=pad(code), day=day)
    later = current.valid_to or next((r.valid_from for r in rows if r.valid_from > day), None)
    if later is not None:
        raise error("PLACE-010", division=pad(code), later=later, day=day)
    return current


def check_code(code: str) -> None:
    """Raises PLACE-006 for what is not digits of a level."""
    if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12)) or code[0] == "0":
        raise error(
            "PLACE-006", division=code, detail="2、4、6、9 或 12 位数字 / 2, 4, 6, 9 or 12 digits"
        )


def must(code: str, day: date) -> Division:
    """The division of the code on the day. Raises PLACE-007."""
    found = division_on(code, day)
    if found is None:
        raise error("PLACE-007", division=pad(code), day=day)
    return found


def free(code: str, day: date) -> None:
    """Raises PLACE-008 when the code names something on the day or later."""
    check_code(code)
    rows = Division.objects.recorded().filter(code=pad(code))
    if any(row.valid_to is None or row.valid_to > day for row in rows):
        raise error("PLACE-008", division=pad(code), day=day)


def begin(batch: Batch, like: Division, code: str, name: str, day: date) -> None:
    """A division from the day on, of the level and kind of another."""
    code = pad(code)
    changes = {"code": code, "name": name, "parent_code": parent_of(code), "level": level_of(code)}
    copied(like, batch, valid_from=day, valid_to=None, **changes).save()


def succeed(batch: Batch, steps: Iterable[Step], kind: SuccessionKind) -> None:
    """Write down what became what."""
    Succession.objects.bulk_create(
        Succession(
            old_code=step.old, new_code=step.new, happened_on=step.day, kind=kind, begun_by=batch
        )
        for step in steps
    )


def recode_subtree(batch: Batch, old: str, new: str, day: date) -> list[Step]:
    """Give everything under a code the new digits from the day on, with what hangs on the codes."""
    rows = list(Division.objects.recorded().on(day).filter(under(old)))
    swapped = {row.code: swap(row.code, old, new) for row in rows}
    cut(Division, rows, day, batch)
    Division.objects.bulk_create(
        copied(
            row, batch, code=swapped[row.code], valid_from=day,
            parent_code=parent_of(swapped[row.code]),
        )
        for row in rows
    )  # fmt: skip
    steps = [Step(day, row.code, swapped[row.code]) for row in rows]
    succeed(batch, steps, SuccessionKind.RECODE)
    for model, field in _FOLLOWING:
        follow(batch, model, field, swapped, day)
    return steps


def follow(
    batch: Batch, model: type[Dated], field: str, swapped: dict[str, str], day: date
) -> None:
    """Rows of old codes end on the day and go on under the new ones."""
    rows = list(model.objects.recorded().on(day).filter(**{f"{field}__in": swapped}))
    cut(model, rows, day, batch)
    model.objects.bulk_create(
        copied(row, batch, valid_from=day, **{field: swapped[getattr(row, field)]}) for row in rows
    )


def swap(code: str, old: str, new: str) -> str:
    """A code under `old`, moved under `new`; both of the same level.

    >>> swap("430221100201", "430221", "430212")
    '430212100201'
    """
    digits = len(prefix_of(old))
    return pad(new)[:digits] + pad(code)[digits:]
