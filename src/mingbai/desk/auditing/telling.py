"""What an event says, in words (事件内容): who was given what, what stood before and what after.

An event holds keys, never values of a household: those stand in the rows that its batch began and ended, and
are shown to whoever may read them there (`desk.auditing.changes`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from mingbai.accounts.roles import ROLES, Permission
from mingbai.audit.models import Event
from mingbai.desk.components.words import actor_names, listed, permission_words, role_words
from mingbai.desk.register.words import table_words, topic_label
from mingbai.households.topics import TOPICS
from mingbai.places.queries import names_on

#: Keys of what an event says, in words; a key without words is shown by its name.
LABELS = {
    "reason": noop("理由"), "user": noop("账号"), "role": noop("角色"), "division": noop("地方"),
    "from": noop("从"), "to": noop("到"), "until": noop("到"), "topics": noop("内容"), "topic": noop("内容"),
    "households": noop("户"), "persons": noop("人"), "count": noop("条数"), "rows": noop("行数"),
    "day": noop("日期"), "on": noop("日期"), "kind": noop("种类"), "ended": noop("结束的"),
    "permissions": noop("权限"), "before": noop("之前"), "after": noop("之后"), "events": noop("事件数"),
    "head": noop("链头"), "wrong": noop("不符"), "via": noop("途径"), "number": noop("编号"),
    "recorded_at": noop("登记时间"), "as_of": noop("截至"), "columns": noop("栏目"), "batch": noop("批次"),
    "undone": noop("撤销的批次"), "deputy_for": noop("代谁的任职"), "without": noop("没有给的内容"),
    "version": noop("版本"), "place": noop("地方"), "year": noop("年度"), "values": noop("数"),
    "region": noop("地区"), "starts_on": noop("从哪天起"), "ends_on": noop("到哪天前"),
    "source": noop("出处"), "proposed_by": noop("提出"),
}  # fmt: skip
#: Written on a line of its own: what was begun and ended, table by table.
TABLES = "tables"
#: Shown as they are kept, to be compared; not for reading.
RAW = frozenset({"digest", "begun"})
MOST_LISTED = 12


@dataclass(frozen=True)
class Fact:
    """One thing that an event says (事件一项)."""

    label: str
    value: str
    known: bool = True  # whether its key has words


@dataclass(frozen=True)
class Touched:
    """How many rows of a table a batch began and ended (前后行数)."""

    table: str
    begun: int
    ended: int


def data_of(event: Event) -> dict[str, Any]:
    """What an event keeps; whatever cannot be read stands under "data"."""
    try:
        found = json.loads(event.data) if event.data else {}
    except ValueError:
        return {"data": event.data}
    return found if isinstance(found, dict) else {"data": found}


def facts_of(event: Event, day: date) -> list[Fact]:
    """What an event says, in words; what its batch wrote is `touched_by`. At most two queries."""
    said = {key: value for key, value in data_of(event).items() if key not in RAW | {TABLES}}
    words = _Words(said, day)
    return [
        Fact(_(LABELS[key]) if key in LABELS else key, words.of(key, value), key in LABELS)
        for key, value in said.items()
        if value not in (None, "", [], {})
    ]


def touched_by(event: Event) -> list[Touched]:
    """What the batch of an event began and ended, table by table."""
    tables = data_of(event).get(TABLES, {})
    return [
        Touched(table_words(table), int(one.get("begun", 0)), int(one.get("ended", 0)))
        for table, one in tables.items()
    ]


def summary_of(event: Event) -> str:
    """The one thing of an event that a list shows: why, else how much. No query."""
    said = data_of(event)
    if reason := said.get("reason"):
        return str(reason)
    if (topic := said.get("topic")) in TOPICS:
        return topic_label(TOPICS[topic])
    if (role := said.get("role")) in ROLES:
        return role_words(role)
    if isinstance(rows := said.get("rows"), int):
        return ngettext("{n} 行", "{n} 行", rows).format(n=rows)
    return ""


class _Words:
    """Values of one event in words; names of places and accounts are read once."""

    def __init__(self, said: Mapping[str, Any], day: date) -> None:
        codes = {said[key] for key in ("division", "place") if isinstance(said.get(key), str)}
        self._places = names_on(codes - {""}, day) if codes - {""} else {}
        users = [said[key] for key in ("user", "proposed_by") if isinstance(said.get(key), str)]
        self._users = actor_names(users) if users else {}

    def of(self, key: str, value: Any) -> str:
        by_key: dict[str, Callable[[Any], str]] = {
            "role": role_words, "user": lambda one: self._users.get(one, one),
            "proposed_by": lambda one: self._users.get(one, one),
            "division": lambda one: self._places.get(one, one),
            "place": lambda one: self._places.get(one, one),
            "topic": _topic, "topics": lambda some: listed(map(_topic, some)),
            "without": lambda some: listed(map(_topic, some)),
            "permissions": lambda some: listed(map(_permission, some)),
        }  # fmt: skip
        if key in by_key and isinstance(value, (str, list)):
            return by_key[key](value)
        return _plain(value)


def _topic(key: str) -> str:
    return topic_label(TOPICS[key]) if key in TOPICS else key


def _permission(key: str) -> str:
    return permission_words(Permission(key)) if key in set(Permission) else key


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, (str, int)) for one in value):
        more = _(" 等 {n} 个").format(n=len(value)) if len(value) > MOST_LISTED else ""
        return listed(value[:MOST_LISTED]) + more
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def address_of(target: str, *, reads: bool, manages: bool) -> str:
    """The page of whom an event is about, for who may open such pages at all."""
    kind, _colon, key = target.partition(":")
    if not key.isascii() or not key.isdigit():
        return ""
    if reads and kind in ("household", "person"):
        return reverse(f"register:{kind}", args=[int(key)])
    return reverse("users:user", args=[int(key)]) if manages and kind == "user" else ""


def target_words(targets: Mapping[str, str], target: str) -> str:
    """Whom an event is about, in words; `targets`: the names of accounts."""
    kind, _colon, key = target.partition(":")
    if kind == "user":
        return targets.get(target, target)
    return _(KINDS[kind]).format(number=key) if kind in KINDS and key else target


#: Kinds of what events are about.
KINDS = {
    "household": noop("户 {number}"), "person": noop("人 {number}"), "post": noop("任职 {number}"),
    "job": noop("任务 {number}"), "batch": noop("批次 {number}"), "division": noop("区划 {number}"),
    "sign_in": noop("登录 {number}"), "token": noop("令牌 {number}"),
    "outside_reading": noop("越权查阅 {number}"),
}  # fmt: skip


def named_targets(targets: Iterator[str]) -> dict[str, str]:
    """The names of the accounts among targets. One query."""
    return actor_names(one for one in targets if one.startswith("user:"))
