"""States and reasons of a comparison in words (比较用语)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.decisions.enums import WORDS
from mingbai.decisions.models import Run, short_digest
from mingbai.decisions.moves import ABSENT, HOUSEHOLD, PRESENT, Move, Moved, Standing
from mingbai.decisions.versions import pack_of
from mingbai.decisions.wording import cause_label
from mingbai.desk.components.words import listed, of
from mingbai.desk.register.states import ANSWERS
from mingbai.documents.marks import NA_TONE, NO, OK, UN
from mingbai.engine.model.pack import Pack, Rule

_TONES = {
    "met": OK,
    "unmet": NO,
    "unknown": UN,
    "not_applicable": NA_TONE,
    PRESENT: OK,
    ABSENT: NA_TONE,
}
#: Letter → its word in the address, and back.
SPELLED = {
    **{str(letter): word for letter, word in WORDS.items()},
    PRESENT: PRESENT,
    ABSENT: ABSENT,
}
LETTERS = {word: letter for letter, word in SPELLED.items()}

#: Facts that a state waits for which are named in a row; the household's page names all.
MOST_NAMED = 3


@dataclass(frozen=True)
class State:
    """A state as a mark (状态标记)."""

    tone: str
    word: str


@dataclass(frozen=True)
class Told:
    """A move in words (变动说法): rule, state before and after, and why where the states say it."""

    label: str
    before: State
    after: State
    because: str


class Vocabulary:
    """Words for the moves between two runs (用语): of the later run's rules, else of the earlier one's."""

    def __init__(self, earlier: Run, later: Run) -> None:
        self._packs = [(pack_of(run), run) for run in (later, earlier)]

    @cached_property
    def _rules(self) -> Mapping[str, tuple[Pack, Rule]]:
        found: dict[str, tuple[Pack, Rule]] = {}
        for pack, run in reversed(self._packs):
            found |= {name: (pack, rule) for name, rule in pack.rules_on(run.as_of).items()}
        return found

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Rules in reading order."""
        return {name: at for at, name in enumerate((HOUSEHOLD, *self._rules))}

    def rule(self, name: str) -> str:
        """The name of a rule; one that is gone bears its id."""
        if name == HOUSEHOLD:
            return _("是否在评估之内")
        return of(self._rules[name][1].label) if name in self._rules else name

    def state(self, rule: str, letter: str) -> State:
        """A state in the words of the rule's kind."""
        word = SPELLED[letter]
        if rule == HOUSEHOLD:
            return State(_TONES[word], _("在评估之内") if letter == PRESENT else _("不在评估之内"))
        known = self._rules.get(rule)
        role = str(known[1].role) if known else ""
        good, other = ANSWERS.get(role, (noop("达标"), noop("未达标")))
        words = {"met": good, "unmet": other, "unknown": noop("待核实")}
        return State(_TONES[word], _(words.get(word, noop("不适用"))))

    def told(self, move: Move, moved: Moved) -> Told:
        """A move of a household, with its reason as the stored states give it."""
        return Told(
            self.rule(move.rule), self.state(move.rule, move.before),
            self.state(move.rule, move.after), self._because(move, moved.before, moved.after),
        )  # fmt: skip

    def _because(self, move: Move, before: Standing, after: Standing) -> str:
        """What made it so now; else what made it so before and no longer does."""
        now = self._reasons(move.rule, after)
        if now:
            return now
        was = self._reasons(move.rule, before)
        return _("先前是：{reasons}").format(reasons=was) if was else ""

    def _reasons(self, rule: str, standing: Standing) -> str:
        if rule not in self._rules:
            return ""
        pack, known = self._rules[rule]
        if causes := standing.causes.get(rule):
            named = listed(of(cause_label(pack, cause)) for cause in causes[:MOST_NAMED])
            said = _("缺：{facts}") if len(causes) <= MOST_NAMED else _("缺：{facts} 等 {n} 项")
            return said.format(facts=named, n=len(causes))
        labels = {key: of(clause.label) for key, clause in known.clauses()}
        return listed(labels.get(key, key) for key in standing.reasons.get(rule, ()))


def short_hash(run: Run) -> str:
    """Enough of a pack's hash to tell versions apart, the lists laid over it by parts of their own."""
    return short_digest(run.pack_hash)
