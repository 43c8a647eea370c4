"""The list of households as a workbook (名单导出): as shown, in bounded memory; who took it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from mingbai.audit.access import HOUSEHOLD, log_looks
from mingbai.audit.actions import record
from mingbai.desk.components.parts import Columns
from mingbai.desk.components.tags import FEN
from mingbai.desk.components.words import clauses, listed
from mingbai.desk.register.income import between
from mingbai.desk.register.list_asking import GROUPS, Asked, chips
from mingbai.desk.register.list_reading import every_page, total_of
from mingbai.desk.register.list_rows import (
    HELPER,
    INCOME,
    NUMBER,
    OTHER,
    STATES,
    Line,
    columns_chosen,
    lines_of,
)
from mingbai.documents.as_shown import write_as_shown
from mingbai.documents.sheet_writing import Column


def export(asked: Asked, path: Path, ids: frozenset[int] | None) -> str:
    """Write the list, or those picked of it, to a file; returns its title. One event, a look a household."""
    if ids is not None:
        held = asked.filters.household_ids
        mine = ids if held is None else ids & held
        asked = replace(asked, filters=replace(asked.filters, household_ids=mine))
    columns = columns_chosen(asked.request, evaluated=asked.run is not None)
    title, keys = _("户名单"), list[int]()
    units = _("人均收入为元/年，按最近一个登记年度算；没有全部查清的写区间；证件号码、电话不在表内")
    rows = write_as_shown(
        path, title=title, columns=_columns(columns), rows=_rows(asked, columns, keys),
        head=[*head_lines(asked, units), (_("户数"), str(total_of(asked)))],
    )  # fmt: skip
    actor = asked.request.user.actor
    with transaction.atomic():
        said = {
            "rows": rows, "day": asked.day.isoformat(), "columns": sorted(columns.shown),
            "place": asked.place, "kind": asked.filters.standing.value,
            "state": ":".join(asked.state or ()), "picked": ids is not None,
        }  # fmt: skip
        record(actor=actor, action="desk.list.exported", target="households:list", data=said)
    log_looks(actor=actor, via="desk", purpose="export", subject=HOUSEHOLD, keys=keys)
    return title


def head_lines(asked: Asked, units: str) -> Iterator[tuple[str, str]]:
    """What a list is, of which day, by whom: so that it means something in a year."""
    narrowed = clauses(f"{one.label} {one.value}" for one in chips(asked))
    yield _("条件"), narrowed or _("本人范围内的全部户")
    yield _("截至"), asked.day.isoformat()
    if asked.run is not None:
        said = _("按 {day} 的评估；规则 {pack}（{hash}）")
        run = asked.run
        yield _("状态"), said.format(day=run.as_of, pack=run.pack, hash=run.pack_hash[:12])
    yield _("单位"), units
    yield _("导出人"), str(asked.request.user)


def _columns(columns: Columns) -> list[Column]:
    found = [Column(_("户主"), 12)]
    if "place" in columns:
        found.append(Column(_("村组"), 24))
    if "members" in columns:
        found.append(Column(_("人口"), 8, number=True))
    if "kinds" in columns:
        found.append(Column(_("身份"), 18))
    if STATES in columns:
        found += [Column(_(name), 10) for name, _rules in GROUPS.values()]
    if OTHER in columns:
        found.append(Column(_("其他"), 24))
    if INCOME in columns:
        found.append(Column(_("人均收入"), 12, number=True))
    if HELPER in columns:
        found.append(Column(_("帮扶人"), 12))
    if NUMBER in columns:
        found.append(Column(_("户编号"), 20))
    return found


def _rows(asked: Asked, columns: Columns, keys: list[int]) -> Iterator[list[object]]:
    for page in every_page(asked):
        for line in lines_of(asked, page.rows, columns):
            keys.append(line.row.household_id)
            yield list(_cells(line, columns))


def _cells(line: Line, columns: Columns) -> Iterator[object]:
    yield line.row.head_name
    if "place" in columns:
        yield line.place
    if "members" in columns:
        yield line.row.members
    if "kinds" in columns:
        yield line.kinds
    if STATES in columns:
        yield from (one.word if one else "" for one in line.states)
    if OTHER in columns:
        yield listed(one.label for one in line.acts)
    if INCOME in columns:
        known = line.income.low if line.income.is_known else None
        yield between(line.income) if known is None else known / FEN
    if HELPER in columns:
        yield line.helpers
    if NUMBER in columns:
        yield line.row.number
