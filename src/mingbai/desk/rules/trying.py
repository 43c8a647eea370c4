"""A trial as shown (试算页): what is asked in the address, and what came out, in words and with lists."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from mingbai.decisions.models import Run
from mingbai.decisions.trying import Bins, Shift, Tried, try_parameters
from mingbai.decisions.versions import pack_of
from mingbai.desk.components.charts import Chart, Kind, Mark, Series
from mingbai.desk.components.words import of
from mingbai.desk.register.states import ANSWERS
from mingbai.engine.compiling.whatif import parse_trial
from mingbai.engine.model.pack import Pack
from mingbai.engine.model.values import unscaled
from mingbai.places.codes import prefix_of
from mingbai.places.remembered import Roster

#: Finished trials that are kept a while: a list is paged, a name is looked at, one comes back.
MOST = 8
_done: OrderedDict[tuple[Any, ...], Tried] = OrderedDict()
#: A trial of a county takes a second of both cores: one at a time.
_one = threading.Lock()


class TrialForm(forms.Form):
    """Which parameter, which value, where (试算条件)."""

    parameter = forms.ChoiceField(label=lazy("动哪个数"))
    value = forms.CharField(label=lazy("试成多少"), max_length=40)
    everywhere = forms.BooleanField(label=lazy("各地的数都改（不勾选只改这里的）"), required=False)

    def __init__(self, *given: Any, pack: Pack, **more: Any) -> None:
        super().__init__(*given, **more)
        self.pack = pack
        field: Any = self.fields["parameter"]
        field.choices = [(one.id, of(one.label)) for one in pack.parameters.values()]

    def trial_of(self, code: str) -> str:
        """As `parse_trial` reads it. Only of a form that is valid."""
        said = self.cleaned_data
        region = "" if said["everywhere"] else f"@{prefix_of(code)}"
        return f"{said['parameter']}{region}={said['value']}"


def tried(run: Run, texts: tuple[str, ...], code: str, *, health: bool) -> Tried:
    """A trial on the facts of a run in a place. Raises ``PackError`` and ``RunError``."""
    pack = pack_of(run)
    key = (run.pk, run.snapshot_hash, pack.hash, texts, code, health)
    with _one:
        if key not in _done:
            _done[key] = try_parameters(
                run, [parse_trial(pack, one) for one in texts], division_code=code, health=health
            )
            while len(_done) > MOST:
                _done.popitem(last=False)
        _done.move_to_end(key)
        return _done[key]


@dataclass(frozen=True)
class ShiftLine:
    """A change of state as a row (状态变化行)."""

    at: int
    label: str
    before: str
    after: str
    tone: str
    households: int
    persons: int | None


def shift_lines(found: Tried) -> list[ShiftLine]:
    """What would change, rule by rule."""
    return [
        ShiftLine(
            at, of(one.rule.label), state_words(str(one.rule.role), one.before),
            state_words(str(one.rule.role), one.after), tone_of(one.after), len(one.households), one.persons,
        )
        for at, one in enumerate(found.shifts)
    ]  # fmt: skip


def tone_of(state: str) -> str:
    """Which mark a state has."""
    return {"met": "ok", "unmet": "no", "unknown": "un"}.get(state, "na")


def state_words(role: str, state: str) -> str:
    """A state in the words of the rule's kind: a signal is there or not, a guarantee met or not."""
    good, other = ANSWERS.get(role, (noop("达标"), noop("未达标")))
    return _({"met": good, "unmet": other, "unknown": noop("待核实")}.get(state, noop("不适用")))


@dataclass(frozen=True)
class PlaceLine:
    """A place as a row (各地): households that would change there."""

    code: str
    name: str
    households: int


def places_of(shift: Shift, roster: Roster, code: str) -> list[PlaceLine]:
    """The places right under one, those with most first."""
    below = roster.under(code)
    counts = {
        one.code: sum(
            count
            for village, count in shift.by_village.items()
            if village.startswith(prefix_of(one.code))
        )
        for one in below
    }
    found = [PlaceLine(one.code, one.name, counts[one.code]) for one in below if counts[one.code]]
    return sorted(found, key=lambda one: -one.households)


def distribution(found: Tried, old: int | None) -> Chart | None:
    """The amounts around the two values, the value now and the value tried as lines."""
    bins = found.bins
    if bins is None:
        return None
    trial = next(one for one in found.whatif.trials if one.name == bins.parameter)
    parameter = found.whatif.program.pack.parameters[bins.parameter]
    scale = bins.rule.type.scale
    labels = [_written(edge, scale) for edge in bins.edges[:-1]]
    shift = 10 ** (scale - parameter.type.scale)
    new_at = _bin(bins, trial.value * shift) if isinstance(trial.value, int) else None
    old_at = None if old is None else _bin(bins, old * shift)
    marks = [Mark(_("试算"), labels[new_at], "no")] if new_at is not None else []
    if old_at is not None:
        marks.insert(0, Mark(_("现在"), labels[old_at]))
    tones = _tones(len(labels), old_at, new_at)
    return Chart(
        Kind.COLUMNS, of(bins.rule.label), _("两条线附近有多少户，每一档多少"), _("户"),
        _("每档从多少起"), labels, [Series(_("户"), bins.counts, (), tones)], marks, closed=True,
        note=_("{n} 户的数还不知道，不在图上").format(n=f"{bins.without:,}"),
    )  # fmt: skip


def _bin(bins: Bins, value: int) -> int | None:
    found = next((at for at, edge in enumerate(bins.edges[1:]) if value < edge), None)
    return found if found is not None and value >= bins.edges[0] else None


def _tones(size: int, old: int | None, new: int | None) -> Sequence[str]:
    """Between the two lines in red: the households that the change is about."""
    if old is None or new is None:
        return ["plain"] * size
    low, high = sorted((old, new))
    return ["no" if low <= at < high else "strong" if at < low else "plain" for at in range(size)]


def _written(value: int, scale: int) -> str:
    return unscaled(value, scale).partition(".")[0]
