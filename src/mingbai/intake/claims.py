"""What the lists say, ready to be compared (名单内容): tables by topic, with the register's keys beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.model.pack import Pack
from mingbai.households.enums import Subject
from mingbai.households.topics import Span, Topic, topics_about
from mingbai.intake.choices import Choices
from mingbai.intake.comparing import Question
from mingbai.intake.difference import PLACE
from mingbai.intake.naming_places import NAMES
from mingbai.intake.records import TERM, TOPIC_OF
from mingbai.intake.standing import Standing
from mingbai.intake.statuses import FACTS as STATUS_FACTS
from mingbai.tables import Intake

KEYS = {Subject.HOUSEHOLD: ("household", "household_id"), Subject.PERSON: ("person", "person_id")}
#: Facts under other names than the columns that keep them.
_COLUMNS = {"village_group": "group_number"}
#: Facts that stand in no column because keys, memberships or episodes hold them.
_HELD = {
    "household_id",
    "person_id",
    "relation",
    "head_name",
    "division_code",
    *NAMES,
    *STATUS_FACTS,
}
_YEARLY = ("income_year", "work", "insurance", "land")


@dataclass(frozen=True)
class Asking:
    """How lists are read (导入要求): observed on a day, about a year, said by whom, whole of which places."""

    as_of: date
    year: int
    source: str = ""
    whole: tuple[str, ...] = ()
    division_code: str = ""
    choices: Choices = field(default_factory=Choices)
    layouts: tuple[int, ...] = ()

    @property
    def chosen(self) -> str:
        """By which an import made with the same choices is known."""
        return self.choices.digest(self.layouts)


def tied(table: pa.Table, key: str, known: pa.Table) -> pa.Table:
    """The table with `number` (as offices know the subject) and `id` (as the register does; null: new)."""
    where = pc.index_in(table[key], value_set=known["number"].combine_chunks())
    ids = known["id"].take(where)
    return table.append_column("number", table[key]).append_column("id", ids)


def questions(
    tables: Mapping[str, pa.Table],
    sources: Mapping[str, Mapping[str, str]],
    asking: Asking,
) -> list[Question]:
    """What is to be compared: every topic that the lists have a column for."""
    found = []
    for subject, (entity, _) in KEYS.items():
        table = renamed(tables[entity])
        for topic in topics_about(subject):
            columns = tuple(
                name
                for name in topic.columns
                if name in table.column_names and table[name].null_count < table.num_rows
            )
            if not topic.many and columns:
                found.append(_question(topic, columns, table, sources[entity], asking))
    return found


def renamed(table: pa.Table) -> pa.Table:
    """Facts under the names of the columns that keep them."""
    return table.rename_columns([_COLUMNS.get(name, name) for name in table.column_names])


def _question(
    topic: Topic,
    columns: tuple[str, ...],
    table: pa.Table,
    sources: Mapping[str, str],
    asking: Asking,
) -> Question:
    back = {column: fact for fact, column in _COLUMNS.items()}
    said = {name: asking.source or sources.get(back.get(name, name), "") for name in columns}
    claims = table.select(["number", "id", *columns, *PLACE])
    starts, ends = period_of(topic, asking)
    weights = Counter(said[name] for name in columns if said[name])
    source = weights.most_common(1)[0][0] if weights else ""
    return Question(
        topic, columns, claims, starts, ends, asking.as_of, said, source, asking.choices
    )


def period_of(topic: Topic, asking: Asking) -> tuple[date, date | None]:
    """How long a new record holds: a year where the topic has years, else from the day on."""
    if topic.span == Span.PERIOD and topic.key in _YEARLY:
        return date(asking.year, 1, 1), date(asking.year + 1, 1, 1)
    return asking.as_of, None


def not_kept(intake: Intake, pack: Pack, standing: Standing) -> dict[str, int]:
    """Facts the lists tell and the register has no column for, with how many rows tell them."""
    kept = {
        column for subject in KEYS for topic in topics_about(subject) for column in topic.columns
    }
    kept |= _HELD | set(_COLUMNS)
    lost: dict[str, int] = {}
    for entity, facts in intake.supplied.items():
        if entity in TOPIC_OF or entity == TERM:
            continue
        for fact in sorted(facts - kept):
            label = pack.facts[entity][fact].label.zh
            table = intake.tables[entity]
            count = table.num_rows - table[fact].null_count
            if count:
                lost[f"{entity}.{fact} {label}"] = count
    for entity in sorted(intake.supplied.keys() - {"household", "person", TERM, *TOPIC_OF}):
        if intake.tables[entity].num_rows:
            lost[entity] = intake.tables[entity].num_rows
    heads = headless(intake, standing)
    return lost | ({"household.head_name": heads} if heads else {})


def headless(intake: Intake, standing: Standing) -> int:
    """Households whose head is named in the list while nobody of them is known: the name is not kept."""
    homes = intake.tables["household"]
    if "head_name" not in homes.column_names:
        return 0
    named = homes.filter(pc.is_valid(homes["head_name"]))["household_id"]
    living = [intake.tables["person"]["household_id"], standing.persons["household"]]
    known = pa.concat_arrays([one.combine_chunks() for one in living])
    return pc.sum(pc.invert(pc.is_in(named, value_set=known))).as_py() or 0
