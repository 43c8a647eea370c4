"""What to do (要办的): the sentence for the morning, tasks by what is at stake, and by place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from mingbai.documents.lists import MOST_SHOWN, Listing
from mingbai.documents.markup import Html, html, tag
from mingbai.documents.registers import Cell
from mingbai.documents.reporting import Material, cell, section, table
from mingbai.documents.tasking import (
    due_words,
    rule_word,
    state_word,
    urgency,
    urgency_of,
    what_is_wrong,
)
from mingbai.documents.values import clipped, place_words
from mingbai.documents.words import Words
from mingbai.engine.model.pack import Rule
from mingbai.screening.result import Ask, Finding, Task

_MOST_PLACES = 40
_FIRST_TASKS = 12
_MOST_REASONS = 3


def summary_section(material: Material) -> Html:
    """The first sentence: so many signals, so many households to see, because of …"""
    words, screening = material.words, material.screening
    tasks, asks = screening.tasks, screening.asks
    findings = sum(len(task.findings) for task in tasks)
    questions = sum(len(ask.questions) for ask in asks)
    sentence: list[object] = []
    if tasks:
        sentence += words.count_parts(
            "{signals} 条线索 → {n} 户要去看",
            len(tasks),
            signals=tag("b", f"{findings:,}"),
            n=_all_tasks(material),
        )
        sentence += words.parts("，因为{why}。", why=_because(material))
    else:
        sentence += words.parts("没有一户要专程去看。")
    if asks:
        sentence += words.count_parts(
            "另有 {n} 个问题随访时顺带问（{households}）。",
            questions,
            n=_all_asks(material, questions),
            households=words.count("{n} 户", len(asks)),
        )
    return section(
        "summary",
        words.say("这一批要办的"),
        tag("p", sentence, class_="big"),
        tag("p", words.say("都是建议，由人按程序定。"), class_="note"),
    )


def _because(material: Material) -> Html:
    """The three rules with most households, each number a list."""
    found = Counter(
        finding.rule.id for task in material.screening.tasks for finding in task.findings
    )
    pieces: list[object] = []
    for name, count in found.most_common(_MOST_REASONS):
        rule = material.screening.counts[name].rule
        if pieces:
            pieces.append(material.words.listed(["", ""]))
        number = tag("b", _with_finding(material, rule, count))
        what = what_is_wrong(rule, material.words)
        pieces += material.words.count_parts("{what} {n} 户", count, what=what, n=number)
    return html(pieces)


def _cells(items: Iterable[Task | Ask]) -> list[Cell]:
    return [
        Cell(item.key, item.name, item.places)
        for item, _ in zip(items, range(MOST_SHOWN), strict=False)
    ]


def _all_tasks(material: Material) -> Html:
    words, tasks = material.words, material.screening.tasks
    listing = Listing(
        anchor="l-tasks",
        title=words.say("要去看的户"),
        total=words.count("{n} 户", len(tasks)),
        count=len(tasks),
        cells=_cells(_ordered(tasks)),
        whole=words.say(
            "{file}「{sheet}」表",
            file=material.files.get("tasks", "tasks.xlsx"),
            sheet=words.say("任务"),
        ),
        back="tasks",
    )
    return tag("b", material.lists.link(listing, class_="zhu"))


def _all_asks(material: Material, questions: int) -> Html:
    words, asks = material.words, material.screening.asks
    listing = Listing(
        anchor="l-asks",
        title=words.say("随访时顺带问的户"),
        total=words.count("{n} 户", len(asks)),
        count=len(asks),
        cells=_cells(asks),
        whole=_asks_sheet(material),
        back="tasks",
    )
    material.lists.link(listing)
    return tag("b", tag("a", f"{questions:,}", href="#l-asks", class_="n"))


def _asks_sheet(material: Material) -> str:
    words = material.words
    if "visits" in material.files:
        return material.files["visits"]
    return words.say(
        "{file}「{sheet}」表",
        file=material.files.get("tasks", "tasks.xlsx"),
        sheet=words.say("随访补充"),
    )


def _ordered(tasks: Sequence[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: task.order)


def _with_finding(material: Material, rule: Rule, count: int) -> Html:
    """The households in which a rule calls for somebody, most at stake first."""
    words = material.words
    tasks = (
        task
        for task in _ordered(material.screening.tasks)
        if any(finding.rule.id == rule.id for finding in task.findings)
    )
    listing = Listing(
        anchor=f"l-why-{rule.id}",
        title=words.say("要去看，因为{what}", what=what_is_wrong(rule, words)),
        total=words.count("{n} 户", count),
        count=count,
        cells=_cells(tasks),
        whole=material.in_tasks(words.of(rule.label)),
        back="summary",
    )
    return material.lists.link(listing)


# ---- tasks by what is at stake --------------------------------------------------------------------


def tasks_section(material: Material) -> Html:
    """Every household once, under what is most at stake there; then by place; then the first ones."""
    words, tasks = material.words, material.screening.tasks
    if not tasks:
        empty = tag("p", words.say("没有要专程去的户。随访补充见 tasks.xlsx。"), class_="note")
        return section("tasks", words.say("任务"), empty)
    ordered = _ordered(tasks)
    note = words.say("一户一行，只算最要紧的那一条；全部线索见 tasks.xlsx")
    parts = [tag("div", _by_stake(material, ordered), _by_place(material, ordered), class_="two")]
    return section("tasks", words.say("任务"), parts, _first(material, ordered), note=note)


def _main(task: Task) -> Finding:
    return min(task.findings, key=lambda finding: finding.rule.priority)


def _by_stake(material: Material, ordered: list[Task]) -> Html:
    words = material.words
    groups: dict[str, list[Task]] = defaultdict(list)
    for task in ordered:
        groups[_main(task).rule.id].append(task)
    heads = [
        ("", words.say("最要紧的一条")),
        ("", words.say("紧要程度")),
        ("r", words.say("户")),
        ("r", words.say("人")),
        ("r", words.say("最早期限")),
    ]
    rows = []
    by_priority = sorted(
        groups.items(), key=lambda pair: (_main(pair[1][0]).rule.priority, -len(pair[1]))
    )
    for name, tasks in by_priority:
        rule = _main(tasks[0]).rule
        dates = [task.due_on for task in tasks if task.due_on]
        listing = Listing(
            anchor=f"l-stake-{name}",
            title=words.say("最要紧的是{what}", what=what_is_wrong(rule, words)),
            total=words.count("{n} 户", len(tasks)),
            count=len(tasks),
            cells=_cells(tasks),
            whole=material.in_tasks(words.of(rule.label)),
            back="tasks",
        )
        rows.append(
            tag(
                "tr",
                cell(
                    tag("b", words.of(rule.label)),
                    tag("small", rule_word(rule, words)),
                    class_="nm",
                ),
                cell(urgency_of(rule.priority, words)),
                cell(material.lists.link(listing, class_="zhu"), class_="r", label=words.say("户")),
                cell(
                    f"{sum(task.people or 0 for task in tasks):,}",
                    class_="r",
                    label=words.say("人"),
                ),
                cell(min(dates).isoformat() if dates else due_words(words), class_="r nw"),
            )
        )
    rows.append(_total(material, ordered))
    return table(heads, rows, class_="stake")


def _total(material: Material, ordered: list[Task]) -> Html:
    words = material.words
    people = sum(task.people or 0 for task in ordered)
    return tag(
        "tr",
        cell(words.say("合计")),
        cell(""),
        cell(f"{len(ordered):,}", class_="r", label=words.say("户")),
        cell(f"{people:,}", class_="r", label=words.say("人")),
        cell(""),
        class_="sum",
    )


def _by_place(material: Material, ordered: list[Task]) -> Html | None:
    """Tasks and questions by the smallest place that several households share."""
    words, screening = material.words, material.screening
    level = _level(material)
    if level is None:
        return None
    tasks: dict[tuple[str, ...], list[Task]] = defaultdict(list)
    for task in ordered:
        tasks[task.places[: level + 1]].append(task)
    asks = Counter(ask.places[: level + 1] for ask in screening.asks)
    places = sorted({*tasks, *asks}, key=lambda place: (-len(tasks.get(place, ())), place))
    fact = screening.program.pack.facts[screening.program.pack.top.id][
        screening.program.pack.top.places[level]
    ]
    heads = [
        ("", words.of(fact.label)),
        ("r", words.say("要去看 户")),
        ("r", words.say("顺带问 户")),
    ]
    rows = [
        _place_row(material, number, place, tasks.get(place, []), asks.get(place, 0))
        for number, place in enumerate(places[:_MOST_PLACES])
    ]
    rest = places[_MOST_PLACES:]
    if rest:
        rows.append(
            tag(
                "tr",
                cell(words.count("其余 {n} 处", len(rest))),
                cell(f"{sum(len(tasks.get(place, ())) for place in rest):,}", class_="r"),
                cell(f"{sum(asks.get(place, 0) for place in rest):,}", class_="r"),
                class_="sum",
            )
        )
    return table(heads, rows, class_="places")


def _level(material: Material) -> int | None:
    """The smallest place most tasks have."""
    tasks = material.screening.tasks
    for level in reversed(range(len(material.screening.program.pack.top.places))):
        if sum(bool(task.places[level]) for task in tasks) * 2 > len(tasks):
            return level
    return None


def _place_row(
    material: Material, number: int, place: tuple[str, ...], tasks: list[Task], asks: int
) -> Html:
    words = material.words
    name = clipped(place[-1], 24) or words.say("没写地方")
    above = clipped(place[-2], 16) if len(place) > 1 else ""
    listing = Listing(
        anchor=f"l-place-{number}",
        title=words.say("{place}要去看的户", place=name),
        total=words.count("{n} 户", len(tasks)),
        count=len(tasks),
        cells=_cells(tasks),
        whole=material.in_tasks(name),
        back="tasks",
    )
    return tag(
        "tr",
        cell(tag("b", name), tag("small", above) if above else None, class_="nm"),
        cell(material.lists.link(listing), class_="r", label=words.say("要去看 户")),
        cell(
            f"{asks:,}" if asks else tag("span", "0", class_="z"),
            class_="r",
            label=words.say("顺带问 户"),
        ),
    )


def _first(material: Material, ordered: list[Task]) -> Html:
    words = material.words
    placed = bool(material.screening.program.pack.top.places)
    heads = [
        ("", words.say("先去的户")),
        *([("", words.say("在哪"))] if placed else []),
        ("", words.say("为什么")),
        ("", words.say("紧要程度")),
        ("r", words.say("期限")),
    ]
    rows = [
        tag(
            "tr",
            cell(tag("b", clipped(task.name or task.key, 20)), class_="nm"),
            cell(_place(task, words), class_="pl") if placed else None,
            cell(_reasons(material, task), class_="wy"),
            cell(urgency(task, words), class_="ug"),
            cell(task.due_on.isoformat() if task.due_on else due_words(words), class_="r nw"),
        )
        for task in ordered[:_FIRST_TASKS]
    ]
    return table(heads, rows, class_="first")


def _place(task: Task, words: Words) -> str:
    return " ".join(clipped(place_words(one, words), 16) for one in task.places[-2:] if one)


def _reasons(material: Material, task: Task) -> Iterator[object]:
    words = material.words
    for number, finding in enumerate(task.findings[:_MOST_REASONS]):
        gap = words.clauses(["", ""]) if number else None
        yield html(
            gap,
            words.of(finding.rule.label),
            " ",
            tag("span", state_word(finding, words), class_="t"),
        )
    more = len(task.findings) - _MOST_REASONS
    if more > 0:
        yield tag("span", words.clauses(["", ""]), words.count("另有 {n} 条", more), class_="t")
