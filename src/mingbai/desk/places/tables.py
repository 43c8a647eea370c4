"""The words around the tables of places (表的说明): views, definitions, and the heads of the workbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from mingbai.desk.components.parts import Tab, changed_query
from mingbai.desk.components.tags import thousands
from mingbai.desk.components.words import clauses, of
from mingbai.desk.places.asking import GAPS, UNKNOWN, UNMET, UNSUPPLIED, WATCH, Asked
from mingbai.desk.places.standing import Evaluated, cells
from mingbai.desk.places.watching import Comparison, Line
from mingbai.documents.sheet_writing import Column
from mingbai.places.enums import Level


def view_words() -> dict[str, str]:
    """The views of a page by key."""
    return {
        WATCH: _("监测占比"), UNMET: _("未达标"), UNKNOWN: _("待核实"),
        UNSUPPLIED: _("资料未接入"), GAPS: _("应享未享"),
    }  # fmt: skip


def tabs(asked: Asked, found: Evaluated | None) -> list[Tab]:
    """The views of a page; states only where there are some."""
    shown = view_words() if found else {WATCH: view_words()[WATCH]}
    query = asked.request.GET
    return [
        Tab(words, changed_query(query, {"view": None if key == WATCH else key, "sort": None}),
            current=asked.view == key)
        for key, words in shown.items()
    ]  # fmt: skip


def definition(compared: Comparison, asked: Asked) -> str:
    """What the share is of, with both days."""
    day = asked.day.isoformat()
    if compared.universe is None:
        return _("监测占比 ＝ 监测对象人数 ÷ 在册人口，都截至 {day}").format(day=day)
    days = clauses(one.isoformat() for one in compared.counted_days)
    return _("监测占比 ＝ 监测对象人数 ÷ 农业户籍人口；监测截至 {day}，人口为 {days} 的数").format(
        day=day, days=days
    )


def view_definition(view: str) -> str:
    """What the figures of a view count."""
    return {
        UNMET: _("各村按每项指标评估为未达标的户数；一户几项未达标，每项各算一次"),
        UNKNOWN: _("各村每项指标还说不清、走访能问清的户数；一户几项待核实，每项各算一次"),
        UNSUPPLIED: _("各村每项指标因整乡镇几乎都没有这项资料而说不清的户数；要整批登记或导入"),
        GAPS: _("按规则像是该享受而没有享受的户数，是线索，不是认定"),
    }.get(view, "")


def columns_of(asked: Asked, compared: Comparison, found: Evaluated | None) -> list[Column]:
    """The columns of the workbook: those of the page."""
    name = Column(_("名称"), 18)
    if asked.view != WATCH and found is not None:
        return [name, *(Column(of(one.label), 14, number=True) for one in found.shown(asked.view))]
    base = _("在册人口（人）") if compared.universe is None else _("农业户籍人口（人）")
    columns = [
        name, Column(_("在册（户）"), 12, number=True), Column(_("在册（人）"), 12, number=True),
        Column(_("监测对象（户）"), 12, number=True), Column(_("监测对象（人）"), 12, number=True),
        Column(base, 14, number=True), Column(_("分母日期"), 12), Column(_("占比（%）"), 10),
    ]  # fmt: skip
    if asked.against:
        day = asked.against.isoformat()
        columns.append(Column(_("{day} 监测对象（人）").format(day=day), 14, number=True))
        columns.append(Column(_("增减（人）"), 10, number=True))
    if found is not None:
        columns += [
            Column(_("未达标（户）"), 10, number=True), Column(_("待核实（户）"), 10, number=True),
            Column(_("资料未接入（户）"), 12, number=True), Column(_("应享未享（户）"), 10, number=True),
        ]  # fmt: skip
    return columns


def row_of(
    asked: Asked, line: Line, found: Evaluated | None, *, whole: bool = False
) -> list[object]:
    """A row of the workbook."""
    if asked.view != WATCH and found is not None:
        figures = cells(asked, found, "" if whole else line.place.code, asked.view)
        return [line.place.name, *(one.count for one in figures)]
    missing = _("没有分母")
    row: list[object] = [
        line.place.name, line.households, line.persons, line.watched, line.watched_persons,
        line.base.persons if line.base else missing,
        line.base.day.isoformat() if line.base else "",
        line.share if line.share is not None else missing,
    ]  # fmt: skip
    if asked.against:
        row += [line.before, line.change]
    if found is not None:
        row += [line.unmet, line.unknown, line.unsupplied, line.gaps]
    return row


def head_lines(
    asked: Asked, compared: Comparison, found: Evaluated | None
) -> Iterable[tuple[str, str]]:
    """What stands above the columns of the workbook."""
    watch = asked.view == WATCH or found is None
    yield (_("口径"), definition(compared, asked) if watch else view_definition(asked.view))
    yield (_("截至"), asked.day.isoformat())
    if found is not None:
        yield (_("状态评估截至"), found.as_of.isoformat())
    yield (_("单位"), _("户、人如列名；占比为百分数") if watch else _("户"))
    yield (_("范围"), asked.place.name if asked.whole else _("您范围内的部分"))
    sources = [_("本登记册"), *compared.sources]
    yield (_("来源"), clauses(one for one in sources if one))


def words_of(asked: Asked, compared: Comparison) -> dict[str, Any]:
    """The words of the page around its tables."""
    watch = asked.view == WATCH
    mean = compared.whole.mean
    return {
        "definition": definition(compared, asked) if watch else view_definition(asked.view),
        "mean_words": _("平均 {share} %").format(share=mean) if mean is not None else _("没有平均"),
        "base_words": _("/ 在册人口") if compared.universe is None else _("/ 农业户籍人口"),
        "notes": list(notes(asked, compared)),
    }


def heading(asked: Asked) -> str:
    """The title of a page."""
    if asked.row_level == Level.VILLAGE:
        return _("{place} 各村").format(place=asked.place.name)
    if asked.row_level == Level.TOWNSHIP:
        return _("{place} 各乡镇").format(place=asked.place.name)
    return asked.place.name


def notes(asked: Asked, compared: Comparison) -> Iterable[str]:
    """What must be known before figures are compared."""
    small = compared.smallest if asked.view == WATCH else None
    if small is not None and small.base is not None:
        yield _("{place}人少（{persons} 人），多 1 户就多 {points} 个百分点。").format(
            place=small.place.name, persons=thousands(small.base.persons), points=small.one_more
        )
    if compared.universe is None:
        yield _(
            "这里没有逐个登记农业户籍人口，占比用同一天的在册人口作分母；与用农业户籍人口算的不能相比。"
        )
    if len(compared.counted_days) > 1:
        yield _("分母的日期不全一样，占比只可大致相比。")
    if not asked.whole:
        yield _("只算您范围内的。")
    if asked.day != asked.today:
        yield _("状态只有最近一次评估的，看别的日子时不显示。")
    if compared.whole.earlier is not None or compared.trend_known:
        yield _("并村、改码之前的，按后来的村计算。")
