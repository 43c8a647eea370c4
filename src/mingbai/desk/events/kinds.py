"""The events of a household (变动的种类): words, form, and the named action of the register behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from mingbai.desk.events import forms
from mingbai.households import actions
from mingbai.households.acting import Outcome
from mingbai.households.actions import Newcomer
from mingbai.households.enums import HouseholdEnd, MembershipReason, StatusKind

#: Form, what a person has decided after the dry run, and what every action takes.
Act = Callable[[Any, Mapping[str, Any], Mapping[str, Any]], Outcome]


@dataclass(frozen=True)
class Kind:
    """A kind of event (变动): key of its address, words, when it is the right one."""

    key: str
    words: Any
    when: Any
    form: type[forms.EventForm]
    act: Act


def _newcomer(data: Mapping[str, Any]) -> Newcomer:
    known = {
        name: data[name] for name in ("name", "sex", "birth_date", "id_number") if data.get(name)
    }
    return Newcomer(data["relation"], known)


def _follow(decided: Mapping[str, Any]) -> dict[str, Any]:
    return {"new_head_id": decided.get("new_head_id"), "relations": decided.get("relations")}


def _birth(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    child = _newcomer(form.cleaned_data)
    return actions.record_birth(household_id=form.home.id, child=child, **common)


def _death(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    person = form.cleaned_data["person"]
    return actions.record_death(person_id=person, **_follow(decided), **common)


def _arrival(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    data, why = form.cleaned_data, MembershipReason(form.cleaned_data["why"])
    comes = _newcomer(data)
    if why == MembershipReason.MARRIAGE:
        return actions.record_marriage(household_id=form.home.id, newcomer=comes, **common)
    return actions.register_person_into(household_id=form.home.id, person=comes, why=why, **common)


def _departure(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    going = form.cleaned_data["persons"]
    return actions.leave(household_id=form.home.id, person_ids=going, **_follow(decided), **common)


def _wedding(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    return actions.record_marriage(**_elsewhere(form), **_follow(decided), **common)


def _divorce(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    return actions.divorce(**_elsewhere(form), **_follow(decided), **common)


def _elsewhere(form: Any) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "person_id": data["person"], "household_id": form.other.id if form.other else None,
        "relation": data.get("relation") or "",
    }  # fmt: skip


def _split(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    data = form.cleaned_data
    there = {name: data[name] for name in ("group_number", "address") if data.get(name)}
    return actions.split_household(
        household_id=form.home.id, person_ids=data["persons"], head_id=data["head"],
        statuses=[StatusKind(one) for one in data.get("statuses") or ()], residence=there,
        **_follow(decided), **common,
    )  # fmt: skip


def _merge(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    return actions.merge_households(
        household_id=form.home.id, absorbed_id=form.other.id, relations=form.relations,
        keep=decided.get("keep"), **common,
    )  # fmt: skip


def _headship(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    return actions.take_over_headship(
        household_id=form.home.id, person_id=form.cleaned_data["person"],
        relations=decided.get("relations"), **common,
    )  # fmt: skip


def _move(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    names = ("division_code", "group_number", "address")
    there = {name: form.cleaned_data[name] for name in names if form.cleaned_data.get(name)}
    return actions.move_household(household_id=form.home.id, residence=there, **common)


def _end(form: Any, decided: Mapping[str, Any], common: Mapping[str, Any]) -> Outcome:
    because = HouseholdEnd(form.cleaned_data["because"])
    return actions.end_household(household_id=form.home.id, because=because, **common)


KINDS = {
    kind.key: kind
    for kind in (
        Kind("birth", lazy("出生"), lazy("家里添了孩子"), forms.BirthForm, _birth),
        Kind("death", lazy("死亡"), lazy("有人去世；户主去世要定谁接着当"), forms.DeathForm, _death),
        Kind("arrival", lazy("进来一人"), lazy("迁来、嫁来、收养，或以前漏登"), forms.ArrivalForm, _arrival),
        Kind("departure", lazy("迁出"), lazy("有人迁到册外去了"), forms.DepartureForm, _departure),
        Kind("wedding", lazy("结婚出去"), lazy("到另一户成家，或嫁到册外"), forms.WeddingForm, _wedding),
        Kind("divorce", lazy("离婚"), lazy("离婚后到另一户，或离开"), forms.DivorceForm, _divorce),
        Kind("headship", lazy("换户主"), lazy("人都在，户主换一个"), forms.HeadshipForm, _headship),
        Kind("split", lazy("分户"), lazy("一部分人另立一户"), forms.SplitForm, _split),
        Kind("merge", lazy("并户"), lazy("另一户并进来，那一户销掉"), forms.MergeForm, _merge),
        Kind("move", lazy("整户搬迁"), lazy("全家换了村、组或住址，户还在"), forms.MoveForm, _move),
        Kind("end", lazy("销户"), lazy("全家不在册了，或本来就登错"), forms.EndForm, _end),
    )
}  # fmt: skip
