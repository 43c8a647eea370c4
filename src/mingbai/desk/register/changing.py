"""What a save changed (保存后的变化): the states of the household before and after, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.decisions.queries import HouseholdStates, states_of
from mingbai.decisions.wording import RuleWords, worded
from mingbai.desk.access import scope_for
from mingbai.desk.components.words import document_words, of
from mingbai.desk.register.readers import own_reader
from mingbai.desk.register.standing import run_for, visible
from mingbai.desk.register.states import CHECK, look
from mingbai.households.access import place_of

#: Sentences that are said; beyond this the states themselves say it.
MOST = 6


class Seen:
    """How households stood before a save (改前状态), to be compared with after it. Make it before."""

    def __init__(self, request: HttpRequest, homes: list[int]) -> None:
        self._request, self.homes = request, homes
        self._scope = scope_for(request, Permission.EVALUATION_READ)
        self._before = states_of(homes, scope=self._scope)

    def what_changed(self) -> list[str]:
        """The states that are others now, as far as the one who saved may read them."""
        after = states_of(self.homes, scope=self._scope)
        found = [
            sentence
            for key in self.homes
            if key in after
            for sentence in self._sentences(key, self._before.get(key), after[key])
        ]
        return found[:MOST]

    def _sentences(
        self, key: int, before: HouseholdStates | None, after: HouseholdStates
    ) -> Iterator[str]:
        if before is None or before.letters == after.letters:
            return
        day: Any = self._request.day
        code, _until = place_of(key, day)
        run = run_for(code)
        if run is None:
            return
        reader = own_reader(self._request)
        then = {one.rule: one for one in worded(before, run.as_of)}
        for one in visible(worded(after, run.as_of), reader, code, key, after.pack, run.as_of):
            old = then.get(one.rule)
            if one.role not in (None, CHECK) and old is not None and old.state != one.state:
                yield _("{what}：{old} → {new}").format(
                    what=of(one.label), old=_said(old), new=_said(one)
                )


def _said(one: RuleWords) -> str:
    return document_words().say(look(one)[1])
