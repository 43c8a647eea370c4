"""Changing divisions and what is counted on them (区划的登记): each change one batch and one event.

`carry` is what a higher package does in the same transaction with what it keeps under the old codes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from mingbai.audit.actions import hold_chain, record, recording
from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter
from mingbai.places import changing
from mingbai.places.codes import level_of, pad
from mingbai.places.enums import SuccessionKind
from mingbai.places.errors import error
from mingbai.places.lineage import Step
from mingbai.places.loading import DivisionRow, check_rows, columns, successions
from mingbai.places.models import Boundary, Division, Register, Succession
from mingbai.places.queries import under
from mingbai.places.shapes import Shape

Carry = Callable[[Batch, Sequence[Step]], None]


def _nothing_more(batch: Batch, steps: Sequence[Step]) -> None:
    """Where only the codes change."""


def create_register(
    *, actor: str, division_code: str, synthetic: bool, pack: str, working_date: date | None = None
) -> Register:
    """Say once what this database holds (建库). `synthetic` stays as it is said here.

    Raises PLACE-003 when there is a register, PLACE-004 for a working date of a real one, PLACE-006.
    """
    changing.check_code(division_code)
    if working_date is not None and not synthetic:
        raise error("PLACE-004")
    with transaction.atomic():
        if (made := Register.objects.first()) is not None:
            raise error("PLACE-003", division=made.division_code)
        found = Register.objects.create(
            division_code=pad(division_code), synthetic=synthetic, pack=pack,
            working_date=working_date, created_at=timezone.now(),
        )  # fmt: skip
        said = {"division": found.division_code, "synthetic": synthetic, "pack": pack}
        record(actor=actor, action="places.register.created", target="register:1", data=said)
    return found


def set_working_date(*, actor: str, day: date) -> Register:
    """The day a synthetic register works on (工作日期). Raises PLACE-001, and PLACE-004 for a real one."""
    with transaction.atomic():
        found = Register.objects.select_for_update().first()
        if found is None:
            raise error("PLACE-001")
        if not found.synthetic:
            raise error("PLACE-004")
        before, found.working_date = found.working_date, day
        found.save()
        said = {"before": before and before.isoformat(), "after": day.isoformat()}
        record(
            actor=actor, action="places.register.working_date_set", target="register:1", data=said
        )
    return found


def load_divisions(
    *,
    rows: Sequence[DivisionRow],
    actor: str = "system",
    batch: Batch | None = None,
    source: str = "",
) -> int:
    """Load a roster with its periods and successors (装入区划); returns the stretches that were new.

    Under `batch`, an open batch, they are seen when that is recorded; else it is one change of its own. What
    stands already is left as it is. Parents that follow from their parts get successors too.
    Raises PLACE-016 naming the row.
    """
    check_rows(rows)
    if batch is not None:
        return _load(BatchWriter(batch), rows)
    with recording(
        actor=actor, action="places.divisions.loaded", source=source, target="divisions"
    ) as own:
        count = _load(own, rows)
        own.event_data = {"rows": count}
    return count


def _load(into: BatchWriter | Batch, rows: Sequence[DivisionRow]) -> int:
    names = ("code", "name", "level", "kind", "parent_code", "valid_from", "valid_to")
    known = set(Division.objects.recorded().values_list(*names))
    fresh = [found for row in rows if tuple((found := columns(row)).values()) not in known]
    told = set(Succession.objects.recorded().values_list("happened_on", "old_code", "new_code"))
    steps = [(step, kind) for step, kind in successions(rows) if step not in told]
    _check_free(fresh)
    became = [(s.old, s.new, s.day, str(kind)) for s, kind in steps]
    if isinstance(into, BatchWriter):
        into.insert(Division, names, [tuple(row.values()) for row in fresh])
        into.insert(Succession, ("old_code", "new_code", "happened_on", "kind"), became)
        return len(fresh)
    Division.objects.bulk_create(Division(**row, begun_by=into) for row in fresh)
    for old, new, day, kind in became:
        changing.succeed(into, [Step(day, old, new)], SuccessionKind(kind))
    return len(fresh)


def _check_free(fresh: Sequence[dict[str, Any]]) -> None:
    """Raises PLACE-008 when a new stretch overlaps one that stands."""
    standing = Division.objects.recorded().values_list("code", "valid_from", "valid_to")
    spans: dict[str, list[tuple[date, date | None]]] = {}
    for code, start, end in standing:
        spans.setdefault(code, []).append((start, end))
    for row in fresh:
        for start, end in spans.get(row["code"], ()):
            if (end is None or row["valid_from"] < end) and (
                row["valid_to"] is None or start < row["valid_to"]
            ):
                raise error("PLACE-008", division=row["code"], day=row["valid_from"])


def recode(
    *,
    actor: str,
    code: str,
    new_code: str,
    day: date,
    reason: str,
    source: str = "",
    new_name: str = "",
    carry: Carry = _nothing_more,
) -> Division:
    """A division bears another code from the day on (重新编码), with everything under it; so does a move.

    A village that goes to another township gets a code of that township. Groups, statuses and profiles go on
    under the new code; before the day all stays under the old one.
    Raises PLACE-006 for another level, PLACE-007, PLACE-008, PLACE-010.
    """  # fmt: skip
    with recording(
        actor=actor, action="places.division.recoded", reason=reason, source=source,
        target=f"division:{pad(code)}",
    ) as batch:  # fmt: skip
        hold_chain()
        changing.standing(code, day)
        _same_level([code, new_code])
        if taken := Division.objects.recorded().on(day).filter(under(new_code)).first():
            raise error("PLACE-008", division=taken.code, day=day)
        changing.free(new_code, day)
        steps = changing.recode_subtree(batch, code, new_code, day)
        if new_name:
            _rename_new(batch, new_code, new_name, day)
        carry(batch, steps)
        batch.event_data = {"new": pad(new_code), "day": day.isoformat(), "codes": len(steps)}
    return changing.must(new_code, day)


def _rename_new(batch: Batch, code: str, name: str, day: date) -> None:
    Division.objects.filter(code=pad(code), valid_from=day, begun_by=batch).update(name=name)


def merge(
    *,
    actor: str,
    codes: Sequence[str],
    into_code: str,
    into_name: str,
    day: date,
    reason: str,
    source: str = "",
    carry: Carry = _nothing_more,
) -> Division:
    """Several divisions are one from the day on (合并): a new code, or one of theirs.

    Divisions that still have others under them are merged last: those under them get codes first.
    Raises PLACE-006, PLACE-007, PLACE-008, PLACE-009, PLACE-010, PLACE-020.
    """  # fmt: skip
    olds, into = sorted({pad(code) for code in codes}), pad(into_code)
    if len(olds) < 2:
        raise error("PLACE-009", what="合并 / a merge", least=2, count=len(olds))
    _same_level([*olds, into])
    with recording(
        actor=actor, action="places.division.merged", reason=reason, source=source,
        target=f"division:{into}",
    ) as batch:  # fmt: skip
        hold_chain()
        rows = {code: changing.standing(code, day) for code in olds}
        for code in rows.keys() - {into}:
            _no_parts(code, day)
        if into not in rows:
            changing.free(into, day)
        changing.cut(Division, list(rows.values()), day, batch)
        changing.begin(batch, rows.get(into) or rows[olds[0]], into, into_name, day)
        steps = [Step(day, code, into) for code in olds]
        changing.succeed(batch, steps, SuccessionKind.MERGE)
        carry(batch, steps)
        batch.event_data = {"codes": olds, "into": into, "day": day.isoformat()}
    return changing.must(into, day)


def split(
    *,
    actor: str,
    code: str,
    parts: Sequence[tuple[str, str]],
    day: date,
    reason: str,
    source: str = "",
    carry: Carry = _nothing_more,
) -> list[Division]:
    """One division is several from the day on (分设): (code, name) of each, its own code may be among them.

    Raises PLACE-006, PLACE-007, PLACE-008, PLACE-009, PLACE-010, PLACE-020.
    """  # fmt: skip
    old, news = pad(code), {pad(part): name for part, name in parts}
    if len(news) < 2 or len(news) != len(parts):
        raise error("PLACE-009", what="分设 / a split", least=2, count=len(news))
    _same_level([old, *news])
    with recording(
        actor=actor, action="places.division.split", reason=reason, source=source,
        target=f"division:{old}",
    ) as batch:  # fmt: skip
        hold_chain()
        current = changing.standing(old, day)
        if old not in news:
            _no_parts(old, day)
        for part in news.keys() - {old}:
            changing.free(part, day)
        changing.cut(Division, [current], day, batch)
        for part, name in news.items():
            changing.begin(batch, current, part, name, day)
        steps = [Step(day, old, part) for part in news]
        changing.succeed(batch, steps, SuccessionKind.SPLIT)
        carry(batch, steps)
        batch.event_data = {"parts": sorted(news), "day": day.isoformat()}
    return [changing.must(part, day) for part in news]


def rename(
    *, actor: str, code: str, name: str, day: date, reason: str, source: str = ""
) -> Division:
    """A division is called something else from the day on (更名). Raises PLACE-006, PLACE-007, PLACE-010."""
    with recording(
        actor=actor, action="places.division.renamed", reason=reason, source=source,
        target=f"division:{pad(code)}",
    ) as batch:  # fmt: skip
        hold_chain()
        current = changing.standing(code, day)
        changing.cut(Division, [current], day, batch)
        changing.begin(batch, current, current.code, name, day)
        changing.succeed(batch, [Step(day, current.code, current.code)], SuccessionKind.RENAME)
        batch.event_data = {"before": current.name, "after": name, "day": day.isoformat()}
    return changing.must(code, day)


def link_succession(
    *,
    actor: str,
    old_code: str,
    new_codes: Sequence[str],
    day: date,
    reason: str,
    source: str = "",
    carry: Carry = _nothing_more,
) -> list[Step]:
    """Say what became of a division that a roster only shows ending (补记沿革).

    From the day on, whoever held the old code holds the new ones. Raises PLACE-007 when the old one does not
    end on the day or a new one does not stand, PLACE-009 for none.
    """  # fmt: skip
    old, news = pad(old_code), sorted({pad(code) for code in new_codes})
    if not news:
        raise error("PLACE-009", what="后继 / successors", least=1, count=0)
    steps = [Step(day, old, new) for new in news]
    with recording(
        actor=actor, action="places.division.succession_told", reason=reason, source=source,
        target=f"division:{old}",
    ) as batch:  # fmt: skip
        hold_chain()
        if not Division.objects.recorded().filter(code=old, valid_to=day).exists():
            raise error("PLACE-007", division=old, day=day)
        for new in news:
            changing.must(new, day)
        kind = SuccessionKind.SPLIT if len(news) > 1 else SuccessionKind.MERGE
        changing.succeed(batch, steps, kind)
        carry(batch, steps)
        batch.event_data = {"new": news, "day": day.isoformat()}
    return steps


def keep_shapes(
    *, actor: str, shapes: Sequence[Shape], source: str, reason: str, file_name: str
) -> int:
    """Keep outlines for drawing (存入地界); those of the same divisions are replaced. Raises PLACE-015."""
    if not source.strip():
        raise error("PLACE-015", what="地界 / a shape")
    with recording(
        actor=actor, action="places.shapes.kept", reason=reason, source=source, target="register:1"
    ) as batch:
        hold_chain()
        codes = [one.code for one in shapes]
        standing = Boundary.objects.recorded().filter(division_code__in=codes)
        changing.end_rows(Boundary, list(standing.only("id")), batch)
        Boundary.objects.bulk_create(
            Boundary(division_code=one.code, rings=one.rings, source=source, begun_by=batch)
            for one in shapes
        )
        batch.event_data = {"shapes": len(codes), "file": file_name}
    return len(codes)


def remove_shapes(*, actor: str, reason: str) -> int:
    """Take down all outlines (撤下地界); places are drawn as squares again. Raises PLACE-035 for none."""
    with recording(
        actor=actor, action="places.shapes.removed", reason=reason, target="register:1"
    ) as batch:
        hold_chain()
        standing = list(Boundary.objects.recorded().only("id"))
        if not standing:
            raise error("PLACE-035")
        changing.end_rows(Boundary, standing, batch)
        batch.event_data = {"shapes": len(standing)}
    return len(standing)


def _same_level(codes: Sequence[str]) -> None:
    for code in codes:
        changing.check_code(code)
        if level_of(code) != level_of(codes[0]):
            detail = "各代码级别不同 / the codes are of different levels"
            raise error("PLACE-006", division=code, detail=detail)


def _no_parts(code: str, day: date) -> None:
    below = Division.objects.recorded().on(day).filter(under(code)).exclude(code=code)
    if (count := below.count()) > 0:
        raise error("PLACE-020", division=code, count=count)
