"""Senders' own layouts (来表的列): what somebody said about their columns, kept and read like any profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from mingbai.audit.actions import record
from mingbai.engine.model.pack import Pack
from mingbai.intake.errors import error
from mingbai.intake.models import ImportOrder, Layout
from mingbai.places.codes import range_of
from mingbai.screening.inputs import schema_of
from mingbai.screening.table_check import profiles_of
from mingbai.tables import FileReport, Profile
from mingbai.tables.proposing.asking import (
    UNREAD,
    Asked,
    Said,
    choices_for,
    layout_profile,
    layout_yaml,
    sheets_to_ask,
)
from mingbai.tables.proposing.wording import BLANK, Words, answers_of

#: To ask about a sheet that is known is to read it a second time: only of sheets up to so many rows.
_MOST_ROWS = 20_000


def kept_layouts(source: str, division_code: str) -> list[Layout]:
    """What was said about tables of this sender, for this place or one around it. One query.

    Of what was said about the same columns the last word counts.
    """
    last: dict[tuple[Any, ...], Layout] = {}
    for one in Layout.objects.filter(source=source).order_by("pk"):
        if _counts_in(division_code, one.division_code):
            last[one.base, one.entity, *sorted(one.columns)] = one
    return list(last.values())


def _counts_in(here: str, there: str) -> bool:
    """Whether what was said for one place counts in another: there, and below."""
    if not there or not here:
        return not there
    low, high = range_of(there)
    return low <= range_of(here)[0] <= high


def said_in(layout: Layout) -> Said:
    """The same for reading."""
    return Said(layout.entity, layout.base, layout.columns, layout.words)


def profiles_of_layouts(layouts: Iterable[Layout], pack: Pack) -> tuple[Profile, ...]:
    """The layouts as profiles; one that the pack no longer bears is passed over: its sheet is asked about.

    A later one comes before an earlier one where both fit.
    """
    schema, known = schema_of(pack), profiles_of(pack)
    made = (
        layout_profile(said_in(one), one.profile, one.name, -one.pk, known, schema)
        for one in layouts
        if one.profile
    )
    return tuple(one for one in made if one is not None)


def make_profiles(layouts: Iterable[Layout], paths: Sequence[Path], pack: Pack) -> None:
    """Make the profiles of layouts that were said and not read yet, from the sheets they were said of."""
    schema, known = schema_of(pack), profiles_of(pack)
    for one in layouts:
        if not one.profile and (text := layout_yaml(said_in(one), paths, schema, known)):
            Layout.objects.filter(pk=one.pk, profile="").update(profile=text)
            one.profile = text


def asked_sheets(
    layouts: Iterable[Layout], paths: Sequence[Path], reports: Sequence[FileReport], pack: Pack
) -> list[Asked]:
    """The sheets of a dry run with columns that somebody may say something about."""
    said = {one.name: said_in(one) for one in layouts}
    return sheets_to_ask(
        paths, reports, schema_of(pack), profiles_of(pack), said, most_rows=_MOST_ROWS
    )


@transaction.atomic
def say_columns(
    *,
    actor: str,
    order: ImportOrder,
    entity: str,
    base: str,
    columns: Mapping[str, str],
    pack: Pack,
    words: Words | None = None,
) -> Layout:
    """Keep what somebody said the columns of a sheet are (指认列); recorded with headers and facts alone.

    `words`: header → word → code of its list, for words that the list does not know.
    Raises INTAKE-018 where two columns would be one thing, INTAKE-019 where rows could not be told apart,
    INTAKE-020 where a column is said to be what there is not.
    """
    said = {head: dict(some) for head, some in (words or {}).items() if some}
    _hold(entity, base, columns, said, pack)
    made = Layout.objects.create(
        source=order.source, division_code=order.division_code, entity=entity, base=base,
        columns=dict(columns), words=said, chosen_by=actor, chosen_at=timezone.now(),
    )  # fmt: skip
    record(
        actor=actor, action="intake.layout.said", target=f"layout:{made.pk}",
        data={"order": order.pk, "entity": entity, "base": base, "columns": dict(columns),
              "words": {head: len(some) for head, some in said.items()}},
    )  # fmt: skip
    return made


def _hold(entity: str, base: str, columns: Mapping[str, str], said: Words, pack: Pack) -> None:
    words = choices_for(entity, schema_of(pack), profiles_of(pack))
    chosen = [name for name in columns.values() if name != UNREAD]
    targets = [words.named(name) if words else None for name in chosen]
    if words is None or None in targets:
        raise error("INTAKE-020")
    for head, some in said.items():
        target = words.named(columns.get(head, UNREAD))
        if target is None or not set(some.values()) <= {BLANK, *answers_of(target)}:
            raise error("INTAKE-020")
    twice = {name for name in chosen if chosen.count(name) > 1}
    if twice:
        raise error("INTAKE-018", columns="、".join(h for h, n in columns.items() if n in twice))
    roles = {target.role for target in targets if target}
    number = "number" in roles and words.match is not None
    own = "key" in roles if words.table.key else "link" in roles
    tied = number or (own and (not words.table.link or "link" in roles))
    if not base and not tied:
        raise error("INTAKE-019")
