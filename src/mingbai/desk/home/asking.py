"""What to ask at the next visit (随访补充): facts nobody has and a visit can settle, each with its list."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from mingbai.decisions.programs import pack_named
from mingbai.decisions.standings import standings
from mingbai.decisions.wording import cause_label, restricted_rules
from mingbai.desk.components.words import of
from mingbai.desk.home.work import Board
from mingbai.desk.register.list_asking import ALL_RULES

#: Facts that are named.
FEW = 5


@dataclass(frozen=True)
class Fact:
    """A fact to be asked (要问的): its name, at how many households, and their list."""

    words: str
    households: int
    address: str


def to_ask(board: Board) -> list[Fact]:
    """The facts that most households wait for. One query; none for a scope that names households.

    What a township was never supplied with is no question for a visit, and neither is a value of policy.
    """
    if board.scope.household_ids is not None and not board.scope.everything:
        return []
    rules = ALL_RULES
    if not board.scope.lies_in(board.health):
        pack = pack_named(board.run.pack)
        closed = restricted_rules(board.run.pack, pack.hash, board.run.as_of)
        rules = tuple(rule for rule in rules if rule not in closed)
    pack, start = pack_named(board.run.pack), reverse("register:households")
    return [
        Fact(of(cause_label(pack, cause)), households, f"{start}?{urlencode({'fact': cause})}")
        for cause, households in standings().asked(rules, board.scope)[:FEW]
    ]
