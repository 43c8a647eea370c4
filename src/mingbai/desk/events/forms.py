"""Forms of household events (变动的表): each asks what its action needs, in the words of the village."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.desk.components.fields import Day
from mingbai.desk.events.homes import Home
from mingbai.desk.register.words import SOURCES, code_words, status_words
from mingbai.households.enums import HouseholdEnd, MembershipReason

Lookup = Callable[[str], Home | None]
HEAD = "head"


def choices_of(field: forms.Field, choices: list[tuple[Any, Any]]) -> None:
    """Give a choice field its choices."""
    cast(forms.ChoiceField, field).choices = choices


def relations() -> list[tuple[str, str]]:
    """What somebody may be to the head, except the head."""
    known = code_words("relation").items()
    return [("", _("请选一个")), *((key, word) for key, word in known if key != HEAD)]


class EventForm(forms.Form):
    """What every event needs: the day, who said so, why (变动)."""

    on = forms.DateField(label=lazy("哪天发生的"), widget=Day())
    source = forms.ChoiceField(label=lazy("听谁说，或凭什么"))
    reason = forms.CharField(
        label=lazy("说明"), max_length=200, widget=forms.Textarea({"rows": 2}),
        help_text=lazy("写给以后查的人看，例如：户口簿 3 月 16 日变更"),
    )  # fmt: skip
    last = ("on", "source", "reason")

    def __init__(self, *args: Any, home: Home, today: date, lookup: Lookup, **options: Any) -> None:
        super().__init__(*args, **options)
        self.home, self.today, self.lookup = home, today, lookup
        self.other: Home | None = None
        said = [("", _("请选一个")), *((key, _(word)) for key, word in SOURCES.items())]
        choices_of(self.fields["source"], said)
        members = [(str(one.id), self.member_words(one)) for one in home.people]
        for name, field in self.fields.items():
            if name in ("person", "head"):
                choices_of(field, [("", _("请选一个")), *members])
            elif name == "persons":
                choices_of(field, list(members))
            elif name == "relation":
                choices_of(field, relations())
        self.order_fields([name for name in self.fields if name not in self.last] + list(self.last))

    @staticmethod
    def member_words(one: Any) -> str:
        return f"{one.name} · {one.relation_words}"

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError(_("不能晚于登记日期 {day}").format(day=self.today))
        return day

    def find_other(self, name: str) -> None:
        """Look up a household by the number in a field; said beside the field when it is not there."""
        number = (self.cleaned_data.get(name) or "").strip()
        if not number:
            return
        self.other = self.lookup(number)
        if self.other is None:
            self.add_error(name, _("没有这个编号的户，或不在您的范围"))
        elif self.other.id == self.home.id:
            self.add_error(name, _("这就是本户，请填另一户的编号"))


def _sex() -> forms.ChoiceField:
    choices = (("", lazy("不知道")), ("male", lazy("男")), ("female", lazy("女")))
    return forms.ChoiceField(label=lazy("性别"), choices=choices, required=False)


def _document() -> forms.CharField:
    return forms.CharField(
        label=lazy("证件号码"), max_length=40, required=False, help_text=lazy("还没办就空着")
    )


class BirthForm(EventForm):
    """出生."""

    name = forms.CharField(label=lazy("孩子的姓名"), max_length=60)
    sex = _sex()
    relation = forms.ChoiceField(label=lazy("与户主关系"))
    id_number = _document()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["on"].label = _("出生日期")


class DeathForm(EventForm):
    """死亡."""

    person = forms.TypedChoiceField(label=lazy("谁去世了"), coerce=int)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["on"].label = _("去世日期")


class ArrivalForm(EventForm):
    """迁入、收养、嫁入、以前漏登."""

    why = forms.ChoiceField(
        label=lazy("怎么来的"),
        choices=[
            (MembershipReason.MOVE.value, lazy("迁来")),
            (MembershipReason.MARRIAGE.value, lazy("嫁来或入赘")),
            (MembershipReason.ADOPTION.value, lazy("收养")),
            (MembershipReason.INITIAL.value, lazy("一直在，以前漏登")),
        ],
    )
    name = forms.CharField(label=lazy("姓名"), max_length=60)
    sex = _sex()
    birth_date = forms.DateField(label=lazy("出生日期"), widget=Day(), required=False)
    relation = forms.ChoiceField(label=lazy("与户主关系"))
    id_number = _document()


class DepartureForm(EventForm):
    """迁出."""

    persons = forms.TypedMultipleChoiceField(
        label=lazy("谁迁走了"), coerce=int, widget=forms.CheckboxSelectMultiple
    )


class _ElsewhereForm(EventForm):
    """Somebody goes to another household of the register, or away from it."""

    person = forms.TypedChoiceField(label=lazy("谁"), coerce=int)
    number = forms.CharField(
        label=lazy("到哪一户（户编号）"), max_length=40, required=False,
        help_text=lazy("不在本册的就空着，按迁走登记"),
    )  # fmt: skip
    relation = forms.ChoiceField(label=lazy("在那一户与户主关系"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.find_other("number")
        if self.other is not None and not data.get("relation"):
            self.add_error("relation", _("到那一户以后与户主是什么关系？"))
        return data


class WeddingForm(_ElsewhereForm):
    """结婚后到另一户."""


class DivorceForm(_ElsewhereForm):
    """离婚后到另一户."""


class SplitForm(EventForm):
    """分户."""

    persons = forms.TypedMultipleChoiceField(
        label=lazy("哪些人分出去"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    head = forms.TypedChoiceField(label=lazy("新户的户主"), coerce=int)
    statuses = forms.MultipleChoiceField(
        label=lazy("新户也登记为"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=lazy("不勾的，新户就没有这个身份；老户不变"),
    )  # fmt: skip
    group_number = forms.CharField(label=lazy("新户的村民小组"), max_length=24, required=False)
    address = forms.CharField(
        label=lazy("新户的住址"), max_length=200, required=False, help_text=lazy("没有搬就空着")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(kind, status_words(kind)) for kind in self.home.statuses]
        choices_of(self.fields["statuses"], kinds)
        if not kinds:
            del self.fields["statuses"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        going = data.get("persons") or []
        if going and len(going) == len(self.home.people):
            self.add_error("persons", _("不能全分出去；全家搬走请办整户搬迁"))
        elif data.get("head") and going and data["head"] not in going:
            self.add_error("head", _("新户的户主要在分出去的人里选"))
        return data


class MergeForm(EventForm):
    """并户: the other household joins this one; once it is known, each comer's relation is asked."""

    number = forms.CharField(label=lazy("哪一户并进来（户编号）"), max_length=40)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        number = str(self.data.get("number", "")).strip() if self.is_bound else ""
        found = self.lookup(number) if number else None
        self.comers = found.people if found and found.id != self.home.id else ()
        for one in self.comers:
            self.fields[f"comes_{one.id}"] = forms.ChoiceField(
                label=_("{name}与本户户主的关系").format(name=one.name), choices=relations()
            )
        self.order_fields(["number", *(f"comes_{one.id}" for one in self.comers), *EventForm.last])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.find_other("number")
        asked = [f"comes_{one.id}" for one in self.comers]
        if asked and not any(name in self.data for name in asked):
            for name in asked:  # not wrong: not asked before
                self._errors.pop(name, None)
            self.add_error(None, _("找到了这一户。请写明来的每个人与本户户主的关系。"))
        return data

    @property
    def relations(self) -> dict[int, str]:
        return {one.id: self.cleaned_data[f"comes_{one.id}"] for one in self.comers}


class HeadshipForm(EventForm):
    """户主变更."""

    person = forms.TypedChoiceField(label=lazy("谁来当户主"), coerce=int)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = [one for one in self.home.people if one.relation != HEAD]
        choices_of(
            self.fields["person"],
            [("", _("请选一个")), *((str(one.id), self.member_words(one)) for one in others)],
        )


class MoveForm(EventForm):
    """整户搬迁."""

    division_code = forms.RegexField(
        r"^[0-9]{12}$", label=lazy("搬到哪个村（12 位区划代码）"), max_length=12,
        help_text=lazy("还在本村就不改；村的代码在「地方」里查"),
    )  # fmt: skip
    group_number = forms.CharField(label=lazy("村民小组"), max_length=24, required=False)
    address = forms.CharField(label=lazy("住址"), max_length=200, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["division_code"].initial = self.home.code


class EndForm(EventForm):
    """销户."""

    because = forms.ChoiceField(
        label=lazy("为什么销户"),
        choices=[
            (HouseholdEnd.MOVED_AWAY.value, lazy("全家迁走了")),
            (HouseholdEnd.MISTAKE.value, lazy("本来就不该登记")),
            (HouseholdEnd.OTHER.value, lazy("其他")),
        ],
    )
