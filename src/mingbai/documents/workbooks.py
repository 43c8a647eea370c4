"""The workbooks of a screening (工作簿): tasks, states and problems, as offices filter and print them.

The head is the first row, so that filters work; what the sheets mean stands on a sheet of its own.
Rows are written as they come and never held in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mingbai.documents.long_lists import MOST_IN_A_SHEET, write_long
from mingbai.documents.marks import look_of
from mingbai.documents.registers import Register
from mingbai.documents.sheet_writing import Book, Column
from mingbai.documents.tasking import due_words, reasons, things_to_do, urgency
from mingbai.documents.values import without_blanks
from mingbai.documents.words import Words, words
from mingbai.screening.result import STATES, Ask, Question, Screening, Task
from mingbai.screening.states import RuleStates, role_rules
from mingbai.tables import Intake, Problem
from mingbai.tables.errors import catalogue
from mingbai.tables.intake import Kind

#: Lists too long for their workbook, beside it.
VISITS, PROBLEMS = "visits.csv", "problems.csv"


def write_tasks(screening: Screening, path: Path, *, language: str = "zh") -> None:
    """tasks.xlsx: a row per household to see, a row per household to ask, and what it all means.

    Where very many are to be asked, they stand in visits.csv beside it.
    """
    say = words(language)
    with Book(path) as book:
        places = _place_columns(screening, say)
        book.sheet(
            say.say("任务"),
            _task_columns(screening, places, say),
            _task_rows(screening, places, say),
        )
        columns, rows = _ask_columns(screening, places, say), _ask_rows(screening, places, say)
        if len(screening.asks) <= MOST_IN_A_SHEET:
            book.sheet(say.say("随访补充"), columns, rows)
        else:
            write_long(path.with_name(VISITS), columns, rows)
        _about(book, screening, say)


def write_states(screening: Screening, path: Path, *, language: str = "zh") -> None:
    """households.xlsx: every household, and every member, with a state in words for each rule."""
    say = words(language)
    groups: dict[str, list[RuleStates]] = {}
    for item in role_rules(screening.program, dict(screening.results)):
        groups.setdefault(item.rule.entity, []).append(item)
    with Book(path) as book:
        for entity, states in groups.items():
            register = Register(screening, entity)
            label = say.of(screening.program.pack.entities[entity].label)
            name = say.say("各{entity}状态", entity=label)
            columns = [*_register_columns(screening, register, say), *_state_columns(states, say)]
            book.sheet(name, columns, _state_rows(register, states, say))
        _about(book, screening, say)


def write_problems(intake: Intake, path: Path) -> None:
    """problems.xlsx: rows kept out and remarks, each with reason and advice in both languages.

    Of very many the first stand there, and all in problems.csv beside it.
    """
    say = words("zh")
    with Book(path) as book:
        found, wide = intake.problems, len(intake.problems) > MOST_IN_A_SHEET
        if wide:
            write_long(path.with_name(PROBLEMS), _problem_columns(say), _problem_rows(found, say))
        first = found[:MOST_IN_A_SHEET]
        book.sheet(say.say("问题"), _problem_columns(say), _problem_rows(first, say))
        book.sheet(say.say("文件"), _file_columns(say), _file_rows(intake, say))
        columns = [
            Column(say.say("结论"), 10),
            Column(say.say("编号"), 12),
            Column(say.say("条数"), 10, number=True),
            Column(say.say("通常的原因"), 50),
            Column(say.say("怎么办"), 50),
        ]
        rows = (
            (_verdict(kind.severity, say), kind.code, kind.rows, *_usual(kind))
            for kind in intake.kinds()
        )
        book.sheet(say.say("数目"), columns, _totals(intake, rows, say))


# ---- tasks ---------------------------------------------------------------------------------------


def _place_columns(screening: Screening, say: Words) -> list[tuple[int, Column]]:
    """The places that at least one household has, by their position."""
    pack = screening.program.pack
    items: list[Task | Ask] = [*screening.tasks, *screening.asks]
    used = {number for item in items for number, place in enumerate(item.places) if place}
    facts = pack.facts[pack.top.id]
    return [
        (number, Column(say.of(facts[name].label), 11))
        for number, name in enumerate(pack.top.places)
        if number in used
    ]


def _who_columns(
    screening: Screening, places: list[tuple[int, Column]], say: Words
) -> list[Column]:
    return [
        *(column for _, column in places),
        Column(_key_label(screening, say), 16),
        Column(_name_label(screening, say), 12),
    ]


def _key_label(screening: Screening, say: Words) -> str:
    top = screening.program.pack.top
    fact = screening.program.pack.facts[top.id].get(top.key or "")
    return say.of(fact.label) if fact else say.say("户编号")


def _name_label(screening: Screening, say: Words) -> str:
    top = screening.program.pack.top
    fact = screening.program.pack.facts[top.id].get(top.name or "")
    return say.of(fact.label) if fact else say.say("户主")


def _task_columns(
    screening: Screening, places: list[tuple[int, Column]], say: Words
) -> list[Column]:
    return [
        Column(say.say("序号"), 7, number=True),
        Column(say.say("期限"), 12, date=True),
        *_who_columns(screening, places, say),
        Column(say.say("人数"), 7, number=True),
        Column(say.say("要核实、要办什么"), 48),
        Column(say.say("为什么"), 48),
        Column(say.say("紧要程度"), 10),
        Column(say.say("责任部门"), 18),
    ]


def _task_rows(
    screening: Screening, places: list[tuple[int, Column]], say: Words
) -> Iterator[tuple[object, ...]]:
    ordered = sorted(screening.tasks, key=lambda task: task.order)
    for number, task in enumerate(ordered, 1):
        yield (
            number,
            task.due_on or due_words(say),
            *(task.places[place] for place, _ in places),
            task.key,
            task.name,
            task.people,
            "\n".join(things_to_do(task, say)),
            "\n".join(reasons(task, say)),
            urgency(task, say),
            say.listed(_owners(task, say)),
        )


def _owners(item: Task | Ask, say: Words) -> list[str]:
    """The departments that hold something of it, each once."""
    rules = [finding.rule for finding in item.findings] if isinstance(item, Task) else []
    owners = [rule.owner for rule in rules] + [question.owner for question in item.questions]
    return list(dict.fromkeys(say.of(owner) for owner in owners if owner is not None))


def _ask_columns(
    screening: Screening, places: list[tuple[int, Column]], say: Words
) -> list[Column]:
    return [
        *_who_columns(screening, places, say),
        Column(say.say("问题数"), 8, number=True),
        Column(say.say("问什么"), 60),
        Column(say.say("问的是谁"), 24),
        Column(say.say("谁可能有"), 24),
        Column(say.say("弄清了能定什么"), 36),
    ]


def _ask_rows(
    screening: Screening, places: list[tuple[int, Column]], say: Words
) -> Iterator[tuple[object, ...]]:
    for ask in screening.asks:
        decides = dict.fromkeys(
            say.of(rule.label) for question in ask.questions for rule in question.decides
        )
        yield (
            *(ask.places[place] for place, _ in places),
            ask.key,
            ask.name,
            len(ask.questions),
            "\n".join(_numbered(_asked(question, say) for question in ask.questions)),
            "\n".join(_numbered(_about_whom(question, say) for question in ask.questions)),
            say.listed(_owners(ask, say)),
            say.listed(decides),
        )


def _asked(question: Question, say: Words) -> str:
    return say.of(question.ask) or say.of(question.label)


def _about_whom(question: Question, say: Words) -> str:
    return say.listed(question.about) or say.say("全户")


def _numbered(items: Iterable[str]) -> Iterator[str]:
    yield from (f"{number}. {item}" for number, item in enumerate(items, 1))


# ---- states --------------------------------------------------------------------------------------


def _register_columns(screening: Screening, register: Register, say: Words) -> list[Column]:
    pack = screening.program.pack
    facts = pack.facts[pack.top.id]
    found = [Column(say.of(facts[name].label), 12) for name in pack.top.places]
    found += [Column(_key_label(screening, say), 16), Column(_name_label(screening, say), 12)]
    if not register.is_top:
        found += [Column(say.of(register.entity.label), 14)]
    return found


def _state_columns(states: list[RuleStates], say: Words) -> list[Column]:
    return [Column(say.of(item.rule.label), 14) for item in states]


def _state_rows(
    register: Register, states: list[RuleStates], say: Words
) -> Iterator[tuple[object, ...]]:
    columns = [_state_words(item, say) for item in states]
    for row, cell in enumerate(register.all()):
        who = (*cell.places, cell.key, cell.name)
        yield (*who, *((cell.member,) if not register.is_top else ()), *(c[row] for c in columns))


def _state_words(item: RuleStates, say: Words) -> list[str]:
    look = {state: look_of(item.rule, state, say).word for state in STATES}
    good, bad = item.good.to_pylist(), item.bad.to_pylist()
    absent = item.not_applicable.to_pylist()
    return [
        look["met"]
        if met
        else look["unmet"]
        if unmet
        else look["not_applicable" if na else "unknown"]
        for met, unmet, na in zip(good, bad, absent, strict=True)
    ]


# ---- what the sheets mean -------------------------------------------------------------------------


def _about(book: Book, screening: Screening, say: Words) -> None:
    pack, program = screening.program.pack, screening.program
    facts = [
        (say.say("怎么来的"), say.say("按规则包从收到的表算出来，是建议；纳入、退出、消除由人按程序定。")),
        (say.say("截至"), program.as_of.isoformat()),
        (say.say("规则包"), f"{pack.id} {pack.version}　{say.of(pack.title)}"),
        (say.say("规则包指纹"), pack.hash),
        (say.say("范围"), say.count("{n} 户", screening.households)),
        (say.say("任务"), say.say("有未达标、有线索的户，一户一行，按要紧程度排；期限从截至日算起。")),
        (
            say.say("随访补充"),
            say.say(
                "没有未达标和线索，只有没弄清的事：下次走访顺带问，没有期限；户数很多时另存为 visits.csv。"
            ),
        ),
        (say.say("待核实"), say.say("缺的事实可能改变结论，既不算达标，也不算未达标。")),
    ]  # fmt: skip
    rows: list[tuple[object, ...]] = [(name, text, "") for name, text in facts]
    for counts in screening.counts.values():
        rule = counts.rule
        rows.append((say.of(rule.label), say.of(rule.sentence), str(rule.source)))
    columns = [
        Column(say.say("项"), 26),
        Column(say.say("说明"), 80),
        Column(say.say("依据"), 50),
    ]
    book.sheet(say.say("说明"), columns, rows)


# ---- problems ------------------------------------------------------------------------------------


def _problem_columns(say: Words) -> list[Column]:
    return [
        Column(say.say("结论"), 8),
        Column(say.say("编号"), 12),
        Column(say.say("文件"), 28),
        Column(say.say("表"), 14),
        Column(say.say("行"), 8, number=True),
        Column(say.say("列"), 18),
        Column(say.say("原来的值"), 20),
        Column(say.say("行数"), 8, number=True),
        Column(say.say("为什么"), 48),
        Column(say.say("怎么办"), 48),
        Column("Reason", 48),
        Column("Advice", 48),
    ]


def _problem_rows(problems: Iterable[Problem], say: Words) -> Iterator[tuple[object, ...]]:
    for item in problems:
        yield (
            _verdict(item.severity, say),
            item.code,
            item.file,
            item.sheet,
            item.row,
            item.column,
            item.value,
            item.rows,
            item.message.zh,
            item.advice.zh,
            item.message.en,
            item.advice.en,
        )


def _verdict(severity: str, say: Words) -> str:
    return say.say("未采用") if severity == "listed" else say.say("提示")


def _usual(kind: Kind) -> tuple[str, str]:
    """What a number usually means; a check of a pack is worded by the pack."""
    entry = catalogue().get(kind.code)
    if entry is None:
        return kind.example.message.zh, kind.example.advice.zh
    return without_blanks(entry.message.zh), without_blanks(entry.advice.zh)


def _file_columns(say: Words) -> list[Column]:
    return [
        Column(say.say("文件"), 30),
        Column(say.say("表"), 14),
        Column(say.say("结论"), 10),
        Column(say.say("行数"), 10, number=True),
        Column(say.say("表头在第几行"), 12, number=True),
        Column(say.say("表头模板"), 24),
        Column(say.say("没有读的列"), 48),
        Column(say.say("为什么跳过"), 48),
        Column("Reason", 48),
    ]


def _file_rows(intake: Intake, say: Words) -> Iterator[tuple[object, ...]]:
    for item in intake.files:
        yield (
            item.name,
            item.sheet,
            say.say("已读") if item.what == "table" else say.say("跳过"),
            item.rows if item.what == "table" else None,
            item.header_row,
            item.profile,
            "、".join(item.unread),
            item.reason.zh if item.reason else None,
            item.reason.en if item.reason else None,
        )


def _totals(
    intake: Intake, rows: Iterable[tuple[object, ...]], say: Words
) -> Iterator[tuple[object, ...]]:
    yield say.say("收到的行"), "", intake.rows_in, say.say("收到 = 采用 + 未采用"), ""
    yield say.say("采用"), "", intake.rows_accepted, "", ""
    yield say.say("未采用"), "", intake.rows_listed, say.say("留在表外，一行也没有丢"), ""
    yield say.say("提示"), "", intake.remarks, say.say("采用了的行上有可疑之处"), ""
    if len(intake.problems) > MOST_IN_A_SHEET:
        first = say.say("“问题”表只列前面这些条，全部在 problems.csv")
        yield say.say("问题"), "", MOST_IN_A_SHEET, first, ""
    yield from rows
