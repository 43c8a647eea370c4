"""A person's own data (本人数据查询与复制): all the register holds, from whom, and who looked.

The right to see and copy it: 个人信息保护法, articles 44 and 45.
A request to mend something is a correction with the source ``person`` (`actions.correct_facts`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import transaction

from mingbai.audit.access import log_look, looks_at
from mingbai.audit.actions import record
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.errors import error
from mingbai.households.models import Attachment, Person, Status
from mingbai.households.queries.asof import batches_of, households_of_person, view
from mingbai.households.topics import topic_of, topics_about

Table = tuple[str, list[str], list[list[Any]]]  # name, header, rows
_RECORD = [
    "自 from", "至 to", "来源 source", "观察日 observed on", "登记人 entered by", "登记时间 entered at",
    "现行 stands",
]  # fmt: skip
_ELSEWHERE = "请向有权查看的经办人要 / ask whoever may read it"


def export_own_data(
    *, actor: str, person_id: int, folder: Path, reason: str, without: Collection[str] = ()
) -> dict[str, Any]:
    """Write everything about one person into a folder, as a workbook and as JSON (本人数据导出).

    Health, convictions and full numbers are in it: it is handed to the person and to nobody else. Records
    that no longer stand are in it too, marked. `without`: topics that whoever hands it over may not read; the
    file names them, whether or not they hold anything. Returns what was written. Raises HOME-001, HOME-029.
    """
    if not reason.strip():
        raise error("HOME-029", action="households.person.exported")
    person = Person.objects.recorded().filter(pk=person_id).first()
    if person is None:
        raise error("HOME-001", subject=Subject.PERSON.label, key=person_id)
    log_look(actor=actor, via="export", purpose="own data", person_id=person_id)
    tables = list(_tables(person_id, without))
    left = {"without": sorted(without)} if without else {}
    said = {"reason": reason, "rows": {name: len(rows) for name, _, rows in tables}, **left}
    with transaction.atomic():
        record(
            actor=actor,
            action="households.person.exported",
            target=f"person:{person_id}",
            data=said,
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    named = folder / f"本人数据_{person.number}.xlsx"
    _write_workbook(named, tables)
    plain = folder / f"本人数据_{person.number}.json"
    told = {
        name: [dict(zip(head, row, strict=True)) for row in rows] for name, head, rows in tables
    }
    plain.write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
    for path in (named, plain):
        path.chmod(0o600)
    return {"files": [named, plain], "rows": sum(len(rows) for _, _, rows in tables)}


def own_data_rows(person_id: int, without: Collection[str] = ()) -> dict[str, int]:
    """Sheet → how many rows a person's own data has (本人数据行数); writes nothing."""
    return {name: len(rows) for name, _, rows in _tables(person_id, without)}


def _tables(person_id: int, without: Collection[str]) -> Iterator[Table]:
    if without:
        left = [[topic_of(key).zh, _ELSEWHERE] for key in sorted(without)]
        yield "不在这份里的", ["内容 topic", "到哪里要 where to ask"], left
    yield _memberships(person_id)
    yield _statuses(person_id)
    yield from _records(person_id, without)
    kept = Attachment.objects.recorded().filter(subject=Subject.PERSON, subject_id=person_id)
    yield (
        "附件",
        ["名称 title", "类型 type", "大小 bytes"],
        [[a.title, a.media_type, a.size] for a in kept],
    )
    looks = [[_instant(one.at), one.actor, one.purpose, one.via] for one in looks_at(person_id)]
    yield "谁看过", ["时间 at", "谁 by", "事由 purpose", "方式 via"], looks


def _memberships(person_id: int) -> Table:
    rows = [
        [
            one.household_id,
            one.relation,
            one.reason_in,
            one.reason_out,
            one.valid_from,
            one.valid_to,
        ]
        for one in households_of_person(person_id)
    ]
    head = [
        "户 household",
        "与户主关系 relation",
        "来由 reason in",
        "去由 reason out",
        "自 from",
        "至 to",
    ]
    return "居住经历", head, rows


def _statuses(person_id: int) -> Table:
    found = Status.objects.recorded().filter(subject=Subject.PERSON, subject_id=person_id)
    rows = [
        [StatusKind(one.kind).label, one.reason, one.valid_from, one.valid_to]
        for one in found.order_by("valid_from", "id")
    ]
    return "身份", ["身份 status", "原因 reason", "自 from", "至 to"], rows


def _records(person_id: int, without: Collection[str]) -> Iterator[Table]:
    for topic in topics_about(Subject.PERSON):
        if topic.key in without:
            continue
        every = list(topic.model.objects.filter(person_id=person_id).order_by("valid_from", "id"))
        standing = set(
            topic.model.objects.recorded().filter(person_id=person_id).values_list("pk", flat=True)
        )
        named = batches_of(row.begun_by_id for row in every)
        rows = []
        for row in every:
            batch = named.get(row.begun_by_id)
            if batch is None or batch.recorded_at is None:
                continue  # of work that is not recorded: nobody has seen it
            shown = view(topic, row, full=True)
            rows.append(
                [
                    *(shown.columns[name] for name in topic.columns),
                    row.valid_from, row.valid_to, row.source or batch.source, row.observed_on,
                    batch.actor, _instant(batch.recorded_at), row.pk in standing,
                ]
            )  # fmt: skip
        yield topic.zh, [*topic.columns, *_RECORD], rows


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _write_workbook(path: Path, tables: list[Table]) -> None:
    """Texts stay texts: nothing a clerk once typed becomes a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        for name, head, rows in tables:
            sheet = book.add_worksheet(name[:31])
            sheet.write_row(0, 0, head, bold)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(rows, start=1):
                sheet.write_row(at, 0, [_cell(value) for value in row])


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else ("" if value is None else value)
