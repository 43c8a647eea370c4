"""The run itself (这一批的底细): what is missing, what came in, how far it agrees, which pack."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.compute as pc

from mingbai.documents.markup import Html, html, tag
from mingbai.documents.reporting import Material, cell, section, table
from mingbai.documents.values import clipped, figure, without_blanks
from mingbai.documents.words import Words
from mingbai.engine.model.expressions import ParameterRef, walk
from mingbai.engine.model.pack import Parameter, ParameterValue
from mingbai.screening.result import Confusion, Gap
from mingbai.tables import FileReport
from mingbai.tables.errors import catalogue

_MOST_GAPS = 60
_MOST_FILES = 120
_MOST_CODES = 30
_MOST_VALUES = 150
_MOST_NAMED = 60


def gaps_section(material: Material) -> Html:
    """What a whole file or place lacks: one message for the run, not a task per household."""
    words, gaps = material.words, material.screening.gaps
    absent = material.screening.program.bound.not_in_force
    heads = [
        ("", words.say("缺什么")),
        ("", words.say("在哪")),
        ("r", words.say("影响 户")),
        ("", words.say("哪些项因此待核实")),
        ("", words.say("怎么办")),
    ]
    rows = [_gap_row(material, gap) for gap in gaps[:_MOST_GAPS]]
    body: list[object] = []
    if rows:
        body.append(table(heads, rows, class_="gaps"))
    else:
        body.append(tag("p", words.say("没有整批缺的。"), class_="note"))
    if len(gaps) > _MOST_GAPS:
        body.append(tag("p", words.count("另有 {n} 条", len(gaps) - _MOST_GAPS), class_="note"))
    if absent:
        body.append(_not_in_force(material, absent))
    note = words.say("整批、整村都没有的，在这里说一次，不变成每户的任务")
    return section("gaps", words.say("整批缺的"), body, note=note)


def _gap_row(material: Material, gap: Gap) -> Html:
    words = material.words
    what = {
        "parameter": words.say("没有公布值"),
        "relation": words.say("没有收到这类记录"),
        "fact": words.say("没有一行有这个数"),
    }
    to_do = {
        "parameter": words.say("由主管部门在本地参数文件里填上"),
        "relation": words.say("请责任部门给表"),
        "fact": words.say("请责任部门给表，或走访时登记"),
    }
    rules = words.listed(dict.fromkeys(words.of(rule.label) for rule in gap.rules))
    return tag(
        "tr",
        cell(tag("b", words.of(gap.label)), tag("small", what.get(gap.kind, "")), class_="nm"),
        cell(clipped(gap.where, 30) or words.say("全部")),
        cell(f"{gap.households:,}", class_="r c-un", label=words.say("影响 户")),
        cell(clipped(rules, 160), class_="wide"),
        cell(to_do.get(gap.kind, ""), class_="m"),
    )


def _not_in_force(material: Material, absent: tuple[str, ...]) -> Html:
    words, pack = material.words, material.screening.program.pack
    day = material.screening.program.as_of.isoformat()
    names = words.listed(words.of(pack.label_of(name)) for name in absent[:_MOST_NAMED])
    text = words.count(
        "{day} 不生效、没有算的规则 {n} 条：{names}", len(absent), day=day, names=names
    )
    return tag("p", text, class_="note")


# ---- the input ------------------------------------------------------------------------------------


def input_section(material: Material) -> Html:
    """Files and rows: rows in are rows accepted plus rows kept out."""
    words, intake = material.words, material.screening.intake
    sums = words.parts(
        "收到 {rows_in} 行 ＝ 采用 {accepted} ＋ 未采用 {listed}；另有提示 {remarks} 条。都在 {file}。",
        rows_in=tag("b", f"{intake.rows_in:,}"),
        accepted=tag("b", f"{intake.rows_accepted:,}"),
        listed=tag("b", f"{intake.rows_listed:,}"),
        remarks=tag("b", f"{intake.remarks:,}"),
        file=material.files.get("all_problems") or material.files.get("problems", "problems.xlsx"),
    )
    heads = [
        ("", words.say("文件")),
        ("", words.say("表")),
        ("", words.say("读作")),
        ("r", words.say("行")),
        ("", words.say("没有读的列、跳过的原因")),
    ]
    rows = [_file_row(material, item) for item in intake.files[:_MOST_FILES]]
    more = len(intake.files) - _MOST_FILES
    return section(
        "input",
        words.say("收到的表"),
        tag("p", sums),
        tag("div", table(heads, rows, class_="files"), _codes(material), class_="two"),
        tag("p", words.count("另有 {n} 个文件", more), class_="note") if more > 0 else None,
    )


def _file_row(material: Material, item: FileReport) -> Html:
    words, pack = material.words, material.screening.program.pack
    if item.what == "table":
        entity = pack.entities.get(item.entity or "")
        read: object = words.of(entity.label) if entity else ""
        rest = words.listed(clipped(name, 20) for name in item.unread[:20])
    else:
        read = tag("span", words.say("跳过"), class_="m")
        rest = words.of(item.reason)
    return tag(
        "tr",
        cell(tag("b", clipped(item.name, 48)), class_="nm"),
        cell(clipped(item.sheet or "", 24)),
        cell(read),
        cell(f"{item.rows:,}" if item.what == "table" else "", class_="r", label=words.say("行")),
        cell(clipped(rest, 160), class_="m wide"),
    )


def _codes(material: Material) -> Html | None:
    """The problems by kind."""
    words = material.words
    kinds = material.screening.intake.kinds()
    if not kinds:
        return None
    heads = [("", words.say("问题")), ("", words.say("结论")), ("r", words.say("条"))]
    rows = [
        tag(
            "tr",
            cell(_usual(kind.code, words), tag("small", kind.code), class_="nm"),
            cell(words.say("未采用") if kind.severity == "listed" else words.say("提示")),
            cell(f"{kind.rows:,}", class_="r", label=words.say("条")),
        )
        for kind in kinds[:_MOST_CODES]
    ]
    return table(heads, rows, class_="codes")


def _usual(code: str, words: Words) -> str:
    entry = catalogue().get(code)
    return clipped(without_blanks(words.of(entry.advice)), 90) if entry else code


# ---- agreement with a label -----------------------------------------------------------------------


def agreement_section(material: Material) -> Html | None:
    """How far a rule agrees with the survey's own label, which is never an input."""
    words, found = material.words, material.screening.confusions
    if not found:
        return None
    note = words.say("标签只用来比对，从不参与判断，也不照着它调界线")
    return section(
        "agreement",
        words.say("与调查标签比对"),
        [_confusion(item, words) for item in found],
        note=note,
    )


def _confusion(item: Confusion, words: Words) -> Html:
    known = item.both + item.only_rule + item.only_label + item.neither
    found, positive = item.both + item.only_rule, item.both + item.only_label
    heads = [
        ("", ""),
        ("r", words.say("标签说是")),
        ("r", words.say("标签说不是")),
        ("r", words.say("合计")),
    ]
    rows = [
        (words.say("规则说是"), item.both, item.only_rule),
        (words.say("规则说不是"), item.only_label, item.neither),
    ]
    written = [
        tag("tr", cell(tag("b", name)), [cell(f"{n:,}", class_="r") for n in (yes, no, yes + no)])
        for name, yes, no in rows
    ]
    written.append(
        tag(
            "tr",
            cell(words.say("合计")),
            [cell(f"{n:,}", class_="r") for n in (positive, known - positive, known)],
            class_="sum",
        )
    )
    lines = [
        _share(words.say("查准率"), words.say("规则说是的里面，标签也说是"), item.both, found),
        _share(words.say("查全率"), words.say("标签说是的里面，规则也说是"), item.both, positive),
    ]
    text = words.count(
        "比得上的 {n} 户；规则待核实、不适用或没有标签的 {undecided} 户不算在内。",
        known,
        undecided=f"{item.undecided:,}",
    )
    return tag(
        "div",
        tag(
            "h3", words.of(item.title), tag("small", f"{words.of(item.rule.label)} ↔ {item.label}")
        ),
        tag("div", table(heads, written, class_="cf"), tag("dl", lines, class_="kf"), class_="two"),
        tag("p", text, class_="note"),
    )


def _share(name: str, meaning: str, part: int, whole: int) -> Html:
    per_cent = f"{part / whole:.1%}".replace("%", " %") if whole else "—"
    return html(
        tag("dt", name),
        tag("dd", tag("b", per_cent), tag("small", f"{part:,} / {whole:,}　{meaning}")),
    )


# ---- the pack -------------------------------------------------------------------------------------


def pack_section(material: Material) -> Html:
    """What was computed with: pack, version, fingerprint, day, and every value of policy used."""
    words, program = material.words, material.screening.program
    pack = program.pack
    lines = [
        (words.say("规则包"), f"{pack.id} {pack.version}　{words.of(pack.title)}"),
        (words.say("建立在"), words.listed(pack.extends)),
        (words.say("指纹"), pack.hash),
        (words.say("截至"), program.as_of.isoformat()),
    ]
    facts = [(tag("dt", name), tag("dd", text)) for name, text in lines if text]
    values = list(_values(material))
    heads = [
        ("", words.say("政策参数")),
        ("r", words.say("值")),
        ("", words.say("地区")),
        ("", words.say("从哪天起")),
        ("", words.say("来源")),
    ]
    more = len(values) - _MOST_VALUES
    return section(
        "pack",
        words.say("规则包和参数"),
        tag("dl", facts, class_="hsh"),
        table(heads, values[:_MOST_VALUES], class_="params"),
        tag("p", words.count("另有 {n} 个值", more), class_="note") if more > 0 else None,
        note=words.say("标“本地”的是本地自定的值，公开来源没有"),
    )


def _values(material: Material) -> Iterator[Html]:
    program = material.screening.program
    used = {
        node.name
        for bound in program.bound.rules.values()
        for node in walk(bound.expr)
        if isinstance(node, ParameterRef)
    }
    for parameter in program.pack.parameters.values():
        if parameter.id not in used:
            continue
        values = [
            value for value in parameter.values_on(program.as_of) if _is_here(material, value)
        ]
        if not values:
            yield _value_row(material, parameter, None)
        for value in values:
            yield _value_row(material, parameter, value)


def _is_here(material: Material, value: ParameterValue) -> bool:
    """Whether a value is given for a region that some household lies in."""
    if not value.region:
        return True
    top = material.screening.program.pack.top
    table = material.screening.intake.tables[top.id]
    if top.region is None or top.region not in table.column_names:
        return False
    found = pc.any(pc.starts_with(table.column(top.region), pattern=value.region))
    return bool(found.as_py())


def _value_row(material: Material, parameter: Parameter, value: ParameterValue | None) -> Html:
    words = material.words
    local = parameter.local or (value is not None and value.local)
    name = (
        tag("b", words.of(parameter.label)),
        tag("span", words.say("本地"), class_="tag un") if local else None,
    )
    if value is None:
        empty = words.say("当天没有公布值")
        return tag(
            "tr",
            cell(name, class_="nm"),
            cell(empty, class_="r c-un"),
            cell(""),
            cell(""),
            cell(""),
        )
    return tag(
        "tr",
        cell(name, class_="nm"),
        cell(_policy_value(material, parameter, value), class_="r nw"),
        cell(value.region or words.say("各地")),
        cell(value.period.starts_on.isoformat(), class_="nw"),
        cell(clipped(value.source, 90), class_="m wide"),
    )


def _policy_value(material: Material, parameter: Parameter, value: ParameterValue) -> str:
    words, pack = material.words, material.screening.program.pack
    unit = words.of(parameter.unit) or (words.of(pack.currency[1]) if parameter.type.money else "")
    if isinstance(value.value, bool):
        return words.say("是") if value.value else words.say("否")
    if isinstance(value.value, int):
        return f"{figure(value.value, parameter.type.scale)} {unit}".rstrip()
    return str(value.value)
