"""A comparison as shown (评估比较页): what is asked in the address, counts by rule and place, and who."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.decisions.models import PackVersion, Run
from mingbai.decisions.moves import HOUSEHOLD, Move, Moved, Within
from mingbai.decisions.picking import Keys
from mingbai.desk.access import scope_for
from mingbai.desk.components.parts import Chip, changed_query
from mingbai.desk.runs.listing import within
from mingbai.desk.runs.words import LETTERS, SPELLED, State, Told, Vocabulary
from mingbai.households.queries import rows_of
from mingbai.places.codes import LENGTH
from mingbai.places.enums import DIGITS, Level
from mingbai.places.queries import register
from mingbai.places.remembered import Roster, roster


@dataclass(frozen=True)
class Asked:
    """What of a comparison the address asks for (所问的比较)."""

    request: HttpRequest
    earlier: Run
    later: Run
    found: Within
    words: Vocabulary
    place: str  # a division; blank: all in scope
    rule: str
    before: str  # letters; blank: any
    after: str

    @property
    def rows(self) -> Keys:
        """Who is listed."""
        return self.found.chosen(self.rule, self.before, self.after)

    @property
    def narrowed(self) -> bool:
        """Whether a rule or a state is asked for."""
        return bool(self.rule or self.before or self.after)


def asked_of(request: HttpRequest, earlier: Run, later: Run) -> Asked:
    """The filters of the address; what names nothing is not asked. Three queries, once a process."""
    said = {name: request.GET.get(name, "") for name in ("place", "rule", "before", "after")}
    code = said["place"]
    place = code if len(code) == LENGTH and code.isascii() and code.isdigit() else ""
    found = within(request, earlier, later, place)
    words = Vocabulary(earlier, later)
    rules = {kind.rule for kind in found.counts}
    return Asked(
        request, earlier, later, found, words, place,
        said["rule"] if said["rule"] in rules else "",
        LETTERS.get(said["before"], ""), LETTERS.get(said["after"], ""),
    )  # fmt: skip


@dataclass(frozen=True)
class Direction:
    """Households that go from one state to another under a rule (一种变动)."""

    before: State
    after: State
    households: int
    address: str
    current: bool


@dataclass(frozen=True)
class RuleLines:
    """The moves under one rule (一条规则的变动); a household goes one way only, so that they add up."""

    label: str
    households: int
    address: str
    directions: tuple[Direction, ...]


def by_rule(asked: Asked) -> list[RuleLines]:
    """Counts of all rules, in reading order, those with most first within a rule."""
    rules: dict[str, list[tuple[Move, int]]] = {}
    for kind, count in asked.found.counts.items():
        rules.setdefault(kind.rule, []).append((kind, count))
    order = asked.words.order
    return [
        _rule_lines(asked, name, rules[name])
        for name in sorted(rules, key=lambda one: (order.get(one, len(order)), one))
    ]


def _rule_lines(asked: Asked, name: str, kinds: Sequence[tuple[Move, int]]) -> RuleLines:
    query, words = asked.request.GET, asked.words
    directions = tuple(
        Direction(
            words.state(name, kind.before), words.state(name, kind.after), count,
            changed_query(query, {
                "rule": name, "before": SPELLED[kind.before], "after": SPELLED[kind.after],
            }),
            kind == (asked.rule, asked.before, asked.after),
        )
        for kind, count in sorted(kinds, key=lambda one: -one[1])
    )  # fmt: skip
    address = changed_query(query, {"rule": name, "before": None, "after": None})
    return RuleLines(words.rule(name), sum(count for _, count in kinds), address, directions)


@dataclass(frozen=True)
class PlaceLine:
    """A place below with the households that are listed there (各地变动)."""

    name: str
    households: int
    address: str


def by_place(asked: Asked, rows: Keys) -> list[PlaceLine]:
    """The places right under the one asked for, those with most first; none below a village."""
    known = roster(asked.request.day)
    here = known.places.get(asked.place or register().division_code)
    below = known.under(here.code) if here else ()
    if not below:
        return []
    counted = asked.found.by_division(DIGITS[Level(below[0].level)], rows)
    found = [
        PlaceLine(
            known.places[code].name if code in known.places else code, count,
            changed_query(asked.request.GET, {"place": code}),
        )
        for code, count in counted.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one.households)


@dataclass(frozen=True)
class Line:
    """A household that stands otherwise (变动的一户)."""

    household_id: int
    head: str
    number: str
    place: str
    reached: bool  # its page is open to the one who asks
    told: tuple[Told, ...]
    explained: bool  # a page says which facts it rests on: not of who came or went


def lines_of(asked: Asked, rows: Sequence[int]) -> list[Line]:
    """Rows with names, places and reasons. Four queries, however many rows."""
    moved = asked.found.listed(rows)
    scope = scope_for(asked.request, Permission.HOUSEHOLDS_READ)
    known = rows_of([one.household_id for one in moved], asked.request.day, scope=scope)
    places = roster(asked.request.day)
    return [_line(asked, one, known.get(one.household_id), places) for one in moved]


def _line(asked: Asked, moved: Moved, row: Any, places: Roster) -> Line:
    code = row.division_code if row else moved.division_code
    village = places.places.get(code)
    group = row.group_number.lstrip("0") if row else ""
    where = village.name if village else code
    return Line(
        moved.household_id, row.head_name if row else "", row.number if row else "",
        f"{where} {_('{n}组').format(n=group)}" if group else where, row is not None,
        tuple(asked.words.told(move, moved) for move in _first(moved.moves, asked.rule)),
        row is not None and not any(move.rule == HOUSEHOLD for move in moved.moves),
    )  # fmt: skip


def _first(moves: Iterable[Move], rule: str) -> list[Move]:
    """The rule that is asked for before the others."""
    return sorted(moves, key=lambda one: one.rule != rule)


def chips(asked: Asked) -> Iterator[Chip]:
    """What narrows the list."""
    query = asked.request.GET
    if asked.place:
        here = roster(asked.request.day).places.get(asked.place)
        name = here.name if here else asked.place
        yield Chip(_("地方"), name, changed_query(query, {"place": None}))
    if asked.rule:
        without = changed_query(query, {"rule": None, "before": None, "after": None})
        yield Chip(_("规则"), asked.words.rule(asked.rule), without)
    for label, name, letter in (
        (_("之前"), "before", asked.before),
        (_("之后"), "after", asked.after),
    ):
        if letter:
            word = asked.words.state(asked.rule, letter).word
            yield Chip(label, word, changed_query(query, {name: None}))


def versions_address(asked: Asked) -> str:
    """The address of what changed between the packs; none where they are the same or one is not kept.

    One query, none for the same.
    """
    wanted = asked.earlier.pack_hash, asked.later.pack_hash
    if wanted[0] == wanted[1]:
        return ""
    kept = dict(PackVersion.objects.filter(digest__in=wanted).values_list("digest", "pk"))
    if len(kept) < len(wanted):
        return ""
    return reverse("rules:differences", args=[kept[one] for one in wanted])
