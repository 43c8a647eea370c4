"""What is asked of somebody who proposes values (提案表单), and proposals as rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.scopes import Scope
from mingbai.decisions.enums import ProposalState
from mingbai.decisions.models import ParameterProposal
from mingbai.decisions.overlays import (
    LONGEST_REASON,
    LONGEST_SOURCE,
    Change,
    held_row,
    plain,
    region_for,
)
from mingbai.desk.components.fields import Day
from mingbai.desk.components.words import actor_names, of
from mingbai.desk.places.reaching import covers
from mingbai.desk.rules.reading import where_words, written
from mingbai.desk.rules.versions import label_of, unit_of
from mingbai.engine.model.pack import Pack, Parameter
from mingbai.engine.model.values import Kind
from mingbai.places.codes import prefix_of
from mingbai.places.remembered import Roster

VALUE = "value-"


class ProposalForm(forms.Form):
    """New values, from which day on, where, why, and which document says so."""

    place = forms.ChoiceField(label=lazy("在哪里"))
    starts_on = forms.DateField(label=lazy("从哪天起"), widget=Day())
    ends_on = forms.DateField(
        label=lazy("到哪天前"), widget=Day(), required=False,
        help_text=lazy("不填：一直用到下一个已经公布的数"),
    )  # fmt: skip
    source = forms.CharField(
        label=lazy("出处"), max_length=LONGEST_SOURCE,
        help_text=lazy("文件名称、文号、第几条；没有公开文件的写本地依据"),
    )  # fmt: skip
    reason = forms.CharField(
        label=lazy("为什么改"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3})
    )

    def __init__(
        self,
        *given: Any,
        parameters: Iterable[Parameter],
        pack: Pack,
        places: Any,
        now: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.parameters, self.pack = list(parameters), pack
        form: Any = self  # Django's stubs know no type of the fields
        form.fields["place"].choices = places
        one = len(self.parameters) == 1
        values = {
            f"{VALUE}{found.id}": _field(found, pack, required=one) for found in self.parameters
        }
        for found in self.parameters:
            values[f"{VALUE}{found.id}"].help_text = now[found.id]
        form.fields = {**values, **form.fields}

    @property
    def values(self) -> Any:
        """The fields of the values, bound, with what stands in a pack's unit beside them."""
        return [self[name] for name in self.fields if name.startswith(VALUE)]

    @property
    def rest(self) -> Any:
        """The other fields, bound."""
        return [self[name] for name in self.fields if not name.startswith(VALUE)]

    def change(self) -> Change:
        """What is proposed, of a form that is valid: values that are as they were are no change."""
        said = self.cleaned_data
        values = {
            one.id: said[f"{VALUE}{one.id}"]
            for one in self.parameters
            if said[f"{VALUE}{one.id}"] and not self._as_it_is(one, said)
        }
        return Change(
            values,
            said["place"],
            said["starts_on"],
            said["ends_on"],
            said["reason"],
            said["source"],
        )

    def _as_it_is(self, parameter: Parameter, said: Mapping[str, Any]) -> bool:
        """Whether a value of a list is the present one; a value that is asked for alone always counts."""
        if len(self.parameters) == 1:
            return False
        now = parameter.value_for(said["starts_on"], said["place"])
        text = said[f"{VALUE}{parameter.id}"].replace(",", "")
        return now is not None and plain(parameter, now.value) == text


def _field(parameter: Parameter, pack: Pack, *, required: bool) -> forms.Field:
    """A value of a parameter: its label with the unit, and the kind of control its type asks for."""
    unit = of(parameter.unit) if parameter.unit else ""
    label = f"{of(parameter.label)} ({unit})" if unit else of(parameter.label)
    kind = parameter.type
    if kind.kind is Kind.BOOL:
        answers = [("", "—"), ("true", _("是")), ("false", _("否"))]
        return forms.ChoiceField(label=label, required=required, choices=answers)
    if kind.kind is Kind.CODE:
        known = [(key, of(text)) for key, text in pack.codes.get(kind.codes or "", {}).items()]
        return forms.ChoiceField(label=label, required=required, choices=[("", "—"), *known])
    widget = Day() if kind.kind is Kind.DATE else forms.TextInput({"inputmode": "decimal"})
    return forms.CharField(label=label, required=required, max_length=40, widget=widget)


def places_for(scope: Scope, roster: Roster, root: str) -> list[tuple[str, str]]:
    """The places somebody may propose for: the register's own and those right under it, as far as covered."""
    known = [roster.places[root]] if root in roster.places else []
    found = [*known, *roster.under(root)]
    return [(one.code, one.name) for one in found if covers(scope, one.code)]


def first_values(parameters: Iterable[Parameter], day: date, code: str) -> dict[str, str]:
    """What the value fields begin with: the values that hold."""
    found = {}
    for one in parameters:
        now = one.value_for(day, code)
        if now is not None:
            found[f"{VALUE}{one.id}"] = plain(one, now.value)
    return found


def now_words(
    pack: Pack, parameters: Collection[Parameter], day: date, code: str, roster: Roster
) -> dict[str, str]:
    """What holds today in a place, since when, and where it is asked for alone, who says so."""
    found = {}
    for one in parameters:
        now = one.value_for(day, code)
        if now is None:
            found[one.id] = _("现在没有公布的数")
            continue
        value = said(pack, one.id, plain(one, now.value))
        text = _("现在 {value}，{since} 起").format(
            value=value, since=now.period.starts_on.isoformat()
        )
        where = f" · {where_words(now.region, roster)} · {now.source}"
        found[one.id] = text + (where if len(parameters) == 1 else "")
    return found


@dataclass(frozen=True)
class ValueLine:
    """A value that is to change (拟改的数): what it is called, then, now and new."""

    name: str
    label: str
    unit: str
    before: str
    after: str
    since: str  # of the value before; empty where none is published
    where: str
    source: str


@dataclass(frozen=True)
class ProposalLine:
    """A proposal as a row (提案行)."""

    proposal: ParameterProposal
    values: tuple[ValueLine, ...]
    where: str
    state: str
    tone: str
    who: str
    decided_by: str
    decided_at: datetime | None


TONES = {
    ProposalState.PROPOSED: "un", ProposalState.PUBLISHED: "ok", ProposalState.REFUSED: "na",
    ProposalState.WITHDRAWN: "na",
}  # fmt: skip


def state_of(proposal: ParameterProposal) -> tuple[str, str]:
    """The state of a proposal in words, and its tone."""
    state = ProposalState(proposal.state)
    words = {
        ProposalState.PROPOSED: _("待发布"), ProposalState.PUBLISHED: _("已发布"),
        ProposalState.REFUSED: _("已退回"), ProposalState.WITHDRAWN: _("已撤回"),
    }  # fmt: skip
    return words[state], TONES[state]


def proposal_lines(
    rows: Iterable[ParameterProposal], pack: Pack, roster: Roster
) -> list[ProposalLine]:
    """Proposals in words. One query for the names."""
    found = list(rows)
    actors = {one.proposed_by for one in found} | {
        one.decided_by for one in found if one.decided_by
    }
    names = actor_names(actors)
    return [
        ProposalLine(
            one, value_lines(one, pack, roster), where_words(one.region, roster), *state_of(one),
            names[one.proposed_by], names.get(one.decided_by, ""), one.decided_at,
        )
        for one in found
    ]  # fmt: skip


def value_lines(proposal: ParameterProposal, pack: Pack, roster: Roster) -> tuple[ValueLine, ...]:
    """What a proposal changes, with what held there from that day on when it was made."""
    found = []
    for name, text in proposal.changes.items():
        row = held_row(proposal.before.get(name, ()), proposal)
        since, _until, region, value, source = row or ("", None, "", "", "")
        found.append(
            ValueLine(
                name, label_of(pack, name), unit_of(pack, name), said(pack, name, value),
                said(pack, name, text), since, where_words(region, roster), source,
            )
        )  # fmt: skip
    return tuple(found)


def said(pack: Pack, name: str, text: str) -> str:
    """A value as kept with a proposal, as people write it; empty: none is published."""
    parameter = pack.parameters.get(name)
    if not text:
        return _("没有公布")
    if parameter is None:
        return text
    if parameter.type.kind is Kind.BOOL:
        return written(parameter, text == "true")
    if parameter.type.kind is Kind.CODE:
        label = pack.codes.get(parameter.type.codes or "", {}).get(text)
        return of(label) if label else text
    if parameter.type.kind is Kind.NUMBER:
        whole, dot, rest = text.partition(".")
        return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-").isdigit() else text
    return text


def trial_region(change: Change, pack: Pack, whole: str) -> str:
    """Where a trial of a change sets its values."""
    return region_for(pack, change.values, change.place, whole)


def key_of(change: Change) -> str:
    """What the trial on the page was of: sent along, so that nothing is sent that was not looked at."""
    values = ";".join(f"{name}={text}" for name, text in sorted(change.values.items()))
    return f"{prefix_of(change.place)}|{change.starts_on}|{values}"
