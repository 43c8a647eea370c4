"""Figures and marks of places (村情、分母、村的身份): each change one batch and one event."""

from __future__ import annotations

from datetime import date
from typing import Any

from mingbai.audit.actions import hold_chain, recording
from mingbai.places import changing
from mingbai.places.codes import pad
from mingbai.places.enums import Universe, VillageStatusKind
from mingbai.places.errors import error
from mingbai.places.models import Denominator, VillageProfile, VillageStatus
from mingbai.places.queries import PROFILE_COLUMNS, profile


def set_profile(
    *,
    actor: str,
    code: str,
    year: int,
    values: dict[str, Any],
    source: str,
    observed_on: date | None = None,
    reason: str = "",
) -> VillageProfile:
    """Record how a village stood in a year (村情); columns that are not named stay as they are.

    Each column keeps who said it and when it was seen. None makes a column unknown again.
    Raises PLACE-007 for no village, PLACE-014 for unknown columns, PLACE-015 without a source, PLACE-019.
    """  # fmt: skip
    _check_profile(values, source)
    with recording(
        actor=actor, action="places.profile.set", reason=reason, source=source[:64],
        target=f"division:{pad(code)}",
    ) as batch:  # fmt: skip
        hold_chain()
        village = changing.must(code, date(year, 12, 31))
        before = profile(village.code, year)
        said = [source, observed_on.isoformat() if observed_on else None]
        changes = {
            **values, "source": source, "observed_on": observed_on,
            "said_by": {**((before and before.said_by) or {}), **dict.fromkeys(values, said)},
        }  # fmt: skip
        base = before or VillageProfile(
            division_code=village.code, valid_from=date(year, 1, 1), valid_to=date(year + 1, 1, 1)
        )
        found = changing.copied(base, batch, **changes)
        if before is not None:
            changing.end_rows(VillageProfile, [before], batch)
        found.save()
        batch.event_data = {"year": year, "columns": sorted(values)}
    return found


def _check_profile(values: dict[str, Any], source: str) -> None:
    unknown = sorted(set(values) - set(PROFILE_COLUMNS))
    if unknown or not values:
        raise error("PLACE-014", columns="、".join(unknown))
    if not source.strip():
        raise error("PLACE-015", what="村情 / a village profile")
    for name, value in values.items():
        if isinstance(value, int) and value < 0:
            raise error("PLACE-019", what=name, value=value)


def count_denominator(
    *,
    actor: str,
    code: str,
    universe: Universe,
    day: date,
    value: int,
    source: str,
    reason: str = "",
) -> Denominator:
    """Record what rates of a division divide by (分母): a count on a day and who says so (S1-05).

    A second count of the same day takes the place of the first. Raises PLACE-007, PLACE-015, PLACE-019.
    """
    if not source.strip():
        raise error("PLACE-015", what="分母 / a denominator")
    if value < 0:
        raise error("PLACE-019", what="分母 / a denominator", value=value)
    with recording(
        actor=actor, action="places.denominator.counted", reason=reason, source=source[:64],
        target=f"division:{pad(code)}",
    ) as batch:  # fmt: skip
        hold_chain()
        division = changing.must(code, day)
        same = Denominator.objects.recorded().filter(
            division_code=division.code, universe=universe, counted_on=day
        )
        Denominator.objects.filter(pk__in=list(same.values_list("pk", flat=True))).update(
            ended_by=batch
        )
        found = Denominator.objects.create(
            division_code=division.code, universe=universe, counted_on=day, value=value,
            source=source, begun_by=batch,
        )  # fmt: skip
        batch.event_data = {"universe": str(universe), "day": day.isoformat(), "value": value}
    return found


def set_village_status(
    *, actor: str, code: str, kind: VillageStatusKind, day: date, reason: str, source: str = ""
) -> VillageStatus:
    """A village is registered as something from the day on (村的身份). Raises PLACE-007, PLACE-018."""
    with recording(
        actor=actor, action="places.village_status.set", reason=reason, source=source,
        target=f"division:{pad(code)}", data={"kind": str(kind), "day": day.isoformat()},
    ) as batch:  # fmt: skip
        hold_chain()
        village = changing.must(code, day)
        if _status(village.code, kind, day) is not None:
            raise error("PLACE-018", division=village.code, kind=kind.label, day=day)
        return VillageStatus.objects.create(
            division_code=village.code,
            kind=kind,
            reason=reason[:80],
            valid_from=day,
            begun_by=batch,
        )


def end_village_status(
    *, actor: str, code: str, kind: VillageStatusKind, day: date, reason: str, source: str = ""
) -> None:
    """It is no longer from the day on (excluded). Raises PLACE-017 when it was not."""
    with recording(
        actor=actor, action="places.village_status.ended", reason=reason, source=source,
        target=f"division:{pad(code)}", data={"kind": str(kind), "day": day.isoformat()},
    ) as batch:  # fmt: skip
        hold_chain()
        current = _status(pad(code), kind, day)
        if current is None:
            raise error("PLACE-017", division=pad(code), kind=kind.label, day=day)
        changing.cut(VillageStatus, [current], day, batch)


def _status(code: str, kind: VillageStatusKind, day: date) -> VillageStatus | None:
    rows = VillageStatus.objects.recorded().on(day)
    return rows.filter(division_code=code, kind=kind).first()
