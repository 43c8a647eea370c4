"""What every part of a report needs at hand (报告的材料): the screening, the words, the lists."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.documents.lists import MOST_SHOWN, Listing, Lists
from mingbai.documents.marks import look_of
from mingbai.documents.markup import Html, html, tag
from mingbai.documents.registers import Cell, Register
from mingbai.documents.words import Words
from mingbai.engine.model.pack import Role, Rule
from mingbai.screening.result import Screening
from mingbai.screening.states import RuleStates, indices, role_rules


@dataclass
class Material:
    """The material of one report."""

    screening: Screening
    words: Words
    files: Mapping[str, str]
    lists: Lists = field(init=False)

    def __post_init__(self) -> None:
        self.lists = Lists(self.words)

    @cached_property
    def states(self) -> dict[str, RuleStates]:
        """The states of every rule with a role, in the order of the pack."""
        found = role_rules(self.screening.program, dict(self.screening.results))
        return {item.rule.id: item for item in found}

    @cached_property
    def ranks(self) -> dict[str, int]:
        """The place of each household in the order of tasks."""
        ordered = sorted(self.screening.tasks, key=lambda task: task.order)
        return {task.key: number for number, task in enumerate(ordered)}

    @cached_property
    def registers(self) -> dict[str, Register]:
        return {entity: Register(self.screening, entity) for entity in self.screening.results}

    def of_role(self, role: Role) -> list[RuleStates]:
        """The states of the rules of one role."""
        return [item for item in self.states.values() if item.rule.role is role]

    def number(self, rule: Rule, state: str, *, back: str, class_: str = "") -> Html:
        """The number of rows of a rule in a state, which opens its list."""
        count = getattr(self.screening.counts[rule.id], state)
        if not count:
            return tag("span", "0", class_="z")
        label, word = self.words.of(rule.label), look_of(rule, state, self.words).word
        listing = Listing(
            anchor=f"l-{rule.id}-{state}",
            title=self.words.say("{what}：{word}", what=label, word=word),
            total=self.unit(rule, count),
            count=count,
            cells=self._cells(rule, state),
            whole=self._whole(rule, state, word),
            back=back,
        )
        return self.lists.link(listing, class_=class_)

    def unit(self, rule: Rule, count: int) -> str:
        """A count with what it counts: 12 户, 12 人."""
        entity = self.screening.program.pack.entities[rule.entity]
        return self.of_entity(entity.id, count)

    def of_entity(self, entity: str, count: int) -> str:
        """A count of rows of an entity."""
        label = self.words.of(self.screening.program.pack.entities[entity].label)
        return self.words.count("{n} {unit}", count, unit=label)

    def _cells(self, rule: Rule, state: str) -> list[Cell]:
        register, states = self.registers[rule.entity], self.states[rule.id]
        masks = {
            "met": states.good,
            "unmet": states.bad,
            "unknown": states.unknown,
            "not_applicable": states.not_applicable,
        }
        if register.is_top and state == called_state(rule):
            return self._most_at_stake(register, indices(masks[state]))
        return self._first(register, masks[state])

    @staticmethod
    def _first(register: Register, mask: pa.ChunkedArray) -> list[Cell]:
        rows = pc.indices_nonzero(mask).slice(0, MOST_SHOWN).to_pylist()
        return register.cells(rows)

    def _most_at_stake(self, register: Register, rows: list[int]) -> list[Cell]:
        """The households that come first in the order of tasks."""
        table = self.screening.intake.tables[register.entity.id]
        column = table.column(register.entity.key or "")
        keys = column.take(pa.array(rows, pa.int64())).to_pylist()
        last = len(self.ranks)
        ordered = heapq.nsmallest(
            MOST_SHOWN,
            zip(keys, rows, strict=True),
            key=lambda pair: (self.ranks.get(pair[0], last), pair[1]),
        )
        return register.cells([row for _, row in ordered])

    def _whole(self, rule: Rule, state: str, word: str) -> str:
        """Where all rows of a list stand: the workbook, its sheet and its filter."""
        words, label = self.words, self.words.of(rule.label)
        if "states" in self.files:
            entity = words.of(self.screening.program.pack.entities[rule.entity].label)
            return words.say(
                "{file}「{sheet}」表，「{column}」列筛选“{word}”",
                file=self.files["states"],
                sheet=words.say("各{entity}状态", entity=entity),
                column=label,
                word=word,
            )
        if (
            self.states[rule.id].rule.role is not None
            and state in ("unmet",)
            and "tasks" in self.files
        ):
            return self.in_tasks(label)
        return words.say(
            "{file} 的 {column} 列，值为 {word}",
            file=self.files.get("households", "households.parquet"),
            column=rule.id,
            word=state,
        )

    def in_tasks(self, label: str) -> str:
        """Where the tasks with a reason stand."""
        return self.words.say(
            "{file}「{sheet}」表，「{column}」列筛选包含“{word}”",
            file=self.files.get("tasks", "tasks.xlsx"),
            sheet=self.words.say("任务"),
            column=self.words.say("为什么"),
            word=label,
        )


def called_state(rule: Rule) -> str:
    """The state of a rule that calls for a person, and so makes a task."""
    return "met" if rule.role is Role.READINESS else "unmet"


def section(
    anchor: str, title: str, *children: object, note: object = None, class_: str = ""
) -> Html:
    """A block of the page with its head."""
    head = tag("h2", title, tag("small", note) if note else None)
    return tag("section", head, html(children), id=anchor, class_=f"blk {class_}".strip())


def table(
    heads: Sequence[tuple[str, str]], rows: Iterable[object], *, class_: str = "", caption: str = ""
) -> Html:
    """A register table: heads as (class, text)."""
    return tag(
        "table",
        tag("caption", caption, class_="hid") if caption else None,
        tag(
            "thead",
            tag("tr", [tag("th", text, class_=kind or None, scope="col") for kind, text in heads]),
        ),
        tag("tbody", rows),
        class_=f"g {class_}".strip(),
    )


def cell(*children: object, class_: str = "", label: str = "") -> Html:
    """A cell; ``label`` names its column where a narrow page shows no head."""
    return tag("td", html(children), class_=class_ or None, data_l=label or None)
